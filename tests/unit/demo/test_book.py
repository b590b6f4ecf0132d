"""The demonstration book: the same every time, and what it is there to show happens."""

from pathlib import Path

import pytest

from inforce.cases import load_case
from inforce.demo import LAST_DAY, DemoBook, demo_book, write_book
from inforce.demo.book import flow
from inforce.mechanics.records import Status
from inforce.valuation import value


@pytest.fixture(scope="module")
def book() -> DemoBook:
    return demo_book()


def test_the_book_is_the_same_every_time(book: DemoBook) -> None:
    again = demo_book().journal
    assert {name: book.journal.events(name) for name in book.journal.contracts()} == {
        name: again.events(name) for name in again.contracts()
    }


def test_twenty_contracts_of_both_forms_and_qualifications(book: DemoBook) -> None:
    contracts = [book.journal.contract(name) for name in book.journal.contracts()]
    assert len(contracts) == 20
    assert {(c.form, c.qualification) for c in contracts} == {
        (form, qualification) for form in ("flexible", "single") for qualification in ("qualified", "non_qualified")
    }
    assert len({c.issue_state for c in contracts}) > 15


def test_what_the_book_is_there_to_show_happens(book: DemoBook) -> None:
    positions = book.positions()
    status = {name: Status(p.state.status) for name, p in positions.items() if p.state is not None}
    ended = {name: each for name, each in status.items() if each != Status.IN_FORCE}
    assert ended == {"FX-0005": Status.DEATH_PAID, "FX-0010": Status.SURRENDERED, "FX-0017": Status.CANCELLED}
    declined = {(name, d.refused.reason) for name, p in positions.items() for d in p.declined}
    assert declined == {("FX-0007", "fixed_transfer_share")}
    assert {name: p.suspense for name, p in positions.items() if p.waiting} == {"FX-0019": 500_000}
    assert all(p.stalled is None for p in positions.values())


def test_every_kind_of_event_occurs(book: DemoBook) -> None:
    kinds = {r.event.kind for name in book.journal.contracts() for r in book.journal.events(name)}
    assert kinds == {
        "application", "issue", "purchase_payment", "allocation", "transfer", "withdrawal", "surrender", "free_look",
        "death_notice", "death_proof",
    }  # fmt: skip


def test_contract_files_say_the_same(book: DemoBook, tmp_path: Path) -> None:
    files = write_book(tmp_path)
    assert [file.stem for file in files] == book.journal.contracts()
    for name in ("FX-0003", "FX-0009", "FX-0019"):
        loaded = load_case(tmp_path / f"{name}.yaml")
        assert loaded.contract == book.journal.contract(name)
        mine, theirs = book.position(name), loaded.advance(LAST_DAY)
        assert mine.entries == theirs.entries
        assert value(mine, book.market, LAST_DAY) == value(theirs, loaded.market, LAST_DAY)


def test_text_that_yaml_would_misread_is_quoted() -> None:
    assert (
        flow({"at": "16:30", "from": {"equity": "25%"}, "net": "yes"}) == '{at: "16:30", from: {equity: 25%}, net: yes}'
    )
