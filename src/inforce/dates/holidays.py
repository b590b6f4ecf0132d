"""Days on which the New York Stock Exchange is closed, from 1980 on: its holidays by rule, other closings by table.

Sources: NYSE Rule 7.2 (formerly Rule 51) for the holidays and for those that fall on a weekend; the Exchange's own list
of special closings, and since 2012 its announcements, for the table. A newly announced closing is one more row of
`SPECIAL_CLOSINGS`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

FIRST_YEAR = 1980
"""The first year whose holidays, closings and closing times are known here."""

ALWAYS = 9999
"""Last year of a rule that is still in force."""


class Holiday(NamedTuple):
    """A yearly holiday: its name, the day it falls on in a year (before observance), and the years it is kept."""

    name: str
    falls_on: Callable[[int], date]
    first_year: int = FIRST_YEAR
    last_year: int = ALWAYS


class Closing(NamedTuple):
    """A closing on one day for the whole day, and why."""

    day: date
    reason: str


def fixed(month: int, day: int) -> Callable[[int], date]:
    """A holiday on the same day of the same month each year."""
    return lambda year: date(year, month, day)


def nth_weekday(nth: int, weekday: int, month: int) -> Callable[[int], date]:
    """The nth Monday (Tuesday, …) of a month: `nth_weekday(4, THURSDAY, 11)` is Thanksgiving."""

    def falls_on(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return falls_on


def last_monday_of_may(year: int) -> date:
    """Memorial Day."""
    end = date(year, 5, 31)
    return end - timedelta(days=end.weekday())


def election_day(year: int) -> date:
    """The Tuesday after the first Monday in November."""
    return nth_weekday(1, MONDAY, 11)(year) + timedelta(days=1)


def good_friday(year: int) -> date:
    """Two days before Easter Sunday of the Gregorian calendar (anonymous algorithm, Nature, 20 April 1876).

    2024: Easter is 31 March, Good Friday 29 March.
    """
    golden, century, in_century = year % 19, year // 100, year % 100
    lunar_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - lunar_shift + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late_moon = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1) - timedelta(days=2)


HOLIDAYS = (
    Holiday("New Year's Day", fixed(1, 1)),
    Holiday("Martin Luther King Jr. Day", nth_weekday(3, MONDAY, 1), first_year=1998),
    Holiday("Washington's Birthday", nth_weekday(3, MONDAY, 2)),
    Holiday("Good Friday", good_friday),
    Holiday("Memorial Day", last_monday_of_may),
    Holiday("Juneteenth", fixed(6, 19), first_year=2022),
    Holiday("Independence Day", fixed(7, 4)),
    Holiday("Labor Day", nth_weekday(1, MONDAY, 9)),
    # Kept in the years of a presidential election up to 1980, so here in one year only.
    Holiday("Election Day", election_day, last_year=1980),
    Holiday("Thanksgiving Day", nth_weekday(4, THURSDAY, 11)),
    Holiday("Christmas Day", fixed(12, 25)),
)

ATTACKS_OF_2001 = "Attacks on the World Trade Center and the Pentagon"
HURRICANE_SANDY = "Hurricane Sandy"

SPECIAL_CLOSINGS = (
    Closing(date(1985, 9, 27), "Hurricane Gloria"),
    Closing(date(1994, 4, 27), "Day of mourning for President Nixon"),
    Closing(date(2001, 9, 11), ATTACKS_OF_2001),
    Closing(date(2001, 9, 12), ATTACKS_OF_2001),
    Closing(date(2001, 9, 13), ATTACKS_OF_2001),
    Closing(date(2001, 9, 14), ATTACKS_OF_2001),
    Closing(date(2004, 6, 11), "Day of mourning for President Reagan"),
    Closing(date(2007, 1, 2), "Day of mourning for President Ford"),
    Closing(date(2012, 10, 29), HURRICANE_SANDY),
    Closing(date(2012, 10, 30), HURRICANE_SANDY),
    Closing(date(2018, 12, 5), "Day of mourning for President George H. W. Bush"),
    Closing(date(2025, 1, 9), "Day of mourning for President Carter"),
)


def observed(day: date) -> date | None:
    """The weekday on which a holiday that falls on `day` is kept; None where it is not kept at all.

    Sunday moves to Monday and Saturday to Friday, except that the Exchange stays open on a Friday that ends a month or
    a year: New Year's Day on a Saturday (2005, 2011, 2022) is not made up for.
    """
    if day.weekday() == SUNDAY:
        return day + timedelta(days=1)
    if day.weekday() == SATURDAY:
        friday = day - timedelta(days=1)
        return friday if friday.month == day.month else None
    return day


@cache
def closings(year: int) -> dict[date, str]:
    """Weekdays of a year on which the Exchange is closed all day, and why. The cached value is not to be changed."""
    reasons = {closing.day: closing.reason for closing in SPECIAL_CLOSINGS if closing.day.year == year}
    for holiday in HOLIDAYS:
        if holiday.first_year <= year <= holiday.last_year:
            falls_on = holiday.falls_on(year)
            kept_on = observed(falls_on)
            if kept_on is not None:
                reasons[kept_on] = holiday.name if kept_on == falls_on else f"{holiday.name} (observed)"
    return reasons
