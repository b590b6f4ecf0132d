"""A contract of a book by what was known on a day: what was held then waits, whatever was decided later."""

import pytest
from tests.products.lives import day
from tests.unit.cycle.daily import Daily

from inforce.cycle import Kept, Position
from inforce.market import SubAccount
from inforce.valuation import value

PRICES = {"d2000_01_03": "10", "d2000_02_01": "11", "d2000_03_01": "12"}


def held() -> Daily:
    """10,000 paid; a withdrawal of 500 on 1 February, entered by Kim on 3 April, is held."""
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.run("2000-01-03", "2000-03-31")
    one.record("withdrawal", "2000-02-01", id="late", amount="500.00", entered="2000-04-03", who="kim")
    one.run("2000-04-03")
    return one


def believed(one: Daily, known_at: str, on: str = "2000-03-01") -> Position:
    kept = Kept(one.book, one.book.contract("C"), one.product, one.book.market(day(known_at), "hold"))
    return kept.advance(day(on), day(known_at))


def paid_out(position: Position) -> int:
    return sum(applied.breakdown.net for applied in position.applied)


@pytest.mark.parametrize(("known_at", "cents", "waits"), [
    ("2000-04-02", 0, []),
    ("2000-04-03", 0, [("late", "approval of correction-3")]),
    ("2000-04-05", 0, [("late", "approval of correction-3")]),
    ("2000-04-06", 500_00, []),
])  # fmt: skip
def test_what_was_held_and_approved_later(known_at: str, cents: int, waits: list[tuple[str, str]]) -> None:
    one = held()
    one.approve("2000-04-06")
    position = believed(one, known_at)
    assert paid_out(position) == cents
    assert [(w.recorded.event.id, w.waits_for) for w in position.waiting] == waits


def test_what_was_held_and_rejected_later() -> None:
    """It was never counted; before the rejection it waited, after it it is declined."""
    one = held()
    one.record("rejection", "2000-04-06", of="late", who="lee", reason="no signature")
    one.run("2000-04-06")
    before, after = believed(one, "2000-04-05"), believed(one, "2000-04-06")
    assert [w.recorded.event.id for w in before.waiting] == ["late"] and not before.declined
    assert [d.recorded.event.id for d in after.declined] == ["late"] and not after.waiting
    assert paid_out(before) == paid_out(after) == 0


def test_an_approval_that_was_refused_leaves_it_held() -> None:
    one = held()
    one.approve("2000-04-04", who="kim")
    one.approve("2000-04-06")
    assert paid_out(believed(one, "2000-04-05")) == 0
    assert paid_out(believed(one, "2000-04-06")) == 500_00


def test_a_reversal_that_was_held_had_not_counted() -> None:
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.record("withdrawal", "2000-02-01", id="w", amount="500.00")
    one.run("2000-01-03", "2000-03-31")
    one.record("reversal", "2000-04-03", id="back", of="w", who="kim")
    one.run("2000-04-03")
    one.approve("2000-04-06")
    assert paid_out(believed(one, "2000-04-05")) == 500_00
    assert paid_out(believed(one, "2000-04-06")) == 0


def test_of_two_holds_each_counts_from_its_own_approval() -> None:
    """The second is held when the first is looked at again: nothing of it had counted before either."""
    one = held()
    one.approve("2000-04-06")
    one.record("withdrawal", "2000-03-01", id="later", amount="300.00", entered="2000-05-01", who="kim")
    one.run("2000-04-07", "2000-05-01")
    assert [paid_out(believed(one, known)) for known in ("2000-04-05", "2000-04-06", "2000-05-01")] == [
        0, 500_00, 500_00
    ]  # fmt: skip
    one.approve("2000-05-02")
    assert [paid_out(believed(one, known)) for known in ("2000-04-05", "2000-05-01", "2000-05-02")] == [
        0, 500_00, 800_00
    ]  # fmt: skip


def test_an_event_that_came_while_it_was_held_waited_too() -> None:
    one = held()
    one.record("purchase_payment", "2000-04-04", id="meanwhile", amount="100.00")
    one.run("2000-04-04")
    one.approve("2000-04-06")
    position = believed(one, "2000-04-05", "2000-04-05")
    assert {w.recorded.event.id for w in position.waiting} == {"late", "meanwhile"}
    assert position.state is not None and position.state.payments == 10_000_00


def test_a_corrected_price_counts_when_what_it_changes_is_approved() -> None:
    """500 units at 12.00 were paid out; at 15.00, known on 3 April, more is owed, and that is held until the 6th."""
    one = Daily(PRICES)
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.record("withdrawal", "2000-03-01", id="w", from_={"equity": "50%"})
    one.run("2000-01-03", "2000-03-31")
    posted = one.cents("owner/paid_out")
    one.prices("2000-04-03", d2000_03_01="15")
    one.correct("2000-04-03")
    assert one.grounds()[0][2] == "owed to the owner"
    assert paid_out(believed(one, "2000-04-04")) == posted
    one.approve("2000-04-06")
    assert [paid_out(believed(one, known)) for known in ("2000-04-02", "2000-04-03", "2000-04-05")] == [posted] * 3
    assert paid_out(believed(one, "2000-04-06")) == posted + one.cents("owner/receivable_or_payable")


def test_while_it_is_held_a_new_price_counts_and_a_corrected_one_does_not() -> None:
    one = held()
    one.prices("2000-04-04", d2000_03_01="15", d2000_04_04="13")
    kept = Kept(one.book, one.book.contract("C"), one.product, one.book.market(None, "refuse"))
    position = kept.advance(day("2000-04-04"))
    assert value(position, kept.market, day("2000-04-04")).contract_value == 13_000_00
    assert kept.market.known_before(day("2000-04-04")).unit_values_given(SubAccount("equity"), day("2000-03-01")) == (
        12_000_000,
    )
