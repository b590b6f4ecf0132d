"""The daily cycle on every kind of book: random lives end with what a replay from nothing gives."""

from datetime import date, timedelta

import pytest
from tests.simulation.test_decisions import in_order, lived, same, shuffled
from tests.simulation.test_late_and_wrong import MARKET, PRODUCT, live, random_life
from tests.simulation.test_segments import ended, segment_life

from inforce.contracts import Approval, Contract
from inforce.contracts.events import Issue, PurchasePayment, Withdrawal
from inforce.cycle import Cycle
from inforce.cycle.invariants import check_replay
from inforce.errors import BadInput
from inforce.ledger import Book, MemoryBook
from inforce.stores import SqlBook, verify
from inforce.terms import find_product

DAY = timedelta(days=1)


@pytest.mark.parametrize("seed", [3, 77, 100])
def test_a_life_in_a_book_is_its_replay_and_its_twins(seed: int, book: Book) -> None:
    life, twin = random_life(seed), MemoryBook()
    cycle = live(life, book)
    live(life, twin)
    assert list(check_replay(cycle, life.contract.id)) == []
    one, other = book.stored(life.contract.id), twin.stored(life.contract.id)
    assert one is not None and other is not None
    assert (one.snapshot.state, one.snapshot.suspense) == (other.snapshot.state, other.snapshot.suspense)
    assert book.entries(life.contract.id) == twin.entries(life.contract.id)


def test_the_same_days_again_post_nothing(book: Book) -> None:
    life = random_life(5)
    live(life, book)
    before = book.entries(life.contract.id)
    list(Cycle(book, MARKET, lambda _: PRODUCT).run(life.start, life.end))
    assert book.entries(life.contract.id) == before


@pytest.mark.parametrize("seed", [203, 217, 231])
def test_any_order_of_entry_is_as_in_order(seed: int, book: Book) -> None:
    life, twin = in_order(seed), MemoryBook()
    late = shuffled(life, seed)
    same(lived(late, book=book), lived(life))
    lived(late, book=twin)
    assert book.entries(life.contract.id) == twin.entries(life.contract.id)
    assert book.stored(life.contract.id) == twin.stored(life.contract.id)


@pytest.mark.parametrize("seed", [205, 212, 226])
def test_lives_with_segments_are_their_twins(seed: int, book: Book) -> None:
    late, twin = shuffled(in_order(seed, segment_life), seed), MemoryBook()
    same(ended(late, book), ended(late, twin))
    assert book.entries(late.contract.id) == twin.entries(late.contract.id)
    assert book.stored(late.contract.id) == twin.stored(late.contract.id)


def test_a_contract_without_terms_stops_the_day_and_is_named(book: Book) -> None:
    wrong = Contract("R-9", "lifetrust", "standard", "qualified", "MA", readings={"death_benefit.reset_years": "ten"})
    book.open(wrong)
    book.record("R-9", Issue(id="issue", on=date(2003, 5, 1)))
    with pytest.raises(BadInput, match=r"^contract R-9 on 2003-05-01, of which nothing was posted: .*no reading 'ten'"):
        Cycle(book, MARKET, find_product).run_day(date(2003, 5, 1))


def test_nothing_is_posted_backwards(book: Book) -> None:
    """What comes late is posted on a day that its contract has not passed: an earlier day run again leaves it due."""
    contract, start = random_life(1).contract, date(1996, 3, 1)
    book.open(contract)
    for event in (Issue(id="issue", on=start), PurchasePayment(id="pay", on=start, amount=5_000_000),
                  Withdrawal(id="w", on=start + 10 * DAY, amount=100_000)):  # fmt: skip
        book.record(contract.id, event)
    cycle = Cycle(book, MARKET, lambda _: PRODUCT)
    list(cycle.run(start, start + 20 * DAY))
    before = book.entries(contract.id)
    book.record(contract.id, PurchasePayment(id="late", on=start + 5 * DAY, amount=70_000))
    assert cycle.run_day(start + 5 * DAY).contracts == 0
    with pytest.raises(BadInput, match=rf"contract {contract.id} was worked on up to 1996-03-11 already"):
        cycle.correct(start + 5 * DAY)
    assert book.entries(contract.id) == before and book.due(start + 5 * DAY) == [contract.id]
    assert cycle.run_day(start + 20 * DAY).contracts == 1
    assert [entry.event for entry in book.entries(contract.id)[len(before) :] if entry.operation == "receipt"] == [
        "late"
    ]
    assert list(check_replay(cycle, contract.id)) == []


def test_a_held_correction_is_kept_and_due_only_when_something_comes(book: Book) -> None:
    """What is held is what a twin in memory holds; nothing is due until an event comes, and then only once."""
    twin, found = MemoryBook(), []
    for each in (book, twin):
        each.open(random_life(1).contract)
        name, start = random_life(1).contract.id, date(1996, 3, 1)
        each.record(name, Issue(id="issue", on=start))
        each.record(name, PurchasePayment(id="pay", on=start, amount=5_000_000))
        cycle = Cycle(each, MARKET, lambda _: PRODUCT)
        list(cycle.run(start, start + 30 * DAY))
        late = start + 40 * DAY
        each.record(name, Withdrawal(id="late", on=start + 3 * DAY, entered=late, amount=10_000, who="kim"))
        cycle.run_day(late)
        assert [stored.contract for stored in each.held()] == [name]
        assert each.stored(name) == each.held()[0]
        assert each.due(late + 800 * DAY) == []
        each.record(name, PurchasePayment(id="more", on=late + DAY, amount=100))
        assert each.due(late) == [] and each.due(late + DAY) == [name]
        before = each.entries(name)
        cycle.run_day(late + DAY)
        assert each.due(late + 800 * DAY) == [] and each.entries(name) == before
        found.append(each.held())
        held = each.held()[0].held
        assert held is not None
        each.record(name, Approval(id="yes", on=late + 2 * DAY, of=held.id, who="lee"))
        cycle.run_day(late + 2 * DAY)
        assert each.held() == [] and each.due(late + 2 * DAY) == []
        found.append([each.stored(name), each.entries(name)])
    assert found[:2] == found[2:]
    if isinstance(book, SqlBook):
        assert verify(book) == []
