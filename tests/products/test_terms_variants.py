"""Terms Flex Extra does not use: each makes the difference that its description in the terms reference says."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import GPA, Life, day, event, market

from inforce.cases import load_case
from inforce.contracts import Party
from inforce.errors import BadTerms, Refused
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Reason
from inforce.quote import quote

HALF = {"equity": 500_000_000, GPA: 500_000_000}


def bought(
    product: Path, prices: dict[str, str], issued: str = "2000-01-03", amount: str = "10000.00", **more: Any
) -> Life:
    """A contract with one payment on its contract date, in equity."""
    one = Life(product, market({"equity": prices, "blend": {issued: "10"}}, {issued[:7]: "3.50%"}), issued, **more)
    one.record(event("purchase_payment", issued, id="pay", amount=amount))
    return one


# Death benefit and free look


@pytest.mark.parametrize(("rule", "floor"), [("dollar_for_dollar", 80_000_00), ("proportional", 75_000_00)])
def test_a_withdrawal_lowers_the_payments_floor(rule: str, floor: int, tmp_path: Path) -> None:
    """100,000 paid, 20,000 of a value of 80,000 withdrawn: less 20,000, or less a quarter."""
    product = product_folder(tmp_path, {"death_benefit.withdrawals_reduce_payments": rule})
    one = bought(product, {"2000-01-03": "10", "2000-06-01": "8"}, amount="100000.00")
    one.record(event("withdrawal", "2000-06-01", id="take", amount="20000.00"))
    assert one.value("2000-06-01").contract_value == 60_000_00
    assert one.value("2000-06-01").death_benefit == floor


def test_second_proportional_reduction_is_of_what_the_first_left(tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"death_benefit.withdrawals_reduce_payments": "proportional"})
    one = bought(product, {"2000-01-03": "10", "2000-06-01": "8"}, amount="100000.00")
    one.record(event("withdrawal", "2000-06-01", amount="20000.00"))  # a quarter of 80,000: 75,000 left
    one.record(event("withdrawal", "2000-06-02", amount="20000.00"))  # a third of 60,000: 50,000 left
    assert one.value("2000-06-02").death_benefit == 50_000_00


def test_death_benefit_may_be_the_value_alone(tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"death_benefit.amount": "contract_value"})
    one = bought(product, {"2000-01-03": "10", "2000-06-01": "8"})
    assert one.value("2000-06-01").death_benefit == 8_000_00


SHARES = (
    Party.model_validate({"id": "anna", "role": "beneficiary", "share": "60%"}),
    Party.model_validate({"id": "ben", "role": "beneficiary", "share": "40%"}),
)


@pytest.mark.parametrize(
    ("rule", "first", "left", "second"),
    [("each_proof", 6_000_00, 3_200_00, 4_000_00), ("first_proof", 6_000_00, 4_000_00, 3_000_00)],
)
def test_shares_are_worked_out_by_each_proof_or_by_the_first(
    rule: str, first: int, left: int, second: int, tmp_path: Path
) -> None:
    """10,000 paid, worth 8,000 at Anna's proof and a quarter less at Ben's: his 40 % are kept up, or fall."""
    product = product_folder(tmp_path, {"death_benefit.several_beneficiaries": rule})
    one = bought(product, {"2000-01-03": "10", "2000-06-01": "8", "2000-09-01": "6"})
    one.contract = replace(one.contract, parties=SHARES, allocation={"equity": PPB})
    one.record(event("death_proof", "2000-06-01", id="anna", party="anna"))
    one.record(event("death_proof", "2000-09-01", id="ben", party="ben"))
    anna, ben = one.did("anna", "2000-06-01"), one.did("ben", "2000-09-01")
    assert (anna.net, anna.value, ben.net, ben.value) == (first, left, second, 0)


def test_the_excess_needs_an_allocation(tmp_path: Path) -> None:
    one = Life(product_folder(tmp_path, {}), market({"equity": {"2000-01-03": "10", "2000-06-01": "8"}}))
    one.record(event("purchase_payment", "2000-01-03", amount="10000.00", allocation={"equity": "100%"}))
    one.contract = replace(one.contract, parties=(Party(id="anna", role="beneficiary"),), allocation={})
    one.record(event("spousal_continuation", "2000-06-01", id="spouse"))
    assert [d.refused.reason for d in one.at("2000-06-01").declined] == ["allocation_not_100"]


@pytest.mark.parametrize(("years", "benefit"), [("0", 8_000_00), ("3", 13_500_00)])
def test_a_reset_keeps_the_value_of_its_anniversary(years: str, benefit: int, tmp_path: Path) -> None:
    """10,000 paid, 12,000 after three years; then 2,000 more, and 500 withdrawn dollar for dollar."""
    product = product_folder(tmp_path, {"death_benefit.reset_years": years, "maintenance_charge.amount": "0.00"})
    one = bought(product, {"2000-01-03": "10", "2003-01-03": "12", "2003-06-02": "6"})
    one.record(event("purchase_payment", "2003-02-03", amount="2000.00", allocation={"equity": "100%"}))
    one.record(event("withdrawal", "2003-02-04", amount="500.00"))
    assert one.value("2003-01-03").death_benefit == 12_000_00
    assert one.value("2003-06-02").death_benefit == max(benefit, 11_500_00)


@pytest.mark.parametrize(
    ("refund", "price", "paid"),
    [
        ("value_plus_deductions", "9", 9_000_00),
        ("value_plus_deductions", "11", 11_000_00),
        ("payments", "9", 10_000_00),
        ("payments", "11", 10_000_00),
        ("greater_of_value_and_payments", "9", 10_000_00),
        ("greater_of_value_and_payments", "11", 11_000_00),
    ],
)
def test_free_look_refund(refund: str, price: str, paid: int, tmp_path: Path) -> None:
    one = bought(product_folder(tmp_path, {"free_look.refund": refund}), {"2000-01-03": "10", "2000-01-05": price})
    one.record(event("free_look", "2000-01-05", id="back"))
    back = one.did("back", "2000-01-05")
    assert back.net == paid
    assert back.company == paid - back.gross


@pytest.mark.parametrize("refund", ["payments", "greater_of_value_and_payments"])
def test_free_look_refund_of_payments_is_net_of_withdrawals(refund: str, tmp_path: Path) -> None:
    """Flex-Annuity form: the greater of the value and the payments net of redemptions."""
    one = bought(product_folder(tmp_path, {"free_look.refund": refund}), {"2000-01-03": "10"})
    one.record(event("withdrawal", "2000-01-05", amount="5000.00"))
    one.record(event("free_look", "2000-01-07", id="back"))
    assert one.did("back", "2000-01-07").net == 5_000_00


@pytest.mark.parametrize(("days", "last"), [("10", "2000-01-13"), ("20", "2000-01-23"), ("0", "2000-01-03")])
def test_free_look_lasts_as_many_calendar_days_as_the_terms_say(days: str, last: str, tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"free_look.days": days})
    in_time = bought(product, {"2000-01-03": "10"})
    in_time.record(event("free_look", last, id="back"))
    assert in_time.did("back", "2000-02-01").net == 10_000_00
    late = bought(product, {"2000-01-03": "10"})
    late.record(event("free_look", str(day(last) + timedelta(days=1)), id="back"))
    with pytest.raises(Refused, match="free_look_over"):
        late.did("back", "2000-02-01")


# Maintenance charge


@pytest.mark.parametrize(("price", "charge"), [("50", 0), ("49.99999", 30_00)])
def test_maintenance_charge_is_waived_at_the_limit_itself(price: str, charge: int, tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00", "maintenance_charge.waived_from": "50000.00"}
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10", "2001-01-03": price})
    applied = [a.breakdown for a in one.at("2001-01-03").applied if a.item.operation == "maintenance_charge"]
    assert [b.maintenance for b in applied] == [charge]
    if not charge:
        assert applied[0].maintenance_reason == Reason.VALUE_AT_WAIVER
    assert one.value("2001-01-04").maintenance_charge == charge  # a surrender the day after, 50,000.00 or 49,969.99


def test_maintenance_charge_may_be_left_out_on_surrender(tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00", "maintenance_charge.on_surrender": "no"}
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10"})
    assert one.value("2000-06-01").maintenance_charge == 0
    # 10,000 - (10,000 - 1,000) x 8 %
    assert one.value("2000-06-01").surrender_value == 9_280_00


def test_maintenance_charge_from_sub_accounts_only(tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00", "maintenance_charge.from": "sub_accounts"}
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10"}, allocation=HALF)
    by_account = {a.id: a.value for a in one.value("2001-01-03").accounts}
    assert by_account == {"equity": 4_970_00, GPA: 5_175_00}  # 5,000 x 1.035, 29 February not counted


def test_maintenance_charge_takes_no_more_than_those_accounts_hold(tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00", "maintenance_charge.from": "sub_accounts"}
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10", "2001-01-03": "0.04"}, allocation=HALF)
    applied = [a.breakdown for a in one.at("2001-01-03").applied if a.item.operation == "maintenance_charge"]
    assert applied[0].maintenance == 20_00  # 500 units x 0.04
    assert {a.id: a.value for a in one.value("2001-01-03").accounts} == {GPA: 5_175_00}


def test_maintenance_charge_at_the_end_of_the_calendar_year(tmp_path: Path) -> None:
    """Taken on the last valuation date of each year after the contract date: 29 December 2000, 31 December 2001."""
    changes = {"maintenance_charge.amount": "30.00", "maintenance_charge.when": "calendar_year_end"}
    product = product_folder(tmp_path, changes)
    one = bought(product, {"2000-01-03": "10"})
    taken = [a.item.day for a in one.at("2002-12-30").applied if a.breakdown.maintenance]
    assert taken == [day("2000-12-29"), day("2001-12-31")]
    late = bought(product, {"2000-12-29": "10"}, "2000-12-29")
    assert [a.item.day for a in late.at("2002-01-02").applied if a.breakdown.maintenance] == [day("2001-12-31")]


# Dates


@pytest.mark.parametrize(("at_close", "counts"), [("same_day", "2000-06-01"), ("next_day", "2000-06-02")])
def test_request_at_the_instant_of_the_close(at_close: str, counts: str, tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"calendar.at_close": at_close})
    one = bought(product, {"2000-01-03": "10", "2000-06-01": "11", "2000-06-02": "12"})
    one.record(event("withdrawal", "2000-06-01", id="before", at="15:59:59", amount="1.00"))
    one.record(event("withdrawal", "2000-06-01", id="at", at="16:00", amount="1.00"))
    one.record(event("withdrawal", "2000-06-01", id="after", at="16:00:01", amount="1.00"))
    effective = [one.effective(name, "2000-06-05") for name in ("before", "at", "after")]
    assert effective == [day("2000-06-01"), day(counts), day("2000-06-02")]


@pytest.mark.parametrize(
    ("rule", "anniversaries"),
    [
        ("last_day", ["2001-02-28", "2002-02-28", "2003-02-28", "2004-02-29"]),
        ("first_of_next_month", ["2001-03-01", "2002-03-01", "2003-03-01", "2004-02-29"]),
    ],
)
def test_anniversaries_of_29_february(rule: str, anniversaries: list[str], tmp_path: Path) -> None:
    changes = {"calendar.month_end": rule, "maintenance_charge.amount": "30.00",
               "calendar.non_valuation_day.maintenance_charge": "last_price"}  # fmt: skip
    one = bought(product_folder(tmp_path, changes), {"2000-02-29": "10"}, "2000-02-29")
    taken = [str(a.item.day) for a in one.at("2004-03-01").applied if a.breakdown.maintenance]
    assert taken == anniversaries
    # the year changes on the anniversary, the surrender charge the day after it: 8 % in year 2, 7 % in year 3
    second = day(anniversaries[1])
    on, next_day = str(second), str(second + timedelta(days=1))
    assert (one.value(str(second - timedelta(days=1))).contract_year, one.value(on).contract_year) == (
        2,
        3,
    )
    for when, value, rate in ((on, 9_940_00, 8), (next_day, 9_910_00, 7)):
        assert one.value(when).surrender_charge == value * 9 * rate // 1000


@pytest.mark.parametrize("rule", ["last_day", "first_of_next_month"])
def test_payment_of_the_31st_has_its_own_anniversary(rule: str, tmp_path: Path) -> None:
    """By the clock of each payment: 31 January 2000 to 31 January 2001 is one year, whatever the month-end rule."""
    years = {f"{i}": f"{9 - i}%" for i in range(1, 4)} | {"4+": "0%"}
    changes = {
        "calendar.month_end": rule,
        "surrender_charge": {"clock": "each_payment", "charged_on": "payment",
                             "anniversary_belongs_to": "year_beginning", "by_payment_year": years},
        "free_withdrawal": {"share": "0%", "of": "nothing", "on_full_surrender": "no"},
    }  # fmt: skip
    one = bought(product_folder(tmp_path, changes), {"2000-01-31": "10"}, "2000-01-31")
    assert [one.value(on).surrender_charge for on in ("2001-01-30", "2001-01-31", "2003-01-30", "2003-01-31")] == [
        800_00, 700_00, 600_00, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "counts"), [("preceding", "2000-06-02"), ("following", "2000-06-05"), ("last_price", "2000-06-03")]
)
def test_request_on_a_saturday(rule: str, counts: str, tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"calendar.non_valuation_day.withdrawal": rule})
    one = bought(product, {"2000-01-03": "10", "2000-06-02": "11", "2000-06-05": "12"})
    one.record(event("withdrawal", "2000-06-03", id="take", amount="1.00"))
    assert one.effective("take", "2000-06-06") == day(counts)


@pytest.mark.parametrize("rule", ["preceding", "following", "last_price"])
def test_request_after_the_close_never_gets_the_price_of_its_own_day(rule: str, tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"calendar.non_valuation_day.withdrawal": rule})
    one = bought(product, {"2000-01-03": "10"})
    one.record(event("withdrawal", "2000-06-01", id="take", at="16:30", amount="1.00"))
    assert one.effective("take", "2000-06-06") == day("2000-06-02")


@pytest.mark.parametrize("rule", ["preceding", "following"])
def test_payment_of_a_contract_issued_on_a_saturday(rule: str, tmp_path: Path) -> None:
    product = product_folder(tmp_path, {"calendar.non_valuation_day.purchase_payment": rule})
    one = Life(product, market({"equity": {"2000-01-03": "10"}}), "2000-01-08")
    one.record(event("purchase_payment", "2000-01-05", id="pay", amount="1000.00"))
    assert one.value("2000-01-11").contract_value == 1_000_00
    assert one.effective("pay", "2000-01-11") == day("2000-01-10")  # never before the contract date


@pytest.mark.parametrize(
    ("rule", "on"), [("preceding", "2000-12-29"), ("following", "2001-01-02"), ("last_price", "2000-12-30")]
)
def test_maintenance_charge_of_an_anniversary_on_a_saturday(rule: str, on: str, tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00", "calendar.non_valuation_day.maintenance_charge": rule}
    one = bought(product_folder(tmp_path, changes), {"1999-12-30": "10"}, "1999-12-30")
    assert [str(a.item.day) for a in one.at("2001-01-05").applied if a.breakdown.maintenance] == [on]


# Order of operations, limits, rounding, interest


def test_order_of_operations_decides_between_charge_and_withdrawal_of_one_day(tmp_path: Path) -> None:
    """On the anniversary: charge first, then the withdrawal of a new year; or the withdrawal first, of the old one."""
    first = ["maintenance_charge", "anniversary", "purchase_payment", "transfer", "withdrawal", "surrender",
             "free_look", "death_notice", "death_proof", "segment_end", "spousal_continuation"]  # fmt: skip
    last = [*first[2:], *first[:2]]
    outcomes = {}
    for name, order in (("first", first), ("last", last)):
        changes = {"maintenance_charge.amount": "30.00", "order_of_operations": {"operations": order}}
        one = bought(product_folder(tmp_path, changes, name), {"2000-01-03": "10"})
        one.record(event("withdrawal", "2000-06-01", id="old", amount="1000.00"))  # uses up year 1's tenth
        one.record(event("withdrawal", "2001-01-03", id="new", amount="500.00"))
        outcomes[name] = (one.did("new", "2001-01-03").before, one.did("new", "2001-01-03").surrender_charge)
    assert outcomes["first"] == (8_970_00, 0)
    assert outcomes["last"] == (9_000_00, 40_00)


@pytest.mark.parametrize(
    ("changes", "kind", "given", "reason"),
    [
        ({"withdrawals.minimum": "100.00"}, "withdrawal", {"amount": "99.99"}, "below_minimum_withdrawal"),
        ({"withdrawals.minimum_value_after": "2000.00"}, "withdrawal", {"amount": "8000.01"},
         "below_minimum_value_after"),
        ({"transfers.minimum": "50.00"}, "transfer", {"from_": {"equity": "49.99"}, "to": {"blend": "100%"}},
         "below_minimum_transfer"),
        ({"transfers.limit_each_contract_year": "0"}, "transfer",
         {"from_": {"equity": "50.00"}, "to": {"blend": "100%"}}, "transfer_count"),
        ({"purchase_payments.minimum": "25.00"}, "purchase_payment", {"amount": "24.99"}, "below_minimum_payment"),
        ({"purchase_payments.maximum_total": "15000.00"}, "purchase_payment", {"amount": "5000.01"},
         "above_maximum_payments"),
        ({"sub_accounts.blend.closed_to_new_money_from": "2000-06-01"}, "purchase_payment",
         {"amount": "100.00", "allocation": {"blend": "100%"}}, "account_closed"),
        ({"sub_accounts.blend.closed_to_contracts_issued_from": "2000-01-03"}, "transfer",
         {"from_": {"equity": "all"}, "to": {"blend": "100%"}}, "account_not_for_this_contract"),
    ],
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused_by_name(
    changes: dict[str, str], kind: str, given: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10"})
    before = one.value("2000-06-01")
    one.record(event(kind, "2000-06-01", id="ask", **given))
    with pytest.raises(Refused, match=reason) as refused:
        one.did("ask", "2000-06-01")
    assert refused.value.reason == reason
    path = next(iter(changes))
    assert refused.value.citation, f"names the term {path} and its source"
    after = one.value("2000-06-01")
    assert (after.accounts, after.suspense, after.withdrawals) == (before.accounts, 0, 0)


@pytest.mark.parametrize(
    ("changes", "kind", "given"),
    [
        ({"withdrawals.minimum": "100.00"}, "withdrawal", {"amount": "100.00"}),
        ({"withdrawals.minimum_value_after": "2000.00"}, "withdrawal", {"amount": "8000.00"}),
        ({"transfers.minimum": "50.00"}, "transfer", {"from_": {"equity": "50.00"}, "to": {"blend": "100%"}}),
        ({"purchase_payments.minimum": "25.00"}, "purchase_payment", {"amount": "25.00"}),
        ({"purchase_payments.maximum_total": "15000.00"}, "purchase_payment", {"amount": "5000.00"}),
        ({"sub_accounts.blend.closed_to_new_money_from": "2000-06-02"}, "purchase_payment",
         {"amount": "100.00", "allocation": {"blend": "100%"}}),
    ],
)  # fmt: skip
def test_the_limit_itself_is_allowed(changes: dict[str, str], kind: str, given: dict[str, Any], tmp_path: Path) -> None:
    prices = market({"equity": {"2000-01-03": "10"}, "blend": {"2000-01-03": "10"}})
    one = Life(product_folder(tmp_path, changes), prices)
    one.record(event("purchase_payment", "2000-01-03", amount="10000.00"))
    one.record(event(kind, "2000-06-01", id="ask", **given))
    assert one.did("ask", "2000-06-01").fault == 0


def test_first_payment_has_a_minimum_of_its_own(tmp_path: Path) -> None:
    changes = {"purchase_payments.minimum_first": "2000.00", "purchase_payments.minimum": "50.00"}
    one = Life(product_folder(tmp_path, changes), market({"equity": {"2000-01-03": "10"}}))
    one.record(event("purchase_payment", "2000-01-03", id="small", amount="1999.99"))
    one.record(event("purchase_payment", "2000-01-04", id="first", amount="2000.00"))
    one.record(event("purchase_payment", "2000-01-05", id="second", amount="50.00"))
    with pytest.raises(Refused, match="below_minimum_payment"):
        one.did("small", "2000-01-05")
    assert one.value("2000-01-05").purchase_payments == 2_050_00
    assert one.value("2000-01-05").suspense == 0


@pytest.mark.parametrize(
    ("unit_decimals", "price_decimals", "units"),
    [("6", "6", 326_530_612), ("4", "4", 3_265_306), ("2", "2", 32_653), ("0", "2", 327)],
)
def test_units_are_kept_at_the_decimals_of_the_terms(
    unit_decimals: str, price_decimals: str, units: int, tmp_path: Path
) -> None:
    """4,000 dollars at 12.25 are 326.530612… units."""
    changes = {"rounding.unit_decimals": unit_decimals, "rounding.unit_value_decimals": price_decimals}
    product_folder(tmp_path, changes)
    case = tmp_path / "case.yaml"
    case.write_text("""case: 1
product: test-product
contract:
  {form: flexible, qualification: non_qualified, issue_state: MA, issued: 2000-01-03, allocation: {equity: 100%}}
market: {between: hold, unit_values: {equity: {2000-01-03: "12.25"}}}
events: [{kind: purchase_payment, on: 2000-01-03, amount: 4000.00}]
""")
    position = load_case(case).advance(day("2000-01-03"))
    assert position.state is not None
    assert position.state.units[2] == units


def test_decimals_too_few_for_whole_cents_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTerms):
        Life(product_folder(tmp_path, {"rounding.unit_decimals": "0", "rounding.unit_value_decimals": "0"}), market({}))


@pytest.mark.parametrize(
    ("day_count", "leap_year", "next_year"),
    [("no_leap", 1_035_00, 1_071_23), ("actual/actual", 1_035_08, 1_071_23), ("actual/365", 1_035_10, 1_071_33)],
)
def test_interest_of_a_year_by_day_count(day_count: str, leap_year: int, next_year: int, tmp_path: Path) -> None:
    """1,000 at 3.50 % from 1 March 1999, across 29 February 2000; after two years 1,071.225.

    no_leap: 29 February earns nothing. actual/365: the first year has 366 days, 1.035 ^ (366/365) = 1.03509755.
    actual/actual: 306 days of 365 and 60 of 366, 1.035 ^ 1.00229 = 1.03508; the second year makes up for it.
    """
    changes = {f"fixed_accounts.{GPA}.day_count": day_count}
    one = bought(product_folder(tmp_path, changes), {}, "1999-03-01", "1000.00", allocation={GPA: 1_000_000_000})
    assert one.value("2000-03-01").contract_value == leap_year
    assert one.value("2001-03-01").contract_value == next_year


def test_a_surrender_quote_and_the_surrender_itself_agree(tmp_path: Path) -> None:
    changes = {"maintenance_charge.amount": "30.00"}
    one = bought(product_folder(tmp_path, changes), {"2000-01-03": "10", "2000-06-01": "9.87"}, allocation=HALF)
    request = event("surrender", "2000-06-01", id="all", withholding="10%")
    quoted = quote(one.at("2000-06-01"), one.market, request)
    one.record(request)
    done = one.did("all", "2000-06-01")
    assert (quoted.gross, quoted.surrender_charge, quoted.taxable, quoted.withholding, quoted.net) == (
        done.gross, done.surrender_charge, done.taxable, done.withholding, done.net,
    )  # fmt: skip
