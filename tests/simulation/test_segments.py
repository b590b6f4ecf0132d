"""Random lives of LifeTrust: segments with market value adjustment, shares of beneficiaries, continuation, resets.

As in `test_late_and_wrong` and `test_decisions`, for contracts whose calendar depends on what they hold.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import pytest
from tests.simulation.test_decisions import in_order, same, shuffled, totals, with_mistakes
from tests.simulation.test_late_and_wrong import Life, approval, live, random_life
from tests.simulation.test_wrong_prices import correct_one

from inforce.contracts import Contract, Event
from inforce.contracts.contract import Party
from inforce.contracts.events import DeathProof, SpousalContinuation, Transfer
from inforce.cycle import Cycle
from inforce.cycle.invariants import check_change, check_replay
from inforce.dates import Adjust, adjusted, is_valuation_date, valuation_dates
from inforce.ledger import Book, Done, MemoryBook, Snapshot
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.terms import find_product

FUNDS = ("equity", "blend", "mml-government-money")
SEGMENTS = ("mva-1", "mva-3", "mva-5", "mva-7")
ACCOUNTS = (*FUNDS, *SEGMENTS)
ERAS = (date(2000, 1, 3), date(2017, 12, 1))
"""Lives that see the floor of 2003 come, and the closing of two accounts in 2020."""
PRODUCT = find_product("lifetrust").supposing(
    {"death_benefit.requests_after_death": "void", "purchase_payments.returned.loss_borne_by": "owner"}, "the others"
)
SECTIONS = PRODUCT.terms(Contract("", "lifetrust", "standard", "qualified", "MA").cohort(ERAS[0]), ERAS[0]).sections
NAMES = (list(SECTIONS.sub_accounts), list(SECTIONS.fixed_accounts))


@lru_cache
def market(first: date) -> Market:
    chance, levels = Random(first.year), dict.fromkeys(FUNDS, 10_000_000)
    values: dict[str, dict[date, int]] = {fund: {} for fund in FUNDS}
    for day in valuation_dates(first, first + timedelta(days=1500)):
        for fund in FUNDS:
            levels[fund] = levels[fund] * (1_000_000 + chance.randrange(-15_000, 15_700)) // 1_000_000
            values[fund][day] = levels[fund]
    months = [f"{year}-{month:02}" for year in range(first.year, first.year + 6) for month in range(1, 13)]
    declared = {name: Rates.by_month({month: chance.randrange(10, 90) * 1_000_000 for month in months})
                for name in SEGMENTS}  # fmt: skip
    return Market(MarketData({SubAccount(f): Series.of(v) for f, v in values.items()}, {}, declared))


def segment_life(seed: int) -> Life:
    """A life of Flex Extra as a life of LifeTrust: other accounts, transfers, rates; more that happens at a death."""
    chance, told = Random(seed), random_life(seed)
    start = ERAS[seed % 2] + timedelta(days=chance.randrange(60))
    moved = start - told.start
    spread = sorted(chance.sample(range(1, 100), 2))
    names = chance.sample(ACCOUNTS, 3)
    shares = [b - a for a, b in zip((0, *spread), (*spread, 100), strict=True)]
    contract = Contract(
        f"L{seed}", "lifetrust", "standard", told.contract.qualification, chance.choice(["MA", "NY", "GA"]),
        allocation={name: share * 10_000_000 for name, share in zip(names, shares, strict=True)},
        parties=tuple(Party(id=f"b{n}", role="beneficiary") for n in range(chance.choice([0, 1, 1, 2, 3]))),
        readings={"death_benefit.reset_years": chance.choice(["none", "three_years"])},
    )  # fmt: skip
    events = [in_segments(chance, event, moved, contract) for event in told.events]
    return Life(contract, events, start)


def in_segments(chance: Random, event: Event, moved: timedelta, contract: Contract) -> Event:
    dates: dict[str, Any] = {name: getattr(event, name) + moved
                             for name in ("on", "entered", "date_of_death", "delivered", "contract_date")
                             if getattr(event, name, None)}  # fmt: skip
    common = {"id": event.id, "on": dates["on"], "entered": dates.get("entered")}
    if event.kind == "transfer":
        out, into, other = chance.sample(ACCOUNTS, 3)
        part = chance.choice([-chance.randrange(1, 11) * 100_000_000, chance.randrange(1, 500_000)])
        return Transfer(**common, **{"from": {out: part}}, to={into: 600_000_000, other: 400_000_000})
    if event.kind == "allocation":
        return event.model_copy(update={**dates, "allocation": {chance.choice(ACCOUNTS): 1_000_000_000}})
    if event.kind == "withdrawal" and chance.random() < 0.3:
        return event.model_copy(update={**dates, "from_": {chance.choice(ACCOUNTS): -1_000_000_000}})
    if event.kind in ("surrender", "death_proof") and contract.parties:
        party = chance.choice(contract.parties).id
        if chance.random() < 0.3:
            return SpousalContinuation(**common, party=party)
        return DeathProof(**common, party=party)
    return event.model_copy(update=dates)


def prices_of(life: Life) -> Market:
    return market(ERAS[life.start >= ERAS[1]])


def fed(life: Life, book: Book) -> Cycle:
    return live(life, book, market=lambda day: prices_of(life), product=PRODUCT)


def ended(life: Life, book: Book | None = None) -> tuple[Snapshot, dict[str, int]]:
    """The position in the end and the totals of its entries, which agree with each other and with a replay."""
    book = MemoryBook() if book is None else book
    cycle = fed(life, book)
    stored = book.stored(life.contract.id)
    assert stored is not None and stored.held is None
    assert list(check_replay(cycle, life.contract.id)) == []
    assert list(check_change(life.contract.id, None, Done(stored, tuple(book.entries(life.contract.id))), NAMES)) == []
    return stored.snapshot, totals(book, life)


def from_the_start(life: Life) -> Life:
    return replace(life, events=[life.events[0], *life.events[1:]])


@pytest.mark.parametrize("seed", range(80))
def test_stored_is_replayed(seed: int) -> None:
    ended(segment_life(seed))


@pytest.mark.parametrize("seed", range(200, 240))
def test_any_order_of_entry_is_as_in_order(seed: int) -> None:
    life = in_order(seed, segment_life)
    same(ended(shuffled(life, seed)), ended(life))


@pytest.mark.parametrize("seed", range(300, 330))
def test_what_is_reversed_never_happened(seed: int) -> None:
    life = in_order(seed, segment_life)
    same(ended(with_mistakes(life, seed, segment_life)), ended(life))


@pytest.mark.parametrize("seed", range(500, 515))
def test_corrected_prices_and_rates_in_any_order(seed: int) -> None:
    """Events late, unit values and declared rates corrected meanwhile: as if all had been known from the start."""
    ordered = in_order(seed, segment_life)
    life, chance, book = shuffled(ordered, seed), Random(seed), MemoryBook()
    name, day = life.contract.id, life.start - timedelta(days=25)
    book.add_prices(prices_of(life).data, "test", day)
    book.open(life.contract)
    queue, wrong = list(life.events), sorted(chance.sample(range(30, 1100), 12))
    while day <= life.end:
        while queue and (queue[0].entered or queue[0].on) <= day:
            book.record(name, queue.pop(0))
        if (day - life.start).days in wrong and is_valuation_date(day):
            days = [adjusted(e.on, Adjust.FOLLOWING) for e in life.events if life.start <= e.on < day]
            correct_one(book, chance, days, day)
            correct_rate(book, chance, days, day)
            Cycle(book, book.market(), lambda _: PRODUCT).correct(day)
        cycle = Cycle(book, book.market(), lambda _: PRODUCT)
        cycle.run_day(day)
        for stored in book.held():
            book.record(name, approval(stored, day))
            cycle.run_day(day)
        day += timedelta(days=1)
    assert list(check_replay(cycle, name)) == []
    twin = MemoryBook()
    twin.open(life.contract)
    for event in ordered.events:
        twin.record(name, event)
    Cycle(twin, cycle.market, lambda _: PRODUCT).run_day(life.end)
    one, other = book.stored(name), twin.stored(name)
    assert one is not None and other is not None
    assert (one.snapshot.state, one.snapshot.suspense) == (other.snapshot.state, other.snapshot.suspense)
    assert totals(book, life) == totals(twin, life)


def correct_rate(book: MemoryBook, chance: Random, days: list[date], day: date) -> None:
    """The declared rate of a month in which something may have happened."""
    corrected = Rates.by_month({f"{chance.choice(days):%Y-%m}": chance.randrange(10, 90) * 1_000_000})
    book.add_prices(MarketData(declared={chance.choice(SEGMENTS): corrected}), "test", day)
