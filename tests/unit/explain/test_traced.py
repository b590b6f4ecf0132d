"""Numbers that remember behave as the plain numbers do, and a traced step gives what a plain one gives."""

from copy import deepcopy
from dataclasses import fields

import pytest
from tests.properties import histories

from inforce.explain.derivation import Derivation
from inforce.explain.numerals import Numerals, day_text, percent
from inforce.explain.page import render
from inforce.explain.traced import Leaf, Row, Traced, TracedBreakdown, TracedState, plain, tracing
from inforce.mechanics.annuity import step
from inforce.mechanics.money import greater_of, portion, ratio
from inforce.mechanics.records import Due, Market, Status, Terms


def traced(value: int, name: str = "amount") -> Traced:
    return Traced(value, Leaf("state", name, "cents"))


def test_they_calculate_compare_and_index_as_plain_numbers() -> None:
    a, b = traced(7), traced(2)
    assert (a + b, a - b, a * b, a // b, a % b, -a) == (9, 5, 14, 3, 1, -7)
    assert (1 + a, 10 - a, 3 * a, 15 // a, 15 % a) == (8, 3, 21, 2, 1)
    assert all(type(x) is Traced for x in (a + b, 1 + a, 10 - a, -a))
    assert a > b and b < a and a != b and a >= 7 and a <= 7
    assert bool(a) and not traced(0)
    assert traced(0) == Status.IN_FORCE
    assert [0, 1, 2][b] == 2 and list(range(b)) == [0, 1]
    assert {a: 1}[7] == 1 and sorted([a, b]) == [2, 7]
    assert type(int(a)) is int


def test_outside_of_tracing_rules_give_plain_numbers() -> None:
    with tracing():
        inside = portion(traced(100_000), 70_000_000)
        with tracing(on=False):
            assert type(portion(100_000, 70_000_000)) is int
    assert type(inside) is Traced
    assert type(portion(100_000, 70_000_000)) is int


def test_rules_are_remembered_with_operands() -> None:
    with tracing():
        e = Derivation(Numerals()).explain(greater_of(traced(5, "five"), ratio(traced(3), 1, 1)))
    assert (e.rule, e.about, e.value) == ("greater_of", "The greater of two amounts.", 5)
    assert [(c.role, c.taken) for c in e.children] == [("a", True), ("b", False)]


def test_numbers_as_text() -> None:
    write = Numerals(3, 2).write
    assert write(-123_456_789, "cents") == "−$1,234,567.89"
    assert write(1_234_567, "units") == "1,234.567"
    assert write(1_234, "unit_value") == "$12.34"
    assert [percent(x) for x in (80_000_000, 11_500_000, 1_000_000_000, 0, 1)] == [
        "8%",
        "1.15%",
        "100%",
        "0%",
        "0.0000001%",
    ]
    assert write(1_010_000_000_000_000, "factor") == "1.010000000000000"
    assert day_text((2001 * 12 + 1) * 31 + 30) == "2001-02-28"


@pytest.mark.parametrize("group", range(6))
def test_traced_steps_of_random_lives_equal_plain_ones(group: int) -> None:
    for seed in range(group, 72, 6):
        life = histories.life(seed, steps=(4, 10), layers=6)
        for one in life.steps:
            compare(life.terms, one)


def compare(terms: Terms, one: histories.Step) -> None:
    state = filled(TracedState, one.before)
    breakdown = filled(TracedBreakdown, deepcopy(one.breakdown))
    with tracing():
        step(state, filled(Terms, terms), filled(Market, one.market), filled(Due, one.due), breakdown)
    assert plain(state) == one.after
    assert plain(breakdown) == one.breakdown
    derivation = Derivation(Numerals())
    for f in fields(breakdown):
        got = getattr(breakdown, f.name)
        for number in got if isinstance(got, list) else [got]:
            assert derivation.explain(number, "cents").value == number
    assert render(derivation.explain(breakdown.net, "cents"))


def filled(kind: type, record: object) -> object:
    """The record with every number remembered."""
    values = {}
    for f in fields(record):
        value = getattr(record, f.name)
        if f.name in ("funds", "fixed", "layers", "operations", "order"):
            values[f.name] = value
        elif isinstance(value, list):
            values[f.name] = Row([traced(int(x), f.name) for x in value], f.name, name)
        else:
            values[f.name] = traced(int(value), f.name)
    made = kind(**values)
    if "namer" in getattr(kind, "__slots__", ()):
        object.__setattr__(made, "namer", name)
    return made


def name(field: str, index: int) -> tuple[str, str]:
    return f"{field} {index}", "cents"
