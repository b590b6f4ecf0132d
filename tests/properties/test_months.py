"""A projection by month equals the same months run one by one in CPython."""

from copy import deepcopy
from datetime import date
from random import Random
from typing import Any

import numba
import numpy as np
import pytest
from tests.properties.histories import life

from inforce.dates import MonthEnd
from inforce.errors import Fault
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.records import Annuity, Terms, make_room, new_annuity, new_breakdown, new_due, new_market
from inforce.projection import Guarantees, Month, Months, Plan, contract_months, project_months
from inforce.projection.months import run_month

pytestmark = [pytest.mark.compiled, pytest.mark.slow]

MONTHS, PATHS = 40, 3


def in_cpython(
    c: Annuity, p: Terms, plan: Plan, calendar: list[Month], unit_values: Any, indices: Any
) -> list[tuple[int, int, int, int]]:
    """Value, surrender value, death benefit and refusals of each month."""
    c, d, g, months = deepcopy(c), new_due(c.funds, c.fixed), Guarantees([0], [], []), []
    for t, month in enumerate(calendar):
        make_room(c, p)
        b, m = new_breakdown(c), new_market(unit_values[t].tolist(), indices[t].tolist())
        refused = run_month(c, p, plan, g, month, [0], m, d, b, t + 1)
        months.append((b.value, b.surrender_value, b.death_benefit, refused))
    return months


def contract(seed: int) -> tuple[Annuity, Terms, Plan, list[Month]]:
    """A contract issued in 2000 with some money in it, random terms and a plan."""
    r = Random(seed)
    p = next(t for s in range(seed * 1000, 10**9) if len((t := life(s, steps=(1, 1)).terms).fixed_out_share) == 1)
    p.value_scale, p.minimum_payment, p.maximum_payments, p.single_payment = 10**10, 0, -1, 0
    p.minimum_withdrawal, p.minimum_value_after = 0, r.choice([0, 50_000])
    p.guarantee_years, p.ends_into = [0], [-1]
    c = new_annuity(3, 1, 744_000)
    c.units, c.balance, c.anchor = [100_000_000, 0, 250_000_000], [500_000], [INDEX_SCALE]
    c.layers, c.layer_paid, c.layer_left, c.layer_day = 1, [900_000], [900_000], [744_000]
    c.payments = c.payments_floor = c.basis = c.anniversary_value = 900_000
    plan = Plan([250_000_000] * 4, 10_000 * r.randint(0, 1), r.randint(1, 5), 12)
    plan.withdrawal, plan.withdrawal_net, plan.withdrawal_until = r.choice([0, 2_500, 40_000]), r.randint(0, 1), 100
    return c, p, plan, contract_months(date(2000, 1, 31), date(2004, 6, 10), MONTHS, MonthEnd.LAST_DAY)


def paths() -> tuple[Any, Any]:
    growth = np.random.default_rng(5).normal(0.003, 0.05, (PATHS, MONTHS, 3))
    unit_values = np.rint(12_345_678 * np.exp(growth.cumsum(axis=1))).astype(np.int64)
    index = np.rint(INDEX_SCALE * 1.002 ** np.arange(1, MONTHS + 1)).astype(np.int64)
    return unit_values, np.broadcast_to(index[None, :, None], (PATHS, MONTHS, 1))


def run(count: int, **options: Any) -> Months:
    given = [contract(seed) for seed in range(count)]
    return project_months(*(list(column) for column in zip(*given, strict=True)), *paths(), **options)


def test_a_projection_is_the_months_one_by_one() -> None:
    count = 2 * 16 + 5
    each, summed = run(count, sum_paths=False), run(count)
    unit_values, indices = paths()
    for n in range(count):
        months = np.array([in_cpython(*contract(n), unit_values[s], indices[s]) for s in range(PATHS)])
        for k, amounts in enumerate((each.value, each.surrender_value, each.death_benefit)):
            assert (amounts[n] == months[..., k]).all(), n
        assert each.refused[n] == months[..., 3].sum()
    assert each.refused.sum() > 0
    assert (summed.value[:, 0] == each.value.sum(axis=1)).all()
    assert (summed.death_benefit[:, 0] == each.death_benefit.sum(axis=1)).all()


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
    c, p, plan, calendar = contract(0)
    unit_values, indices = paths()
    unit_values[1, 20:] = 10**18
    with pytest.raises(Fault, match="beyond exact 64-bit arithmetic"):
        project_months([c], [p], [plan], [calendar], unit_values, indices)


def test_money_that_outgrows_exact_arithmetic_on_its_way_is_refused() -> None:
    c, p, plan, calendar = contract(0)
    unit_values, indices = paths()
    unit_values[:, ::2], unit_values[:, 1::2] = 1_000, 1_000_000_000_000
    with pytest.raises(Fault, match="beyond exact 64-bit arithmetic"):
        project_months([c], [p], [plan], [calendar], unit_values, indices)


def test_paths_of_other_funds_or_months_are_refused() -> None:
    c, p, plan, calendar = contract(0)
    unit_values, indices = paths()
    with pytest.raises(ValueError, match="not those of the paths"):
        project_months([c], [p], [plan], [calendar[:-1]], unit_values, indices)
    with pytest.raises(ValueError, match="Indices are for"):
        project_months([c], [p], [plan], [calendar], unit_values, indices[:, :-1])


def test_the_calendar_holds_monthly_dates_and_anniversaries() -> None:
    months = contract_months(date(2000, 1, 31), date(2000, 12, 31), 3, MonthEnd.LAST_DAY)
    serials = [date(2001, 1, 31), date(2001, 2, 28), date(2001, 3, 31)]
    assert [m.serial for m in months] == [day.toordinal() for day in serials]
    assert [m.anniversary for m in months] == [1, 0, 0]
    first = (2001 * 12 + 0) * 31 + 30
    assert [m.day - first for m in months] == [0, 31, 62]
    assert [m.payment_day - first for m in months] == [0, 28, 62]
    assert [m.eve - first for m in months] == [-1, 27, 61]
