"""Why one of our returns is not the printed one, in figures."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from inforce.cycle import Pricer
from inforce.market import Market
from inforce.terms import Product

from .figures import FED, SINGLE_TABLE, Figure, printed_figures, span_of
from .periods import growth_of
from .purchase import Redemption, buyer, redeem

HALF: Final = Decimal("0.005")
"""What the second decimal of a printed percentage leaves open."""
NEAR: Final = timedelta(days=4)
"""An anniversary moved over a weekend is still the one that a printed figure fixes."""


def why_missed(product: Product, market: Market, figure: Figure) -> str:
    """Why our figure is not the printed one: for a derived cell, a fitted cell, or a cell fed in."""
    if figure.group == "derived" and figure.table == SINGLE_TABLE:
        return _rounding_of_source(product, market, figure)
    if figure.group == "derived":
        return _smaller_charge(product, market, figure)
    if figure.group == "fitted":
        return _unfixed_anniversaries(product, market, figure)
    return "the unit values of this market do not pass through it"


def _rounding_of_source(product: Product, market: Market, figure: Figure) -> str:
    """A derived cell hangs on the flexible cell that its first unit value was solved from, printed to 0.01."""
    ours, source = (redeem(product, market, figure.sub_account, form, figure.as_of, figure.years)
                    for form in (figure.form, "flexible"))  # fmt: skip
    slope = _slope(ours) / _slope(source)
    off = abs(ours.result.exact - figure.printed)
    verdict = "rounding explains it" if off <= HALF + HALF * slope else "more than rounding"
    return (f"{off:.4f} off unrounded; its first unit value is solved from the flexible contract's cell, where ±0.005 "
            f"is ±{HALF * slope:.4f} here, to the ±0.005 of this cell: {verdict}")  # fmt: skip


def _slope(r: Redemption) -> Decimal:
    """Change of the return for a small change of the unit value's growth, up to what both forms share."""
    result = r.result
    return r.kept * (1 + result.exact / 100) / result.growth / max(Decimal(1), Decimal(result.years))


def _unfixed_anniversaries(product: Product, market: Market, figure: Figure) -> str:
    """A fitted cell hangs on the charge, and over several years on the unit values at which it was taken."""
    r = redeem(product, market, figure.sub_account, figure.form, figure.as_of, span_of(product, figure))
    short = _growth_printed(figure, r) - r.result.growth
    if not _fixed(product, figure, r.period.priced_on[0]):
        return _unfixed_start(r, short)
    weights = {day: _weight(product, market, figure, r, day, cents) for day, cents in r.charged}
    free = [day for day in weights if not _fixed(product, figure, day)]
    weight = sum((weights[day] for day in free), Decimal(0))
    charge = _other_charge(r, short / sum(weights.values()))
    if weight <= max(short, Decimal(0)):
        return f"{charge} would print it; its share is fitted"
    change = 100 * (weight / (weight - short) - 1)
    ones = f"{abs(change):.1f} % {'higher' if change > 0 else 'lower'} ones"
    return (f"no printed figure fixes the unit values on the anniversaries of {_years(free)}, when the charge was "
            f"taken: {ones} would print it, or {charge}")  # fmt: skip


def _unfixed_start(r: Redemption, short: Decimal) -> str:
    """The first unit value is interpolated: what it would have to be."""
    change = -100 * short * r.paid_in / (r.paid_out + r.surrender_charge)
    word = "higher" if change > 0 else "lower"
    return (f"no printed figure fixes the unit value of {r.period.priced_on[0]}, where the period begins: one "
            f"{abs(change):.3f} % {word} would print it")  # fmt: skip


def _smaller_charge(product: Product, market: Market, figure: Figure) -> str:
    """A derived cell over many years whose ends other cells fix: only the charge is open."""
    r = redeem(product, market, figure.sub_account, figure.form, figure.as_of, span_of(product, figure))
    short = _growth_printed(figure, r) - r.result.growth
    weight = sum((_weight(product, market, figure, r, day, cents) for day, cents in r.charged), Decimal(0))
    off, charge = abs(r.result.exact - figure.printed), _other_charge(r, short / weight)
    return f"{off:.4f} off unrounded, more than rounding: {charge} would print it; its part was fitted to other cells"


def _years(days: list[date]) -> str:
    return ", ".join(str(day.year) for day in days)


def _growth_printed(figure: Figure, r: Redemption) -> Decimal:
    """The growth nearest to ours that would print as the document does."""
    edge = figure.printed + (HALF if r.result.exact > figure.printed else -HALF)
    return (1 + edge / 100) ** max(Decimal(1), r.period.length)


def _fixed(product: Product, figure: Figure, day: date) -> bool:
    """Is the division's unit value on (about) that day fed in?"""
    if abs(day - figure.as_of) <= NEAR:
        return True
    fed = (f for f in printed_figures(product, sub_account=figure.sub_account) if f.group == FED)
    return any(abs(day - span_of(product, f).priced_on[0]) <= NEAR for f in fed)


def _weight(product: Product, market: Market, figure: Figure, r: Redemption, day: date, cents: int) -> Decimal:
    """What a charge cost by the end of the period, for each dollar paid in."""
    pricer = Pricer(market, product, buyer(product, "", ""))
    grown = growth_of(pricer.unit_value(figure.sub_account, day), pricer.unit_value(figure.sub_account, figure.as_of))
    return r.kept * cents * grown / r.paid_in


def _other_charge(r: Redemption, lighter: Decimal) -> str:
    """The yearly charge for each payment of the terms, made lighter by a part of itself."""
    charge = Decimal(r.charged[-1][1]) / r.multiple / 100
    return f"a charge of {charge * (1 - lighter):.3f} a year instead of {charge:.3f}"
