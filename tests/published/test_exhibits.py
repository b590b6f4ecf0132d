"""Worked total returns and yields that separate accounts filed, through the same contracts and functions.

Returns hold to the printed digit, dollars to the cent, units to 0.0005.
"""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from inforce.dates import valuation_dates
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.returns import Period, Redemption, Return, redeem, since
from inforce.returns.yields import yields_of
from inforce.terms import Product, find_product

FUND = "money-market"
CASES: dict[str, Any] = {
    case["id"]: case
    for case in yaml.safe_load((Path(__file__).with_name("performance_exhibits.yaml")).read_text())["cases"]
}
SCALE = 8


def exact(value: object) -> Decimal:
    return Decimal(str(value))


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def prices(values: dict[date, object]) -> Market:
    """Unit values from a day on, each holding until the next."""
    series = Series.of({day: int(exact(value).scaleb(SCALE)) for day, value in values.items()})
    return Market.of(MarketData(unit_values={SubAccount(FUND): series}, decimals=SCALE), between="hold")


def contract(fee: object, cdsc: str = "0%", share: str = "100%", **changes: str) -> Product:
    """Flex Extra with the exhibit's charges: a fee at the end of each contract year, one surrender charge."""
    free = {"free_withdrawal.share": "0%", "free_withdrawal.of": "nothing"}
    return find_product("flex-extra").supposing(
        {
            "maintenance_charge.amount": str(fee),
            **{f"surrender_charge.by_contract_year.{year}": cdsc for year in range(1, 10)},
            "rounding.unit_decimals": str(SCALE),
            "rounding.unit_value_decimals": str(SCALE),
            **free,
            f"performance.maintenance_charge_shares.{FUND}": share,
            **{key.replace("__", "."): value for key, value in changes.items()},
        },
        "an exhibit",
    )


def surrendered(product: Product, market: Market, span: Period) -> Redemption:
    return redeem(product, market, FUND, "flexible", span.end, span)


def dollars(redemption: Redemption) -> Decimal:
    return cents(Decimal(redemption.paid_out) / 100 / redemption.multiple)


def test_a_share_of_the_fee_is_taken_at_redemption() -> None:
    given, expected = CASES["D1"]["inputs"], CASES["D1"]["expected"]
    span = since(date(1999, 1, 4), date(1999, 12, 31))
    market = prices({span.start: given["unit_start"], span.end: given["unit_end"]})
    share = f"{100 * exact(given['fee_share']):f}%"
    done = surrendered(contract(f"{given['fee']}.00", share=share), market, span)
    assert dollars(done) == exact(expected["ending_redeemable_value"])
    assert done.result.percent == exact(expected["total_return_pct"])


@pytest.mark.parametrize(("case", "years"), [("D1b", 3), ("D2b", 1)])
def test_changes_of_a_unit(case: str, years: int) -> None:
    given, expected = CASES[case]["inputs"], CASES[case]["expected"]
    growth = exact(given["unit_end"]) / exact(given["unit_start"])
    assert Return(growth, 1).percent == exact(expected["cumulative_pct"])
    if "annualized_pct" in expected:
        assert Return(growth, years).percent == exact(expected["annualized_pct"])


def test_a_surrender_charge_on_the_value_less_a_tenth_of_the_payment() -> None:
    given, expected = CASES["D2"]["inputs"], CASES["D2"]["expected"]
    span = since(date(2001, 6, 29), date(2001, 12, 31))
    market = prices({span.start: given["unit_start"], span.end: given["unit_end"]})
    tenth = {"free_withdrawal__share": "10%", "free_withdrawal__of": "purchase_payments"}
    done = surrendered(contract("0.00", "8%", **tenth), market, span)
    assert cents(Decimal(done.paid_out + done.surrender_charge) / 100 / done.multiple) == exact(expected["value"])
    assert dollars(done) == exact(expected["ending_redeemable_value"])
    assert done.result.percent == exact(expected["total_return_pct"])


def test_seven_charges_on_anniversaries_and_none_at_surrender() -> None:
    """2,641 days of 365: the contract began on 8 October 1994."""
    given, expected = CASES["D4"]["inputs"], CASES["D4"]["expected"]
    end = date(2001, 12, 31)
    start = end - timedelta(days=round(given["years"] * 365))
    days = [start.replace(year=start.year + n) for n in range(1, 8)]
    units = dict(zip(days, given["fee_taken_at_units"], strict=True))
    market = prices(_held({start: given["unit_start"], **units, end: given["unit_end"]}))
    product = contract(given["fee_per_anniversary"], maintenance_charge__on_surrender="no",
                       calendar__non_valuation_day__maintenance_charge="last_price")  # fmt: skip
    span = since(start, end, Decimal(365))
    done = surrendered(product, market, span)
    assert span.length == pytest.approx(exact(given["years"]), abs=Decimal("0.0000001"))
    assert dollars(done) == exact(expected["value"])
    left = Decimal(done.paid_out) / 100 / done.multiple / exact(given["unit_end"])
    assert left == pytest.approx(exact(expected["units_left"]), abs=Decimal("0.0005"))
    assert done.result.percent == exact(expected["annualized_pct"])


def _held(values: dict[date, object]) -> dict[date, object]:
    """The given values on the valuation dates on which they hold: the anniversary's is that of the date before."""
    sessions = valuation_dates(date(1994, 9, 1), date(2001, 12, 31))
    return {max(s for s in sessions if s <= day): value for day, value in values.items()}


def test_one_charge_after_a_year() -> None:
    given, expected = CASES["D4b"]["inputs"], CASES["D4b"]["expected"]
    span = since(date(2000, 12, 29), date(2001, 12, 31))
    market = prices({span.start: given["unit_start"], span.end: given["unit_end"]})
    done = surrendered(contract(given["fee_per_anniversary"]), market, span)
    assert cents(Decimal(done.paid_out) / 100 / done.multiple) == exact(expected["value"])


def test_effective_yield() -> None:
    given, expected = CASES["D8"]["inputs"], CASES["D8"]["expected"]
    found = yields_of(*(exact(given[key]) for key in (
        "unit_start_of_7_days", "unit_end_of_7_days", "contract_charge_for_7_days_per_unit")))  # fmt: skip
    assert found.printed[1] == exact(expected["effective_yield_pct"])


def test_every_case_is_used() -> None:
    assert set(CASES) == {"D1", "D1b", "D2", "D2b", "D4", "D4b", "D8"}
