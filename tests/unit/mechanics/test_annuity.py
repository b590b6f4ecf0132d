"""Worked examples of the step: what each operation leaves behind, and the order they are done in."""

from dataclasses import fields

import pytest
from tests.unit.mechanics.setting import FLAT, ISSUE, YEAR, contract, due, rates, run, terms

from inforce.mechanics.annuity import step
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import PPB
from inforce.mechanics.records import (
    ChargedOn,
    Operation,
    Reason,
    Status,
    new_breakdown,
    new_market,
)

HALF = PPB // 2


def test_values_at_todays_prices() -> None:
    b = run(
        contract(60_000, 30_000, 10_000), terms(), due(), new_market([1_500_000, 500_000], [INDEX_SCALE * 11 // 10])
    )
    assert (b.account_value, b.value) == ([90_000, 15_000, 11_000], 116_000)


def test_a_breakdown_is_empty_at_the_start_of_a_step() -> None:
    c = contract(60_000, 30_000, 10_000)
    b = new_breakdown(c)
    for field in fields(b):
        old = getattr(b, field.name)
        setattr(b, field.name, [7] * len(old) if isinstance(old, list) else 7)
    step(c, terms(), FLAT, due(), b)
    empty = new_breakdown(c)
    empty.account_value, empty.value = [60_000, 30_000, 10_000], 100_000
    assert b == empty


def test_a_breakdown_notes_the_value_before() -> None:
    for what in ({"anniversary": 1}, {"maintenance": 1}, {"withdrawal": 1, "amount": 5}, {"surrender": 1}):
        assert run(contract(60_000), terms(maintenance=3_000), due(**what)).before == 60_000
    assert run(contract(60_000), terms(), due()).before == 0


# Payments


def test_a_payment_buys_units_and_adds_to_a_fixed_account() -> None:
    c = contract(10_000)
    m = new_market([2_000_000, 1_000_000], [INDEX_SCALE])
    day = {"payment_day": ISSUE + 9, "payment_basis": 700}
    b = run(c, terms(), due(payment=1_001, payment_into=[HALF, 0, HALF], **day), m)
    assert (b.payment, b.before, b.value) == (1_001, 20_000, 21_001)
    assert b.account_change == [501, 0, 500]
    assert (c.units, c.balance, b.units_change) == ([102_505_000, 0], [500], [2_505_000, 0])
    assert (c.layers, c.layer_paid, c.layer_left) == (2, [10_000, 1_001], [10_000, 1_001])
    assert c.layer_day == [ISSUE, ISSUE + 9]
    assert (c.payments, c.payments_floor, c.basis, c.anniversary_value) == (11_001, 11_001, 10_700, 11_001)


def test_a_payment_after_the_first_year_waits_for_the_anniversary_value() -> None:
    c, p, into = contract(10_000), terms(), [PPB, 0, 0]
    run(c, p, due(ISSUE + YEAR - 1, payment=100, payment_into=into))
    run(c, p, due(ISSUE + YEAR, payment=100, payment_into=into))
    assert (c.anniversary_value, c.payments) == (10_100, 10_200)


def test_premium_tax_comes_off_a_payment() -> None:
    c, p = contract(10_000), terms(premium_tax=30_000_000, premium_tax_on_payment=1)
    b = run(c, p, due(payment=1_000, payment_into=[PPB, 0, 0]))
    assert (b.premium_tax, c.deductions, b.value, c.payments, c.layer_left[1]) == (30, 30, 10_970, 11_000, 1_000)
    p.premium_tax_on_payment = 0
    assert run(c, p, due(payment=1_000, payment_into=[PPB, 0, 0])).premium_tax == 0


def test_premium_tax_on_a_withdrawal_does_not_touch_a_payment_in_the_same_step() -> None:
    p = terms(premium_tax=30_000_000, premium_tax_on_withdrawal=1)
    for order in ([2, 4], [4, 2]):
        p.order, p.operations = order, 2
        c = contract(100_000)
        b = run(c, p, due(payment=1_000, payment_into=[PPB, 0, 0], withdrawal=1, amount=10_000))
        assert (b.premium_tax, c.deductions, b.value, b.net) == (300, 0, 91_000, 9_700)
    p.premium_tax_on_payment = 1
    b = run(contract(100_000), p, due(payment=1_000, payment_into=[PPB, 0, 0], withdrawal=1, amount=10_000))
    assert (b.premium_tax, b.value, b.net) == (330, 90_970, 9_700)


# Fixed accounts


def test_interest_is_added_when_a_balance_changes() -> None:
    c = contract(0, 0, 10_000)
    m = new_market([10**6, 10**6], [INDEX_SCALE * 11 // 10])
    b = run(c, terms(), due(payment=500, payment_into=[0, 0, PPB]), m)
    assert (c.balance, c.anchor, b.interest) == ([11_500], [INDEX_SCALE * 11 // 10], [1_000])
    m = new_market([10**6, 10**6], [INDEX_SCALE * 121 // 100])
    b = run(c, terms(), due(withdrawal=1, amount=1_000), m)
    assert (c.balance, b.interest, b.account_change) == ([11_650], [1_150], [0, 0, -1_000])
    b = run(c, terms(), due(), m)
    assert (c.anchor, b.interest) == ([INDEX_SCALE * 121 // 100], [0])


# Maintenance charge


@pytest.mark.parametrize(
    ("change", "taken", "reason"),
    [
        ({}, 3_000, Reason.NONE),
        ({"maintenance": 0}, 0, Reason.NO_CHARGE_IN_TERMS),
        ({"maintenance": 1}, 1, Reason.NONE),
        ({"maintenance_waiver": 100_000}, 0, Reason.VALUE_AT_WAIVER),
        ({"maintenance_waiver": 100_001}, 3_000, Reason.NONE),
        ({"maintenance_waiver": 0}, 0, Reason.VALUE_AT_WAIVER),
        ({"maintenance": 200_000}, 100_000, Reason.NONE),
    ],
)
def test_maintenance_charge(change: dict[str, object], taken: int, reason: Reason) -> None:
    c = contract(60_000, 30_000, 10_000)
    b = run(c, terms(**{"maintenance": 3_000, **change}), due(maintenance=1))
    assert (b.maintenance, b.maintenance_reason, b.value) == (taken, reason, 100_000 - taken)
    assert c.maintenance_day == ISSUE + 10


def test_maintenance_charge_comes_from_all_accounts_or_from_sub_accounts() -> None:
    p = terms(maintenance=3_001)
    assert run(contract(60_000, 30_000, 10_000), p, due(maintenance=1)).account_change == [-1_801, -900, -300]
    p.maintenance_from = 1
    assert run(contract(60_000, 30_000, 10_000), p, due(maintenance=1)).account_change == [-2_001, -1_000, 0]
    b = run(contract(500, 500, 10_000), p, due(maintenance=1))
    assert (b.account_change, b.maintenance) == ([-500, -500, 0], 1_000)
    b = run(contract(0, 0, 10_000), p, due(maintenance=1))
    assert (b.account_change, b.maintenance) == ([0, 0, 0], 0)


def test_no_maintenance_charge_without_value_or_after_the_end() -> None:
    c, p = contract(0), terms(maintenance=3_000)
    assert (run(c, p, due(maintenance=1)).maintenance, c.maintenance_day) == (0, 0)
    c = contract(1)
    assert (run(c, p, due(maintenance=1)).maintenance, c.maintenance_day) == (1, ISSUE + 10)
    c = contract(10_000)
    c.status = Status.DEATH_NOTIFIED
    assert (run(c, p, due(maintenance=1)).maintenance, c.maintenance_day) == (0, 0)


def test_maintenance_charge_on_surrender_unless_taken_that_day() -> None:
    p = terms(maintenance=3_000, maintenance_on_surrender=1)
    b = run(contract(100_000), p, due(surrender=1))
    assert (b.maintenance, b.gross, b.net, b.maintenance_reason) == (3_000, 97_000, 97_000, Reason.NONE)
    b = run(contract(100_000), p, due(maintenance=1, surrender=1))
    assert (b.maintenance, b.gross, b.net, b.maintenance_reason) == (3_000, 97_000, 97_000, Reason.ALREADY_TAKEN_TODAY)
    p.maintenance_on_surrender = 0
    b = run(contract(100_000), p, due(surrender=1))
    assert (b.maintenance, b.net, b.maintenance_reason) == (0, 100_000, Reason.NOT_TAKEN_ON_SURRENDER)
    p.maintenance_on_surrender = 1
    b = run(contract(2_000), p, due(surrender=1))
    assert (b.maintenance, b.gross, b.net) == (2_000, 0, 0)


# Anniversary


def test_an_anniversary_notes_the_value_and_starts_the_counts_again() -> None:
    c = contract(60_000, 0, 10_000)
    c.free_used, c.transfers, c.fixed_out_count = 5, 6, [7]
    run(c, terms(), due(), new_market([2 * 10**6, 10**6], [INDEX_SCALE]))
    assert (c.anniversary_value, c.free_used, c.transfers, c.fixed_out_count) == (70_000, 5, 6, [7])
    run(c, terms(), due(anniversary=1), new_market([2 * 10**6, 10**6], [INDEX_SCALE]))
    assert (c.anniversary_value, c.free_used, c.transfers, c.fixed_out_count) == (130_000, 0, 0, [0])
    c.status, c.free_used = Status.DEATH_PAID, 5
    run(c, terms(), due(anniversary=1))
    assert (c.anniversary_value, c.free_used) == (130_000, 5)


# Transfers


def test_a_transfer_moves_money_and_counts() -> None:
    c = contract(60_000, 30_000, 10_000)
    b = run(c, terms(), due(transfer=1, transfer_out=[-HALF, 0, 2_500], transfer_into=[0, PPB, 0]))
    assert (b.account_value, b.transfer, b.transfer_fee) == ([30_000, 62_500, 7_500], 32_500, 0)
    assert (b.account_change, b.before, b.value) == ([-30_000, 32_500, -2_500], 100_000, 100_000)
    assert (c.transfers, c.fixed_out_count, c.fixed_out_serial) == (1, [1], [ISSUE + 10])
    run(c, terms(), due(ISSUE + 40, transfer=1, transfer_out=[1, 0, 0], transfer_into=[0, PPB, 0]))
    assert (c.transfers, c.fixed_out_count, c.fixed_out_serial) == (2, [1], [ISSUE + 10])


def test_a_transfer_that_takes_nothing_from_a_fixed_account_is_none_of_its_transfers_out() -> None:
    c = contract(60_000, 0, 1)
    run(c, terms(), due(transfer=1, transfer_out=[1_000, 0, -(PPB // 4)], transfer_into=[0, PPB, 0]))
    assert (c.transfers, c.fixed_out_count, c.fixed_out_serial) == (1, [0], [0])


def test_the_transfer_fee_starts_after_the_free_transfers() -> None:
    c, p = contract(60_000), terms(free_transfers=1, transfer_fee=2_500)
    move = {"transfer": 1, "transfer_out": [10_000, 0, 0], "transfer_into": [0, PPB, 0]}
    assert run(c, p, due(**move)).transfer_fee == 0
    b = run(c, p, due(**move))
    assert (b.transfer_fee, b.account_change, b.value) == (2_500, [-10_000, 7_500, 0], 57_500)
    move["transfer_out"] = [2_000, 0, 0]
    b = run(c, p, due(**move))
    assert (b.transfer_fee, b.account_change) == (2_000, [-2_000, 0, 0])
    assert run(contract(60_000), terms(free_transfers=0, transfer_fee=2_500), due(**move)).transfer_fee == 2_000
    assert run(c, terms(free_transfers=-1, transfer_fee=2_500), due(**move)).transfer_fee == 0


def test_a_transfer_of_more_than_an_account_holds_is_a_fault() -> None:
    p, move = terms(), {"transfer": 1, "transfer_into": [0, PPB, 0]}
    assert run(contract(10_000), p, due(transfer_out=[10_000, 0, 0], **move)).fault == Reason.NONE
    assert run(contract(10_000), p, due(transfer_out=[10_001, 0, 0], **move)).fault == Reason.AMOUNT_EXCEEDS_ACCOUNT
    assert run(contract(10_000), p, due(transfer_out=[0, 0, 1], **move)).fault == Reason.AMOUNT_EXCEEDS_ACCOUNT


# Withdrawals


def test_a_withdrawal_from_all_accounts_in_proportion() -> None:
    c = contract(60_000, 30_000, 10_000)
    b = run(c, terms(), due(withdrawal=1, amount=1_001))
    assert (b.account_change, b.gross, b.net, b.before, b.value) == ([-601, -300, -100], 1_001, 1_001, 100_000, 98_999)
    assert (c.withdrawals, c.payments_floor, c.basis) == (1_001, 98_999, 98_999)


def test_a_withdrawal_from_named_accounts() -> None:
    c = contract(60_000, 30_000, 10_000)
    b = run(c, terms(), due(withdrawal=1, named=1, withdraw_from=[0, 1_000, -PPB]))
    assert (b.account_change, b.gross) == ([0, -1_000, -10_000], 11_000)
    b = run(c, terms(), due(withdrawal=1, named=1, withdraw_from=[2, 1, 0], amount=9_001))
    assert b.account_change == [-6_001, -3_000, 0]


def test_a_net_withdrawal_pays_what_was_asked_for() -> None:
    p = terms(premium_tax=20_000_000, premium_tax_on_withdrawal=1, **rates(10))
    b = run(contract(200_000, paid=(150_000,)), p, due(withdrawal=1, amount=78_200, net=1, withholding=200_000_000))
    assert (b.gross, b.surrender_charge, b.premium_tax) == (100_000, 10_000, 1_800)
    assert (b.taxable, b.withholding, b.net) == (50_000, 10_000, 78_200)


def test_the_free_amount_is_noted_and_used() -> None:
    c, p = contract(100_000), terms(free_of=1, free_share=100_000_000, **rates(8))
    b = run(c, p, due(withdrawal=1, amount=4_000))
    assert (b.free_available, b.free, b.surrender_charge, c.free_used) == (10_000, 4_000, 0, 4_000)
    b = run(c, p, due(withdrawal=1, amount=10_000))
    assert (b.free_available, b.free, b.surrender_charge, c.free_used) == (5_600, 5_600, 352, 9_600)


def test_what_is_no_income_comes_off_the_basis() -> None:
    c = contract(150_000, paid=(100_000,))
    b = run(c, terms(), due(withdrawal=1, amount=60_000, withholding=100_000_000))
    assert (b.taxable, b.withholding, b.net, c.basis) == (50_000, 5_000, 55_000, 90_000)
    c.basis = 5_000
    run(c, terms(taxation=1), due(withdrawal=1, amount=45_000))
    assert c.basis == 2_500


def test_what_goes_to_another_contract_is_no_income_and_takes_its_basis_along() -> None:
    c, p = contract(150_000, paid=(100_000,)), terms(**rates(8))
    b = run(c, p, due(withdrawal=1, amount=60_000, carried=1))
    assert (b.surrender_charge, b.taxable, b.withholding, b.basis_carried) == (4_800, 0, 0, 40_000)
    assert (b.net, c.basis) == (55_200, 60_000)
    b = run(c, terms(maintenance=3_000, maintenance_on_surrender=1), due(surrender=1, carried=1))
    assert (b.gross, b.taxable, b.basis_carried, b.net, c.basis) == (87_000, 0, 60_000, 87_000, 0)
    b = run(contract(150_000, paid=(100_000,)), terms(taxation=1), due(withdrawal=1, amount=60_000))
    assert (b.taxable, b.basis_carried) == (20_000, 0)


def test_a_withdrawal_of_more_than_the_value_is_a_fault_and_changes_nothing() -> None:
    c = contract(10_000)
    b = run(c, terms(), due(withdrawal=1, amount=10_001))
    assert (b.fault, b.value, b.net, c.withdrawals) == (Reason.AMOUNT_EXCEEDS_VALUE, 10_000, 0, 0)
    assert run(c, terms(), due(withdrawal=1, amount=10_000)).fault == Reason.NONE


def test_a_net_amount_that_cannot_be_paid_is_a_fault() -> None:
    c, p = contract(10_000), terms(**rates(8))
    b = run(c, p, due(withdrawal=1, amount=9_201, net=1))
    assert (b.fault, b.value, c.withdrawals) == (Reason.NET_CANNOT_BE_PAID, 10_000, 0)
    assert run(c, p, due(withdrawal=1, amount=9_200, net=1)).fault == Reason.NONE


def test_nothing_taken_from_nothing() -> None:
    for named in (0, 1):
        b = run(contract(0), terms(), due(withdrawal=1, named=named))
        assert (b.gross, b.value, b.account_change) == (0, 0, [0, 0, 0])


def test_a_withdrawal_of_nothing_takes_nothing_that_a_transfer_took() -> None:
    c, p = contract(60_000, 30_000, 10_000), terms()
    both = due(transfer=1, transfer_out=[10_000, 0, 0], transfer_into=[0, PPB, 0], withdrawal=1, named=1)
    b = run(c, p, both)
    assert (b.account_value, b.gross) == ([50_000, 40_000, 10_000], 0)


# Surrender, free look, death


def test_a_full_surrender() -> None:
    c, p = contract(60_000, 30_000, 10_000), terms(surrender_on=ChargedOn.PAYMENT, **rates(8))
    b = run(c, p, due(surrender=1, withholding=100_000_000))
    assert (b.gross, b.surrender_charge, b.net, b.value) == (100_000, 8_000, 92_000, 0)
    assert (c.status, c.units, c.balance, c.layer_left[0]) == (Status.SURRENDERED, [0, 0], [0], 0)
    assert b.account_change == [-60_000, -30_000, -10_000]
    assert b.charge_reason == Reason.NONE


def test_a_full_surrender_is_income_above_the_basis() -> None:
    for taxation in (0, 1):
        c, p = contract(150_000, paid=(120_000,)), terms(taxation=taxation, **rates(8))
        b = run(c, p, due(surrender=1, withholding=100_000_000))
        assert (b.net, b.taxable, b.withholding, c.basis) == (136_200, 18_000, 1_800, 0)


def test_units_worth_less_than_half_a_cent_leave_with_the_rest() -> None:
    c = contract(10_000)
    c.units[1] = 4_000
    b = run(c, terms(), due(surrender=1))
    assert (c.units, b.units_change) == ([0, 0], [-100_000_000, -4_000])


def test_the_free_look_returns_value_and_deductions() -> None:
    c, p = contract(100_000), terms(**rates(8))
    c.deductions = 2_000
    b = run(c, p, due(free_look=1))
    assert (b.before, b.gross, b.net, b.company, b.value) == (100_000, 100_000, 102_000, 2_000, 0)
    assert (b.charge_reason, c.status) == (Reason.FREE_LOOK_RETURNS_IT, Status.CANCELLED)


def test_the_free_look_returns_payments_less_what_was_withdrawn() -> None:
    c, p = contract(100_000), terms(refund=1)
    run(c, p, due(withdrawal=1, amount=30_000))
    b = run(c, p, due(free_look=1), new_market([500_000, 500_000], [INDEX_SCALE]))
    assert (b.gross, b.net, b.company) == (35_000, 70_000, 35_000)
    c = contract(100_000)
    c.withdrawals = 100_001
    assert run(c, p, due(free_look=1)).net == 0


def test_a_death_notice_and_the_claim() -> None:
    c, p = contract(90_000, paid=(100_000,)), terms(premium_tax=10_000_000, **rates(8))
    run(c, p, due(death_notice=1))
    assert c.status == Status.DEATH_NOTIFIED
    b = run(c, p, due(valuation=1))
    assert (b.surrender_value, b.death_benefit) == (0, 100_000)
    c.basis = 80_000
    b = run(c, p, due(death_claim=1, withholding=100_000_000))
    assert (b.before, b.gross, b.company, b.death_benefit) == (90_000, 90_000, 10_000, 100_000)
    assert (b.taxable, b.withholding, b.premium_tax, b.net) == (20_000, 2_000, 0, 98_000)
    assert (b.charge_reason, c.status, b.value) == (Reason.NO_CHARGE_ON_DEATH, Status.DEATH_PAID, 0)


def test_premium_tax_on_a_death_benefit() -> None:
    b = run(contract(100_000), terms(premium_tax=10_000_000, premium_tax_on_death=1), due(death_claim=1))
    assert (b.premium_tax, b.taxable, b.net) == (1_000, 0, 99_000)


def test_a_second_death_notice_changes_nothing_that_has_ended() -> None:
    c = contract(100_000)
    run(c, terms(), due(surrender=1))
    run(c, terms(), due(death_notice=1))
    assert c.status == Status.SURRENDERED


# Valuation and order


def test_a_valuation_says_what_a_surrender_would_pay() -> None:
    p = terms(maintenance=3_000, maintenance_on_surrender=1, premium_tax=20_000_000, premium_tax_on_withdrawal=1)
    p.surrender_years, p.surrender_rate[0] = 1, 100_000_000
    for free_on_surrender in (0, 1):
        p.free_of, p.free_share, p.free_on_surrender = 1, 100_000_000, free_on_surrender
        b = run(contract(103_000, paid=(150_000,)), p, due(valuation=1))
        paid = run(contract(103_000, paid=(150_000,)), p, due(surrender=1))
        assert b.surrender_value == paid.net == (88_200, 89_180)[free_on_surrender]
        assert b.death_benefit == 150_000
        assert run(contract(103_000), p, due()).surrender_value == 0


def test_a_contract_that_has_ended_is_worth_nothing() -> None:
    c = contract(100_000)
    run(c, terms(), due(withdrawal=1, amount=30_000))
    b = run(c, terms(), due(surrender=1, valuation=1))
    assert (b.surrender_value, b.death_benefit) == (0, 0)
    c = contract(90_000, paid=(100_000,))
    assert run(c, terms(), due(death_claim=1, valuation=1)).death_benefit == 100_000


def test_operations_are_done_in_the_order_of_the_terms() -> None:
    d = {"payment": 10_000, "payment_into": [PPB, 0, 0], "withdrawal": 1, "amount": 15_000, "anniversary": 1}
    p = terms()
    p.order, p.operations = [Operation.PAYMENT, Operation.WITHDRAWAL, Operation.ANNIVERSARY], 3
    c = contract(10_000)
    b = run(c, p, due(**d))
    assert (b.fault, b.value, c.anniversary_value) == (0, 5_000, 5_000)
    p.order = [Operation.ANNIVERSARY, Operation.WITHDRAWAL, Operation.PAYMENT]
    c = contract(10_000)
    b = run(c, p, due(**d))
    assert (b.fault, b.value, c.anniversary_value) == (Reason.AMOUNT_EXCEEDS_VALUE, 20_000, 20_000)


def test_an_operation_that_the_order_leaves_out_is_not_done() -> None:
    p = terms()
    p.operations = 8  # all but the death claim
    c = contract(10_000)
    assert run(c, p, due(death_claim=1)).net == 0
    assert c.status == Status.IN_FORCE
