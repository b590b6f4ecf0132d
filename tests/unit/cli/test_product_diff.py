"""`inforce product diff`: what two products, cohorts or days have otherwise."""

import json

import pytest

from inforce import cli


@pytest.fixture(params=[False, True])
def rates(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, tuple[str, str]]:
    """Surrender charge rates that differ, by year: of Flex Extra and of LifeTrust, whichever is named first."""
    names = ["lifetrust", "flex-extra"] if request.param else ["flex-extra", "lifetrust"]
    monkeypatch.setattr("sys.argv", ["inforce", "product", "diff", *names, "--json"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    found = [d for d in json.loads(capsys.readouterr().out) if ".by_" in d["term"]]
    by_year = {d["term"].rpartition(".")[2]: (d["first"], d["other"]) for d in found}
    return {year: pair[::-1] for year, pair in by_year.items()} if request.param else by_year


def test_schedules_are_compared_year_by_year(rates: dict[str, tuple[str, str]]) -> None:
    """LifeTrust's rate of `8+` is that of 8 and 9 as well, where Flex Extra has others; from 10 on both have none."""
    flex_extra, lifetrust = [8, 8, 7, 6, 5, 4, 3, 2, 1], [7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert rates == {
        str(year): (f"{one} %", f"{other} %")
        for year, (one, other) in enumerate(zip(flex_extra, lifetrust, strict=True), 1)
    }
