"""The updates of LifeTrust and Flex Extra: every printed figure beside ours."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from inforce.documents.printed import printed_table, products_with_printed_figures
from inforce.returns import Row, summaries
from inforce.terms import packaged_products


@pytest.fixture(scope="module")
def lifetrust() -> list[Row]:
    return printed_table("lifetrust")


def counted(rows: list[Row]) -> dict[str, tuple[int, int, int, Decimal]]:
    return {s.group: (s.cells, s.matched, s.small, s.worst) for s in summaries(rows)}


def test_lifetrust_cells_by_group(lifetrust: list[Row]) -> None:
    """156 returns, 20 of indices, 12 of fixed accounts, 4 yields."""
    assert counted(lifetrust) == {
        "derived": (6, 4, 4, Decimal("0.0962")),
        "fed in": (176, 176, 176, Decimal("0.0000")),
        "fitted": (10, 6, 10, Decimal("0.0172")),
    }


def test_lifetrust_derived_returns_speak_against_equal_parts_of_the_charge(lifetrust: list[Row]) -> None:
    """Both sub-accounts whose first day is fed in by another table want a charge of about 0.70 instead of 2.14."""
    derived = [row for row in lifetrust if row.group == "derived" and row.difference]
    wanted = [re.search(r"a charge of (\d\.\d{3}) a year instead of 2\.143", row.why) for row in derived]
    assert [found.group(1) for found in wanted if found] == ["0.695", "0.715"]


def test_flex_extra_cells_by_group() -> None:
    assert counted(printed_table("flex-extra")) == {
        "derived": (21, 13, 21, Decimal("0.0097")),
        "fed in": (63, 63, 63, Decimal("0.0000")),
        "fitted": (35, 24, 34, Decimal("0.0387")),
    }


def test_every_miss_says_why_and_nothing_else_does(lifetrust: list[Row]) -> None:
    assert all(bool(row.why) == bool(row.difference) for row in lifetrust)


def test_both_products_have_printed_figures() -> None:
    assert products_with_printed_figures() == ["flex-extra", "lifetrust"]


@pytest.mark.parametrize("product", ["flex-extra", "lifetrust"])
def test_what_is_reconstructed_says_so(product: str) -> None:
    readme = (Path(packaged_products()[product]) / "published" / "unit_values.md").read_text(encoding="utf-8")
    assert "Reconstructed, not published prices." in readme
