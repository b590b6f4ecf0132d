"""Every printed figure of a product's documents beside ours: returns, rates, indices and yields."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from inforce.errors import NotFound
from inforce.market import Market
from inforce.returns.groups import DERIVED
from inforce.returns.published import Row, published_table
from inforce.terms import Product, find_product, packaged_products

from .model import PerformanceUpdate
from .update import performance_update

YIELD: Final = "7_day_yield"


def products_with_printed_figures() -> list[str]:
    """Packaged products in whose folder printed returns stand."""
    return [name for name, folder in packaged_products().items() if list(folder.glob("published/returns_*.csv"))]


def printed_table(product: Product | str, market: Market | None = None) -> list[Row]:
    """All rows of a product (or of its name): `published_table`, then what its updates print beside returns."""
    found = find_product(product) if isinstance(product, str) else product
    return [*published_table(found, market), *rates_table(found, market)]


def rates_table(product: Product, market: Market | None = None) -> list[Row]:
    """Rates, indices and yields, as the update of their month end prints them.

    A change of a rate is worked out from two other cells: it was not used, and no fitted term is in it.
    """
    updates: dict[date, PerformanceUpdate] = {}
    rows = []
    for line in _lines(product):
        as_of = date.fromisoformat(line["as_of"])
        if as_of not in updates:
            updates[as_of] = performance_update(product, as_of, market)
        rows.append(_row(updates[as_of], line))
    return rows


def _lines(product: Product) -> Iterator[dict[str, str]]:
    for file in sorted((product.folder / "published").glob("rates_*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def _row(update: PerformanceUpdate, line: dict[str, str]) -> Row:
    printed, ours = Decimal(line["printed"]), _ours(update, line["table"], line["row"], line["column"])
    return Row(
        table=line["table"],
        division=line["row"],
        column=line["column"].replace("_", " "),
        printed=printed,
        ours=ours,
        difference=ours - printed,
        group=line["used"] or DERIVED,
        why="" if ours == printed else "the figures given for this market are others",
        unrounded=ours,
        prices=update.warning if line["column"] == YIELD else "",
    )


def _ours(update: PerformanceUpdate, table: str, row: str, column: str) -> Decimal:
    made = update.table(table)
    found = next((r for r in made.rows if r.key == row), None)
    if found is not None and column == YIELD and found.yields:
        return found.yields[0]
    cells = dict(zip((c.key for c in made.columns), found.cells[1:], strict=True)) if found else {}
    value = cells[column].value if column in cells else None
    if value is None:
        raise NotFound(f"the update has no figure for {table}, {row}, {column}")
    return value
