"""Books of every kind: in memory, in SQLite, in PostgreSQL. The same tests run on all of them.

A PostgreSQL that cannot be started is a failure in CI, unless INFORCE_WITHOUT_POSTGRES is set; elsewhere its tests are
skipped, and the summary says so.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inforce.ledger import Book, MemoryBook
from inforce.stores import SqlBook, open_book
from tests.stores.postgres import NoPostgres, Server, server

POSTGRES = pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))
DATABASES = ["sqlite", POSTGRES]
Place = Callable[[], str]
"""Gives the place of a new, empty book."""


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
def empty_database(postgres: Server) -> str:
    """An empty book in PostgreSQL, to be copied."""
    address = postgres.new_database()
    open_book(address).close()
    return address.split("/")[3].split("?")[0]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Places of new books, in the database that the test's parameter names."""
    counter = iter(range(1_000_000))

    def in_sqlite() -> str:
        path = tmp_path / f"book{next(counter)}.db"
        shutil.copy(request.getfixturevalue("empty_file"), path)
        return str(path)

    def in_postgres() -> str:
        return request.getfixturevalue("postgres").new_database(request.getfixturevalue("empty_database"))  # type: ignore[no-any-return]

    return in_postgres if request.param == "postgresql" else in_sqlite


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
        path = tmp_path / "book.db"
        shutil.copy(request.getfixturevalue("empty_file"), path)
        with open_book(path, wait=0.5) as opened:
            yield opened
    else:
        database = request.getfixturevalue("postgres").new_database(request.getfixturevalue("empty_database"))
        with open_book(database, wait=0.5) as opened:
            yield opened
