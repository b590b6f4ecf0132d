"""Contracts and events into a book: ids and keys are used once, and nothing is half done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from inforce.contracts import Contract, Event
from inforce.errors import BadEvent, BadInput, NotFound
from inforce.ledger import Recorded, partition_of
from inforce.ledger.journal import asks_the_same, numbered

from . import schema
from .bulk import chunks
from .chain import first_link
from .encoding import contract_text, event_bytes, event_from, event_text, instant_text, iso
from .writing import Writing

SPREAD = 2_147_483_647
"""Partitions of which `partition_of` gives the number that holds for any."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An event that stands in a contract already, by id or key."""

    id: str
    key: str
    sequence: int
    recorded: Recorded | None = None
    """Where it came in the same transaction."""


def open_contracts(writing: Writing, contracts: Sequence[Contract]) -> dict[str, int]:
    """Open contracts; their numbers. BadInput where an id is taken."""
    taken = set(numbers_of(writing.connection, [contract.id for contract in contracts]))
    numbers: dict[str, int] = {}
    for contract in contracts:
        if contract.id in taken or contract.id in numbers:
            raise BadInput(f"contract {contract.id} is open already; give the new one an id of its own")
        payload = contract_text(contract)
        start = first_link(writing.contracts + 1, payload)
        numbers[contract.id] = writing.open(contract.id, partition_of(contract.id, SPREAD), payload, start)
    return numbers


def numbers_of(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those contracts that there are."""
    c = schema.contracts.c
    found: dict[str, int] = {}
    for part in chunks(ids):
        for row in connection.execute(select(c.id, c.number).where(c.id.in_(part))):
            found[row[0]] = row[1]
    return found


class Recording:
    """Events into a writing, one after the other."""

    def __init__(self, writing: Writing, numbers: dict[str, int]) -> None:
        self.writing = writing
        self.numbers = numbers
        self._known = self._in_book()

    def record(self, events: Iterable[tuple[str, Event]], known: date | None) -> list[Recorded]:
        """Record in order. BadEvent with the place of the one that cannot be."""
        recorded = []
        for place, (contract_id, event) in enumerate(events):
            try:
                recorded.append(self._record(contract_id, event, known))
            except (BadInput, NotFound) as bad:
                raise BadEvent(str(bad), place) from None
        return recorded

    def _record(self, contract_id: str, event: Event, known: date | None) -> Recorded:
        number = self.numbers.get(contract_id)
        if number is None:
            raise NotFound(f"no contract {contract_id!r} in this book")
        event = numbered(event, self.writing.heads[number].events, self._known.get(number, ({}, {}))[0])
        earlier = self._clash(number, event)
        if earlier is None:
            return self._append(number, contract_id, event, known or event.entered or event.on)
        if not event.key or earlier.key != event.key:
            raise BadInput(f"contract {contract_id}: event {event.id!r} is recorded already; ids are used once")
        first = earlier.recorded or self._read(contract_id, earlier.sequence)
        if not asks_the_same(first.event, event):
            raise BadInput(f"contract {contract_id}: key {event.key!r} stands already for another event, {earlier.id}")
        return first

    def _clash(self, number: int, event: Event) -> _Known | None:
        """The first event of the contract with that id or key."""
        by_id, by_key = self._known.setdefault(number, ({}, {}))
        found = [k for k in (by_id.get(event.id), by_key.get(event.key) if event.key else None) if k]
        return min(found, key=lambda k: k.sequence, default=None)

    def _append(self, number: int, contract_id: str, event: Event, known: date) -> Recorded:
        writing, payload = self.writing, event_text(event)
        writing.sequence += 1
        content = event_bytes(writing.sequence, contract_id, known.isoformat(), payload)
        place, digest = writing.record(number, content)
        columns = event_columns(event)
        writing.add(schema.events, (writing.sequence, number, place, *columns[:5], known.isoformat(), *columns[5:],
                                    payload, writing.seal, digest))  # fmt: skip
        ready = iso(max(event.on, known))
        writing.add(schema.inbox, (number, writing.sequence, event.on.isoformat(), ready))
        recorded = Recorded(writing.sequence, contract_id, known, event)
        self._note(number, _Known(event.id, event.key, writing.sequence, recorded))
        return recorded

    def _note(self, number: int, known: _Known) -> None:
        by_id, by_key = self._known.setdefault(number, ({}, {}))
        by_id[known.id] = known
        if known.key:
            by_key[known.key] = known

    def _in_book(self) -> dict[int, tuple[dict[str, _Known], dict[str, _Known]]]:
        """Ids and keys of what the contracts have already."""
        self._known = {}
        e = schema.events.c
        for part in chunks(n for n, head in self.writing.heads.items() if head.events):
            query = select(e.contract, e.id, e.key, e.sequence).where(e.contract.in_(part))
            for number, event_id, key, sequence in self.writing.connection.execute(query):
                self._note(number, _Known(event_id, key or "", sequence))
        return self._known

    def _read(self, contract_id: str, sequence: int) -> Recorded:
        e = schema.events.c
        query = select(e.known, e.payload).where(e.sequence == sequence)
        known, payload = self.writing.connection.execute(query).one()
        return Recorded(sequence, contract_id, known, event_from(payload))


def event_columns(event: Event) -> tuple[str | None, ...]:
    """What can be searched for: id, key, kind, on, received, who, channel, reason, maker, checker."""
    return (event.id, event.key or None, event.kind, event.on.isoformat(), instant_text(event.received), event.who,
            event.channel, event.reason, getattr(event, "maker", ""), getattr(event, "checker", ""))  # fmt: skip
