"""A payment bought and surrendered: checked by hand on prices that do not move."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from inforce.errors import BadInput, MissingPrice
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.returns import YEAR_TO_DATE, contract_level, redeem
from inforce.terms import Product, find_product

AS_OF = date(2008, 7, 31)


@cache
def level_market() -> Market:
    """Money market units at 10 from 1998 on; every other day holds the last price."""
    data = MarketData(unit_values={SubAccount("money-market"): Series.of({date(1998, 1, 2): 10_000_000})})
    return Market.of(data, between="hold")


@pytest.fixture
def product() -> Product:
    return find_product("flex-extra")


def result(product: Product, form: str, years: int) -> Decimal:
    return contract_level(product, level_market(), "money-market", form, AS_OF, years, multiple=1).exact


def test_one_year_takes_the_charge_once_and_the_first_years_rate(product: Product) -> None:
    """1,000 - 0.67 (1.9 % of 35, to the cent) = 999.33; 8 % of nine tenths of it, 71.95; 927.38 are left."""
    r = redeem(product, level_market(), "money-market", "flexible", AS_OF, 1, multiple=1)
    assert (r.paid_in, r.charged, r.surrender_charge, r.paid_out) == (100_000, ((AS_OF, 67),), 7_195, 92_738)
    assert r.result.percent == Decimal("-7.26")


def test_year_to_date_takes_the_charge_in_full_on_surrender(product: Product) -> None:
    assert result(product, "flexible", YEAR_TO_DATE) == result(product, "flexible", 1)


def test_three_years_from_a_sunday_are_three_whole_years(product: Product) -> None:
    """31 July 2005: bought at Friday's price, charged on 2006, 2007 and 2008, third year's rate of 7 %."""
    r = redeem(product, level_market(), "money-market", "flexible", AS_OF, 3, multiple=1)
    assert [day for day, _ in r.charged] == [date(2006, 7, 31), date(2007, 7, 31), AS_OF]
    assert (r.paid_out, r.surrender_charge) == (99_799 - 6_287, 6_287)


def test_the_multiple_shows_less_rounding(product: Product) -> None:
    r = redeem(product, level_market(), "money-market", "flexible", AS_OF, 1)
    assert r.multiple == 1_000
    assert r.charged == ((AS_OF, 66_500),)


def test_the_single_form_is_worked_out_though_it_is_not_sold_any_more(product: Product) -> None:
    """30 a year: 0.57; 5 % in the first year."""
    r = redeem(product, level_market(), "money-market", "single", AS_OF, 1, multiple=1)
    assert (r.charged[0][1], r.surrender_charge) == (57, 4_497)


def test_after_the_charge_period_only_the_maintenance_charge_is_left(product: Product) -> None:
    r = redeem(product, level_market(), "money-market", "flexible", AS_OF, 10, multiple=1)
    assert (len(r.charged), r.surrender_charge, r.paid_out) == (10, 0, 99_330)


def test_the_product_itself_is_not_changed(product: Product) -> None:
    before = product.version, dict(product.tree.amendments)
    redeem(product, level_market(), "money-market", "flexible", AS_OF, 1)
    assert (product.version, dict(product.tree.amendments)) == before


def test_without_a_price_at_the_start_there_is_no_return(product: Product) -> None:
    with pytest.raises(MissingPrice):
        contract_level(product, Market.of(level_market().data), "money-market", "flexible", AS_OF, 1)


def test_a_product_without_performance_terms_is_refused(product: Product) -> None:
    bare = product.supposing({}, "no returns")
    bare.tree.content = {name: node for name, node in bare.tree.content.items() if name != "performance"}
    with pytest.raises(BadInput, match="performance"):
        contract_level(bare, level_market(), "money-market", "flexible", AS_OF, 1)
