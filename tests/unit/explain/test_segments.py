"""How segments and their adjustment to market value are told."""

import re

import pytest

from inforce.cases import load_case
from inforce.explain import Changes, explain, render
from inforce.terms import packaged_products

CASES = packaged_products()["lifetrust"] / "cases"


def told(name: str, what: str) -> str:
    case = load_case(CASES / f"{name}.yaml")
    changes = Changes(case.opening.state if case.opening else None)
    last = max(r.event.on for r in case.journal.events(case.contract.id))
    at = case.advance(last, observer=changes)
    on = next(a.item.day for a in at.applied if a.name == what)
    return re.sub(r"\s+", " ", re.sub("[│├└─]", "", render(explain(at, case.market, what, on, changes), depth=None)))


@pytest.mark.parametrize(
    ("case", "event", "says"),
    [
        ("mva-two-segments", "across", "value of 5 Year MVA Account, segment of 2005-05-02 = $10,000.00 × 1.157625"),
        ("mva-two-segments", "across", "value of 5 Year MVA Account, segment of 2006-05-02 = $5,000.00 × 1.081600"),
        ("mva-two-segments", "across", "market value adjustment = $512.54 + $20.73"),
        ("mva-two-segments", "across", "2.75% current rate for 2 years = 2% + 0.75%"),
        ("mva-two-segments", "across", "3.5% current rate for 3 years, that of 3 Year MVA Account"),
        ("mva-two-segments", "across", "the greater of 2% and 1.5%"),
        ("mva-two-segments", "across", "part of the amount for 5 Year MVA Account = all of $13,000.00"),
        ("mva-two-segments", "across", "all of $13,000.00; not the lesser"),
        ("mva-transfer-between", "move", "part of the amount for 3 Year MVA Account = 100% of $8,388.28"),
        ("mva-transfer-between", "move", "100% share of the transfer for 3 Year MVA Account [move]"),
        ("mva-transfer-between", "move", "value of a new segment"),
    ],
)
def test_segments_are_named_and_their_numbers_worked_out(case: str, event: str, says: str) -> None:
    assert says in told(case, event)
