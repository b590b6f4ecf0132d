"""Taking in batch by batch, on every kind of book: what is new, is known, contradicts; all of it or nothing."""

import pytest
from tests.stores import samples
from tests.stores.conftest import DATABASES
from tests.stores.samples import contract, payment

from inforce.errors import BadInput, NotFound
from inforce.ledger import Book, Taken
from inforce.stores import SqlBook, verify


def test_what_is_new_what_is_known_what_contradicts(book: Book) -> None:
    book.open(contract("A"))
    book.record("A", payment(key="k", id="x"))
    with book.taking_in() as intake:
        assert intake.missing(["A", "B"]) == {"B"}
        assert intake.take([contract("A"), contract("B"), ("B", payment(key="k")), ("A", payment(key="k"))]) == [
            Taken(1), Taken(2, new=True), Taken(2, new=True), Taken(1)
        ]  # fmt: skip
        assert intake.missing(["A", "B"]) == set()
        wrong = intake.take([contract("B", issue_state="MA"), ("A", payment(key="k", cents=7)), ("A", payment(id="x"))])
        assert [(taken.number, taken.at) for taken in wrong] == [(2, "contract"), (1, "key"), (1, "id")]
        assert [taken.problem for taken in wrong] == [
            "is open already with other terms", "stands already for another event",
            "is the id of another event; ids are used once",
        ]  # fmt: skip
    assert book.contracts() == ["A", "B"]
    assert [r.event.key for r in book.events("B")] == ["k"]


def test_ids_are_numbered_past_those_that_are_taken(book: Book) -> None:
    book.open(contract("A"))
    book.record_many([("A", payment(id="e3")), ("A", payment(id="e5", key="5"))])
    with book.taking_in() as intake:
        intake.take([("A", payment(key=str(n))) for n in range(2)])
        intake.take([("A", payment(key="a")), ("A", payment(key="b", id="e9")), ("A", payment(key="c"))])
    assert [r.event.id for r in book.events("A")] == ["e3", "e5", "e4", "e6", "e7", "e9", "e8"]


def test_an_error_undoes_every_batch(book: Book) -> None:
    samples.fill(book)
    before = samples.contents(book)
    with pytest.raises(NotFound, match="no contract 'C-9' in this book"), book.taking_in() as intake:
        intake.take([contract("N"), ("N", payment()), ("C-1", payment())])
        intake.take([("C-2", payment(key="new"))])
        intake.take([("C-9", payment())])
    assert samples.contents(book) == before
    with pytest.raises(BadInput, match="gone"), book.taking_in() as intake:
        intake.take([contract("N"), ("C-1", payment())])
        raise BadInput("gone")
    assert samples.contents(book) == before
    book.record("C-1", payment())
    assert len(book.events("C-1")) == 3


@pytest.mark.parametrize("place", DATABASES, indirect=True)
def test_many_batches_are_one_sealed_transaction(sql_book: SqlBook) -> None:
    names = [f"C-{n}" for n in range(60)]
    samples.fill(sql_book)
    seal = sql_book.seal().number
    with sql_book.taking_in() as intake:
        intake.take([contract(name) for name in names])
        for n in range(4):
            intake.take([(name, payment(key=f"k{n}")) for name in names])
    assert sql_book.seal().number == seal + 1
    assert [len(sql_book.events(name)) for name in ("C-0", "C-1", "C-59")] == [4, 6, 4]
    assert verify(sql_book) == []
    with sql_book.taking_in() as intake:
        assert not any(taken.new for taken in intake.take([(name, payment(key="k3")) for name in names]))
    assert sql_book.seal().number == seal + 1
