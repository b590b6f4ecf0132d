"""Every worked example that comes with a product holds."""

from pathlib import Path

import pytest

from inforce.cases import load_case, run_case
from inforce.terms import packaged_products

CASES = [file for folder in packaged_products().values() for file in sorted((folder / "cases").glob("*.yaml"))]


@pytest.mark.parametrize("file", CASES, ids=[f"{file.parent.parent.name}/{file.stem}" for file in CASES])
def test_worked_example_holds(file: Path) -> None:
    outcome = run_case(load_case(file))
    differ = [f"{c.about}, {c.figure}: expected {c.expected}, is {c.actual}" for c in outcome.checks if not c.passed]
    assert not differ, "\n".join(differ)


@pytest.mark.parametrize("file", CASES, ids=[f"{file.parent.parent.name}/{file.stem}" for file in CASES])
def test_worked_example_says_what_it_shows_and_where_its_figures_come_from(file: Path) -> None:
    loaded = load_case(file)
    assert loaded.card.title
    assert loaded.card.source
    assert loaded.card.expect
    assert loaded.card.product == file.parent.parent.name


def test_flex_extra_comes_with_worked_examples() -> None:
    assert len([file for file in CASES if file.parent.parent.name == "flex-extra"]) >= 31
