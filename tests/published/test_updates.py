"""The updates of LifeTrust and Flex Extra: every printed figure beside ours."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from inforce.documents.printed import printed_table, products_with_printed_figures
from inforce.returns import SINCE, Row, group_of, printed_figures, reconstructed_market, summaries
from inforce.returns.figures import FED, FITTED
from inforce.returns.groups import DERIVED, HELD_OUT
from inforce.returns.published import ours
from inforce.terms import find_product, packaged_products

STANDARDIZED = "standardized_full_surrender"


@pytest.fixture(scope="module")
def lifetrust() -> list[Row]:
    return printed_table("lifetrust")


def counted(rows: list[Row]) -> dict[str, tuple[int, int, int, Decimal]]:
    return {s.group: (s.cells, s.matched, s.small, s.worst) for s in summaries(rows)}


def test_lifetrust_cells_by_group(lifetrust: list[Row]) -> None:
    """156 returns, 20 of indices, 12 of fixed accounts, 4 yields."""
    assert counted(lifetrust) == {
        "derived": (4, 4, 4, Decimal("0")),
        "held out": (2, 0, 0, Decimal("0.0962")),
        "fed in": (176, 176, 176, Decimal("0.0000")),
        "fitted": (10, 6, 10, Decimal("0.0172")),
    }


def test_every_derived_cell_is_printed_to_the_digit(lifetrust: list[Row]) -> None:
    derived = [row for row in lifetrust if row.group == "derived"]
    assert [(row.table, row.column, row.difference) for row in derived] == 4 * [
        ("mva_rates", "change", Decimal("0.00"))
    ]


def test_lifetrust_held_out_returns_speak_against_equal_parts_of_the_charge(lifetrust: list[Row]) -> None:
    """Both sub-accounts whose first day is fed in by another table want a smaller charge than 2.14."""
    held_out = [row for row in lifetrust if row.group == "held out"]
    wanted = [
        re.search(r"a charge of (\d\.\d{3}) to (\d\.\d{3}) a year instead of 2\.143", row.why) for row in held_out
    ]
    assert [found.groups() for found in wanted if found] == [("0.355", "0.809"), ("0.477", "0.795")]


def test_a_charge_out_of_the_range_that_a_miss_names_prints_it() -> None:
    """0.60 a year, 8.40 in fourteen parts, lies in both ranges."""
    product = find_product("lifetrust")
    market = reconstructed_market(product)
    less = product.supposing({"maintenance_charge.amount": "8.40"}, "the range that the misses name")
    found = {f.sub_account: f for f in printed_figures(product, STANDARDIZED) if f.years == SINCE and not f.used}
    assert {fund: ours(less, market, f).percent for fund, f in found.items()} == {
        "main-street": Decimal("7.42"),
        "main-street-small-cap": Decimal("6.25"),
    }


@pytest.mark.parametrize("name", ["flex-extra", "lifetrust"])
def test_a_cell_is_derived_only_where_no_fitted_term_is_behind_it(name: str, tmp_path: Path) -> None:
    """The same terms, had they come from elsewhere, would make the cells held out derived, and move no other."""
    product, cited = find_product(name), find_product(_nothing_fitted(name, tmp_path))
    figures = printed_figures(product)
    moved = {(group_of(product, f), group_of(cited, f)) for f in figures}
    assert moved == {(HELD_OUT, DERIVED), (FED, FED), (FITTED, FITTED)}


def _nothing_fitted(name: str, parent: Path) -> Path:
    """The product with the same values and other words for where they come from."""
    folder = Path(shutil.copytree(packaged_products()[name], parent / name))
    for file in (folder / "terms").glob("*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("fitted", "read from"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["flex-extra", "lifetrust"])
def test_what_was_fitted_says_so_first(name: str) -> None:
    """`group_of` goes by the first word."""
    reasons = [a.assumption for a in find_product(name).assumptions()]
    assert [r for r in reasons if "fitted" in r and not r.startswith("fitted")] == []


def test_flex_extra_cells_by_group() -> None:
    assert counted(printed_table("flex-extra")) == {
        "held out": (21, 13, 21, Decimal("0.0097")),
        "fed in": (63, 63, 63, Decimal("0.0000")),
        "fitted": (35, 24, 34, Decimal("0.0387")),
    }


def test_every_miss_says_why_and_nothing_else_does(lifetrust: list[Row]) -> None:
    assert all(bool(row.why) == bool(row.difference) for row in lifetrust)


def test_both_products_have_printed_figures() -> None:
    assert products_with_printed_figures() == ["flex-extra", "lifetrust"]


def test_every_row_from_reconstructed_prices_says_so(lifetrust: list[Row]) -> None:
    """All but rates and indices."""
    assert {row.table for row in lifetrust if "reconstructed" not in row.prices} == {"market_indices", "mva_rates"}
    assert sum("reconstructed" in row.prices for row in lifetrust) == 156 + 4


@pytest.mark.parametrize("product", ["flex-extra", "lifetrust"])
def test_what_is_reconstructed_says_so(product: str) -> None:
    readme = (Path(packaged_products()[product]) / "published" / "unit_values.md").read_text(encoding="utf-8")
    assert "Reconstructed, not published prices." in readme
