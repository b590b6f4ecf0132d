"""Worked examples of several beneficiaries, a spouse who continues the contract, and resets of the death benefit."""

import pytest
from tests.unit.mechanics.setting import ISSUE, YEAR, contract, due, rates, run, terms

from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Determined, Floor, Reason, Status, new_market

HALF = PPB // 2

# Several beneficiaries


def test_each_proof_sets_its_own_share_of_what_is_left() -> None:
    c, p = contract(90_000, paid=(100_000,)), terms(determined=Determined.EACH_PROOF)
    b = run(c, p, due(death_claim=1, claim_share=600_000_000, valuation=1))
    # 60 % of 1,000, of which the accounts pay 60 % of 900
    assert (b.gross, b.company, b.net, b.taxable) == (54_000, 6_000, 60_000, 0)
    assert (c.status, c.claimed, b.value, b.death_benefit) == (Status.DEATH_NOTIFIED, 600_000_000, 36_000, 40_000)
    assert (c.payments_floor, c.reset_floor, c.basis) == (40_000, 0, 40_000)
    assert (b.charge_reason, b.account_change) == (Reason.NO_CHARGE_ON_DEATH, [-54_000, 0, 0])
    b = run(c, p, due(death_claim=1, claim_share=400_000_000), new_market([1_250_000, 10**6], [INDEX_SCALE]))
    assert (b.gross, b.company, b.net, b.taxable) == (45_000, 0, 45_000, 5_000)  # the value has risen above the floor
    assert (c.status, c.claimed, b.value, c.basis) == (Status.DEATH_PAID, PPB, 0, 0)


def test_the_first_proof_raises_the_value_for_all() -> None:
    c, p = contract(50_000, 0, 40_000, paid=(100_000,)), terms(determined=Determined.FIRST_PROOF)
    into = {"payment_into": [HALF, 0, HALF]}
    b = run(c, p, due(death_claim=1, claim_share=600_000_000, **into))
    assert (b.company, b.gross, b.net, b.death_benefit) == (10_000, 60_000, 60_000, 60_000)
    assert (b.account_value, b.account_change, b.before) == ([22_000, 0, 18_000], [-28_000, 0, -22_000], 90_000)
    assert (c.payments_floor, c.reset_floor, c.basis, c.status) == (0, 0, 40_000, Status.DEATH_NOTIFIED)
    b = run(c, p, due(death_claim=1, claim_share=400_000_000, **into), new_market([500_000] * 2, [INDEX_SCALE]))
    assert (b.company, b.net, c.status) == (0, 29_000, Status.DEATH_PAID)  # what was raised falls with the prices


def test_one_claim_of_the_whole_raises_nothing() -> None:
    for determined in Determined:
        c = contract(90_000, paid=(100_000,))
        b = run(c, terms(determined=determined), due(death_claim=1, payment_into=[PPB, 0, 0]))
        assert (b.gross, b.company, b.net, b.account_change) == (90_000, 10_000, 100_000, [-90_000, 0, 0])


def test_a_second_share_is_not_raised_again() -> None:
    c, p = contract(90_000, paid=(100_000,)), terms(determined=Determined.FIRST_PROOF)
    c.reset_floor, p.reset_years = 120_000, 3
    third = {"death_claim": 1, "claim_share": PPB // 3, "payment_into": [PPB, 0, 0]}
    assert run(c, p, due(**third)).net == 40_000
    c.reset_floor = 1_000_000
    b = run(c, p, due(**third))
    assert (b.gross, b.company, b.net) == (40_000, 460_000, 500_000)
    assert c.claimed == 2 * (PPB // 3)


def test_a_reset_floor_falls_by_the_share_claimed() -> None:
    c, p = contract(90_000, paid=(100_000,)), terms(reset_years=3)
    c.reset_floor = 120_000
    b = run(c, p, due(death_claim=1, claim_share=250_000_000))
    assert (b.net, c.payments_floor, c.reset_floor) == (30_000, 75_000, 90_000)
    b = run(c, p, due(death_claim=1, claim_share=250_000_000))  # a third of what is left
    assert (b.gross, b.net, c.payments_floor, c.reset_floor, c.basis) == (22_500, 30_000, 50_000, 60_000, 50_000)


def test_premium_tax_and_withholding_of_a_share() -> None:
    p = terms(premium_tax=10_000_000, premium_tax_on_death=1)
    c = contract(100_000, paid=(50_000,))
    b = run(c, p, due(death_claim=1, claim_share=400_000_000, withholding=100_000_000))
    # 400 less 4 premium tax, less 200 of the basis: 196, of which 19.60 are withheld
    assert (b.premium_tax, b.taxable, b.withholding, b.net, c.basis) == (400, 19_600, 1_960, 37_640, 30_000)


# Spousal continuation


def test_a_spouse_continues_with_the_death_benefit() -> None:
    c, p = contract(50_000, 0, 40_000, paid=(100_000,)), terms(**rates(8))
    run(c, p, due(death_notice=1))
    b = run(c, p, due(spousal_continuation=1, payment_into=[HALF, 0, HALF]))
    assert (b.before, b.company, b.value, b.death_benefit, b.net) == (90_000, 10_000, 100_000, 100_000, 0)
    assert (b.account_value, c.status, c.payments, c.basis) == ([55_000, 0, 45_000], Status.IN_FORCE, 100_000, 100_000)
    assert run(c, p, due(withdrawal=1, amount=1_000)).net == 920


def test_a_spouse_continues_as_it_is_where_the_value_is_above_the_floor() -> None:
    c, p = contract(100_000, paid=(90_000,)), terms()
    run(c, p, due(death_notice=1))
    b = run(c, p, due(spousal_continuation=1, payment_into=[PPB, 0, 0]))
    assert (b.company, b.value, b.death_benefit, b.account_change) == (0, 100_000, 100_000, [0, 0, 0])
    assert (c.status, c.payments_floor) == (Status.IN_FORCE, 90_000)


# Resets of the death benefit


@pytest.mark.parametrize(("floor", "left"), [(Floor.DOLLAR_FOR_DOLLAR, 130_000), (Floor.PROPORTIONAL, 67_500)])
def test_a_reset_with_payments_and_withdrawals_since(floor: int, left: int) -> None:
    c = contract(100_000)
    c.reset_floor = 100_000
    p = terms(reset_years=2, floor=floor)
    risen = new_market([1_500_000, 10**6], [INDEX_SCALE])
    run(c, p, due(ISSUE + YEAR, anniversary=1), risen)
    assert (c.reset_floor, c.years_since_reset) == (100_000, 1)
    run(c, p, due(ISSUE + 2 * YEAR, anniversary=1), risen)
    assert (c.reset_floor, c.years_since_reset) == (150_000, 0)
    fallen = new_market([500_000, 10**6], [INDEX_SCALE])
    run(c, p, due(ISSUE + 2 * YEAR + 1, payment=30_000, payment_into=[0, PPB, 0]), fallen)
    assert (c.reset_floor, c.payments_floor) == (180_000, 130_000)
    # 500 of a value of 800: 1,800 less 500, or 1,800 x 3 / 8
    b = run(c, p, due(ISSUE + 2 * YEAR + 2, withdrawal=1, amount=50_000, valuation=1), fallen)
    assert (c.reset_floor, b.death_benefit) == (left, left)
    run(c, p, due(ISSUE + 3 * YEAR, anniversary=1), fallen)
    assert (c.reset_floor, c.years_since_reset) == (left, 1)
    run(c, p, due(ISSUE + 4 * YEAR, anniversary=1), fallen)
    assert (c.reset_floor, c.years_since_reset) == (30_000, 0)  # a reset can lower it


def test_contract_years_go_on_while_a_claim_is_pending_but_nothing_is_reset() -> None:
    c, p = contract(100_000), terms(reset_years=2)
    c.reset_floor, c.years_since_reset = 70_000, 1
    c.free_used, c.transfers, c.fixed_out_count = 5, 6, [7]
    run(c, p, due(death_notice=1))
    run(c, p, due(ISSUE + YEAR, anniversary=1))
    assert (c.anniversary_value, c.free_used, c.transfers, c.fixed_out_count) == (100_000, 0, 0, [0])
    assert (c.reset_floor, c.years_since_reset) == (70_000, 0)
    run(c, p, due(ISSUE + 2 * YEAR, anniversary=1))
    run(c, p, due(ISSUE + 2 * YEAR + 1, spousal_continuation=1, payment_into=[PPB, 0, 0]))
    run(c, p, due(ISSUE + 3 * YEAR, anniversary=1))
    assert (c.reset_floor, c.years_since_reset) == (100_000, 0)  # two years after the one that fell away


def test_without_resets_the_years_are_counted_only() -> None:
    c, p = contract(100_000), terms(reset_years=0)
    c.years_since_reset = 8
    run(c, p, due(anniversary=1))
    assert (c.reset_floor, c.years_since_reset) == (0, 9)
    run(c, terms(reset_years=1), due(anniversary=1))
    assert (c.reset_floor, c.years_since_reset) == (100_000, 0)
