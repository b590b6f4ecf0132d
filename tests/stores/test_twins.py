"""Random acts on a book in memory and on its twin in a database: the same answers, the same refusals, word for word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tests.stores import samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.samples import DAY, MAY_2

from inforce.dates import valuation_dates
from inforce.errors import InforceError
from inforce.ledger import Book, Done, MemoryBook, Snapshot, Stored
from inforce.market import MarketData, Series, SubAccount
from inforce.stores import open_book, verify

DATES = valuation_dates(MAY_2, MAY_2 + timedelta(days=60))
PERIODS = ["2001-04", "2001-05", "2001-06", "2001-07"]


def act(r: Random, last: int) -> Callable[[Book], Any]:
    """Something to ask of a book whose last event is number `last`; much of it is wrong."""
    name, other = (f"C-{r.randrange(6)}" for _ in range(2))
    day, number = r.choice(DATES), r.randrange(1, 50)
    event = samples.payment(day, number, key=r.choice(["", f"k{r.randrange(8)}"]), id=r.choice(["", "", f"e{number}"]))
    known = r.choice([None, day, day + r.randrange(9) * DAY])
    snapshot = Snapshot(r.choice(DATES), None, samples.state(number), sequence=r.randrange(last + 1))
    stored = Stored(name, snapshot, r.choice([None, r.choice(DATES)]))
    entries = tuple(samples.entry(name, r.choice(DATES), f"e{k}", r.randrange(9)) for k in range(r.randrange(3)))
    declined = tuple((r.randrange(30), "no") for _ in range(r.randrange(2)))
    done = [Done(stored, entries, declined)]
    if r.random() < 0.3:
        done.append(Done(replace(stored, contract=other)))
    prices = MarketData({SubAccount(r.choice("ab")): Series.of({d: r.randrange(1, 4) for d in r.sample(DATES, 3)})})
    return r.choice([
        lambda book: book.open(samples.contract(name)),
        lambda book: book.record(name, event, known),
        lambda book: book.record_many([(name, event), (other, samples.withdrawal(day))], known),
        lambda book: book.record_many([(other, event)], opening=[samples.contract(other)]),
        lambda book: book.post([samples.entry(other, day), *entries]),
        lambda book: book.commit(samples.run(day, number), done),
        lambda book: book.commit(samples.run(day, number), done),
        lambda book: book.close_period(r.choice(PERIODS)) if number < 9 else book.reopen_period("2001-04"),
        lambda book: book.add_prices(prices, "feed", day),
    ])  # fmt: skip


def answer(ask: Callable[[Book], Any], book: Book) -> Any:
    try:
        return ask(book)
    except InforceError as refused:
        return type(refused), str(refused)


def said(book: Book) -> tuple[Any, ...]:
    """Everything that a book says, and what is due when."""
    due = [book.due(day, n, 2) for day in DATES[::8] for n in range(2)]
    prices = [{k: (s.at, s.columns) for k, s in book.market(day).data.unit_values.items()} for day in (DATES[9], None)]
    finished = [book.finished(day, 0, 1) for day in DATES[::5]]
    names, each, runs, closed, _, _ = samples.contents(book)
    return names, each, runs, closed, due, prices, finished


@pytest.mark.parametrize("place", DATABASES, indirect=True)
@pytest.mark.parametrize("seed", range(5))
def test_twins(place: Place, seed: int) -> None:
    memory = MemoryBook()
    with open_book(place()) as book:
        for n in range(60):
            asked = Random(f"{seed} {n}")
            ask = act(asked, memory._sequence)
            state = asked.getstate()
            expected = answer(ask, memory)
            asked.setstate(state)
            assert answer(ask, book) == expected, n
            if n % 20 == 19:
                assert said(book) == said(memory), n
        assert verify(book) == []
