"""Ages and the days on which they are reached."""

from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.dates import (
    MonthEnd,
    age_last_birthday,
    age_nearest_birthday,
    anniversary,
    reaches_59_half,
    turns,
)
from inforce.errors import DateOutOfRange

LAST, NEXT = MonthEnd.LAST_DAY, MonthEnd.NEXT_MONTH
births = st.dates(date(1900, 1, 1), date(2020, 12, 31)) | st.sampled_from(
    [date(y, 2, 29) for y in range(1904, 2021, 4)]
)
ties: st.SearchStrategy[Literal["older", "younger"]] = st.sampled_from(["older", "younger"])


def test_a_birthday_counts() -> None:
    born = date(1960, 6, 15)
    assert age_last_birthday(born, date(2024, 6, 14)) == 63
    assert age_last_birthday(born, date(2024, 6, 15)) == 64
    assert age_last_birthday(born, born) == 0


def test_born_on_29_february() -> None:
    born = date(1960, 2, 29)
    assert age_last_birthday(born, date(2023, 2, 28)) == 62
    assert age_last_birthday(born, date(2023, 3, 1)) == 63
    assert age_last_birthday(born, date(2023, 2, 28), LAST) == 63
    assert age_last_birthday(born, date(2024, 2, 28), LAST) == 63
    assert age_last_birthday(born, date(2024, 2, 29)) == 64


@pytest.mark.parametrize(
    ("on", "older", "younger"),
    [
        (date(2019, 1, 1), 59, 59),
        (date(2019, 7, 2), 59, 59),  # 182 days after one birthday, 183 before the next
        (date(2019, 7, 3), 60, 60),
        (date(2019, 12, 31), 60, 60),
        (date(2020, 7, 1), 60, 60),
        (date(2020, 7, 2), 61, 60),  # 183 days from both
        (date(2020, 7, 3), 61, 61),
    ],
)
def test_nearest_birthday(on: date, older: int, younger: int) -> None:
    assert age_nearest_birthday(date(1960, 1, 1), on, tie="older") == older
    assert age_nearest_birthday(date(1960, 1, 1), on, tie="younger") == younger


@given(births, st.integers(0, 40_000), ties, st.sampled_from(MonthEnd))
def test_nearest_birthday_is_no_farther_than_any_other(
    born: date, days: int, tie: Literal["older", "younger"], rule: MonthEnd
) -> None:
    on = born + timedelta(days=days)
    age = age_nearest_birthday(born, on, tie, rule)
    distance = abs(anniversary(born, age, rule) - on)
    assert all(distance <= abs(anniversary(born, n, rule) - on) for n in (age - 1, age + 1) if n >= 0)
    assert age - age_last_birthday(born, on, rule) in (0, 1)


@given(births, st.integers(0, 110), st.sampled_from(MonthEnd))
def test_age_changes_on_the_day_it_is_turned(born: date, years: int, rule: MonthEnd) -> None:
    day = turns(born, years, month_end=rule)
    assert age_last_birthday(born, day, rule) == years
    if years:
        assert age_last_birthday(born, day - timedelta(days=1), rule) == years - 1


@pytest.mark.parametrize(
    ("born", "next_month", "last_day"),
    [
        (date(1960, 6, 30), date(2019, 12, 30), date(2019, 12, 30)),
        (date(1960, 7, 1), date(2020, 1, 1), date(2020, 1, 1)),
        (date(1960, 8, 29), date(2020, 2, 29), date(2020, 2, 29)),
        (date(1960, 8, 31), date(2020, 3, 1), date(2020, 2, 29)),
        (date(1961, 8, 29), date(2021, 3, 1), date(2021, 2, 28)),
        (date(1960, 2, 29), date(2019, 9, 1), date(2019, 8, 28)),
        (date(1960, 12, 31), date(2020, 7, 1), date(2020, 6, 30)),
    ],
)
def test_59_and_a_half(born: date, next_month: date, last_day: date) -> None:
    assert reaches_59_half(born) == next_month
    assert reaches_59_half(born, LAST) == last_day


def test_the_example_of_the_regulation_for_70_and_a_half() -> None:
    """26 CFR 1.401(a)(9)-2: born 30 June, attains 70½ on 30 December; born 1 July, in the next calendar year."""
    assert turns(date(1933, 6, 30), 70, 6) == date(2003, 12, 30)
    assert turns(date(1933, 7, 1), 70, 6) == date(2004, 1, 1)


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(DateOutOfRange, match="is before 1960-01-01"):
        age_last_birthday(date(1960, 1, 1), date(1959, 12, 31))
