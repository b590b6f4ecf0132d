"""Import: a file of contracts and events, or of prices, into a book: all of it, or nothing and what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from inforce.errors import BadInput, Located
from inforce.ledger import Book, Intake, MemoryBook
from inforce.market import BadMarketFile, MarketData
from inforce.terms import find_product

from .prices import add_prices, contradictions, decimals_of, load_prices
from .problems import BadFile, problems_of
from .reading import Done, Progress, holds_records, reader_of
from .records import FindProduct, Records
from .taking import Births, Taking
from .text import JsonLines

KeepBirths = Callable[[Mapping[str, date]], None]
"""Puts dates of birth by party into a party store, all or none."""


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
    keep_births: KeepBirths | None = None,
) -> Imported:
    """Add a file's contracts and events, or its prices and rates, to a book: all of it or nothing.

    Args:
        known: the day it became known to the book; None for events: the day each was entered, or received.
        product: finds the products of contracts.
        corrections: take prices that the book holds with another value as corrections of it.
        keep_births: puts dates of birth into a party store, for a book keeps opaque ids only. It is called once the
            whole file was found right, before it is in the book; without it, a file that has any is refused.

    Raises:
        BadFile: up to ten things that are wrong, each with line and reason; nothing was added. Also when the file says
            something else under a key that is known already.
        BadMarketData: the same for prices.
    """
    file = _File(Path(path), product)
    done = Done(file.reader.size, progress)
    if file.records is not None:
        return _add_records(book, file.path, file.records, known, done, keep_births)
    data = file.prices(book, done, corrections)
    if known is None:
        raise BadInput(f"{path}: prices need the day on which they became known; give it (--known DATE)")
    new, before = add_prices(book, data, str(path), known)
    done.all()
    return Imported(file.path, prices=new, known_already=before)


def check_file(path: Path | str, book: Book | None = None, *, product: FindProduct = find_product) -> list[Located]:
    """What an import would find wrong, up to ten things; nothing is added. Without a book, less can be seen."""
    ((_, bad),) = check_files([path], book, product=product)
    if isinstance(bad, BadFile | BadMarketFile):
        return list(bad.problems)
    return [bad] if bad else []


def check_files(
    paths: Iterable[Path | str],
    book: Book | None = None,
    *,
    product: FindProduct = find_product,
    corrections: bool = False,
) -> Iterator[tuple[Path, Located | None]]:
    """What an import of each, one after the other, would raise; nothing is added. None: it would succeed."""
    with suppress(_Undone), (book or MemoryBook()).taking_in() as intake:
        for path in map(Path, paths):
            try:
                _check(_File(path, product), book, intake, corrections)
            except Located as bad:
                yield path, bad
            else:
                yield path, None
        raise _Undone


class _File:
    """A file to import."""

    def __init__(self, path: Path, product: FindProduct) -> None:
        self.path = path
        self.reader = reader_of(path)
        self.records: Records | None = None
        """None where the file holds prices."""
        if holds_records(self.reader):
            self.records = Records(self.reader, problems_of(str(path)), product)

    def prices(self, book: Book | None, done: Done, corrections: bool = False) -> MarketData:
        """The prices in it. Raises where the book holds other ones, unless they are corrected."""
        assert not isinstance(self.reader, JsonLines)
        data = load_prices(self.reader, decimals_of(book), done.first)
        if book is not None and not corrections:
            contradictions(book, data, str(self.path)).refuse()
        return data


def _add_records(
    book: Book, path: Path, records: Records, known: date | None, done: Done, keep_births: KeepBirths | None
) -> Imported:
    births = Births() if keep_births else None
    with book.taking_in(known) as intake:
        taking = Taking(records, intake, births)
        taking.take(done)
        records.problems.refuse()
        if keep_births is not None and births is not None and births.found:
            keep_births(births.found)
    return Imported(path, taking.contracts, taking.events, taking.known_already)


class _Undone(Exception):
    """What was taken in to see whether it could be is not to be kept."""


def _check(file: _File, book: Book | None, intake: Intake, corrections: bool) -> None:
    done = Done(file.reader.size)
    if file.records is None:
        file.prices(book, done, corrections)
        return
    Taking(file.records, intake, Births(), stand_in=book is None).take(done)
    file.records.problems.refuse()
