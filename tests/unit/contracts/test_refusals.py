"""Requests the contract does not allow: each refused by name and with its source, and nothing of it is done."""

from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import copied
from tests.products.lives import GPA, Life, event, kept, market

from inforce.errors import Refused
from inforce.terms import find_product

PRICES = market(
    {fund: {"1994-01-03": "10"} for fund in ("equity", "blend", "managed-bond")}, {"1994-01": "3.50%"}
)  # fmt: skip
MIXED = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}


def life(issued: str = "2000-01-03", **more: Any) -> Life:
    """10,000 in equity (5,000), blend (3,000) and the principal account (2,000)."""
    one = Life(find_product("flex-extra"), PRICES, issued, allocation=MIXED, **more)
    one.record(event("purchase_payment", issued, id="pay", amount="10000.00"))
    return one


# On 18 January 2000 the principal account holds 2,000 x 1.035 ^ (15/365) = 2,002.83, a quarter is 500.71; 10,002.83 in
# all.
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "withdrawal of more than the value": ("withdrawal", {"amount": "10002.84"}, "amount_exceeds_value"),
    "withdrawal of the whole value": ("withdrawal", {"amount": "10002.83"}, "whole_value"),
    "net withdrawal of more than a surrender pays": (
        "withdrawal", {"amount": "9999.00", "net": "yes"}, "net_cannot_be_paid"),
    "withdrawal of more than an account holds": ("withdrawal", {"from_": {"blend": "3000.01"}},
        "amount_exceeds_account"),
    "share of an account that holds too little": (
        "withdrawal", {"amount": "4000.00", "from_": {"blend": "100%"}}, "amount_exceeds_account"),
    "withdrawal from an empty account": ("withdrawal", {"from_": {"managed-bond": "1.00"}}, "amount_exceeds_account"),
    "withdrawal from an account there is not": ("withdrawal", {"from_": {"growth": "1.00"}}, "unknown_account"),
    "transfer from an account there is not": (
        "transfer", {"from_": {"growth": "1.00"}, "to": {"equity": "100%"}}, "unknown_account"),
    "transfer to an account there is not": (
        "transfer", {"from_": {"equity": "1.00"}, "to": {"growth": "100%"}}, "unknown_account"),
    "transfer of more than an account holds": (
        "transfer", {"from_": {"equity": "5000.01"}, "to": {"blend": "100%"}}, "amount_exceeds_account"),
    "transfer of nothing": ("transfer", {"from_": {"managed-bond": "all"}, "to": {"blend": "100%"}},
        "nothing_to_transfer"),
    "transfer of 99 %": ("transfer", {"from_": {"equity": "1.00"}, "to": {"blend": "99%"}}, "allocation_not_100"),
    "transfer of more than a quarter of the principal account": (
        "transfer", {"from_": {GPA: "500.72"}, "to": {"blend": "100%"}}, "fixed_transfer_share"),
    "payment to an account there is not": (
        "purchase_payment", {"amount": "5.00", "allocation": {"growth": "100%"}}, "unknown_account"),
    "payment of 101 %": (
        "purchase_payment", {"amount": "5.00", "allocation": {"equity": "60%", "blend": "41%"}}, "allocation_not_100"),
    "payment of 110 % and less 10 %": (
        "purchase_payment", {"amount": "5.00", "allocation": {"equity": "110%", "blend": "-10%"}},
            "allocation_not_100"),
    "payment by an empty allocation": ("purchase_payment", {"amount": "5.00", "allocation": {}}, "allocation_not_100"),
    "standing allocation of 99 %": ("allocation", {"allocation": {"equity": "99%"}}, "allocation_not_100"),
    "standing allocation to an account there is not": (
        "allocation", {"allocation": {"growth": "100%"}}, "unknown_account"),
    "free look too late": ("free_look", {}, "free_look_over"),
    "second issue": ("issue", {}, "issued_already"),
    "reversal of an event there is not": ("reversal", {"of": "nothing"}, "unknown_event"),
    "reversal of the issue": ("reversal", {"of": "issue"}, "not_reversible"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "reason"), REFUSED.values(), ids=list(REFUSED))
def test_request_is_refused_and_changes_nothing(kind: str, fields: dict[str, Any], reason: str) -> None:
    before = life()
    asking = life()
    asking.record(event(kind, "2000-01-18", id="ask", **fields))
    position = asking.at("2000-01-18")

    assert [(d.recorded.event.id, d.refused.reason) for d in position.declined] == [("ask", reason)]
    assert reason in str(position.declined[0].refused)
    assert kept(position) == kept(before.at("2000-01-18"))
    assert position.allocation == before.at("2000-01-18").allocation
    assert position.suspense == 0
    posted = [e for e in position.entries if e.event == "ask"]
    assert {e.operation for e in posted} <= {"receipt", "return"}
    assert asking.value("2000-01-18").contract_value == before.value("2000-01-18").contract_value


@pytest.mark.parametrize("kind", ["purchase_payment", "withdrawal", "transfer", "surrender", "free_look", "death_proof",
                                  "death_notice"])  # fmt: skip
@pytest.mark.parametrize("end", ["surrender", "free_look", "death_proof"])
def test_contract_that_has_ended_takes_no_requests(kind: str, end: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "purchase_payment": {"amount": "5.00"}, "withdrawal": {"amount": "5.00"},
            "death_notice": {"date_of_death": "2000-01-01"},
        "transfer": {"from_": {"equity": "5.00"}, "to": {"blend": "100%"}},
    }  # fmt: skip
    one = life()
    one.record(event(end, "2000-01-10", id="end"))
    one.record(event(kind, "2000-01-11", id="ask", **fields.get(kind, {})))
    position = one.at("2000-01-12")
    assert [(d.recorded.event.id, d.refused.reason) for d in position.declined] == [("ask", "not_in_force")]
    assert position.suspense == 0
    assert one.value("2000-01-12").contract_value == 0


def test_contract_that_waits_for_a_claim_takes_only_the_claim() -> None:
    one = life()
    one.record(event("death_notice", "2000-01-10", date_of_death="2000-01-08"))
    for i, (kind, fields) in enumerate(
        (("purchase_payment", {"amount": "5.00"}), ("withdrawal", {"amount": "5.00"}), ("surrender", {}),
         ("transfer", {"from_": {"equity": "5.00"}, "to": {"blend": "100%"}}), ("free_look", {}),
         ("death_notice", {"date_of_death": "2000-01-08"}))
    ):  # fmt: skip
        one.record(event(kind, "2000-01-11", id=f"ask {i}", **fields))
    one.record(event("death_proof", "2000-02-01", id="proof"))
    position = one.at("2000-02-01")
    assert {d.refused.reason for d in position.declined} == {"not_in_force"}
    assert len(position.declined) == 6
    assert one.did("proof", "2000-02-01").net > 10_000_00  # the principal account has earned a little


@pytest.mark.parametrize(
    ("changes", "on", "reason"),
    [
        ({"form": "single"}, "2001-01-02", "not_sold_any_more"),
        ({}, "1987-04-24", "not_sold_yet"),
        ({"issue_state": "XX"}, "2000-01-03", "unknown_state"),
        pytest.param(
            {"form": "group"},
            "2000-01-03",
            "unknown_form",
        ),
    ],
)
def test_contract_that_may_not_be_issued_gets_its_money_back(changes: dict[str, Any], on: str, reason: str) -> None:
    one = Life(find_product("flex-extra"), PRICES, None, allocation=MIXED, **changes)
    one.record(event("purchase_payment", on, id="pay", amount="10000.00"))
    one.record(event("issue", on, id="issue"))
    position = one.at("2003-06-02")
    assert [d.refused.reason for d in position.declined] == [reason, "not_issued"]
    assert (position.issued, position.state, position.suspense) == (None, None, 0)
    accounts = {line.account for entry in position.entries for line in entry.lines}
    assert accounts == {"owner/paid_in", "owner/returned", "suspense"}
    with pytest.raises(Refused, match=reason):
        one.value("2003-06-02")


def test_single_form_applied_for_on_its_last_day_is_issued_later() -> None:
    """31 December 2000 is the last day an application is taken, not the last contract date."""
    one = Life(find_product("flex-extra"), PRICES, None, form="single", allocation=MIXED)
    one.record(event("application", "2000-12-29", id="application"))
    one.record(event("purchase_payment", "2000-12-29", id="pay", amount="10000.00"))
    one.record(event("issue", "2001-01-04", id="issue"))
    assert one.at("2001-01-04").declined == []
    assert one.value("2001-01-04").contract_value == 10_000_00


@pytest.mark.parametrize(("kind", "on", "taken"), [
    ("application", "2000-12-31", True), ("application", "2001-01-01", False),
    ("issue", "2000-12-31", True), ("issue", "2001-01-01", False),
    ("issue", "1987-04-27", True), ("issue", "1987-04-26", False),
])  # fmt: skip
def test_first_and_last_day_of_sale(kind: str, on: str, taken: bool) -> None:
    one = Life(find_product("flex-extra"), PRICES, None, form="single", allocation=MIXED)
    one.record(event(kind, on, id="ask"))
    assert [d.recorded.event.id for d in one.at(on).declined] == ([] if taken else ["ask"])


@pytest.mark.parametrize(("on", "refused"), [("2000-12-29", []), ("2001-01-02", ["payments_closed"])])
def test_form_that_takes_no_payments_after_its_last_day_of_sale(on: str, refused: list[str], tmp_path: Path) -> None:
    folder = copied(tmp_path)
    card = folder / "product.yaml"
    assert card.read_text().count("to: 2000-12-31\n") == 1
    card.write_text(card.read_text().replace("to: 2000-12-31\n", "to: 2000-12-29\n    payments_continue: no\n"))
    one = Life(folder, PRICES, "2000-01-03", form="single", allocation=MIXED)
    one.record(event("purchase_payment", on, id="first", amount="5.00"))
    position = one.at("2001-01-05")
    assert [d.refused.reason for d in position.declined] == refused
    assert position.suspense == 0


def test_application_after_the_last_day_is_refused() -> None:
    one = Life(find_product("flex-extra"), PRICES, None, form="single", allocation=MIXED)
    one.record(event("application", "2001-01-02", id="application"))
    one.record(event("purchase_payment", "2001-01-02", id="pay", amount="10000.00"))
    one.record(event("issue", "2001-01-04", id="issue"))
    assert {d.recorded.event.id: d.refused.reason for d in one.at("2001-02-01").declined}["application"] == (
        "not_sold_any_more"
    )
    assert one.at("2001-02-01").state is None


def test_payment_without_any_allocation() -> None:
    one = Life(find_product("flex-extra"), PRICES, allocation={})
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="5.00"))
    assert [d.refused.reason for d in one.at("2000-01-03").declined] == ["allocation_missing"]
    assert one.at("2000-01-03").suspense == 0


def test_request_before_issue_is_refused() -> None:
    one = Life(find_product("flex-extra"), PRICES, None, allocation=MIXED)
    one.record(event("withdrawal", "2000-01-03", id="early", amount="5.00"))
    one.record(event("issue", "2000-01-04"))
    assert [d.refused.reason for d in one.at("2000-01-05").declined] == ["not_issued"]


def test_new_standing_allocation_holds_for_later_payments() -> None:
    one = life()
    one.record(event("allocation", "2000-02-01", allocation={"blend": "100%"}))
    one.record(event("purchase_payment", "2000-02-02", id="later", amount="100.00"))
    assert one.did("later", "2000-02-02").account_change[3] == 100_00


# Sources of refusals


@pytest.mark.parametrize(
    ("kind", "fields", "citation"),
    [
        ("free_look", {},
            "free_look.days: assumption: form of sister contracts, the contract's own page was not at hand"),
        ("transfer", {"from_": {"equity": "1.00"}, "to": {"strategic-bond": "100%"}}, "update-2008-07-31, note 1"),
        pytest.param(
            "transfer", {"from_": {GPA: "26%"}, "to": {"blend": "100%"}},
                "assumption: one transfer out a contract year"),
    ],
)  # fmt: skip
def test_refusal_cites_the_term_it_rests_on(kind: str, fields: dict[str, Any], citation: str) -> None:
    one = life("1994-01-03")
    one.record(event(kind, "1994-02-01", id="ask", **fields))
    assert citation in one.at("1994-02-01").declined[0].refused.citation


def test_share_below_zero_is_named() -> None:
    one = life()
    one.record(event("allocation", "2000-01-18", allocation={"equity": "110%", "blend": "-10%"}))
    assert "100 %, not 100 %" not in str(one.at("2000-01-18").declined[0].refused)
