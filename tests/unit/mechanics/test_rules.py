"""Worked examples of the rules that need no contract; those of the docstrings first."""

import inspect
import re
from copy import deepcopy

import pytest
from tests.unit.mechanics.setting import ISSUE, YEAR, contract, due, rates, terms

from inforce.mechanics.death_benefit import death_benefit, floor_after, free_look_refund
from inforce.mechanics.interest import INDEX_SCALE, credited_rate, with_interest
from inforce.mechanics.money import greater_of, lesser_of, portion, pro_rata_reduction, ratio
from inforce.mechanics.rule import RULES, rule, watcher
from inforce.mechanics.surrender import charge_day, charge_rate, on_payments, premium_tax, years_completed
from inforce.mechanics.tax import basis_carried, basis_part, taxable_part
from inforce.mechanics.units import net_investment_factor, next_unit_value, units_for, units_left, value_of


@pytest.mark.parametrize(
    ("operands", "expected"),
    [
        ((5, 1, 2), 3),
        ((4, 1, 3), 1),
        ((5, 1, 3), 2),
        ((1, 1, 2), 1),
        ((1, 1, 3), 0),
        ((0, 7, 9), 0),
        ((49, 1, 100), 0),
        ((50, 1, 100), 1),
        ((10**30, 10**30, 10**30), 10**30),
    ],
)
def test_ratio_rounds_halves_up(operands: tuple[int, int, int], expected: int) -> None:
    assert ratio(*operands) == expected


def test_portion_of_an_amount() -> None:
    assert portion(100_000, 70_000_000) == 7_000
    assert portion(1, 500_000_000) == 1
    assert portion(1, 499_999_999) == 0


def test_greater_and_lesser() -> None:
    assert (greater_of(1, 2), greater_of(2, 1), lesser_of(1, 2), lesser_of(2, 1)) == (2, 2, 1, 1)


def test_pro_rata_reduction() -> None:
    assert pro_rata_reduction(10_000_000, 2_000_000, 8_000_000) == 7_500_000
    assert pro_rata_reduction(10_000_000, 8_000_000, 8_000_000) == 0
    assert pro_rata_reduction(10_000_000, 9_000_000, 8_000_000) == 0
    assert pro_rata_reduction(3, 1, 2) == 1  # 1.5 is taken as 2


def test_units_and_their_value() -> None:
    assert value_of(100_000_000, 12_345_678, 10_000_000_000) == 123_457
    assert units_for(123_457, 12_345_678, 10_000_000_000) == 100_000_178
    assert units_left(100_000_178, 12_345_678, 10_000_000_000, 123_457, 123_457) == 0
    assert units_left(100_000_178, 12_345_678, 10_000_000_000, 123_456, 123_457) == 100_000_178 - 99_999_368
    assert units_left(5_000, 1_000_000, 10_000_000_000, 0, 1) == 5_000
    assert units_left(4_000, 1_000_000, 10_000_000_000, 0, 0) == 4_000  # worth less than half a cent, and left alone
    assert units_left(14_900, 1_000_000, 10_000_000_000, 1, 2) == 4_900
    assert units_left(9_900, 1_000_000, 10_000_000_000, 1, 2) == 0  # never more than there are


def test_net_investment_factor() -> None:
    assert net_investment_factor(10_100_000, 0, 10_000_000, 35_616_438) == 1_009_964_383_562
    assert net_investment_factor(9_900_000, 200_000, 10_000_000, 0) == 1_010_000_000_000
    assert next_unit_value(12_345_678, 1_009_964_383_562) == 12_468_695


def test_interest_from_the_anchor() -> None:
    assert with_interest(100_000, 1_010_000_000_000_000, 1_000_000_000_000_000) == 101_000
    assert with_interest(100_000, 1_020_100_000_000_000, 1_010_000_000_000_000) == 101_000
    assert credited_rate(35_000_000, 30_000_000, 10_000_000) == 35_000_000
    assert credited_rate(5_000_000, 30_000_000, 10_000_000) == 30_000_000
    assert credited_rate(5_000_000, 0, 10_000_000) == 10_000_000


def test_interest_on_a_half_cent_is_not_lost_to_the_rounding_of_the_index() -> None:
    assert with_interest(100, INDEX_SCALE + 5_000_000_000_000 - 4, INDEX_SCALE) == 101
    assert with_interest(100, INDEX_SCALE + 5_000_000_000_000 - 5, INDEX_SCALE) == 100


def test_payments_floor() -> None:
    assert floor_after(terms(floor=0), 10_000_000, 2_000_000, 8_000_000) == 8_000_000
    assert floor_after(terms(floor=1), 10_000_000, 2_000_000, 8_000_000) == 7_500_000
    assert floor_after(terms(floor=0), 1_000, 2_000, 8_000) == 0


def test_death_benefit() -> None:
    assert death_benefit(terms(death_benefit=0), 900, 1_000, 0) == 900
    assert death_benefit(terms(death_benefit=1), 900, 1_000, 0) == 1_000
    assert death_benefit(terms(death_benefit=1), 1_100, 1_000, 0) == 1_100
    assert death_benefit(terms(death_benefit=1), 900, 1_000, 1_100) == 1_000
    assert death_benefit(terms(death_benefit=0), 900, 1_000, 1_100) == 900
    assert death_benefit(terms(reset_years=3), 900, 1_000, 1_100) == 1_100
    assert death_benefit(terms(reset_years=3), 900, 1_100, 1_000) == 1_100
    assert death_benefit(terms(reset_years=3), 1_100, 900, 1_000) == 1_100


def test_free_look_refund() -> None:
    assert free_look_refund(terms(refund=0), 970, 1_000, 20) == 990
    assert free_look_refund(terms(refund=1), 970, 1_000, 20) == 1_000
    assert free_look_refund(terms(refund=2), 970, 1_000, 20) == 1_000
    assert free_look_refund(terms(refund=2), 990, 1_000, 20) == 1_010


def test_years_completed() -> None:
    assert [years_completed(100, 100 + n) for n in (-1, 0, 371, 372, 743, 744)] == [0, 0, 0, 1, 1, 2]


def test_the_day_that_decides_the_year() -> None:
    assert charge_day(terms(anniversary_year=0), due(ISSUE + YEAR)) == ISSUE + YEAR - 1
    assert charge_day(terms(anniversary_year=1), due(ISSUE + YEAR)) == ISSUE + YEAR


def test_the_rate_of_a_year_and_the_last_one_from_there_on() -> None:
    p = terms(**rates(8, 7, 3))
    found = [charge_rate(p, ISSUE, ISSUE + day) // 10_000_000 for day in (-5, 0, 371, 372, 743, 744, 5_000)]
    assert found == [8, 8, 8, 7, 7, 3, 3]


@pytest.mark.parametrize(
    ("clock", "on", "expected"), [(0, 0, 1), (0, 1, 0), (0, 2, 0), (1, 0, 1), (1, 1, 1), (1, 2, 1)]
)
def test_where_the_charge_looks_at_payments(clock: int, on: int, expected: int) -> None:
    assert on_payments(terms(surrender_clock=clock, surrender_on=on)) == expected


def test_premium_tax_is_taken_where_the_state_takes_it() -> None:
    assert premium_tax(terms(premium_tax=35_000_000), 100_000) == 0
    assert premium_tax(terms(premium_tax=35_000_000, premium_tax_on_withdrawal=1), 100_000) == 3_500


def test_earnings_come_first() -> None:
    c = contract(100_000)
    assert taxable_part(c, terms(), 60_000, 150_000) == 50_000
    assert taxable_part(c, terms(), 40_000, 150_000) == 40_000
    assert taxable_part(c, terms(), 40_000, 90_000) == 0


def test_the_basis_goes_with_an_exchange() -> None:
    assert basis_carried(100_000, 60_000, 150_000) == 40_000
    assert basis_carried(100_000, 50_000, 80_000) == 62_500  # worth less than its basis: more goes than is paid
    assert [basis_carried(100_000, gross, 80_000) for gross in (79_999, 80_000)] == [99_999, 100_000]
    assert basis_carried(3, 1, 2) == 2  # 1.5 is taken as 2
    assert basis_carried(100_000, 0, 0) == 100_000  # the value is gone, the basis is not


def test_the_basis_comes_back_in_proportion() -> None:
    c = contract(100_000)
    assert taxable_part(c, terms(taxation=1), 60_000, 150_000) == 20_000
    assert taxable_part(c, terms(taxation=1), 150_000, 150_000) == 50_000
    assert [basis_part(100_000, payable, 80_000) for payable in (80_000, 79_999, 40_000)] == [80_000, 79_999, 40_000]
    assert basis_part(100, 150, 120) == 100


# Rules themselves


def test_a_watcher_sees_every_call() -> None:
    seen = []

    def watch(fn, *args):  # type: ignore[no-untyped-def]
        seen.append((fn.__name__, args))
        return fn(*args)

    token = watcher.set(watch)
    try:
        assert portion(100, 500_000_000) == 50
    finally:
        watcher.reset(token)
    assert [name for name, _ in seen] == ["portion", "ratio"]
    assert portion(100, 500_000_000) == 50
    assert len(seen) == 2


def test_a_rule_is_registered_and_keeps_its_name() -> None:
    assert ratio in RULES
    names = [fn.__name__ for fn in RULES]
    assert len(set(names)) == len(names)

    def example(a: int) -> int:
        """Doubles."""
        return a + a

    try:
        wrapped = rule(example)
        assert (wrapped.__name__, wrapped(3), RULES[-1]) == ("example", 6, wrapped)
    finally:
        RULES[:] = [fn for fn in RULES if fn.__name__ != "example"]


def test_the_numbers_in_docstrings_hold() -> None:
    checked = 0
    for fn in RULES:
        for call, result in re.findall(r"`(\w+\([\d_, ]+\))`\s+(?:is|=)\s+(\d[\d,._]*\d|\d)", fn.__doc__ or ""):
            scale = 10**12 if "." in result else 1
            assert eval(call, inspect.unwrap(fn).__globals__) == round(float(result.replace(",", "")) * scale), call
            checked += 1
    assert checked >= 6


def test_a_copy_of_a_record_is_its_own() -> None:
    first = contract()
    second = deepcopy(first)
    assert second == first and type(second) is type(first)
    for name in first.__dataclass_fields__:
        value = getattr(second, name)
        assert not isinstance(value, list) or value is not getattr(first, name)
