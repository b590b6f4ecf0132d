"""Files of prices and declared rates, into a book."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from inforce.ledger import Book
from inforce.ledger.prices import prices_in
from inforce.market import MarketData, load_market_file
from inforce.market.files import Row as Cells
from inforce.market.files import _contents, _header, _read_all, _Reader
from inforce.market.layouts import LAYOUTS
from inforce.market.problems import Problems

from .problems import problems_of
from .text import Csv, Tell

if TYPE_CHECKING:
    from .parquet import Parquet


def load_prices(reader: "Csv | Parquet", decimals: int, tell: Tell) -> MarketData:
    """Prices or rates of a file. Raises `BadMarketData`, or `BadRecord` where a column's type is not exact."""
    if isinstance(reader, Csv):
        return load_market_file(reader.path, decimals=decimals)
    problems = Problems(str(reader.path))
    rows = _cells(reader, tell)
    header, layout = _header(rows, LAYOUTS, problems)
    found = _Reader(header, layout, decimals, problems)
    _read_all(found, rows, problems)
    return _contents(found, layout, decimals)


def _cells(reader: "Parquet", tell: Tell) -> Iterator[Cells]:
    """The header and rows as a CSV file would give them; rows count from 1."""
    yield 0, list(reader.columns)
    for row, content in reader.plain(problems_of(str(reader.path)), tell):
        yield row, [str(content.get(name, "")) for name in reader.columns]


def contradictions(book: Book, data: MarketData, file: str) -> Problems:
    """Prices that the book holds with another value."""
    problems = Problems(file)
    held = {(price.key, price.at): price.numbers for price in prices_in(book.market().data, "")}
    for price in prices_in(data, file):
        numbers = held.get((price.key, price.at), price.numbers)
        if numbers != price.numbers:
            message = f"the {price} is in the book with another value; where this is a correction, import it as one."
            problems.add(price.line or None, "", message)
    return problems


def add_prices(book: Book, data: MarketData, file: str, known: date) -> tuple[int, int]:
    """Adds them; how many were new, and how many the book had."""
    given = sum(1 for _ in prices_in(data, file))
    new = book.add_prices(data, file, known)
    return new, given - new


def decimals_of(book: Book | None) -> int:
    """Decimals of unit values: those of the book, if it has any."""
    data = book.market().data if book is not None else MarketData()
    return data.decimals if data.unit_values else MarketData().decimals
