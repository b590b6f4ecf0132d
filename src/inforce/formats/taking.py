"""The records of a file into a book, batch by batch in one transaction: bounded memory, and all of it or nothing."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Final

from inforce.contracts import Contract
from inforce.errors import BadRecord
from inforce.ledger import Intake, Item, Taken
from inforce.market.problems import Problems

from .problems import problems_of
from .reading import Done
from .records import Asked, Opened, Record, Records

BATCH: Final = 5_000
"""Records that are in memory at a time."""


@dataclass(slots=True)
class Taking:
    """Takes a file's records in. Events that stand before their contract are read a second time, after all else."""

    records: Records
    intake: Intake
    births: "Births | None" = None
    """Where dates of birth go; None: a record that has one is refused."""
    stand_in: bool = False
    """Without a book: a contract that nobody opens is taken to be there."""
    contracts: int = 0
    events: int = 0
    known_already: int = 0
    _contract_lines: "_Lines" = field(default_factory=lambda: _Lines())
    _event_lines: "_Lines" = field(default_factory=lambda: _Lines())
    _late: set[str] = field(default_factory=set)
    """Contracts that had an event before they were opened: all of their events wait for the second reading."""

    def take(self, done: Done) -> None:
        """Everything in the file; what is wrong is noted. The transaction must not be kept where anything is."""
        places = self._first(done)
        if self._late:
            self._second(done, places)

    @property
    def problems(self) -> Problems:
        return self.records.problems

    def _without_births(self, batch: list[Record]) -> list[Record]:
        """Identity data go to the party store: a book keeps opaque ids only."""
        return [self._without_birth(r) if isinstance(r, Opened) and _has_births(r.contract) else r for r in batch]

    def _without_birth(self, record: Opened) -> Opened:
        if self.births is None:
            self.problems.add(record.line, "parties", "has a date of birth, and a book keeps opaque ids only; give the "
                              "party store its key, or leave `born` out")  # fmt: skip
        parties = []
        for party in record.contract.parties:
            if party.born is not None and self.births is not None and not self.births.add(party.id, party.born):
                self.problems.add(record.line, "parties", f"party {party.id} has two dates of birth in this file")
            parties.append(party.model_copy(update={"born": None}))
        return Opened(record.line, replace(record.contract, parties=tuple(parties)))

    def _first(self, done: Done) -> int:
        """Everything but late events; how many records there are."""
        places = 0
        for batch in _batches(self.records.read(done.first)):
            places += len(batch)
            batch = self._without_births(batch)
            self._take([record for record in batch if not self._is_late(record)] if self._look(batch) else batch)
        return places

    def _look(self, batch: list[Record]) -> bool:
        """Notes contracts of the batch that are not open where their first event stands; are any late?"""
        missing = self.intake.missing(record.contract for record in batch if isinstance(record, Asked))
        for record in batch:
            if isinstance(record, Opened):
                missing.discard(record.contract.id)
            elif record.contract in missing:
                self._late.add(record.contract)
        return bool(self._late)

    def _is_late(self, record: Record) -> bool:
        return isinstance(record, Asked) and record.contract in self._late

    def _second(self, done: Done, places: int) -> None:
        """The events that were late; what nobody has opened is noted."""
        wrong, kept = self.problems.count, self.problems
        self.records.problems = problems_of(kept.file)  # what is wrong with a record by itself is noted already
        count = 0
        for batch in _batches(self.records.read(done.second)):
            count += len(batch)
            late = [record for record in batch if isinstance(record, Asked) and record.contract in self._late]
            lost = self.intake.missing(record.contract for record in late)
            self._lose(late, lost, kept)
            self._take([record for record in late if record.contract in self._late], kept)
        again = self.problems.count
        self.records.problems = kept
        if count != places or again > wrong:
            raise BadRecord("changed while it was read; import it again.", file=kept.file)

    def _lose(self, late: list[Asked], lost: set[str], problems: Problems) -> None:
        for record in late:
            if record.contract not in lost:
                continue
            lost.discard(record.contract)
            if self.stand_in:
                self.intake.take([Contract(record.contract, "", "", "", "")])
                continue
            self._late.discard(record.contract)
            problems.add(record.line, "contract", f"there is no contract {record.contract!r} in the book, and this "
                         "file opens none")  # fmt: skip

    def _take(self, batch: Iterable[Record], problems: Problems | None = None) -> None:
        records = list(batch)
        items: list[Item] = [r.contract if isinstance(r, Opened) else (r.contract, r.event) for r in records]
        for record, taken in zip(records, self.intake.take(items), strict=True):
            lines = self._contract_lines if isinstance(record, Opened) else self._event_lines
            if taken.new:
                lines.add(taken.number, record.line)
                self.contracts += isinstance(record, Opened)
                self.events += isinstance(record, Asked)
            elif not taken.problem:
                self.known_already += 1
            else:
                _note(problems or self.problems, record.line, taken, lines)


def _has_births(contract: Contract) -> bool:
    return any(party.born is not None for party in contract.parties)


@dataclass(slots=True)
class Births:
    """Dates of birth in a file, by party."""

    found: dict[str, date] = field(default_factory=dict)

    def add(self, party: str, born: date) -> bool:
        """Note one; False where the party has another one already."""
        return self.found.setdefault(party, born) == born


def _note(problems: Problems, line: int, taken: Taken, lines: "_Lines") -> None:
    earlier = lines.of(taken.number)
    where = "in the book" if earlier is None else f"at line {earlier}"
    problems.add(line, taken.at, f"{taken.problem}, {where}" if taken.number else taken.problem)


@dataclass(slots=True)
class _Lines:
    """The lines of what is new, by its number: numbers follow each other."""

    first: int = 0
    lines: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, number: int, line: int) -> None:
        self.first = self.first or number
        self.lines.append(line)

    def of(self, number: int) -> int | None:
        """The line; None for what was in the book before."""
        place = number - self.first
        return self.lines[place] if self.first and 0 <= place < len(self.lines) else None


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch
