"""What if: quotes change nothing, agree with what is done, and refuse what would be refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import GPA, Life, day, event, kept, market

from inforce.errors import MissingPrice, Refused
from inforce.quote import quote
from inforce.terms import find_product

PRICES = market(
    {"equity": {"2000-01-03": "10", "2000-06-01": "12.34"}, "blend": {"2000-01-03": "20"}}, {"2000-01": "3.50%"}
)
MIXED = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}


def life(product: Path | None = None) -> Life:
    one = Life(product or find_product("flex-extra"), PRICES, allocation=MIXED)
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00"))
    return one


REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a withdrawal": ("withdrawal", {"amount": "3000.00"}),
    "a withdrawal with tax withheld": ("withdrawal", {"amount": "3000.00", "withholding": "10%"}),
    "a net withdrawal": ("withdrawal", {"amount": "2500.00", "net": "yes", "withholding": "10%"}),
    "a withdrawal from named accounts": ("withdrawal", {"from_": {"equity": "50%", GPA: "100.00"}}),
    "a surrender": ("surrender", {"withholding": "20%"}),
    "a death claim": ("death_proof", {"withholding": "10%"}),
}


@pytest.mark.parametrize(("kind", "fields"), REQUESTS.values(), ids=list(REQUESTS))
def test_quote_is_what_would_be_done(kind: str, fields: dict[str, Any]) -> None:
    one = life()
    quoted = quote(one.at("2000-06-01"), one.market, event(kind, "2000-06-01", **fields))
    one.record(event(kind, "2000-06-01", id="ask", **fields))
    done = one.did("ask", "2000-06-01")
    assert (quoted.contract_value, quoted.gross, quoted.maintenance_charge) == (
        done.before,
        done.gross,
        done.maintenance,
    )
    assert (quoted.free_available, quoted.free, quoted.surrender_charge) == (
        done.free_available, done.free, done.surrender_charge,
    )  # fmt: skip
    assert (quoted.taxable, quoted.withholding, quoted.net) == (done.taxable, done.withholding, done.net)
    assert quoted.value_after == one.value("2000-06-01").contract_value
    assert quoted.contract_value - quoted.value_after == sum(each.taken for each in quoted.by_account)


@pytest.mark.parametrize(("kind", "fields"), REQUESTS.values(), ids=list(REQUESTS))
def test_what_is_paid_and_kept_is_what_is_taken(kind: str, fields: dict[str, Any]) -> None:
    one = life()
    q = quote(one.at("2000-06-01"), one.market, event(kind, "2000-06-01", **fields))
    assert q.gross + q.benefit_beyond_value == q.surrender_charge + q.premium_tax + q.withholding + q.net
    assert q.contract_value - q.value_after == q.gross + q.maintenance_charge


def test_quote_changes_nothing() -> None:
    one = life()
    position = one.at("2000-06-01")
    before = kept(position)
    for kind, fields in REQUESTS.values():
        quote(position, one.market, event(kind, "2000-06-01", **fields))
    assert kept(position) == before
    assert len(position.entries) == 2


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("withdrawal", {"amount": "20000.00"}, "amount_exceeds_value"),
        ("withdrawal", {"from_": {"growth": "1.00"}}, "unknown_account"),
        ("withdrawal", {"from_": {"managed-bond": "1.00"}}, "amount_exceeds_account"),
    ],
)
def test_quote_refuses_what_the_contract_does_not_allow(kind: str, fields: dict[str, Any], reason: str) -> None:
    one = life()
    with pytest.raises(Refused, match=reason):
        quote(one.at("2000-06-01"), one.market, event(kind, "2000-06-01", **fields))


def test_quote_of_a_contract_that_has_ended() -> None:
    one = life()
    one.record(event("surrender", "2000-05-01"))
    for kind, fields in REQUESTS.values():
        with pytest.raises(Refused, match="not_in_force"):
            quote(one.at("2000-06-01"), one.market, event(kind, "2000-06-01", **fields))


def test_quote_before_issue() -> None:
    one = life()
    with pytest.raises(Refused, match="not_issued"):
        quote(one.at("1999-12-31"), one.market, event("surrender", "1999-12-31"))


def test_quote_without_a_price() -> None:
    one = Life(find_product("flex-extra"), market({"equity": {"2000-01-03": "10"}}, between="refuse"))
    one.record(event("purchase_payment", "2000-01-03", amount="10000.00"))
    with pytest.raises(MissingPrice, match="2000-01-04"):
        quote(one.at("2000-01-04"), one.market, event("surrender", "2000-01-04"))


def test_quote_on_a_sunday_uses_fridays_prices_and_sundays_interest() -> None:
    one = life()
    q = quote(one.at("2000-06-04"), one.market, event("surrender", "2000-06-04"))
    assert q.priced_on == day("2000-06-02")
    # 2,000 x 1.035 ^ (152/365), 29 February not counted
    assert {each.account: each.taken for each in q.by_account}[GPA] == 2_028_86


@pytest.mark.parametrize(("on", "reason"), [("2000-06-01", ""), ("2010-01-05", "charge_period_over")])
def test_reason_why_there_is_no_charge(on: str, reason: str) -> None:
    one = life()
    assert quote(one.at(on), one.market, event("surrender", on)).charge_reason == reason


def test_a_quote_says_how_the_terms_were_read() -> None:
    q = quote(life().at("2000-06-01"), PRICES, event("surrender", "2000-06-01"))
    assert [(r.term, str(r)) for r in q.readings] == [("maintenance_charge.amount", "standardized_text, the default")]


def test_reason_within_the_free_amount() -> None:
    one = life()
    q = quote(one.at("2000-06-01"), one.market, event("withdrawal", "2000-06-01", amount="100.00"))
    assert (q.surrender_charge, q.charge_reason) == (0, "within_free_amount")


def test_charge_by_payment_names_each_payment_by_its_day(tmp_path: Path) -> None:
    """By the clock of each payment: 8 % on what is left of the second payment, 7 % of the first."""
    changes = {
        "surrender_charge": {"clock": "each_payment", "charged_on": "payment", "anniversary_belongs_to": "year_ending",
                             "by_payment_year": {"1": "8%", "2": "7%", "3+": "0%"}},
        "free_withdrawal": {"share": "0%", "of": "nothing", "on_full_surrender": "no"},
    }  # fmt: skip
    one = life(product_folder(tmp_path, changes))
    one.record(event("purchase_payment", "2000-12-01", amount="500.00"))
    q = quote(one.at("2001-02-01"), one.market, event("withdrawal", "2001-02-01", amount="10400.00"))
    assert [(each.paid_on, each.withdrawn, each.charge) for each in q.by_payment] == [
        (date(2000, 1, 3), 10_000_00, 700_00), (date(2000, 12, 1), 400_00, 32_00),
    ]  # fmt: skip
    assert q.surrender_charge == 732_00
