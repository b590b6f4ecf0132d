"""The demonstration market of Flex Extra, 1987 to 2008: reconstructed unit values, partly assumed declared rates."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

from inforce.market import Market, MarketData, Rates, load_market_file
from inforce.market.exact import month_text, rate_of
from inforce.returns import month_end_file, reconstructed_unit_values
from inforce.terms import find_product

PRODUCT: Final = "flex-extra"
ACCOUNT: Final = "guaranteed-principal-account"
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


@lru_cache(maxsize=1)
def demo_market() -> Market:
    """Unit values on every valuation date to 31 July 2008, and rates of the fixed account to August 2008."""
    return Market.of(reconstructed_unit_values(find_product(PRODUCT)), *rates())


def rates() -> list[MarketData]:
    """Printed rates from the product's tables, assumed ones for the months and years it does not print."""
    tables = find_product(PRODUCT).folder / "tables"
    printed = [load_market_file(tables / name) for name in ("declared_rates.csv", "secondary_rates.csv")]
    known = set(printed[0].declared[ACCOUNT].at)
    months = [month for month in range(_FIRST_MONTH, _LAST_MONTH + 1) if month not in known]
    assumed = {month_text(month): rate_of(ASSUMED_RATES[month // 12]) for month in months}
    return [*printed, MarketData(declared={ACCOUNT: Rates.by_month(assumed, "assumed for the demonstration")})]


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
    readme = month_end_file(find_product(PRODUCT)).with_suffix(".md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return [folder / name for name in (*files, "README.md")]


def _unit_value_lines(data: MarketData) -> list[str]:
    lines = ["date,fund,unit_value"]
    for fund, series in data.unit_values.items():
        lines += [
            f"{day},{fund},{Decimal(value).scaleb(-6):.6f}"
            for day, value in zip(series.days, series.values, strict=True)
        ]
    return lines


def _rate_lines(rates: Mapping[str, Rates], header: str, when: Callable[[int], str]) -> list[str]:
    lines = [header]
    for account, history in rates.items():
        each = zip(history.at, history.columns[0], strict=True)
        lines += [f"{account},{when(at)},{Decimal(rate) / 10_000_000:f}%" for at, rate in each]
    return lines
