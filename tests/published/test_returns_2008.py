"""The performance update of 31 July 2008: every printed return beside ours, in groups that are never mixed."""

from decimal import Decimal

import pytest

from inforce.returns import (
    Row,
    account_level,
    contract_level,
    printed_figures,
    published_table,
    reconstructed_market,
    summaries,
)
from inforce.returns.figures import CONTRACT_TABLE, FLEXIBLE_TABLE, SINGLE_TABLE, UNIT_TABLE
from inforce.terms import Product, find_product

CELLS = {UNIT_TABLE: 35, CONTRACT_TABLE: 35, FLEXIBLE_TABLE: 21, SINGLE_TABLE: 21}


@pytest.fixture(scope="module")
def product() -> Product:
    return find_product("flex-extra")


@pytest.fixture(scope="module")
def rows(product: Product) -> list[Row]:
    return published_table(product)


def of_table(rows: list[Row], table: str) -> list[Row]:
    return [row for row in rows if row.table == table]


def test_every_printed_cell_is_compared(rows: list[Row]) -> None:
    assert {table: len(of_table(rows, table)) for table in CELLS} == CELLS


def test_unit_returns_pass_through_all_35_printed_cells(rows: list[Row]) -> None:
    assert [row for row in of_table(rows, UNIT_TABLE) if row.ours != row.printed] == []


def test_flexible_standardized_cells_were_fed_in(rows: list[Row]) -> None:
    assert [row for row in of_table(rows, FLEXIBLE_TABLE) if abs(row.unrounded - row.printed) > Decimal("0.0001")] == []


def test_single_standardized_cells_are_held_out_and_within_a_hundredth(rows: list[Row]) -> None:
    """13 of 21 to the printed digit; the rest within what rounding of the flexible cells leaves open."""
    single = of_table(rows, SINGLE_TABLE)
    assert {row.group for row in single} == {"held out"}
    assert sum(row.ours == row.printed for row in single) == 13
    assert max(abs(row.difference) for row in single) == Decimal("0.01")
    assert max(abs(row.unrounded - row.printed) for row in single) == Decimal("0.0097")
    assert all("rounding explains it" in row.why for row in single if row.difference)


def test_contract_level_cells_are_fitted(rows: list[Row]) -> None:
    """24 of 35 to the printed digit, 34 within 0.02; the worst is MidCap over ten years."""
    fitted = of_table(rows, CONTRACT_TABLE)
    assert sum(row.ours == row.printed for row in fitted) == 24
    assert sum(abs(row.difference) <= Decimal("0.02") for row in fitted) == 34
    worst = max(fitted, key=lambda row: abs(row.unrounded - row.printed))
    assert (worst.division, worst.column, worst.unrounded) == ("Oppenheimer MidCap", "10 years", Decimal("0.9913"))


def test_year_to_date_and_one_year_do_not_hang_on_the_path(rows: list[Row]) -> None:
    short = [row for row in of_table(rows, CONTRACT_TABLE) if row.column in ("YTD", "1 year")]
    assert len(short) == 14
    assert all(row.ours == row.printed for row in short)


def test_every_miss_says_why_and_nothing_else_does(rows: list[Row]) -> None:
    assert all(bool(row.why) == bool(row.difference) for row in rows)


def test_groups_are_counted_apart(rows: list[Row]) -> None:
    counted = {s.group: (s.cells, s.matched, s.small, s.worst) for s in summaries(rows)}
    assert counted == {
        "held out": (21, 13, 21, Decimal("0.0097")),
        "fed in": (56, 56, 56, Decimal("0.0000")),
        "fitted": (35, 24, 34, Decimal("0.0387")),
    }


def test_a_thousand_dollars_print_the_same_as_a_thousand_times_as_much(product: Product) -> None:
    market = reconstructed_market(product)
    for f in printed_figures(product):
        if f.form:
            small = contract_level(product, market, f.sub_account, f.form, f.as_of, f.years, multiple=1)
            large = contract_level(product, market, f.sub_account, f.form, f.as_of, f.years)
            assert small.percent == large.percent, f


def test_the_30_that_the_contract_level_text_prints_does_not_fit(product: Product) -> None:
    """The text above the contract-level table says 30; its cells need 35, which the standardized text says."""
    market = reconstructed_market(product)
    thirty = product.supposing({"maintenance_charge.amount": "30.00"}, "as the contract-level text prints")
    worst = max(
        abs(contract_level(thirty, market, f.sub_account, f.form, f.as_of, f.years).exact - f.printed)
        for f in printed_figures(product, CONTRACT_TABLE)
    )
    assert worst > Decimal("0.1")


def test_the_printed_figures_name_their_place(product: Product) -> None:
    for figure in printed_figures(product):
        assert figure.document in product.documents
        assert figure.place


def test_account_level_is_the_change_of_a_unit(product: Product) -> None:
    figure = printed_figures(product, UNIT_TABLE, "equity")[0]
    assert account_level(product, reconstructed_market(product), "equity", figure.as_of, 0).percent == Decimal("-15.29")
