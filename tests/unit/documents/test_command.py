"""`inforce document performance-update` and `inforce published`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inforce.cli import app
from inforce.errors import BadInput, Refused

RUN = CliRunner()
UPDATE = ["document", "performance-update"]


def test_all_formats_are_written(tmp_path: Path) -> None:
    done = RUN.invoke(app, [*UPDATE, "flex-extra", "--as-of", "2008-07-31", "--out", str(tmp_path)])
    assert done.exit_code == 0
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".csv", ".html", ".json", ".pdf"]
    assert done.output.split() == [str(tmp_path / f"flex-extra-2008-07-31.{f}") for f in ("html", "pdf", "csv", "json")]


def test_one_format_to_standard_output() -> None:
    arguments = [*UPDATE, "lifetrust", "--as-of", "2020-10-31", "--format", "json", "--out", "-"]
    assert json.loads(RUN.invoke(app, arguments).stdout)["product"] == "lifetrust"


def test_several_formats_do_not_go_to_standard_output() -> None:
    done = RUN.invoke(app, [*UPDATE, "lifetrust", "--as-of", "2020-10-31", "--out", "-"])
    assert isinstance(done.exception, BadInput)


def test_own_unit_values(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "src/inforce/products/flex-extra/published"
    lines = (folder / "unit_values.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "prices.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    arguments = [*UPDATE, "flex-extra", "--as-of", "2008-07-31", "--market", str(tmp_path), "--out", str(tmp_path)]
    done = RUN.invoke(app, arguments)
    assert isinstance(done.exception, Refused)
    assert "money-market (last 2008-06-30)" in str(done.exception)


@pytest.mark.parametrize("option", [["--format", "docx"], ["--method", "loose"]])
def test_unknown_choices(option: list[str]) -> None:
    done = RUN.invoke(app, [*UPDATE, "lifetrust", "--as-of", "2020-10-31", *option])
    assert isinstance(done.exception, BadInput)


def test_published_shows_the_groups_of_each_product() -> None:
    shown = json.loads(RUN.invoke(app, ["published", "--json"]).stdout)
    assert {name: len(rows) for name, rows in shown.items()} == {"flex-extra": 119, "lifetrust": 192}
    printed = RUN.invoke(app, ["published", "lifetrust"]).stdout
    for group, cells in (("derived", 4), ("held out", 2), ("fed in", 176), ("fitted", 10)):
        assert f"{group} ({cells} cells)" in printed
    assert "unit values are reconstructed, not published prices" in printed
