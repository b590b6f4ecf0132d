"""The writer of a book against a bare bulk insert of the same rows, and what it costs to read and to record.

`measure(new_place, contracts)` needs a function that gives places for new books: paths, or addresses of empty
PostgreSQL databases.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks.figures import Figure, Options
from tests.stores.postgres import NoPostgres, server

from inforce.contracts import Contract
from inforce.contracts.events import PurchasePayment
from inforce.ledger import Done, Entry, Line, Run, Snapshot, Stored
from inforce.mechanics.records import new_annuity
from inforce.stores import SqlBook, inbox, open_book, schema, trading, verify, writing

FIRST = date(2001, 5, 2)
DAYS = 5
LINES = 4
Rows = list[tuple[Any, ...]]
_WRITES = (
    (writing, "insert_rows"),
    (writing, "update_rows"),
    (inbox, "take_out"),
    (trading, "add_units"),
)
"""All that the writer writes by."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for all contracts: of a day's writing the quickest of several days, all else once."""

    database: str
    contracts: int
    open: float
    record: float
    read: float
    writer: float
    bare: float
    verify: float
    days: int

    @property
    def ratio(self) -> float:
        """How many times as long as a bare insert the writer takes."""
        return self.writer / self.bare

    def __str__(self) -> str:
        each = f"{1e6 * self.writer / self.contracts:.0f} µs a contract-day"
        return (
            f"{self.database:10} {self.contracts:>7,} contracts: writer {self.writer:.3f} s ({each}), bare insert "
            f"{self.bare:.3f} s, ratio {self.ratio:.2f}; open {self.open:.2f} s, record {self.record:.2f} s, "
            f"read {self.read:.2f} s, verify {self.verify:.2f} s"
        )


def figures(options: Options) -> list[Figure]:
    """Contract-days a second: the writer beside a bare insert of the same rows, in both databases.

    A PostgreSQL is started from the tests' wheel, or Debian's; without one its figures are left out, with a word.
    """
    sizes = (1_000, 10_000, 100_000) if options.large else (1_000, 10_000)
    found: list[Figure] = []
    with TemporaryDirectory() as folder:
        names = iter(range(1_000_000))
        for contracts in sizes:
            found += _figures(measure(lambda: f"{folder}/{next(names)}.db", contracts, _days(contracts, options)))
    try:
        with server(fsync="on") as postgres:
            for contracts in sizes:
                found += _figures(measure(postgres.new_database, contracts, _days(contracts, options)))
    except NoPostgres as failure:
        print(f"PostgreSQL was not measured: {failure}", file=sys.stderr)
    return found


def _days(contracts: int, options: Options) -> int:
    """More days of few contracts: what disturbs one is longer than the day."""
    return max(options.runs, 20_000 // contracts)


def _figures(timing: Timing) -> Iterator[Figure]:
    name, count = f"{timing.database}, {timing.contracts:,}", timing.contracts
    yield Figure(
        f"{name}: post a day", count / timing.writer, "contract-days/s", count / timing.bare, "bare insert", 0.5
    )
    yield Figure(f"{name}: read", count / timing.read, "contracts/s")
    yield Figure(f"{name}: record", count / timing.record, "events/s")
    yield Figure(f"{name}: verify", count * timing.days / timing.verify, "entries/s")


def measure(new_place: Callable[[], str | Path], contracts: int, days: int = DAYS) -> Timing:
    """A day on which everyone is due: an entry of four lines and a new position for each contract, several days.

    The bare insert goes to a second book: the same rows by the same statements, all ready, right after the writer's.
    """
    ids = [f"C{n:07}" for n in range(contracts)]
    with open_book(new_place()) as book, open_book(new_place()) as twin, open_book(new_place()) as other:
        opening = _seconds(lambda: book.open_many(_contracts(ids)))
        recording = _seconds(lambda: book.record_many(_payments(ids)))
        reading = _seconds(lambda: _read(book, ids))
        twin.record_many(_payments(ids), opening=_contracts(ids))
        other.record_many(_payments(ids), opening=_contracts(ids))
        with other.database.writing() as connection:
            connection.execute(schema.seals.delete())
        pairs = [_day(book, twin, other, ids, FIRST + timedelta(days=n)) for n in range(days)]
        checking = _seconds(lambda: verify(book))
        name = book.database.engine.dialect.name
    writer, bare = (min(seconds) for seconds in zip(*pairs, strict=True))
    return Timing(name, contracts, opening, recording, reading, writer, bare, checking, days)


def _day(book: SqlBook, twin: SqlBook, other: SqlBook, ids: list[str], day: date) -> tuple[float, float]:
    """Seconds of the writer, and of the bare insert of the rows that it wrote: those are noted in a twin of its book,
    so that the noting is not timed."""
    done = [_done(contract, n, day) for n, contract in enumerate(ids, 1)]
    run = Run(day, 0, 1, len(ids), len(ids), datetime.now(UTC))
    gc.freeze()  # what the benchmark itself holds is not the writer's to look through
    writer = _seconds(lambda: book.commit(run, done))
    with _rows() as rows:
        twin.commit(run, done)
    bare = _seconds(lambda: _write(other, rows))
    gc.unfreeze()
    return writer, bare


def _seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _contracts(ids: list[str]) -> Iterator[Contract]:
    for contract in ids:
        yield Contract(contract, "flex-extra", "flexible", "non_qualified", "NY", allocation={"growth": 1_000_000_000})


def _payments(ids: list[str]) -> Iterator[tuple[str, PurchasePayment]]:
    for contract in ids:
        yield contract, PurchasePayment(on=FIRST, amount=1_000_000, key=f"feed-{contract}", who="home office")


def _done(contract: str, sequence: int, day: date) -> Done:
    state = new_annuity(8, 1, 744_000)
    state.units = [123_456_789 * (sequence % 97 + k) for k in range(8)]
    state.layer_paid, state.layer_left, state.layer_day = [1_000_000] * 4, [900_000] * 4, [744_000] * 4
    state.layers = 4
    lines = [Line(f"contract/fund-{k}", 1_000 + sequence % 89, 654_321) for k in range(LINES - 1)]
    entry = Entry(contract, f"maintenance_charge {day}", "maintenance_charge", day, day, f"{day:%Y-%m}",
                  "flex-extra@1+0a1b2c3d", "inforce 0.1.0",
                  (*lines, Line("company/maintenance_charge", -sum(x.cents for x in lines))))  # fmt: skip
    snapshot = Snapshot(day, FIRST, state, FIRST, {"growth": 1_000_000_000}, 0, sequence)
    return Done(Stored(contract, snapshot, day + timedelta(days=1)), (entry,))


def _read(book: SqlBook, ids: list[str]) -> None:
    with book.ahead(ids):
        for contract in ids:
            book.stored(contract)
            book.contract(contract)
            book.events(contract)
            book.declined(contract)


@contextmanager
def _rows() -> Iterator[Rows]:
    """What a writer writes: each call, with its rows."""
    rows: Rows = []

    def noted(write: Callable[..., None]) -> Callable[..., None]:
        def call(connection: Any, *given: Any) -> None:
            rows.append((write, *given))
            write(connection, *given)

        return call

    with ExitStack() as patches:
        for module, name in _WRITES:
            patches.enter_context(patch.object(module, name, noted(getattr(module, name))))
        yield rows


def _write(book: SqlBook, rows: Rows) -> None:
    with book.database.writing() as connection:
        for write, *given in rows:
            write(connection, *given)
