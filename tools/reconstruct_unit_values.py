"""Reconstruct month-end unit values of the Flex Extra divisions, 1987 to 2008. For development only; run by hand.

    python -m venv /tmp/reconstruct && /tmp/reconstruct/bin/pip install --editable . arch
    /tmp/reconstruct/bin/python tools/reconstruct_unit_values.py

writes unit_values.csv of products/flex-extra/published; unit_values.md beside it states the method. The shape of the
months comes from the research factors (market, size, value, one-month Treasury bill; K. R. French, data library) in the
file arch/data/frenchdata/frenchdata.csv.gz of the `arch` package. Floats are for shapes only: what is fed in passes
exactly through the anchors, and the anchors of the standardized table are found by running real contracts.
"""

import csv
import gzip
import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from inforce.dates import last_valuation_date_of_month, previous_valuation_date, valuation_dates
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.returns import contract_level
from inforce.returns.figures import FLEXIBLE_TABLE, UNIT_TABLE, Figure, printed_figures
from inforce.returns.periods import period
from inforce.returns.reconstructed import daily
from inforce.terms import Cohort, Product, find_product

OUT = Path(__file__).parents[1] / "src/inforce/products/flex-extra/published/unit_values.csv"
END = date(2008, 7, 31)
QUARTER_END = date(2008, 6, 30)
START_UNIT_VALUE = 10_000_000
CHARGE = 0.0130
"""Separate account charge a year, as printed."""
ROUNDS = 4

Month = tuple[int, int]


@dataclass(frozen=True)
class Factors:
    """A month's returns: market over bills, small over big, value over growth, Treasury bills."""

    market: float
    size: float
    value: float
    bill: float


@dataclass(frozen=True)
class Shape:
    """How a division's months are shaped, before the anchors: exposures, and expenses of the fund a year.

    return = bills + market x (market - bills) + size x ... + value x ... + bond part - expenses - 1.30 % / 12, where
    the bond part is the trailing two-year mean of bills + 1.2 % a year less bills, times `bond`.
    """

    market: float = 0.0
    size: float = 0.0
    value: float = 0.0
    bond: float = 0.0
    expenses: float = 0.006


SHAPES = {
    "global-securities": Shape(market=0.95, expenses=0.007),
    "midcap": Shape(market=1.15, size=0.5, value=-0.4, expenses=0.007),
    "equity": Shape(market=0.85, size=-0.15, value=0.30, expenses=0.004),
    "blend": Shape(market=0.51, size=-0.09, value=0.18, bond=0.4, expenses=0.004),
    "managed-bond": Shape(bond=1.0, expenses=0.005),
    "strategic-bond": Shape(market=0.15, bond=1.0, expenses=0.006),
    "money-market": Shape(expenses=0.005),
}
TERM_PREMIUM = 0.012
BILL_MONTHS = 24


def read_factors() -> dict[Month, Factors]:
    """The monthly factors, as fractions."""
    spec = find_spec("arch")
    if spec is None or spec.origin is None:
        raise SystemExit("install `arch` into the environment that runs this; see the head of the file")
    file = Path(spec.origin).parent / "data/frenchdata/frenchdata.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (int(row["Date"][:4]), int(row["Date"][4:])): Factors(
            *(float(row[name]) / 100 for name in ("Mkt-RF", "SMB", "HML", "RF"))
        )
        for row in rows
    }


def month_shape(factors: dict[Month, Factors], month: Month, shape: Shape, charge: float = CHARGE) -> float:
    """Logarithm of a division's growth in a month, before the anchors; none where the factors have ended."""
    if month not in factors:
        return 0.0
    f = factors[month]
    past = [factors[months_before(month, n)].bill for n in range(BILL_MONTHS)]
    bond = sum(past) / BILL_MONTHS + TERM_PREMIUM / 12 - f.bill
    costs = (shape.expenses + charge) / 12
    return math.log(
        1 + f.bill + shape.market * f.market + shape.size * f.size + shape.value * f.value + shape.bond * bond - costs
    )


def months_before(month: Month, n: int) -> Month:
    at = month[0] * 12 + month[1] - 1 - n
    return at // 12, at % 12 + 1


class Division:
    """One division's path: shape and anchors, as logarithms relative to the last day."""

    def __init__(
        self,
        fund: str,
        added: date,
        factors: dict[Month, Factors],
        shape: Shape | None = None,
        end: date = END,
        charge: float = CHARGE,
    ) -> None:
        self.fund, self.added, self.charge = fund, added, charge
        self.anchors: dict[date, float] = {end: 0.0}
        self.days = [added, *month_ends(added, end)]
        self.shape = self._cumulated(factors, shape or SHAPES[fund])

    def _cumulated(self, factors: dict[Month, Factors], shape: Shape) -> dict[date, float]:
        """Logarithm of the shape at each day, 0 on the last; the first month counts for its part."""
        total, levels = 0.0, {self.added: 0.0}
        for before, day in pairwise(self.days):
            month = (day.year, day.month)
            total += month_shape(factors, month, shape, self.charge) * part_of_month(before, day)
            levels[day] = total
        return {day: level - total for day, level in levels.items()}

    def levels(self) -> list[float]:
        """The shape, with the gap to the anchors spread evenly over the days between two; before the first as it is."""
        known = sorted(self.anchors)
        gaps = [self.anchors[day] - self.shape[day] for day in known]

        def gap(day: date) -> float:
            i = bisect_right(known, day)
            if i == 0:
                return gaps[0]
            if i == len(known):
                return gaps[-1]
            part = (day - known[i - 1]).days / (known[i] - known[i - 1]).days
            return gaps[i - 1] + part * (gaps[i] - gaps[i - 1])

        return [self.shape[day] + gap(day) for day in self.days]

    def unit_values(self) -> dict[date, int]:
        """Unit values at six decimals: 10.000000 on the first day."""
        levels = self.levels()
        return {
            day: round(START_UNIT_VALUE * math.exp(level - levels[0]))
            for day, level in zip(self.days, levels, strict=True)
        }

    def market(self, since: date) -> Market:
        """A market of this division alone, from a day on."""
        values = {day: value for day, value in self.unit_values().items() if day >= since}
        monthly = {SubAccount(self.fund): Series.of(values)}
        return Market.of(MarketData(unit_values=daily(monthly)))


def month_ends(after: date, end: date = END) -> list[date]:
    """The last valuation date of each month from a day's own to that of `end`."""
    months = range(after.year * 12 + after.month - 1, end.year * 12 + end.month)
    return [last_valuation_date_of_month(m // 12, m % 12 + 1) for m in months]


def part_of_month(before: date, day: date) -> float:
    """Valuation dates after `before` up to `day`, over those of the month."""
    return (len(valuation_dates(before, day)) - 1) / len(valuation_dates(day.replace(day=1), day))


def feed_unit_returns(division: Division, figures: list[Figure]) -> None:
    """Anchors of the first returns table, exactly: unit value = END's / (1 + T)^n."""
    for figure in figures:
        years = max(figure.years, 1)
        start = period(END, figure.years).priced_on[0]
        division.anchors[start] = -years * math.log1p(float(figure.printed) / 100)


def feed_standardized(division: Division, figures: list[Figure], product: Product) -> None:
    """Anchors of the standardized table: the start values at which a real flexible contract returns what is printed.

    Where the quarter's end lies against END is not known: the four Julys between anchors of both tables share what
    they miss of their shapes.
    """
    starts = {figure.years: period(QUARTER_END, figure.years).priced_on[0] for figure in figures}
    growth = {years: division.shape[QUARTER_END] - division.shape[start] for years, start in starts.items()}
    for _ in range(ROUNDS):
        place(division, starts, growth)
        for figure in sorted(figures, key=lambda f: f.years):
            growth[figure.years] = solved(division, starts[figure.years], figure, product)
            place(division, starts, growth)


def place(division: Division, starts: dict[int, date], growth: dict[int, float]) -> None:
    """Set the quarter end's anchor, and the starts' by their growth up to it."""
    shape, anchors = division.shape, division.anchors
    wanted = [shape[QUARTER_END] - shape[END]]
    for years, start in starts.items():
        july = period(END, years).priced_on[0]
        wanted.append(anchors[july] - (shape[july] - shape[start]) + growth[years])
    anchors[QUARTER_END] = sum(wanted) / len(wanted)
    for years, start in starts.items():
        anchors[start] = anchors[QUARTER_END] - growth[years]


def solved(division: Division, start: date, figure: Figure, product: Product) -> float:
    """Logarithm of the growth from `start` at which the flexible contract returns the printed figure (secant steps)."""

    def miss(growth: float) -> float:
        division.anchors[start] = division.anchors[QUARTER_END] - growth
        market = division.market(previous_valuation_date(start))
        ours = contract_level(product, market, division.fund, "flexible", QUARTER_END, figure.years)
        return float(ours.exact - Decimal(figure.printed))

    growth = division.anchors[QUARTER_END] - division.anchors[start]
    return secant(miss, growth, growth + 0.01)


def secant(miss: Callable[[float], float], one: float, two: float) -> float:
    """Where `miss` is 0, to 1e-7 percent."""
    missed = miss(one)
    for _ in range(20):
        now = miss(two)
        if abs(now) < 1e-7 or now == missed:
            return two
        one, two, missed = two, two - now * (two - one) / (now - missed), now
    raise SystemExit("no unit value was found for a printed figure")


def reconstruct() -> list[tuple[str, date, int]]:
    """Every division's unit values, in the product's order."""
    product, factors = find_product("flex-extra"), read_factors()
    rows = []
    for fund, added in divisions(product).items():
        division = Division(fund, added, factors)
        feed_unit_returns(division, printed_figures(product, UNIT_TABLE, fund))
        feed_standardized(division, printed_figures(product, FLEXIBLE_TABLE, fund), product)
        rows += [(fund, day, value) for day, value in division.unit_values().items()]
        report(division)
    return rows


def divisions(product: Product) -> dict[str, date]:
    """Day each division was added, in the product's order."""
    sections = product.terms(Cohort("flexible", "non_qualified", "MA", END), END).sections
    return {fund: sub_account.added for fund, sub_account in sections.sub_accounts.items()}


def report(division: Division) -> None:
    """Print how far the anchors bend the shape."""
    known = sorted(division.anchors)
    print(division.fund)
    for one, two in pairwise(known):
        gap = (division.anchors[two] - division.anchors[one]) - (division.shape[two] - division.shape[one])
        years = (two - one).days / 365.25
        print(f"  {one} to {two}: {100 * gap:7.2f} % in all, {100 * gap / years:7.2f} % a year")


def main() -> None:
    rows = reconstruct()
    with OUT.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["date", "fund", "unit_value"])
        out.writerows((day.isoformat(), fund, f"{Decimal(value).scaleb(-6):.6f}") for fund, day, value in rows)


if __name__ == "__main__":
    main()
