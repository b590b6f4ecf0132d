"""All of it or nothing: errors in the middle of a transaction, a full disk, numbers that do not fit."""

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select
from tests.stores import samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.samples import DAY, MAY_2

from inforce.contracts.events import PurchasePayment
from inforce.errors import BadBook, Fault, NotFound
from inforce.ledger import Entry, Line
from inforce.stores import SqlBook, open_book, verify, writing

in_both = pytest.mark.parametrize("place", DATABASES, indirect=True)


def contents(book: SqlBook) -> tuple[Any, ...]:
    """Everything a book says."""
    return samples.contents(book), book.seal()


@pytest.mark.parametrize("on", (True, False))
@in_both
def test_the_collector_is_as_it_was(place: Place, on: bool) -> None:
    """A day is posted without Python's garbage collector, whether that works or not; then all is as before."""
    seen: list[bool] = []
    with open_book(place()) as book:
        book.open(samples.contract("C-1"))
        event.listen(book.database.engine, "commit", lambda _: seen.append(gc.isenabled()))
        (gc.enable if on else gc.disable)()
        try:
            book.commit(samples.run(), [samples.done("C-1")])
            assert gc.isenabled() is on
            with pytest.raises(NotFound):
                book.commit(samples.run(), [samples.done("C-2")])
            assert gc.isenabled() is on
        finally:
            gc.enable()
    assert seen == [False]


def acts(book: SqlBook) -> list[Callable[[], object]]:
    """One transaction of each kind."""
    day = MAY_2 + 7 * DAY
    work = [replace(samples.done(f"C-{n}", day, 6, number=9), declined=((1, "no"),)) for n in (1, 2, 3)]
    return [
        lambda: book.open(samples.contract("C-9")),
        lambda: book.record_many([("C-1", samples.payment()), ("C-2", samples.withdrawal())]),
        lambda: book.post([samples.entry("C-1"), samples.entry("C-2")]),
        lambda: book.commit(samples.run(day), work),
        lambda: book.close_period("2001-01"),
    ]


class Broken(Exception):
    pass


@in_both
def test_an_error_at_any_statement_undoes_all(sql_book: SqlBook) -> None:
    """The first statement fails, then the second, and so on until all go through."""
    samples.fill(sql_book)
    engine, left = sql_book.database.engine, [0]

    def break_down(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Broken

    event.listen(engine, "after_cursor_execute", break_down)
    for number in range(len(acts(sql_book))):
        before = contents(sql_book)
        for statement in range(1, 40):
            left[0] = statement
            try:
                acts(sql_book)[number]()
            except Broken:
                left[0] = 0
                assert contents(sql_book) == before, (number, statement)
            else:
                assert statement > 3
                break
        else:
            raise AssertionError("it never went through")
        left[0] = 0
        assert contents(sql_book) != before
    assert verify(sql_book) == []


@in_both
@pytest.mark.parametrize("where", ["insert_rows", "update_rows"])
def test_an_error_while_writing_undoes_all(sql_book: SqlBook, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of what COPY has sent already."""
    samples.fill(sql_book)
    before, write = contents(sql_book), getattr(writing, where)
    for failing in range(1, 30):
        left = [failing]

        def broken(*given: Any, left: list[int] = left) -> None:
            write(*given)
            left[0] -= 1
            if left[0] == 0:
                raise Broken

        monkeypatch.setattr(writing, where, broken)
        try:
            acts(sql_book)[3]()
        except Broken:
            assert contents(sql_book) == before
        else:
            break
    assert failing > 2
    assert verify(sql_book) == []


@in_both
def test_numbers_that_do_not_fit(sql_book: SqlBook) -> None:
    samples.fill(sql_book)
    before = contents(sql_book)
    big = Entry(*(getattr(samples.entry("C-1"), name) for name in Entry.__slots__[:8]),
                (Line("a", 2**63), Line("b", -(2**63))))  # fmt: skip
    with pytest.raises(Fault, match="does not fit 64 bits; nothing was posted"):
        sql_book.post([samples.entry("C-2"), big])
    most = replace(big, lines=(Line("a", 2**63 - 1, -(2**63)), Line("b", -(2**63) + 1)))
    assert contents(sql_book) == before
    sql_book.post([most])
    assert sql_book.entries("C-1")[-1] == most
    huge = PurchasePayment(on=MAY_2, amount=2**80)
    sql_book.record("C-1", huge)
    assert sql_book.events("C-1")[-1].event == sql_book.events("C-1")[-1].event
    assert verify(sql_book) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_full_disk(place: Place) -> None:
    """SQLite is given no more pages than it has: it says so, the book stays, and goes on when there is room."""
    with open_book(place()) as book:
        samples.fill(book, contracts=5)
        before = contents(book)
        many = [samples.contract(f"N-{n}") for n in range(2_000)]

        def limit(connection: Any, pages: int) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with book.database.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        full = [pages]
        event.listen(book.database.engine, "begin", lambda connection: limit(connection, full[0]))
        with pytest.raises(BadBook, match="full; make room and run again"):
            book.open_many(many)
        assert contents(book) == before
        assert verify(book) == []
        full[0] = 2**30
        book.open_many(many)
        assert len(book.contracts()) == 2_005
        assert verify(book) == []


@in_both
def test_a_closed_book_opens_its_connections_again(sql_book: SqlBook) -> None:
    samples.fill(sql_book)
    before = contents(sql_book)
    sql_book.close()
    assert contents(sql_book) == before


@in_both
def test_what_is_not_written_is_not_sealed(sql_book: SqlBook) -> None:
    samples.fill(sql_book)
    seal = sql_book.seal()
    sql_book.record_many([("C-1", samples.payment(key="k-C-1"))])
    sql_book.post([])
    sql_book.open_many([])
    assert sql_book.seal() == seal
    with sql_book.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(writing.schema.seals)).scalar() == seal.number
