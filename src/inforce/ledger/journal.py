"""The journal: every event of every contract, append-only, and the port that keeps it."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from inforce.contracts import Contract, Event
from inforce.errors import BadInput, NotFound

from .entries import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the journal."""

    sequence: int
    """Our order of entry, over all contracts."""
    contract: str
    known: date
    """The day it was entered."""
    event: Event


def known_day(event: Event, known: date | None) -> date:
    """The day on which an event becomes known: the one given, else that of its entry, else that of its receipt."""
    return known or event.entered or event.on


class Journal(Protocol):
    """What keeps contracts, events and entries: in memory, or in a database."""

    def open(self, contract: Contract) -> None:
        """Begin a contract. BadInput where its id is taken."""

    def contract(self, contract_id: str) -> Contract:
        """The contract of that id. NotFound where there is none."""

    def contracts(self) -> list[str]:
        """Every contract's id, in order of opening."""

    def record(self, contract_id: str, event: Event, known: date | None = None) -> Recorded:
        """Append an event, known from `known` (where not given: the day it was entered, or received).

        An event whose key is known already for the contract is the same event: the one recorded first is returned.
        BadInput where the key or id stands for a different event.
        """

    def events(self, contract_id: str, known_by: date | None = None) -> list[Recorded]:
        """The contract's events entered by `known_by` (default: all), in order of entry."""

    def post(self, entries: Iterable[Entry]) -> None:
        """Append entries, all or none."""

    def entries(self, contract_id: str) -> list[Entry]:
        """The contract's entries, in order of posting."""


@dataclass(slots=True)
class MemoryJournal:
    """A journal in memory."""

    _contracts: dict[str, Contract] = field(default_factory=dict)
    _events: dict[str, list[Recorded]] = field(default_factory=dict)
    _entries: dict[str, list[Entry]] = field(default_factory=dict)
    _sequence: int = 0

    def open(self, contract: Contract) -> None:
        if contract.id in self._contracts:
            raise BadInput(f"contract {contract.id} is open already; give the new one an id of its own")
        self._contracts[contract.id] = contract
        self._events[contract.id] = []
        self._entries[contract.id] = []

    def contract(self, contract_id: str) -> Contract:
        if contract_id not in self._contracts:
            raise NotFound(f"no contract {contract_id!r} in this book")
        return self._contracts[contract_id]

    def contracts(self) -> list[str]:
        return list(self._contracts)

    def record(self, contract_id: str, event: Event, known: date | None = None) -> Recorded:
        self.contract(contract_id)
        recorded, name = self._events[contract_id], event.id or event.kind
        event = numbered(event, len(recorded), {r.event.id for r in recorded} if not event.id else ())
        for earlier in recorded:
            if event.key and earlier.event.key == event.key:
                if asks_the_same(earlier.event, event):
                    return earlier
                raise BadInput(f"contract {contract_id}: key {event.key!r} stands already for another event, "
                               f"{earlier.event.id}")  # fmt: skip
            if earlier.event.id == event.id:
                raise BadInput(f"contract {contract_id}: event {event.id!r} is recorded already; ids are used once")
        day = known_day(event, known)
        self._check_known(contract_id, name, day)
        self._sequence += 1
        recorded.append(Recorded(self._sequence, contract_id, day, event))
        return recorded[-1]

    def _check_known(self, contract_id: str, event: str, known: date) -> None:
        """A book refuses what would become known in a closed accounting period."""

    def events(self, contract_id: str, known_by: date | None = None) -> list[Recorded]:
        self.contract(contract_id)
        return [r for r in self._events[contract_id] if known_by is None or r.known <= known_by]

    def post(self, entries: Iterable[Entry]) -> None:
        new = list(entries)
        for entry in new:
            self.contract(entry.contract)
        for entry in new:
            self._entries[entry.contract].append(entry)

    def entries(self, contract_id: str) -> list[Entry]:
        self.contract(contract_id)
        return list(self._entries[contract_id])


def asks_the_same(one: Event, other: Event) -> bool:
    """Are two events the same but for their ids and the days on which they were entered?"""
    if type(one) is not type(other):
        return False
    mine, others = one.__dict__, other.__dict__
    return all(others[name] == value for name, value in mine.items() if name not in ("id", "entered"))


def numbered(event: Event, recorded: int, taken: Container[str]) -> Event:
    """The event with an id: its own, or `eN` from the number already `recorded` on, past those that are `taken`."""
    if event.id:
        return event
    number = recorded + 1
    while f"e{number}" in taken:
        number += 1
    return event.model_copy(update={"id": f"e{number}"})
