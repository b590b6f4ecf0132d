"""The returns that a product's documents print, as its folder holds them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from inforce.errors import NotFound
from inforce.terms import Cohort, Product

from .periods import SINCE, YEAR_TO_DATE, Period, period, since

UNIT_TABLE: Final = "fund_and_separate_account"
CONTRACT_TABLE: Final = "contract_level"
FLEXIBLE_TABLE: Final = "standardized_flexible"
SINGLE_TABLE: Final = "standardized_single"

COLUMNS: Final = {"ytd": YEAR_TO_DATE, "1": 1, "3": 3, "5": 5, "10": 10, "since": SINCE}
"""Columns of a published file and their years."""

FED: Final = "fed in"
FITTED: Final = "fitted"


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
    since: date | None
    """Printed first day of a period since then."""
    printed: Decimal
    """Percent."""
    used: str
    """What for: `FED` into unit values, or `FITTED` to by terms; empty for a cell that was not used."""
    document: str
    place: str


def span_of(product: Product, figure: Figure) -> Period:
    """The period of a printed figure; the history of a fund may be usable only from a later day than the printed."""
    if figure.since is None or figure.years != SINCE:
        return period(figure.as_of, figure.years)
    card_form = next(iter(product.card.forms))
    cohort = Cohort(card_form, "non_qualified", "MA", product.card.forms[card_form].from_)
    usable = product.terms(cohort, figure.as_of).sections.sub_accounts[figure.sub_account].returns_usable_from
    first = figure.since if figure.form or usable is None else max(figure.since, usable)
    return since(first, figure.as_of)


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
        if row.get(column):
            since_day = date.fromisoformat(row["since_day"]) if row.get("since_day") else None
            yield Figure(
                row["table"], date.fromisoformat(row["as_of"]), row["form"], row["sub_account"], row["division"],
                years, since_day, Decimal(row[column]), row["used"], row["document"], row["place"],
            )  # fmt: skip
