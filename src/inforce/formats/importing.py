"""Import: a file of contracts and events, or of prices, into a book. All of it, or nothing and what is wrong with it.

A file of records is read twice. The first time every record is checked, by itself, against the others and against the
book; the second time what is new is recorded.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from inforce.contracts import Contract, Event
from inforce.errors import BadEvent, BadInput, BadRecord, Located
from inforce.ledger import Book
from inforce.market import BadMarketFile
from inforce.terms import find_product

from .identities import IN_BOOK, Clash, Identities, says
from .prices import add_prices, contradictions, decimals_of, load_prices
from .problems import BadFile, Problems
from .records import Asked, FindProduct, Opened, Reader, Record, Records
from .text import Csv, JsonLines

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import added to a book."""

    file: Path
    contracts: int = 0
    events: int = 0
    known_already: int = 0
    """Contracts, events or prices of the file that the book had, or that the file gives twice."""
    prices: int = 0


def import_file(
    book: Book,
    path: Path | str,
    known: date | None,
    progress: Progress | None = None,
    *,
    product: FindProduct = find_product,
    corrections: bool = False,
) -> Imported:
    """Add a file's contracts and events, or its prices and rates, to a book: all of it or nothing.

    Args:
        known: the day it became known to the book; None for events: the day each was entered, or received.
        corrections: take prices that the book holds with another value as corrections of it.

    Raises:
        BadFile: up to ten things that are wrong, each with line and reason; nothing was added. Also when the file says
            something else under a key that is known already.
        BadMarketData: the same for prices.
    """
    path = Path(path)
    reader = reader_of(path)
    done = _Done(reader.size, progress)
    if holds_records(reader):
        return _import_records(book, Records(reader, Problems(str(path)), product), known, path, done)
    assert not isinstance(reader, JsonLines)
    data = load_prices(reader, decimals_of(book), done.first)
    if not corrections:
        contradictions(book, data, str(path)).refuse()
    new, before = add_prices(book, data, str(path), known)
    done.all()
    return Imported(path, prices=new, known_already=before)


def check_file(path: Path | str, book: Book | None = None, *, product: FindProduct = find_product) -> list[Located]:
    """What an import of the file would find wrong, up to ten things; nothing is added. Without a book, less is seen."""
    path = Path(path)
    try:
        reader = reader_of(path)
        if holds_records(reader):
            examine(Records(reader, Problems(str(path)), product), book, _Done(reader.size).first)
        else:
            assert not isinstance(reader, JsonLines)
            data = load_prices(reader, decimals_of(book), _Done(reader.size).first)
            if book is not None:
                contradictions(book, data, str(path)).refuse()
    except (BadFile, BadMarketFile) as bad:
        return list(bad.problems)
    except Located as bad:
        return [bad]
    return []


def reader_of(path: Path) -> Any:
    """What reads a file, by the end of its name. Raises `BadRecord`."""
    kinds: dict[str, Callable[[Path], Any]] = {
        ".jsonl": JsonLines, ".ndjson": JsonLines, ".csv": Csv, ".parquet": _parquet
    }  # fmt: skip
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise BadRecord(f"is not named as a file that can be read; there are {', '.join(kinds)}.", file=str(path))
    try:
        if not path.is_file():
            missing = "is no regular file" if path.exists() else "does not exist"
            raise BadRecord(f"{missing}; check the path.", file=str(path))
        return kind(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadRecord(f"cannot be read ({reason}); check the path.", file=str(path)) from None


def _parquet(path: Path) -> Any:
    from .parquet import Parquet  # pyarrow takes a while to load

    return Parquet(path)


def holds_records(reader: Reader) -> bool:
    """Contracts and events, or prices? Told by the header."""
    return isinstance(reader, JsonLines) or "contract" in reader.columns or "kind" in reader.columns


@dataclass(frozen=True, slots=True)
class _Done:
    """Turns what two readings tell into one progress."""

    size: int
    progress: Progress | None = None

    def first(self, position: int) -> None:
        self._tell(position)

    def second(self, position: int) -> None:
        self._tell(self.size + position)

    def all(self) -> None:
        self._tell(2 * self.size)

    def _tell(self, position: int) -> None:
        if self.progress is not None:
            self.progress(position, 2 * self.size)


@dataclass(slots=True)
class Examined:
    """What a file of records would add to a book."""

    contracts: int = 0
    events: int = 0
    known: frozenset[int] | np.ndarray = field(default_factory=frozenset)
