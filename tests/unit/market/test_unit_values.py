"""Unit values worked out from net asset values and from growth factors."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.dates import valuation_dates
from inforce.market import (
    BadMarketData,
    BadMarketFile,
    Market,
    MissingPrice,
    Navs,
    SubAccount,
    charge_for,
    load_market,
    unit_values_from_growth,
    unit_values_from_navs,
)

GROWTH = SubAccount("Growth", "SA3", "B")
DAYS = valuation_dates(date(2003, 12, 1), date(2004, 3, 31))
FRIDAY, MONDAY = date(2004, 1, 2), date(2004, 1, 5)


def test_charge_of_a_valuation_period() -> None:
    assert charge_for(1, 13_000_000) == 35_616_438
    assert charge_for(3, 13_000_000) == 106_849_315
    assert charge_for(1, 13_000_000, 366) == 35_519_126
    assert charge_for(365, 13_000_000) == 13_000_000_000


def test_a_day_by_hand() -> None:
    """10.10 / 10.00 - 3 x 1.30 % / 365 = 1.009893150685, so 10 becomes 10.098932."""
    navs = Navs.of({FRIDAY: 10_000_000, MONDAY: 10_100_000})
    assert list(unit_values_from_navs(navs, 10_000_000, 13_000_000).values) == [10_000_000, 10_098_932]


def test_distributions_count_on_their_ex_date() -> None:
    navs = Navs.of({FRIDAY: 10_000_000, MONDAY: 9_000_000}, {FRIDAY: 5_000_000, MONDAY: 600_000}, {MONDAY: 400_000})
    assert list(unit_values_from_navs(navs, 10_000_000, 0).values) == [10_000_000, 10_000_000]


def independent(rows: list[tuple[date, int, int]], start: int, charge: int) -> list[int]:
    """The same in Decimal: factor rounded to 12 decimals, unit value to 6."""
    with localcontext() as context:
        context.prec, context.rounding = 60, ROUND_HALF_UP
        values = [Decimal(start) / 10**6]
        for (eve, before, _), (day, nav, paid) in pairwise(rows):
            taken = (Decimal(charge) / 10**9 * (day - eve).days / 365).quantize(Decimal("1e-12"))
            factor = (Decimal(nav + paid) / before).quantize(Decimal("1e-12")) - taken
            values.append((values[-1] * factor).quantize(Decimal("1e-6")))
        return [int(value * 10**6) for value in values]


@given(
    st.lists(st.tuples(st.integers(5_000_000, 50_000_000), st.integers(0, 900_000)), min_size=2, max_size=40),
    st.integers(1_000_000, 100_000_000),
    st.integers(0, 30_000_000),
)
def test_agrees_with_decimal(prices: list[tuple[int, int]], start: int, charge: int) -> None:
    rows = [(day, nav, paid) for day, (nav, paid) in zip(DAYS, prices, strict=False)]
    navs = Navs.of({day: nav for day, nav, _ in rows}, capital_gains={day: paid for day, _, paid in rows})
    expected = independent(rows, start, charge)
    if min(expected) > 0:
        assert list(unit_values_from_navs(navs, start, charge).values) == expected


def test_a_market_derives(tmp_path: Path) -> None:
    path = tmp_path / "navs.csv"
    path.write_text("date,fund,nav\n2004-01-02,Growth,20\n2004-01-05,Growth,20.2\n")
    before = load_market([path])
    after = before.derive(GROWTH, annual_charge=0)
    assert [after.unit_value(GROWTH, day) for day in (FRIDAY, MONDAY)] == [10_000_000, 10_100_000]
    assert after.source_of(GROWTH, MONDAY) == f"net asset value at {path}:3"
    assert before.derive(GROWTH, annual_charge=0, start=1_000_000).unit_value(GROWTH, MONDAY) == 1_010_000
    assert load_market([path], decimals=8).derive(GROWTH, annual_charge=0).unit_value(GROWTH, FRIDAY) == 1_000_000_000
    assert not before.has_prices(GROWTH)
    with pytest.raises(BadMarketData, match="unit values already"):
        after.derive(GROWTH, annual_charge=0)
    with pytest.raises(MissingPrice, match="No net asset values of Bond; given for: Growth"):
        before.derive(SubAccount("Bond"), annual_charge=0)


def test_classes_differ_by_their_charge() -> None:
    market = Market().with_navs("Growth", Navs.of({FRIDAY: 10_000_000, MONDAY: 10_000_000}))
    for name, charge in (("B", 13_000_000), ("C", 15_000_000)):
        market = market.derive(SubAccount("Growth", "SA3", name), annual_charge=charge)
    values = [market.unit_value(SubAccount("Growth", "SA3", name), MONDAY) for name in "BC"]
    assert values == [9_998_932, 9_998_767]


def test_navs_are_given_once() -> None:
    navs = Navs.of({FRIDAY: 1}, source="a.csv")
    with pytest.raises(BadMarketFile, match="of Growth for 2004-01-02 was already given at a"):
        Market().with_navs("Growth", navs).with_navs("Growth", navs)


@pytest.mark.parametrize(
    ("values", "start", "charge"),
    [
        ([10_000_000, 1], 1, 0),
        ([10_000_000, 1], 10_000_000, 900_000_000),
        ([1, 2**62], 2**62, 0),
        ([1, 1], 0, 0),
        ([1, 1], 1, -1),
    ],
)
def test_unit_values_out_of_range(values: list[int], start: int, charge: int) -> None:
    with pytest.raises(BadMarketData):
        unit_values_from_navs(Navs.of(dict(zip((FRIDAY, MONDAY), values, strict=True))), start, charge)


def test_growth_factors() -> None:
    factors = {date(2001, 5, 3): "0.99", date(2001, 5, 2): "1.01"}
    series = unit_values_from_growth(date(2001, 5, 1), 10_000_000, factors, source="case.yaml")
    assert series.days == (date(2001, 5, 1), date(2001, 5, 2), date(2001, 5, 3))
    assert list(series.values) == [10_000_000, 10_100_000, 9_999_000]
    assert series.sources.text(0) == "case.yaml"


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        (MONDAY, "0"),
        (MONDAY, "-1"),
        (MONDAY, "nan"),
        (MONDAY, "1.0000000000001"),
        (FRIDAY, "1.01"),
        (date(2004, 1, 3), "1"),
    ],
)
def test_bad_growth_factors(day: date, factor: str) -> None:
    with pytest.raises(BadMarketData):
        unit_values_from_growth(FRIDAY, 10_000_000, {day: factor})
