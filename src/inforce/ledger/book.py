"""The book: a journal with stored positions. What the cycle works on, in memory or in a database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from .entries import Entry
from .journal import Journal, MemoryJournal
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Stored:
    """What a book keeps of a contract beside its events and entries."""

    contract: str
    snapshot: Snapshot
    next_due: date | None
    """The first day on which something will be due if nothing new arrives; None: never again."""


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

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        """Contracts of a partition with something to do on that day.

        Something is due by the calendar or waits (`next_due` <= day), or an event was recorded after the stored
        position's `sequence` and received by then. The partition of a contract never changes.
        """

    def commit(self, run: Run, done: Iterable[Done]) -> None:
        """Post one partition-day: entries, stored positions, refusals and the run, all in one transaction."""

    def finished(self, day: date, partition: int, partitions: int) -> bool:
        """Is that partition-day in the log?"""

    def runs(self, last: int = 20) -> list[Run]:
        """The latest runs, newest first."""

    def declined(self, contract_id: str) -> list[tuple[int, str]]:
        """Events of the contract that were refused: sequence and reason."""


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

    def stored(self, contract_id: str) -> Stored | None:
        self.contract(contract_id)
        return self._stored.get(contract_id)

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        return [c for c in self.contracts() if partition_of(c, partitions) == partition and self._is_due(c, day)]

    def _is_due(self, contract_id: str, day: date) -> bool:
        stored = self._stored.get(contract_id)
        if stored is not None and stored.next_due is not None and stored.next_due <= day:
            return True
        seen = stored.snapshot if stored else None
        return any(
            r.known <= day and r.event.on <= day and not (seen and seen.received(r)) for r in self.events(contract_id)
        )

    def commit(self, run: Run, done: Iterable[Done]) -> None:
        work = list(done)
        for each in work:
            self.contract(each.stored.contract)
        for each in work:
            self.post(each.entries)
            self._stored[each.stored.contract] = each.stored
            self._declined.setdefault(each.stored.contract, []).extend(each.declined)
        self._runs.append(run)

    def finished(self, day: date, partition: int, partitions: int) -> bool:
        return any((r.day, r.partition, r.partitions) == (day, partition, partitions) for r in self._runs)

    def runs(self, last: int = 20) -> list[Run]:
        return self._runs[::-1][:last]

    def declined(self, contract_id: str) -> list[tuple[int, str]]:
        return list(self._declined.get(contract_id, []))
