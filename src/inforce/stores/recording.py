"""Contracts and events into a book, batch by batch in one transaction: ids and keys are used once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from inforce.contracts import Contract, Event
from inforce.errors import BadInput, NotFound
from inforce.ledger import Item, Recorded, Taken, partition_of
from inforce.ledger.book import refuse_identities
from inforce.ledger.intake import ID_TAKEN, KEY_TAKEN, OPEN_OTHERWISE, refuse_when_closed, taken_when_closed
from inforce.ledger.journal import asks_the_same, known_day, numbered

from . import periods, schema
from .bulk import Row, chunks, rows_named
from .chain import first_link
from .encoding import contract_text, event_bytes, event_from, event_text, instant_text, iso
from .writing import Writing

SPREAD = 2_147_483_647
"""Partitions of which `partition_of` gives the number that holds for any."""
BATCH: Final = 5_000
"""Items of which the contracts, ids and keys are looked up together."""


@dataclass(slots=True)
class _Known:
    """An event that stands in a contract already."""

    id: str
    key: str
    sequence: int
    event: Event | str
    """As text until it is needed."""

    def asks_the_same(self, event: Event) -> bool:
        if isinstance(self.event, str):
            self.event = event_from(self.event)
        return asks_the_same(self.event, event)


def numbers_of(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those contracts that there are."""
    c = schema.contracts.c
    found: dict[str, int] = {}
    for part in chunks(ids):
        for row in connection.execute(select(c.id, c.number).where(c.id.in_(part))):
            found[row[0]] = row[1]
    return found


class Recording:
    """Items into a writing. `prepare` is told what comes next, and looks up what stands already of it."""

    def __init__(self, writing: Writing, known: date | None, numbers: Mapping[str, int]) -> None:
        self.writing, self.known = writing, known
        self.opened = 0
        self._closed = periods.closed_through(writing.connection)
        self._held = numbers
        """Numbers that were known before the transaction."""
        self._found: dict[str, int] = {}
        """Numbers that `missing` found last."""
        self._numbers: dict[str, int] = {}
        """Numbers of the batch."""
        self._begun: set[int] = set()
        """Contracts of the batch that had events before it."""
        self._probed: set[tuple[int, str]] = set()
        self._by_id: dict[tuple[int, str], _Known] = {}
        self._by_key: dict[tuple[int, str], _Known] = {}

    @property
    def recorded(self) -> int:
        """How many events are new."""
        return self.writing.sequence - self.writing.last.sequence

    # an intake

    def missing(self, contracts: Iterable[str]) -> set[str]:
        """Those of the contracts that are not open."""
        asked = set(contracts)
        self.writing.settle()
        self._found = {name: self._held[name] for name in asked if name in self._held}
        self._found |= numbers_of(self.writing.connection, asked.difference(self._found))
        return asked.difference(self._found)

    def take(self, items: Sequence[Item]) -> list[Taken]:
        """Take in what is new, in order; what became of each."""
        taken = []
        for part in chunks(items, BATCH):
            self.prepare(part)
            taken += [self._open_or_find(i) if isinstance(i, Contract) else self._record_or_find(*i) for i in part]
        return taken

    def _open_or_find(self, contract: Contract) -> Taken:
        number = self._numbers.get(contract.id)
        if number is None:
            return Taken(self.open(contract), new=True)
        if self._contract_text(number) == contract_text(contract):
            return Taken(number)
        return Taken(number, at="contract", problem=OPEN_OTHERWISE)

    def _record_or_find(self, contract: str, event: Event) -> Taken:
        number = self._number(contract)
        for at, known, problem in (
            ("key", self._by_key.get((number, event.key)), KEY_TAKEN),
            ("id", self._by_id.get((number, event.id)), ID_TAKEN),
        ):
            if known is not None and known.asks_the_same(event):
                return Taken(known.sequence)
            if known is not None:
                return Taken(known.sequence, at=at, problem=problem)
        late = taken_when_closed(event, self.known, self._closed)
        return late or Taken(self._append(number, contract, event).sequence, new=True)

    # one after the other

    def open(self, contract: Contract) -> int:
        """Open a contract of the batch; its number. BadInput where its id is taken."""
        if contract.id in self._numbers:
            raise BadInput(f"contract {contract.id} is open already; give the new one an id of its own")
        refuse_identities(contract)
        payload = contract_text(contract)
        start = first_link(self.writing.contracts + 1, payload)
        number = self.writing.open(contract.id, partition_of(contract.id, SPREAD), payload, start)
        self._numbers[contract.id] = number
        self.opened += 1
        return number

    def record(self, contract: str, event: Event) -> Recorded:
        """Record an event of the batch. Raises NotFound, BadInput."""
        number = self._number(contract)
        earlier = self._clash(number, event)
        if earlier is None:
            refuse_when_closed(contract, event.id or event.kind, known_day(event, self.known), self._closed)
            return self._append(number, contract, event)
        if not event.key or earlier.key != event.key:
            raise BadInput(f"contract {contract}: event {event.id!r} is recorded already; ids are used once")
        if not earlier.asks_the_same(event):
            raise BadInput(f"contract {contract}: key {event.key!r} stands already for another event, {earlier.id}")
        return self._read(contract, earlier.sequence)

    def _number(self, contract: str) -> int:
        number = self._numbers.get(contract)
        if number is None:
            raise NotFound(f"no contract {contract!r} in this book")
        return number

    def _clash(self, number: int, event: Event) -> _Known | None:
        """The first event of the contract with that id or key."""
        found = [k for k in (self._by_id.get((number, event.id)), self._by_key.get((number, event.key))) if k]
        return min(found, key=lambda k: k.sequence, default=None)

    def _append(self, number: int, contract: str, event: Event) -> Recorded:
        writing = self.writing
        event = numbered(event, writing.heads[number].events, _Ids(self, number))
        known, payload = known_day(event, self.known), event_text(event)
        writing.sequence += 1
        day, text = iso(known) or "", payload
        place, digest = writing.record(number, event_bytes(writing.sequence, contract, day, text))
        columns = event_columns(event)
        writing.add(schema.events, (writing.sequence, number, place, *columns[:5], day, *columns[5:], text,
                                    writing.seal, digest))  # fmt: skip
        writing.add(schema.inbox, (number, writing.sequence, iso(event.on), iso(max(event.on, known))))
        self._note(number, _Known(event.id, event.key, writing.sequence, event))
        return Recorded(writing.sequence, contract, known, event)

    def _note(self, number: int, known: _Known) -> None:
        self._by_id[number, known.id] = known
        if known.key:
            self._by_key[number, known.key] = known

    # what stands already

    def prepare(self, items: Sequence[Item]) -> None:
        """Write what came before, and look up what stands already of what comes next."""
        writing = self.writing
        writing.settle()
        names = {item.id if isinstance(item, Contract) else item[0] for item in items}
        self._numbers = {n: self._found.get(n) or self._held[n] for n in names if n in self._found or n in self._held}
        self._numbers |= numbers_of(writing.connection, names.difference(self._numbers))
        writing.read_heads(self._numbers.values())
        self._begun = {number for number in self._numbers.values() if writing.heads[number].events}
        self._by_id, self._by_key = {}, {}
        asked = [(n, event) for name, event in (i for i in items if not isinstance(i, Contract))
                 if (n := self._numbers.get(name, 0)) in self._begun]  # fmt: skip
        self._probed = {(number, event.id) for number, event in asked if event.id} | set(self._next_ids(asked))
        self._look_up("id", self._probed)
        self._look_up("key", {(number, event.key) for number, event in asked if event.key})

    def _next_ids(self, asked: Iterable[tuple[int, Event]]) -> Iterable[tuple[int, str]]:
        """The ids that events without one will get, unless something else bears them."""
        next_: dict[int, int] = {}
        for number, _ in asked:
            next_[number] = next_.get(number, self.writing.heads[number].events) + 1
            yield number, f"e{next_[number]}"

    def _look_up(self, column: str, names: Iterable[tuple[int, str]]) -> None:
        for row in rows_named(self.writing.connection, "events", _KNOWN, column, names):
            self._note(row[0], _Known(row[1], row[2] or "", row[3], row[4]))

    def has_id(self, number: int, event_id: str) -> bool:
        """Does an event of the contract bear that id?"""
        if number in self._begun and (number, event_id) not in self._probed:
            self._probed.add((number, event_id))
            self._look_up("id", [(number, event_id)])
        return (number, event_id) in self._by_id

    def _contract_text(self, number: int) -> str:
        self.writing.settle(forget=False)
        c = schema.contracts.c
        return str(self.writing.connection.execute(select(c.payload).where(c.number == number)).scalar_one())

    def _read(self, contract: str, sequence: int) -> Recorded:
        self.writing.settle(forget=False)
        e = schema.events.c
        query = select(e.known, e.payload).where(e.sequence == sequence)
        known, payload = self.writing.connection.execute(query).one()
        return Recorded(sequence, contract, known, event_from(payload, contract))


_KNOWN: Final = ("contract", "id", "key", "sequence", "payload")


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of a contract's events."""

    recording: Recording
    number: int

    def __contains__(self, event_id: object) -> bool:
        return self.recording.has_id(self.number, str(event_id))


def event_columns(event: Event) -> Row:
    """What can be searched for: id, key, kind, on, received, who, channel, reason, maker, checker."""
    fields = event.__dict__
    return (event.id, event.key or None, event.kind, iso(event.on), instant_text(event.received), event.who,
            event.channel, event.reason, fields.get("maker", ""), fields.get("checker", ""))  # fmt: skip
