"""The printed returns of a product beside ours, cell by cell: derived, fed in and fitted are never mixed."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from inforce.demo import demo_market
from inforce.errors import NotFound
from inforce.market import Market
from inforce.terms import Product

from .misses import why_missed
from .periods import YEAR_TO_DATE, Return
from .purchase import account_level, contract_level

UNIT_TABLE: Final = "fund_and_separate_account"
CONTRACT_TABLE: Final = "contract_level"
FLEXIBLE_TABLE: Final = "standardized_flexible"
SINGLE_TABLE: Final = "standardized_single"

COLUMNS: Final = {"ytd": YEAR_TO_DATE, "1": 1, "3": 3, "5": 5, "10": 10}
"""Columns of a published file and their years."""

GROUPS: Final = {
    "derived": "worked out from what the other tables fed in; nothing of these cells was used",
    "fed in": "unit values were made to pass through these cells",
    "fitted": "terms were chosen so that these cells come near: shares of the maintenance charge, its total of 35, a "
    "tenth of the value free",
}
GROUP_OF: Final = {
    UNIT_TABLE: "fed in",
    CONTRACT_TABLE: "fitted",
    FLEXIBLE_TABLE: "fed in",
    SINGLE_TABLE: "derived",
}
SMALL: Final = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed return."""

    table: str
    as_of: date
    form: str
    """Empty for the returns of units, before charges of a contract."""
    sub_account: str
    division: str
    """Its name as printed."""
    years: int
    printed: Decimal
    """Percent."""
    document: str
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """A printed return beside ours, in percent."""

    table: str
    division: str
    column: str
    printed: Decimal
    ours: Decimal
    """Two decimals, as we would print it."""
    difference: Decimal
    """Ours as printed less the printed one."""
    group: str
    """Key of `GROUPS`."""
    why: str
    """Why it is not the printed one; empty where it is."""
    unrounded: Decimal
    """Ours to four decimals."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How near a group of cells comes."""

    group: str
    cells: int
    matched: int
    """To the printed digit."""
    small: int
    """Printed no further away than 0.02."""
    worst: Decimal
    """Greatest distance of the unrounded figure, percentage points."""


def printed_figures(product: Product, table: str | None = None, sub_account: str | None = None) -> list[Figure]:
    """Every printed return of a product, in the order of its documents. NotFound where it has none."""
    files = sorted((product.folder / "published").glob("returns_*.csv"))
    if not files:
        raise NotFound(f"{product.id} has no published returns: there is no published/returns_*.csv in its folder")
    found: list[Figure] = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            found += [figure for row in csv.DictReader(lines) for figure in _figures(row)]
    return [f for f in found if table in (None, f.table) and sub_account in (None, f.sub_account)]


def _figures(row: dict[str, str]) -> Iterator[Figure]:
    for column, years in COLUMNS.items():
        if row[column]:
            yield Figure(
                row["table"], date.fromisoformat(row["as_of"]), row["form"], row["sub_account"], row["division"],
                years, Decimal(row[column]), row["document"], row["place"],
            )  # fmt: skip


def published_table(product: Product, market: Market | None = None) -> list[Row]:
    """Every printed return beside ours; `market` is the reconstructed one where not given."""
    prices = demo_market() if market is None else market
    return [_row(product, prices, figure) for figure in printed_figures(product)]


def ours(product: Product, market: Market, figure: Figure) -> Return:
    """What we make of a printed figure's cell: change of a unit, or a contract bought and surrendered."""
    if not figure.form:
        return account_level(product, market, figure.sub_account, figure.as_of, figure.years)
    return contract_level(product, market, figure.sub_account, figure.form, figure.as_of, figure.years)


def _row(product: Product, market: Market, figure: Figure) -> Row:
    result, group = ours(product, market, figure), GROUP_OF[figure.table]
    difference = result.percent - figure.printed
    return Row(
        table=figure.table,
        division=figure.division,
        column=column_name(figure.years),
        printed=figure.printed,
        ours=result.percent,
        difference=difference,
        group=group,
        why=why_missed(product, market, figure, result, group) if difference else "",
        unrounded=result.exact.quantize(Decimal("0.0001"), ROUND_HALF_UP),
    )


def column_name(years: int) -> str:
    """A column in words."""
    return "YTD" if years == YEAR_TO_DATE else "1 year" if years == 1 else f"{years} years"


def summaries(rows: Iterable[Row]) -> list[Summary]:
    """Counts for each group, in the order of `GROUPS`."""
    by_group: dict[str, list[Row]] = {group: [] for group in GROUPS}
    for row in rows:
        by_group[row.group].append(row)
    return [_summary(group, cells) for group, cells in by_group.items() if cells]


def _summary(group: str, rows: list[Row]) -> Summary:
    return Summary(
        group=group,
        cells=len(rows),
        matched=sum(not row.difference for row in rows),
        small=sum(abs(row.difference) <= SMALL for row in rows),
        worst=max(abs(row.unrounded - row.printed) for row in rows),
    )
