"""Worked examples of the surrender charge and the free withdrawal amount, in dollars that can be followed by hand."""

import pytest
from tests.unit.mechanics.setting import FLAT, ISSUE, YEAR, contract, due, rates, run, terms, valued

from inforce.mechanics.records import Breakdown, ChargedOn, Clock, FreeOf, Reason, SurrenderBase
from inforce.mechanics.surrender import (
    charge_by_payment,
    free_amount,
    free_part,
    gross_for_net,
    net_of,
    payments_left,
    reached,
    surrender_charge,
)

TEN_PERCENT = 100_000_000


@pytest.mark.parametrize(
    ("free_of", "expected"),
    [
        (FreeOf.NOTHING, 0),
        (FreeOf.VALUE, 13_000 - 5_000),
        (FreeOf.ANNIVERSARY_VALUE, 12_000 - 5_000),
        (FreeOf.PAYMENTS, 10_000 - 5_000),
    ],
)
def test_free_amount(free_of: int, expected: int) -> None:
    c = contract(130_000, paid=(100_000,))
    c.anniversary_value, c.free_used = 120_000, 5_000
    assert free_amount(c, terms(free_of=free_of, free_share=TEN_PERCENT), 130_000) == expected


def test_free_amount_is_used_up() -> None:
    c = contract(100_000)
    c.free_used = 10_001
    assert free_amount(c, terms(free_of=FreeOf.VALUE, free_share=TEN_PERCENT), 100_000) == 0


def test_free_part_of_a_withdrawal_and_of_a_full_surrender() -> None:
    c, p = contract(100_000), terms(free_of=FreeOf.VALUE, free_share=TEN_PERCENT)
    assert free_part(c, p, 4_000, 100_000, 0) == 4_000
    assert free_part(c, p, 40_000, 100_000, 0) == 10_000
    assert free_part(c, p, 100_000, 100_000, 1) == 0
    p.free_on_surrender = 1
    assert free_part(c, p, 100_000, 100_000, 1) == 10_000


def test_by_contract_year_on_the_amount_above_the_free_amount() -> None:
    p = terms(**rates(8, 8, 7))
    assert surrender_charge(contract(200_000), p, due(), 100_000, 10_000, 0) == 7_200
    assert surrender_charge(contract(200_000), p, due(ISSUE + 2 * YEAR), 100_000, 10_000, 0) == 7_200
    assert surrender_charge(contract(200_000), p, due(ISSUE + 2 * YEAR + 1), 100_000, 10_000, 0) == 6_300


def test_on_the_value_whatever_is_free() -> None:
    p = terms(surrender_on=ChargedOn.VALUE, **rates(8))
    assert surrender_charge(contract(200_000), p, due(), 100_000, 10_000, 0) == 8_000


def test_on_payments_oldest_first_each_at_the_rate_of_its_own_year() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, surrender_clock=Clock.EACH_PAYMENT, **rates(8, 7, 6))
    c = contract(200_000, paid=(30_000, 50_000, 20_000), paid_on=(ISSUE, ISSUE + YEAR, ISSUE + 2 * YEAR))
    d = due(ISSUE + 2 * YEAR + 5)
    # 300 at 6 %, 500 at 7 %, 100 of 200 at 8 %
    assert surrender_charge(c, p, d, 100_000, 10_000, 0) == 1_800 + 3_500 + 800
    # nothing is charged beyond the payments
    assert surrender_charge(c, p, d, 200_000, 10_000, 0) == 1_800 + 3_500 + 1_600
    assert payments_left(c) == 100_000


def test_each_payments_charge_is_rounded_by_itself() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, **rates(5))
    c = contract(30, paid=(10, 10, 10))
    assert charge_by_payment(c, p, ISSUE, 30) == 3  # 0.5 cents each
    assert charge_by_payment(c, p, ISSUE, 20) == 2
    assert charge_by_payment(c, p, ISSUE, 0) == 0


def test_the_last_cent_and_the_smallest_rate_are_charged() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, **rates(60))
    assert charge_by_payment(contract(30, paid=(10, 10, 10)), p, ISSUE, 11) == 7
    p.surrender_rate[0] = 1
    assert charge_by_payment(contract(10**9), p, ISSUE, 10**9) == 1


def test_on_payments_by_the_contracts_own_year() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, **rates(8, 7, 6))
    c = contract(200_000, paid=(30_000, 70_000), paid_on=(ISSUE, ISSUE + 2 * YEAR))
    assert surrender_charge(c, p, due(ISSUE + 2 * YEAR + 5), 50_000, 0, 0) == 3_000


def test_a_full_surrender_reaches_all_remaining_payments() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, surrender_base=SurrenderBase.REMAINING_PAYMENTS, **rates(8))
    c = contract(60_000, paid=(100_000,))
    assert reached(c, p, 60_000, 6_000, 0) == 54_000
    assert reached(c, p, 60_000, 6_000, 1) == 94_000
    assert reached(c, p, 60_000, 110_000, 1) == 0
    assert surrender_charge(c, p, due(), 60_000, 6_000, 1) == 7_520
    p.surrender_base = SurrenderBase.AMOUNT_WITHDRAWN
    assert reached(c, p, 60_000, 6_000, 1) == 54_000
    p.surrender_base, p.surrender_on = SurrenderBase.REMAINING_PAYMENTS, ChargedOn.AMOUNT_ABOVE_FREE
    assert reached(c, p, 60_000, 6_000, 1) == 54_000


def test_the_charge_is_never_above_the_amount() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, surrender_base=SurrenderBase.REMAINING_PAYMENTS, **rates(8))
    assert surrender_charge(contract(5_000, paid=(100_000,)), p, due(), 5_000, 0, 1) == 5_000
    assert surrender_charge(contract(5_000), terms(**rates(101)), due(), 5_000, 0, 0) == 5_000


def test_gross_for_net() -> None:
    c, p = contract(200_000), terms(**rates(8))
    b = valued(c, p)
    assert gross_for_net(c, p, FLAT, due(), b, 92_000) == 100_000
    assert gross_for_net(c, p, FLAT, due(), b, 92_001) == 100_001
    assert gross_for_net(c, p, FLAT, due(), b, 184_001) == 200_000  # the whole value, which does not suffice
    assert gross_for_net(c, p, FLAT, due(), b, 1) == 1
    p.free_of, p.free_share = FreeOf.VALUE, 50_000_000
    assert gross_for_net(c, p, FLAT, due(), b, 92_800) == 100_000
    b.value = 1 << 49
    assert gross_for_net(c, terms(), FLAT, due(), b, (1 << 48) - 1) == (1 << 48) - 1


def test_net_after_charge_premium_tax_and_withholding() -> None:
    c = contract(200_000, paid=(150_000,))
    p = terms(premium_tax=20_000_000, premium_tax_on_withdrawal=1, **rates(10))
    d = due(withholding=200_000_000)
    # 1,000 less 100 charge, less 18 tax, leaves 882, of which 500 are earnings and 100 are withheld
    assert net_of(c, p, FLAT, d, valued(c, p), 100_000, 0) == 78_200


REASONS = [
    ({"free_of": FreeOf.VALUE, "free_share": 1_000_000_000, **rates(8)}, {}, Reason.WITHIN_FREE_AMOUNT),
    (rates(8), {}, Reason.NONE),
    (rates(8, 0), {"day": ISSUE + 2 * YEAR}, Reason.CHARGE_PERIOD_OVER),
    ({"surrender_on": ChargedOn.PAYMENT, **rates(8, 0)}, {"day": ISSUE + 2 * YEAR}, Reason.CHARGE_PERIOD_OVER),
    ({"surrender_clock": Clock.EACH_PAYMENT, **rates(8, 0)}, {"day": ISSUE + 2 * YEAR}, Reason.CHARGE_PERIOD_OVER),
]


@pytest.mark.parametrize(("terms_of_it", "when", "expected"), REASONS)
def test_why_there_is_no_charge(terms_of_it: dict[str, object], when: dict[str, int], expected: int) -> None:
    b = run(contract(200_000), terms(**terms_of_it), due(withdrawal=1, amount=10_000, **when))
    assert b.charge_reason == expected
    assert (b.surrender_charge > 0) == (expected == Reason.NONE)


def test_no_charge_when_all_payments_are_withdrawn() -> None:
    for clock in Clock:
        c = contract(200_000, paid=(50_000,))
        p = terms(surrender_on=ChargedOn.PAYMENT, surrender_clock=clock, **rates(8))
        assert run(c, p, due(withdrawal=1, amount=50_000)).charge_reason == Reason.NONE
        assert run(c, p, due(withdrawal=1, amount=50_000)).charge_reason == Reason.PAYMENTS_ALREADY_WITHDRAWN


def test_a_charge_of_a_cent_is_a_charge() -> None:
    b = run(contract(200_000), terms(**rates(1)), due(withdrawal=1, amount=50))
    assert (b.surrender_charge, b.charge_reason) == (1, Reason.NONE)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [(Clock.CONTRACT_ISSUE, Reason.CHARGE_PERIOD_OVER), (Clock.EACH_PAYMENT, Reason.PAYMENTS_ALREADY_WITHDRAWN)],
)
def test_the_contracts_charge_period_comes_before_its_payments(clock: int, expected: int) -> None:
    c = contract(200_000, paid=(50_000,))
    p = terms(surrender_on=ChargedOn.PAYMENT, surrender_clock=clock, **rates(8, 0))
    run(c, p, due(withdrawal=1, amount=50_000))
    assert run(c, p, due(ISSUE + 2 * YEAR, withdrawal=1, amount=50_000)).charge_reason == expected


def test_within_a_tiny_rate_the_charge_rounds_to_nothing() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, **rates(8))
    p.surrender_rate[0] = 1
    c = contract(200_000, paid=(50_000,))
    run(c, p, due(withdrawal=1, amount=50_000))
    assert run(c, p, due(withdrawal=1, amount=50_000)).charge_reason == Reason.PAYMENTS_ALREADY_WITHDRAWN


def test_a_withdrawal_leaves_the_payments_it_did_not_reach() -> None:
    p = terms(surrender_on=ChargedOn.PAYMENT, surrender_clock=Clock.EACH_PAYMENT, **rates(8, 7))
    c = contract(200_000, paid=(30_000, 50_000), paid_on=(ISSUE, ISSUE + YEAR))
    b: Breakdown = run(c, p, due(ISSUE + YEAR + 5, withdrawal=1, amount=40_000))
    assert (c.layer_left[:2], c.layer_paid[:2]) == ([0, 40_000], [30_000, 50_000])
    assert (b.layer_taken[:2], b.layer_charge[:2]) == ([30_000, 10_000], [2_100, 800])
    assert (b.surrender_charge, b.net) == (2_900, 37_100)


def test_the_charge_on_the_amount_leaves_the_payments_alone() -> None:
    c = contract(200_000)
    run(c, terms(**rates(8)), due(withdrawal=1, amount=40_000))
    assert c.layer_left[:1] == [200_000]
