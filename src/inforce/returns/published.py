"""The printed returns of a product beside ours, cell by cell, in groups that are never mixed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from inforce.market import Market
from inforce.terms import Product, find_product

from .figures import Figure, printed_figures, span_of
from .groups import GROUPS, group_of
from .misses import why_missed
from .periods import SINCE, YEAR_TO_DATE, Return
from .purchase import account_level, contract_level, prices_of
from .reconstructed import reconstructed_market

SMALL: Final = Decimal("0.02")


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
    prices: str = ""
    """Where the last price behind ours was read, or that it is reconstructed; empty where there is none."""


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


def published_table(product: Product | str, market: Market | None = None) -> list[Row]:
    """Every printed return of a product (or of its name) beside ours.

    `market` is the reconstructed one where not given, whose unit values pass through the cells fed in.
    """
    found = find_product(product) if isinstance(product, str) else product
    prices = reconstructed_market(found) if market is None else market
    return [_row(found, prices, figure) for figure in printed_figures(found)]


def ours(product: Product, market: Market, figure: Figure) -> Return:
    """What we make of a printed figure's cell: change of a unit, or a contract bought and surrendered."""
    span = span_of(product, figure)
    if not figure.form:
        return account_level(product, market, figure.sub_account, figure.as_of, span)
    return contract_level(product, market, figure.sub_account, figure.form, figure.as_of, span)


def _row(product: Product, market: Market, figure: Figure) -> Row:
    result = ours(product, market, figure)
    difference = result.percent - figure.printed
    return Row(
        table=figure.table,
        division=figure.division,
        column=column_name(figure.years),
        printed=figure.printed,
        ours=result.percent,
        difference=difference,
        group=group_of(product, figure),
        why=why_missed(product, market, figure) if difference else "",
        unrounded=result.exact.quantize(Decimal("0.0001"), ROUND_HALF_UP),
        prices=prices_of(product, market, figure.sub_account, figure.as_of),
    )


def column_name(years: int) -> str:
    """A column in words."""
    if years == SINCE:
        return "since"
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
