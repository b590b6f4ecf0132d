"""Was a row of the book changed, removed or inserted? Everything is hashed again, a few hundred contracts at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, exists, func, select

from inforce.errors import InforceError
from inforce.ledger import Entry, Line

from . import schema
from .chain import START, Seal, first_link, head_bytes, link, seal_digest
from .database import AnyRow
from .encoding import canonical, entry_bytes, event_bytes, event_from, instant_text, iso
from .opening import damaged
from .pricing import price_bytes
from .recording import event_columns
from .sql_book import SqlBook

TOGETHER: Final = 500
UNREADABLE: Final = (ValueError, TypeError, AttributeError)
"""What reading a row raises of which a value is none of its column: no date, nothing, text for a number."""
_RUN: Final = ("day", "partition", "partitions", "contracts", "entries", "finished")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    table: str
    where: str
    """Contract and number, batch or seal."""
    problem: str

    def __str__(self) -> str:
        return f"{self.table}, {self.where}: {self.problem}"


def verify(book: SqlBook, noted: Seal | str | None = None) -> list[Finding]:
    """Every row that was changed, removed or inserted behind the book's back; none where all is as it was written.

    `noted` is a seal (or its text, `number:digest`) that was kept elsewhere. Without one, a book of which everything
    after some day was cut off, or which was rewritten with all its hashes, cannot be told from a whole one.

    Found are rows of contracts, events, entries, lines, prices, runs, periods, seals. Positions and refusals are worked
    out from them, and are checked by a replay.
    """
    broken = damaged(book.database)
    if broken is not None:
        return [Finding("file", book.where, broken)]
    with book.database.reading() as connection:
        check = _Check(connection)
        parts = {"contracts": check.contracts(), "prices": check.prices(), "runs": check.log(),
                 "lines": check.strays(), "seals": check.seals(str(noted or ""))}  # fmt: skip
        return [finding for table, part in parts.items() for finding in _readable(table, part)]


def _readable(table: str, part: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, and where a value that cannot be read ends them."""
    try:
        yield from part
    except UNREADABLE as failure:
        yield _unreadable(table, "a row", failure)


def _unreadable(table: str, where: str, failure: Exception) -> Finding:
    return Finding(table, where, f"a value cannot be read ({failure}): changed, or not written by Inforce")


@dataclass(slots=True)
class _Chain:
    """A contract's chain while it is walked."""

    table: str
    contract: str
    hash: bytes
    count: int = 0
    at_seal: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Count and hash after each seal that added to it."""

    def walk(self, rows: Iterable[tuple[int, int, bytes, bytes | None]]) -> Iterator[Finding]:
        """Rows of place, seal, hash and content (None where it says something else in two places)."""
        for place, seal, digest, content in rows:
            if place != self.count + 1:
                missing = f"{self.count + 1}" + (f" to {place - 1}" if place > self.count + 2 else "")
                yield self._finding(missing, "removed")
            elif content is None or link(self.hash, content) != digest:
                yield self._finding(str(place), "changed, or not written by Inforce")
            self.count, self.hash = place, digest
            self.at_seal[seal] = place, digest

    def end(self, count: int, digest: bytes) -> Iterator[Finding]:
        """Compare with the head that is stored."""
        if count > self.count:
            yield self._finding(f"{self.count + 1} to {count}", "removed from the end")
        elif count < self.count:
            yield self._finding(f"{count + 1} to {self.count}", "inserted at the end")
        elif digest != self.hash:
            yield Finding("positions", f"contract {self.contract}", f"the head of its {self.table} was changed")

    def _finding(self, number: str, problem: str) -> Finding:
        return Finding(self.table, f"contract {self.contract}, number {number}", problem)


class _Check:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.heads: dict[int, Any] = defaultdict(sha256)
        """A hash for each seal over the heads that it changed."""
        self.said: dict[int, str] = {row.number: row.what for row in connection.execute(
            select(schema.seals.c.number, schema.seals.c.what))}  # fmt: skip

    # contracts, events, entries, lines

    def contracts(self) -> Iterator[Finding]:
        """Every contract with its two chains, in order of its number."""
        c, last = schema.contracts.c, 0
        expected = 1
        while True:
            query = select(schema.contracts).where(c.number > last).order_by(c.number).limit(TOGETHER)
            rows = self.connection.execute(query).all()
            if not rows:
                return
            for row, parts in self._with_parts(rows, last):
                if row.number != expected:
                    yield Finding("contracts", f"number {expected} to {row.number - 1}", "removed")
                expected = row.number + 1
                if isinstance(parts, _Parts):
                    yield from self._contract(row, parts)
                else:
                    yield _unreadable("events or entries", f"contract {row.id}", parts)
            last = rows[-1].number

    def _with_parts(self, rows: Sequence[AnyRow], after: int) -> "Iterator[tuple[AnyRow, _Parts | Exception]]":
        """Contracts with their rows, which are read together; where some cannot be read, one contract at a time."""
        try:
            parts: _Parts | Exception = _Parts(self.connection, after, rows[-1].number)
            yield from ((row, parts) for row in rows)
        except UNREADABLE:
            for row in rows:
                try:
                    parts = _Parts(self.connection, row.number - 1, row.number)
                except UNREADABLE as failure:
                    parts = failure
                yield row, parts

    def _contract(self, row: AnyRow, parts: "_Parts") -> Iterator[Finding]:
        if first_link(row.number, row.payload) != row.hash or f'"id":{canonical(row.id).decode()}' not in row.payload:
            yield Finding("contracts", f"contract {row.id}", "changed")
        events = _Chain("events", row.id, row.hash, at_seal={row.seal: (0, row.hash)})
        entries = _Chain("entries", row.id, row.hash, at_seal={row.seal: (0, row.hash)})
        yield from events.walk(_event(e, row.id) for e in parts.events.get(row.number, ()))
        yield from entries.walk(parts.entries_of(row.number, row.id))
        head = parts.heads.get(row.number)
        if head is None:
            yield Finding("positions", f"contract {row.id}", "removed")
        else:
            yield from events.end(head.events, head.event_hash)
            yield from entries.end(head.entries, head.entry_hash)
        self._note_heads(row.number, events, entries)

    def _note_heads(self, number: int, events: _Chain, entries: _Chain) -> None:
        """What each seal that touched the contract covers of it."""
        event = entry = (0, START)
        for seal in sorted(events.at_seal.keys() | entries.at_seal.keys()):
            event, entry = events.at_seal.get(seal, event), entries.at_seal.get(seal, entry)
            self.heads[seal].update(head_bytes(number, *event, *entry))

    # prices

    def prices(self) -> Iterator[Finding]:
        """Every batch of prices against what its seal says."""
        digests: dict[int, Any] = defaultdict(sha256)
        columns = [column for column in schema.prices.c if column.name != "seal"]
        query = select(schema.prices.c.seal, *columns).order_by(schema.prices.c.number)
        expected = 1
        for row in self.connection.execution_options(yield_per=5_000).execute(query):
            if row.number != expected:
                yield Finding("prices", f"number {expected} to {row.number - 1}", "removed")
            expected = row.number + 1
            digests[row.seal].update(price_bytes(tuple(row)[1:]))
        for batch in self.connection.execute(select(schema.price_batches)):
            found = [
                batch.source,
                batch.known.isoformat(),
                batch.decimals,
                batch.prices,
                digests[batch.seal].hexdigest(),
            ]
            if self._says(batch.seal, "prices") != found:
                yield Finding("prices", f"batch {batch.seal} from {batch.source}, known {batch.known}",
                              "a price, or the batch itself, was changed, removed or inserted")  # fmt: skip
        yield from self._unlogged("prices", schema.price_batches)

    # runs and periods

    def log(self) -> Iterator[Finding]:
        """Every run and every change of a period against its seal."""
        for row in self.connection.execute(select(schema.runs)):
            found = [row.day.isoformat(), *(getattr(row, name) for name in _RUN[1:-1]), instant_text(row.finished)]
            found += [row.rebuilt] if row.rebuilt else []
            if self._says(row.seal, "run") != found:
                yield Finding("runs", f"run of {row.day}, seal {row.seal}", "changed or inserted")
        for row in self.connection.execute(select(schema.periods)):
            if self._says(row.seal, "period") != [row.action, row.period, row.who, row.closed_through]:
                yield Finding("periods", f"period {row.period}, seal {row.seal}", "changed or inserted")
        yield from self._unlogged("run", schema.runs)
        yield from self._unlogged("period", schema.periods)

    def _says(self, seal: int, word: str) -> Any:
        """What a seal says under a word."""
        import json

        try:
            return json.loads(self.said.get(seal, "{}")).get(word)
        except (ValueError, AttributeError):
            return None

    def _unlogged(self, word: str, table: Table) -> Iterator[Finding]:
        """Seals that speak of a row that is not there."""
        there = set(self.connection.execute(select(table.c.seal)).scalars())
        for seal in sorted(n for n, what in self.said.items() if what.startswith(f'{{"{word}":') and n not in there):
            yield Finding(table.name, f"seal {seal}", "removed")

    # rows that belong to nothing

    def strays(self) -> Iterator[Finding]:
        """Rows of a contract or entry that there is not."""
        c, e, x = schema.contracts.c, schema.entries.c, schema.lines.c
        for table in (schema.events, schema.entries, schema.positions):
            lost = select(table.c.contract).where(~exists().where(c.number == table.c.contract)).distinct()
            for number in self.connection.execute(lost).scalars():
                yield Finding(table.name, f"contract number {number}", "its contract was removed")
        owner = and_(e.contract == x.contract, e.place == x.place)
        lost_lines = select(x.contract, x.place).where(~exists().where(owner)).distinct()
        for number, place in self.connection.execute(lost_lines):
            yield Finding("lines", f"contract number {number}, number {place}", "belongs to no entry")

    # seals

    def seals(self, noted: str) -> Iterator[Finding]:
        """The chain of seals, and that each covers what the rows of its number say."""
        before, last, found = START, Seal(0, None, "", 0, 0, 0, START, START), not noted
        for row in self.connection.execution_options(yield_per=5_000).execute(
            select(schema.seals).order_by(schema.seals.c.number)
        ):
            seal = Seal(**row._mapping)
            yield from self._seal(seal, last.number + 1, before)
            before, last, found = seal.digest, seal, found or str(seal) == noted
        for number in sorted(self.heads):
            yield Finding("seals", f"seal {number}", "rows carry its number, and it does not stand in the book")
        if not found:
            yield Finding("seals", f"noted seal {noted[:24]}…", f"it is not in the book, which ends at {last.number}: "
                          "what came after was cut off, or the book was rewritten")  # fmt: skip
        yield from self._ends(last)

    def _seal(self, seal: Seal, expected: int, before: bytes) -> Iterator[Finding]:
        if seal.number != expected:
            yield Finding("seals", f"seal {expected} to {seal.number - 1}", "removed")
        elif seal_digest(before, seal) != seal.digest:
            yield Finding("seals", f"seal {seal.number}", "changed")
        covered = self.heads.pop(seal.number, None) or sha256()
        if covered.digest() != seal.heads:
            yield Finding("seals", f"seal {seal.number} of {seal.written}", "what it covers is not what is there now; "
                          f"it did {seal.what}")  # fmt: skip

    def _ends(self, last: Seal) -> Iterator[Finding]:
        """How far the numbers have come."""
        for table, column, said in (
            ("contracts", schema.contracts.c.number, last.contracts),
            ("events", schema.events.c.sequence, last.sequence),
            ("prices", schema.prices.c.number, last.prices),
        ):
            there = self.connection.execute(select(func.max(column))).scalar() or 0
            if there != said:
                problem = "removed from the end" if there < said else "inserted at the end"
                yield Finding(table, f"number {min(there, said) + 1} to {max(there, said)}", problem)


class _Parts:
    """The rows of contracts whose numbers follow each other."""

    def __init__(self, connection: Connection, after: int, to: int) -> None:
        self.heads: dict[int, AnyRow] = {}
        p = schema.positions.c
        for row in _rows(connection, (p.contract, p.events, p.event_hash, p.entries, p.entry_hash), p, after, to):
            self.heads[row.contract] = row
        e, n, x = schema.events.c, schema.entries.c, schema.lines.c
        self.events = _grouped(_rows(connection, schema.events.c, e, after, to, e.place))
        self.entries = _grouped(_rows(connection, schema.entries.c, n, after, to, n.place))
        self.lines = _grouped(_rows(connection, schema.lines.c, x, after, to, x.place, x.line))

    def entries_of(self, number: int, contract: str) -> Iterator[tuple[int, int, bytes, bytes | None]]:
        """Entries with their lines, as the chain wants them."""
        lines = {place: list(group) for place, group in groupby(self.lines.get(number, ()), lambda row: row.place)}
        for row in self.entries.get(number, ()):
            yield row.place, row.seal, row.hash, _entry(row, lines.get(row.place, []), contract)


def _rows(
    connection: Connection, columns: Iterable[Any], of: Any, after: int, to: int, *order: Any
) -> Sequence[AnyRow]:
    query = select(*columns).where(of.contract > after, of.contract <= to).order_by(of.contract, *order)
    return connection.execute(query).all()


def _grouped(rows: Sequence[AnyRow]) -> dict[int, list[AnyRow]]:
    return {number: list(group) for number, group in groupby(rows, lambda row: row.contract)}


def _event(row: AnyRow, contract: str) -> tuple[int, int, bytes, bytes | None]:
    """An event as the chain wants it; without content where a column says something else than the event."""
    content: bytes | None = None
    with suppress(InforceError, *UNREADABLE):
        columns = (row.id, row.key, row.kind, row.on.isoformat(), instant_text(row.received), row.who, row.channel,
                   row.reason, row.maker, row.checker)  # fmt: skip
        if columns == event_columns(event_from(row.payload)):
            content = event_bytes(row.sequence, contract, row.known.isoformat(), row.payload)
    return row.place, row.seal, row.hash, content


def _entry(row: AnyRow, lines: list[AnyRow], contract: str) -> bytes | None:
    if [line.line for line in lines] != list(range(len(lines))):
        return None
    sides = tuple(Line(x.account, x.cents, x.units) for x in lines)
    with suppress(InforceError, *UNREADABLE):
        entry = Entry(contract, row.event, row.operation, row.effective, row.known, row.period, row.terms, row.engine,
                      sides)  # fmt: skip
        return entry_bytes(entry, iso(row.effective), iso(row.known))
    return None
