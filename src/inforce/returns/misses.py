"""Why one of our returns is not the printed one, in figures."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from inforce.cycle import Pricer
from inforce.market import Market
from inforce.terms import Product

from .figures import FED, FITTED, SINGLE_TABLE, Figure, printed_figures, span_of
from .periods import growth_of
from .purchase import Redemption, buyer, redeem

HALF: Final = Decimal("0.005")
"""What the second decimal of a printed percentage leaves open."""
NEAR: Final = timedelta(days=4)
"""An anniversary moved over a weekend is still the one that a printed figure fixes."""


def why_missed(product: Product, market: Market, figure: Figure) -> str:
    """Why our figure is not the printed one, and which values of what is open would print it."""
    if figure.used == FED:
        return "the unit values of this market do not pass through it"
    if figure.used == FITTED:
        return _unfixed_anniversaries(product, market, figure)
    if figure.table == SINGLE_TABLE:
        return _rounding_of_source(product, market, figure)
    return _fitted_charge(product, market, figure)


def _rounding_of_source(product: Product, market: Market, figure: Figure) -> str:
    """A single payment cell hangs on the flexible cell that its first unit value was solved from, printed to 0.01."""
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
    shorts = _shorts(figure, r)
    if not _fixing(product, figure, r.period.priced_on[0]):
        return _unfixed_start(r, shorts)
    weights = {day: _weight(product, market, figure, r, day, cents) for day, cents in r.charged}
    free = [day for day in weights if figure.as_of - day > NEAR and not _fixing(product, figure, day)]
    weight = sum((weights[day] for day in free), Decimal(0))
    charge = _other_charge(r, shorts, sum(weights.values(), Decimal(0)))
    if weight <= max(*shorts, Decimal(0)):
        return f"{charge} would print it; its share is fitted"
    ones = _changed([100 * (weight / (weight - short) - 1) for short in shorts], 1)
    return (f"no printed figure fixes the unit values on the anniversaries of {_years(free)}, when the charge was "
            f"taken: ones {ones} would print it, or {charge}")  # fmt: skip


def _unfixed_start(r: Redemption, shorts: tuple[Decimal, Decimal]) -> str:
    """The first unit value is interpolated: what it would have to be."""
    changes = [-100 * short * r.paid_in / (r.paid_out + r.surrender_charge) for short in shorts]
    return (f"no printed figure fixes the unit value of {r.period.priced_on[0]}, where the period begins: one "
            f"{_changed(changes, 3)} would print it")  # fmt: skip


def _fitted_charge(product: Product, market: Market, figure: Figure) -> str:
    """A cell over many years whose ends other cells fix: only the charge is open, whose part was fitted elsewhere."""
    r = redeem(product, market, figure.sub_account, figure.form, figure.as_of, span_of(product, figure))
    weight = sum((_weight(product, market, figure, r, day, cents) for day, cents in r.charged), Decimal(0))
    start = r.period.priced_on[0]
    rounding = _weight(product, market, figure, r, start, r.paid_in) * _open_start(product, figure, start)
    charge = _other_charge(r, _shorts(figure, r, rounding), weight)
    off, open_here = abs(r.result.exact - figure.printed), 100 * rounding * _slope(r) / r.kept
    return (f"{off:.4f} off unrounded; ±0.005 of the return that fixes its first unit value is ±{open_here:.4f} here, "
            f"to the ±0.005 of this cell: {charge} would print it; its part was fitted to other cells")  # fmt: skip


def _open_start(product: Product, figure: Figure, start: date) -> Decimal:
    """The part of that day's unit value which the rounding of the return fed in from it leaves open."""
    return max((HALF * span_of(product, f).length / (100 + f.printed) for f in _fixing(product, figure, start)),
               default=Decimal(0))  # fmt: skip


def _changed(percent: list[Decimal], decimals: int) -> str:
    """A range in words: `0.012 to 0.021 % higher`."""
    low, high = sorted(abs(p) for p in percent)
    return f"{low:.{decimals}f} to {high:.{decimals}f} % {'higher' if percent[0] > 0 else 'lower'}"


def _years(days: list[date]) -> str:
    return ", ".join(str(day.year) for day in days)


def _shorts(figure: Figure, r: Redemption, rounding: Decimal = Decimal(0)) -> tuple[Decimal, Decimal]:
    """From our growth to the least and the greatest that would print as the document does."""
    years = max(Decimal(1), r.period.length)
    low, high = ((1 + (figure.printed + edge) / 100) ** years - r.result.growth for edge in (-HALF, HALF))
    return low - rounding, high + rounding


def _fixing(product: Product, figure: Figure, day: date) -> list[Figure]:
    """The cells that were fed in as returns from (about) that day on, of the same division."""
    fed = (f for f in printed_figures(product, sub_account=figure.sub_account) if f.used == FED)
    return [f for f in fed if abs(day - span_of(product, f).priced_on[0]) <= NEAR]


def _weight(product: Product, market: Market, figure: Figure, r: Redemption, day: date, cents: int) -> Decimal:
    """What a charge cost by the end of the period, for each dollar paid in."""
    pricer = Pricer(market, product, buyer(product, "", ""))
    grown = growth_of(pricer.unit_value(figure.sub_account, day), pricer.unit_value(figure.sub_account, figure.as_of))
    return r.kept * cents * grown / r.paid_in


def _other_charge(r: Redemption, shorts: tuple[Decimal, Decimal], weight: Decimal) -> str:
    """The yearly charges for each payment of the terms at which growth is greater by the shorts."""
    charge = Decimal(r.charged[-1][1]) / r.multiple / 100
    low, high = sorted(charge * (1 - short / weight) for short in shorts)
    return f"a charge of {low:.3f} to {high:.3f} a year instead of {charge:.3f}"
