"""When trading on the New York Stock Exchange ends: 16:00, but earlier on some days by rule and on others by table.

16:00 New York time has been the regular close since 1974; on 30 September 1985 only the opening moved, to 9:30.

A contract's valuation period ends when the Exchange closes, so the time here is when trading really ended for the day,
also on days when that was not announced beforehand. A halt after which trading resumed, a late opening, or the quarter
of an hour that the Exchange added to work off delayed orders (2 July 2009) does not move the close and is not listed.

The two public calendars, exchange_calendars 4.13.2 and pandas_market_calendars 5.5.0, agree on most days. A row with
`disputed` is a day on which they do not, and says the time that the other one gives. Source of the rows: the Exchange's
own list of special closings from 1885 to 2011 (transcribed in the R package timeDate), which has every one of them.
"""

from collections.abc import Callable
from datetime import date, time
from functools import cache
from typing import NamedTuple

from inforce.dates.holidays import (
    ALWAYS,
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    fixed,
    nth_weekday,
)

REGULAR_CLOSE = time(16, 0)
"""New York time."""


class EarlyCloseRule(NamedTuple):
    """A yearly early close: its name, the day it falls on, the weekdays it is kept on, the close and the years."""

    name: str
    falls_on: Callable[[int], date]
    weekdays: frozenset[int]
    close: time
    first_year: int
    last_year: int = ALWAYS


class Close(NamedTuple):
    """The close of one day, in New York time, and why; `disputed` is the time a public calendar gives instead."""

    day: date
    close: time
    reason: str
    disputed: time | None = None


def day_after_thanksgiving(year: int) -> date:
    """The Friday after the fourth Thursday of November."""
    thanksgiving = nth_weekday(4, THURSDAY, 11)(year)
    return thanksgiving.replace(day=thanksgiving.day + 1)


MONDAY_TO_THURSDAY = frozenset({MONDAY, TUESDAY, WEDNESDAY, THURSDAY})

EARLY_CLOSE_RULES = (
    EarlyCloseRule("Day after Thanksgiving", day_after_thanksgiving, frozenset({FRIDAY}), time(14), 1992, 1992),
    EarlyCloseRule("Day after Thanksgiving", day_after_thanksgiving, frozenset({FRIDAY}), time(13), 1993),
    EarlyCloseRule("Christmas Eve", fixed(12, 24), MONDAY_TO_THURSDAY, time(14), 1990, 1992),
    EarlyCloseRule("Christmas Eve", fixed(12, 24), MONDAY_TO_THURSDAY, time(13), 1993),
    # Until 2012 a Wednesday 3 July was a full day and Friday 5 July was short instead.
    EarlyCloseRule("Day before Independence Day", fixed(7, 3), MONDAY_TO_THURSDAY - {WEDNESDAY}, time(13), 1995, 2012),
    EarlyCloseRule("Day after Independence Day", fixed(7, 5), frozenset({FRIDAY}), time(13), 1995, 2012),
    EarlyCloseRule("Day before Independence Day", fixed(7, 3), MONDAY_TO_THURSDAY, time(13), 2013),
)

FULL_CHRISTMAS_EVE = (
    "Full day: the Exchange's list of special closings has a 14:00 close on Christmas Eve in 1974, 1975 and 1990 to"
    " 1992 only, though it lists even interruptions of a minute"
)
BACKLOG_OF_1987 = "Shortened to work off the backlog of orders after the break of 19 October 1987"

DATED_CLOSES = (
    Close(date(1980, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1981, 3, 30), time(15, 17), "President Reagan shot; trading did not resume", disputed=REGULAR_CLOSE),
    Close(date(1981, 9, 9), time(15, 28), "Power failure; trading did not resume", disputed=REGULAR_CLOSE),
    Close(date(1981, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1984, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1985, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1986, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1987, 10, 23), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 10, 26), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 10, 27), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 10, 28), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 10, 29), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 10, 30), time(14), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 2), time(14, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 3), time(14, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 4), time(14, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 5), time(15), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 6), time(15), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 9), time(15, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 10), time(15, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 11, 11), time(15, 30), BACKLOG_OF_1987, disputed=REGULAR_CLOSE),
    Close(date(1987, 12, 24), REGULAR_CLOSE, FULL_CHRISTMAS_EVE, disputed=time(14)),
    Close(date(1994, 2, 11), time(14, 30), "Snowstorm", disputed=REGULAR_CLOSE),
    Close(date(1996, 1, 8), time(14), "Snowstorm (opened at 11:00)", disputed=REGULAR_CLOSE),
    Close(
        date(1997, 10, 27),
        time(15, 30),
        "Circuit breaker at a fall of 550 points ended the session (SEC report of September 1998)",
        disputed=REGULAR_CLOSE,
    ),
    Close(date(1997, 12, 26), time(13), "Friday after Christmas"),
    Close(
        date(1999, 12, 31),
        time(13),
        "Eve of the year 2000 (decided by the Exchange's board, announced 3 June 1999)",
        disputed=REGULAR_CLOSE,
    ),
    Close(date(2003, 12, 26), time(13), "Friday after Christmas"),
    Close(
        date(2005, 6, 1),
        time(15, 56),
        "Communications failure; trading did not resume and the last trades were the closing prices",
        disputed=REGULAR_CLOSE,
    ),
)


@cache
def special_closes(year: int) -> dict[date, Close]:
    """Sessions of a year whose close is not simply 16:00 by rule. The cached value is not to be changed.

    A dated row wins over a rule. A rule knows nothing of closings: ask first whether there is trading on that day.
    """
    closes = {}
    for rule in EARLY_CLOSE_RULES:
        day = rule.falls_on(year)
        if rule.first_year <= year <= rule.last_year and day.weekday() in rule.weekdays:
            closes[day] = Close(day, rule.close, rule.name)
    closes.update((dated.day, dated) for dated in DATED_CLOSES if dated.day.year == year)
    return closes
