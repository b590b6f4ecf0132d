"""What must hold of a book: of what a day touched, before it is posted; of the whole book; of a sample, replayed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from inforce.contracts import Contract
from inforce.errors import Fault, OldPosition
from inforce.ledger import Book, Done, Entry, Fund, Snapshot, Traded, partition_of
from inforce.ledger.entries import totals
from inforce.ledger.funds import CONTRACT
from inforce.mechanics.records import Annuity
from inforce.terms import Product

from .correction import APART, EXECUTED
from .position import Position
from .posting import SETTLEMENT

if TYPE_CHECKING:
    from .run import Cycle

ROTATION: Final = 97
"""Every contract is replayed once in so many days."""
PAID: Final = "owner/paid"
"""Stands for money paid out, owed and borne together: what a replay can say of it."""

Sums = dict[str, tuple[int, int]]
"""Cents and units by ledger account."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold."""

    contract: str
    """Blank where it is of the whole book."""
    invariant: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.contract, self.invariant, self.message) if part)


def refuse(breaches: Iterable[Breach]) -> None:
    """Raises Fault where there is a breach."""
    found = list(breaches)
    if found:
        raise Fault("\n".join(map(str, found)))


Names = tuple[Sequence[str], Sequence[str]]
"""Sub-accounts and fixed accounts, in the order of the mechanics."""


def accounts(contract: Contract, product: Product, snapshot: Snapshot) -> Names:
    """The accounts of a contract; none before its issue."""
    if snapshot.issued is None:
        return (), ()
    sections = product.terms(contract.cohort(snapshot.issued), max(snapshot.issued, snapshot.on)).sections
    return list(sections.sub_accounts), list(sections.fixed_accounts)


# what a day touched


def check_change(contract: str, before: Snapshot | None, done: Done, names: Names) -> Iterator[Breach]:
    """The position before and the new entries make the position after: nothing older is read."""
    cents, units = totals(done.entries)
    yield from _agree(contract, before, {a: (c, units[a]) for a, c in cents.items()}, done.stored.snapshot, names)


def _agree(contract: str, before: Snapshot | None, sums: Sums, after: Snapshot, names: Names) -> Iterator[Breach]:
    was, is_ = before and before.state, after.state
    held = [("suspense", "cents", before.suspense if before else 0, sums.get("suspense", _NONE)[0], after.suspense)]
    for k, fund in enumerate(names[0] if is_ else ()):
        moved = sums.get(CONTRACT + fund, _NONE)[1]
        held.append((fund, "units", was.units[k] if was else 0, moved, is_.units[k] if is_ else 0))
    for i, account in enumerate(names[1] if is_ else ()):
        moved = sums.get(CONTRACT + account, _NONE)[0]
        held.append((account, "cents", struck(was, i) if was else 0, moved, struck(is_, i) if is_ else 0))
    for account, what, old, moved, new in held:
        if old + moved != new:
            name = account if account == "suspense" else f"{what} of {account}"
            yield Breach(contract, name, f"{old} before and {moved} by entries make {old + moved} {what}, the position "
                         f"has {new}")  # fmt: skip


def struck(c: Annuity, i: int) -> int:
    """Cents in a fixed account when its balance, and those of its segments, last changed."""
    return c.balance[i] + sum(c.segment_balance[s] for s in range(c.segments) if c.segment_account[s] == i)


_NONE: Final = (0, 0)


def check_entries(contract: str, posted: Iterable[Entry], replayed: Position) -> Iterator[Breach]:
    """What is posted adds up to what a replay says, but for where money already paid went."""
    traded = (entry for entry in posted if entry.operation != SETTLEMENT)
    before, after = (_settled(*totals(entries)) for entries in (traded, replayed.entries))
    for account in sorted({*before, *after}):
        was, is_ = before.get(account, _NONE), after.get(account, _NONE)
        if was != is_:
            yield Breach(contract, "replay", f"{account}: entries hold {was[0]} cents and {was[1]} units, a replay "
                         f"gives {is_[0]} and {is_[1]}; `inforce cycle correct` posts the difference")  # fmt: skip


def _settled(cents: dict[str, int], units: dict[str, int]) -> Sums:
    """Totals with money paid out, owed, and overpaid at the company's cost as one, zeros left out."""
    together = EXECUTED | APART
    merged = {a: (cents[a], units[a]) for a in cents if a not in together and (cents[a] or units[a])}
    paid = sum(cents.get(account, 0) for account in together)
    return {**merged, PAID: (paid, 0)} if paid else merged


# the whole book


@dataclass(slots=True)
class _Held:
    """Units by fund, as positions and as entries have them."""

    positions: dict[Fund, int] = field(default_factory=dict)
    entries: dict[Fund, int] = field(default_factory=dict)

    def add(self, separate_account: str, funds: Sequence[str], snapshot: Snapshot, sums: Sums) -> None:
        state = snapshot.state
        for k, fund in enumerate(funds):
            key = separate_account, fund
            posted = sums.get(CONTRACT + fund, _NONE)[1]
            self.entries[key] = self.entries.get(key, 0) + posted
            self.positions[key] = self.positions.get(key, 0) + (state.units[k] if state else 0)


def check_book(cycle: "Cycle", progress: Progress | None = None) -> Iterator[Breach]:
    """Every contract's entries against its position, and the fund totals against both and against what runs traded."""
    book, held = cycle.book, _Held()
    names = book.contracts()
    with book.ahead(names):
        for n, (name, sums) in enumerate(book.balances(), 1):
            try:
                yield from _check_contract(cycle, name, sums, held)
            except OldPosition as old:
                yield Breach(name, "layout", str(old))
            if progress is not None and n % 100 == 0:
                progress(n, len(names))
    yield from _check_funds(book.fund_totals(), book.traded(), held)


def _check_contract(cycle: "Cycle", name: str, sums: Sums, held: _Held) -> Iterator[Breach]:
    contract = cycle.book.contract(name)
    product = cycle.product(contract.product)
    stored = cycle.book.stored(name)
    out = sum(cents for cents, _ in sums.values())
    if out:
        yield Breach(name, "balance", f"entries are out of balance by {out} cents")
    if stored is not None:
        names = accounts(contract, product, stored.snapshot)
        yield from _agree(name, None, sums, stored.snapshot, names)
        account = product.separate_account(contract.qualification, contract.issue_state)
        held.add(account, names[0], stored.snapshot, sums)
    elif any(cents or units for cents, units in sums.values()):
        yield Breach(name, "position", "there are entries and no stored position")


def _check_funds(kept: dict[Fund, int], traded: dict[Fund, Traded], held: _Held) -> Iterator[Breach]:
    for fund in sorted({*kept, *traded, *held.entries}):
        found = {
            "fund total": kept.get(fund, 0),
            "positions": held.positions.get(fund, 0),
            "entries": held.entries.get(fund, 0),
            "runs": traded[fund].units if fund in traded else 0,
        }
        if len(set(found.values())) > 1:
            said = ", ".join(f"{name} {units}" for name, units in found.items())
            yield Breach("", f"units of {fund[1]} in {fund[0]}", said)


# replays


def sample(book: Book, day: date) -> list[str]:
    """The contracts whose turn it is to be replayed on a day."""
    return [name for name in book.contracts() if partition_of(name, ROTATION) == day.toordinal() % ROTATION]


def check_replay(cycle: "Cycle", contract: str) -> Iterator[Breach]:
    """Replayed from nothing, the contract is what is stored: state, suspense, and the totals of its entries.

    Where a correction is held, what is posted and what would be posted add up to the replay that it came from.
    """
    from .replaying import replayed

    stored = cycle.book.stored(contract)
    if stored is None:
        return
    kept, posted = stored.snapshot, cycle.book.entries(contract)
    if stored.held is not None:
        position = cycle.replay(contract, stored.held.day, stored.held.at)
        posted += stored.held.entries
    else:
        position = replayed(cycle, stored)
    if stored.held is None and (position.state, position.suspense) != (kept.state, kept.suspense):
        yield Breach(contract, "replay", f"the stored state of {kept.on} is not what a replay gives")
    yield from check_entries(contract, posted, position)
