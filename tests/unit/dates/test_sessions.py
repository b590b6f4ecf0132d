"""Valuation dates and closing times against two public calendars, and the cut-off to the microsecond."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.dates import (
    NEW_YORK,
    closing_time,
    closure_reason,
    early_close_reason,
    effective_valuation_date,
    is_valuation_date,
    last_valuation_date_of_month,
    last_valuation_date_of_quarter,
    next_valuation_date,
    previous_valuation_date,
    valuation_date_after,
    valuation_date_before,
    valuation_dates,
)
from inforce.dates.closing_times import DATED_CLOSES, REGULAR_CLOSE
from inforce.dates.holidays import HOLIDAYS, SPECIAL_CLOSINGS, good_friday, observed
from inforce.errors import BadInput, DateOutOfRange, InforceError

CALENDARS = Path(__file__).with_name("nyse_closed_and_early_days.csv")
DISPUTED = {row.day: row for row in DATED_CLOSES if row.disputed is not None}
MICROSECOND = timedelta(microseconds=1)

days = st.dates(min_value=date(1980, 1, 15), max_value=date(2200, 12, 31))


def listed(status: str) -> dict[date, dict[str, str]]:
    with CALENDARS.open() as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {date.fromisoformat(row["date"]): row for row in rows if row["status"] == status}


def short_sessions(first: date, last: date) -> dict[date, time]:
    closes = {day: closing_time(day).time() for day in valuation_dates(first, last)}
    return {day: close for day, close in closes.items() if close != REGULAR_CLOSE}


def new_york(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]


# --- against public calendars ---------------------------------------------------------------------------------------


def test_closed_weekdays_are_those_that_both_calendars_list() -> None:
    weekdays = (date(1980, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(1980, 1, 1)).days))
    closed = {day for day in weekdays if day.weekday() < 5 and not is_valuation_date(day)}
    assert closed == set(listed("closed"))


def test_early_closes_are_the_listed_ones_but_for_the_disputed_days_that_are_full() -> None:
    full = {day for day, row in DISPUTED.items() if row.close == REGULAR_CLOSE}
    expected = {d: time.fromisoformat(row["close_et"]) for d, row in listed("early").items() if d not in full}
    assert short_sessions(date(1980, 1, 1), date(2026, 12, 31)) == expected


def test_every_day_on_which_the_calendars_differ_is_decided_and_no_other() -> None:
    sources = ("exchange_calendars_4.13.2", "pandas_market_calendars_5.5.0")
    closes = {day: {time.fromisoformat(row[source]) for source in sources} for day, row in listed("early").items()}
    differ = {day: both for day, both in closes.items() if len(both) == 2}
    assert {day: {row.close, row.disputed} for day, row in DISPUTED.items()} == differ


@pytest.mark.parametrize(
    ("day", "close"),
    [
        (date(1980, 12, 24), time(16)),
        (date(1981, 3, 30), time(15, 17)),
        (date(1981, 9, 9), time(15, 28)),
        (date(1981, 12, 24), time(16)),
        (date(1984, 12, 24), time(16)),
        (date(1985, 12, 24), time(16)),
        (date(1986, 12, 24), time(16)),
        (date(1987, 10, 23), time(14)),
        (date(1987, 10, 26), time(14)),
        (date(1987, 10, 27), time(14)),
        (date(1987, 10, 28), time(14)),
        (date(1987, 10, 29), time(14)),
        (date(1987, 10, 30), time(14)),
        (date(1987, 11, 2), time(14, 30)),
        (date(1987, 11, 3), time(14, 30)),
        (date(1987, 11, 4), time(14, 30)),
        (date(1987, 11, 5), time(15)),
        (date(1987, 11, 6), time(15)),
        (date(1987, 11, 9), time(15, 30)),
        (date(1987, 11, 10), time(15, 30)),
        (date(1987, 11, 11), time(15, 30)),
        (date(1987, 12, 24), time(16)),
        (date(1994, 2, 11), time(14, 30)),
        (date(1996, 1, 8), time(14)),
        (date(1997, 10, 27), time(15, 30)),
        (date(1999, 12, 31), time(13)),
        (date(2005, 6, 1), time(15, 56)),
    ],
)
def test_decision_on_a_disputed_day(day: date, close: time) -> None:
    assert closing_time(day).time() == close
    assert DISPUTED[day].reason


def test_no_disputed_day_is_left_out_above() -> None:
    marks = test_decision_on_a_disputed_day.pytestmark  # type: ignore[attr-defined]
    assert {day for day, _ in marks[0].args[1]} == set(DISPUTED)


def test_sessions_and_closes_agree_with_exchange_calendars_to_2100() -> None:
    first, last = date(1980, 1, 1), date(2100, 12, 31)
    theirs = exchange_calendars.get_calendar("XNYS", start=first.isoformat(), end=last.isoformat())
    # Beyond the copied list a few single days that are announced later are no disagreement; until then each is.
    known = date(2027, 1, 1)
    ours, sessions = set(valuation_dates(first, last)), {session.date() for session in theirs.sessions}
    assert {day for day in ours ^ sessions if day < known} == set()
    assert not sessions - ours
    assert len(ours - sessions) < 10
    early = {
        session.date(): theirs.closes[session].tz_convert("America/New_York").time() for session in theirs.early_closes
    }
    disagree = {day for day in sessions if short(day) != early.get(day)} - set(DISPUTED)
    assert {day for day in disagree if day < known} == set()
    assert len(disagree) < 10


def short(day: date) -> time | None:
    close = closing_time(day).time()
    return None if close == REGULAR_CLOSE else close


# --- the tables -----------------------------------------------------------------------------------------------------


def test_dated_rows_are_in_order_on_weekdays_and_say_why() -> None:
    for rows in (SPECIAL_CLOSINGS, DATED_CLOSES):
        assert [row.day for row in rows] == sorted({row.day for row in rows})
        assert all(row.day.weekday() < 5 and row.reason for row in rows)


def test_every_dated_close_is_on_a_valuation_date() -> None:
    assert all(is_valuation_date(row.day) for row in DATED_CLOSES)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2024, 3, 29), "Good Friday"),
        (date(2024, 3, 30), "Saturday"),
        (date(2024, 3, 31), "Sunday"),
        (date(2022, 6, 20), "Juneteenth (observed)"),
        (date(2021, 12, 24), "Christmas Day (observed)"),
        (date(1980, 11, 4), "Election Day"),
        (date(2012, 10, 29), "Hurricane Sandy"),
        (date(2025, 1, 9), "Day of mourning for President Carter"),
        (date(2021, 12, 31), None),
        (date(2024, 11, 29), None),
    ],
)
def test_closure_reason(day: date, reason: str | None) -> None:
    assert closure_reason(day) == reason


@pytest.mark.parametrize(
    "day",
    [
        date(1984, 11, 6),  # election day is no longer kept
        date(1997, 1, 20),  # the year before Martin Luther King Jr. Day
        date(2021, 6, 18),  # the year before Juneteenth
        date(2004, 12, 31),  # New Year's Day 2005 is a Saturday
    ],
)
def test_rules_bite_only_from_their_year(day: date) -> None:
    assert is_valuation_date(day)


def test_easter() -> None:
    easters = [good_friday(year) + timedelta(days=2) for year in range(1980, 2300)]
    assert all(day.weekday() == 6 and (3, 22) <= (day.month, day.day) <= (4, 25) for day in easters)
    # The latest day, the earliest of these years, and the two years in which the tables have an exception.
    assert {date(2285, 3, 22), date(2038, 4, 25), date(1981, 4, 19), date(2049, 4, 18)} <= set(easters)


def easter_after_clavius(year: int) -> date:
    """Knuth, The Art of Computer Programming, volume 1, exercise 1.3.2-14: another way to the same Sunday."""
    golden, century = year % 19 + 1, year // 100 + 1
    not_leap, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - not_leap - 10
    epact = (11 * golden + 20 + moon - not_leap) % 30
    epact += epact == 24 or (epact == 25 and golden > 11)
    full_moon = 44 - epact + (30 if epact > 23 else 0)
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - (sunday + full_moon) % 7 - 1)


def test_easter_for_as_long_as_dates_go() -> None:
    assert all(good_friday(y) + timedelta(days=2) == easter_after_clavius(y) for y in range(1980, 10_000))


def test_a_holiday_on_a_weekend() -> None:
    assert observed(date(2026, 7, 4)) == date(2026, 7, 3)
    assert observed(date(2021, 7, 4)) == date(2021, 7, 5)
    assert observed(date(2022, 1, 1)) is None  # the Friday ends a year
    assert observed(date(2023, 1, 1)) == date(2023, 1, 2)


def test_early_close_reason() -> None:
    assert early_close_reason(date(2021, 7, 4)) is None
    assert early_close_reason(date(2024, 7, 3)) == "Day before Independence Day"
    assert early_close_reason(date(2012, 7, 3)) == "Day before Independence Day"
    assert early_close_reason(date(2002, 7, 3)) is None
    assert early_close_reason(date(2002, 7, 5)) == "Day after Independence Day"
    assert early_close_reason(date(1986, 12, 24)) is None
    assert early_close_reason(date(1994, 2, 11)) == "Snowstorm"


def test_holidays_have_different_names() -> None:
    assert len({holiday.name for holiday in HOLIDAYS}) == len(HOLIDAYS)


# --- stepping -------------------------------------------------------------------------------------------------------


@given(days)
def test_next_and_previous_enclose_the_day(day: date) -> None:
    before, after = previous_valuation_date(day), next_valuation_date(day)
    assert before <= day <= after
    assert is_valuation_date(before) and is_valuation_date(after)
    assert (before == after) == is_valuation_date(day)
    if before != after:
        assert valuation_dates(before, after) == [before, after]


@given(days)
def test_after_and_before_are_strict_and_inverse(day: date) -> None:
    after = valuation_date_after(day)
    assert after > day
    assert valuation_date_before(after) == previous_valuation_date(day)


@given(days, days)
def test_valuation_dates_are_the_days_on_which_there_is_one(a: date, b: date) -> None:
    first, last = a, min(b, a + timedelta(days=400))
    span = (first + timedelta(days=n) for n in range(max(0, (last - first).days + 1)))
    assert valuation_dates(first, last) == [day for day in span if is_valuation_date(day)]


@given(days)
def test_no_run_of_closed_days_is_longer_than_six(day: date) -> None:
    assert (next_valuation_date(day) - previous_valuation_date(day)).days <= 7  # 10 to 17 September 2001


def test_year_of_2024_has_252_valuation_dates() -> None:
    assert len(valuation_dates(date(2024, 1, 1), date(2024, 12, 31))) == 252


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2024, 3, 27), date(2023, 12, 29)),
        (date(2024, 3, 28), date(2024, 3, 28)),
        (date(2024, 3, 31), date(2024, 3, 28)),
        (date(2024, 6, 27), date(2024, 3, 28)),
        (date(2024, 12, 31), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2024, 12, 31)),
    ],
)
def test_last_valuation_date_of_quarter(day: date, end: date) -> None:
    assert last_valuation_date_of_quarter(day) == end


def test_last_valuation_date_of_month() -> None:
    assert last_valuation_date_of_month(2024, 3) == date(2024, 3, 28)
    assert last_valuation_date_of_month(2023, 12) == date(2023, 12, 29)
    assert last_valuation_date_of_month(9999, 12) == date(9999, 12, 31)


@given(days)
def test_end_of_month_is_followed_by_another_month(day: date) -> None:
    end = last_valuation_date_of_month(day.year, day.month)
    assert (end.year, end.month) == (day.year, day.month)
    assert valuation_date_after(end).month != day.month


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: is_valuation_date(date(1979, 12, 31)),
        lambda: previous_valuation_date(date(1980, 1, 1)),
        lambda: valuation_date_before(date(1980, 1, 2)),
        lambda: valuation_dates(date(1979, 12, 1), date(1980, 2, 1)),
        lambda: effective_valuation_date(datetime(1979, 5, 1, tzinfo=UTC), at_close="same_day"),
        lambda: closing_time(date(1979, 5, 1)),
        lambda: last_valuation_date_of_quarter(date(1980, 3, 1)),
        lambda: last_valuation_date_of_month(1979, 12),
    ],
)
def test_before_1980_the_error_says_where_the_calendar_begins(ask: object) -> None:
    with pytest.raises(DateOutOfRange, match="1980"):
        ask()  # type: ignore[operator]


def test_other_dates_that_do_not_exist() -> None:
    with pytest.raises(DateOutOfRange, match="9999-12-31"):
        valuation_date_after(date(9999, 12, 31))
    with pytest.raises(DateOutOfRange, match="no month 2024-13"):
        last_valuation_date_of_month(2024, 13)


def test_no_close_on_a_day_without_trading() -> None:
    with pytest.raises(InforceError, match="Good Friday"):
        closing_time(date(2024, 3, 29))


def test_an_instant_is_not_a_date() -> None:
    with pytest.raises(BadInput, match="effective_valuation_date"):
        is_valuation_date(datetime(2024, 3, 28, 12, tzinfo=UTC))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="no time zone"):
        effective_valuation_date(datetime(2024, 3, 28, 15, 45), at_close="same_day")


# --- the cut-off ----------------------------------------------------------------------------------------------------

FRIDAY, MONDAY = date(2024, 3, 8), date(2024, 3, 11)  # summer time began in between


@pytest.mark.parametrize(
    ("received", "same_day", "next_day"),
    [
        (new_york(2024, 3, 8, 0, 0), FRIDAY, FRIDAY),
        (new_york(2024, 3, 8, 15, 45), FRIDAY, FRIDAY),
        (new_york(2024, 3, 8, 16, 0) - MICROSECOND, FRIDAY, FRIDAY),
        (new_york(2024, 3, 8, 16, 0), FRIDAY, MONDAY),
        (new_york(2024, 3, 8, 16, 0) + MICROSECOND, MONDAY, MONDAY),
        (new_york(2024, 3, 9, 12, 0), MONDAY, MONDAY),
        (datetime(2024, 3, 8, 20, 59, 59, tzinfo=UTC), FRIDAY, FRIDAY),
        (datetime(2024, 3, 8, 21, 0, tzinfo=UTC), FRIDAY, MONDAY),
        (datetime(2024, 3, 11, 19, 59, 59, tzinfo=UTC), MONDAY, MONDAY),
        (datetime(2024, 3, 11, 20, 0, tzinfo=UTC), MONDAY, date(2024, 3, 12)),
        (datetime(2024, 3, 8, 12, 59, tzinfo=ZoneInfo("America/Los_Angeles")), FRIDAY, FRIDAY),
        (datetime(2024, 3, 8, 15, 30, tzinfo=ZoneInfo("America/Los_Angeles")), MONDAY, MONDAY),
        (datetime(2024, 3, 9, 5, 0, tzinfo=ZoneInfo("Asia/Tokyo")), FRIDAY, FRIDAY),  # 15:00 on Friday in New York
    ],
)
def test_cut_off(received: datetime, same_day: date, next_day: date) -> None:
    assert effective_valuation_date(received, at_close="same_day") == same_day
    assert effective_valuation_date(received, at_close="next_day") == next_day


def test_cut_off_on_a_short_day() -> None:
    close = new_york(2024, 11, 29, 13, 0)
    assert effective_valuation_date(close - MICROSECOND, at_close="next_day") == date(2024, 11, 29)
    assert effective_valuation_date(close, at_close="same_day") == date(2024, 11, 29)
    assert effective_valuation_date(close, at_close="next_day") == date(2024, 12, 2)
    assert effective_valuation_date(close + MICROSECOND, at_close="same_day") == date(2024, 12, 2)


def test_cut_off_when_the_clock_is_set_back() -> None:
    sunday_first, sunday_second = (new_york(2024, 11, 3, 1, 30).replace(fold=fold) for fold in (0, 1))
    assert sunday_first.astimezone(UTC) != sunday_second.astimezone(UTC)
    for instant in (sunday_first, sunday_second):
        assert effective_valuation_date(instant, at_close="same_day") == date(2024, 11, 4)
    assert closing_time(date(2024, 11, 4)).astimezone(UTC) == datetime(2024, 11, 4, 21, 0, tzinfo=UTC)
    assert closing_time(date(2024, 11, 1)).astimezone(UTC) == datetime(2024, 11, 1, 20, 0, tzinfo=UTC)


@given(days.filter(is_valuation_date), st.integers(min_value=1, max_value=10**11))
def test_just_before_the_close_is_that_day_and_after_it_the_next(day: date, microseconds: int) -> None:
    close, away = closing_time(day).astimezone(UTC), timedelta(microseconds=microseconds)
    early = effective_valuation_date(close - MICROSECOND, at_close="next_day")
    assert (early, effective_valuation_date(close, at_close="same_day")) == (day, day)
    assert effective_valuation_date(close, at_close="next_day") == valuation_date_after(day)
    assert effective_valuation_date(close - away, at_close="same_day") <= day
    assert effective_valuation_date(close + away, at_close="same_day") > day


@given(
    st.datetimes(datetime(1980, 2, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)
def test_later_receipt_never_gets_an_earlier_price(received: datetime, later: timedelta) -> None:
    first = effective_valuation_date(received, at_close="same_day")
    second = effective_valuation_date(received + later, at_close="same_day")
    assert first <= second
    assert closing_time(first) >= received
