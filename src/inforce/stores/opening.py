"""Opening a book: is it one, is it of this version, create or upgrade it. All of it in one transaction, or nothing."""

import sqlite3
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, select, text

from inforce.errors import BadBook

from .database import APPLICATION, WAIT, Database, connect
from .failures import in_our_words, translated
from .schema import HEAD, SCHEMA, VERSION_TABLE, meta

_SQLITE_MAGIC: Final = b"SQLite format 3\0"


def opened(where: str | Path, *, create: bool = True, wait: float = WAIT) -> tuple[Database, str]:
    """The database of a book, created or upgraded where needed, and the book's id. Raises BadBook, BookBusy."""
    database = connect(where, wait)
    try:
        if database.sqlite:
            _check_file(Path(database.where), create)
        with database.reading() as connection:
            version = _version(database, connection, create)
            book = _book(database, connection) if version == HEAD else ""
        return database, book or _upgraded(database, create)
    except BaseException:
        database.close()
        raise


def _check_file(path: Path, create: bool) -> None:
    """What can be said of a file before SQLite touches it, and makes it a WAL database where it is new."""
    if path.is_dir():
        raise BadBook(f"{path} is a folder; name a file in it for the book")
    if not path.parent.is_dir():
        raise BadBook(f"there is no folder {path.parent}; make it first, or check the path")
    fresh = not path.exists() or path.stat().st_size == 0
    if fresh and not create:
        raise BadBook(f"there is no book at {path}")
    with translated(str(path)):
        try:
            if not fresh:
                _check_header(path)
            _write_ahead(path)
        except OSError as failure:
            raise BadBook(f"{path} cannot be read or written: {failure.strerror}") from None


def _check_header(path: Path) -> None:
    with path.open("r+b") as file:
        header = file.read(72)
    if not header.startswith(_SQLITE_MAGIC):
        raise BadBook(f"{path} is no book: it is not an SQLite file. Nothing was changed")
    if int.from_bytes(header[68:72], "big") not in (0, APPLICATION):
        raise BadBook(f"{path} is no book: it is an SQLite file of another program. Nothing was changed")


def _write_ahead(path: Path) -> None:
    """Switch an empty file to a write-ahead log; it stays so."""
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
    try:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _version(database: Database, connection: Connection, create: bool) -> str:
    """The schema's version; blank where there is nothing yet. Raises BadBook on a foreign or newer one."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        if not create:
            raise BadBook(f"{database.where}: there is no book in this database")
        return ""
    if VERSION_TABLE not in tables or meta.name not in tables:
        raise BadBook(f"{database.where} is no book: it holds other tables. Give the book a database of its own. "
                      "Nothing was changed")  # fmt: skip
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()
    version = found[0] if len(found) == 1 else "?"
    if not version.isdigit() or not 1 <= int(version) <= SCHEMA:
        raise BadBook(f"{database.where} has schema version {', '.join(found) or 'none'}; this Inforce knows 0001 to "
                      f"{HEAD}. Install the version that wrote it, or a newer one. Nothing was changed")  # fmt: skip
    return str(version)


def _book(database: Database, connection: Connection) -> str:
    rows = connection.execute(select(meta.c.book, meta.c.schema)).all()
    if len(rows) != 1 or rows[0].schema != SCHEMA:
        raise BadBook(f"{database.where}: its table `meta` is not that of a book of schema version {HEAD}")
    return str(rows[0].book)


def _upgraded(database: Database, create: bool) -> str:
    """Create or upgrade, unless another process was faster."""
    with database.writing() as connection:
        version = _version(database, connection, create)
        if version != HEAD:
            _migrate(connection)
            _note(database, connection, new=not version)
        return _book(database, connection)


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _note(database: Database, connection: Connection, new: bool) -> None:
    if not new:
        connection.execute(meta.update().values(schema=SCHEMA))
        return
    from inforce import __version__

    row = {
        "book": str(uuid.uuid4()),
        "schema": SCHEMA,
        "created": datetime.now(UTC),
        "engine": f"inforce {__version__}",
    }
    connection.execute(meta.insert().values(row))
    if database.sqlite:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")


def damaged(database: Database) -> str | None:
    """What SQLite's own check of the file finds; None where it is whole, or where it is not SQLite."""
    if not database.sqlite:
        return None
    with database.engine.connect() as connection:
        try:
            found = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
        except Exception as failure:
            return str(in_our_words(database.where, getattr(failure, "orig", None) or failure))
    return None if list(found) == ["ok"] else "; ".join(map(str, found))
