"""The book: a journal with stored positions. What the cycle works on, in memory or in a database."""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Protocol

from inforce.contracts import ABOUT_EVENTS, Contract, Event
from inforce.errors import BadEvent, BadInput, BadMarketData, NotFound
from inforce.market import Between, Market, MarketData

from .entries import Entry
from .held import Held
from .journal import Journal, MemoryJournal, Recorded
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


@dataclass(frozen=True, slots=True)
class Run:
    """One finished piece of the cycle: a day and a partition."""

    day: date
    partition: int
    partitions: int
    contracts: int
    entries: int
    finished: datetime


class Book(Journal, Protocol):
    """A journal that also keeps positions and the log of the cycle."""

    def stored(self, contract_id: str) -> Stored | None:
        """The contract's stored position; None before the first."""

    def unhandled(self, contract_id: str, snapshot: Snapshot, known_by: date | None = None) -> list[Recorded]:
        """The contract's events that a stored position has not handled yet, and all about events, in order of entry."""

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        """Contracts of a partition with something to do on that day.

        Something is due by the calendar or waits (`next_due` <= day), or an event was recorded after the stored
        position's `sequence` and received by then. The partition of a contract never changes.
        """

    def held(self) -> list[Stored]:
        """The contracts with a correction that waits for approval, in order of opening."""

    def commit(self, run: Run, done: Iterable[Done]) -> None:
        """Post one partition-day: entries, stored positions, refusals and the run, all in one transaction."""

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
    _closed: str | None = None
    _prices: list[tuple[Price, date]] = field(default_factory=list)
    _decimals: int | None = None

    def stored(self, contract_id: str) -> Stored | None:
        self.contract(contract_id)
        return self._stored.get(contract_id)

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        return [c for c in self.contracts() if partition_of(c, partitions) == partition and self._is_due(c, day)]

    def unhandled(self, contract_id: str, snapshot: Snapshot, known_by: date | None = None) -> list[Recorded]:
        events = self.events(contract_id, known_by)
        return [r for r in events if r.event.kind in ABOUT_EVENTS or not snapshot.handled(r)]

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
        contracts = dict(self._contracts)
        before = {contract: list(recorded) for contract, recorded in self._events.items()}, self._sequence
        self.open_many(opening)
        recorded = []
        for place, (contract, event) in enumerate(events):
            try:
                recorded.append(self.record(contract, event, known))
            except (BadInput, NotFound) as bad:
                self._contracts, (self._events, self._sequence) = contracts, before
                raise BadEvent(str(bad), place) from None
        return recorded

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
