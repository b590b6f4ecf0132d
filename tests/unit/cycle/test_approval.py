"""Corrections that are held: why, what is shown, who may approve, what waits, what a rejection does."""

from pathlib import Path

import pytest
from tests.products.folders import product_folder
from tests.products.lives import event
from tests.unit.cycle.daily import Daily

from inforce.contracts import Approval
from inforce.cycle import OWED
from inforce.cycle.approval import check_approval
from inforce.errors import Refused
from inforce.terms import load_product

PRICES = {"d2000_01_03": "10", "d2000_02_01": "11", "d2000_03_01": "12"}
PAYMENT = {"id": "pay", "amount": "10000.00"}


def paid(**more: str) -> Daily:
    """10,000 paid on 3 January 2000, worked on until the end of March."""
    one = Daily(PRICES, **more)
    one.record("purchase_payment", "2000-01-03", **PAYMENT)
    one.run("2000-01-03", "2000-03-31")
    return one


def with_late_withdrawal() -> Daily:
    one = paid()
    one.record("withdrawal", "2000-02-01", id="late", amount="500.00", entered="2000-04-03", who="kim")
    one.run("2000-04-03")
    return one


def test_a_late_payment_is_no_reason_to_hold() -> None:
    one = paid()
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.run("2000-04-03")
    assert one.stored.held is None
    assert one.cents("contract/equity") == 11_100_00


def test_a_late_withdrawal_pays_out_and_is_held() -> None:
    one = with_late_withdrawal()
    held = one.held()
    assert one.grounds() == [("money", "late", "paid out", 500_00)]
    assert (held.since.isoformat(), held.triggers, held.makers) == ("2000-04-03", ("late",), ("kim",))
    assert [(entry.event, entry.operation) for entry in held.entries] == [("late", "withdrawal")]
    assert one.cents("owner/paid_out") == 0 and one.units() == 1_000_000_000


def test_while_held_nothing_is_posted_and_nothing_is_due() -> None:
    """A payment made meanwhile waits, and so does the anniversary of 2001 with its charge of 35."""
    one = with_late_withdrawal()
    one.record("purchase_payment", "2000-04-10", id="meanwhile", amount="100.00")
    one.run("2000-04-04", "2001-02-01")
    assert one.book.due(one.held().looked) == []
    assert one.cents("contract/equity") == 10_000_00
    one.approve("2001-02-02")
    assert one.stored.held is None
    assert one.cents("contract/equity") == 10_000_00 + 100_00 - 500_00 - 35_00
    assert one.refused() == []


def test_an_approval_posts_what_was_held() -> None:
    one = with_late_withdrawal()
    shown = one.held().entries
    one.approve("2000-04-04")
    posted = next(entry for entry in one.entries() if entry.event == "late")
    assert (posted.lines, posted.effective) == (shown[0].lines, shown[0].effective)
    assert posted.known.isoformat() == "2000-04-04"


def test_who_entered_it_cannot_approve_it() -> None:
    one = with_late_withdrawal()
    one.approve("2000-04-04", who=" KIM ")
    assert one.grounds() == [("money", "late", "paid out", 500_00)]
    assert one.refused() == ["maker_is_checker"]
    one.run("2000-04-05", "2000-04-07")
    assert one.refused() == ["maker_is_checker"]
    one.approve("2000-04-10", who="lee")
    assert one.stored.held is None


def test_an_approval_of_something_else_is_refused() -> None:
    one = with_late_withdrawal()
    one.record("approval", "2000-04-04", of="correction-1", who="lee")
    one.run("2000-04-04")
    assert one.refused() == ["not_what_is_held"]
    assert one.stored.held is not None


def test_an_approval_where_nothing_is_held_is_refused() -> None:
    one = paid()
    one.record("approval", "2000-04-04", of="correction-1", who="lee")
    one.run("2000-04-04")
    assert one.refused() == ["nothing_held"]
    with pytest.raises(Refused, match="nothing is held"):
        check_approval(Approval(on="2000-04-04", who="lee", of="correction-1"), None)


def test_what_is_recorded_after_the_approval_is_not_covered() -> None:
    """A second late withdrawal has a reason of its own: all of it is shown again."""
    one = with_late_withdrawal()
    first = one.held()
    one.record("approval", "2000-04-04", of=first.id, who="lee")
    one.record("withdrawal", "2000-03-01", id="later", amount="300.00", entered="2000-04-04")
    one.run("2000-04-04")
    assert one.grounds() == [("money", "late", "paid out", 500_00), ("money", "later", "paid out", 300_00)]
    assert one.held().id != first.id and one.held().since == first.since
    assert one.refused() == ["not_what_is_held"]
    one.approve("2000-04-05")
    assert one.cents("owner/paid_out") == 800_00


def test_what_came_in_time_needs_no_approval_beside_it() -> None:
    """A late payment and that day's own withdrawal: only the first is late, and it is no reason to hold."""
    one = paid()
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.record("withdrawal", "2000-04-03", id="today", amount="100.00")
    one.run("2000-04-03")
    assert one.stored.held is None
    assert one.cents("owner/paid_out") == 100_00


def test_a_rejected_event_is_declined_and_never_posted() -> None:
    one = with_late_withdrawal()
    one.record("rejection", "2000-04-04", of="late", who="lee", reason="the signature is missing")
    one.run("2000-04-04")
    assert one.stored.held is None
    assert one.cents("owner/paid_out") == 0
    assert one.book.declined("C")[0][1].startswith("rejected: lee rejected it: the signature is missing")
    replayed = one.cycle(one.stored.snapshot.on).replay("C", one.stored.snapshot.on)
    assert [(d.recorded.event.id, d.refused.reason) for d in replayed.declined] == [("late", "rejected")]


def test_one_of_two_is_rejected_and_the_other_approved() -> None:
    one = with_late_withdrawal()
    one.record("withdrawal", "2000-03-01", id="other", amount="300.00", entered="2000-04-04", who="kim")
    one.record("rejection", "2000-04-04", of="late", who="lee", reason="no signature")
    one.run("2000-04-04")
    assert one.grounds() == [("money", "other", "paid out", 300_00)]
    one.approve("2000-04-05", who="lee")
    assert one.cents("owner/paid_out") == 300_00


def test_the_money_of_a_rejected_payment_is_returned() -> None:
    """Of a qualified contract: a payment of a closed year. It goes back, and nothing but that is posted."""
    one = paid(qualification="qualified")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2001-03-01", who="kim")
    one.run("2000-04-01", "2001-03-01")
    assert one.grounds() == [("tax_year", "late", "purchase payment for 2000", 1100_00)]
    one.record("rejection", "2001-03-02", of="late", who="lee", reason="for another company")
    one.run("2001-03-02")
    assert one.cents("owner/returned", "late") == 1100_00
    assert one.cents("suspense") == 0 and one.stored.snapshot.suspense == 0


def test_a_rejected_reversal_changes_nothing() -> None:
    one = paid()
    one.record("withdrawal", "2000-04-03", id="w", amount="500.00")
    one.run("2000-04-03")
    one.record("reversal", "2000-04-05", id="back", of="w", who="kim")
    one.run("2000-04-05")
    assert one.grounds() == [("money", "w", "paid out", -500_00)]
    one.record("rejection", "2000-04-06", of="back", who="lee", reason="the check was cashed")
    one.run("2000-04-06")
    assert one.stored.held is None
    assert one.cents("owner/paid_out") == 500_00


def test_a_rejected_freeze_refuses_nothing() -> None:
    one = paid()
    one.record("withdrawal", "2000-04-03", id="w", amount="500.00")
    one.run("2000-04-03")
    one.record("freeze", "2000-03-01", id="found", cause="legal_order", refuses=["withdrawal"], entered="2000-04-05",
               who="kim")  # fmt: skip
    one.run("2000-04-05")
    assert one.grounds() == [("money", "w", "owed by the owner", 500_00)]
    one.record("rejection", "2000-04-06", of="found", who="lee", reason="of another contract")
    one.run("2000-04-06")
    assert one.stored.held is None
    assert (one.cents("owner/paid_out"), one.cents(OWED)) == (500_00, 0)


def test_a_rejected_release_releases_nothing() -> None:
    one = paid()
    one.record("freeze", "2000-04-03", id="order", cause="legal_order", refuses=["withdrawal"])
    one.record("withdrawal", "2000-04-04", id="w", amount="500.00")
    one.run("2000-04-03", "2000-04-04")
    one.record("release", "2000-04-03", id="lifted", of="order", entered="2000-04-05", who="kim")
    one.run("2000-04-05")
    assert one.grounds() == [("money", "w", "paid out", 500_00)]
    one.record("rejection", "2000-04-06", of="lifted", who="lee", reason="of another order")
    one.run("2000-04-06")
    assert one.stored.held is None
    assert one.cents("owner/paid_out") == 0


def test_the_first_release_counts_whenever_it_was_entered() -> None:
    one = paid()
    one.record("freeze", "2000-04-03", id="order", cause="legal_order", refuses=["withdrawal"])
    one.record("withdrawal", "2000-04-06", id="w", amount="500.00")
    one.record("release", "2000-04-10", id="second", of="order")
    one.run("2000-04-03", "2000-04-10")
    one.record("release", "2000-04-05", id="first", of="order", entered="2000-04-11", who="kim")
    one.run("2000-04-11")
    assert one.grounds() == [("money", "w", "paid out", 500_00)]


def test_what_was_returned_and_is_accepted_after_all_the_owner_owes() -> None:
    """It met a freeze that was an error: the units are bought, the money is with the owner."""
    one = paid()
    one.record("freeze", "2000-04-03", id="order", cause="legal_order", refuses=["purchase_payment"])
    one.record("purchase_payment", "2000-04-04", id="refused", amount="700.00")
    one.run("2000-04-03", "2000-04-04")
    assert one.cents("owner/returned") == 700_00
    one.record("reversal", "2000-04-05", id="back", of="order", who="kim")
    one.run("2000-04-05")
    assert one.grounds() == [("money", "refused", "owed by the owner", 700_00)]
    one.approve("2000-04-06", who="lee")
    assert (one.cents("owner/returned"), one.cents(OWED)) == (700_00, -700_00)
    assert one.cents("contract/equity") == 10_700_00 and one.cents("suspense") == 0


def test_what_was_returned_and_bounced_the_owner_owes() -> None:
    one = paid()
    one.record("freeze", "2000-04-03", id="order", cause="legal_order", refuses=["purchase_payment"])
    one.record("purchase_payment", "2000-04-04", id="refused", amount="700.00")
    one.run("2000-04-03", "2000-04-04")
    one.record("payment_returned", "2000-04-06", id="bounced", of="refused", who="kim")
    one.run("2000-04-06")
    assert one.grounds() == [("money", "refused", "owed by the owner", 700_00)]
    one.approve("2000-04-07", who="lee")
    assert (one.cents("owner/paid_in", "refused"), one.cents("owner/returned"), one.cents(OWED)) == (0, 700_00, -700_00)


def test_what_is_taken_back_need_not_be_approved() -> None:
    one = with_late_withdrawal()
    one.record("purchase_payment", "2000-04-04", id="meanwhile", amount="100.00")
    one.record("reversal", "2000-04-05", of="late", who="kim")
    one.run("2000-04-04", "2000-04-05")
    assert one.stored.held is None
    assert (one.cents("owner/paid_out"), one.cents("contract/equity")) == (0, 10_100_00)


def test_a_second_late_event_does_not_hide_behind_the_first() -> None:
    """It waits; the approval of the first is refused, because more would be posted than was shown."""
    one = with_late_withdrawal()
    first = one.held().id
    one.record("withdrawal", "2000-03-01", id="other", amount="300.00", entered="2000-04-04")
    one.run("2000-04-04")
    assert one.held().id == first
    one.approve("2000-04-05")
    assert one.grounds() == [("money", "late", "paid out", 500_00), ("money", "other", "paid out", 300_00)]
    assert one.refused() == ["not_what_is_held"]


@pytest.mark.parametrize(("of", "reason"), [("issue", "not_rejectable"), ("nothing", "unknown_event")])
def test_what_cannot_be_rejected(of: str, reason: str) -> None:
    one = paid()
    one.record("rejection", "2000-04-03", of=of, who="lee", reason="wrong")
    one.run("2000-04-03")
    assert one.refused() == [reason]


def test_a_late_surrender_changes_the_status() -> None:
    one = paid()
    one.record("surrender", "2000-02-01", id="all", entered="2000-04-03")
    one.run("2000-04-03")
    kinds = [(kind, name, what) for kind, name, what, _ in one.grounds()]
    assert kinds == [("status", "all", "in force becomes surrendered"), ("money", "all", "paid out")]


def test_a_reversed_surrender_changes_it_back() -> None:
    one = paid()
    one.record("surrender", "2000-04-03", id="all")
    one.run("2000-04-03")
    one.record("reversal", "2000-04-05", of="all")
    one.run("2000-04-05")
    assert one.grounds()[0] == ("status", "", "surrendered becomes in force", 0)


def test_a_late_death_notice_changes_the_status_and_no_money() -> None:
    one = paid()
    one.record("death_notice", "2000-02-01", id="notice", date_of_death="2000-01-20", entered="2000-04-03")
    one.run("2000-04-03")
    assert one.grounds() == [("status", "notice", "in force becomes death notified", 0)]


def test_what_was_paid_and_is_owed() -> None:
    """1,100 more on 1 February make the charge of a later withdrawal smaller: the company owes the difference."""
    one = paid()
    one.record("withdrawal", "2000-04-03", id="w", amount="3000.00")
    one.run("2000-04-03")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-05")
    one.run("2000-04-05")
    # a tenth of the value is free: 100 units x 12 = 1,200 more, 120 more free, 8 % of it
    assert one.grounds() == [("money", "w", "owed to the owner", 9_60)]
    one.approve("2000-04-06")
    assert (one.cents(OWED), one.cents("owner/paid_out")) == (9_60, 3000_00 - (3000_00 - 1200_00) * 8 // 100)


# closed tax years


@pytest.mark.parametrize(("entered", "closed"), [("2001-01-31", False), ("2001-02-01", True)])
def test_a_tax_year_closes_after_31_january(entered: str, closed: bool) -> None:
    """1,000 withdrawn at 12.00 are earnings; at 9.00, known on the last open day or the first closed one, none are."""
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", **PAYMENT)
    one.record("withdrawal", "2000-03-01", id="w", amount="1000.00")
    one.run("2000-01-03", "2001-01-30")
    assert one.cents("memo/taxable") == 1000_00
    one.prices("2001-01-30", d2000_03_01="9.00")
    one.correct(entered)
    assert (one.stored.held is not None) == closed
    assert one.cents("memo/taxable") == (1000_00 if closed else 0)
    if closed:
        assert one.grounds() == [("tax_year", "w", "taxable amount of 2000", -1000_00)]


def test_the_day_is_a_term(tmp_path: Path) -> None:
    terms = {"corrections.tax_year_closes": "10-15"}
    one = Daily(PRICES, load_product(product_folder(tmp_path, terms)), qualification="qualified")
    one.record("purchase_payment", "2000-01-03", **PAYMENT)
    one.run("2000-01-03", "2001-10-14")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2001-10-15")
    one.run("2001-10-15")
    assert one.stored.held is None
    one.record("purchase_payment", "2000-02-01", id="later", amount="1100.00", entered="2001-10-16")
    one.run("2001-10-16")
    assert one.grounds() == [("tax_year", "later", "purchase payment for 2000", 1100_00)]


def test_the_year_that_a_payment_names(tmp_path: Path) -> None:
    one = paid(qualification="qualified")
    one.record("purchase_payment", "2000-03-01", id="late", amount="1.00", tax_year="1999", entered="2000-04-03")
    one.run("2000-04-03")
    assert one.grounds() == [("tax_year", "late", "purchase payment for 1999", 1_00)]


def test_corrected_prices_honour_the_hold() -> None:
    """12.00 was 15.00: what was paid too little is owed, so `correct` holds it; again, and it stays as it is."""
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", **PAYMENT)
    one.record("withdrawal", "2000-03-01", id="w", from_={"equity": "50%"})
    one.run("2000-01-03", "2000-03-31")
    one.prices("2000-04-03", d2000_03_01="15")
    one.correct("2000-04-03")
    held = one.held()
    assert (held.triggers, held.makers) == ((), ())
    assert [ground.what for ground in held.grounds] == ["owed to the owner"]
    one.correct("2000-04-04")
    assert one.held() == held
    one.approve("2000-04-05")
    assert one.cents(OWED) == held.grounds[0].cents
    before = one.entries()
    one.correct("2000-04-06")
    assert one.entries() == before


def test_a_price_corrected_back_releases_what_it_held() -> None:
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", **PAYMENT)
    one.record("withdrawal", "2000-03-01", id="w", from_={"equity": "50%"})
    one.run("2000-01-03", "2000-03-31")
    before = one.entries()
    one.prices("2000-04-03", d2000_03_01="15")
    one.correct("2000-04-03")
    assert one.stored.held is not None
    one.prices("2000-04-04", d2000_03_01="12")
    one.correct("2000-04-04")
    assert one.stored.held is None
    assert one.entries() == before
    one.run("2000-04-05", "2001-01-05")
    assert one.cents("company/maintenance_charge") == 35_00


def test_events_about_events_are_said_by_somebody() -> None:
    for kind, fields in (("approval", {"of": "x", "who": " "}), ("rejection", {"of": "x", "who": "a", "reason": ""})):
        with pytest.raises(ValueError, match="names who"):
            event(kind, "2000-01-03", **fields)


# the order of one day


@pytest.mark.parametrize("entered", [None, "2000-04-10"])
def test_requests_of_one_day_go_by_operation_then_by_the_moment_received(entered: str | None) -> None:
    """A payment at 15:00 comes before a withdrawal at 9:00, and of the withdrawals the earlier, whenever entered."""
    one = paid()
    for name, kind, at in (
        ("w3", "withdrawal", "14:00"),
        ("w1", "withdrawal", "09:00"),
        ("p", "purchase_payment", "15:00"),
    ):
        one.record(kind, "2000-04-03", id=name, at=at, amount="500.00", entered=entered if name != "w3" else None)
    one.record("withdrawal", "2000-04-03", id="w2", amount="500.00", at="12:00", entered=entered)
    one.run("2000-04-03", "2000-04-10")
    if entered:
        one.approve("2000-04-11")
    replayed = one.cycle(one.stored.snapshot.on).replay("C", one.stored.snapshot.on)
    assert [a.name for a in replayed.applied if a.item.day.isoformat() == "2000-04-03"] == ["p", "w1", "w2", "w3"]


def test_of_the_same_moment_the_one_entered_first_is_first() -> None:
    one = paid()
    for name in ("b", "a", "c"):
        one.record("withdrawal", "2000-04-03", id=name, amount="500.00")
    one.run("2000-04-03")
    assert [entry.event for entry in one.entries()[-3:]] == ["b", "a", "c"]
