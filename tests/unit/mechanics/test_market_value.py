"""Worked examples of fixed accounts with a guarantee period: segments, their market value, and what becomes of them."""

import pytest
from tests.unit.mechanics.setting import ISSUE, START, contract, due, market, rates, run, segmented, terms

from inforce.mechanics.annuity import surrender_adjustment
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.limits import may_transfer, may_withdraw
from inforce.mechanics.market_value import (
    adjusted,
    adjustment_factor,
    adjustment_on,
    months_left,
    rate_between,
    segment_value,
    take_from_segments,
    years_for,
)
from inforce.mechanics.money import PPB
from inforce.mechanics.records import (
    Annuity,
    Breakdown,
    ChargeFrom,
    Due,
    FreeOf,
    Market,
    Reason,
    Status,
    Terms,
    make_room,
    new_annuity,
    new_breakdown,
)
from inforce.mechanics.surrender import gross_for_net, net_of

HALF = PPB // 2
FIVE_YEARS = {"guarantee_years": [5], "adjustment_window": 30}


def mva(**changes: object) -> Terms:
    """Terms whose fixed account has a guarantee period of five years and a window of thirty days."""
    return terms(**{**FIVE_YEARS, **changes})


def valued(c: Annuity, p: Terms, m: Market) -> Breakdown:
    return run(c, p, due(m.serial), m)


# The factor


@pytest.mark.parametrize(("days", "months"), [(-40, 0), (0, 0), (1, 1), (30, 1), (31, 1), (32, 2), (62, 2), (63, 3)])
def test_a_part_of_a_month_counts_as_a_whole_one(days: int, months: int) -> None:
    assert months_left(ISSUE, ISSUE + days) == months


@pytest.mark.parametrize(
    ("years", "low", "high", "expected"),
    [
        (4, (3, 20_000_000), (5, 30_000_000), 25_000_000),
        (4, (3, 30_000_000), (5, 20_000_000), 25_000_000),
        (3, (3, 20_000_000), (5, 30_000_000), 20_000_000),
        (5, (3, 20_000_000), (5, 30_000_000), 30_000_000),
        (6, (5, 20_000_000), (7, 20_000_000), 20_000_000),
        (4, (3, 0), (6, 100), 33),
        (4, (3, 100), (6, 0), 67),
        (5, (3, 10), (6, 11), 11),
        (5, (3, 11), (6, 10), 10),
        (4, (3, 10), (5, 11), 11),
        (4, (3, 11), (5, 10), 10),
        (9, (7, 40_000_000), (7, 40_000_000), 40_000_000),
        (1, (3, 40_000_000), (3, 10_000_000), 40_000_000),
    ],
)
def test_the_rate_of_a_term_between_two(years: int, low: tuple[int, int], high: tuple[int, int], expected: int) -> None:
    assert rate_between(years, *low, *high) == expected


@pytest.mark.parametrize(
    ("window", "days_left", "market_factor", "floor", "expected"),
    [
        (30, 31, 1_019, 0, 1_019),
        (30, 31, 900, 0, 900),
        (30, 31, 900, 950, 950),
        (30, 31, 960, 950, 960),
        (30, 30, 900, 0, 1_000),
        (30, 30, 1_019, 1_030, 1_000),
        (30, 0, 900, 0, 1_000),
        (30, -5, 900, 0, 1_000),
        (0, 1, 900, 0, 900),
        (0, 0, 900, 0, 1_000),
    ],
)
def test_the_factor(window: int, days_left: int, market_factor: int, floor: int, expected: int) -> None:
    thousandth = INDEX_SCALE // 1_000
    p = mva(adjustment_window=window)
    found = adjustment_factor(p, market_factor * thousandth, floor * thousandth, days_left)
    assert found == expected * thousandth


@pytest.mark.parametrize(
    ("raises", "market_factor", "floor", "expected"),
    [
        (0, 900, 1_030, 1_000),
        (0, 1_000, 1_030, 1_000),
        (0, 1_019, 1_030, 1_019),
        (0, 900, 1_000, 1_000),
        (1, 900, 1_030, 1_030),
        (1, 1_019, 1_030, 1_030),
        (1, 1_040, 1_030, 1_040),
    ],
)
def test_the_factor_of_a_rate_below_the_least(raises: int, market_factor: int, floor: int, expected: int) -> None:
    thousandth = INDEX_SCALE // 1_000
    p = mva(adjustment_window=30, least_rate_raises=raises)
    assert adjustment_factor(p, market_factor * thousandth, floor * thousandth, 31) == expected * thousandth


def test_an_adjusted_amount_is_rounded_once() -> None:
    assert adjusted(100_000, 1_019_323_224_852_071) == 101_932
    assert adjusted(1, INDEX_SCALE * 3 // 2) == 2
    assert adjusted(1, INDEX_SCALE // 2 - 1) == 0


# What segments are worth


def test_a_segment_earns_its_own_rate_from_the_day_after_it_began() -> None:
    c, p = segmented(100_000, 50_000), mva()
    c.segment_start[1] = ISSUE + 10
    m = market(growth=1.1)
    assert [segment_value(c, m, s) for s in range(2)] == [110_000, 50_000]
    assert valued(c, p, m).account_value == [0, 0, 160_000]
    m = market(growth=1.1, day=ISSUE + 11)
    assert [segment_value(c, m, s) for s in range(2)] == [110_000, 55_000]
    c.segment_anchor[0] = INDEX_SCALE * 11 // 10
    assert valued(c, p, m).value == 155_000


def test_a_deposit_begins_a_segment_at_todays_rate() -> None:
    c, p = contract(10_000), mva()
    d = due(payment=1_001, payment_into=[HALF, 0, HALF], segment_end=[ISSUE + 2_000])
    b = run(c, p, d, market(rate=40_000_000))
    assert (b.account_change, b.account_value, c.balance) == ([501, 0, 500], [10_501, 0, 500], [0])
    assert (c.segments, c.segment_account[0], c.segment_balance[0], c.segment_anchor[0]) == (1, 0, 500, INDEX_SCALE)
    assert (c.segment_rate[0], c.segment_start[0], c.segment_end[0]) == (40_000_000, ISSUE + 10, ISSUE + 2_000)
    run(c, p, due(payment=1_000, payment_into=[PPB, 0, 0]), market())
    assert c.segments == 1
    run(c, p, due(payment=1, payment_into=[PPB - 1, 0, 1], segment_end=[ISSUE + 2_000]), market())
    assert (c.segments, c.segment_balance[1]) == (2, 0)  # its allocation decides, not its amount


def test_segments_belong_to_their_account() -> None:
    c = new_annuity(1, 3, ISSUE)
    p = terms(guarantee_years=[0, 3, 5], ends_into=[-1] * 3)
    p.fixed_out_share, p.fixed_out_limit, p.fixed_wait_days = [PPB] * 3, [-1] * 3, [0] * 3
    d = Due([0] * 4, [0] * 4, [HALF // 2] * 4, [0] * 4, [0, ISSUE + 1_100, ISSUE + 1_800], day=ISSUE, serial=ISSUE)
    d.payment, d.valuation = 4_000, 1
    m = Market([10**6], [INDEX_SCALE] * 3, [0, 3, 5], [INDEX_SCALE * 2] * 8, [INDEX_SCALE * 3] * 8, [0] * 8, ISSUE)
    b = run(c, p, d, m)
    assert (c.balance, c.segment_account[:2], c.segment_balance[:2]) == ([1_000, 0, 0], [1, 2], [1_000, 1_000])
    assert (c.segment_rate[:2], c.segment_end[:2]) == ([3, 5], [ISSUE + 1_100, ISSUE + 1_800])
    assert (b.surrender_value, b.value) == (1_000 + 1_000 + 3_000 + 3_000, 4_000)
    d.serial = m.serial = ISSUE + 1
    assert [adjustment_on(c, p, m, d, i, 700) for i in range(3)] == [0, 1_400, 1_400]
    d.payment, d.withdrawal, d.named, d.withdraw_from = 0, 1, 1, [0, 0, 0, 1_500]
    b = run(c, p, d, m)
    assert (b.account_value, b.market_value_adjustment) == ([1_000, 1_000, 2_000, 500], 3_000)
    assert (c.segment_balance[:2], c.segment_anchor[:2], b.interest) == (
        [1_000, 500],
        [10**15, 2 * 10**15],
        [0, 0, 1_000],
    )


def test_room_for_two_segments_in_each_account_that_has_some() -> None:
    c = new_annuity(1, 3, ISSUE)
    make_room(c, terms(guarantee_years=[0, 3, 5]))
    assert [len(x) for x in (c.segment_account, c.segment_balance, c.segment_anchor)] == [4, 4, 4]
    assert [len(x) for x in (c.segment_rate, c.segment_start, c.segment_end)] == [4, 4, 4]
    c.segments = 1
    make_room(c, terms(guarantee_years=[0, 3, 5]))
    assert len(c.segment_end) == 5
    c = new_annuity(1, 1, ISSUE)
    make_room(c, terms())
    assert c.segment_account == []


# Withdrawals


@pytest.mark.parametrize(
    ("factor", "adjustment", "charge", "net"),
    [(1.02, 2_000, 8_160, 93_840), (1, 0, 8_000, 92_000), (0.9, -10_000, 7_200, 82_800)],
)
def test_the_adjustment_comes_before_the_surrender_charge(
    factor: float, adjustment: int, charge: int, net: int
) -> None:
    c, p = segmented(200_000), mva(**rates(8))
    b = run(c, p, due(withdrawal=1, amount=100_000), market(factor))
    assert (b.gross, b.market_value_adjustment, b.surrender_charge, b.net) == (100_000, adjustment, charge, net)
    assert (b.value, b.account_change, c.withdrawals, c.payments_floor) == (100_000, [0, 0, -100_000], 100_000, 100_000)


def test_the_free_amount_and_taxes_are_taken_of_the_adjusted_amount() -> None:
    p = mva(
        free_of=FreeOf.VALUE, free_share=100_000_000, premium_tax=20_000_000, premium_tax_on_withdrawal=1, **rates(8)
    )
    c = segmented(200_000)
    c.basis = 100_000
    b = run(c, p, due(withdrawal=1, amount=100_000, withholding=100_000_000), market(0.9))
    # 900 after the adjustment, 200 of it free; 700 x 8 % = 56; 844 x 2 % = 16.88; all of it is income
    assert (b.free_available, b.free, b.surrender_charge, b.premium_tax) == (20_000, 20_000, 5_600, 1_688)
    assert (b.taxable, b.withholding, b.net, c.free_used) == (82_712, 8_271, 74_441, 20_000)
    c = segmented(200_000)
    b = run(c, p, due(withdrawal=1, amount=20_000), market(0.9))
    assert (b.free, b.surrender_charge, c.free_used) == (18_000, 0, 18_000)


def test_payments_are_withdrawn_by_the_adjusted_amount() -> None:
    c, p = segmented(200_000), mva(surrender_on=0, **rates(8))
    b = run(c, p, due(withdrawal=1, amount=100_000), market(1.1))
    assert (b.layer_taken[0], b.surrender_charge, c.layer_left[0]) == (110_000, 8_800, 90_000)


def test_the_floor_of_the_factor_binds() -> None:
    b = run(segmented(200_000), mva(), due(withdrawal=1, amount=100_000), market(0.9, floor=0.95))
    assert (b.market_value_adjustment, b.net) == (-5_000, 95_000)


@pytest.mark.parametrize(("day", "adjustment"), [(469, -10_000), (470, 0), (500, 0), (510, 0)])
def test_nothing_is_adjusted_from_the_first_day_of_the_window(day: int, adjustment: int) -> None:
    c = segmented(200_000, ends=ISSUE + 500)
    b = run(c, mva(), due(ISSUE + day, withdrawal=1, amount=100_000), market(0.9, day=ISSUE + day))
    assert b.market_value_adjustment == adjustment


@pytest.mark.parametrize(
    ("amount", "adjustment", "left"),
    [
        (30_000, 3_000, [70_000, 50_000]),
        (100_000, 10_000, [0, 50_000]),
        (120_000, 10_000 - 4_000, [0, 30_000]),
        (149_999, 10_000 - 10_000, [0, 1]),
    ],
)
def test_the_oldest_segment_first(amount: int, adjustment: int, left: list[int]) -> None:
    c = segmented(100_000, 50_000)
    b = run(c, mva(), due(withdrawal=1, amount=amount), market(1.1, 0.8))
    assert (b.market_value_adjustment, c.segment_balance[:2]) == (adjustment, left)
    assert b.net == amount + adjustment


def test_interest_is_added_to_the_segments_that_are_touched() -> None:
    c = segmented(100_000, 50_000, 50_000)
    b = run(c, mva(), due(withdrawal=1, amount=120_000), market(growth=1.1))
    assert (c.segment_balance[:3], b.interest) == ([0, 45_000, 50_000], [15_000])
    assert c.segment_anchor[:3] == [INDEX_SCALE * 11 // 10] * 2 + [INDEX_SCALE]
    assert b.account_change == [0, 0, -120_000]
    b = run(c, mva(), due(withdrawal=1, amount=1), market(growth=1.1))
    assert (c.segment_balance[:3], b.interest) == ([0, 44_999, 50_000], [0])


def test_only_the_part_out_of_segments_is_adjusted() -> None:
    c = segmented(50_000, held=(100_000, 50_000))
    b = run(c, mva(), due(withdrawal=1, amount=20_000), market(1.1))
    assert (b.account_change, b.market_value_adjustment) == ([-10_000, -5_000, -5_000], 500)
    b = run(c, mva(), due(withdrawal=1, named=1, withdraw_from=[5_000, 0, 0]), market(1.1))
    assert b.market_value_adjustment == 0
    b = run(c, mva(), due(withdrawal=1, named=1, withdraw_from=[0, 0, -HALF]), market(1.1))
    assert (b.gross, b.market_value_adjustment, c.segment_balance[:1]) == (22_500, 2_250, [22_500])
    b = run(c, mva(), due(withdrawal=1, named=1, withdraw_from=[0, 3, 1], amount=4_000), market(1.1))
    assert (b.account_change, b.market_value_adjustment) == ([0, -3_000, -1_000], 100)
    b = run(c, mva(), due(withdrawal=1, named=1, withdraw_from=[0, 0, 1], amount=1_000), market(1.1))
    assert (b.account_change, b.market_value_adjustment) == ([0, 0, -1_000], 100)
    b = run(c, mva(), due(withdrawal=1, named=1), market(1.1))
    assert (b.gross, b.market_value_adjustment) == (0, 0)


def test_a_net_amount_of_segments() -> None:
    c, p = segmented(200_000), mva(**rates(8))
    m = market(1.25)
    b = valued(c, p, m)
    assert gross_for_net(c, p, m, due(), b, 115_000) == 100_000  # 1,250 after the adjustment, 100 surrender charge
    assert net_of(c, p, m, due(), b, 100_000, 0) == 115_000
    assert may_withdraw(c, p, m, due(amount=230_001, net=1), b) == Reason.NET_CANNOT_BE_PAID
    assert may_withdraw(c, p, m, due(amount=230_000, net=1), b) == Reason.WHOLE_VALUE
    b = run(c, p, due(withdrawal=1, amount=115_000, net=1), m)
    assert (b.gross, b.market_value_adjustment, b.net) == (100_000, 25_000, 115_000)


def test_with_segments_a_cent_more_can_leave_a_cent_less() -> None:
    c = new_annuity(1, 2, ISSUE)
    c.units, c.balance, c.segments = [5_000_000], [0, 0], 2
    c.segment_account, c.segment_balance, c.segment_anchor = [0, 1], [500, 500], [INDEX_SCALE] * 2
    c.segment_rate, c.segment_start, c.segment_end = [0, 0], [START] * 2, [ISSUE + 500] * 2
    p = terms(guarantee_years=[5, 5], ends_into=[-1, -1])
    d = Due([0] * 3, [0] * 3, [0] * 3, [0] * 3, [0, 0], day=ISSUE, serial=ISSUE)
    factors = [2 * INDEX_SCALE, INDEX_SCALE * 6 // 10]
    m = Market([10**6], [INDEX_SCALE] * 2, [0, 0], [INDEX_SCALE] * 2, factors, [0, 0], ISSUE)
    b = run(c, p, d, m)
    left = [net_of(c, p, m, d, b, gross, 0) for gross in range(1_501)]
    assert left[3:7] == [4, 6, 5, 7]  # 4 cents are 1, 2 and 1 of the accounts, 5 cents are 2, 1 and 2
    for net in range(1, 1_801):
        found = gross_for_net(c, p, m, d, b, net)
        assert left[found - 1] < net <= left[found]
        assert all(less < net for less in left[: max(0, found - 4)])


def test_a_contract_of_one_account_with_segments_alone() -> None:
    c, p, m = segmented(10_000), mva(), market(0.5)
    c.funds, c.units, m.unit_value = 0, [], []
    d = Due([0], [0], [0], [0], [0], day=ISSUE, serial=ISSUE, withdrawal=1, amount=1_000)
    assert run(c, p, d, m).market_value_adjustment == -500


# Transfers


def test_a_transfer_moves_what_the_adjustment_leaves() -> None:
    c, p = segmented(100_000, 50_000, held=(10_000, 0)), mva()
    d = due(transfer=1, transfer_out=[0, 0, 120_000], transfer_into=[0, PPB, 0])
    b = run(c, p, d, market(1.1, 0.8))
    assert (b.transfer, b.market_value_adjustment, b.account_change) == (120_000, 6_000, [0, 126_000, -120_000])
    assert (c.segment_balance[:2], b.value, c.fixed_out_count) == ([0, 30_000], 166_000, [1])
    c = segmented(100_000)
    b = run(c, p, due(transfer=1, transfer_out=[0, 0, -HALF], transfer_into=[PPB, 0, 0]), market(0.5))
    assert (b.transfer, b.market_value_adjustment, b.account_change) == (50_000, -25_000, [25_000, 0, -50_000])


def test_a_transfer_from_sub_accounts_is_not_adjusted() -> None:
    c, p = segmented(100_000, held=(10_000, 0)), mva()
    b = run(c, p, due(transfer=1, transfer_out=[4_000, 0, 0], transfer_into=[0, PPB, 0]), market(0.5))
    assert (b.market_value_adjustment, b.account_change) == (0, [-4_000, 4_000, 0])


def test_a_transfer_out_and_in_on_one_day_begins_a_new_segment() -> None:
    c, p = segmented(100_000), mva()
    d = due(transfer=1, transfer_out=[0, 0, 40_000], transfer_into=[HALF, 0, HALF], segment_end=[ISSUE + 1_900])
    b = run(c, p, d, market(1.25, rate=30_000_000))
    assert (b.transfer, b.market_value_adjustment, b.account_change) == (40_000, 10_000, [25_000, 0, -15_000])
    assert (c.segments, c.segment_balance[:2], c.segment_start[:2]) == (2, [60_000, 25_000], [START, ISSUE + 10])
    assert (c.segment_rate[:2], c.segment_end[:2]) == ([50_000_000, 30_000_000], [ISSUE + 500, ISSUE + 1_900])
    d.segment_end = [ISSUE + 1_901]
    b = run(c, p, d, market(1.25, rate=30_000_000))
    assert (c.segment_balance[:3], c.segment_end[:3]) == (
        [20_000, 25_000, 25_000],
        [ISSUE + n for n in (500, 1_900, 1_901)],
    )


def test_the_transfer_fee_is_taken_after_the_adjustment() -> None:
    p = mva(free_transfers=0, transfer_fee=2_500)
    move = {"transfer": 1, "transfer_into": [0, PPB, 0]}
    b = run(segmented(100_000), p, due(transfer_out=[0, 0, 10_000], **move), market(0.5))
    assert (b.transfer_fee, b.account_change) == (2_500, [0, 2_500, -10_000])
    b = run(segmented(100_000), p, due(transfer_out=[0, 0, 4_000], **move), market(0.5))
    assert (b.transfer_fee, b.account_change) == (2_000, [0, 0, -4_000])


def test_the_limits_of_a_transfer_look_at_segments_before_the_adjustment() -> None:
    c, p = segmented(100_000), mva(fixed_out_share=[PPB // 4])
    b = valued(c, p, market(0.5))
    for cents, expected in ((25_000, Reason.NONE), (25_001, Reason.FIXED_TRANSFER_SHARE)):
        assert may_transfer(c, p, due(transfer_out=[0, 0, cents], transfer_into=[PPB, 0, 0]), b) == expected


# Surrender


@pytest.mark.parametrize(
    ("taken_from", "adjustment", "net"),
    [
        # 30 of 3,000: 10 of each account, and 1,990 x 10 %; or all of it from the sub-account, and 2,000 x 10 %
        (ChargeFrom.ALL_ACCOUNTS, 19_800, 316_800),
        (ChargeFrom.SUB_ACCOUNTS, 20_000, 317_000),
    ],
)
def test_a_surrender_adjusts_what_the_maintenance_charge_leaves(taken_from: int, adjustment: int, net: int) -> None:
    p = mva(maintenance=3_000, maintenance_on_surrender=1, maintenance_from=taken_from)
    c = segmented(150_000, 50_000, held=(100_000, 0))
    assert run(c, p, due(valuation=1), market(1.1)).surrender_value == net
    b = run(c, p, due(surrender=1), market(1.1))
    assert (b.maintenance, b.gross, b.market_value_adjustment, b.net) == (3_000, 297_000, adjustment, net)
    assert (c.segment_balance[:2], b.account_change, c.status) == ([0, 0], [-100_000, 0, -200_000], Status.SURRENDERED)


@pytest.mark.parametrize(
    ("in_fund", "in_segment", "adjustment", "net"),
    [
        (3_000, 100_000, -50_000, 50_000),
        (2_000, 100_000, -49_500, 49_500),
        (0, 100_000, -48_500, 48_500),
        (0, 3_000, 0, 0),
        (0, 2_000, 0, 0),
        (2_900, 50, 0, 0),
    ],
)
def test_segments_bear_what_sub_accounts_cannot_of_the_charge(
    in_fund: int, in_segment: int, adjustment: int, net: int
) -> None:
    p = mva(maintenance=3_000, maintenance_on_surrender=1, maintenance_from=ChargeFrom.SUB_ACCOUNTS)
    c = segmented(in_segment, held=(in_fund, 0))
    assert run(c, p, due(valuation=1), market(0.5)).surrender_value == net
    b = run(c, p, due(surrender=1), market(0.5))
    assert (b.market_value_adjustment, b.net) == (adjustment, net)
    assert b.maintenance == min(3_000, in_fund + in_segment)


def test_a_surrender_charge_is_taken_of_the_adjusted_amount() -> None:
    p = mva(free_of=FreeOf.VALUE, free_share=100_000_000, free_on_surrender=1, **rates(8))
    b = run(segmented(100_000), p, due(valuation=1), market(0.5))
    assert b.surrender_value == 50_000 - 3_200  # 500 less 8 % of 400
    assert run(segmented(100_000), p, due(surrender=1), market(0.5)).net == 46_800
    b = run(segmented(100_000, ends=ISSUE + 40), p, due(surrender=1), market(0.5))
    assert (b.market_value_adjustment, b.net) == (0, 92_800)


def test_an_account_without_segments_is_not_adjusted() -> None:
    p = terms(maintenance=3_000, maintenance_on_surrender=1)
    c = contract(10_000, 0, 50_000)
    assert surrender_adjustment(c, p, market(0.5), due(), valued(c, p, market()), 3_000) == 0


# What is never adjusted


def test_a_maintenance_charge_takes_the_oldest_segment_first_and_adjusts_nothing() -> None:
    c, p = segmented(2_000, 50_000, held=(48_000, 0)), mva(maintenance=6_000)
    b = run(c, p, due(maintenance=1), market(0.5))
    assert (b.maintenance, b.market_value_adjustment, b.account_change) == (6_000, 0, [-2_880, 0, -3_120])
    assert c.segment_balance[:2] == [0, 48_880]
    c, p.maintenance_from = segmented(50_000, held=(1_000, 0)), ChargeFrom.SUB_ACCOUNTS
    b = run(c, p, due(maintenance=1), market(0.5))
    assert (b.maintenance, c.segment_balance[:1]) == (1_000, [50_000])


def test_a_death_benefit_and_the_free_look_are_not_adjusted() -> None:
    for request in ({"death_claim": 1}, {"free_look": 1}):
        c = segmented(100_000)
        b = run(c, mva(), due(**request), market(0.5))
        assert (b.gross, b.market_value_adjustment, b.net, b.value) == (100_000, 0, 100_000, 0)
        assert c.segment_balance[:1] == [0]


# The end of a segment


def test_a_segment_that_ends_is_renewed_at_todays_rate() -> None:
    c, p = segmented(100_000, 50_000, ends=ISSUE + 10), mva()
    c.segment_end[1] = ISSUE + 11
    later = {"segment_end": [ISSUE + 1_836]}
    m = market(0.5, growth=1.1, rate=20_000_000)
    b = run(c, p, due(segments_end=1, **later), m)
    assert (c.segment_balance[:2], b.interest, b.account_change) == ([110_000, 50_000], [10_000], [0, 0, 0])
    assert (c.segment_rate[:2], c.segment_anchor[:2]) == ([20_000_000, 50_000_000], [INDEX_SCALE] * 2)
    assert (c.segment_start[:2], c.segment_end[:2]) == ([ISSUE + 10, START], [ISSUE + 1_836, ISSUE + 11])
    assert (b.before, b.value, b.market_value_adjustment, c.segments) == (165_000, 165_000, 0, 2)
    b = run(c, p, due(segments_end=1, **later), m)
    assert (b.value, b.interest, c.segment_balance[:2]) == (165_000, [0], [110_000, 50_000])


def test_a_segment_ends_on_its_day_only_when_that_is_due() -> None:
    c, p = segmented(100_000, ends=ISSUE + 10), mva()
    run(c, p, due(ISSUE + 9, segments_end=1), market(day=ISSUE + 9))
    run(c, p, due(), market())
    assert (c.segment_start[0], c.segment_end[0]) == (START, ISSUE + 10)
    run(c, p, due(ISSUE + 12, segments_end=1, segment_end=[ISSUE + 99]), market(day=ISSUE + 12))
    assert (c.segment_start[0], c.segment_end[0]) == (ISSUE + 12, ISSUE + 99)


def test_an_empty_segment_is_not_renewed() -> None:
    c, p = segmented(100_000, 1, ends=ISSUE + 10), mva()
    c.segment_balance = [0, 1]
    run(c, p, due(segments_end=1, segment_end=[ISSUE + 99]), market())
    assert c.segment_start[:2] == [START, ISSUE + 10]


def test_a_renewed_segment_earns_from_then_and_keeps_its_place() -> None:
    c, p = segmented(100_000, 50_000, ends=ISSUE + 10), mva()
    c.segment_end[1] = ISSUE + 800
    run(c, p, due(segments_end=1, segment_end=[ISSUE + 1_836]), market(growth=1.5))
    b = run(c, p, due(ISSUE + 11), market(growth=1.01, day=ISSUE + 11))
    assert b.value == 151_500 + 50_500
    run(c, p, due(ISSUE + 11, withdrawal=1, amount=1_500), market(growth=1.01, day=ISSUE + 11))
    assert c.segment_balance[:2] == [150_000, 50_000]


def test_a_segment_ends_into_a_sub_account() -> None:
    c, p = segmented(100_000, 50_000, 20_000, ends=ISSUE + 10, held=(7, 0)), mva(ends_into=[1])
    c.segment_end[2] = ISSUE + 11
    b = run(c, p, due(segments_end=1), market(0.5, growth=1.1))
    assert (b.account_change, b.interest, b.units_change) == ([0, 165_000, -165_000], [15_000], [0, 1_650_000_000])
    assert (c.segment_balance[:3], b.account_value) == ([0, 0, 20_000], [7, 165_000, 22_000])
    assert (b.before, b.value, b.market_value_adjustment) == (187_007, 187_007, 0)
    b = run(c, p, due(segments_end=1), market(growth=1.1))
    assert b.account_change == [0, 0, 0]


def test_the_first_sub_account_can_take_a_segment_too() -> None:
    c, p = segmented(100_000, ends=ISSUE + 10), mva(ends_into=[0])
    assert run(c, p, due(segments_end=1), market()).account_change == [100_000, 0, -100_000]


def test_what_leaves_a_segment_is_never_more_than_it_holds() -> None:
    c = segmented(1_000, 500)
    b = new_breakdown(c)
    b.part[2] = 2_000
    take_from_segments(c, market(), b)
    assert c.segment_balance == [0, 0]
    assert adjustment_on(segmented(1_000, 500), mva(), market(0.5), due(), 0, 2_000) == -750


@pytest.mark.parametrize(("months", "years"), [(0, 0), (1, 1), (12, 1), (13, 2), (24, 2), (25, 3)])
def test_a_part_of_a_year_counts_as_a_whole_one(months: int, years: int) -> None:
    assert years_for(months) == years
