"""Looking prices up: which series, which day, and what is said where there is none."""

import pickle
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.dates import valuation_dates
from inforce.market import BadMarketData, Market, MarketData, MissingPrice, Navs, Rates, Series, SubAccount

GROWTH = SubAccount("Growth")
DAYS = valuation_dates(date(2001, 1, 1), date(2002, 12, 31))
FRIDAY, MONDAY = date(2001, 9, 7), date(2001, 9, 10)


def market(values: dict[date, int], between: str = "refuse") -> Market:
    return Market(between=between).with_unit_values(GROWTH, Series.of(values))  # type: ignore[arg-type]


def test_most_specific_unit_values_win() -> None:
    keys = [GROWTH, SubAccount("Growth", "SA3"), SubAccount("Growth", "", "B"), SubAccount("Growth", "SA3", "B")]
    given_for = {key: Series.of({MONDAY: n}) for n, key in enumerate(keys, 1)}
    prices = Market(MarketData(given_for))
    asked = [
        *keys,
        SubAccount("Growth", "SA3", "C"),
        SubAccount("Growth", "SA4", "B"),
        SubAccount("Growth", "SA4", "C"),
    ]
    assert [prices.unit_value(key, MONDAY) for key in asked] == [1, 2, 3, 4, 2, 3, 1]
    without_class = Market(MarketData({key: given_for[key] for key in keys[:2]}))
    assert without_class.unit_value(SubAccount("Growth", "SA3", "B"), MONDAY) == 2


def test_a_specific_price_is_not_a_general_one() -> None:
    prices = Market().with_unit_values(SubAccount("Growth", "SA3", "B"), Series.of({MONDAY: 1}))
    for key in (GROWTH, SubAccount("Growth", "SA3"), SubAccount("Growth", "SA3", "C")):
        with pytest.raises(MissingPrice, match="No unit values of Growth"):
            prices.unit_value(key, MONDAY)
        assert not prices.has_prices(key)


def test_the_series_is_chosen_before_the_day() -> None:
    """A day missing from the class's own values is missing, not filled from the general ones."""
    prices = market({FRIDAY: 1, MONDAY: 2}).with_unit_values(SubAccount("Growth", "", "B"), Series.of({FRIDAY: 9}))
    with pytest.raises(MissingPrice):
        prices.unit_value(SubAccount("Growth", "", "B"), MONDAY)


def test_refuse_says_what_is_missing() -> None:
    prices = market({MONDAY: 1, date(2001, 9, 17): 2})
    with pytest.raises(MissingPrice) as caught:
        prices.unit_value(GROWTH, date(2001, 9, 11))
    for part in ("Growth", "2001-09-11", "Attacks", "2001-09-10 and 2001-09-17", "between: hold"):
        assert part in str(caught.value)
    with pytest.raises(MissingPrice, match="Nearest given: 2001-09-17"):
        prices.unit_value(GROWTH, date(2001, 9, 18))


def test_hold_gives_the_last_price() -> None:
    prices = market({FRIDAY: 1, MONDAY: 2}, "hold")
    sunday, later = MONDAY - timedelta(1), date(2010, 1, 1)
    assert [prices.unit_value(GROWTH, day) for day in (FRIDAY, sunday, MONDAY, later)] == [1, 1, 2, 2]
    assert (prices.price_day(GROWTH, sunday), prices.price_day(GROWTH, later)) == (FRIDAY, MONDAY)
    assert prices.source_of(GROWTH, sunday) is None


@pytest.mark.parametrize("between", ["hold", "refuse"])
@pytest.mark.parametrize("day", [FRIDAY - timedelta(1), date(1970, 1, 1)])
def test_before_the_first_price(between: str, day: date) -> None:
    prices = market({FRIDAY: 1}, between)
    assert not prices.has_unit_value(GROWTH, day)
    with pytest.raises(MissingPrice, match="begin later"):
        prices.unit_value(GROWTH, day)


@given(
    st.dictionaries(st.sampled_from(DAYS), st.integers(1, 10**9), min_size=1, max_size=12),
    st.dates(date(2000, 12, 1), date(2003, 2, 1)),
    st.sampled_from(["hold", "refuse"]),
)
def test_look_up_agrees_with_a_plain_search(values: dict[date, int], day: date, between: str) -> None:
    prices = market(values, between)
    before = [known for known in values if known <= day]
    answers = bool(before) if between == "hold" else day in values
    assert prices.has_unit_value(GROWTH, day) == answers
    if answers:
        assert prices.unit_value(GROWTH, day) == values[max(before)]
        assert prices.price_day(GROWTH, day) == max(before)
    else:
        with pytest.raises(MissingPrice, match=str(day)):
            prices.unit_value(GROWTH, day)
    assert prices.price_days(GROWTH) == tuple(sorted(values))
    assert (prices.first_day(GROWTH), prices.last_day(GROWTH)) == (min(values), max(values))


@given(st.lists(st.tuples(st.sampled_from(DAYS[:30]), st.integers(0, 3)), unique_by=lambda row: row[0], min_size=1))
def test_joining_parts_is_giving_them_at_once(rows: list[tuple[date, int]]) -> None:
    values = {day: n + 1 for n, (day, _) in enumerate(rows)}
    parts = [{day: values[day] for day, part in rows if part == k} for k in range(4)]
    joined = Market.of(*(MarketData({GROWTH: Series.of(part)}) for part in parts if part))
    assert {day: joined.unit_value(GROWTH, day) for day in joined.price_days(GROWTH)} == values


def test_unknown_sub_account() -> None:
    prices = Market()
    for n in range(7):
        prices = prices.with_unit_values(SubAccount(f"Fund {n}"), Series.of({MONDAY: 1}))
    for ask in (lambda: prices.unit_value(GROWTH, MONDAY), lambda: prices.first_day(GROWTH)):
        with pytest.raises(MissingPrice, match="Fund 0, Fund 1, Fund 2, Fund 3, Fund 4 and 2 more"):
            ask()
    assert (prices.price_days(GROWTH), prices.has_unit_value(GROWTH, MONDAY)) == ((), False)
    with pytest.raises(MissingPrice, match="given for: none"):
        Market().navs("Growth")


def test_what_code_gives_is_checked_too() -> None:
    for values in ({}, {MONDAY: 0}, {MONDAY: -1}, {MONDAY: 2**63}, {date(2001, 9, 11): 1}, {date(1979, 5, 1): 1}):
        with pytest.raises(BadMarketData):
            Series.of(values)
        with pytest.raises(BadMarketData):
            Navs.of(values)
    for paid in ({FRIDAY: 1}, {MONDAY: -1}):
        with pytest.raises(BadMarketData, match="distribution"):
            Navs.of({MONDAY: 10}, dividends=paid)
    with pytest.raises(BadMarketData, match="hold or refuse"):
        Market(between="nearest")  # type: ignore[arg-type]
    with pytest.raises(BadMarketData, match="name the fund"):
        SubAccount("")
    with pytest.raises(BadMarketData, match="unit values already"):
        market({MONDAY: 1}).with_unit_values(GROWTH, Series.of({MONDAY: 1}))


def test_names_in_messages() -> None:
    assert str(SubAccount("Growth", "SA3", "B")) == "Growth (separate account SA3, charge class B)"
    assert str(SubAccount("Growth", "", "B")) == "Growth (charge class B)"


def test_a_market_travels_between_processes() -> None:
    prices = market({MONDAY: 1})
    assert prices.unit_value(GROWTH, MONDAY) == 1
    assert pickle.loads(pickle.dumps(prices)) == prices


def test_prices_and_rates_as_they_were_known_before_a_day() -> None:
    """Monday's price was 10, then 11, then 12. Friday's stands, whenever it became known."""
    ordinals = FRIDAY.toordinal(), MONDAY.toordinal()
    told = tuple((MONDAY + timedelta(days=n), 10 + n) for n in range(3))
    series = replace(Series.of({FRIDAY: 7, MONDAY: 12}), corrected={ordinals[1]: told})
    rates = Rates.by_month({"2001-09": 30_000_000})
    late = replace(rates, corrected={rates.at[0]: ((MONDAY, 40_000_000), (MONDAY + timedelta(days=1), 30_000_000))})
    prices = Market(MarketData({GROWTH: series}, declared={"fixed": late}))
    for days, known, rate in ((0, (10,), 4), (1, (10,), 4), (2, (10, 11), 3), (3, (10, 11, 12), 3)):
        then = prices.known_before(MONDAY + timedelta(days=days))
        assert (then.unit_value(GROWTH, FRIDAY), then.unit_value(GROWTH, MONDAY)) == (7, known[-1])
        assert then.unit_values_given(GROWTH, MONDAY) == known
        assert then.declared_rate("fixed", MONDAY) == rate * 10_000_000
    assert prices.unit_value(GROWTH, MONDAY) == 12 and prices.declared_rate("fixed", MONDAY) == 30_000_000
