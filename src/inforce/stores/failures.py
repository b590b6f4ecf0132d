"""What databases complain of, in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import NoSuchModuleError, StatementError

from inforce.errors import BadBook, BookBusy, Fault, InforceError

_SQLITE: Final = {
    "SQLITE_FULL": "the disk (or the room given to the book) is full; make room and run again",
    "SQLITE_READONLY": "it is read-only here; make file and folder writable for this user",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder exists and that this user may write there",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a backup (`inforce ledger verify` says what is whole)",
    "SQLITE_NOTADB": "it is no SQLite database",
    "SQLITE_IOERR": "the disk reports an error",
    "SQLITE_PERM": "this user may not read or write it",
}
_POSTGRES: Final = {
    "53100": "the server's disk is full; make room and run again",
    "53300": "the server has too many connections; run again later",
    "25006": "the server is read-only; connect to the primary",
    "42501": "this user may not do that; grant the rights, or use the book's owner",
    "28P01": "the password is wrong",
    "28000": "the server does not let this user in",
    "3D000": "there is no such database; create it first (createdb)",
}
_BUSY: Final = {"55P03", "40001", "40P01", "SQLITE_BUSY", "SQLITE_LOCKED"}


def changed_outside(what: str) -> BadBook:
    """A book lacks what each one has, or holds what none has."""
    return BadBook(f"{what}: the book was changed from outside; `inforce ledger verify` finds what was changed")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn a database's complaint into BadBook, BookBusy or Fault. Its transaction is rolled back by then."""
    try:
        yield
    except NoSuchModuleError as failure:
        raise BadBook(f"{where}: {failure}; give a path (SQLite) or postgresql://…") from None
    except StatementError as failure:
        raise in_our_words(where, failure.orig or failure) from failure
    except (sqlite3.Error, OverflowError, TimeoutError) as failure:
        raise in_our_words(where, failure) from failure
    except Exception as failure:
        if type(failure).__module__.split(".")[0] != "psycopg":
            raise
        raise in_our_words(where, failure) from failure


def in_our_words(where: str, failure: BaseException) -> InforceError:
    """The error that a driver's complaint stands for."""
    if isinstance(failure, OverflowError) or getattr(failure, "sqlstate", None) == "22003":
        return Fault(f"{where}: a number does not fit 64 bits; nothing was posted")
    code = str(getattr(failure, "sqlite_errorname", None) or getattr(failure, "sqlstate", None) or "")
    if code in _BUSY or any(code.startswith(f"{busy}_") for busy in _BUSY):
        return BookBusy(f"{where}: another process is writing to the book and did not finish in time; run again")
    words = _POSTGRES.get(code) or next((text for name, text in _SQLITE.items() if code.startswith(name)), None)
    if words is None and not code and isinstance(failure, sqlite3.OperationalError):
        words = _SQLITE["SQLITE_CORRUPT"]  # a text that is none, say: SQLite gives no code for it
    if words is None and type(failure).__name__ == "OperationalError" and not isinstance(failure, sqlite3.Error):
        words = "the database is gone or cannot be reached; what was committed is kept, what was not is undone"
    if code.startswith("XX0"):
        words = "the server's files are damaged; restore them from a backup"
    detail = " ".join(str(failure).split())[:300]
    return BadBook(f"{where}: {words} [{detail}]" if words else f"{where}: {detail}")
