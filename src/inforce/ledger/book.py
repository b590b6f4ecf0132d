"""The book: a journal with stored positions. What the cycle works on, in memory or in a database."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Protocol

from inforce.contracts import Contract, Event
from inforce.errors import BadEvent, BadInput, BadMarketData, NotFound
from inforce.market import Between, Market, MarketData

from .entries import Entry, totals
from .funds import Fund, Traded, traded_in
from .held import Held
from .intake import ID_TAKEN, KEY_TAKEN, OPEN_OTHERWISE, Intake, Item, Taken, refuse_when_closed, taken_when_closed
from .journal import Journal, MemoryJournal, Recorded, asks_the_same
from .prices import Key, Price, market_data, news, prices_in
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Stored:
    """What a book keeps of a contract beside its events and entries."""

    contract: str
    snapshot: Snapshot
    next_due: date | None
    """The first day on which something will be due if nothing new arrives; None: never again."""
    held: Held | None = None
    """A correction that waits for approval; the position is the one before it."""

    @property
    def through(self) -> date:
        """The day up to which it was worked on."""
        return max(self.snapshot.on, self.held.looked) if self.held else self.snapshot.on

    def has_received(self, recorded: Recorded) -> bool:
        """Was the event there already, or looked at while a correction is held?"""
        return self.snapshot.received(recorded) or (self.held is not None and self.held.has_seen(recorded))


@dataclass(frozen=True, slots=True)
class Done:
    """What one day's work did to a contract: posted together or not at all."""

    stored: Stored
    entries: tuple[Entry, ...] = ()
    declined: tuple[tuple[int, str], ...] = ()
    """Sequences of events that were refused, each with the reason in words."""
    separate_account: str = ""
    """Where the contract's units are held."""
    rebuilt: bool = False
    """Was its stored position of another layout, and replayed from its events?"""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished piece of the cycle: a day and a partition."""

    day: date
    partition: int
    partitions: int
    contracts: int
    entries: int
    finished: datetime
    rebuilt: int = 0
    """Contracts whose stored positions were of another layout, and were replayed from their events."""


class Book(Journal, Protocol):
    """A journal that also keeps positions and the log of the cycle."""

    def stored(self, contract_id: str) -> Stored | None:
        """The contract's stored position; None before the first. OldPosition where it is of an older layout."""

    def stored_frame(self, contract_id: str) -> Stored | None:
        """The same of any layout, without the contract's state."""

    def unhandled(self, contract_id: str, snapshot: Snapshot, known_by: date | None = None) -> list[Recorded]:
        """The contract's events that a stored position has not handled yet, and those that bear on more, in order."""

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        """Contracts of a partition with something to do on that day.

        Something is due by the calendar or waits (`next_due` <= day), or an event was recorded after the stored
        position's `sequence` and received by then. The partition of a contract never changes.
        """

    def waiting(self) -> list[str]:
        """Contracts with events that are not applied: some wait, or were recorded since the position was stored."""

    def held(self) -> list[Stored]:
        """The contracts with a correction that waits for approval, in order of opening."""

    def commit(self, run: Run, done: Iterable[Done]) -> None:
        """Post one partition-day: entries, stored positions, refusals and the run, all in one transaction."""

    def balances(self) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
        """Of every contract, in order of opening, what its entries add up to: cents and units by ledger account."""

    def fund_totals(self) -> dict[Fund, int]:
        """Units of all contracts by separate account and fund: running totals, kept up by `commit`."""

    def traded(self, day: date | None = None) -> dict[Fund, Traded]:
        """What the cycle's runs of a day (default: all runs) bought and cancelled, by separate account and fund."""

    def finished(self, day: date, partition: int, partitions: int) -> bool:
        """Is that partition-day in the log?"""

    def runs(self, last: int = 20) -> list[Run]:
        """The latest runs, newest first."""

    def declined(self, contract_id: str) -> list[tuple[int, str]]:
        """Events of the contract that were refused: sequence and reason."""

    def ahead(self, contracts: Sequence[str]) -> AbstractContextManager[None]:
        """Within this, contracts that are about to be read one after the other may be read together."""

    def open_many(self, contracts: Iterable[Contract]) -> None:
        """Begin contracts, all or none."""

    def record_many(
        self, events: Iterable[tuple[str, Event]], known: date | None = None, opening: Iterable[Contract] = ()
    ) -> list[Recorded]:
        """Append events in order, after the `opening` of new contracts, all or none. BadEvent says which is wrong."""

    def taking_in(self, known: date | None = None) -> AbstractContextManager[Intake]:
        """Within this, contracts and events are taken in batch by batch, in one transaction: an error undoes it all."""

    def close_period(self, period: str, who: str = "") -> None:
        """Close an accounting period, YYYY-MM, and all before it: nothing is posted into them any more."""

    def reopen_period(self, period: str, who: str = "") -> None:
        """Open a closed period again, and those after it."""

    def closed_through(self) -> str | None:
        """The last closed accounting period; None where none is."""

    def add_prices(self, data: MarketData, source: str, known: date) -> int:
        """Add prices and rates, all or none; returns how many were new.

        One that the book holds with another value is corrected: both are kept, and the later known holds.
        """

    def market(self, known_by: date | None = None, between: Between = "refuse") -> Market:
        """The market as it was known on a day (default: all)."""


def checked_period(period: str) -> str:
    """An accounting period as it is written. Raises BadInput."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        raise BadInput(f"{period!r} is no accounting period; write YYYY-MM, as 2008-03")
    return period


def period_before(period: str) -> str:
    """The accounting period before one."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year - 1:04}-12" if month == 1 else f"{year:04}-{month - 1:02}"


def refuse_closed(entries: Iterable[Entry], closed: str | None) -> None:
    """Raises BadInput where an entry would go into a closed accounting period."""
    if closed is None:
        return
    for entry in entries:
        if entry.period <= closed:
            raise BadInput(f"contract {entry.contract}, event {entry.event}: accounting period {entry.period} is "
                           f"closed, as all are through {closed}; post into an open one, or reopen it")  # fmt: skip


def refuse_identities(contract: Contract) -> None:
    """Raises BadInput where a contract says who somebody is: the journal keeps for ever, and knows opaque ids only."""
    for party in contract.parties:
        if party.born is not None:
            raise BadInput(f"contract {contract.id}: party {party.id} has a date of birth; a book keeps opaque ids "
                           "only. Leave `born` out and put it into the party store (inforce party add)")  # fmt: skip


def partition_of(contract_id: str, partitions: int) -> int:
    """The partition of a contract: the same in every process and on every machine."""
    number = 0
    for character in contract_id.encode():
        number = (number * 31 + character) % 2_147_483_647
    return number % partitions


@dataclass(slots=True)
class MemoryBook(MemoryJournal):
    """A book in memory: the twin of the databases' one."""

    _stored: dict[str, Stored] = field(default_factory=dict)
    _declined: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)
    _traded: list[tuple[date, dict[Fund, Traded]]] = field(default_factory=list)
    _fund_totals: dict[Fund, int] = field(default_factory=dict)
    _closed: str | None = None
    _prices: list[tuple[Price, date]] = field(default_factory=list)
    _decimals: int | None = None

    @classmethod
    def of(cls, contract: Contract, events: Iterable[Recorded]) -> "MemoryBook":
        """A book of one contract, with events as another book has recorded them; nothing is posted yet."""
        return cls({contract.id: contract}, {contract.id: list(events)}, {contract.id: []})

    def open(self, contract: Contract) -> None:
        if contract.id not in self._contracts:
            refuse_identities(contract)
        MemoryJournal.open(self, contract)

    def _check_known(self, contract_id: str, event: str, known: date) -> None:
        refuse_when_closed(contract_id, event, known, self._closed)

    def stored(self, contract_id: str) -> Stored | None:
        self.contract(contract_id)
        return self._stored.get(contract_id)

    def stored_frame(self, contract_id: str) -> Stored | None:
        stored = self.stored(contract_id)
        return stored and replace(stored, snapshot=replace(stored.snapshot, state=None))

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        return [c for c in self.contracts() if partition_of(c, partitions) == partition and self._is_due(c, day)]

    def unhandled(self, contract_id: str, snapshot: Snapshot, known_by: date | None = None) -> list[Recorded]:
        events = self.events(contract_id, known_by)
        return [r for r in events if snapshot.bears_on_what_comes(r.event.kind) or not snapshot.handled(r)]

    def waiting(self) -> list[str]:
        return [c for c in self.contracts() if self._waits(c)]

    def _waits(self, contract_id: str) -> bool:
        stored = self._stored.get(contract_id)
        if stored is None:
            return bool(self._events[contract_id])
        seen = stored.snapshot
        unseen = any(not (r.sequence <= seen.sequence and r.event.on <= seen.on) for r in self._events[contract_id])
        return unseen or bool(seen.waiting)

    def _is_due(self, contract_id: str, day: date) -> bool:
        stored = self._stored.get(contract_id)
        if stored is not None and stored.next_due is not None and stored.next_due <= day:
            return True
        return any(
            r.known <= day and r.event.on <= day and not (stored and stored.has_received(r))
            for r in self.events(contract_id)
        )

    def commit(self, run: Run, done: Iterable[Done]) -> None:
        work = list(done)
        for each in work:
            self.contract(each.stored.contract)
        entries = list(chain.from_iterable(each.entries for each in work))
        self.post(entries)
        for each in work:
            self._stored[each.stored.contract] = each.stored
            self._declined.setdefault(each.stored.contract, []).extend(each.declined)
        self._runs.append(run)
        traded = traded_in((each.separate_account, each.entries) for each in work)
        self._traded.append((run.day, traded))
        for fund, moved in traded.items():
            self._fund_totals[fund] = self._fund_totals.get(fund, 0) + moved.units

    def balances(self) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
        for contract, entries in self._entries.items():
            cents, units = totals(entries)
            yield contract, {account: (amount, units[account]) for account, amount in cents.items()}

    def fund_totals(self) -> dict[Fund, int]:
        return dict(self._fund_totals)

    def traded(self, day: date | None = None) -> dict[Fund, Traded]:
        found: dict[Fund, Traded] = {}
        for on, traded in self._traded:
            if day in (None, on):
                for fund, moved in traded.items():
                    found[fund] = found.get(fund, Traded()) + moved
        return found

    def held(self) -> list[Stored]:
        return [stored for c in self._contracts if (stored := self._stored.get(c)) and stored.held is not None]

    def finished(self, day: date, partition: int, partitions: int) -> bool:
        return any((r.day, r.partition, r.partitions) == (day, partition, partitions) for r in self._runs)

    def runs(self, last: int = 20) -> list[Run]:
        return self._runs[::-1][:last]

    def declined(self, contract_id: str) -> list[tuple[int, str]]:
        self.contract(contract_id)
        return list(self._declined.get(contract_id, []))

    def post(self, entries: Iterable[Entry]) -> None:
        new = list(entries)
        refuse_closed(new, self._closed)
        MemoryJournal.post(self, new)

    def ahead(self, contracts: Sequence[str]) -> AbstractContextManager[None]:
        return nullcontext()

    def open_many(self, contracts: Iterable[Contract]) -> None:
        new = list(contracts)
        before = dict(self._contracts)
        try:
            for contract in new:
                self.open(contract)
        except BadInput:
            self._contracts = before
            raise

    def record_many(
        self, events: Iterable[tuple[str, Event]], known: date | None = None, opening: Iterable[Contract] = ()
    ) -> list[Recorded]:
        recorded = []
        with self._undoing():
            self.open_many(opening)
            for place, (contract, event) in enumerate(events):
                try:
                    recorded.append(self.record(contract, event, known))
                except (BadInput, NotFound) as bad:
                    raise BadEvent(str(bad), place) from None
        return recorded

    @contextmanager
    def taking_in(self, known: date | None = None) -> Iterator[Intake]:
        with self._undoing():
            yield _MemoryIntake(self, known)

    @contextmanager
    def _undoing(self) -> Iterator[None]:
        """After an error, contracts and events are what they were: both are only ever added to."""
        contracts, sequence = len(self._contracts), self._sequence
        try:
            yield
        except BaseException:
            for name in list(self._contracts)[contracts:]:
                del self._contracts[name], self._events[name], self._entries[name]
            for recorded in self._events.values():
                while recorded and recorded[-1].sequence > sequence:
                    recorded.pop()
            self._sequence = sequence
            raise

    def close_period(self, period: str, who: str = "") -> None:
        if self._closed is not None and checked_period(period) <= self._closed:
            raise BadInput(f"accounting period {period} is closed already, as all are through {self._closed}")
        self._closed = checked_period(period)

    def reopen_period(self, period: str, who: str = "") -> None:
        if self._closed is None or checked_period(period) > self._closed:
            raise BadInput(f"accounting period {period} is open")
        self._closed = period_before(period)

    def closed_through(self) -> str | None:
        return self._closed

    def add_prices(self, data: MarketData, source: str, known: date) -> int:
        if data.unit_values and self._decimals not in (None, data.decimals):
            raise BadMarketData(f"unit values at {data.decimals} decimals; the book's are at {self._decimals}")
        held: dict[tuple[Key, int], tuple[Price, date]] = {(p.key, p.at): (p, since) for p, since in self._prices}
        new = [(price, known) for price in news(prices_in(data, source), held, known)]
        self._prices += new
        self._decimals = data.decimals if data.unit_values else self._decimals
        return len(new)

    def market(self, known_by: date | None = None, between: Between = "refuse") -> Market:
        seen = [given for given in self._prices if known_by is None or given[1] <= known_by]
        seen.sort(key=lambda given: (given[0].key, given[0].at))
        decimals = MarketData().decimals if self._decimals is None else self._decimals
        return Market(market_data(seen, decimals), between)


@dataclass(slots=True)
class _MemoryIntake:
    book: MemoryBook
    known: date | None
    numbers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = {contract: number for number, contract in enumerate(self.book._contracts, 1)}

    def missing(self, contracts: Iterable[str]) -> set[str]:
        return set(contracts).difference(self.numbers)

    def take(self, items: Sequence[Item]) -> list[Taken]:
        return [self._open(item) if isinstance(item, Contract) else self._record(*item) for item in items]

    def _open(self, contract: Contract) -> Taken:
        if contract.id not in self.numbers:
            self.book.open(contract)
            self.numbers[contract.id] = len(self.numbers) + 1
            return Taken(self.numbers[contract.id], new=True)
        same = self.book._contracts[contract.id] == contract
        return Taken(self.numbers[contract.id], False, *(() if same else ("contract", OPEN_OTHERWISE)))

    def _record(self, contract: str, event: Event) -> Taken:
        for recorded in self.book.events(contract):
            if event.key and recorded.event.key == event.key:
                return _same(recorded, event, "key", KEY_TAKEN)
        for recorded in self.book.events(contract):
            if event.id and recorded.event.id == event.id:
                return _same(recorded, event, "id", ID_TAKEN)
        late = taken_when_closed(event, self.known, self.book._closed)
        return late or Taken(self.book.record(contract, event, self.known).sequence, new=True)


def _same(earlier: Recorded, event: Event, at: str, problem: str) -> Taken:
    return Taken(earlier.sequence, False, *(() if asks_the_same(earlier.event, event) else (at, problem)))
