"""The daily cycle on every kind of book: random lives end with what a replay from nothing gives."""

import pytest
from tests.simulation.test_late_and_wrong import MARKET, PRODUCT, live, random_life

from inforce.cycle import Cycle
from inforce.cycle.invariants import check_replay
from inforce.ledger import Book, MemoryBook


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
