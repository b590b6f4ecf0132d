"""The journal: append-only, ids and keys used once, what was entered by when; entries that balance."""

from datetime import date
from typing import Any

import pytest
from tests.products.lives import day, event

from inforce.contracts import Contract
from inforce.errors import BadInput, Fault, NotFound
from inforce.ledger import Entry, Line, MemoryJournal, balances


def contract(name: str = "C") -> Contract:
    return Contract(name, "flex-extra", "flexible", "non_qualified", "MA")


@pytest.fixture
def journal() -> MemoryJournal:
    one = MemoryJournal()
    one.open(contract())
    return one


def entry(*lines: Line, of: str = "C", **more: Any) -> Entry:
    given = {"event": "e1", "operation": "withdrawal", "effective": day("2000-01-03"), "known": day("2000-01-03"),
             "period": "2000-01", "terms": "t", "engine": "inforce", **more}  # fmt: skip
    return Entry(contract=of, lines=lines, **given)


# Events


def test_events_are_kept_in_order_of_entry(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-03-01", id="later"))
    journal.record("C", event("surrender", "2000-01-03", id="earlier"))
    assert [r.event.id for r in journal.events("C")] == ["later", "earlier"]
    assert [r.sequence for r in journal.events("C")] == [1, 2]


def test_sequence_runs_over_all_contracts(journal: MemoryJournal) -> None:
    journal.open(contract("D"))
    sequences = [journal.record(name, event("surrender", "2000-01-03")).sequence for name in ("C", "D", "C")]
    assert sequences == [1, 2, 3]


def test_event_is_known_from_the_day_of_entry(journal: MemoryJournal) -> None:
    received = journal.record("C", event("surrender", "2000-01-03", id="received"))
    entered = journal.record("C", event("surrender", "2000-01-03", id="entered", entered="2000-02-01"))
    said = journal.record("C", event("surrender", "2000-01-03", id="said", entered="2000-02-01"), day("2000-03-01"))
    assert [r.known for r in (received, entered, said)] == [day("2000-01-03"), day("2000-02-01"), day("2000-03-01")]


def test_known_by_leaves_out_what_was_entered_later(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-01-03", id="first"))
    journal.record("C", event("surrender", "2000-01-03", id="late", entered="2000-02-01"))
    assert [r.event.id for r in journal.events("C", day("2000-01-31"))] == ["first"]
    assert [r.event.id for r in journal.events("C", day("2000-02-01"))] == ["first", "late"]
    assert journal.events("C", day("1999-12-31")) == []


def test_same_id_twice_is_refused(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-01-03", id="s"))
    with pytest.raises(BadInput, match=r"contract C: event 's' is recorded already; ids are used once"):
        journal.record("C", event("surrender", "2000-01-04", id="s"))
    assert len(journal.events("C")) == 1


def test_two_contracts_may_use_the_same_id(journal: MemoryJournal) -> None:
    journal.open(contract("D"))
    for name in ("C", "D"):
        journal.record(name, event("surrender", "2000-01-03", id="s"))
    assert len(journal.events("D")) == 1


def test_same_key_again_is_the_same_event(journal: MemoryJournal) -> None:
    first = journal.record("C", event("purchase_payment", "2000-01-03", amount="5.00", key="feed 17"))
    again = journal.record("C", event("purchase_payment", "2000-01-03", amount="5.00", key="feed 17"))
    assert again is first
    assert len(journal.events("C")) == 1


def test_same_key_for_something_else_is_refused(journal: MemoryJournal) -> None:
    journal.record("C", event("purchase_payment", "2000-01-03", id="one", amount="5.00", key="feed 17"))
    with pytest.raises(BadInput, match=r"key 'feed 17' stands already for another event, one"):
        journal.record("C", event("purchase_payment", "2000-01-03", id="two", amount="6.00", key="feed 17"))
    assert len(journal.events("C")) == 1


def test_no_key_is_not_a_key(journal: MemoryJournal) -> None:
    for _ in range(2):
        journal.record("C", event("purchase_payment", "2000-01-03", amount="5.00"))
    assert len(journal.events("C")) == 2


def test_message_sent_again_the_next_day_is_the_same_event(journal: MemoryJournal) -> None:
    journal.record("C", event("purchase_payment", "2000-01-03", amount="5.00", key="feed 17", entered="2000-01-03"))
    journal.record("C", event("purchase_payment", "2000-01-03", amount="5.00", key="feed 17", entered="2000-01-04"))
    assert len(journal.events("C")) == 1


def test_numbered_ids_do_not_run_into_given_ones(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-01-03", id="e2"))
    assert journal.record("C", event("surrender", "2000-01-04")).event.id not in ("", "e2")


def test_what_was_given_out_does_not_reach_into_the_journal(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-01-03"))
    journal.events("C").clear()
    journal.entries("C").append(entry())
    assert (len(journal.events("C")), journal.entries("C")) == (1, [])


# Contracts


def test_contract_is_opened_once(journal: MemoryJournal) -> None:
    journal.record("C", event("surrender", "2000-01-03"))
    with pytest.raises(BadInput, match="contract C is open already"):
        journal.open(contract())
    assert len(journal.events("C")) == 1


def test_contract_that_is_not_there(journal: MemoryJournal) -> None:
    for ask in (journal.contract, journal.events, journal.entries):
        with pytest.raises(NotFound, match="no contract 'X' in this book"):
            ask("X")
    with pytest.raises(NotFound):
        journal.record("X", event("surrender", "2000-01-03"))
    with pytest.raises(NotFound):
        journal.post([entry(of="X")])


# Entries


def test_entry_that_does_not_balance_is_a_fault() -> None:
    with pytest.raises(Fault, match=r"entry of event e1 on contract C is out of balance by 1 cent$"):
        entry(Line("suspense", -5_00), Line("contract/equity", 5_01))


def test_entries_are_posted_all_or_none(journal: MemoryJournal) -> None:
    good = entry(Line("suspense", -5_00), Line("contract/equity", 5_00, 500_000))
    with pytest.raises(NotFound):
        journal.post([good, entry(of="X")])
    assert journal.entries("C") == []
    journal.post([good])
    assert journal.entries("C") == [good]


def test_balances_by_account() -> None:
    entries = [
        entry(Line("owner/paid_in", -5_00), Line("suspense", 5_00)),
        entry(Line("suspense", -5_00), Line("contract/equity", 5_00, 500_000)),
    ]
    assert balances(entries) == {"owner/paid_in": -5_00, "suspense": 0, "contract/equity": 5_00}
    assert balances([]) == {}


def test_entries_do_not_change() -> None:
    with pytest.raises(AttributeError):
        entry().effective = date(2000, 1, 4)  # type: ignore[misc]
