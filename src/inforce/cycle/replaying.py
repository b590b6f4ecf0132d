"""A stored position from its contract's events again: to check it, or because it is of an older layout."""

from dataclasses import replace
from typing import TYPE_CHECKING

from inforce.ledger import Stored

from .coming import next_due
from .fold import advance
from .invariants import check_entries, refuse
from .position import Position

if TYPE_CHECKING:
    from .run import Cycle


def replayed(cycle: "Cycle", stored: Stored) -> Position:
    """The contract at the end of the stored position's day, from nothing, by what the position had seen.

    Where a price was missing then, what needed one waits again.
    """
    seen = stored.snapshot
    events = [r for r in cycle.book.events(stored.contract, seen.on) if r.sequence <= seen.sequence]
    contract = cycle.book.contract(stored.contract)
    return advance(contract, cycle.product(contract.product), events, cycle.market, seen.on, until=seen.reached)


def rebuilt(cycle: "Cycle", contract_id: str) -> Stored | None:
    """A stored position of any layout, replayed. Raises Fault where it is not what the entries say."""
    stored = cycle.book.stored_frame(contract_id)
    if stored is None:
        return None
    position = replayed(cycle, stored)
    refuse(check_entries(contract_id, cycle.book.entries(contract_id), position))
    snapshot = replace(position.snapshot(), sequence=stored.snapshot.sequence)
    return replace(stored, snapshot=snapshot, next_due=next_due(position))
