"""The tables of a party store, and its opening. They are no book's: they have a database of their own."""

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from inforce.errors import BadBook

from .database import WAIT, Database, connect
from .schema import Instant

PARTIES_VARIABLE: Final = "INFORCE_PARTIES"
PARTY_SCHEMA: Final = 1
"""Version of these tables. A later one brings the statements that upgrade a store."""

APPLICATION: Final = 0x494E_4650
"""Marks an SQLite file as a party store (`PRAGMA application_id`): INFP."""

metadata = MetaData()

party_meta = Table(
    "party_meta", metadata,
    Column("store", Text, primary_key=True),
    Column("schema", BigInteger, nullable=False),
    Column("created", Instant, nullable=False),
    Column("master_key", Text, nullable=False),
)  # fmt: skip
"""One row. `master_key` is the id of the key that wraps all data keys; blank before the first."""

parties = Table(
    "parties", metadata,
    Column("id", Text, primary_key=True),
    Column("data_key", LargeBinary),
    Column("added", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("erased", Instant),
    Column("erased_by", Text),
    Column("erased_why", Text),
)  # fmt: skip
"""`data_key` is wrapped by the master key; none once the party is erased."""

identities = Table(
    "party_identities", metadata,
    Column("party", Text, ForeignKey("parties.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("known", Date, nullable=False),
    Column("written", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sealed", LargeBinary),
)  # fmt: skip
"""Only added to, until a party is erased: then its sealed texts go too."""

designations = Table(
    "party_designations", metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("contract", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("effective", Date, nullable=False),
    Column("known", Date, nullable=False),
    Column("written", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("party_designations_contract", "contract", "role"),
)  # fmt: skip
"""Who holds a role on a contract from a day on: a whole set of parties each time. Only added to."""

holders = Table(
    "party_holders", metadata,
    Column("designation", BigInteger, ForeignKey("party_designations.number"), primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("party", Text, ForeignKey("parties.id"), nullable=False),
    Column("share_class", Text),
    Column("share", BigInteger),
    Index("party_holders_party", "party"),
)  # fmt: skip


def parties_of(book: str, given: str | None = None) -> str:
    """Where the parties of a book are: as `given`, by INFORCE_PARTIES, or beside the book as `<book>-parties`."""
    named = given or os.environ.get(PARTIES_VARIABLE)
    if named:
        return named
    if "://" not in book:
        path = Path(book)
        return str(path.with_name(f"{path.stem}-parties{path.suffix}"))
    try:
        url = make_url(book)
    except (ArgumentError, ValueError):
        raise BadBook("the book's address cannot be read; write postgresql://user@host/database") from None
    return url.set(database=f"{url.database}-parties").render_as_string(hide_password=False)


def open_parties(where: str | Path, *, create: bool, wait: float = WAIT) -> Database:
    """The database of a party store, made where there is none. Raises BadBook."""
    database = connect(where, wait)
    try:
        if database.sqlite:
            _check_file(Path(database.where), create)
            event.listen(database.engine, "connect", _overwrite_deleted)
        with database.reading() as connection:
            found = _found(database, connection, create)
        if not found:
            with database.writing() as connection:
                if not _found(database, connection, create):
                    _make(database, connection)
    except BaseException:
        database.engine.dispose()
        raise
    return database


def _check_file(path: Path, create: bool) -> None:
    if path.is_dir():
        raise BadBook(f"{path} is a folder; name a file in it for the party store")
    if not path.parent.is_dir():
        raise BadBook(f"there is no folder {path.parent}; make it first, or check the path")
    try:
        header = path.open("rb").read(72) if path.exists() else b""
    except OSError as error:
        raise BadBook(f"{path} cannot be read: {error.strerror}") from None
    if not header and not create:
        raise BadBook(f"there is no party store at {path}")
    if header and (not header.startswith(b"SQLite format 3\0") or header[68:] != APPLICATION.to_bytes(4, "big")):
        raise BadBook(f"{path} is no party store. Nothing was changed")


def _overwrite_deleted(connection: Any, _: Any) -> None:
    """What is erased is overwritten with zeros, in the file and not only in its index."""
    connection.execute("PRAGMA secure_delete = ON").close()


def _found(database: Database, connection: Connection, create: bool) -> bool:
    """Is the store there? Raises BadBook where something else is."""
    tables = set(inspect(connection).get_table_names())
    if not tables and create:
        return False
    if party_meta.name not in tables:
        raise BadBook(f"{database.where}: there is no party store in this database. Nothing was changed")
    version = connection.execute(select(party_meta.c.schema)).scalar()
    if version != PARTY_SCHEMA:
        raise BadBook(f"the party store {database.where} has schema version {version}; this Inforce knows "
                      f"{PARTY_SCHEMA}. Install a newer one. Nothing was changed")  # fmt: skip
    return True


def _make(database: Database, connection: Connection) -> None:
    if database.sqlite:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
    metadata.create_all(connection)
    row = {"store": str(uuid.uuid4()), "schema": PARTY_SCHEMA, "created": datetime.now(UTC), "master_key": ""}
    connection.execute(party_meta.insert().values(row))


def key_id(connection: Connection) -> str:
    """The id of the master key that the store is under; blank before the first."""
    return str(connection.execute(select(party_meta.c.master_key)).scalar_one())
