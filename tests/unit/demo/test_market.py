"""The demonstration market: month ends exactly as kept, every valuation date filled in, files that load again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from inforce.dates import valuation_dates
from inforce.demo import LAST_DAY, demo_market, write_market
from inforce.market import Series, SubAccount, load_market_folder, load_unit_values
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


def test_written_files_load_as_the_same_market(tmp_path: Path) -> None:
    write_market(tmp_path)
    loaded, market = load_market_folder(tmp_path).data, demo_market().data
    for group in ("unit_values", "declared", "secondary"):
        mine, theirs = getattr(market, group), getattr(loaded, group)
        assert {k: (h.at, h.columns) for k, h in mine.items()} == {k: (h.at, h.columns) for k, h in theirs.items()}
    assert "not published prices" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert Decimal("0.8") < Decimal(min(market.unit_values[SubAccount("equity")].values)) / 10_000_000 < 1
