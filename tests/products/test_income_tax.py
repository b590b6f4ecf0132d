"""Income of withdrawals, surrenders and death benefits (Internal Revenue Code, section 72(e)), worked by hand."""

from typing import Any

import pytest
from tests.products.lives import Life, event, market

from inforce.terms import find_product


def life(price: str, qualification: str = "non_qualified", basis: str | None = None) -> Life:
    """10,000 paid on 3 January 2000; from 1 June worth 1,000 units at `price`."""
    prices = market({"equity": {"2000-01-03": "10", "2000-06-01": price}})
    one = Life(find_product("flex-extra"), prices, qualification=qualification)
    more: dict[str, Any] = {} if basis is None else {"basis": basis}
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00", **more))
    return one


@pytest.mark.parametrize(
    ("price", "amount", "taxable"),
    [
        ("12", "1000.00", 1_000_00),  # within the 2,000 earned
        ("12", "1200.00", 1_200_00),
        # 12,000 - 10,000 = 2,000 earned, before the surrender charge: of 3,000 - (3,000 - 1,200) x 8 % = 2,856 paid
        ("12", "3000.00", 2_000_00),
        ("9", "500.00", 0),  # a loss: all of it returns the basis
    ],
)
def test_withdrawal_from_a_non_qualified_contract_is_earnings_first(price: str, amount: str, taxable: int) -> None:
    one = life(price)
    one.record(event("withdrawal", "2000-06-01", id="take", amount=amount))
    assert one.did("take", "2000-06-01").taxable == taxable


def test_what_is_not_income_lowers_the_basis_for_the_next_withdrawal() -> None:
    one = life("12")
    one.record(event("withdrawal", "2000-06-01", id="first", amount="3000.00"))  # 2,856 paid: 2,000 income, 856 basis
    one.record(event("withdrawal", "2000-06-02", id="second", amount="500.00"))  # value 9,000, basis 9,144
    assert one.did("second", "2000-06-02").taxable == 0
    state = one.at("2000-06-02").state
    assert state is not None
    # 500 x 8 % = 40, 460 paid
    assert state.basis == 10_000_00 - 856_00 - 460_00


def test_payment_that_carries_less_basis_than_money_brings_earnings_with_it() -> None:
    """An exchange of a contract: 10,000 paid in, 4,000 of it basis; the first 6,000 withdrawn are income."""
    one = life("10", basis="4000.00")
    one.record(event("withdrawal", "2000-06-01", id="take", amount="1000.00"))
    assert one.did("take", "2000-06-01").taxable == 1_000_00
    one.record(event("withdrawal", "2000-06-02", id="more", amount="6000.00"))  # 480 charged, 5,520 paid, 5,000 earned
    assert one.did("more", "2000-06-02").taxable == 5_000_00


def test_withdrawal_from_a_qualified_contract_is_income_in_full_without_basis() -> None:
    one = life("9", "qualified")
    one.record(event("withdrawal", "2000-06-01", id="take", amount="500.00", withholding="20%"))
    took = one.did("take", "2000-06-01")
    assert (took.taxable, took.withholding, took.net) == (500_00, 100_00, 400_00)


def test_withdrawal_from_a_qualified_contract_is_income_in_proportion() -> None:
    one = life("12", "qualified", "3000.00")  # 3,000 of 12,000 are basis, a quarter
    one.record(event("withdrawal", "2000-06-01", id="take", amount="1000.00"))
    assert one.did("take", "2000-06-01").taxable == 750_00


@pytest.mark.parametrize(
    ("qualification", "basis", "price", "taxable"),
    [
        # 11,000 - 35 = 10,965; (10,965 - 1,096.50) x 8 % = 789.48; 10,175.52 paid, 175.52 above the basis
        ("non_qualified", None, "11", 175_52),
        # 10,500 - 35 = 10,465; (10,465 - 1,046.50) x 8 % = 753.48; 9,711.52 paid, less than the basis
        ("non_qualified", None, "10.5", 0),
        # 10,175.52 paid, 4,000 basis
        ("qualified", "4000.00", "11", 6_175_52),
        ("qualified", None, "11", 10_175_52),
    ],
)
def test_full_surrender_is_income_above_the_basis(
    qualification: str, basis: str | None, price: str, taxable: int
) -> None:
    """Section 72(e)(5)(E): of a complete surrender only what exceeds the investment in the contract."""
    one = life(price, qualification, basis)
    one.record(event("surrender", "2000-06-01", id="all", withholding="10%"))
    paid = one.did("all", "2000-06-01")
    assert paid.taxable == taxable
    assert paid.withholding == (taxable + 5) // 10
    assert paid.net == paid.gross - paid.surrender_charge - paid.withholding


@pytest.mark.parametrize(("price", "taxable"), [("12", 2_000_00), ("9", 0)])
def test_death_benefit_is_income_above_the_basis(price: str, taxable: int) -> None:
    one = life(price)
    one.record(event("death_proof", "2000-06-01", id="proof"))
    assert one.did("proof", "2000-06-01").taxable == taxable
