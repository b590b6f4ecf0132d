"""Factors of money whose rate is guaranteed for years: growth since a day, and powers of rates for market value."""

from calendar import isleap
from datetime import date
from decimal import Decimal
from functools import lru_cache

from inforce.market.interest import FIFTY_DIGITS, DayCount, rounded
from inforce.mechanics.money import PPB


@lru_cache(maxsize=65536)
def guaranteed_growth(rate: int, since: date, day: date, day_count: DayCount) -> int:
    """What 1 at a guaranteed rate has grown to since a day, 1e-15."""
    return _power(PPB + rate, PPB, years_between(since, day, day_count))


@lru_cache(maxsize=65536)
def market_factor(guaranteed: int, current: int, months: int) -> int:
    """((1 + guaranteed rate) / (1 + current rate)) ^ (months / 12), 1e-15; rates in parts per billion.

    `market_factor(50_000_000, 40_000_000, 24)` is 1_019_323_224_852_071.
    """
    return _power(PPB + guaranteed, PPB + current, FIFTY_DIGITS.divide(Decimal(months), Decimal(12)))


@lru_cache(maxsize=65536)
def floor_factor(least: int, guaranteed: int, since: date, day: date, day_count: DayCount) -> int:
    """((1 + least rate) / (1 + guaranteed rate)) ^ years since a day, 1e-15."""
    return _power(PPB + least, PPB + guaranteed, years_between(since, day, day_count))


def years_between(since: date, day: date, day_count: DayCount) -> Decimal:
    """Years that earn interest from one day to another."""
    years = Decimal(0)
    for year in range(since.year, day.year + 1):
        first, last = max(since, date(year, 1, 1)), min(day, date(year + 1, 1, 1))
        days = max(0, (last - first).days)
        if day_count is DayCount.NO_LEAP and isleap(year) and first <= date(year, 2, 29) < last:
            days -= 1
        years += FIFTY_DIGITS.divide(Decimal(days), Decimal(day_count.days_in(year)))
    return years


def _power(numerator: int, denominator: int, exponent: Decimal) -> int:
    base = FIFTY_DIGITS.divide(Decimal(numerator), Decimal(denominator))
    return rounded(FIFTY_DIGITS.power(base, exponent))
