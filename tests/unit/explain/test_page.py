"""The printed explanation: readable, complete, no wider than asked."""

from datetime import date

import pytest
from tests.unit.explain.book import EACH_PAYMENT, TODAY, life, market, position

from inforce.contracts import Event
from inforce.contracts.events import Issue, PurchasePayment, Surrender
from inforce.explain import Explanation, Line, explain, lines, readable, render

PAID = date(1989, 5, 1)


@pytest.fixture
def simple() -> Explanation:
    events: list[Event] = [
        Issue(id="issue", on=PAID),
        PurchasePayment(id="pay", on=PAID, amount="10000", allocation={"equity": "100%"}),
    ]
    prices = market()
    return explain(position(events, through=date(1989, 6, 1), prices=prices), prices, "surrender_value")


@pytest.fixture
def full() -> Explanation:
    return explain(position(life()), market(), Surrender(on=TODAY))


def test_a_surrender_value_reads_like_this(simple: Explanation) -> None:
    told, _, assumed = render(simple, width=110).partition("\n\nRests on 6 assumptions:\n")
    assert told == READS
    assert assumed.startswith("  1  usual with an annual charge; the printed year-to-date returns contain it in full\n")


READS = """\
$9,308.77  surrender value on 1989-06-01 = $10,066.00 − $35.00 − $722.23
├─ $10,066.00  contract value
│  └─ $10,066.00  MML Equity = 999.699990 units × $10.069023
│     ├─ 999.699990  units of MML Equity; last changed by pay (purchase payment, 1989-05-01)
│     └─ $10.069023  unit value of MML Equity on 1989-06-01 [prices.csv]
├─    −$35.00  maintenance charge; no more than $10,066.00; reading standardized text, the default
│  │    [update-2008-07-31, Standardized Total Returns]
│  ├─ decided by maintenance charge, on surrender: yes [assumption 1]
│  └─ decided by maintenance charge, waived from: none [assumption 2]
├─   −$722.23  surrender charge = 8% of $9,027.90, no more than $10,031.00
│  ├─ $9,027.90  amount that the surrender charge reaches = $10,066.00 − $35.00 − $1,003.10
│  │  ├─ $10,066.00  contract value (see above)
│  │  ├─    −$35.00  maintenance charge (see above)
│  │  └─ −$1,003.10  part that the free withdrawal amount covers = the lesser of $10,031.00 and $1,003.10
│  │     ├─  $1,003.10  free withdrawal amount = 10% of $10,031.00
│  │     │  ├─ $10,031.00  contract value = $10,066.00 − $35.00
│  │     │  ├─        10%  free withdrawal, share [assumption 3]
│  │     │  └─ decided by free withdrawal, of: value [assumption 3]
│  │     ├─ $10,031.00  amount = $10,066.00 − $35.00; not the lesser
│  │     └─ decided by free withdrawal, on full surrender: yes [assumption 3]
│  ├─        8%  surrender charge rate of contract year 1 [update-2008-07-31, contract-level returns]
│  │  └─ 0  years completed = whole years from 1989-05-01 to 1989-05-31
│  │     ├─ 1989-05-01  contract date
│  │     └─ 1989-05-31  day that decides the year
│  │        └─ decided by surrender charge, anniversary belongs to: year ending [assumption 4]
│  ├─ decided by surrender charge, clock: contract issue [update-2008-07-31, contract-level returns, last
│  │       sentence: time between issue of the contract and withdrawal]
│  └─ decided by surrender charge, charged on: amount above free [glossary-2023, contingent deferred sales
│          charge]
└─      $0.00  premium tax
   └─ decided by premium tax, taken: annuitization [assumption 5]"""


def test_every_line_fits(full: Explanation) -> None:
    for width in (60, 80, 110):
        assert all(len(line) <= max(width, 75) for line in render(full, depth=4, width=width).splitlines())
    assert all(len(line) <= 110 for line in render(full).splitlines())


def test_depth_cuts_and_says_so(full: Explanation) -> None:
    assert len(full.lines(1)) < len(full.lines(3)) < len(full.lines(None))
    assert any(str(line).endswith(" …") for line in full.lines(1))
    assert not any(str(line).endswith(" …") for line in full.lines(None))


def test_lines_come_in_pieces_for_a_terminal(full: Explanation) -> None:
    found: list[Line] = lines(full)
    styles = {piece.style for line in found for piece in line.pieces}
    assert {"guide", "value", "label", "formula", "note", "citation", "assumption", "event", "heading"} == styles
    assert render(full) == "\n".join(str(line) for line in found)


def test_assumptions_are_numbered_as_the_lines_name_them(full: Explanation) -> None:
    text = render(full, depth=None, width=400)
    head, _, tail = text.partition("\n\nRests on ")
    assert tail.startswith(f"{len(full.assumptions)} assumptions:")
    for n, assumption in enumerate(full.assumptions, 1):
        assert f"{n:>3}  {assumption.reason} ({', '.join(assumption.terms)})" in tail
    seen = [head.find(f"[assumption {n}]") for n in range(1, len(full.assumptions) + 1)]
    assert sorted(x for x in seen if x >= 0) == [x for x in seen if x >= 0]


def test_nothing_is_told_twice(full: Explanation) -> None:
    text = render(full, width=400)
    assert text.count("decided by surrender charge, clock") == 1
    assert "taken from the contract value (see above)" in text


def test_no_words_of_the_code(full: Explanation) -> None:
    head, _, _ = render(full, depth=None, width=400).partition("\n\nRests on ")
    head = head.replace("declared_rates.csv", "").replace("secondary_rates.csv", "")
    for word in ("_", "None", "True", "lesser_of", "ratio", "portion", "Traced"):
        assert word not in head, word


def test_accounts_without_money_are_not_told(full: Explanation) -> None:
    assert "Global Securities" not in render(full, depth=None)
    assert full.find(label="Oppenheimer Global Securities/VA") is not None
    assert readable(full).find(label="Oppenheimer Global Securities/VA") is None


def test_a_long_list_is_cut_unless_all_is_asked_for() -> None:
    prices = market(date(2001, 12, 31))
    payments = [
        PurchasePayment(id=f"p{year}-{month}", on=date(year, month, 15), amount="100")
        for year in range(1990, 1996)
        for month in range(1, 13)
    ]
    at = position([*life(), *payments], product=EACH_PAYMENT, through=date(1996, 1, 31), prices=prices)
    e = explain(at, prices, Surrender(on=date(1996, 1, 31)))
    assert len(e.lines(6)) < len(e.lines(None))
