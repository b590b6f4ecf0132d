"""Random lives in which prices are corrected, by little and by much: the book ends with what a replay gives."""

from datetime import date, timedelta
from random import Random

import pytest
from tests.simulation.test_decisions import in_order, shuffled, totals
from tests.simulation.test_late_and_wrong import MARKET, PRODUCT, approval

from inforce.cycle import Cycle
from inforce.cycle.invariants import check_replay
from inforce.dates import Adjust, adjusted
from inforce.ledger import MemoryBook
from inforce.market import MarketData, Series


@pytest.mark.parametrize("seed", range(500, 520))
def test_corrected_prices_in_any_order(seed: int) -> None:
    """Events late, prices corrected meanwhile; the same as when all had been known from the start."""
    life, chance = shuffled(in_order(seed), seed), Random(seed)
    book, name = MemoryBook(), life.contract.id
    book.add_prices(MARKET.data, "test", life.start)
    book.open(life.contract)
    queue, day = list(life.events), life.start
    wrong = sorted(chance.sample(range(30, 1100), 12))
    cycle = Cycle(book, book.market(), lambda _: PRODUCT)
    while day <= life.end:
        while queue and (queue[0].entered or queue[0].on) <= day:
            book.record(name, queue.pop(0))
        on = adjusted(day, Adjust.FOLLOWING)
        if (day - life.start).days in wrong and on == day:
            correct_one(book, chance, [adjusted(e.on, Adjust.FOLLOWING) for e in life.events if e.on < day], day)
            cycle = Cycle(book, book.market(), lambda _: PRODUCT)
            cycle.correct(day)
        cycle.run_day(day)
        for stored in book.held():
            book.record(name, approval(stored, day))
            cycle.run_day(day)
        day += timedelta(days=1)
    assert list(check_replay(cycle, name)) == []
    twin = MemoryBook()
    twin.open(life.contract)
    for event in in_order(seed).events:
        twin.record(name, event)
    Cycle(twin, cycle.market, lambda _: PRODUCT).run_day(life.end)
    one, other = book.stored(name), twin.stored(name)
    assert one is not None and other is not None
    assert (one.snapshot.state, one.snapshot.suspense) == (other.snapshot.state, other.snapshot.suspense)
    assert totals(book, life) == totals(twin, life)


def correct_one(book: MemoryBook, chance: Random, days: list[date], day: date) -> None:
    """A unit value of a day on which something may have happened, off by up to two percent, often by a trifle."""
    market = book.market()
    sub_account = chance.choice(list(market.data.unit_values))
    on = chance.choice(days)
    value = market.unit_value(sub_account, on)
    change = chance.choice([chance.randrange(-20_000, 20_000), chance.randrange(-3_000, 3_000)])
    corrected = MarketData({sub_account: Series.of({on: value * (1_000_000 + change) // 1_000_000})})
    book.add_prices(corrected, "test", day)
