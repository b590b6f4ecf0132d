"""Unit values reconstructed from a product's printed returns. Not published prices, and called reconstructed wherever
they are shown.

A product's folder keeps month ends in `published/unit_values.csv`; `published/unit_values.md` beside it says how they
were made. The days between are filled in here.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

from inforce.dates import valuation_dates
from inforce.errors import MissingPrice, NotFound
from inforce.market import Market, MarketData, Series, SubAccount, load_unit_values
from inforce.terms import Product

SOURCE: Final = "reconstructed, not published prices"

LONGEST_GAP: Final = timedelta(days=40)
"""Longest time between two given unit values that is filled in."""
_DIGITS: Final = Context(prec=34)
_WHOLE: Final = Decimal(1)


def reconstructed_market(product: Product) -> Market:
    """Reconstructed unit values of a product on every valuation date. NotFound where it has none."""
    return Market.of(reconstructed_unit_values(product))


def reconstructed_unit_values(product: Product) -> MarketData:
    """The same as market data, to be joined with rates."""
    return MarketData(unit_values=_filled_once(month_end_file(product)))


def month_end_file(product: Product) -> Path:
    """The file with the month ends. NotFound where the product has none."""
    file = product.folder / "published" / "unit_values.csv"
    if not file.is_file():
        raise NotFound(f"{product.id} has no reconstructed unit values: there is no published/unit_values.csv in it")
    return file


@lru_cache(maxsize=4)
def _filled_once(file: Path) -> dict[SubAccount, Series]:
    return daily(load_unit_values(file).unit_values)


def before_prices(product: Product, market: Market, key: SubAccount, day: date) -> int:
    """A reconstructed unit value of a day before 1980, which no market can hold. MissingPrice for other markets."""
    file = product.folder / "published" / "unit_values_before_1980.csv"
    last = market.source_of(key, market.last_day(key)) or ""
    if last.startswith(SOURCE) and file.is_file():
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if (row["date"], row["fund"]) == (str(day), key.fund):
                    return int(Decimal(row["unit_value"]).scaleb(market.decimals))
    raise MissingPrice(f"No unit value of {key} on {day}: prices begin in 1980, and so can returns.")


def daily(monthly: Mapping[SubAccount, Series]) -> dict[SubAccount, Series]:
    """Every valuation date from the first to the last given one, filled in by `filled`."""
    return {fund: Series.of(dict(filled(series)), SOURCE) for fund, series in monthly.items()}


def filled(series: Series) -> Iterator[tuple[date, int]]:
    """A unit value for each valuation date: those given as they stand, the same growth each day between two of them.

    From 10.000000 to 10.302010 in three days by way of 10.099673 (10 x 1.030201 ^ (1/3)) and 10.200340, rounded to
    the last decimal. Between two that are years apart nothing is known and nothing is filled in.
    """
    days, values = series.days, series.values
    yield days[0], values[0]
    for n in range(1, len(days)):
        if days[n] - days[n - 1] > LONGEST_GAP:
            yield days[n], values[n]
            continue
        between = valuation_dates(days[n - 1], days[n])[1:]
        growth = _daily_growth(values[n - 1], values[n], len(between))
        value = Decimal(values[n - 1])
        for day in between[:-1]:
            value = _DIGITS.multiply(value, growth)
            yield day, int(value.quantize(_WHOLE, ROUND_HALF_UP))
        yield days[n], values[n]


def _daily_growth(start: int, end: int, days: int) -> Decimal:
    """(end / start) ^ (1 / days), to 34 digits: exp and ln of decimals are the same on every machine."""
    log = _DIGITS.ln(_DIGITS.divide(Decimal(end), Decimal(start)))
    return _DIGITS.exp(_DIGITS.divide(log, days))
