"""A projection by month equals the same months run one by one in CPython."""

from copy import deepcopy
from datetime import date
from random import Random
from typing import Any

import numba
import numpy as np
import pytest
from tests.properties.histories import life

from inforce.dates import MonthEnd, anniversary, day_number
from inforce.errors import Fault
from inforce.market import DayCount, earned_before
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Annuity, Terms, make_room, new_annuity, new_breakdown, new_due, new_market
from inforce.projection import Guarantees, Month, Months, Plan, contract_months, project_months
from inforce.projection.plans import run_month
from inforce.projection.segments import terms_between
from inforce.terms.schema import FixedAccount

pytestmark = [pytest.mark.compiled, pytest.mark.slow]

MONTHS, PATHS = 40, 3


Given = tuple[Annuity, Terms, Plan, list[Month], Guarantees]


def in_cpython(
    c: Annuity, p: Terms, plan: Plan, calendar: list[Month], g: Guarantees, unit_values: Any, indices: Any, rates: Any
) -> list[tuple[int, int, int, int]]:
    """Value, surrender value, death benefit and refusals of each month."""
    c, g, d, months = deepcopy(c), deepcopy(g), new_due(c.funds, c.fixed), []
    for t, month in enumerate(calendar):
        make_room(c, p)
        b, m = new_breakdown(c), new_market(unit_values[t].tolist(), indices[t].tolist())
        room = len(c.segment_balance)
        m.segment_index, m.market_factor, m.floor_factor = [0] * room, [0] * room, [0] * room
        for days in (g.earned, g.end_day):
            days += [0] * (room - len(days))
        refused = run_month(c, p, plan, g, month, rates[t].tolist(), m, d, b, t + 1)
        months.append((b.value, b.surrender_value, b.death_benefit, refused))
    return months


def contract(seed: int) -> Given:
    """A contract issued in 2000 with some money in it, random terms and a plan; every other one has segments."""
    r = Random(seed)
    p = next(t for s in range(seed * 1000, 10**9) if len((t := life(s, steps=(1, 1)).terms).fixed_out_share) == 2)
    p.value_scale, p.minimum_payment, p.maximum_payments, p.single_payment = 10**10, 0, -1, 0
    p.minimum_withdrawal, p.minimum_value_after = 0, r.choice([0, 50_000])
    p.guarantee_years = r.choice([[0, 1], [1, 3], [3, 1], [2, 2]]) if seed % 2 else [0, 0]
    p.ends_into = [r.choice([-1, -1, 2]) for _ in range(2)]
    c = new_annuity(3, 2, 744_000)
    c.units, c.balance, c.anchor = [100_000_000, 0, 250_000_000], [500_000, 0], [INDEX_SCALE] * 2
    if p.guarantee_years[0]:
        c.balance[0] = 0
    c.layers, c.layer_paid, c.layer_left, c.layer_day = 1, [900_000], [900_000], [744_000]
    c.payments = c.payments_floor = c.basis = c.anniversary_value = 900_000
    plan = Plan([200_000_000] * 5, 10_000 * r.randint(0, 1), r.randint(1, 5), 12)
    plan.withdrawal, plan.withdrawal_net, plan.withdrawal_until = r.choice([0, 2_500, 40_000]), r.randint(0, 1), 100
    plan.transfer_out = r.choice([[5_000, 0, 0, 0, 0], [0, 0, 0, -100_000_000, -50_000_000], [0, 0, 0, -PPB, 0]])
    plan.transfer_into = r.choice([[0, PPB, 0, 0, 0], [0, 0, 0, 400_000_000, 600_000_000]])
    plan.transfer_from, plan.transfer_until = r.randint(1, 10), r.choice([0, 12, 20])
    accounts = [FixedAccount.model_construct(guarantee_years=years, day_count=r.choice(list(DayCount)))
                for years in p.guarantee_years]  # fmt: skip
    calendar = contract_months(date(2000, 1, 31), date(2004, 6, 10), MONTHS, MonthEnd.LAST_DAY, accounts)
    g = Guarantees(
        [15_000_000] * 2,
        [],
        [],
        *terms_between(dict(zip("ab", p.guarantee_years, strict=True))),
        r.choice([0, 2_500_000]),
        r.choice([-1, 0, 30_000_000]),
    )
    if p.guarantee_years[1]:
        segment(c, p, g, date(2004, 3, 30), DayCount(accounts[1].day_count))
    return c, p, plan, calendar, g


def segment(c: Annuity, p: Terms, g: Guarantees, began: date, count: DayCount) -> None:
    """A segment of $4,000 at 5 % in the second fixed account."""
    ends = anniversary(began, p.guarantee_years[1], MonthEnd.LAST_DAY)
    c.segments, c.segment_account, c.segment_balance, c.segment_anchor = 1, [1], [400_000], [INDEX_SCALE]
    c.segment_rate, c.segment_start, c.segment_end = [50_000_000], [began.toordinal()], [ends.toordinal()]
    g.earned, g.end_day = [earned_before(began, count)], [day_number(ends)]


def paths() -> tuple[Any, Any, Any]:
    """Unit values, indices and declared rates."""
    chance = np.random.default_rng(5)
    growth = chance.normal(0.003, 0.05, (PATHS, MONTHS, 3))
    unit_values = np.rint(12_345_678 * np.exp(growth.cumsum(axis=1))).astype(np.int64)
    index = np.rint(INDEX_SCALE * 1.002 ** np.arange(1, MONTHS + 1)).astype(np.int64)
    steps = chance.integers(-8, 9, (PATHS, MONTHS, 2)).cumsum(axis=1)
    rates = np.clip(45 + steps, 0, 120) * 1_000_000
    return unit_values, np.broadcast_to(index[None, :, None], (PATHS, MONTHS, 2)), rates


def project(given: list[Given], unit_values: Any, indices: Any, rates: Any, **options: Any) -> Months:
    *columns, guarantees = (list(column) for column in zip(*given, strict=True))
    return project_months(*columns, unit_values, indices, declared=rates, guarantees=guarantees, **options)


def run(count: int, **options: Any) -> Months:
    return project([contract(seed) for seed in range(count)], *paths(), **options)


def test_a_projection_is_the_months_one_by_one() -> None:
    count = 2 * 16 + 5
    each, summed = run(count, sum_paths=False), run(count)
    numbers = paths()
    for n in range(count):
        months = np.array([in_cpython(*contract(n), *(number[s] for number in numbers)) for s in range(PATHS)])
        for k, amounts in enumerate((each.value, each.surrender_value, each.death_benefit)):
            assert (amounts[n] == months[..., k]).all(), n
        assert each.refused[n] == months[..., 3].sum()
    assert each.refused.sum() > 0
    assert (summed.value[:, 0] == each.value.sum(axis=1)).all()
    assert (summed.death_benefit[:, 0] == each.death_benefit.sum(axis=1)).all()
    shared, repeated = numbers[2][:1], np.repeat(numbers[2][:1], PATHS, axis=0)
    given = [contract(3)]
    assert (project(given, *numbers[:2], shared).value == project(given, *numbers[:2], repeated).value).all()


def test_one_thread_and_all_agree() -> None:
    before = numba.get_num_threads()
    many = run(20)
    numba.set_num_threads(1)
    try:
        one = run(20)
    finally:
        numba.set_num_threads(before)
    assert (many.surrender_value == one.surrender_value).all()


def test_paths_beyond_exact_arithmetic_are_refused() -> None:
    unit_values, indices, rates = paths()
    unit_values[1, 20:] = 10**18
    with pytest.raises(Fault, match="beyond exact 64-bit arithmetic"):
        project([contract(0)], unit_values, indices, rates)


def test_money_that_outgrows_exact_arithmetic_on_its_way_is_refused() -> None:
    unit_values, indices, rates = paths()
    unit_values[:, ::2], unit_values[:, 1::2] = 1_000, 1_000_000_000_000
    with pytest.raises(Fault, match="beyond exact 64-bit arithmetic"):
        project([contract(0)], unit_values, indices, rates)


def test_rates_beyond_exact_powers_are_refused() -> None:
    unit_values, indices, rates = paths()
    with pytest.raises(Fault, match=r"A rate of 500\d+ parts per billion over \d years is beyond"):
        project([contract(3)], unit_values, indices, rates * 0 + 5_000_000_000)
    with pytest.raises(ValueError, match="A declared rate is below 0"):
        project([contract(3)], unit_values, indices, rates * 0 - 1)


def test_more_segments_than_compiled_code_holds_are_refused() -> None:
    c, p, plan, calendar, g = contract(3)
    calendar, plan.payment, plan.payment_until, plan.transfer_until = calendar * 8, 10_000, 320, 320
    numbers = (np.tile(each, (1, 8, 1)) for each in paths())
    with pytest.raises(Fault, match=r"\d+ segments are more than the largest compiled capacity, 512"):
        project([(c, p, plan, calendar, g)], *numbers)


def test_paths_of_other_funds_or_months_are_refused() -> None:
    unit_values, indices, rates = paths()
    c, p, plan, calendar, g = contract(0)
    with pytest.raises(ValueError, match="not those of the paths"):
        project([(c, p, plan, calendar[:-1], g)], unit_values, indices, rates)
    with pytest.raises(ValueError, match="Indices are for"):
        project([contract(0)], unit_values, indices[:, :-1], rates)
    with pytest.raises(ValueError, match="Declared rates are for"):
        project([contract(0)], unit_values, indices, rates[:2])


def test_segments_without_declared_rates_are_refused() -> None:
    c, p, plan, calendar, _ = contract(3)
    unit_values, indices, _ = paths()
    with pytest.raises(ValueError, match="need declared rates on the paths"):
        project_months([c], [p], [plan], [calendar], unit_values, indices)


def test_guarantees_calendars_and_shares_that_do_not_fit_are_refused() -> None:
    c, p, plan, calendar, g = contract(3)
    with pytest.raises(ValueError, match="Guarantees are not those of the contract"):
        project([(c, p, plan, calendar, Guarantees([0, 0], [], []))], *paths())
    bare = contract_months(date(2000, 1, 31), date(2004, 6, 10), MONTHS, MonthEnd.LAST_DAY)
    with pytest.raises(ValueError, match="A calendar has no ends of segments"):
        project([(c, p, plan, bare, g)], *paths())
    plan.transfer_into, plan.transfer_until = [PPB, 1, 0, 0, 0], 1
    with pytest.raises(ValueError, match="add up to 1000000001, not 1000000000"):
        project([(c, p, plan, calendar, g)], *paths())


def test_the_calendar_holds_monthly_dates_and_anniversaries() -> None:
    months = contract_months(date(2000, 1, 31), date(2000, 12, 31), 3, MonthEnd.LAST_DAY)
    serials = [date(2001, 1, 31), date(2001, 2, 28), date(2001, 3, 31)]
    assert [m.serial for m in months] == [day.toordinal() for day in serials]
    assert [m.anniversary for m in months] == [1, 0, 0]
    first = (2001 * 12 + 0) * 31 + 30
    assert [m.day - first for m in months] == [0, 31, 62]
    assert [m.payment_day - first for m in months] == [0, 28, 62]
    assert [m.eve - first for m in months] == [-1, 27, 61]
