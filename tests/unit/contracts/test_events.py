"""Events as they are written: what is read, and what is refused with its reason."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from tests.products.lives import event

from inforce.contracts import EVENT_KINDS
from inforce.contracts.events import PurchasePayment, Transfer, Withdrawal


def test_every_kind_can_be_written_with_its_least() -> None:
    least: dict[str, dict[str, Any]] = {
        "purchase_payment": {"amount": "1.00"},
        "allocation": {"allocation": {"equity": "100%"}},
        "transfer": {"from_": {"equity": "all"}, "to": {"blend": "100%"}},
        "withdrawal": {"amount": "1.00"},
        "death_notice": {"date_of_death": "2000-01-02"},
        "basis_report": {"of": "e1", "basis": "0.00"},
        "payment_returned": {"of": "e1"},
        "freeze": {"cause": "legal_order"},
        "release": {"of": "e1"},
        "reversal": {"of": "e1"},
        "approval": {"of": "correction-1", "who": "lee"},
        "rejection": {"of": "e1", "who": "lee", "reason": "not signed"},
    }
    for kind in EVENT_KINDS:
        assert event(kind, "2000-01-03", **least.get(kind, {})).on == date(2000, 1, 3)


@pytest.mark.parametrize(
    ("on", "at", "instant"),
    [
        ("2000-01-03", "16:00", datetime(2000, 1, 3, 21, tzinfo=UTC)),  # winter: five hours
        ("2000-07-03", "16:00", datetime(2000, 7, 3, 20, tzinfo=UTC)),  # summer: four
        ("2000-07-03", "09:30:15", datetime(2000, 7, 3, 13, 30, 15, tzinfo=UTC)),
    ],
)
def test_new_york_time_becomes_an_instant(on: str, at: str, instant: datetime) -> None:
    assert event("surrender", on, at=at).received == instant


def test_noon_where_no_time_is_given() -> None:
    assert event("surrender", "2000-01-03").received == datetime(2000, 1, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize("amount", ["1000", "1000.0", "1000.00", "$1000", "$1000.00"])
def test_ways_to_write_a_thousand_dollars(amount: str) -> None:
    payment = event("purchase_payment", "2000-01-03", amount=amount)
    assert isinstance(payment, PurchasePayment)
    assert payment.amount == 1000_00


@pytest.mark.parametrize(("part", "kept"), [("all", -1_000_000_000), ("25%", -250_000_000), ("12.34", 12_34)])
def test_part_of_an_account(part: str, kept: int) -> None:
    moved = event("transfer", "2000-01-03", from_={"equity": part}, to={"blend": "100%"})
    assert isinstance(moved, Transfer)
    assert moved.from_ == {"equity": kept}


BAD = {
    "no amount": ("purchase_payment", {}, "amount"),
    "zero": ("purchase_payment", {"amount": "0.00"}, "above zero"),
    "below zero": ("purchase_payment", {"amount": "-5.00"}, "below zero"),
    "a tenth of a cent": ("purchase_payment", {"amount": "5.001"}, "not an amount of money"),
    "words": ("purchase_payment", {"amount": "five"}, "not an amount of money"),
    "an exponent": ("purchase_payment", {"amount": "1e3"}, "not an amount of money"),
    "another currency": ("purchase_payment", {"amount": "€5"}, "not an amount of money"),
    "an unknown key": ("purchase_payment", {"amount": "5.00", "amnt": "5.00"}, "amnt"),
    "no day": ("surrender", {"on": "soon"}, "not a date"),
    "30 February": ("surrender", {"on": "2000-02-30"}, "not a date"),
    "a day the other way round": ("surrender", {"on": "03/01/2000"}, "not a date"),
    "a time in words": ("surrender", {"at": "noon"}, "not a time"),
    "a time that is none": ("surrender", {"at": "25:00"}, "hour"),
    "half past in twelve hours": ("surrender", {"at": "4:30 PM"}, "not a time"),
    "a withdrawal of nothing": ("withdrawal", {}, "names an amount, or what to take from which accounts"),
    "a withdrawal from no account": ("withdrawal", {"from_": {}}, "names an amount"),
    "a withdrawal of zero from an account": ("withdrawal", {"from_": {"equity": "0.00"}}, "above zero"),
    "a withdrawal of 0 %": ("withdrawal", {"from_": {"equity": "0%"}}, "above 0%"),
    "a withdrawal of 101 %": ("withdrawal", {"from_": {"equity": "101%"}}, "up to 100%"),
    "an amount beside dollars": ("withdrawal", {"amount": "5.00", "from_": {"equity": "5.00"}}, "add up to 100%"),
    "an amount beside 90 %": ("withdrawal", {"amount": "5.00", "from_": {"equity": "90%"}}, "add up to 100%"),
    "withholding above all": ("withdrawal", {"amount": "5.00", "withholding": "101%"}, "less than or equal"),
    "withholding below nothing": ("surrender", {"withholding": "-1%"}, "greater than or equal"),
    "withholding without a sign": ("surrender", {"withholding": "10"}, "not a percentage"),
    "net neither yes nor no": ("withdrawal", {"amount": "5.00", "net": "true"}, "write yes or no"),
    "a transfer to nowhere": ("transfer", {"from_": {"equity": "all"}}, "to"),
    "a transfer from nowhere": ("transfer", {"to": {"blend": "100%"}}, "from"),
    "dollars where it goes": ("transfer", {"from_": {"equity": "5.00"}, "to": {"blend": "5.00"}}, "not a percentage"),
    "no day of death": ("death_notice", {}, "date_of_death"),
    "a death after its notice": ("death_notice", {"date_of_death": "2000-01-04"}, "is after the notice of 2000-01-03"),
    "a reversal of nothing": ("reversal", {}, "of"),
    "an incomplete application that lacks nothing": ("application", {"complete": "no"}, "says what is `missing`"),
    "a complete application that lacks something": ("application", {"missing": "a name"}, "says what is `missing`"),
    "a delivery in the future": ("delivery", {"delivered": "2000-01-04"}, "after the 2000-01-03"),
    "an exchange and a rollover": ("surrender", {"exchange_to": "A", "rollover_to": "B"}, "both"),
    "an exchange with withholding": ("surrender", {"exchange_to": "A", "withholding": "10%"}, "leave out withholding"),
    "a rollover with withholding": (
        "withdrawal", {"amount": "5.00", "rollover_to": "A", "withholding": "20%"}, "leave out withholding"),
    "a freeze without a cause": ("freeze", {}, "cause"),
    "a freeze for a cause there is not": ("freeze", {"cause": "mood"}, "legal_order"),
    "a freeze of nothing": ("freeze", {"cause": "other", "refuses": []}, "at least 1"),
    "a freeze of deaths": ("freeze", {"cause": "other", "refuses": ["death_notice"]}, "purchase_payment"),
    "a basis below zero": ("basis_report", {"of": "e1", "basis": "-1.00"}, "below zero"),
    "an approval by nobody": ("approval", {"of": "correction-1", "who": " "}, "names who approves"),
    "a rejection without a reason": ("rejection", {"of": "e1", "who": "lee", "reason": ""}, "the reason"),
    "its maker as checker": ("surrender", {"who": "Kim", "checker": " kim"}, "must be somebody else"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "says"), BAD.values(), ids=list(BAD))
def test_event_is_refused(kind: str, fields: dict[str, Any], says: str) -> None:
    given = {"on": "2000-01-03", **fields}
    with pytest.raises(ValidationError, match=says):
        event(kind, given.pop("on"), **given)


def test_event_entered_before_it_was_received_is_refused() -> None:
    with pytest.raises(ValidationError, match="entered"):
        event("surrender", "2000-01-05", entered="2000-01-03")


def test_somebody_else_may_check() -> None:
    checked = event("surrender", "2000-01-03", who="kim", checker="lee")
    assert (checked.who, checked.checker) == ("kim", "lee")
    assert event("surrender", "2000-01-03", checker="lee").checker == "lee"


def test_events_do_not_change() -> None:
    asked = event("withdrawal", "2000-01-03", amount="5.00")
    assert isinstance(asked, Withdrawal)
    with pytest.raises(ValidationError):
        asked.amount = 6_00  # type: ignore[misc]
