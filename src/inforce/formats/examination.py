"""What a file of records would add to a book: what is new in it, and what contradicts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inforce.contracts import Contract, Event
from inforce.ledger import Book

from .identities import IN_BOOK, Clash, Identities, Places, says
from .problems import Problems
from .records import Opened, Record, Records
from .text import Tell

NOWHERE: Final = -1
"""The place of what is in the book."""

_WHAT_IT_SAYS: Final = attrgetter(*(each.name for each in fields(Contract)))


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file of records would add."""

    contracts: tuple[Contract, ...]
    """New ones."""
    events: int
    """How many are new."""
    is_new: NDArray[np.bool_]
    """By the record's place in the file."""


def examine(records: Records, book: Book | None, tell: Tell) -> Examined:
    """Read a file's records and compare them with each other and the book. Raises `BadFile`."""
    names = _Names()
    for place, record in enumerate(records.read(tell)):
        names.add(record, place)
    if book is not None:
        names.compare(book, records.problems)
    known = names.settle(records.problems)
    records.problems.refuse()
    is_new = np.ones(names.records, bool)
    is_new[known] = False
    contracts = tuple(contract for place, contract in names.openings if is_new[place])
    return Examined(contracts, int(is_new.sum()) - len(contracts), is_new)


@dataclass(slots=True)
class _Names:
    """What names the records of a file: contract ids, events' keys, events' ids."""

    records: int = 0
    openings: list[tuple[int, Contract]] = field(default_factory=list)
    """Contracts that the file opens, each with the place of its record."""
    opened: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    """Contracts that have events here, each with the line of the first one."""
    contracts: Identities = field(default_factory=Identities)
    keys: Identities = field(default_factory=Identities)
    ids: Identities = field(default_factory=Identities)

    def add(self, record: Record, place: int) -> None:
        self.records = place + 1
        if isinstance(record, Opened):
            self.openings.append((place, record.contract))
            self.opened.add(record.contract.id)
            self._add_contract(record.contract, record.line, place)
        else:
            self.asked.setdefault(record.contract, record.line)
            self._add_event(record.contract, record.event, record.line, place)

    def compare(self, book: Book, problems: Problems) -> None:
        """Adds what the book has of the same contracts; notes contracts that nobody opens."""
        held = set(book.contracts())
        for contract in self.opened & held:
            self._add_contract(book.contract(contract), IN_BOOK, NOWHERE)
        for contract, line in self.asked.items():
            if contract in held:
                for recorded in book.events(contract):
                    self._add_event(contract, recorded.event, IN_BOOK, NOWHERE)
            elif contract not in self.opened:
                problems.add(
                    line, "contract", f"there is no contract {contract!r} in the book, and this file opens none"
                )

    def settle(self, problems: Problems) -> Places:
        """Places of what is known already; what contradicts is noted."""
        contracts, clashes = self.contracts.settle()
        _note(clashes, "contract", "is open already with other terms", problems)
        by_key, clashes = self.keys.settle()
        _note(clashes, "key", "stands already for another event", problems)
        settled = np.append(by_key, [clash.place for clash in clashes]).astype(np.int64)
        by_id, clashes = self.ids.settle(settled)
        _note(clashes, "id", "is the id of another event; ids are used once", problems)
        return np.concatenate([contracts, by_key, by_id])

    def _add_contract(self, contract: Contract, line: int, place: int) -> None:
        self.contracts.add(contract.id, says(_WHAT_IT_SAYS(contract)), line, place)

    def _add_event(self, contract: str, event: Event, line: int, place: int) -> None:
        content = says({**event.__dict__, "id": ""}.values())
        if event.key:
            self.keys.add(f"{contract}\0{event.key}", content, line, place)
        if event.id:
            self.ids.add(f"{contract}\0{event.id}", content, line, place)


def _note(clashes: Iterable[Clash], at: str, message: str, problems: Problems) -> None:
    for clash in clashes:
        where = "in the book" if clash.earlier == IN_BOOK else f"at line {clash.earlier}"
        problems.add(clash.line, at, f"{message}, {where}")
