"""Two processes on one book: no update is lost, and one that cannot go on says so."""

import time

import pytest
from tests.stores import crashing, samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.samples import DAY, MAY_2

from inforce.errors import BookBusy
from inforce.stores import open_book, verify

pytestmark = pytest.mark.parametrize("place", DATABASES, indirect=True)


def run_two(target: object, *args: object) -> None:
    both = [crashing.processes.Process(target=target, args=args) for _ in range(2)]  # type: ignore[arg-type]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0


@pytest.mark.slow
def test_no_update_is_lost(place: Place) -> None:
    where = place()
    with open_book(where) as book:
        book.open(samples.contract())
        book.commit(samples.run(), [samples.counted("C-1", 0)])
    run_two(crashing.count_up, where, "C-1", 40)
    with open_book(where) as book:
        stored = book.stored("C-1")
        assert stored is not None
        assert stored.snapshot.suspense == 80
        assert [e.event for e in book.entries("C-1")] == [f"n{n}" for n in range(81)]
        assert len(book.runs(1_000)) == 81
        assert verify(book) == []


@pytest.mark.slow
def test_a_key_is_recorded_once(place: Place) -> None:
    where = place()
    with open_book(where) as book:
        book.open(samples.contract())
    run_two(crashing.record_keys, where, "C-1", 40)
    with open_book(where) as book:
        assert [(r.sequence, r.event.key) for r in book.events("C-1")] == [(n + 1, f"k{n}") for n in range(40)]
        assert verify(book) == []


def test_work_from_an_old_position_is_refused(place: Place) -> None:
    where = place()
    with open_book(where) as mine, open_book(where) as theirs:
        samples.fill(mine)
        day = MAY_2 + 5 * DAY
        assert mine.stored("C-1") == theirs.stored("C-1")
        theirs.commit(samples.run(day), [samples.done("C-1", day, number=7)])
        before = samples.contents(theirs)
        with pytest.raises(BookBusy, match="another process posted to contract C-1 since it was read here"):
            mine.commit(samples.run(day), [samples.done(name, day, number=8) for name in ("C-2", "C-1")])
        assert samples.contents(theirs) == before
        mine.stored("C-1")
        mine.commit(samples.run(day), [samples.done("C-1", day, number=8)])
        with pytest.raises(BookBusy):
            theirs.commit(samples.run(day), [samples.done("C-1", day, number=9)])


def test_what_is_recorded_meanwhile_stays_due(place: Place) -> None:
    where = place()
    with open_book(where) as mine, open_book(where) as theirs:
        mine.open(samples.contract())
        seen = mine.record("C-1", samples.payment())
        mine.stored("C-1")
        late = theirs.record("C-1", samples.withdrawal())
        mine.commit(samples.run(), [samples.done("C-1", sequence=seen.sequence)])
        assert mine.due(MAY_2) == ["C-1"]
        mine.commit(samples.run(), [samples.done("C-1", sequence=late.sequence)])
        assert mine.due(MAY_2) == []


def test_a_second_writer_waits_and_then_says_so(place: Place) -> None:
    where = place()
    with open_book(where) as mine, open_book(where, wait=0.3) as theirs:
        samples.fill(mine)
        with mine.database.writing():
            start = time.monotonic()
            with pytest.raises(BookBusy, match="another process is writing to the book"):
                theirs.record("C-1", samples.payment())
            assert 0.25 < time.monotonic() - start < 5
            assert len(theirs.events("C-1")) == 2
        theirs.record("C-1", samples.payment())
        assert len(mine.events("C-1")) == 3
        assert verify(mine) == []
