"""Factors of money whose rate is guaranteed for years: growth since a day, and powers of rates for market value."""

from calendar import isleap, leapdays
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from inforce.market.interest import FIFTY_DIGITS, DayCount, rounded
from inforce.mechanics.money import PPB

YEAR: Final = 365 * 366
"""Parts of a year: a day of a common and of a leap year are both a whole number of them."""


def guaranteed_growth(rate: int, earned: int) -> int:
    """What 1 at a guaranteed rate has grown to when it has earned for so many parts of a year, 1e-15."""
    return power(PPB + rate, PPB, earned, YEAR)


def market_factor(guaranteed: int, current: int, months: int) -> int:
    """((1 + guaranteed rate) / (1 + current rate)) ^ (months / 12), 1e-15; rates in parts per billion.

    `market_factor(50_000_000, 40_000_000, 24)` is 1_019_323_224_852_071.
    """
    return power(PPB + guaranteed, PPB + current, months, 12)


def floor_factor(least: int, guaranteed: int, earned: int) -> int:
    """((1 + least rate) / (1 + guaranteed rate)) ^ years since the segment began, in parts of a year; 1e-15."""
    return power(PPB + least, PPB + guaranteed, earned, YEAR)


def earned_between(since: date, day: date, day_count: DayCount) -> int:
    """Parts of a year that earn interest from one day to another."""
    return earned_before(day, day_count) - earned_before(since, day_count)


@lru_cache(maxsize=65536)
def earned_before(day: date, day_count: DayCount) -> int:
    """Parts of a year that earned interest before a day, counted from the beginning of the calendar."""
    if day_count is DayCount.ACTUAL_ACTUAL:
        return day.year * YEAR + (day - date(day.year, 1, 1)).days * (YEAR // day_count.days_in(day.year))
    days = day.toordinal()
    if day_count is DayCount.NO_LEAP:
        days -= leapdays(1, day.year) + (isleap(day.year) and day > date(day.year, 2, 29))
    return days * (YEAR // 365)


@lru_cache(maxsize=65536)
def power(numerator: int, denominator: int, parts: int, of: int) -> int:
    """(numerator / denominator) ^ (parts / of), worked out in fifty digits and rounded once to 1e-15."""
    base = FIFTY_DIGITS.divide(Decimal(numerator), Decimal(denominator))
    exponent = FIFTY_DIGITS.divide(Decimal(parts), Decimal(of))
    return rounded(FIFTY_DIGITS.power(base, exponent))
