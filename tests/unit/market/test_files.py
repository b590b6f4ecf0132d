"""What good files give."""

from datetime import date
from pathlib import Path

import pytest

from inforce.market import (
    Market,
    MarketData,
    MissingPrice,
    SubAccount,
    load_market,
    load_market_file,
    load_market_folder,
    load_unit_values,
    rate_of,
    whole_number,
)

MAY_1, MAY_2 = date(2001, 5, 1), date(2001, 5, 2)
GROWTH = SubAccount("Growth")


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "date,fund,unit_value\n2001-05-01,Growth,10.123456\n2001-05-02,Growth,10\n",
        "date,fund,unit_value\r\n2001-05-01,Growth,10.123456\r\n2001-05-02,Growth,10\r\n",
        "date,fund,unit_value\r2001-05-01,Growth,10.123456\r2001-05-02,Growth,10",
        b"\xef\xbb\xbfdate,fund,unit_value\n2001-05-01,Growth,10.123456\n2001-05-02,Growth,10\n",
        "unit_value,fund,date\n10,Growth,2001-05-02\n10.12345600,Growth,2001-05-01\n",
        ' date , fund,unit_value\n2001-05-01, Growth ,10.123456\n\n2001-05-02,"Growth",0010.0\n\n',
        "date,fund,separate_account,charge_class,unit_value\n2001-05-01,Growth,,,10.123456\n2001-05-02,Growth,,,10\n",
        "date,Growth,Bond\n2001-05-01,10.123456,\n2001-05-02,10,9.5\n",
    ],
)
def test_unit_values(tmp_path: Path, content: str | bytes) -> None:
    market = load_market([written(tmp_path / "p.csv", content)])
    assert market.price_days(GROWTH) == (MAY_1, MAY_2)
    assert (market.unit_value(GROWTH, MAY_1), market.unit_value(GROWTH, MAY_2)) == (10_123_456, 10_000_000)


def test_wide_form_leaves_days_without_a_price_out(tmp_path: Path) -> None:
    market = load_market([written(tmp_path / "p.csv", "date,Growth,Bond\n2001-05-01,10,\n2001-05-02,10,9.5\n")])
    assert market.price_days(SubAccount("Bond")) == (MAY_2,)


def test_more_decimals_where_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "p.csv", "date,fund,unit_value\n2001-05-01,Growth,10.12345678\n")
    market = load_market([path], decimals=8)
    assert (market.unit_value(GROWTH, MAY_1), market.decimals) == (1_012_345_678, 8)


def test_navs_with_distributions(tmp_path: Path) -> None:
    content = "date,fund,nav,dividend,capital_gain\n2001-05-02,Growth,9.8,0.25,\n2001-05-01,Growth,10,,\n"
    navs = load_market([written(tmp_path / "n.csv", content)]).navs("Growth")
    assert list(navs.values) == [10_000_000, 9_800_000]
    assert (list(navs.dividends), list(navs.capital_gains)) == ([0, 250_000], [0, 0])
    plain = load_market([written(tmp_path / "n.csv", "date,fund,nav\n2001-05-01,Growth,10\n")]).navs("Growth")
    assert (list(plain.dividends), list(plain.capital_gains)) == ([0], [0])


def test_a_folder_of_every_kind(tmp_path: Path) -> None:
    written(tmp_path / "1.csv", "date,fund,unit_value\n2001-05-01,Growth,10\n")
    written(tmp_path / "2.CSV", "date,fund,unit_value\n2001-05-02,Growth,11\n")
    written(tmp_path / "3.csv", "date,fund,nav\n2001-05-01,Bond,10\n")
    written(tmp_path / "4.csv", "account,month,rate\nGPA,2001-05,3.5%\n")
    written(tmp_path / "5.csv", "account,year,secondary_rate_pct\nGPA,2001,4\n")
    market = load_market_folder(tmp_path, between="hold")
    assert market.price_days(GROWTH) == (MAY_1, MAY_2)
    assert (market.has_navs("Bond"), market.has_navs("Growth"), market.between) == (True, False, "hold")
    assert market.declared_rate("GPA", MAY_1) == 35_000_000
    assert market.credited("GPA", MAY_1, 30_000_000).credited == 40_000_000
    assert market.source_of_rate("GPA", MAY_1) == f"{tmp_path / '4.csv'}:2"


def test_sources_survive_joining_and_sorting(tmp_path: Path) -> None:
    late = written(tmp_path / "late.csv", "date,fund,unit_value\n2001-05-03,Growth,12\n2001-05-02,Growth,11\n")
    early = written(tmp_path / "early.csv", "date,fund,unit_value\n\n2001-05-01,Growth,10\n")
    market = load_market([late, early], between="hold")
    assert market.source_of(GROWTH, MAY_1) == f"{early}:3"
    assert market.source_of(GROWTH, MAY_2) == f"{late}:3"
    assert market.source_of(GROWTH, date(2001, 5, 5)) == f"{late}:2"
    assert list(market.data.unit_values[GROWTH].values) == [10_000_000, 11_000_000, 12_000_000]


def test_loading_adds_to_a_market_and_leaves_it_alone(tmp_path: Path) -> None:
    before = Market()
    after = before.with_data(load_unit_values(written(tmp_path / "p.csv", "date,Growth\n2001-05-01,10\n")))
    assert after.has_unit_value(GROWTH, MAY_1) and not before.has_prices(GROWTH)
    with pytest.raises(MissingPrice):
        before.unit_value(GROWTH, MAY_1)


def test_rates_in_either_form(tmp_path: Path) -> None:
    signed = load_market_file(written(tmp_path / "a.csv", "account,month,rate\nGPA,2008-03,3.5 %\n"))
    plain = load_market_file(written(tmp_path / "b.csv", "account,month,rate_pct\nGPA,2008-03,3.50\n"))
    assert signed.declared["GPA"].rate(2008 * 12 + 2) == plain.declared["GPA"].rate(2008 * 12 + 2) == 35_000_000


def test_text_to_whole_numbers() -> None:
    assert whole_number("10.123456", 6) == 10_123_456
    assert whole_number("000", 6) == whole_number("0.000000000", 6) == 0
    assert whole_number("999999999.999999999", 9) == 999_999_999_999_999_999
    assert rate_of("3.5%") == 35_000_000
    assert rate_of("100%") == 1_000_000_000


def test_nothing_joined_is_an_empty_market() -> None:
    assert MarketData.joined() == MarketData()
