"""The book in a database: `inforce.ledger.Book` on SQLite or PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import Connection, select

from inforce.contracts import Contract, Event
from inforce.errors import BadEvent, BadInput, BookBusy, NotFound
from inforce.ledger import Book, Done, Entry, Fund, Intake, Line, Recorded, Run, Snapshot, Stored, Traded
from inforce.ledger.book import refuse_closed
from inforce.market import Between, Market, MarketData

from . import periods, pricing, queries, schema, trading
from .ahead import ReadAhead
from .bulk import chunks, uncollected
from .chain import Head, Seal
from .database import WAIT, AnyRow, Database
from .encoding import contract_from, instant_text, position_columns
from .inbox import clear_inbox
from .opening import opened
from .queries import Opened
from .recording import BATCH, Recording, numbers_of
from .writing import Writing, last_seal

TOGETHER: Final = 500
"""Contracts of a day that are put down together: few enough to stay in the processor's cache from step to step."""
_RUN: Final = ("day", "partition", "partitions", "contracts", "entries", "finished", "rebuilt")


def open_book(where: str | Path, *, create: bool = True, wait: float = WAIT) -> "SqlBook":
    """Open the book at a path (SQLite) or address (`postgresql://…`); where there is none, it is made.

    `wait` is how many seconds to wait for another process that writes. Each process opens the book for itself.

    Raises:
        BadBook: no book, one of a newer or foreign version, or one that cannot be read or written; it is untouched.
        BookBusy: another process is creating or upgrading it.
    """
    return SqlBook(*opened(where, create=create, wait=wait))


class SqlBook:
    """Contracts, events, entries, positions, prices and periods in a database. For one thread at a time."""

    def __init__(self, database: Database, book_id: str) -> None:
        self.database = database
        self.id = book_id
        """Drawn when the book was made; opaque."""
        self._numbers: dict[str, int] = {}
        self._versions: dict[int, int] = {}
        """Of each contract whose position was read here: the version it had."""
        self._ahead: ReadAhead | None = None

    @property
    def where(self) -> str:
        """Path or address, without a password."""
        return self.database.where

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    # the journal

    def open(self, contract: Contract) -> None:
        self.open_many([contract])

    def open_many(self, contracts: Iterable[Contract]) -> None:
        self.record_many((), opening=contracts)

    def contract(self, contract_id: str) -> Contract:
        opened = self._opened(contract_id)
        if opened is not None:
            return opened.contract
        rows = self.database.fetch(queries.CONTRACT, id=contract_id)
        if not rows:
            raise _no_contract(contract_id)
        self._numbers[contract_id] = rows[0].number
        return contract_from(rows[0].payload)

    def contracts(self) -> list[str]:
        return [row.id for row in self.database.fetch(queries.CONTRACTS)]

    def record(self, contract_id: str, event: Event, known: date | None = None) -> Recorded:
        try:
            return self.record_many([(contract_id, event)], known)[0]
        except BadEvent as bad:
            self._number(contract_id)
            raise BadInput(str(bad)) from None

    def record_many(
        self, events: Iterable[tuple[str, Event]], known: date | None = None, opening: Iterable[Contract] = ()
    ) -> list[Recorded]:
        recorded: list[Recorded] = []
        with self._recording(known) as recording:
            for contracts in chunks(opening, BATCH):
                recording.prepare(contracts)
                for contract in contracts:
                    recording.open(contract)
            for part in chunks(events, BATCH):
                recording.prepare(part)
                for contract_id, event in part:
                    try:
                        recorded.append(recording.record(contract_id, event))
                    except (BadInput, NotFound) as bad:
                        raise BadEvent(str(bad), len(recorded)) from None
        return recorded

    def taking_in(self, known: date | None = None) -> AbstractContextManager[Intake]:
        return self._recording(known)

    @contextmanager
    def _recording(self, known: date | None) -> Iterator[Recording]:
        """One transaction that opens and records."""
        with self.database.writing() as connection:
            writing = Writing.on(connection)
            recording = Recording(writing, known, self._numbers)
            yield recording
            if recording.opened or recording.recorded:
                writing.finish({"open": recording.opened, "record": recording.recorded})
        if self._ahead is not None:
            self._ahead.forget_all()

    def events(self, contract_id: str, known_by: date | None = None) -> list[Recorded]:
        return queries.recorded_in(self._event_rows(contract_id), contract_id, known_by)

    def unhandled(self, contract_id: str, snapshot: Snapshot, known_by: date | None = None) -> list[Recorded]:
        return queries.recorded_in(self._event_rows(contract_id), contract_id, known_by, snapshot)

    def _event_rows(self, contract_id: str) -> Sequence[AnyRow]:
        opened = self._opened(contract_id)
        if opened is not None:
            return opened.events
        return self.database.fetch(queries.EVENTS_OF, number=self._number(contract_id))

    def post(self, entries: Iterable[Entry]) -> None:
        new = list(entries)
        if not new:
            return
        by_contract: dict[str, list[Entry]] = {}
        for entry in new:
            by_contract.setdefault(entry.contract, []).append(entry)
        with self.database.writing() as connection:
            refuse_closed(new, periods.closed_through(connection))
            numbers = self._all_numbers(connection, by_contract)
            writing = Writing.on(connection, numbers.values())
            for contract, group in by_contract.items():
                writing.post(numbers[contract], group)
            writing.finish({"post": len(new)})
        self._forget(numbers)
        self._note_versions(writing.heads, only_known=True)

    def entries(self, contract_id: str) -> list[Entry]:
        e, x = schema.entries.c, schema.lines.c
        number = self._number(contract_id)
        with self.database.reading() as connection:
            lines = connection.execute(
                select(x.place, x.account, x.cents, x.units).where(x.contract == number).order_by(x.place, x.line)
            ).all()
            found = connection.execute(select(schema.entries).where(e.contract == number).order_by(e.place)).all()
        by_place = {
            place: tuple(Line(*row[1:]) for row in group) for place, group in groupby(lines, key=lambda row: row[0])
        }
        return [
            Entry(contract_id, row.event, row.operation, row.effective, row.known, row.period, row.terms, row.engine,
                  by_place.get(row.place, ()))
            for row in found
        ]  # fmt: skip

    # the book

    def counts(self) -> tuple[int, int, date | None]:
        """How many contracts there are, how many have a stored position, and the last day that one stands at."""
        row = self.database.fetch(queries.COUNTS)[0]
        return row[0], row[1], row[2]

    def stored(self, contract_id: str) -> Stored | None:
        return self._stored(contract_id)

    def stored_frame(self, contract_id: str) -> Stored | None:
        return self._stored(contract_id, state=False)

    def _stored(self, contract_id: str, state: bool = True) -> Stored | None:
        number, opened = self._number(contract_id), self._opened(contract_id)
        rows = [opened.position] if opened else self.database.fetch(queries.POSITION_OF, number=number)
        if not rows:
            raise queries.no_position(contract_id)
        row = rows[0]
        self._versions[number] = row.version
        return queries.stored_in(row, contract_id, state)

    def due(self, day: date, partition: int = 0, partitions: int = 1) -> list[str]:
        if partitions == 1:
            rows = self.database.fetch(queries.DUE, day=day)
        else:
            rows = self.database.fetch(queries.DUE_IN_PARTITION, day=day, partition=partition, partitions=partitions)
        self._numbers |= {row[0]: row[1] for row in rows}
        return [row[0] for row in rows]

    def held(self) -> list[Stored]:
        rows = self.database.fetch(queries.HELD.order_by(schema.positions.c.contract))
        found = ((row.id, queries.stored_in(row, row.id)) for row in rows)
        return [stored for _, stored in found if stored is not None]

    @contextmanager
    def ahead(self, contracts: Sequence[str]) -> Iterator[None]:
        """Within this, those contracts are read a few hundred at a time, each as it was when its part was read.

        What another process posts to one of them meanwhile is noticed at `commit`.
        """
        self._ahead = ReadAhead(self.database, list(contracts), self._numbers_of)
        try:
            yield
        finally:
            self._ahead = None

    @uncollected()
    def commit(self, run: Run, done: Iterable[Done]) -> None:
        """Post one partition-day in one transaction.

        Raises:
            BookBusy: another process posted to one of the contracts after its position was read here; nothing was
                posted. Read and work it again.
            BadInput: an entry would go into a closed accounting period; nothing was posted.
        """
        work = list(done)
        with self.database.writing() as connection:
            closed, traded = periods.closed_through(connection), dict[Fund, Traded]()
            numbers = self._all_numbers(connection, [each.stored.contract for each in work])
            writing = Writing.on(connection, numbers.values())
            self._refuse_stale(writing.heads, numbers)
            for part in chunks(work, TOGETHER):
                refuse_closed((entry for each in part for entry in each.entries), closed)
                self._add_others(writing, numbers, part)
                _put(writing, numbers, part)
                trading.gather(traded, part)
            trading.add(writing, traded)
            _log(writing, run)
        self._forget(numbers)
        self._note_versions(writing.heads)

    def _add_others(self, writing: Writing, numbers: dict[str, int], part: Iterable[Done]) -> None:
        """Contracts that are not worked themselves, in whose ledger others' entries go."""
        ids = dict.fromkeys(e.contract for each in part for e in each.entries if e.contract not in numbers)
        if ids:
            others = self._all_numbers(writing.connection, ids)
            writing.read_heads(others.values())
            self._refuse_stale(writing.heads, others)
            numbers |= others

    def waiting(self) -> list[str]:
        return [row.id for row in self.database.fetch(queries.WAITING)]

    def balances(self) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
        return queries.balances(self.database)

    def fund_totals(self) -> dict[Fund, int]:
        return trading.totals(self.database)

    def traded(self, day: date | None = None) -> dict[Fund, Traded]:
        return trading.traded(self.database, day)

    def finished(self, day: date, partition: int, partitions: int) -> bool:
        r = schema.runs.c
        query = select(r.seal).where(r.day == day, r.partition == partition, r.partitions == partitions)
        return bool(self.database.fetch(query.limit(1)))

    def runs(self, last: int = 20) -> list[Run]:
        r = schema.runs.c
        query = select(*(r[name] for name in _RUN)).order_by(r.seal.desc()).limit(last)
        return [Run(*row) for row in self.database.fetch(query)]

    def declined(self, contract_id: str) -> list[tuple[int, str]]:
        opened = self._opened(contract_id)
        if opened is not None:
            return list(opened.declined)
        rows = self.database.fetch(queries.DECLINED_OF, number=self._number(contract_id))
        return [(sequence, reason) for _, sequence, reason in rows]

    # accounting periods and prices

    def close_period(self, period: str, who: str = "") -> None:
        with self.database.writing() as connection:
            periods.close(Writing.on(connection), period, who)

    def reopen_period(self, period: str, who: str = "") -> None:
        with self.database.writing() as connection:
            periods.reopen(Writing.on(connection), period, who)

    def closed_through(self) -> str | None:
        with self.database.reading() as connection:
            return periods.closed_through(connection)

    def add_prices(self, data: MarketData, source: str, known: date) -> int:
        with self.database.writing() as connection:
            return pricing.add(Writing.on(connection), data, source, known)

    def market(self, known_by: date | None = None, between: Between = "refuse") -> Market:
        with self.database.reading() as connection:
            return Market(pricing.known(connection, known_by), between)

    def seal(self) -> Seal:
        """The newest seal: noted elsewhere, it proves later that nothing before it was changed (`verify`)."""
        with self.database.reading() as connection:
            return last_seal(connection)

    # numbers of contracts, versions of positions

    def _number(self, contract_id: str) -> int:
        known = self._numbers.get(contract_id)
        if known is None:
            rows = self.database.fetch(queries.CONTRACT, id=contract_id)
            if not rows:
                raise _no_contract(contract_id)
            known = self._numbers[contract_id] = rows[0].number
        return known

    def _numbers_of(self, ids: Sequence[str]) -> dict[str, int]:
        """The numbers of those that there are."""
        if any(contract not in self._numbers for contract in ids):
            with self.database.reading() as connection:
                self._known_numbers(connection, ids)
        return {contract: self._numbers[contract] for contract in ids if contract in self._numbers}

    def _opened(self, contract_id: str) -> Opened | None:
        return self._ahead.find(contract_id) if self._ahead is not None else None

    def _forget(self, contracts: Iterable[str]) -> None:
        if self._ahead is not None:
            self._ahead.forget(contracts)

    def _known_numbers(self, connection: Connection, ids: Iterable[str]) -> dict[str, int]:
        ids = list(ids)
        missing = [contract for contract in ids if contract not in self._numbers]
        if missing:
            self._numbers |= numbers_of(connection, missing)
        return {contract: self._numbers[contract] for contract in ids if contract in self._numbers}

    def _all_numbers(self, connection: Connection, ids: Iterable[str]) -> dict[str, int]:
        ids = list(ids)
        found = self._known_numbers(connection, ids)
        for contract in ids:
            if contract not in found:
                raise _no_contract(contract)
        return found

    def _refuse_stale(self, heads: Mapping[int, Head], numbers: Mapping[str, int]) -> None:
        stale = [
            contract for contract, n in numbers.items() if self._versions.get(n, heads[n].version) != heads[n].version
        ]
        if stale:
            more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
            raise BookBusy(f"{self.where}: another process posted to contract {stale[0]}{more} since it was read here; "
                           "nothing was posted. Run it again")  # fmt: skip

    def _note_versions(self, heads: Mapping[int, Head], only_known: bool = False) -> None:
        for number, head in heads.items():
            if not only_known or number in self._versions:
                self._versions[number] = head.version


def _no_contract(contract_id: str) -> NotFound:
    return NotFound(f"no contract {contract_id!r} in this book")


def _put(writing: Writing, numbers: Mapping[str, int], part: Iterable[Done]) -> None:
    """What a day did to contracts."""
    stored = {numbers[done.stored.contract]: done.stored for done in part}
    for done in part:
        _put_one(writing, numbers, done)
    clear_inbox(writing.connection, stored, writing.heads)


def _put_one(writing: Writing, numbers: Mapping[str, int], done: Done) -> None:
    name = done.stored.contract
    number = numbers[name]
    if not [entry for entry in done.entries if entry.contract != name]:
        writing.post(number, done.entries)
    else:
        for contract, entries in groupby(done.entries, key=_contract_of):
            writing.post(numbers[contract], entries)
    writing.store(number, position_columns(done.stored))
    for sequence, reason in done.declined:
        writing.decline(number, sequence, reason)


_contract_of = attrgetter("contract")


def _log(writing: Writing, run: Run) -> Seal:
    row: Sequence[Any] = (run.day.isoformat(), run.partition, run.partitions, run.contracts, run.entries,
                          instant_text(run.finished))  # fmt: skip
    writing.add(schema.runs, (writing.seal, *row, run.rebuilt))
    return writing.finish({"run": (*row, run.rebuilt) if run.rebuilt else row})


if TYPE_CHECKING:
    _PORT: Callable[[Database, str], Book] = SqlBook
    """mypy compares it with the port."""
