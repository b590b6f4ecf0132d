"""What a contract is worth on a day: figures that agree with each other and with what would be done."""

from decimal import Decimal

import pytest
from tests.products.lives import GPA, Life, day, event, kept, market

from inforce.errors import MissingPrice, Refused
from inforce.quote import quote
from inforce.terms import find_product

PRICES = market(
    {"equity": {"2000-01-03": "10", "2000-06-01": "12.34", "2001-01-03": "9.5"}, "blend": {"2000-01-03": "20"}},
    {"2000-01": "3.50%"},
)
MIXED = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}


def life() -> Life:
    one = Life(find_product("flex-extra"), PRICES, allocation=MIXED)
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00"))
    return one


@pytest.mark.parametrize("on", ["2000-01-03", "2000-06-01", "2000-06-03", "2001-01-03", "2001-01-04", "2005-06-01"])
def test_accounts_add_up_to_the_contract_value(on: str) -> None:
    v = life().value(on)
    assert sum(account.value for account in v.accounts) == v.contract_value
    for account in v.accounts:
        if account.units is not None and account.unit_value is not None:
            assert abs(account.units * account.unit_value * 100 - account.value) <= Decimal("0.5")


def test_free_amount_is_a_tenth_of_the_value_on_that_day() -> None:
    """Of the whole value: the maintenance charge is deducted only for a surrender."""
    v = life().value("2000-01-03")
    assert (v.contract_value, v.free_amount) == (10_000_00, 1_000_00)


def test_free_amount_falls_by_what_was_used_and_comes_back_with_the_new_year() -> None:
    """A tenth of 10,000; 400 used and a tenth of 9,600; after 35 dollars at the anniversary a tenth of 9,565."""
    one = Life(find_product("flex-extra"), market({"equity": {"2000-01-03": "10"}}))
    one.record(event("purchase_payment", "2000-01-03", amount="10000.00"))
    one.record(event("withdrawal", "2000-01-10", amount="400.00"))
    free = [one.value(on).free_amount for on in ("2000-01-07", "2000-01-10", "2001-01-02", "2001-01-03")]
    assert free == [1_000_00, 560_00, 560_00, 956_50]


@pytest.mark.parametrize(
    "on", ["2000-01-03", "2000-06-01", "2001-01-03", "2001-01-04", "2003-06-02", "2009-01-05", "2012-06-01"]
)
def test_surrender_value_is_what_a_surrender_quote_pays(on: str) -> None:
    one = life()
    v = one.value(on)
    q = quote(one.at(on), one.market, event("surrender", on))
    assert v.surrender_value == q.net
    assert (v.surrender_charge, v.maintenance_charge, v.premium_tax) == (
        q.surrender_charge, q.maintenance_charge, q.premium_tax,
    )  # fmt: skip
    assert v.surrender_value == v.contract_value - v.surrender_charge - v.maintenance_charge - v.premium_tax
    assert v.death_benefit == quote(one.at(on), one.market, event("death_proof", on)).net


def test_prices_of_the_last_valuation_date_hold_on_a_weekend() -> None:
    v = life().value("2000-06-04")
    assert v.priced_on == day("2000-06-02")
    assert {a.id: a.unit_value for a in v.accounts}["equity"] == Decimal("12.34")


def test_empty_accounts_are_left_out() -> None:
    one = life()
    one.record(event("withdrawal", "2000-01-10", from_={"blend": "all"}))
    assert [account.id for account in one.value("2000-01-10").accounts] == ["equity", GPA]


def test_credited_rate_of_the_principal_account_is_shown() -> None:
    assert {a.id: a.credited_rate for a in life().value("2000-06-01").accounts}[GPA] == Decimal("0.035")


@pytest.mark.parametrize(
    ("end", "status"), [("surrender", "surrendered"), ("free_look", "cancelled"), ("death_proof", "death_paid")]
)
def test_contract_that_has_ended_is_worth_nothing(end: str, status: str) -> None:
    one = life()
    one.record(event(end, "2000-01-10"))
    v = one.value("2000-06-01")
    assert (v.status, v.contract_value, v.surrender_value, v.death_benefit, v.free_amount) == (status, 0, 0, 0, 0)
    assert v.accounts == ()


def test_contract_that_waits_for_a_claim_has_a_death_benefit_and_no_surrender_value() -> None:
    one = life()
    one.record(event("death_notice", "2000-01-10", date_of_death="2000-01-08"))
    v = one.value("2001-01-03")
    assert (v.status, v.surrender_value, v.free_amount) == ("death_notified", 0, 0)
    assert v.death_benefit == max(v.contract_value, 10_000_00)


def test_contract_that_is_issued_and_not_paid_for() -> None:
    one = Life(find_product("flex-extra"), PRICES)
    v = one.value("2000-01-03")
    assert (v.status, v.contract_value, v.surrender_value, v.death_benefit) == ("in_force", 0, 0, 0)


def test_value_before_issue_is_refused() -> None:
    with pytest.raises(Refused, match=r"not_issued: contract C is not issued on 2000-01-02"):
        life().value("2000-01-02")


def test_value_without_a_price_is_an_error_that_names_it() -> None:
    one = Life(find_product("flex-extra"), market({"equity": {"2000-01-03": "10"}}, between="refuse"))
    one.record(event("purchase_payment", "2000-01-03", amount="10000.00"))
    with pytest.raises(MissingPrice, match=r"equity.* on 2000-01-04"):
        one.value("2000-01-04")


def test_valuing_changes_nothing() -> None:
    one = life()
    position = one.at("2000-06-01")
    before = kept(position)
    one.value("2000-06-01")
    assert kept(position) == before


def test_what_waits_and_what_was_refused_is_listed() -> None:
    one = life()
    one.record(event("withdrawal", "2000-01-07", id="evening", at="17:00", amount="5.00"))
    one.record(event("withdrawal", "2000-01-07", id="too-much", amount="50000.00"))
    v = one.value("2000-01-08")
    assert v.waiting == ("evening (withdrawal) waits for its valuation date 2000-01-10",)
    assert len(v.declined) == 1
    assert v.declined[0].startswith("too-much (withdrawal): amount_exceeds_value")


@pytest.mark.parametrize(
    ("on", "year"), [("2000-01-03", 1), ("2001-01-02", 1), ("2001-01-03", 2), ("2009-01-02", 9), ("2010-01-04", 11)]
)
def test_contract_year(on: str, year: int) -> None:
    assert life().value(on).contract_year == year


def test_assumptions_are_counted() -> None:
    v = life().value("2000-06-01")
    assert v.assumptions == len(life().at("2000-06-01").terms(day("2000-06-01")).assumptions()) > 0
    assert v.terms == find_product("flex-extra").version
