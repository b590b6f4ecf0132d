"""What a contract allows: each request with the reason it is refused for, right at the limit and a cent past it."""

import pytest
from tests.unit.mechanics.setting import FLAT, contract, due, rates, terms, valued

from inforce.mechanics.limits import (
    amount_asked,
    gross_withdrawal,
    may_claim,
    may_continue,
    may_end,
    may_pay,
    may_transfer,
    may_withdraw,
    transfer_total,
)
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Annuity, Due, Reason, Status, Terms

ENDED = [s for s in Status if s > Status.DEATH_NOTIFIED]


def may(rule, c: Annuity, p: Terms, d: Due) -> Reason:  # type: ignore[no-untyped-def]
    market = (FLAT,) if rule is may_withdraw else ()
    return Reason(rule(c, p, *market, d, valued(c, p)))


def test_a_contract_may_end_while_it_is_in_force() -> None:
    c = contract(1_000)
    assert (may_end(c), may_claim(c)) == (0, 0)
    c.status = Status.DEATH_NOTIFIED
    assert (may_end(c), may_claim(c)) == (Reason.NOT_IN_FORCE, 0)
    for c.status in ENDED:
        assert (may_end(c), may_claim(c)) == (Reason.NOT_IN_FORCE, Reason.NOT_IN_FORCE)


def test_a_spouse_may_continue_until_a_beneficiary_is_paid() -> None:
    c = contract(1_000)
    for c.status in (Status.IN_FORCE, Status.DEATH_NOTIFIED):
        assert may_continue(c) == Reason.NONE
    for c.status in ENDED:
        assert may_continue(c) == Reason.NOT_IN_FORCE
    c.status, c.claimed = Status.DEATH_NOTIFIED, 1
    assert (may_continue(c), may_claim(c)) == (Reason.CLAIM_PAID, Reason.NONE)


@pytest.mark.parametrize(
    ("before", "change", "amount", "expected"),
    [
        (0, {"minimum_first_payment": 1_000, "minimum_payment": 500}, 1_000, Reason.NONE),
        (0, {"minimum_first_payment": 1_000, "minimum_payment": 500}, 999, Reason.BELOW_MINIMUM_PAYMENT),
        (0, {"minimum_payment": 500}, 1, Reason.NONE),
        (9_000, {"minimum_first_payment": 1_000, "minimum_payment": 500}, 500, Reason.NONE),
        (9_000, {"minimum_payment": 500}, 499, Reason.BELOW_MINIMUM_PAYMENT),
        (9_000, {"maximum_payments": 10_000}, 1_000, Reason.NONE),
        (9_000, {"maximum_payments": 10_000}, 1_001, Reason.ABOVE_MAXIMUM_PAYMENTS),
        (0, {"maximum_payments": 0}, 1, Reason.ABOVE_MAXIMUM_PAYMENTS),
        (9_000, {"maximum_payments": -1}, 10**9, Reason.NONE),
        (0, {"single_payment": 1}, 1_000, Reason.NONE),
        (1, {"single_payment": 1}, 1_000, Reason.SINGLE_PAYMENT_MADE),
        (1, {"minimum_payment": 2}, 1, Reason.BELOW_MINIMUM_PAYMENT),
        (1, {"minimum_first_payment": 2}, 1, Reason.NONE),
    ],
)
def test_payments(before: int, change: dict[str, int], amount: int, expected: Reason) -> None:
    assert may_pay(contract(before), terms(**change), amount) == expected


def test_nothing_is_allowed_on_a_contract_that_is_not_in_force() -> None:
    c, p = contract(100_000), terms()
    for c.status in (Status.DEATH_NOTIFIED, *ENDED):
        assert may_pay(c, p, 1_000) == Reason.NOT_IN_FORCE
        assert may(may_withdraw, c, p, due(amount=100)) == Reason.NOT_IN_FORCE
        assert may(may_transfer, c, p, due(transfer_out=[1, 0, 0])) == Reason.NOT_IN_FORCE


@pytest.mark.parametrize(
    ("change", "asked", "expected"),
    [
        ({}, {"amount": 99_999}, Reason.NONE),
        ({}, {"amount": 100_000}, Reason.WHOLE_VALUE),
        ({}, {"amount": 100_001}, Reason.AMOUNT_EXCEEDS_VALUE),
        ({}, {"amount": 0}, Reason.BELOW_MINIMUM_WITHDRAWAL),
        ({}, {"amount": 1}, Reason.NONE),
        ({"minimum_withdrawal": 500}, {"amount": 500}, Reason.NONE),
        ({"minimum_withdrawal": 500}, {"amount": 499}, Reason.BELOW_MINIMUM_WITHDRAWAL),
        ({"minimum_value_after": 2_000}, {"amount": 98_000}, Reason.NONE),
        ({"minimum_value_after": 2_000}, {"amount": 98_001}, Reason.BELOW_MINIMUM_VALUE_AFTER),
        (rates(8), {"amount": 91_999, "net": 1}, Reason.NONE),
        (rates(8), {"amount": 92_000, "net": 1}, Reason.WHOLE_VALUE),
        (rates(8), {"amount": 92_001, "net": 1}, Reason.NET_CANNOT_BE_PAID),
        (rates(8) | {"minimum_withdrawal": 95_000}, {"amount": 90_000, "net": 1}, Reason.BELOW_MINIMUM_WITHDRAWAL),
        ({}, {"withdraw_from": [60_000, 0, 0], "named": 1}, Reason.NONE),
        ({}, {"withdraw_from": [60_001, 0, 0], "named": 1}, Reason.AMOUNT_EXCEEDS_ACCOUNT),
        ({}, {"withdraw_from": [-PPB, 0, -PPB // 2], "named": 1}, Reason.NONE),
        ({}, {"withdraw_from": [0, 0, 1], "named": 1, "amount": 10_000}, Reason.NONE),
        ({}, {"withdraw_from": [0, 0, 1], "named": 1, "amount": 10_001}, Reason.AMOUNT_EXCEEDS_ACCOUNT),
        ({}, {"withdraw_from": [0, 0, 0], "named": 1, "amount": 10_000}, Reason.BELOW_MINIMUM_WITHDRAWAL),
        ({}, {"withdraw_from": [20_000, 10_000, 0], "named": 1, "amount": 90_000}, Reason.NONE),
        ({}, {"withdraw_from": [20_000, 10_001, 0], "named": 1, "amount": 90_000}, Reason.AMOUNT_EXCEEDS_ACCOUNT),
        ({}, {"withdraw_from": [60_001, 0, 0], "named": 0, "amount": 500}, Reason.NONE),
    ],
)
def test_withdrawals(change: dict[str, object], asked: dict[str, object], expected: Reason) -> None:
    assert may(may_withdraw, contract(60_000, 30_000, 10_000), terms(**change), due(**asked)) == expected


def test_a_contract_without_value_pays_nothing() -> None:
    assert may(may_withdraw, contract(0), terms(), due(amount=1, net=1)) == Reason.BELOW_MINIMUM_WITHDRAWAL


def test_what_a_withdrawal_asks_for() -> None:
    c, p = contract(60_000, 30_000, 10_000), terms(**rates(8))
    b = valued(c, p)
    named = [-PPB // 10, 500, 0]
    assert amount_asked(c, due(amount=70, withdraw_from=named), b) == 70
    assert amount_asked(c, due(withdraw_from=named), b) == 6_500
    assert gross_withdrawal(c, p, FLAT, due(amount=9_200), b) == 9_200
    assert gross_withdrawal(c, p, FLAT, due(amount=9_200, net=1), b) == 10_000


def out(*cents: int, into: tuple[int, ...] = (0, 0, 0)) -> dict[str, object]:
    return {"transfer_out": list(cents), "transfer_into": list(into)}


@pytest.mark.parametrize(
    ("change", "asked", "expected"),
    [
        ({}, out(60_000, 0, 0), Reason.NONE),
        ({}, out(60_001, 0, 0), Reason.AMOUNT_EXCEEDS_ACCOUNT),
        ({}, out(0, 0, 10_001), Reason.AMOUNT_EXCEEDS_ACCOUNT),
        ({}, out(0, 0, 0), Reason.NOTHING_TO_TRANSFER),
        ({}, out(1, 0, 0), Reason.NONE),
        ({"minimum_transfer": 100}, out(50, 50, 0), Reason.NONE),
        ({"minimum_transfer": 100}, out(50, 49, 0), Reason.BELOW_MINIMUM_TRANSFER),
        ({"transfer_limit": 4}, out(1, 0, 0), Reason.NONE),
        ({"transfer_limit": 3}, out(1, 0, 0), Reason.TRANSFER_COUNT),
        ({"transfer_limit": 0}, out(1, 0, 0), Reason.TRANSFER_COUNT),
        ({"fixed_out_share": [PPB // 4]}, out(0, 0, 2_500), Reason.NONE),
        ({"fixed_out_share": [PPB // 4]}, out(0, 0, 2_501), Reason.FIXED_TRANSFER_SHARE),
        ({"fixed_out_limit": [3]}, out(0, 0, 2_500), Reason.NONE),
        ({"fixed_out_limit": [2]}, out(0, 0, 2_500), Reason.FIXED_TRANSFER_COUNT),
        ({"fixed_out_limit": [0]}, out(0, 0, 2_500), Reason.FIXED_TRANSFER_COUNT),
        ({"fixed_out_limit": [0]}, out(2_500, 0, 0), Reason.NONE),
        ({"fixed_out_limit": [0]}, out(0, 0, 1), Reason.FIXED_TRANSFER_COUNT),
        ({"fixed_wait_days": [50]}, out(1, 0, 0, into=(0, 0, PPB)), Reason.NONE),
        ({"fixed_wait_days": [51]}, out(1, 0, 0, into=(0, 0, PPB)), Reason.FIXED_RETURN_WAIT),
        ({"fixed_wait_days": [51]}, out(1, 0, 0, into=(PPB - 1, 0, 1)), Reason.FIXED_RETURN_WAIT),
        ({"fixed_wait_days": [51]}, out(1, 0, 0, into=(PPB, 0, 0)), Reason.NONE),
    ],
)
def test_transfers(change: dict[str, object], asked: dict[str, object], expected: Reason) -> None:
    c, p, d = contract(60_000, 30_000, 10_000), terms(**change), due(**asked)
    c.transfers, c.fixed_out_count, c.fixed_out_serial = 3, [2], [d.serial - 50]
    assert may(may_transfer, c, p, d) == expected


def test_no_wait_before_the_first_transfer_out() -> None:
    d = due(**out(1, 0, 0, into=(0, 0, PPB)))
    d.serial = 20
    assert may(may_transfer, contract(60_000), terms(fixed_wait_days=[50]), d) == Reason.NONE


def test_the_wait_counts_from_any_day_of_a_transfer_out() -> None:
    c, d = contract(60_000), due(**out(1, 0, 0, into=(0, 0, PPB)))
    c.fixed_out_serial, d.serial = [1], 20
    assert may(may_transfer, c, terms(fixed_wait_days=[20]), d) == Reason.FIXED_RETURN_WAIT


def test_what_a_transfer_takes() -> None:
    c = contract(60_000, 30_000, 10_000)
    assert transfer_total(c, valued(c, terms()), due(**out(-PPB // 2, 7, -PPB))) == 30_000 + 7 + 10_000
