"""Connections to SQLite and PostgreSQL, and the two kinds of transaction that a book needs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable, Row, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from inforce.errors import BadBook

from .failures import translated

WAIT: Final = 10.0
"""Seconds that a writer waits for another before it gives up with BookBusy."""

APPLICATION: Final = 0x494E_4642
"""Marks an SQLite file as a book (`PRAGMA application_id`): INFB."""

AnyRow = Row[*tuple[Any, ...]]
"""A row of which the columns are known by their names only."""

_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",
)
"""In WAL mode NORMAL could lose the last commits in a power failure. FULL writes the log through to the disk at each
commit, so a day that was reported as posted is posted. It costs one flush a transaction, not one a row."""


@dataclass(slots=True)
class Database:
    """Where a book is kept."""

    where: str
    """For messages, without a password."""
    engine: Engine
    wait: float = WAIT
    _reader: Connection | None = None
    """Kept open: to begin and end a transaction costs more than most reads."""

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def fetch(self, statement: Executable, **values: Any) -> Sequence[AnyRow]:
        """The rows of one statement, as the book is now."""
        with translated(self.where):
            try:
                if self._reader is None:
                    self._reader = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                return self._reader.execute(statement, values).all()
            except ValueError as failure:
                self.close()
                raise BadBook(f"{self.where}: a value in it cannot be read ({failure}); somebody changed it, or the "
                              "file is damaged; `inforce ledger verify` says where") from None  # fmt: skip
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        reader, self._reader = self._reader, None
        if reader is not None:
            with suppress(SQLAlchemyError):
                reader.close()
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the book from its first look on."""
        level: dict[str, Any] = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        with translated(self.where), self.engine.connect() as connection:
            connection.execution_options(inforce_begins="BEGIN", **level)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction that writes to the book: committed at the end, undone on any error.

        Other writers wait for it. Readers do not: they see the book as it was.
        """
        with translated(self.where), self.engine.connect() as connection:
            connection.execution_options(inforce_begins="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.sqlite:
                    _lock(connection, self.wait)
                yield connection


def connect(where: str | Path, wait: float = WAIT) -> Database:
    """A database by path (SQLite) or address (`postgresql://…`). Nothing is opened yet. Raises BadBook."""
    written = str(where)
    if "://" not in written:
        return _sqlite(Path(where), wait)
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        raise BadBook("the book's address cannot be read; write postgresql://user@host/database") from None
    if url.get_backend_name() == "sqlite" and url.database:
        return _sqlite(Path(url.database), wait)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise BadBook(f"a book is an SQLite file or a PostgreSQL database, not {url.get_backend_name()}; "
                      "give a path or postgresql://…")  # fmt: skip
    return _postgresql(url.set(drivername="postgresql+psycopg"), wait)


def _sqlite(path: Path, wait: float) -> Database:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": wait}, pool_size=2)
    event.listen(engine, "connect", _begin_by_hand)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(str(path), engine, wait)


def _begin_by_hand(connection: Any, _: Any) -> None:
    """The driver is to leave transactions to us: it would begin them too late, and none for DDL."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("inforce_begins")
    if begin:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL, wait: float) -> Database:
    hidden = {name: "hidden" for name in url.query if "password" in name}  # libpq takes a password there as well
    where = url.set(drivername="postgresql").update_query_dict(hidden).render_as_string()
    with translated(where):
        engine = create_engine(url, pool_size=2)
    event.listen(engine, "connect", _in_utc)
    return Database(where, engine, wait)


def _in_utc(connection: Any, _: Any) -> None:
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute("SET datestyle = 'ISO, YMD'")
    connection.execute("SET client_min_messages = warning")
    connection.commit()


def _lock(connection: Connection, wait: float) -> None:
    """Be the one writer. What it wants of large tables it names, so it is found by index: the planner, which has no
    statistics on rows of this very transaction, would read the tables through."""
    for way in ("hashjoin", "mergejoin", "seqscan"):
        connection.execute(text(f"SET LOCAL enable_{way} = off"))
    connection.execute(text(f"SET LOCAL lock_timeout = {int(wait * 1000)}"))
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('inforce ' || current_schema(), 0))"))
