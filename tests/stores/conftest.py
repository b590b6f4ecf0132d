"""Books of every kind: in memory, in SQLite, in PostgreSQL. The same tests run on all of them.

A PostgreSQL that cannot be started is a failure in CI, unless INFORCE_WITHOUT_POSTGRES is set; elsewhere its tests are
skipped, and the summary says so.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.stores.postgres import NoPostgres, Server, server

from inforce.ledger import Book, MemoryBook
from inforce.stores import SqlBook, open_book, schema

POSTGRES = pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))
DATABASES = ["sqlite", POSTGRES]
Place = Callable[[], str]
"""Gives the place of a new, empty book."""


class Databases:
    """Databases with an empty book. They are emptied and used again: a new one is eight megabytes of files."""

    def __init__(self, postgres: Server) -> None:
        self.postgres = postgres
        self.free: list[str] = []

    def take(self) -> str:
        if self.free:
            return self.free.pop()
        address = self.postgres.new_database()
        open_book(address).close()
        return address

    def give_back(self, address: str) -> None:
        tables = ", ".join(name for name in schema.metadata.tables if name != "meta")
        statements = (
            f"TRUNCATE {tables}",
            f"DELETE FROM {schema.VERSION_TABLE}",
            f"INSERT INTO {schema.VERSION_TABLE} VALUES ('{schema.HEAD}')",
            "DELETE FROM meta",
            f"INSERT INTO meta VALUES ('emptied', {schema.SCHEMA}, now(), 'tests')",
        )
        with contextlib.suppress(psycopg.Error):  # one that a test has broken is not used again
            self.postgres.sql(address.split("/")[3].split("?")[0], *statements)
            self.free.append(address)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of this process."""
    try:
        with server() as started:
            yield started
    except NoPostgres as failure:
        text = f"POSTGRESQL WAS NOT TESTED, no server could be started: {failure}"
        if os.environ.get("CI") and not os.environ.get("INFORCE_WITHOUT_POSTGRES"):
            pytest.fail(f"{text} (INFORCE_WITHOUT_POSTGRES=1 lets CI pass without)")
        pytest.skip(text)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty book in SQLite, to be copied: making one takes longer."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    open_book(path).close()
    return path


@pytest.fixture(scope="session")
def databases(postgres: Server) -> Databases:
    """Empty books in PostgreSQL."""
    return Databases(postgres)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Places of new books, in the database that the test's parameter names."""
    if request.param == "sqlite":
        counter = iter(range(1_000_000))
        yield lambda: _copied(request, tmp_path / f"book{next(counter)}.db")
        return
    pool, taken = request.getfixturevalue("databases"), []
    yield lambda: taken.append(pool.take()) or taken[-1]
    for address in taken:
        pool.give_back(address)


def _copied(request: pytest.FixtureRequest, path: Path) -> str:
    shutil.copy(request.getfixturevalue("empty_file"), path)
    return str(path)


@pytest.fixture
def sql_book(place: Place) -> Iterator[SqlBook]:
    """A new book in a database; for tests with the parameter `place`."""
    with open_book(place(), wait=0.5) as book:
        yield book


@pytest.fixture(params=["memory", *DATABASES])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    """A new book of each kind."""
    if request.param == "memory":
        yield MemoryBook()
    elif request.param == "sqlite":
        with open_book(_copied(request, tmp_path / "book.db"), wait=0.5) as opened:
            yield opened
    else:
        pool = request.getfixturevalue("databases")
        address = pool.take()
        with open_book(address, wait=0.5) as opened:
            yield opened
        pool.give_back(address)
