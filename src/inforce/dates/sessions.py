"""Valuation dates: the days on which the New York Stock Exchange trades, and until when.

Known from 1 January 1980; after the last announced closing the rules go on for as long as dates do. Unit values exist
for exactly these days, and a request gets the price of the day on which it arrives before the close.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from inforce.dates.closing_times import REGULAR_CLOSE, special_closes
from inforce.dates.holidays import FIRST_YEAR, SATURDAY, closings
from inforce.errors import BadInput, DateOutOfRange

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = date(FIRST_YEAR, 1, 1)


def is_valuation_date(day: date) -> bool:
    """Whether the Exchange trades on `day`. Raises `DateOutOfRange` before 1980."""
    year = _year(day)
    return day.weekday() < SATURDAY and day not in closings(year)


def valuation_date_after(day: date) -> date:
    """The first valuation date strictly after `day`."""
    return next_valuation_date(_shifted(day, 1))


def valuation_date_before(day: date) -> date:
    """The last valuation date strictly before `day`."""
    return previous_valuation_date(_shifted(day, -1))


def next_valuation_date(day: date) -> date:
    """`day` itself where it is a valuation date, otherwise the next one."""
    while not is_valuation_date(day):
        day = _shifted(day, 1)
    return day


def previous_valuation_date(day: date) -> date:
    """`day` itself where it is a valuation date, otherwise the one before."""
    while not is_valuation_date(day):
        day = _shifted(day, -1)
    return day


def valuation_dates(first: date, last: date) -> list[date]:
    """All valuation dates from `first` to `last`, both included; empty where `last` comes before `first`."""
    years = range(_year(first), _year(last) + 1)
    return [day for year in years for day in _valuation_dates_in(year) if first <= day <= last]


def last_valuation_date_of_month(year: int, month: int) -> date:
    """The last valuation date of a calendar month (1 to 12): 2024, 3 gives 28 March, the day before Good Friday."""
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= date.max.year):
        raise DateOutOfRange(f"There is no month {year}-{month:02} in the calendar, which begins in {FIRST_YEAR}.")
    end = date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)
    return previous_valuation_date(end)


def last_valuation_date_of_quarter(day: date) -> date:
    """The latest day, on or before `day`, that is the last valuation date of a calendar quarter.

    28 March 2024 gives itself (29 March is Good Friday, then the weekend); 27 March 2024 gives 29 December 2023.
    """
    year, quarter = _year(day), (day.month - 1) // 3
    end = last_valuation_date_of_month(year, 3 * quarter + 3)
    if end <= day:
        return end
    return last_valuation_date_of_month(year, 3 * quarter) if quarter else last_valuation_date_of_month(year - 1, 12)


def closing_time(day: date) -> datetime:
    """The instant, in New York time, at which trading ends on a valuation date; usually 16:00.

    Raises `BadInput` where the Exchange does not trade on `day`.
    """
    if not is_valuation_date(day):
        raise BadInput(
            f"There is no close on {day}: the Exchange does not trade that day ({closure_reason(day)}). "
            "Ask for next_valuation_date or previous_valuation_date first."
        )
    special = special_closes(day.year).get(day)
    return datetime.combine(day, special.close if special else REGULAR_CLOSE, NEW_YORK)


def closure_reason(day: date) -> str | None:
    """Why the Exchange does not trade on `day` ("Saturday", "Good Friday", …), or None where it does."""
    if is_valuation_date(day):
        return None
    return closings(day.year).get(day) or ("Saturday" if day.weekday() == SATURDAY else "Sunday")


def early_close_reason(day: date) -> str | None:
    """Why trading ends before 16:00 on `day`, or None where it does not."""
    special = special_closes(day.year).get(day) if is_valuation_date(day) else None
    return special.reason if special and special.close < REGULAR_CLOSE else None


def effective_valuation_date(received: datetime, *, at_close: Literal["same_day", "next_day"]) -> date:
    """The valuation date whose price a request gets that is received, in good order, at the instant `received`.

    Before the close of a valuation date: that day. After it, or on any other day: the next one. At the very instant of
    the close contracts differ, so their term `at_close` decides. Raises `BadInput` where `received` has no time
    zone: 15:30 in Los Angeles is after the close in New York.
    """
    if received.utcoffset() is None:
        raise BadInput(
            f"The time of receipt {received.isoformat()} has no time zone, so it cannot be compared with the close in"
            " New York. Give it one, for example datetime(…, tzinfo=ZoneInfo('America/New_York')) or datetime.UTC."
        )
    day = received.astimezone(NEW_YORK).date()
    if not is_valuation_date(day):
        return next_valuation_date(day)
    close = closing_time(day)
    in_time = received < close or (received == close and at_close == "same_day")
    return day if in_time else valuation_date_after(day)


@cache
def _valuation_dates_in(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    return tuple(day for day in days if is_valuation_date(day))


def _shifted(day: date, days: int) -> date:
    """`day` moved by some days; the calendar's end is an error that can be read."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise DateOutOfRange(f"There is no day after {day}: dates end there.") from None


def _year(day: date) -> int:
    """The year of `day`, checked: 1980 or later, and a date rather than an instant."""
    if isinstance(day, datetime):
        raise BadInput(
            f"{day.isoformat()} is an instant, not a date; effective_valuation_date gives the date on which it counts."
        )
    if day < FIRST_DAY:
        raise DateOutOfRange(
            f"{day} is before {FIRST_DAY}, where the calendar of valuation dates begins. Start the history later, or"
            " add the Exchange's holidays and closings of the earlier years to dates/holidays.py."
        )
    return day.year
