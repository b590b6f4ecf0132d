"""Declared rates, and the index that a fixed account grows by."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inforce.market import (
    BadMarketData,
    CreditedRate,
    DayCount,
    Market,
    MissingRate,
    Rates,
    earned_between,
    guaranteed_growth,
)
from inforce.market.guarantees import YEAR
from inforce.mechanics.interest import with_interest

PPB = 10**9
ONE = 10**15
MONTHS = [f"{year}-{month:02}" for year in range(1999, 2013) for month in range(1, 13)]
START, END = date(1999, 1, 1), date(2013, 1, 1)


def flat(rate: int, first: int = 0) -> Market:
    return Market().with_rates("GPA", Rates.by_month(dict.fromkeys(MONTHS[first:], rate)))


def whole_half_up(exact: Fraction) -> int:
    return (2 * exact.numerator * ONE + exact.denominator) // (2 * exact.denominator)


def test_a_year_at_one_percent_is_exact() -> None:
    market = flat(10_000_000)
    assert market.interest_index("GPA", START, 0, DayCount.NO_LEAP) == ONE
    for count in DayCount:
        assert market.interest_index("GPA", date(2000, 1, 1), 0, count) == 1_010_000_000_000_000


@given(st.integers(0, 200_000_000), st.integers(1, 14))
@settings(max_examples=50)
def test_whole_years_are_exact(rate: int, years: int) -> None:
    """Integer powers, also where the sixteenth decimal is a half."""
    exact = whole_half_up((1 + Fraction(rate, PPB)) ** years)
    market, day = flat(rate), date(1999 + years, 1, 1)
    assert market.interest_index("GPA", day, 0, DayCount.NO_LEAP) == exact
    assert market.interest_index("GPA", day, 0, DayCount.ACTUAL_ACTUAL) == exact


def test_a_half_rounds_up() -> None:
    """1.03500005 ^ 2 = 1.0712251035000025: the sixteenth decimal is a half."""
    assert flat(35_000_050).interest_index("GPA", date(2001, 1, 1), 0, DayCount.NO_LEAP) == 1_071_225_103_500_003


starts = st.dates(START, date(2011, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29))


@given(starts)
def test_a_thousand_dollars_for_a_year(day: date) -> None:
    """1,035.00 from any day to its anniversary, over 29 February or not."""
    market = flat(35_000_000)
    anchor, index = (market.interest_index("GPA", when, 0, DayCount.NO_LEAP) for when in (day, after(day, 1)))
    assert with_interest(100_000, index, anchor) == 103_500


@given(starts, st.integers(1, 10))
def test_growth_between_anniversaries(day: date, years: int) -> None:
    """The ratio of two indices, each rounded once, is that of whole years to 14 places."""
    market, then = flat(35_000_000), after(day, years)
    anchor, index = (market.interest_index("GPA", when, 0, DayCount.NO_LEAP) for when in (day, then))
    growth = (1 + Fraction(35, 1000)) ** (then.year - day.year)
    assert abs(Fraction(index, anchor) - growth) < Fraction(3, ONE)


def after(day: date, years: int) -> date:
    """An anniversary within the declared months."""
    return day.replace(year=min(day.year + years, 2012))


def test_day_counts_over_a_leap_year() -> None:
    market, day = flat(35_000_000, MONTHS.index("2000-01")), date(2001, 1, 1)
    index = {count: market.interest_index("GPA", day, 0, count) for count in DayCount}
    assert index[DayCount.NO_LEAP] == index[DayCount.ACTUAL_ACTUAL] == 1_035_000_000_000_000
    assert index[DayCount.ACTUAL_365] == 1_035_097_553_848_279
    leap = [market.interest_index("GPA", date(2000, 2, 29) + timedelta(n), 0, DayCount.NO_LEAP) for n in (0, 1)]
    assert leap[0] == leap[1]


def plain_index(rates: dict[str, int], first: date, day: date, count: DayCount) -> int:
    """Day by day, each distinct rate's part of a year added up as a fraction, then one power each."""
    years: dict[int, Fraction] = {}
    while first < day:
        leap = first.year % 4 == 0
        length = 366 if leap and count == DayCount.ACTUAL_ACTUAL else 365
        if not (count == DayCount.NO_LEAP and (first.month, first.day) == (2, 29)):
            rate = rates[f"{first:%Y-%m}"]
            years[rate] = years.get(rate, Fraction(0)) + Fraction(1, length)
        first += timedelta(1)
    with localcontext() as context:
        context.prec, context.rounding = 70, ROUND_HALF_UP
        index = Decimal(1)
        for rate, part in years.items():
            index *= (1 + Decimal(rate) / PPB) ** (Decimal(part.numerator) / part.denominator)
        return int((index.quantize(Decimal("1e-40")) * ONE).quantize(Decimal(1)))


@given(
    st.lists(st.sampled_from([0, 10_000_000, 35_000_000, 47_512_345]), min_size=40, max_size=40),
    st.lists(st.dates(START, date(2002, 4, 30)), min_size=1, max_size=3),
    st.sampled_from(DayCount),
)
@settings(max_examples=40, deadline=None)
def test_index_agrees_with_counting_days(rates: list[int], days: list[date], count: DayCount) -> None:
    declared = dict(zip(MONTHS, rates, strict=False))
    market = Market().with_rates("GPA", Rates.by_month(declared))
    for day in days:
        assert market.interest_index("GPA", day, 0, count) == plain_index(declared, START, day, count)


@given(st.lists(st.dates(START, END), min_size=2, max_size=6))
def test_the_order_of_questions_does_not_matter(days: list[date]) -> None:
    one, other = flat(35_000_000), flat(35_000_000)
    asked = [one.interest_index("GPA", day, 0, DayCount.ACTUAL_365) for day in days]
    again = [other.interest_index("GPA", day, 0, DayCount.ACTUAL_365) for day in reversed(days)]
    assert asked == again[::-1]
    assert sorted(asked) == [index for _, index in sorted(zip(days, asked, strict=True))]


def test_the_greatest_of_three_rates_is_credited() -> None:
    declared = Rates.by_month({"2007-12": 32_000_000, "2008-01": 32_000_000})
    market = Market().with_rates("GPA", declared, Rates.by_year({2007: 35_000_000}))
    december, january = date(2007, 12, 31), date(2008, 1, 1)
    assert market.credited("GPA", december, 30_000_000) == CreditedRate(32_000_000, 35_000_000, 30_000_000, 35_000_000)
    assert market.credited("GPA", january, 30_000_000) == CreditedRate(32_000_000, 0, 30_000_000, 32_000_000)
    assert market.credited("GPA", january, 40_000_000).credited == 40_000_000
    low, high = (
        market.interest_index("GPA", january, minimum, DayCount.NO_LEAP) for minimum in (30_000_000, 40_000_000)
    )
    assert low < high


def test_missing_months() -> None:
    market = Market().with_rates("GPA", Rates.by_month({"2008-03": 1, "2008-05": 1}))
    assert market.interest_index("GPA", date(2008, 4, 1), 0, DayCount.NO_LEAP) >= ONE
    for day, month in ((date(2008, 2, 29), "2008-02"), (date(2008, 4, 2), "2008-04"), (date(2008, 5, 1), "2008-04")):
        with pytest.raises(MissingRate, match=f"GPA in {month}"):
            market.interest_index("GPA", day, 0, DayCount.NO_LEAP)
    with pytest.raises(MissingRate, match=r"GPA in 2008-04\. Rates are given from 2008-03 to 2008-05"):
        market.declared_rate("GPA", date(2008, 4, 30))
    with pytest.raises(MissingRate, match="GPA in 2008-06"):
        market.credited("GPA", date(2008, 6, 1), 0)
    with pytest.raises(MissingRate, match="account Fixed; accounts with rates: GPA"):
        market.interest_index("Fixed", date(2008, 4, 1), 0, DayCount.NO_LEAP)


def test_hold_goes_on_with_the_last_declared_rate() -> None:
    declared, secondary = (
        Rates.by_month({"2007-11": 20_000_000, "2008-01": 35_000_000}),
        Rates.by_year({2007: 30_000_000}),
    )
    market = Market(between="hold").with_rates("GPA", declared, secondary)
    assert market.declared_rate("GPA", date(2007, 12, 5)) == 20_000_000
    assert market.credited("GPA", date(2007, 12, 5), 0).credited == 30_000_000
    assert market.credited("GPA", date(2020, 1, 1), 0) == CreditedRate(35_000_000, 0, 0, 35_000_000)
    years = [market.interest_index("GPA", date(year, 1, 1), 0, DayCount.NO_LEAP) for year in (2008, 2009)]
    assert with_interest(100_000, years[1], years[0]) == 103_500
    with pytest.raises(MissingRate, match="GPA in 2007-10"):
        market.declared_rate("GPA", date(2007, 10, 31))
    with pytest.raises(MissingRate, match="GPA in 2007-12"):
        Market(market.data).declared_rate("GPA", date(2007, 12, 5))


def test_rates_added_later_are_used() -> None:
    """Caches belong to the rates they were worked out from."""
    market = Market().with_rates("GPA", Rates.by_month({"2008-03": 35_000_000}))
    april = market.interest_index("GPA", date(2008, 4, 1), 0, DayCount.NO_LEAP)
    more = market.with_rates("GPA", Rates.by_month({"2008-02": 35_000_000}))
    assert more.interest_index("GPA", date(2008, 4, 1), 0, DayCount.NO_LEAP) > april
    assert market.interest_index("GPA", date(2008, 4, 1), 0, DayCount.NO_LEAP) == april


def test_rates_by_code_are_checked() -> None:
    for rates in ({}, {"2008-03": -1}, {"2008-3": 1}, {"1979-12": 1}):
        with pytest.raises(BadMarketData):
            Rates.by_month(rates)
    with pytest.raises(BadMarketData, match="guaranteed minimum"):
        flat(1).interest_index("GPA", START, -1, DayCount.NO_LEAP)
    assert Rates.by_year({2007: 1}).rate(2008) is None


# Guaranteed rates


@pytest.mark.parametrize("first", [date(1991, 6, 25), date(2003, 2, 28), date(2004, 1, 1)])
def test_four_years_are_exactly_four_years(first: date) -> None:
    """At 3.45 % 1 grows to 1.1453071711950625: a half in the last place, if the years are whole."""
    earned = earned_between(first, first.replace(year=first.year + 4), DayCount.NO_LEAP)
    assert earned == 4 * YEAR
    assert guaranteed_growth(34_500_000, earned) == 1_145_307_171_195_063


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)), st.integers(0, 4000), st.sampled_from(DayCount))
def test_parts_of_a_year_are_counted_day_by_day(since: date, days: int, count: DayCount) -> None:
    expected = 0
    for n in range(days):
        day = since + timedelta(n)
        if not (count is DayCount.NO_LEAP and (day.month, day.day) == (2, 29)):
            expected += YEAR // count.days_in(day.year)
    assert earned_between(since, since + timedelta(days), count) == expected
