"""Premium tax at payment, withdrawal and death, and withdrawals of a net amount grossed up for all that is taken."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import Life, event, market

from inforce.errors import Refused
from inforce.mechanics.records import Status

NO_FREE = {"share": "0%", "of": "nothing", "on_full_surrender": "no"}


def taxed(tmp_path: Path, taken: list[str], rate: str = "2.35%", **more: Any) -> Path:
    tax = {"rate": rate, "taken": taken, "assumption": "made up"}
    return product_folder(tmp_path, {"premium_tax": tax, "free_withdrawal": NO_FREE, **more})


def life(product: Path, prices: dict[str, str] | None = None, **more: Any) -> Life:
    one = Life(product, market({"equity": {"2000-01-03": "10", **(prices or {})}}), **more)
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00"))
    return one


def test_premium_tax_on_payments_is_taken_before_they_are_allocated(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["purchase_payment"]))
    paid = one.did("pay", "2000-01-03")
    assert paid.premium_tax == 235_00  # 10,000 x 2.35 %
    assert one.value("2000-01-03").contract_value == 9_765_00
    assert one.value("2000-01-03").purchase_payments == 10_000_00  # the payment counts in full
    assert one.value("2000-01-03").death_benefit == 10_000_00
    assert {line.account: line.cents for line in one.at("2000-01-03").entries[-1].lines} == {
        "contract/equity": 9_765_00, "suspense": -10_000_00, "company/premium_tax": 235_00,
    }  # fmt: skip


def test_free_look_gives_back_premium_tax_taken_from_payments(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["purchase_payment"]), {"2000-01-05": "9"})
    one.record(event("free_look", "2000-01-05", id="back"))
    back = one.did("back", "2000-01-05")
    assert back.net == 976_500 * 9 // 10 + 235_00  # value and what was deducted
    assert back.company == 235_00


def test_premium_tax_on_a_withdrawal_is_taken_from_what_the_surrender_charge_leaves(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["withdrawal"]))
    one.record(event("withdrawal", "2000-06-01", id="take", amount="1000.00"))
    took = one.did("take", "2000-06-01")
    assert (took.surrender_charge, took.premium_tax, took.net) == (80_00, 21_62, 898_38)  # 920 x 2.35 % = 21.62


def test_premium_tax_on_a_surrender(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["withdrawal"]))
    assert one.value("2000-06-01").premium_tax == 216_20  # (10,000 - 800) x 2.35 %
    assert one.value("2000-06-01").surrender_value == 10_000_00 - 800_00 - 216_20
    one.record(event("surrender", "2000-06-01", id="all"))
    assert one.did("all", "2000-06-01").net == 8_983_80


def test_premium_tax_at_death(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["death"]), {"2000-06-01": "12"})
    one.record(event("death_proof", "2000-06-01", id="proof", withholding="10%"))
    paid = one.did("proof", "2000-06-01")
    assert paid.premium_tax == 282_00  # 12,000 x 2.35 %
    assert paid.taxable == 1_718_00  # 12,000 - 282 - 10,000
    assert paid.withholding == 171_80
    assert paid.net == 12_000_00 - 282_00 - 171_80
    assert one.value("2000-06-01").premium_tax == 0


def test_premium_tax_taken_elsewhere_is_not_taken_here(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["annuitization"]))
    one.record(event("withdrawal", "2000-06-01", id="take", amount="1000.00"))
    assert one.did("take", "2000-06-01").premium_tax == 0
    assert one.value("2000-06-01").contract_value == 9_000_00


# Net amounts


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def paid_out(gross: Decimal, tax: str, withheld: str, taxation: str, free: Decimal) -> Decimal:
    """What a withdrawal of `gross` pays: value 11,000, basis 10,000 or 4,000, surrender charge 8 % above `free`."""
    charge = cents(max(Decimal(0), gross - free) * Decimal("0.08"))
    payable = gross - charge - cents((gross - charge) * Decimal(tax) / 100)
    if taxation == "earnings_first":
        taxable = min(payable, Decimal(1000))
    else:
        taxable = payable - cents(Decimal(4000) * payable / 11000)
    return payable - cents(taxable * Decimal(withheld) / 100)


@pytest.mark.parametrize("free_of", ["nothing", "value"])
@pytest.mark.parametrize("taxation", ["earnings_first", "pro_rata"])
@pytest.mark.parametrize(("tax", "withheld"), [("0", "0"), ("2.35", "0"), ("0", "10"), ("3.5", "20"), ("1", "33.333")])
@pytest.mark.parametrize("net", ["0.01", "500.00", "999.99", "1012.34", "5000.00", "7654.32"])
def test_gross_amount_is_the_smallest_that_pays_the_net_amount(
    net: str, tax: str, withheld: str, taxation: str, free_of: str, shared: dict[str, Life], tmp_path: Path
) -> None:
    key = f"{tax} {taxation} {free_of}"
    if key not in shared:
        folder = taxed(tmp_path, ["withdrawal"], f"{tax}%", **{"income_tax.taxation": taxation})
        if free_of == "value":
            changes = {"income_tax.taxation": taxation, "premium_tax": {"rate": f"{tax}%", "taken": ["withdrawal"]}}
            folder = product_folder(tmp_path, changes, "free")
        one = Life(folder, market({"equity": {"2000-01-03": "10", "2000-06-01": "11"}}))
        basis = "10000.00" if taxation == "earnings_first" else "4000.00"
        one.record(event("purchase_payment", "2000-01-03", amount="10000.00", basis=basis))
        shared[key] = one
    one = shared[key]
    request = event("withdrawal", "2000-06-01", id="net", amount=net, net="yes", withholding=f"{withheld}%")
    fresh = Life(one.product, one.market, events=[r.event for r in one.journal.events("C")[1:]] + [request])
    took = fresh.did("net", "2000-06-01")

    free = Decimal(1100) if free_of == "value" else Decimal(0)
    gross = Decimal(took.gross) / 100
    assert paid_out(gross, tax, withheld, taxation, free) == Decimal(took.net) / 100
    assert Decimal(took.net) / 100 >= Decimal(net)
    assert paid_out(gross - Decimal("0.01"), tax, withheld, taxation, free) < Decimal(net)
    assert took.gross == took.surrender_charge + took.premium_tax + took.withholding + took.net


@pytest.fixture(scope="module")
def shared() -> dict[str, Life]:
    """Lives by product, loaded once."""
    return {}


def test_net_amount_that_the_whole_value_cannot_pay_is_refused(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["withdrawal"]))
    one.record(event("withdrawal", "2000-06-01", id="net", amount="8983.81", net="yes"))
    with pytest.raises(Refused, match="net_cannot_be_paid"):  # all of it pays 8,983.80
        one.did("net", "2000-06-01")
    assert one.at("2000-06-01").state is not None
    assert one.value("2000-06-01").contract_value == 10_000_00


def test_net_amount_that_takes_the_whole_value_is_a_surrender(tmp_path: Path) -> None:
    one = life(taxed(tmp_path, ["withdrawal"]))
    one.record(event("withdrawal", "2000-06-01", id="net", amount="8983.80", net="yes"))
    with pytest.raises(Refused, match="whole_value"):
        one.did("net", "2000-06-01")
    assert one.at("2000-06-01").state.status == Status.IN_FORCE  # type: ignore[union-attr]
