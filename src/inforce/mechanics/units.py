"""Accumulation units and their value."""

from typing import Final

from .money import lesser_of, ratio
from .rule import rule

FACTOR_SCALE: Final = 1_000_000_000_000
"""Net investment factors and a valuation period's charge are whole numbers at 1e-12."""


@rule
def value_of(units: int, unit_value: int, scale: int) -> int:
    """Cents that `units` are worth; `scale` = units a whole unit x unit-value steps a dollar / 100.

    With both at 1e-6 the scale is 1e10: 100 units at 12.345678 are worth
    `value_of(100_000_000, 12_345_678, 10_000_000_000)` = 123,457 cents.
    """
    return ratio(units, unit_value, scale)


@rule
def units_for(amount: int, unit_value: int, scale: int) -> int:
    """Accumulation units that `amount` cents buy or cancel at `unit_value`."""
    return ratio(amount, scale, unit_value)


@rule
def units_left(units: int, unit_value: int, scale: int, amount: int, value: int) -> int:
    """Units that stay when `amount` of an account worth `value` leaves it; the whole value takes all units."""
    if amount <= 0:
        return units
    if amount >= value:
        return 0
    return units - lesser_of(units, units_for(amount, unit_value, scale))


@rule
def net_investment_factor(net_asset_value: int, distribution: int, before: int, charge: int) -> int:
    """A / B - C: net asset value with the period's distributions, over the one before, less the period's charge.

    Net asset values at any one scale, charge and result at 1e-12:
    `net_investment_factor(10_100_000, 0, 10_000_000, 35_616_438)` = 1.009964383562 for 1.30 % a year, one day.
    """
    return ratio(net_asset_value + distribution, FACTOR_SCALE, before) - charge


@rule
def next_unit_value(unit_value: int, factor: int) -> int:
    """The accumulation unit value at the end of a valuation period: the last one x net investment factor."""
    return ratio(unit_value, factor, FACTOR_SCALE)
