"""Every number and event of every worked example can be explained, and is what was posted."""

from datetime import timedelta
from pathlib import Path

import pytest

from inforce.cases import load_case
from inforce.explain import QUANTITIES, Changes, explain, render
from inforce.terms import packaged_products

FILES = sorted(f for folder in packaged_products().values() for f in (folder / "cases").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[f.stem for f in FILES])
def test_a_case_can_be_explained(file: Path) -> None:
    case = load_case(file)
    days = [r.event.on for r in case.journal.events(case.contract.id)]
    last = max([*days, *([case.opening.on] if case.opening else [])]) + timedelta(days=7)
    changes = Changes(case.opening.state if case.opening else None)
    at = case.advance(last, observer=changes)
    unapplied = [x.recorded.event.id for x in (*at.declined, *at.waiting)]
    asked = [*(a.name for a in at.applied), *(i.name for i in at.administered), *unapplied]
    if at.state is not None and at.stalled is None:
        asked += QUANTITIES
    on = at.applied[-1].item.day if at.applied else last
    for what in asked:
        assert render(explain(at, case.market, what, on, changes))
