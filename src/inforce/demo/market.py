"""The demonstration market of Flex Extra, 1987 to 2008. Reconstructed, not published prices.

Month-end unit values come with the package (`reconstructed_unit_values.csv`; its `.md` says how they were made). The
days between are filled in here, and so are the declared rates that the printed document does not give.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from inforce.dates import valuation_dates
from inforce.market import Market, MarketData, Rates, Series, SubAccount, load_market_file, load_unit_values
from inforce.market.exact import month_text
from inforce.terms import packaged_products

PRODUCT: Final = "flex-extra"
ACCOUNT: Final = "guaranteed-principal-account"
SOURCE: Final = "reconstructed, not published prices"
ASSUMED_RATES: Final = {
    1987: "8.25%", 1988: "8.25%", 1989: "8.50%", 1990: "8.50%", 1991: "8.00%", 1992: "7.00%", 1993: "6.25%",
    1994: "6.00%", 1995: "6.50%", 1996: "6.00%", 1997: "6.00%", 1998: "5.75%", 1999: "5.50%", 2000: "6.00%",
    2001: "5.50%", 2002: "5.00%", 2003: "4.00%", 2004: "3.50%", 2005: "3.50%", 2006: "3.50%", 2007: "3.50%",
    2008: "3.50%",
}  # fmt: skip
"""Declared rates of the Guaranteed Principal Account by calendar year: an assumption, somewhere between the yields of
Treasury bills and of bonds at the time. The document prints 3.50 % for March to August 2008 and as the secondary
guaranteed rate of 2007; those come from the product's own tables."""

_FIRST_MONTH: Final = 1987 * 12 + 3
_LAST_MONTH: Final = 2008 * 12 + 7
_DIGITS: Final = Context(prec=34)
_WHOLE: Final = Decimal(1)


@lru_cache(maxsize=1)
def demo_market() -> Market:
    """Unit values on every valuation date to 31 July 2008, and rates of the fixed account to August 2008."""
    return Market.of(MarketData(unit_values=daily(monthly_unit_values().unit_values)), *rates())


def monthly_unit_values() -> MarketData:
    """The reconstructed unit values as they are kept: first days, month ends."""
    return load_unit_values(_packaged("reconstructed_unit_values.csv"))


def _packaged(name: str) -> Path:
    return Path(str(resources.files("inforce.demo"))) / name


def daily(monthly: Mapping[SubAccount, Series]) -> dict[SubAccount, Series]:
    """Every valuation date from the first to the last given one, filled in by `filled`."""
    return {fund: Series.of(dict(filled(series)), SOURCE) for fund, series in monthly.items()}


def filled(series: Series) -> Iterator[tuple[date, int]]:
    """A unit value for each valuation date: those given as they stand, the same growth each day between two of them.

    From 10.000000 to 10.302010 in three days by way of 10.099998 (10 x 1.030201 ^ (1/3)) and 10.200997, rounded to
    the last decimal.
    """
    days, values = series.days, series.values
    yield days[0], values[0]
    for n in range(1, len(days)):
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


def rates() -> list[MarketData]:
    """Printed rates from the product's tables, assumed ones for the months and years it does not print."""
    tables = packaged_products()[PRODUCT] / "tables"
    printed = [load_market_file(tables / name) for name in ("declared_rates.csv", "secondary_rates.csv")]
    known = set(printed[0].declared[ACCOUNT].at)
    months = [month for month in range(_FIRST_MONTH, _LAST_MONTH + 1) if month not in known]
    assumed = {month_text(month): _ppb(ASSUMED_RATES[month // 12]) for month in months}
    return [*printed, MarketData(declared={ACCOUNT: Rates.by_month(assumed, "assumed for the demonstration")})]


def _ppb(percent: str) -> int:
    return int(Decimal(percent.rstrip("%")) * 10_000_000)


def write_market(folder: Path) -> list[Path]:
    """Write the demonstration market as market files, to look at and to use with contract files."""
    folder.mkdir(parents=True, exist_ok=True)
    market = demo_market()
    files = {
        "unit_values.csv": _unit_value_lines(market.data),
        "declared_rates.csv": _rate_lines(market.data.declared, "account,month,rate", month_text),
        "secondary_rates.csv": _rate_lines(market.data.secondary, "account,year,secondary_rate", str),
    }
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    readme = _packaged("reconstructed_unit_values.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return [folder / name for name in (*files, "README.md")]


def _unit_value_lines(data: MarketData) -> list[str]:
    lines = ["date,fund,unit_value"]
    for fund, series in data.unit_values.items():
        lines += [
            f"{day},{fund},{unit_value_text(value)}" for day, value in zip(series.days, series.values, strict=True)
        ]
    return lines


def unit_value_text(value: int) -> str:
    """A unit value as files carry it: 10_302_010 is 10.302010."""
    return f"{value // 1_000_000}.{value % 1_000_000:06d}"


def _rate_lines(rates: Mapping[str, Rates], header: str, when: Callable[[int], str]) -> list[str]:
    lines = [header]
    for account, history in rates.items():
        each = zip(history.at, history.columns[0], strict=True)
        lines += [f"{account},{when(at)},{Decimal(rate) / 10_000_000:f}%" for at, rate in each]
    return lines
