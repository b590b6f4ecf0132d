"""The prices and rates a book knows: one number each, with the day it was known. A later one is a correction."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, TypeVar

from inforce.errors import BadMarketData
from inforce.market import MarketData, Navs, Rates, Series, SubAccount
from inforce.market.exact import day_text, month_text
from inforce.market.histories import History, Sources

UNIT_VALUE: Final = "unit_value"
NAV: Final = "nav"
DECLARED: Final = "declared_rate"
SECONDARY: Final = "secondary_rate"
KINDS: Final = (UNIT_VALUE, NAV, DECLARED, SECONDARY)

H = TypeVar("H", bound=History)
Key = tuple[str, str, str, str]
"""Kind, name of the fund or fixed account, separate account, charge class."""


@dataclass(frozen=True, slots=True)
class Price:
    """One number of a market: what it is of, when, and where it was read."""

    key: Key
    at: int
    """Ordinal of the day; for declared rates number of the month, for secondary rates the year."""
    numbers: tuple[int, int, int]
    """Unit value or rate and two zeros; net asset value, dividend and capital gain."""
    file: str
    line: int

    def __str__(self) -> str:
        kind, name, separate_account, charge_class = self.key
        when = month_text(self.at) if kind == DECLARED else str(self.at) if kind == SECONDARY else day_text(self.at)
        whose = name if kind != UNIT_VALUE else str(SubAccount(name, separate_account, charge_class))
        return f"{kind.replace('_', ' ')} of {whose} for {when}"


def prices_in(data: MarketData, source: str) -> Iterator[Price]:
    """Every number of market data. `source` is where those stand that are from no file."""
    for sub_account, series in data.unit_values.items():
        key = (UNIT_VALUE, sub_account.fund, sub_account.separate_account, sub_account.charge_class)
        yield from _numbers(key, series, source)
    for kind, histories in ((NAV, data.navs), (DECLARED, data.declared), (SECONDARY, data.secondary)):
        for name, history in histories.items():
            yield from _numbers((kind, name, "", ""), history, source)


def _numbers(key: Key, history: History, source: str) -> Iterator[Price]:
    columns = [*history.columns, *[array("q", bytes(8 * len(history.at)))] * (3 - len(history.columns))]
    for n, (at, *numbers) in enumerate(zip(history.at, *columns, strict=True)):
        a, b, c = numbers
        yield Price(key, at, (a, b, c), history.sources.file(n) or source, history.sources.lines[n])


Given = tuple[Price, date]
"""A price with the day it became known."""


def market_data(prices: Iterable[Given], decimals: int) -> MarketData:
    """Market data from prices in order of key, day and entry; of several for the same day the last one holds.

    Of those that became known on one day only the last is kept; the earlier days' are, as what was corrected.
    """
    found: dict[str, dict[Key, list[Given]]] = {kind: {} for kind in KINDS}
    for key, group in groupby(prices, key=lambda given: given[0].key):
        found[key[0]][key] = list(group)
    return MarketData(
        unit_values={SubAccount(*key[1:]): _history(Series, each) for key, each in found[UNIT_VALUE].items()},
        navs={key[1]: _history(Navs, each, 3) for key, each in found[NAV].items()},
        declared={key[1]: _history(Rates, each) for key, each in found[DECLARED].items()},
        secondary={key[1]: _history(Rates, each) for key, each in found[SECONDARY].items()},
        decimals=decimals,
    )


def _history(kind: type[H], given: list[Given], width: int = 1) -> H:
    prices = list({price.at: price for price, _ in given}.values())
    files = {file: n for n, file in enumerate(dict.fromkeys(price.file for price in prices))}
    sources = Sources(
        tuple(files),
        array("i", (files[price.file] for price in prices)),
        array("i", (price.line for price in prices)),
    )
    columns = tuple(array("q", (price.numbers[k] for price in prices)) for k in range(width))
    return kind(array("q", (price.at for price in prices)), columns, sources, _corrected(given, len(prices)))


def _corrected(given: list[Given], days: int) -> dict[int, tuple[tuple[date, int], ...]]:
    """The numbers of each day that had several, without those that were corrected on the day they became known."""
    if len(given) == days:
        return {}
    by_day: dict[int, dict[date, int]] = {}
    for price, known in given:
        by_day.setdefault(price.at, {})[known] = price.numbers[0]
    return {at: tuple(numbers.items()) for at, numbers in by_day.items() if len(numbers) > 1}


def news(prices: Iterable[Price], held: Mapping[tuple[Key, int], tuple[Price, date]], known: date) -> Iterator[Price]:
    """Those that say something else than the book holds. BadMarketData where one was known before what it corrects."""
    for price in prices:
        earlier = held.get((price.key, price.at))
        if earlier is None:
            yield price
        elif earlier[0].numbers != price.numbers:
            if known < earlier[1]:
                raise BadMarketData(
                    f"the {price} is in the book since {earlier[1]} with another value; a correction cannot be known "
                    f"earlier, on {known}. Give the day on which it became known.",
                    file=price.file or None,
                    line=price.line or None,
                )
            yield price
