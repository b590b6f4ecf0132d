"""The options of a returns table's method, on unit values that do not move."""

from datetime import date
from decimal import Decimal

import pytest

import inforce
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.returns import SINCE, YEAR_TO_DATE, Redemption, redeem, since
from inforce.returns.method import share_of_charge
from inforce.terms import Cohort, Product, find_product
from inforce.terms.performance import Performance

AS_OF = date(2020, 9, 30)
STRICT = {
    f"performance.{name}": "strict" for name in ("surrender_charge_on", "surrender_charge_year", "year_to_date_rate")
}
LEVEL = Market.of(
    MarketData(unit_values={SubAccount("equity"): Series.of({date(1994, 11, 14): 10_000_000})}), between="hold"
)


def bought(product: Product, years: int, readings: dict[str, str] | None = None) -> Redemption:
    return redeem(product, LEVEL, "equity", "standard", AS_OF, years, readings=readings)


@pytest.fixture
def product() -> Product:
    return find_product("lifetrust")


@pytest.mark.parametrize(
    ("years", "published", "strict"), [(YEAR_TO_DATE, 60, 70), (1, 60, 70), (3, 40, 50), (5, 20, 30), (10, 0, 0)]
)
def test_the_year_whose_rate_holds(product: Product, years: int, published: int, strict: int) -> None:
    for readings, charge in ((None, published), (STRICT, strict)):
        assert bought(product, years, readings).surrender_charge == charge * 100 * 1000


def test_equal_parts_of_the_charge(product: Product) -> None:
    """30 in 14 parts."""
    assert bought(product, 1).charged == ((AS_OF, 214_286),)


def test_the_average_account(product: Product) -> None:
    """30 on an average account of 40,000: 0.75 for 1,000."""
    terms = product.terms(Cohort("standard", "non_qualified", "MA", date(1994, 11, 14)), AS_OF).sections
    assert terms.performance is not None
    plain = terms.performance.model_dump() | {"maintenance_charge_parts": None}
    average = Performance.model_validate(plain | {"maintenance_charge_average_account": "40000.00"})
    assert share_of_charge(3_000, average, "equity") == 75
    with pytest.raises(ValueError, match="give one of maintenance_charge_shares"):
        Performance.model_validate(plain)


def test_a_charge_on_the_value(product: Product) -> None:
    """6 % of 1,000 - 2.14."""
    on_value = product.supposing({"performance.surrender_charge_on": "value"}, "a test")
    assert bought(on_value, 1).surrender_charge == 5_987_143


def test_a_period_since_a_day_has_parts_of_years(product: Product) -> None:
    span = since(date(1994, 11, 14), AS_OF)
    done = redeem(product, LEVEL, "equity", "standard", AS_OF, span)
    assert (span.years, len(done.charged)) == (SINCE, 26)
    assert span.length.quantize(Decimal("0.0001")) == Decimal("25.8782")


def test_closed_sub_accounts_are_bought_all_the_same(product: Product) -> None:
    market = Market.of(
        MarketData(unit_values={SubAccount("total-return-bond"): Series.of({date(2000, 1, 3): 10_000_000})}),
        between="hold",
    )
    assert redeem(product, market, "total-return-bond", "standard", AS_OF, 5).paid_in == 100_000_000


def test_returns_as_an_arrow_table() -> None:
    found = inforce.returns("lifetrust", date(2020, 10, 31), sub_accounts=["equity", "main-street"])
    assert found.num_rows == 12
    assert found.column("percent").to_pylist()[:3] == [Decimal("-12.98"), Decimal("-7.89"), Decimal("-0.18")]
    assert found.column("reason").null_count == 12
    assert set(found.column("prices").to_pylist()) == {"reconstructed, not published prices"}


def test_arrow_says_why_a_figure_is_missing() -> None:
    found = inforce.returns("lifetrust", AS_OF, LEVEL, form="standard", sub_accounts=["equity", "blend"], columns=[1])
    assert found.column("percent").to_pylist()[1] is None
    assert "blend" in found.column("reason").to_pylist()[1]
