"""Periods of a returns table and the arithmetic of T in P (1 + T)^n = ERV."""

from datetime import date
from decimal import Decimal

import pytest

from inforce.returns import YEAR_TO_DATE, Return, period


@pytest.mark.parametrize(
    ("as_of", "years", "start", "priced_on"),
    [
        (date(2008, 7, 31), YEAR_TO_DATE, date(2007, 12, 31), date(2007, 12, 31)),
        (date(2008, 7, 31), 1, date(2007, 7, 31), date(2007, 7, 31)),
        (date(2008, 7, 31), 3, date(2005, 7, 31), date(2005, 7, 29)),
        (date(2008, 6, 30), 1, date(2007, 6, 30), date(2007, 6, 29)),
        (date(2008, 2, 29), 1, date(2007, 2, 28), date(2007, 2, 28)),
        (date(2009, 2, 28), 1, date(2008, 2, 29), date(2008, 2, 29)),
        (date(2010, 2, 28), 10, date(2000, 2, 29), date(2000, 2, 29)),
        (date(2009, 2, 27), 1, date(2008, 2, 27), date(2008, 2, 27)),
        (date(2008, 2, 28), 1, date(2007, 2, 28), date(2007, 2, 28)),
        (date(2008, 4, 30), 1, date(2007, 4, 30), date(2007, 4, 30)),
    ],
)
def test_a_period_begins_on_the_same_day_at_the_preceding_price(
    as_of: date, years: int, start: date, priced_on: date
) -> None:
    found = period(as_of, years)
    assert (found.start, found.priced_on[0]) == (start, priced_on)


def test_a_period_that_ends_on_a_saturday_has_the_price_of_friday() -> None:
    assert period(date(2020, 10, 31), 5).priced_on == (date(2015, 10, 30), date(2020, 10, 30))


def test_more_than_a_year_is_annualized() -> None:
    assert Return(Decimal("1.061208"), 3).exact == 2
    assert Return(Decimal("0.970299"), 3).percent == Decimal("-1.00")


@pytest.mark.parametrize("years", [YEAR_TO_DATE, 1])
def test_a_year_or_less_is_cumulative(years: int) -> None:
    assert Return(Decimal("0.8"), years).percent == Decimal("-20.00")


def test_halves_go_away_from_zero() -> None:
    assert Return(Decimal("1.00125"), 1).percent == Decimal("0.13")
    assert Return(Decimal("0.99875"), 1).percent == Decimal("-0.13")


def test_nothing_left_is_minus_one_hundred_percent() -> None:
    assert Return(Decimal(0), 10).percent == Decimal("-100.00")
