"""The demonstration's late payment, reversed withdrawal and corrected price: what each changes, and who bears it."""

import pytest

from inforce.cycle.invariants import check_book
from inforce.demo import corrections
from inforce.demo.book import DemoBook
from inforce.demo.corrections import BEFORE, LATE, Story, put_right
from inforce.ledger import MemoryBook, balances


@pytest.fixture(scope="module")
def told(book: DemoBook) -> tuple[Story, MemoryBook]:
    kept = MemoryBook()
    return put_right(book, kept), kept


def test_three_things_are_put_right(told: tuple[Story, MemoryBook]) -> None:
    story, _ = told
    late, withdrawal, *prices = story.changed
    assert late.contract == LATE and 4_000_00 < late.now - late.believed < 6_000_00
    assert withdrawal.now - withdrawal.believed == -story.accounts["owner/paid_out"] > 0
    assert prices and all(0 < abs(each.now - each.believed) < 1_000_00 for each in prices)
    assert story.approved.startswith("correction-") and story.held == 0


def test_the_company_bears_what_the_delay_cost(told: tuple[Story, MemoryBook]) -> None:
    story, book = told
    company = {a: c for a, c in story.accounts.items() if "separate_account" in a or "gain_or_loss" in a}
    assert sum(company.values()) == 0 and story.accounts["company/late_trade_gain_or_loss"] != 0
    for name in book.contracts():
        assert sum(balances(book.entries(name)).values()) == 0


def test_what_was_posted_stays(told: tuple[Story, MemoryBook]) -> None:
    _, book = told
    posted = book.entries(LATE)
    assert max(e.period for e in posted if e.known <= BEFORE) == "2008-06"
    assert {e.period for e in posted if e.known > BEFORE} == {"2008-07"}
    assert list(check_book(corrections._cycle(book, corrections.REPRICED))) == []
