"""Periods of a returns table, and a return over one of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from inforce.dates import MonthEnd, monthly_date, previous_valuation_date

YEAR_TO_DATE: Final = 0
"""Stands for the years of the period since the end of the last calendar year."""
SINCE: Final = -1
"""Stands for the years of a period since a day of the fund's own."""
DAYS_IN_YEAR: Final = Decimal("365.25")

FIRST_YEAR: Final = 1980
"""Of the calendar of valuation dates."""
ONE_DAY: Final = timedelta(days=1)
_DIGITS: Final = Context(prec=40)
_PRINTED: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Period:
    """A column of a returns table: whole years back from a day, the year to date, or since a day."""

    start: date
    """The calendar day that the column names; it may have no price."""
    end: date
    years: int
    """Whole years, `YEAR_TO_DATE` or `SINCE`."""
    length: Decimal
    """Years over which it is annualized; 1 or less: it is not."""

    @property
    def priced_on(self) -> tuple[date, date]:
        """The valuation dates whose prices hold on the first and last day: those days, or the preceding ones."""
        return _priced(self.start), _priced(self.end)


def _priced(day: date) -> date:
    """Before the calendar of valuation dates begins a price holds for its own day only."""
    return day if day.year < FIRST_YEAR else previous_valuation_date(day)


def period(as_of: date, years: int) -> Period:
    """The same calendar day `years` back; for the year to date the last day of the year before.

    Three years to 31 July 2008 begin on Sunday 31 July 2005 and are priced on Friday 29 July. The end of a month is the
    end of a month: a year to 28 February 2009 begins with the price of 29 February 2008.
    """
    if years == YEAR_TO_DATE:
        return Period(date(as_of.year - 1, 12, 31), as_of, years, Decimal(1))
    next_day = monthly_date(as_of + ONE_DAY, -12 * years, MonthEnd.NEXT_MONTH)
    return Period(next_day - ONE_DAY, as_of, years, Decimal(years))


def since(start: date, as_of: date, days_in_year: Decimal = DAYS_IN_YEAR) -> Period:
    """From a day on: 3 April 1985 to 31 October 2020 are 12,995 days, 35.578 years."""
    return Period(start, as_of, SINCE, _DIGITS.divide(Decimal((as_of - start).days), days_in_year))


@dataclass(frozen=True, slots=True)
class Return:
    """What 1 has become over a period."""

    growth: Decimal
    """End over start."""
    years: Decimal | int
    """Length of the period; 1 or less (the year to date is 0 or 1): the cumulative change."""

    @property
    def exact(self) -> Decimal:
        """Percent, unrounded: the cumulative change for one year or less, else T in P (1 + T)^n = ERV.

        1,000 that become 1,061.208 in three years return 2 %.
        """
        return _DIGITS.multiply(100, _DIGITS.subtract(annual_growth(self.growth, self.years), 1))

    @property
    def percent(self) -> Decimal:
        """Percent as it is printed: two decimals, half up by size."""
        return self.exact.quantize(_PRINTED, ROUND_HALF_UP)


def annual_growth(growth: Decimal, years: Decimal | int) -> Decimal:
    """The `years`-th root of a growth; the growth itself for one year or less, and where nothing is left."""
    if years <= 1 or growth <= 0:
        return growth
    return _DIGITS.exp(_DIGITS.divide(_DIGITS.ln(growth), years))


def growth_of(start: int, end: int) -> Decimal:
    """`end / start` of two whole numbers, to 40 digits."""
    return _DIGITS.divide(Decimal(end), Decimal(start))
