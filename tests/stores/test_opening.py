"""Opening a book: new, again, of another version, and everything that is no book."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from tests.stores import samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.postgres import Server

from inforce.errors import BadBook, NotFound
from inforce.stores import open_book, opening, schema, verify

TO_FIRST_SCHEMA = (
    "DROP TABLE traded", "DROP TABLE fund_totals", "ALTER TABLE runs DROP COLUMN rebuilt",
    *(f"ALTER TABLE positions DROP COLUMN {name}" for name in ("held", "proved", "reached")),
    f"UPDATE {schema.VERSION_TABLE} SET version_num = '0001'", "UPDATE meta SET schema = 1",
)  # fmt: skip
"""Takes away what later versions have added."""
NEXT = f"{schema.SCHEMA + 1:04}"
"""A version that this Inforce does not know."""

in_both = pytest.mark.parametrize("place", DATABASES, indirect=True)


def raw(where: str, *statements: str) -> None:
    """Statements behind the book's back."""
    with open_book(where) as book, book.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@in_both
def test_a_book_is_the_same_when_opened_again(place: Place) -> None:
    where = place()
    with open_book(where) as book:
        names, first, seal = samples.fill(book), book.id, book.seal()
    with open_book(where, create=False) as again:
        assert (again.id, again.seal(), again.contracts()) == (first, seal, names)
        assert len(again.entries(names[0])) == 3


@in_both
def test_migrations_make_the_tables_of_the_schema(place: Place) -> None:
    """Tables, columns, types, keys and indexes: nothing to add, nothing to take away."""
    with open_book(place()) as book, book.database.engine.connect() as connection:
        options = {"version_table": schema.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []
        assert _keys(connection, "lines") == ["contract", "place", "line"]


def _keys(connection: Connection, table: str) -> list[str]:
    return list(inspect(connection).get_pk_constraint(table)["constrained_columns"])


@in_both
def test_a_newer_version_is_refused_and_untouched(place: Place) -> None:
    where = place()
    raw(where, f"UPDATE {schema.VERSION_TABLE} SET version_num = '{NEXT}'")
    with pytest.raises(BadBook, match=f"has schema version {NEXT}; this Inforce knows 0001 to {schema.HEAD}"):
        open_book(where)
    with pytest.raises(BadBook, match=NEXT):
        open_book(where)


@in_both
@pytest.mark.parametrize("statement", [
    f"DELETE FROM {schema.VERSION_TABLE}", f"UPDATE {schema.VERSION_TABLE} SET version_num = 'a1b2c3'",
    f"INSERT INTO {schema.VERSION_TABLE} VALUES ('0007')", "DELETE FROM meta", "UPDATE meta SET schema = 99",
    f"DROP TABLE {schema.VERSION_TABLE}",
])  # fmt: skip
def test_a_broken_version_is_refused(place: Place, statement: str) -> None:
    where = place()
    raw(where, statement)
    with pytest.raises(BadBook):
        open_book(where)


@in_both
def test_an_older_version_is_upgraded_or_left(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that fails half-way leaves the book of the version it was."""
    where = place()
    with open_book(where) as book:
        names = samples.fill(book)
    monkeypatch.setattr(opening, "HEAD", NEXT)
    monkeypatch.setattr(opening, "SCHEMA", schema.SCHEMA + 1)

    def half(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half_done (a INTEGER)"))
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{NEXT}'"))
        connection.execute(text("INSERT INTO no_table VALUES (1)"))

    monkeypatch.setattr(opening, "_migrate", half)
    with pytest.raises(BadBook, match="no_table"):
        open_book(where)
    monkeypatch.undo()
    with open_book(where) as book:
        assert book.contracts() == names
        assert "half_done" not in inspect(book.database.engine).get_table_names()

    def whole(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{NEXT}'"))

    monkeypatch.setattr(opening, "HEAD", NEXT)
    monkeypatch.setattr(opening, "SCHEMA", schema.SCHEMA + 1)
    monkeypatch.setattr(opening, "_migrate", whole)
    with open_book(where) as book:
        assert book.contracts() == names


@in_both
def test_a_book_of_the_first_version_is_upgraded(place: Place) -> None:
    """Its positions hold no correction, and it is whole."""
    where = place()
    with open_book(where) as book:
        names = samples.fill(book)
        stored = [book.stored(name) for name in names]
    raw(where, *TO_FIRST_SCHEMA)
    with open_book(where) as book:
        assert [book.stored(name) for name in names] == stored
        assert book.held() == [] and verify(book) == []


# files that are no books


def test_a_new_book_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with open_book(path) as book:
        assert book.contracts() == []
        assert verify(book) == []
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA application_id").fetchone() == (0x494E4642,)
    (tmp_path / "empty.db").touch()
    open_book(tmp_path / "empty.db").close()


def test_no_book_there(tmp_path: Path) -> None:
    with pytest.raises(BadBook, match="there is no book at"):
        open_book(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(BadBook, match="there is no folder"):
        open_book(tmp_path / "no" / "folder" / "book.db")
    with pytest.raises(BadBook, match="is a folder"):
        open_book(tmp_path)


def test_a_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    for content in (b"x", b"SQLite format 2", b"contracts: 12\n" * 1_000):
        path.write_bytes(content)
        with pytest.raises(BadBook, match="not an SQLite file"):
            open_book(path)
        assert path.read_bytes() == content


def test_an_sqlite_file_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE contracts (id TEXT)")
    connection.commit()
    before = path.read_bytes()
    with pytest.raises(BadBook, match="holds other tables"):
        open_book(path)
    assert path.read_bytes() == before
    connection.execute("PRAGMA application_id = 7")
    connection.close()
    with pytest.raises(BadBook, match="of another program"):
        open_book(path)


def test_a_damaged_book(tmp_path: Path, empty_file: Path) -> None:
    path = tmp_path / "book.db"
    shutil.copy(empty_file, path)
    with open_book(path) as book:
        samples.fill(book, contracts=60)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadBook, match=r"damaged|malformed"), open_book(path) as book:
        for finding in verify(book):
            raise BadBook(str(finding))
    scribbled = bytearray(whole)
    for page in range(4, len(whole) // 4096, 3):
        scribbled[page * 4096 : page * 4096 + 64] = os.urandom(64)
    path.write_bytes(scribbled)
    with pytest.raises(BadBook), open_book(path) as book:
        for finding in verify(book):
            raise BadBook(str(finding))


def test_a_book_that_may_not_be_written(tmp_path: Path, empty_file: Path) -> None:
    """As a user who is not root: nobody else is stopped by permissions."""
    folder = tmp_path / "locked"
    folder.mkdir()
    shutil.copy(empty_file, folder / "book.db")
    (folder / "book.db").chmod(0o444)
    folder.chmod(0o555)
    script = (
        "import os, sys\n"
        "from inforce.errors import BadBook\n"
        "from inforce.stores import open_book\n"
        "import inforce.stores.opening, alembic.command\n"
        "os.chdir('/')\n"
        f"fd = os.open({str(folder)!r}, os.O_RDONLY)\n"
        "os.fchdir(fd)\n"
        "if os.geteuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for name in ('book.db', 'new.db'):\n"
        "    try:\n"
        "        open_book(name)\n"
        "    except BadBook as bad:\n"
        "        print(name, bad)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert "book.db cannot be read or written: Permission denied" in first
    assert "new.db" in second
    assert "cannot be opened" in second


# addresses


@pytest.mark.parametrize("where", ["mysql://a@b/c", "postgresql://[", "sqlite://", "http://x/y", "nonsense://"])
def test_an_address_of_no_database(where: str) -> None:
    with pytest.raises(BadBook):
        open_book(where)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadBook, match="cannot be reached") as bad:
        open_book(f"postgresql://somebody:secret@/book?host={tmp_path}")
    assert "secret" not in str(bad.value)
    with pytest.raises(BadBook, match="&password=hidden&sslpassword=hidden") as bad:
        open_book(f"postgresql://somebody@/book?host={tmp_path}&password=secret&sslpassword=secret")
    assert "secret" not in str(bad.value)


@pytest.mark.xdist_group("postgres")
def test_databases_that_are_no_books(postgres: Server) -> None:
    with pytest.raises(BadBook, match=r"no such database; create it first|does not exist"):
        open_book(postgres.url("nothing_here"))
    other = postgres.new_database()
    postgres.sql(other.split("/")[3].split("?")[0], "CREATE TABLE contracts (id TEXT)")
    with pytest.raises(BadBook, match="holds other tables"):
        open_book(other)
    empty = postgres.new_database()
    with pytest.raises(BadBook, match="no book in this database"):
        open_book(empty, create=False)
    command = [sys.executable, "-m", "inforce", "book", "create", empty]
    first, second = (subprocess.run(command, capture_output=True, text=True, timeout=60) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 2) and "holds a book already" in second.stderr
    for scheme in ("postgres", "postgresql+psycopg"):
        with open_book(empty.replace("postgresql", scheme)) as book, pytest.raises(NotFound):
            book.contract("C-1")
