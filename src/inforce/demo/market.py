"""The demonstration markets, to 31 July 2008: reconstructed unit values, and declared rates that are partly assumed."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

from inforce.market import Market, MarketData, Rates, Series, SubAccount, load_market_file
from inforce.market.exact import month_of, month_text, rate_of
from inforce.returns import month_end_file, reconstructed_unit_values
from inforce.terms import Product, find_product

from .plans import LAST_DAY

ASSUMED_RATES: Final[Mapping[str, Mapping[str, Mapping[int, str]]]] = {
    "flex-extra": {
        "guaranteed-principal-account": {
            1987: "8.25%", 1988: "8.25%", 1989: "8.50%", 1990: "8.50%", 1991: "8.00%", 1992: "7.00%", 1993: "6.25%",
            1994: "6.00%", 1995: "6.50%", 1996: "6.00%", 1997: "6.00%", 1998: "5.75%", 1999: "5.50%", 2000: "6.00%",
            2001: "5.50%", 2002: "5.00%", 2003: "4.00%", 2004: "3.50%", 2005: "3.50%", 2006: "3.50%", 2007: "3.50%",
            2008: "3.50%",
        },
    },
    "lifetrust": {
        "mva-1": {
            1994: "5.25%", 1995: "5.50%", 1996: "5.00%", 1997: "5.25%", 1998: "4.90%", 1999: "4.75%", 2000: "5.90%",
            2001: "4.00%", 2002: "3.00%", 2003: "3.00%", 2004: "2.00%", 2005: "3.00%", 2006: "4.50%", 2007: "4.50%",
            2008: "2.75%",
        },
        "mva-3": {
            1994: "6.25%", 1995: "6.25%", 1996: "5.50%", 1997: "5.75%", 1998: "5.20%", 1999: "5.15%", 2000: "6.10%",
            2001: "4.60%", 2002: "3.60%", 2003: "3.00%", 2004: "2.75%", 2005: "3.50%", 2006: "4.60%", 2007: "4.50%",
            2008: "3.25%",
        },
        "mva-5": {
            1994: "6.60%", 1995: "6.50%", 1996: "5.75%", 1997: "6.00%", 1998: "5.35%", 1999: "5.35%", 2000: "6.20%",
            2001: "5.00%", 2002: "4.25%", 2003: "3.25%", 2004: "3.40%", 2005: "3.90%", 2006: "4.70%", 2007: "4.55%",
            2008: "3.75%",
        },
        "mva-7": {
            1994: "6.85%", 1995: "6.65%", 1996: "6.00%", 1997: "6.15%", 1998: "5.45%", 1999: "5.50%", 2000: "6.25%",
            2001: "5.25%", 2002: "4.60%", 2003: "3.60%", 2004: "3.80%", 2005: "4.10%", 2006: "4.75%", 2007: "4.65%",
            2008: "4.00%",
        },
    },
}  # fmt: skip
"""Declared rates by product, fixed account and calendar year: assumptions, near the yields of Treasury securities of
the time. Flex Extra's update prints 3.50 % for March to August 2008 and as the secondary guaranteed rate of 2007; those
come from the product's own tables. LifeTrust's prints no rate before November 2020; until 2003 the contract's minimum
is 3 %, and none is assumed below it."""


@lru_cache(maxsize=4)
def demo_market(product_id: str = "flex-extra") -> Market:
    """A product's unit values on every valuation date to 31 July 2008, and rates of fixed accounts to August 2008."""
    product = find_product(product_id)
    series = reconstructed_unit_values(product).unit_values
    kept = {fund: _between(each, _first_sale(product), LAST_DAY) for fund, each in series.items()}
    return Market.of(MarketData(unit_values=kept), *rates(product))


@lru_cache(maxsize=1)
def joint_market() -> Market:
    """The markets of all products as one: products have funds of the same name, their separate accounts differ."""
    parts = []
    for product_id in ASSUMED_RATES:
        data, accounts = demo_market(product_id).data, find_product(product_id).card.separate_accounts
        of = {SubAccount(key.fund, account): each for account in accounts for key, each in data.unit_values.items()}
        parts.append(replace(data, unit_values=of))
    return Market.of(*parts)


def _between(series: Series, first: date, last: date) -> Series:
    """The unit values from one day to another."""
    kept = slice(bisect_left(series.at, first.toordinal()), bisect_right(series.at, last.toordinal()))
    sources = series.sources.picked(range(*kept.indices(len(series.at))))
    return Series(series.at[kept], (series.values[kept],), sources)


def _first_sale(product: Product) -> date:
    return min(form.from_ for form in product.card.forms.values())


def rates(product: Product) -> list[MarketData]:
    """Printed rates from the product's tables, assumed ones for the months that they do not print."""
    tables = [product.folder / "tables" / name for name in ("declared_rates.csv", "secondary_rates.csv")]
    printed = [load_market_file(table) for table in tables if table.is_file()]
    known = {account: set(history.at) for data in printed for account, history in data.declared.items()}
    first, last = month_of(_first_sale(product)), month_of(LAST_DAY) + 1
    assumed = {
        account: {month_text(month): rate_of(by_year[month // 12])
                  for month in range(first, last + 1) if month not in known.get(account, ())}
        for account, by_year in ASSUMED_RATES[product.id].items()
    }  # fmt: skip
    declared = {account: Rates.by_month(each, "assumed for the demonstration") for account, each in assumed.items()}
    return [*printed, MarketData(declared=declared)]


def market_folder(product_id: str) -> str:
    """Name of the folder beside the contract files that has the product's prices."""
    return "market" if product_id == "flex-extra" else f"market-{product_id}"


def write_market(folder: Path, product_id: str = "flex-extra") -> list[Path]:
    """Write a demonstration market as market files, to look at and to use with contract files."""
    folder.mkdir(parents=True, exist_ok=True)
    data = demo_market(product_id).data
    files = {
        "unit_values.csv": _unit_value_lines(data),
        "declared_rates.csv": _rate_lines(data.declared, "account,month,rate", month_text),
        "secondary_rates.csv": _rate_lines(data.secondary, "account,year,secondary_rate", str),
        "README.md": _readme(find_product(product_id)),
    }
    written = {folder / name: [*lines] for name, lines in files.items()}
    written = {path: lines for path, lines in written.items() if len(lines) > 1}
    for path, lines in written.items():
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(written)


def _readme(product: Product) -> Iterator[str]:
    yield f"The files here end on {LAST_DAY}. Rates of {', '.join(ASSUMED_RATES[product.id])} that no filing prints are"
    yield "assumed for the demonstration.\n"
    yield month_end_file(product).with_suffix(".md").read_text(encoding="utf-8").rstrip()


def _unit_value_lines(data: MarketData) -> Iterator[str]:
    yield "date,fund,unit_value"
    for fund, series in data.unit_values.items():
        for day, value in zip(series.days, series.values, strict=True):
            yield f"{day},{fund},{Decimal(value).scaleb(-6):.6f}"


def _rate_lines(rates: Mapping[str, Rates], header: str, when: Callable[[int], str]) -> Iterator[str]:
    yield header
    for account, history in rates.items():
        for at, rate in zip(history.at, history.columns[0], strict=True):
            yield f"{account},{when(at)},{Decimal(rate) / 10_000_000:f}%"
