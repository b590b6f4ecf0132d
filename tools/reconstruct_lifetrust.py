"""Reconstruct month-end unit values of the LifeTrust sub-accounts, 1973 to 2020. For development only; run by hand, as
`reconstruct_unit_values.py` is, whose shapes and solver it uses.

writes unit_values.csv of products/lifetrust/published; unit_values.md beside it states the method. The factors end in
November 2018: from then on months have no shape, and the way between two anchors is even.
"""

import csv
import math
from datetime import date
from decimal import Decimal
from pathlib import Path

from reconstruct_unit_values import START_UNIT_VALUE, Division, Factors, Month, Shape, read_factors, report, secant

from inforce.dates import previous_valuation_date
from inforce.returns import SINCE, YEAR_TO_DATE, contract_level
from inforce.returns.figures import FED, Figure, printed_figures, span_of
from inforce.returns.periods import FIRST_YEAR
from inforce.terms import Cohort, Product, find_product
from inforce.terms.schema import SubAccount

OUT = Path(__file__).parents[1] / "src/inforce/products/lifetrust/published/unit_values.csv"
END = date(2020, 10, 30)
QUARTER_END = date(2020, 9, 30)
WEEK_BEFORE = date(2020, 10, 23)
CHARGE = 0.0140
"""Separate account charge a year, as printed."""
CHARGE_IN_YIELD = 30 / 14 / 1000
"""Part of a 7-day yield that is the maintenance charge, under the fitted equal parts."""
YIELDS = {"government-money": -0.0160, "mml-government-money": -0.0161}
"""Printed 7-day yields."""
BOND = Shape(bond=1.0, expenses=0.005)
SHAPES = {
    "government-money": Shape(expenses=0.005),
    "mml-government-money": Shape(expenses=0.005),
    "global-strategic-income": Shape(market=0.2, bond=1.0, expenses=0.007),
    "total-return-bond": BOND,
    "managed-bond": BOND,
    "conservative-balanced": Shape(market=0.45, bond=0.5, expenses=0.007),
    "blend": Shape(market=0.51, size=-0.09, value=0.18, bond=0.4, expenses=0.004),
    "equity": Shape(market=0.85, size=-0.15, value=0.30, expenses=0.004),
    "main-street": Shape(market=0.97, size=-0.1, expenses=0.007),
    "capital-appreciation": Shape(market=1.05, value=-0.3, expenses=0.007),
    "main-street-small-cap": Shape(market=1.0, size=0.8, value=0.2, expenses=0.008),
    "discovery-mid-cap-growth": Shape(market=1.15, size=0.5, value=-0.4, expenses=0.007),
    "global": Shape(market=0.95, expenses=0.007),
}


def reconstruct(fund: str, product: Product, factors: dict[Month, Factors]) -> Division:
    """One sub-account's path through everything that is fed in."""
    account = sub_accounts(product)[fund]
    division = Division(fund, max(account.added, account.fund_inception), factors, SHAPES[fund], END, CHARGE)
    figures = [f for f in printed_figures(product, sub_account=fund) if f.used == FED]
    for figure in (f for f in figures if not f.form):
        feed_unit_return(division, figure, product)
    if fund in YIELDS:
        feed_yield(division, YIELDS[fund])
    feed_standardized(division, [f for f in figures if f.form], product)
    if account.added < account.fund_inception:
        before = division.levels()[0]
        include(division, account.added, before)
    return division


def sub_accounts(product: Product) -> dict[str, SubAccount]:
    cohort = Cohort("standard", "non_qualified", "MA", product.card.forms["standard"].from_)
    return product.terms(cohort, END).sections.sub_accounts


def include(division: Division, day: date, level: float) -> None:
    """One more day, with its own anchor."""
    division.anchors[day] = level
    if day not in division.shape:
        division.shape[day] = level
        division.days = sorted([*division.days, day])


def feed_unit_return(division: Division, figure: Figure, product: Product) -> None:
    """Anchors of the first returns table, exactly: unit value = the last one's / (1 + T)^n."""
    span = span_of(product, figure)
    level = -float(span.length) * math.log1p(float(figure.printed) / 100)
    include(division, span.priced_on[0], level)


def feed_yield(division: Division, current: float) -> None:
    """The last week by the printed 7-day yield, and October at the same daily accrual."""
    week = math.log1p((current + CHARGE_IN_YIELD) * 7 / 365)
    include(division, WEEK_BEFORE, -week)
    include(division, QUARTER_END, -week * (END - QUARTER_END).days / 7)


def feed_standardized(division: Division, figures: list[Figure], product: Product) -> None:
    """The year to date gives the quarter end's anchor, the other cells those of their first days."""
    for figure in sorted(figures, key=lambda f: f.years if f.years != SINCE else 99):
        start = span_of(product, figure).priced_on[0]
        if figure.years == YEAR_TO_DATE:
            place = QUARTER_END
            first = division.anchors[start] + math.log(1.06 + float(figure.printed) / 100)
        else:
            place = start
            first = division.anchors[QUARTER_END] - float(span_of(product, figure).length) * math.log1p(
                float(figure.printed) / 100
            )
        if place == QUARTER_END or place not in division.anchors:
            include(division, place, solved(division, place, start, first, figure, product))


def solved(division: Division, place: date, start: date, first: float, figure: Figure, product: Product) -> float:
    """Level of `place` at which the contract returns the printed figure (secant steps)."""

    def miss(level: float) -> float:
        include(division, place, level)
        market = division.market(previous_valuation_date(start))
        span = span_of(product, figure)
        ours = contract_level(product, market, division.fund, figure.form, figure.as_of, span)
        return float(ours.exact - Decimal(figure.printed))

    return secant(miss, first, first + 0.01)


def rows(division: Division) -> list[tuple[str, date, int]]:
    """Unit values at six decimals: 10.000000 on the day the sub-account was added."""
    levels = division.levels()
    base = levels[division.days.index(division.added)]
    return [
        (division.fund, day, round(START_UNIT_VALUE * math.exp(level - base)))
        for day, level in zip(division.days, levels, strict=True)
    ]


def main() -> None:
    product, factors = find_product("lifetrust"), read_factors()
    found: list[tuple[str, date, int]] = []
    for fund in sub_accounts(product):
        division = reconstruct(fund, product, factors)
        found += rows(division)
        report(division)
    write(OUT, [row for row in found if row[1].year >= FIRST_YEAR])
    write(OUT.with_stem("unit_values_before_1980"), [row for row in found if row[1].year < FIRST_YEAR])


def write(path: Path, found: list[tuple[str, date, int]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["date", "fund", "unit_value"])
        out.writerows((day, fund, f"{Decimal(value).scaleb(-6):.6f}") for fund, day, value in found)


if __name__ == "__main__":
    main()
