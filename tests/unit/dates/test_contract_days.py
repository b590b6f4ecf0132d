"""Anniversaries and monthly dates, and the day numbers that stand for them in the contract arithmetic."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inforce.dates import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    Adjust,
    MonthEnd,
    adjusted,
    anniversaries,
    anniversary,
    civil_date,
    completed_months,
    completed_years,
    day_number,
    is_valuation_date,
    monthly_date,
    monthly_dates,
    pricing_date,
    today_number,
)
from inforce.errors import DateOutOfRange

LAST, NEXT = MonthEnd.LAST_DAY, MonthEnd.NEXT_MONTH
conventions = st.sampled_from(MonthEnd)
any_day = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
month_ends = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)).map(
    lambda day: day.replace(day=1) - timedelta(days=1)
)
near_month_ends = st.builds(lambda day, n: day + timedelta(days=n), month_ends, st.integers(-4, 2))
starts = any_day | near_month_ends


# --- adjusting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "rule", "takes_place", "priced"),
    [
        (date(2024, 3, 30), Adjust.PRECEDING, date(2024, 3, 28), date(2024, 3, 28)),
        (date(2024, 3, 30), Adjust.FOLLOWING, date(2024, 4, 1), date(2024, 4, 1)),
        (date(2024, 3, 30), Adjust.LAST_PRICE, date(2024, 3, 30), date(2024, 3, 28)),
        (date(2024, 4, 1), Adjust.PRECEDING, date(2024, 4, 1), date(2024, 4, 1)),
        (date(2024, 4, 1), Adjust.FOLLOWING, date(2024, 4, 1), date(2024, 4, 1)),
        (date(2024, 4, 1), Adjust.LAST_PRICE, date(2024, 4, 1), date(2024, 4, 1)),
    ],
)
def test_a_date_without_trading(day: date, rule: Adjust, takes_place: date, priced: date) -> None:
    assert adjusted(day, rule) == takes_place
    assert pricing_date(day, rule) == priced


@given(st.dates(date(1980, 1, 15), date(2100, 12, 31)), st.sampled_from(Adjust))
def test_prices_always_exist(day: date, rule: Adjust) -> None:
    assert is_valuation_date(pricing_date(day, rule))
    assert adjusted(day, rule) in (day, pricing_date(day, rule))


# --- monthly dates and anniversaries --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "last_day", "next_month"),
    [
        (date(2023, 1, 31), 1, date(2023, 2, 28), date(2023, 3, 1)),
        (date(2023, 1, 31), 2, date(2023, 3, 31), date(2023, 3, 31)),
        (date(2023, 1, 31), 3, date(2023, 4, 30), date(2023, 5, 1)),
        (date(2024, 1, 29), 1, date(2024, 2, 29), date(2024, 2, 29)),
        (date(2023, 1, 29), 1, date(2023, 2, 28), date(2023, 3, 1)),
        (date(2000, 1, 31), 1, date(2000, 2, 29), date(2000, 3, 1)),
        (date(2000, 1, 29), 1, date(2000, 2, 29), date(2000, 2, 29)),
        (date(2100, 1, 29), 1, date(2100, 2, 28), date(2100, 3, 1)),
        (date(2023, 2, 28), 1, date(2023, 3, 28), date(2023, 3, 28)),
        (date(2023, 12, 31), 12, date(2024, 12, 31), date(2024, 12, 31)),
        (date(2023, 10, 31), 13, date(2024, 11, 30), date(2024, 12, 1)),
        (date(2023, 5, 17), 0, date(2023, 5, 17), date(2023, 5, 17)),
    ],
)
def test_monthly_date(start: date, months: int, last_day: date, next_month: date) -> None:
    assert monthly_date(start, months, LAST) == last_day
    assert monthly_date(start, months, NEXT) == next_month


def test_anniversary_of_29_february() -> None:
    start = date(2020, 2, 29)
    assert [anniversary(start, n, LAST) for n in (1, 4)] == [date(2021, 2, 28), date(2024, 2, 29)]
    assert [anniversary(start, n, NEXT) for n in (1, 4)] == [date(2021, 3, 1), date(2024, 2, 29)]
    assert [anniversary(date(1896, 2, 29), 4, rule) for rule in MonthEnd] == [date(1900, 2, 28), date(1900, 3, 1)]


def test_monthly_dates_are_counted_from_the_start_and_do_not_drift() -> None:
    dates = dict(monthly_dates(date(2023, 1, 31), date(2022, 1, 1), date(2023, 6, 30), LAST))
    assert dates == {
        1: date(2023, 2, 28),
        2: date(2023, 3, 31),
        3: date(2023, 4, 30),
        4: date(2023, 5, 31),
        5: date(2023, 6, 30),
    }


def test_anniversaries_between_two_days() -> None:
    start = date(2003, 5, 15)
    found = list(anniversaries(start, date(2004, 5, 15), date(2006, 5, 15), LAST))
    assert found == [(2, date(2005, 5, 15)), (3, date(2006, 5, 15))]
    assert list(anniversaries(start, date(2000, 1, 1), date(2004, 5, 14), LAST)) == []
    assert next(anniversaries(start, start, date.max, LAST)) == (1, date(2004, 5, 15))


def test_quarters() -> None:
    found = monthly_dates(date(2023, 11, 30), date(2023, 11, 30), date.max, NEXT, every=3)
    assert list(islice(found, 3)) == [(1, date(2024, 3, 1)), (2, date(2024, 5, 30)), (3, date(2024, 8, 30))]


@given(starts, st.integers(-500, 2000), st.integers(0, 2000), conventions, st.sampled_from([1, 3, 12]))
@example(date(2020, 2, 29), 366, 1500, NEXT, 12)
def test_iterating_gives_every_date_once(start: date, offset: int, length: int, rule: MonthEnd, every: int) -> None:
    after = start + timedelta(days=offset)
    until = after + timedelta(days=length)
    counted = [(n, monthly_date(start, n * every, rule)) for n in range(1, 150)]
    assert list(monthly_dates(start, after, until, rule, every=every)) == [
        (number, day) for number, day in counted if after < day <= until
    ]


@given(starts, st.integers(0, 1200), conventions)
def test_completed_months_are_reached_on_their_date_and_not_the_day_before(
    start: date, months: int, rule: MonthEnd
) -> None:
    day = monthly_date(start, months, rule)
    assert completed_months(start, day, rule) == months
    if months:
        assert completed_months(start, day - timedelta(days=1), rule) == months - 1


@given(starts, st.integers(0, 100), conventions)
def test_completed_years_are_reached_on_the_anniversary_and_not_the_day_before(
    start: date, years: int, rule: MonthEnd
) -> None:
    day = anniversary(start, years, rule)
    assert completed_years(start, day, rule) == years
    if years:
        assert completed_years(start, day - timedelta(days=1), rule) == years - 1


def test_time_is_not_counted_backwards() -> None:
    with pytest.raises(DateOutOfRange, match="2024-05-01 is before 2024-05-02"):
        completed_months(date(2024, 5, 2), date(2024, 5, 1), LAST)
    with pytest.raises(DateOutOfRange, match="is before"):
        completed_years(date(2024, 5, 2), date(2024, 5, 1), NEXT)


def test_dates_end() -> None:
    with pytest.raises(DateOutOfRange, match="9999"):
        anniversary(date(2024, 1, 1), 8000, LAST)


# --- day numbers ----------------------------------------------------------------------------------------------------


def test_a_year_is_twelve_months_of_31() -> None:
    assert (DAYS_PER_MONTH, DAYS_PER_YEAR) == (31, 372)
    assert day_number(date(2000, 1, 2)) == 744_001
    assert day_number(date(2001, 1, 2)) - day_number(date(2000, 1, 2)) == DAYS_PER_YEAR


def assert_numbers_count(start: date, on: date, rule: MonthEnd) -> None:
    elapsed = today_number(on, rule) - day_number(start)
    assert elapsed // DAYS_PER_MONTH == completed_months(start, on, rule)
    assert elapsed // DAYS_PER_YEAR == completed_years(start, on, rule)


@given(starts, starts, conventions)
@example(date(2020, 2, 29), date(2021, 2, 28), LAST)
@example(date(2020, 2, 29), date(2021, 2, 28), NEXT)
@example(date(2020, 2, 29), date(2021, 3, 1), NEXT)
@example(date(2023, 1, 31), date(2023, 4, 30), LAST)
@example(date(2023, 2, 28), date(2024, 2, 28), LAST)
@example(date(2023, 2, 28), date(2024, 2, 29), LAST)
def test_numbers_count_months_and_years(a: date, b: date, rule: MonthEnd) -> None:
    assert_numbers_count(min(a, b), max(a, b), rule)


@pytest.mark.parametrize("rule", MonthEnd)
def test_numbers_count_from_every_day_of_four_years_to_every_monthly_date_and_the_days_around(rule: MonthEnd) -> None:
    starts_of_four_years = [date(2023, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1)]
    for start in starts_of_four_years:
        for months in (1, 2, 11, 12, 13, 48):
            day = monthly_date(start, months, rule)
            for on in (day - timedelta(days=1), day, day + timedelta(days=1)):
                assert_numbers_count(start, on, rule)


@given(starts, starts, conventions)
def test_today_is_never_before_the_same_day_as_an_anchor_and_grows_every_day(a: date, b: date, rule: MonthEnd) -> None:
    assert 0 <= today_number(a, rule) - day_number(a) <= 3
    assert (today_number(a, rule) < today_number(b, rule)) == (a < b)


@given(starts)
def test_a_number_leads_back_to_its_day(day: date) -> None:
    assert civil_date(day_number(day)) == day


@given(starts, starts)
def test_numbers_order_as_days_do(a: date, b: date) -> None:
    assert (day_number(a) < day_number(b)) == (a < b)


def test_a_number_that_is_no_day() -> None:
    with pytest.raises(DateOutOfRange, match="2023-02-31, which is no day"):
        civil_date(today_number(date(2023, 2, 28), LAST))
    with pytest.raises(DateOutOfRange):
        civil_date(-1)
