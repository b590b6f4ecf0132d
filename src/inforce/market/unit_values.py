"""Unit values worked out from net asset values or growth factors, by the contract's own rules."""

from array import array
from collections.abc import Mapping
from datetime import date
from typing import Final

from inforce.errors import BadMarketData
from inforce.market.exact import above_zero
from inforce.market.histories import LARGEST, Navs, Series
from inforce.mechanics.money import PPB, ratio
from inforce.mechanics.units import FACTOR_SCALE, net_investment_factor, next_unit_value

START_UNIT_VALUE: Final = 10_000_000
"""10.000000, the unit value with which a sub-account starts unless its terms say otherwise."""

FACTOR_DECIMALS: Final = 12


def charge_for(days: int, annual_charge: int, days_in_year: int = 365) -> int:
    """The separate account charge of a valuation period of so many calendar days, at 1e-12.

    annual charge (parts per billion) x days / days in year, rounded once: 1.30 % for one day is 35_616_438.
    """
    return ratio(annual_charge, days * (FACTOR_SCALE // PPB), days_in_year)


def unit_values_from_navs(navs: Navs, start: int, annual_charge: int, days_in_year: int = 365) -> Series:
    """Unit values of a sub-account from its fund's net asset values: last one x (A / B - C), period by period.

    `start` is the unit value on the first day; `annual_charge` is in parts per billion. A period runs from one given
    net asset value to the next and bears the charge of all its calendar days. A distribution on the first day
    belongs to the period before and has no effect. Raises `BadMarketData` where a unit value would not be above zero.
    """
    _check_start(start)
    if annual_charge < 0:
        raise BadMarketData(f"an annual charge of {annual_charge} parts per billion; it is zero or more.")
    values = array("q", [start])
    for n in range(1, len(navs.at)):
        charge = charge_for(navs.at[n] - navs.at[n - 1], annual_charge, days_in_year)
        paid = navs.dividends[n] + navs.capital_gains[n]
        factor = net_investment_factor(navs.values[n], paid, navs.values[n - 1], charge)
        values.append(_grown(values[-1], factor, date.fromordinal(navs.at[n])))
    return Series(navs.at, (values,), navs.sources.noted("net asset value at "))


def unit_values_from_growth(
    start_day: date, start_value: int, factors: Mapping[date, str], *, source: str = ""
) -> Series:
    """Unit values from growth factors: `{date(2001, 5, 2): "1.01"}` makes 10.100000 of 10.000000 on that day.

    Each factor counts from the unit value given before it; factors have up to 12 decimals. Raises `BadMarketData`
    on a factor not above zero, a day that is not after `start_day` and a day that is no valuation date.
    """
    _check_start(start_value)
    values = {start_day: start_value}
    value = start_value
    for day in sorted(factors):
        if day <= start_day:
            raise BadMarketData(f"a growth factor for {day}; the first may be for the day after {start_day}.")
        value = _grown(value, above_zero(factors[day], FACTOR_DECIMALS), day)
        values[day] = value
    return Series.of(values, source)


def _check_start(start: int) -> None:
    if not 0 < start <= LARGEST:
        raise BadMarketData(f"a starting unit value of {start}; it is above zero.")


def _grown(unit_value: int, factor: int, day: date) -> int:
    """The unit value on `day`; refused where it is not above zero or leaves the range of 64 bits."""
    value = next_unit_value(unit_value, factor) if factor > 0 else 0
    if not 0 < value <= LARGEST:
        raise BadMarketData(
            f"the unit value worked out for {day} would be {value}; it is above zero and fits 64 bits. Correct the"
            " price, distribution, charge or factor of that day."
        )
    return int(value)  # under explain a rule returns a number that remembers; what is kept here is plain
