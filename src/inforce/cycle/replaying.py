"""A stored position from its contract's events again: to check it, or because it is of an older layout."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from inforce.contracts.events import PurchasePayment
from inforce.ledger import Stored

from .coming import next_due
from .fold import Position, advance
from .invariants import Breach, check_entries, refuse
from .posting import engine_version, entry_for, received_lines

if TYPE_CHECKING:
    from .run import Cycle


def replayed(cycle: "Cycle", stored: Stored) -> Iterator[Position]:
    """The contract at the end of the stored position's day, from nothing, by what the position had seen.

    A position that waits for a price stands on the day before, and had seen what became known later too. Whether it
    does cannot always be told from one that waits for tomorrow; then there are two.
    """
    yield _replayed(cycle, stored, stalled=False)
    if stored.snapshot.waiting and stored.next_due == stored.snapshot.on + timedelta(days=1):
        yield _replayed(cycle, stored, stalled=True)


def _replayed(cycle: "Cycle", stored: Stored, stalled: bool) -> Position:
    seen = stored.snapshot
    contract = cycle.book.contract(stored.contract)
    events = [
        r for r in cycle.book.events(stored.contract, None if stalled else seen.on) if r.sequence <= seen.sequence
    ]
    position = advance(contract, cycle.product(contract.product), events, cycle.market, seen.on)
    late = (r for r in events if stalled and r.event.on > seen.on and r.sequence in seen.waiting)
    for r in late:  # money that arrived while it waited is in suspense already
        if isinstance(r.event, PurchasePayment):
            position.suspense += r.event.amount
            entry = entry_for(contract.id, r.event.id, "receipt", r.event.on, r.known, position.product.version,
                              engine_version(), received_lines(r.event.amount))  # fmt: skip
            position.entries.append(entry)
    return position


def rebuilt(cycle: "Cycle", contract_id: str) -> Stored | None:
    """A stored position of any layout, replayed. Raises Fault where it is not what the entries say."""
    stored = cycle.book.stored_frame(contract_id)
    if stored is None:
        return None
    posted, breaches = cycle.book.entries(contract_id), list[Breach]()
    for position in replayed(cycle, stored):
        found = list(check_entries(contract_id, posted, position))
        if not found:
            return _stored(position, stored)
        breaches = breaches or found
    refuse(breaches)
    return None


def _stored(position: Position, before: Stored) -> Stored:
    seen = before.snapshot
    snapshot = replace(position.snapshot(), sequence=seen.sequence, suspense=position.suspense, waiting=seen.waiting)
    coming = next_due(position)
    first = before.next_due if coming is None or (before.next_due and before.next_due < coming) else coming
    return replace(before, snapshot=snapshot, next_due=first)
