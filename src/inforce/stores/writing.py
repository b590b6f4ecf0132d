"""One transaction on a book: rows are gathered, chained, sealed and written together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from inforce.ledger import Entry

from . import schema
from .bulk import Row, chunks, insert_rows, rows_of, update_rows
from .chain import NO_SEAL, START, Head, Seal, head_bytes, link, seal_digest
from .encoding import Position, canonical, entry_bytes, instant_text, iso
from .failures import changed_outside

AT_ONCE: Final = 3_000
"""Lines kept in memory before they are handed to the database, still within the transaction."""

_EVENT_HEAD: Final = ("events", "event_hash", "contract")
_ENTRY_HEAD: Final = ("entries", "entry_hash", "version", "contract")
_STORED: Final = ("on", "issued", "delivered", "allocation", "suspense", "sequence", "waiting", "state", "next_due",
                  "held", "proved", "reached")  # fmt: skip
_HEADS: Final = (
    'SELECT contract, events, event_hash, entries, entry_hash, version, CAST("on" AS TEXT), sequence FROM positions '
    "WHERE contract "
)
_TABLES: Final = schema.metadata.sorted_tables


def last_seal(connection: Connection) -> Seal:
    """The newest seal; number 0 where there is none yet."""
    row = connection.execute(select(schema.seals).order_by(schema.seals.c.number.desc()).limit(1)).first()
    return Seal(**row._mapping) if row else NO_SEAL


def heads_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Head]:
    """The heads of contracts."""
    asked = list(numbers)
    heads = {head.contract: head for head in map(Head._make, rows_of(connection, _HEADS, asked))}
    if len(heads) < len(asked):
        raise changed_outside(f"contract number {min(set(asked) - heads.keys())} has no row in positions")
    return heads


@dataclass(slots=True)
class Writing:
    """What a transaction writes."""

    connection: Connection
    last: Seal
    """The seal before this one."""
    heads: dict[int, Head]
    """Heads of the contracts it works on, as they will be."""
    sequence: int = 0
    contracts: int = 0
    prices: int = 0
    opened: set[int] = field(default_factory=set)
    event_heads: set[int] = field(default_factory=set)
    entry_heads: set[int] = field(default_factory=set)
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    declined: int = 0
    stored: dict[int, Position] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    """Contracts whose heads changed and were written already."""

    @classmethod
    def on(cls, connection: Connection, numbers: Iterable[int] = ()) -> "Writing":
        """Begin, with the heads of those contracts. The transaction must be one that writes."""
        last = last_seal(connection)
        return cls(connection, last, heads_of(connection, numbers), last.sequence, last.contracts, last.prices)

    @property
    def seal(self) -> int:
        """Number of the seal that this transaction will get."""
        return self.last.number + 1

    def add(self, table: Table, row: Row) -> None:
        """A row to be inserted; its columns in the table's order."""
        self.rows[table.name].append(row)

    def open(self, contract_id: str, spread: int, payload: str, start: bytes) -> int:
        """A new contract; returns its number. `start` is the hash of its row."""
        self.contracts += 1
        number = self.contracts
        self.heads[number] = Head(number, 0, start, 0, start)
        self.opened.add(number)
        self.add(schema.contracts, (number, contract_id, spread, payload, self.seal, start))
        return number

    def read_heads(self, numbers: Iterable[int]) -> None:
        """The heads of some more contracts, those that it has not yet."""
        self.heads |= heads_of(self.connection, [n for n in numbers if n not in self.heads])

    def settle(self, forget: bool = True) -> None:
        """Write what there is so far, and keep of it only which contracts changed: the transaction goes on."""
        self._write()
        changed = self.opened | self.event_heads | self.entry_heads
        self.settled |= changed
        if forget:
            self.heads = {}
        self.opened, self.event_heads, self.entry_heads, self.stored = set(), set(), set(), {}

    def record(self, number: int, content: bytes) -> tuple[int, bytes]:
        """The next event of a contract, by what its hash covers: its place and hash."""
        head = self.heads[number]
        digest = link(head.event_hash, content)
        self.heads[number] = head._replace(events=head.events + 1, event_hash=digest)
        self.event_heads.add(number)
        return head.events + 1, digest

    def post(self, number: int, entries: Iterable[Entry]) -> None:
        """Entries of one contract."""
        _, events, event_hash, before, digest, version, on, sequence = self.heads[number]
        place, seal, entry_rows, line_rows = before, self.seal, self.rows["entries"], self.rows["lines"]
        for e in entries:
            place += 1
            effective, known = iso(e.effective), iso(e.known)
            digest = link(digest, entry_bytes(e, effective, known))
            entry_rows.append((number, place, e.event, e.operation, effective, known,
                               e.period, e.terms, e.engine, seal, digest))  # fmt: skip
            line_rows += [(number, place, n, *line) for n, line in enumerate(e.lines)]
        if place != before:
            self.heads[number] = Head(number, events, event_hash, place, digest, version + 1, on, sequence)
            self.entry_heads.add(number)
        if len(line_rows) >= AT_ONCE:
            self._hand_over()

    def decline(self, number: int, sequence: int, reason: str) -> None:
        """An event that was refused."""
        self.declined += 1
        self.add(schema.declined, (number, self.seal, self.declined, sequence, reason))

    def store(self, number: int, position: Position) -> None:
        """A contract's position, in place of the one before."""
        if number not in self.entry_heads:
            head = self.heads[number]
            self.heads[number] = head._replace(version=head.version + 1)
        self.stored[number] = position

    def finish(self, what: Mapping[str, Any]) -> Seal:
        """Write it all and the seal."""
        self._write()
        seal = Seal(self.seal, datetime.now(UTC), canonical(what).decode(), self.contracts, self.sequence,
                    self.prices, self._changed_heads(), START)  # fmt: skip
        seal = replace(seal, digest=seal_digest(self.last.digest, seal))
        insert_rows(self.connection, schema.seals, [
            (seal.number, instant_text(seal.written or datetime.now(UTC)), seal.what, seal.contracts, seal.sequence,
             seal.prices, seal.heads, seal.digest)
        ])  # fmt: skip
        return seal

    def _write(self) -> None:
        for number in sorted(self.opened):
            h = self.heads[number]
            head = (number, h.events, h.event_hash, h.entries, h.entry_hash, h.version)
            self.add(schema.positions, (*head, *(None,) * len(_STORED)))
        self._hand_over()
        self._update_positions()

    def _hand_over(self) -> None:
        for table in _TABLES:
            insert_rows(self.connection, table, self.rows.pop(table.name, ()))

    def _update_positions(self) -> None:
        heads, stored = self.heads, self.stored
        recorded = [(heads[n].events, heads[n].event_hash, n) for n in sorted(self.event_heads - self.opened)]
        posted = [(*_entry_head(heads[n]), n) for n in sorted(self.entry_heads - stored.keys())]
        worked = [(*stored[n], *_entry_head(heads[n]), n) for n in sorted(stored)]
        update_rows(self.connection, schema.positions, _EVENT_HEAD, recorded)
        update_rows(self.connection, schema.positions, _ENTRY_HEAD, posted)
        update_rows(self.connection, schema.positions, (*_STORED, *_ENTRY_HEAD), worked)

    def _changed_heads(self) -> bytes:
        digest = sha256()
        for part in chunks(sorted(self.settled | self.opened | self.event_heads | self.entry_heads)):
            heads = heads_of(self.connection, part) if self.settled else self.heads
            digest.update(b"".join([head_bytes(*heads[number][:5]) for number in part]))
        return digest.digest()


_entry_head = attrgetter("entries", "entry_hash", "version")
