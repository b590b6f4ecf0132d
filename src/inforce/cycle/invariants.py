"""What must hold of a book every day: on what was touched, on fund totals, and on a rotating sample replayed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from inforce.ledger import Book, Done, Entry, Snapshot, partition_of

from .correction import APART, EXECUTED
from .posting import SETTLEMENT
from .run import Cycle

ROTATION = 97
"""Every contract is replayed once in so many days."""
PAID = "owner/paid"
"""Stands for money paid out, owed and borne together: what a replay can say of it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold."""

    contract: str
    invariant: str
    message: str


def check_touched(book: Book, done: Iterable[Done], funds: dict[str, list[str]]) -> Iterator[Breach]:
    """The entries of every contract just worked on add up to its stored position."""
    for each in done:
        name = each.stored.contract
        yield from _agree(name, book.entries(name), each.stored.snapshot, funds[book.contract(name).product])


def _agree(contract: str, entries: Iterable[Entry], snapshot: Snapshot, funds: list[str]) -> Iterator[Breach]:
    cents, units = totals(entries)
    if cents.get("suspense", 0) != snapshot.suspense:
        yield Breach(contract, "suspense", f"entries hold {cents.get('suspense', 0)} cents, the position "
                     f"{snapshot.suspense}")  # fmt: skip
    if snapshot.state is None:
        return
    for k, fund in enumerate(funds):
        posted = units.get(f"contract/{fund}", 0)
        if posted != snapshot.state.units[k]:
            yield Breach(
                contract, "units", f"{fund}: entries hold {posted} units, the position {snapshot.state.units[k]}"
            )


def totals(entries: Iterable[Entry]) -> tuple[dict[str, int], dict[str, int]]:
    """Cents and units by account."""
    cents: dict[str, int] = {}
    units: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            cents[line.account] = cents.get(line.account, 0) + line.cents
            units[line.account] = units.get(line.account, 0) + line.units
    return cents, units


def sample(book: Book, day: date) -> list[str]:
    """The contracts whose turn it is to be replayed on a day."""
    return [name for name in book.contracts() if partition_of(name, ROTATION) == day.toordinal() % ROTATION]


def check_replay(cycle: Cycle, contract: str) -> Iterator[Breach]:
    """Replayed from nothing, the contract is what is stored: state, suspense, and the totals of its entries.

    Where a correction is held, what is posted and what would be posted add up to the replay that it came from.
    """
    stored = cycle.book.stored(contract)
    if stored is None:
        return
    entries = [entry for entry in cycle.book.entries(contract) if entry.operation != SETTLEMENT]
    if stored.held is not None:
        position = cycle.replay(contract, stored.held.day, stored.held.at)
        entries += stored.held.entries
    else:
        position = cycle.replay_of(stored)
    if stored.held is None and (position.state, position.suspense) != (stored.snapshot.state, stored.snapshot.suspense):
        yield Breach(contract, "replay", f"the stored state of {stored.snapshot.on} is not what a replay gives")
    posted, replayed = (_settled(totals(e)[0]) for e in (entries, position.entries))
    if posted != replayed:
        accounts = ", ".join(sorted(a for a in {*posted, *replayed} if posted.get(a) != replayed.get(a)))
        yield Breach(contract, "replay", f"entries differ from a replay in {accounts}")


def _settled(cents: dict[str, int]) -> dict[str, int]:
    """Totals with money paid out, owed, and overpaid at the company's cost as one, zeros left out."""
    together = EXECUTED | APART
    merged = {account: amount for account, amount in cents.items() if account not in together and amount}
    paid = sum(cents.get(account, 0) for account in together)
    return {**merged, PAID: paid} if paid else merged
