"""What a case file checks: figures beside ours, tolerances, what cannot be worked out, what was known when."""

from pathlib import Path
from typing import Any

import pytest
from tests.products.lives import day

from inforce.cases import Loaded, Outcome, load_case, run_case

CASE = """case: 1
product: flex-extra
contract: {form: flexible, qualification: non_qualified, issue_state: MA, issued: 2000-01-03,
  allocation: {equity: 100%}}
market: {between: hold, unit_values: {equity: {2000-01-03: 10, 2000-06-01: 11, 2001-06-01: 12}}}
events:
  - {kind: purchase_payment, id: pay, on: 2000-01-03, amount: 1000.00}
  - {kind: withdrawal, id: take, on: 2000-06-01, amount: 100.00}
  - {kind: withdrawal, id: too-much, on: 2000-06-02, amount: 5000.00}
  - {kind: purchase_payment, id: late, on: 2000-07-03, entered: 2000-09-01, amount: 110.00}
  - {kind: allocation, id: standing, on: 2000-08-01, allocation: {blend: 100%}}
  - {kind: withdrawal, id: priceless, on: 2000-08-02, from: {blend: 1.00}}
"""


def loaded(tmp_path: Path, expect: str = "", case: str = CASE) -> Loaded:
    file = tmp_path / "case.yaml"
    file.write_text(case + "expect:\n" + "".join(f"  - {line.strip()}\n" for line in expect.strip().splitlines()))
    return load_case(file)


def ran(tmp_path: Path, expect: str, case: str = CASE) -> Outcome:
    return run_case(loaded(tmp_path, expect, case))


@pytest.mark.parametrize(
    "expect",
    [
        "{on: 2000-01-03, contract_value: 1000.00, death_benefit: 1000.00, free_amount: 100.00, contract_year: 1}",
        "{on: 2000-06-01, contract_value: 1000.00, units: {equity: 90.909091}, unit_values: {equity: 11}}",
        "{on: 2000-06-01, accounts: {equity: 1000.00, blend: 0.00}, withdrawals: 100.00, status: in_force}",
        "{event: take, outcome: applied, effective: 2000-06-01, gross: 100.00, free_available: 110.00, net: 100.00}",
        "{event: take, by_account: {equity: -100.00, blend: 0.00}}",
        "{event: too-much, outcome: refused, refused: amount_exceeds_value}",
        "{event: standing, outcome: applied, effective: 2000-08-01}",
        "{event: issue, outcome: applied, effective: 2000-01-03}",
        "{event: take, on: 2000-05-31, outcome: waiting}",
        "{operation: maintenance_charge, on: 2001-01-03, maintenance_charge: 35.00}",
        "{operation: anniversary, on: 2001-01-03, outcome: applied}",
        "{on: 2000-06-01, quote: {kind: surrender}, net: 887.80}",
        "{on: 2000-06-01, quote: {kind: death}, net: 1000.00}",
        "{on: 2000-06-01, quote: {kind: withdrawal, amount: 1000.01}, refused: amount_exceeds_value}",
        "{on: 1999-12-31, refused: not_issued}",
    ],
)
def test_expectation_that_holds(expect: str, tmp_path: Path) -> None:
    outcome = ran(tmp_path, expect)
    assert outcome.passed, outcome.checks


@pytest.mark.parametrize(
    ("expect", "actual"),
    [
        ("{on: 2000-01-03, contract_value: 1000.01}", "1,000.00"),
        ("{on: 2000-01-03, contract_year: 2}", "1"),
        ("{on: 2000-06-01, units: {equity: 90.909090}}", "90.909091"),
        ("{event: take, net: -100.00}", "100.00"),
        ("{event: too-much, net: 1.00}", "amount_exceeds_value: more is asked than the contract value"),
        ("{event: standing, net: 1.00}", "allocation moves no money"),
        ("{event: take, surrender_value: 1.00}", "not a figure of this"),
        ("{on: 2000-01-03, net: 1.00}", "not a figure of this"),
        ("{on: 1999-12-31, contract_value: 1.00}", "not_issued"),
        ("{operation: maintenance_charge, on: 2001-01-05, maintenance_charge: 35.00}", "it happened on 2001-01-03"),
    ],
)
def test_expectation_that_does_not_hold_says_what_there_is(expect: str, actual: str, tmp_path: Path) -> None:
    outcome = ran(tmp_path, expect)
    assert not outcome.passed
    assert not outcome.checks[0].passed
    assert actual in outcome.checks[0].actual


def test_operation_expected_a_day_early_says_when_it_happens(tmp_path: Path) -> None:
    expect = (
        "{operation: maintenance_charge, on: 2001-01-02, maintenance_charge: 35.00}\n{on: 2001-02-01, contract_year: 2}"
    )
    assert "it happened on 2001-01-03" in ran(tmp_path, expect).checks[0].actual


@pytest.mark.parametrize(("tolerance", "holds"), [("0.01", True), ("0.009", False), ("0", False), ("1", True)])
def test_tolerance_is_in_dollars(tolerance: str, holds: bool, tmp_path: Path) -> None:
    assert ran(tmp_path, f"{{on: 2000-01-03, contract_value: 1000.01, tolerance: {tolerance}}}").passed is holds
    whole = CASE.replace("case: 1\n", f"case: 1\ntolerance: {tolerance}\n")
    assert ran(tmp_path, "{on: 2000-01-03, contract_value: 1000.01}", whole).passed is holds


def test_tolerance_does_not_reach_counts_and_units(tmp_path: Path) -> None:
    outcome = ran(tmp_path, "{on: 2000-01-03, contract_year: 2, units: {equity: 100.5}, tolerance: 5}")
    assert [check.passed for check in outcome.checks] == [False, False]


@pytest.mark.parametrize(
    ("known_at", "value"), [("2000-08-31", "1000.00"), ("2000-09-01", "1110.00"), (None, "1110.00")]
)
def test_value_of_a_day_as_it_was_known_on_another(known_at: str | None, value: str, tmp_path: Path) -> None:
    """110 dollars received on 3 July and entered on 1 September."""
    known = f", known_at: {known_at}" if known_at else ""
    assert ran(tmp_path, f"{{on: 2000-07-05, contract_value: {value}{known}}}").passed


def test_missing_price_makes_what_needs_it_wait(tmp_path: Path) -> None:
    case = CASE.replace("between: hold, ", "")
    outcome = ran(tmp_path, "{on: 2000-06-02, contract_value: 1000.00}\n{event: take, net: 100.00}", case)
    assert [check.passed for check in outcome.checks] == [False, True]
    assert "No unit value of equity" in outcome.checks[0].actual
    assert ran(tmp_path, "{on: 2000-06-02, outcome: waiting}", case).passed


def test_each_expectation_is_checked_though_one_before_it_fails(tmp_path: Path) -> None:
    outcome = ran(tmp_path, "{on: 2000-01-03, contract_value: 0.00}\n{on: 2000-01-03, contract_value: 1000.00}")
    assert [check.passed for check in outcome.checks] == [False, True]


def test_case_without_expectations_is_a_contract_file(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE)
    one = load_case(tmp_path / "case.yaml")
    assert run_case(one).checks == []
    assert one.advance(day("2000-06-01")).state is not None


def test_running_a_case_twice_gives_the_same(tmp_path: Path) -> None:
    one = loaded(tmp_path, "{on: 2000-06-01, contract_value: 1000.00}\n{on: 2001-06-01, contract_value: 1.00}")
    assert run_case(one).checks == run_case(one).checks


OPENING = """case: 1
product: flex-extra
contract: {form: flexible, qualification: non_qualified, issue_state: MA, issued: 1999-01-04}
opening: {on: 2000-02-01, accounts: {equity: {units: 100}}, payments: [{on: 1999-01-04, amount: 1000.00}]}
market: {between: hold, unit_values: {equity: {2000-01-03: 10}}}
events: [{kind: withdrawal, id: take, on: 2000-07-03, amount: 100.00}]
"""


def test_opening_is_not_used_up_by_the_first_expectation(tmp_path: Path) -> None:
    days = "\n".join(f"{{on: {on}, contract_value: 900.00}}" for on in ("2000-07-05", "2000-07-06", "2000-07-05"))
    assert ran(tmp_path, days, OPENING).passed


def test_opening_is_the_value_of_its_own_day(tmp_path: Path) -> None:
    assert ran(tmp_path, "{on: 2000-02-01, contract_value: 1000.00}", OPENING).passed


def test_expectation_before_the_opening_fails_by_itself(tmp_path: Path) -> None:
    assert ran(tmp_path, "{on: 2000-01-31, refused: before_opening}", OPENING).passed


def test_event_without_an_id_is_called_by_its_place_in_the_file(tmp_path: Path) -> None:
    case = CASE.replace("id: take, ", "").replace("id: too-much", "id: e9")
    assert ran(tmp_path, "{event: e2, net: 100.00}", case).passed


@pytest.mark.parametrize(
    ("market", "value"),
    [
        ("{between: hold, unit_values: {equity: {2000-01-03: 10, 2000-06-01: 11}}}", "1100.00"),
        ("{between: hold, growth: {equity: {from: 2000-01-03, factors: {2000-06-01: 1.1}}}}", "1100.00"),
        ("{between: hold, growth: {equity: {from: 2000-01-03, unit_value: 20, factors: {2000-06-01: 1.1}}}}",
         "1100.00"),
        # a share from 20 to 22 in 150 days at 1.30 % a year: 1.1 - 0.013 x 150 / 365 = 1.094658
        ("{between: hold, navs: {equity: {2000-01-03: 20, 2000-06-01: 22}}}", "1094.66"),
        # and 1 dollar a share paid out on the way
        ("{between: hold, navs: {equity: {2000-01-03: 20, 2000-06-01: {nav: 21, dividend: 0.60, capital_gain: 0.40}}}}",
         "1094.66"),
    ],
)  # fmt: skip
def test_prices_written_in_several_ways(market: str, value: str, tmp_path: Path) -> None:
    head = CASE.split("market:")[0]
    case = f"{head}market: {market}\nevents: [{{kind: purchase_payment, on: 2000-01-03, amount: 1000.00}}]\n"
    outcome = ran(tmp_path, f"{{on: 2000-06-01, contract_value: {value}}}", case)
    assert outcome.passed, outcome.checks


def test_tables_of_the_product(tmp_path: Path) -> None:
    """The rates that Flex Extra's update prints: 3.50 % from March 2008."""
    case = """case: 1
product: flex-extra
contract: {form: flexible, qualification: qualified, issue_state: MA, issued: 2008-03-03,
  allocation: {guaranteed-principal-account: 100%}}
market: {files: ["product:declared_rates.csv", "product:secondary_rates.csv"]}
events: [{kind: purchase_payment, on: 2008-03-03, amount: 1000.00}]
"""
    # 150 days to 31 July: 1,000 x 1.035 ^ (150/365) = 1,014.24
    assert ran(tmp_path, "{on: 2008-07-31, contract_value: 1014.24}", case).passed


def test_expected_figures_are_in_the_order_of_the_reference(tmp_path: Path) -> None:
    outcome = ran(tmp_path, "{net: 100.00, gross: 100.00, event: take, outcome: applied}")
    figures: list[Any] = [check.figure for check in outcome.checks]
    assert figures == ["outcome", "gross", "net"]
