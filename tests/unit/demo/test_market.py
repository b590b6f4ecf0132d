"""The demonstration market: month ends exactly as kept, every valuation date filled in, files that load again."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from inforce.dates import valuation_dates
from inforce.demo import LAST_DAY, demo_market, joint_market, write_market
from inforce.demo.market import ASSUMED_RATES
from inforce.market import Series, SubAccount, load_market_folder, load_unit_values
from inforce.market.exact import rate_of
from inforce.returns import month_end_file
from inforce.returns.reconstructed import filled
from inforce.terms import find_product

ADDED = {date(1987, 4, 27): 4, date(1994, 9, 12): 3}


def test_units_start_at_ten_on_the_day_a_division_is_added() -> None:
    market = demo_market()
    first = [(series.days[0], series.values[0]) for series in market.data.unit_values.values()]
    assert sorted(first) == sorted((day, 10_000_000) for day, count in ADDED.items() for _ in range(count))


def test_every_valuation_date_has_a_price() -> None:
    series = demo_market().data.unit_values[SubAccount("equity")]
    assert list(series.days) == valuation_dates(date(1987, 4, 27), LAST_DAY)


def test_month_ends_are_left_as_they_are_kept() -> None:
    market = demo_market()
    file = month_end_file(find_product("flex-extra"))
    assert file.stat().st_size < 100_000
    for fund, kept in load_unit_values(file).unit_values.items():
        assert [market.unit_value(fund, day) for day in kept.days] == list(kept.values)


def test_days_between_grow_alike() -> None:
    series = Series.of({date(2001, 5, 1): 10_000_000, date(2001, 5, 4): 10_302_010})
    assert [value for _, value in filled(series)] == [10_000_000, 10_099_673, 10_200_340, 10_302_010]


@pytest.mark.parametrize(("day", "rate"), [(date(2008, 3, 1), 35_000_000), (date(1991, 6, 1), 80_000_000)])
def test_printed_and_assumed_rates_say_where_they_are_from(day: date, rate: int) -> None:
    market, account = demo_market(), "guaranteed-principal-account"
    assert market.declared_rate(account, day) == rate
    source = market.source_of_rate(account, day) or ""
    assert ("assumed" in source) == (rate != 35_000_000)


@pytest.mark.parametrize("product_id", ["flex-extra", "lifetrust"])
def test_written_files_load_as_the_same_market(tmp_path: Path, product_id: str) -> None:
    write_market(tmp_path, product_id)
    loaded, market = load_market_folder(tmp_path).data, demo_market(product_id).data
    for group in ("unit_values", "declared", "secondary"):
        mine, theirs = getattr(market, group), getattr(loaded, group)
        assert {k: (h.at, h.columns) for k, h in mine.items()} == {k: (h.at, h.columns) for k, h in theirs.items()}
    assert "not published prices" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert Decimal("0.8") < Decimal(min(market.unit_values[SubAccount("equity")].values)) / 10_000_000 < 1


def test_lifetrust_is_cut_to_its_sale_and_the_last_day() -> None:
    days = {
        fund.fund: (series.days[0], series.days[-1])
        for fund, series in demo_market("lifetrust").data.unit_values.items()
    }
    begun = {"main-street": date(1995, 7, 3), "main-street-small-cap": date(1998, 5, 1)}
    assert len(days) == 13
    assert days == {fund: (begun.get(fund, date(1994, 11, 14)), LAST_DAY) for fund in days}


def test_no_assumed_rate_is_below_the_least_of_its_time_and_longer_money_earns_more() -> None:
    rates = ASSUMED_RATES["lifetrust"]
    accounts = ["mva-1", "mva-3", "mva-5", "mva-7"]
    for year in range(1994, 2009):
        one_to_seven = [rate_of(rates[account][year]) for account in accounts]
        assert min(one_to_seven) >= (30_000_000 if year < 2004 else 15_000_000)
        assert one_to_seven == sorted(one_to_seven)
    fives = [rate_of(rates["mva-5"][year]) for year in range(1994, 2009)]
    assert any(later > earlier for earlier, later in pairwise(fives))
    assert any(later < earlier for earlier, later in pairwise(fives))


def test_the_joint_market_keeps_funds_of_the_same_name_apart() -> None:
    day, joint = date(2000, 6, 1), joint_market()
    flex, trust = SubAccount("equity", "separate-account-1"), SubAccount("equity", "bay-state-separate-account-1")
    assert joint.unit_value(flex, day) == demo_market().unit_value(SubAccount("equity"), day)
    assert joint.unit_value(trust, day) == demo_market("lifetrust").unit_value(SubAccount("equity"), day)
    assert joint.unit_value(flex, day) != joint.unit_value(trust, day)
    accounts = [name for id in ASSUMED_RATES for name in find_product(id).card.separate_accounts]
    assert {key.separate_account for key in joint.data.unit_values} == set(accounts)
    assert len(accounts) == 4
