"""The returns that a product's documents print, as its folder holds them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from inforce.errors import NotFound
from inforce.terms import Product

from .periods import YEAR_TO_DATE

UNIT_TABLE: Final = "fund_and_separate_account"
CONTRACT_TABLE: Final = "contract_level"
FLEXIBLE_TABLE: Final = "standardized_flexible"
SINGLE_TABLE: Final = "standardized_single"

COLUMNS: Final = {"ytd": YEAR_TO_DATE, "1": 1, "3": 3, "5": 5, "10": 10}
"""Columns of a published file and their years."""

FED: Final = "fed in"
GROUPS: Final = {
    "derived": "worked out from what the other tables fed in; nothing of these cells was used",
    FED: "unit values were made to pass through these cells",
    "fitted": "terms were chosen so that these cells come near: shares of the maintenance charge, its total of 35, a "
    "tenth of the value free",
}
GROUP_OF: Final = {
    UNIT_TABLE: FED,
    CONTRACT_TABLE: "fitted",
    FLEXIBLE_TABLE: FED,
    SINGLE_TABLE: "derived",
}


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


def group_of(figure: Figure) -> str:
    """Whether a printed figure is derived, fed in or fitted."""
    return GROUP_OF[figure.table]


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
