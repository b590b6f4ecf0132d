"""Days counted from a contract's own date: anniversaries, monthly dates, completed years and months, day numbers.

Day numbers let the contract arithmetic count years and months without knowing the calendar. Every month has 31 of them,
so that with `start = day_number(issue)` and `today = today_number(day, rule)`

    (today - start) // DAYS_PER_MONTH  ==  completed_months(issue, day, rule)
    (today - start) // DAYS_PER_YEAR   ==  completed_years(issue, day, rule)

for every issue date and both rules. Only these floors mean anything: the difference of two numbers is not a number of
days, and an anniversary need not be a multiple of 372 away (issue 30 January, monthly date 28 February: 32 apart).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from inforce.dates.sessions import next_valuation_date, previous_valuation_date
from inforce.errors import DateOutOfRange

DAYS_PER_MONTH = 31
"""Day numbers in a month."""
DAYS_PER_YEAR = 12 * DAYS_PER_MONTH
"""Day numbers in a year, 372."""

_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Adjust(StrEnum):
    """What happens to a contract's date on which the Exchange does not trade."""

    PRECEDING = "preceding"
    """The event moves to the valuation date before."""
    FOLLOWING = "following"
    """The event moves to the valuation date after."""
    LAST_PRICE = "last_price"
    """The event stays on its day and uses the values of the valuation date before."""


class MonthEnd(StrEnum):
    """Where a monthly date or an anniversary lies in a month that lacks its day (29 to 31)."""

    LAST_DAY = "last_day"
    """On the last day of that month."""
    NEXT_MONTH = "first_of_next_month"
    """On the first day of the month after."""


def adjusted(day: date, rule: Adjust) -> date:
    """The date on which an event that is due on `day` takes place."""
    return day if rule == Adjust.LAST_PRICE else pricing_date(day, rule)


def pricing_date(day: date, rule: Adjust) -> date:
    """The valuation date whose values an event that is due on `day` uses."""
    return next_valuation_date(day) if rule == Adjust.FOLLOWING else previous_valuation_date(day)


def monthly_date(start: date, months: int, month_end: MonthEnd) -> date:
    """The date `months` after `start`, always counted from `start` itself.

    One month after 31 January 2023 is 28 February (LAST_DAY) or 1 March (NEXT_MONTH); two months after it is 31 March
    under both. Raises `DateOutOfRange` outside the years 1 to 9999.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise DateOutOfRange(f"{months} months from {start} is outside the years 1 to 9999.")
    length = _month_length(year, month + 1)
    if start.day <= length:
        return date(year, month + 1, start.day)
    if month_end == MonthEnd.LAST_DAY:
        return date(year, month + 1, length)
    return date(year, month + 2, 1)  # December lacks no day, so this stays within the year.


def anniversary(start: date, years: int, month_end: MonthEnd) -> date:
    """The anniversary of `start` after `years` years; that of 29 February follows `month_end` in other years."""
    return monthly_date(start, 12 * years, month_end)


def monthly_dates(
    start: date, after: date, until: date, month_end: MonthEnd, *, every: int = 1
) -> Iterator[tuple[int, date]]:
    """The dates each `every` months from `start`, as (number, date), with after < date <= until.

    The first after `start` has number 1; `start` itself is not among them. `every` is 3 for quarters, 12 for years.
    """
    number = 1 if after < start else completed_months(start, after, month_end) // every + 1
    day = monthly_date(start, number * every, month_end)
    while day <= until:
        yield number, day
        number += 1
        day = monthly_date(start, number * every, month_end)


def anniversaries(start: date, after: date, until: date, month_end: MonthEnd) -> Iterator[tuple[int, date]]:
    """The anniversaries of `start` as (number, date), with after < date <= until."""
    return monthly_dates(start, after, until, month_end, every=12)


def completed_months(start: date, on: date, month_end: MonthEnd) -> int:
    """How many monthly dates of `start` have been reached on the day `on`, that day included.

    Raises `DateOutOfRange` where `on` is before `start`.
    """
    if on < start:
        raise DateOutOfRange(f"{on} is before {start}, from which the time is counted; give that day or a later one.")
    months = (on.year - start.year) * 12 + on.month - start.month
    return months if monthly_date(start, months, month_end) <= on else months - 1


def completed_years(start: date, on: date, month_end: MonthEnd) -> int:
    """How many anniversaries of `start` have been reached on the day `on`, that day included.

    0 through the first contract year. Raises `DateOutOfRange` where `on` is before `start`.
    """
    return completed_months(start, on, month_end) // 12


def day_number(day: date) -> int:
    """The number of a day from which time is counted (issue, payment, election, birth): 31 a month, 372 a year.

    2 January 2000 is (2000 * 12 + 0) * 31 + 1 = 744001.
    """
    return (day.year * 12 + day.month - 1) * DAYS_PER_MONTH + day.day - 1


def today_number(day: date, month_end: MonthEnd) -> int:
    """The number of the current day, to be compared with the `day_number` of an earlier one.

    It is the day's own number, except that under LAST_DAY the last day of a month counts as the 31st: everything
    counted from a 29th, 30th or 31st has then reached its monthly date. A day that is to be counted *from* later is
    stored as `day_number`, not as this: a payment on 30 April has its next monthly date on 30, not 31, May.
    """
    if month_end == MonthEnd.LAST_DAY and day.day == _month_length(day.year, day.month):
        return day_number(day) + DAYS_PER_MONTH - day.day
    return day_number(day)


def civil_date(number: int) -> date:
    """The day whose `day_number` is `number`. Raises `DateOutOfRange` where there is none (30 February)."""
    months, day = divmod(number, DAYS_PER_MONTH)
    year, month = divmod(months, 12)
    try:
        return date(year, month + 1, day + 1)
    except ValueError:
        raise DateOutOfRange(
            f"Day number {number} would be {year:04}-{month + 1:02}-{day + 1:02}, which is no day. "
            "Only numbers made by day_number can be turned back, not those of today_number."
        ) from None


def _month_length(year: int, month: int) -> int:
    leap_day = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_LENGTHS[month - 1] + leap_day
