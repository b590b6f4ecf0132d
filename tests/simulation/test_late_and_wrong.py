"""Random lives in which things arrive late, are wrong and are taken back: the book ends with the one right ledger.

Each life is fed to the cycle in the order of entry, day by day. At the end the stored position must be what a replay
from nothing gives, in every cent and unit, and the entries must add up to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from inforce.contracts import Approval, Contract, Event, Reversal
from inforce.contracts.events import (
    AllocationChange,
    Application,
    ApplicationCompleted,
    BasisReport,
    Consent,
    DeathNotice,
    DeathProof,
    Delivery,
    FreeLook,
    Freeze,
    Issue,
    PaymentReturned,
    PurchasePayment,
    Release,
    Surrender,
    Transfer,
    Withdrawal,
)
from inforce.cycle import OWED, Cycle
from inforce.cycle.invariants import check_book, check_replay
from inforce.dates import Adjust, adjusted, valuation_dates
from inforce.ledger import Book, MemoryBook, Stored
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.market.histories import Sources
from inforce.terms import Product, find_product

PRODUCT = find_product("flex-extra")
FIRST, LAST = date(1996, 1, 2), date(2000, 6, 30)
ACCOUNTS = ("equity", "blend", "guaranteed-principal-account")
FROZEN = ["purchase_payment", "transfer", "withdrawal", "surrender", "allocation", "free_look"]
SHARES = {"equity": 500_000_000, "blend": 300_000_000, "guaranteed-principal-account": 200_000_000}


Decide = Callable[[Stored, date], Event]


def random_market() -> Market:
    chance, level = Random(7), {"equity": 20_000_000, "blend": 15_000_000}
    values: dict[str, dict[date, int]] = {fund: {} for fund in level}
    for day in valuation_dates(FIRST, LAST):
        for fund in level:
            level[fund] = level[fund] * (1_000_000 + chance.randrange(-15_000, 15_700)) // 1_000_000
            values[fund][day] = level[fund]
    months = {f"{year}-{month:02d}": 35_000_000 + 1_000_000 * (year % 3) for year in range(1996, 2001)
              for month in range(1, 13)}  # fmt: skip
    return Market(
        MarketData(
            unit_values={SubAccount(fund): Series.of(series) for fund, series in values.items()},
            declared={"guaranteed-principal-account": Rates.by_month(months)},
        )
    )


MARKET = random_market()
VOIDING = PRODUCT.supposing({"death_benefit.requests_after_death": "void",
                             "purchase_payments.returned.loss_borne_by": "owner"}, "the other choices")  # fmt: skip


@dataclass
class Life:
    """One contract's events in the order in which they are entered."""

    contract: Contract
    events: list[Event]
    start: date

    @property
    def end(self) -> date:
        return self.start + timedelta(days=1200)


def random_life(seed: int) -> Life:
    chance = Random(seed)
    form = chance.choice(["flexible", "flexible", "single"])
    tax = chance.choice(["qualified", "non_qualified"])
    contract = Contract(f"C{seed}", "flex-extra", form, tax, chance.choice(["MA", "CA"]), allocation=SHARES)
    start = FIRST + timedelta(days=chance.randrange(200))
    events: list[Event] = [*random_application(chance, start), Issue(id="issue", on=start)]
    for number in range(chance.randrange(4, 25)):
        on = start + timedelta(days=chance.randrange(-5, 1000))
        entered = on + timedelta(days=chance.choice([0, 0, 0, chance.randrange(250)]))
        events.append(random_event(chance, number, on, entered, events))
    events.sort(key=lambda event: event.entered or event.on)
    return Life(contract, events, start)


def random_event(chance: Random, number: int, on: date, entered: date, before: list[Event]) -> Event:
    kind = chance.choices(
        ["pay", "withdraw", "transfer", "allocate", "reverse", "surrender", "notice", "proof", "bounce", "report",
         "freeze", "release", "deliver", "return"],
        [8, 5, 3, 1, 3, 0.3, 0.4, 0.3, 1, 1, 0.7, 0.7, 0.3, 0.3],
    )[0]  # fmt: skip
    common = {"id": f"{kind}{number}", "on": on, "entered": entered}
    if kind == "pay":
        source = chance.choice(["check", "exchange_1035"])
        return PurchasePayment(**common, amount=chance.randrange(1, 6_000_000), source=source)
    if kind == "withdraw":
        paid = chance.choice([{}, {"withholding": 100_000_000}, {"exchange_to": "Acme"}, {"rollover_to": "a plan"}])
        return Withdrawal(**common, amount=chance.randrange(1, 1_500_000), net=chance.random() < 0.5, **paid)
    if kind == "transfer":
        out, into = chance.sample(ACCOUNTS, 2)
        return Transfer(**common, **{"from": {out: -chance.randrange(1, 11) * 100_000_000}}, to={into: 1_000_000_000})
    if kind == "allocate":
        return AllocationChange(**common, allocation={chance.choice(ACCOUNTS): 1_000_000_000})
    if kind == "surrender":
        return Surrender(**common)
    if kind == "notice":
        return DeathNotice(**common, date_of_death=on - timedelta(days=chance.randrange(30)))
    if kind == "proof":
        return DeathProof(**common)
    if kind != "reverse":
        return administrative_event(chance, kind, common, before)
    return Reversal(id=f"reverse{number}", on=entered, entered=entered, of=chance.choice(before).id)


def administrative_event(chance: Random, kind: str, common: dict[str, Any], before: list[Event]) -> Event:
    """A freeze, delivery or return; a returned payment, reported basis or release, mostly of what it can be of."""
    if kind == "freeze":
        return Freeze(**common, cause="legal_order", refuses=chance.sample(FROZEN, 2))
    if kind == "deliver":
        return Delivery(**common, delivered=common["on"] - timedelta(days=chance.randrange(30)))
    if kind == "return":
        return FreeLook(**common)
    wanted: tuple[type[Event], ...] = (Freeze,) if kind == "release" else (PurchasePayment,)
    of = chance.choice([e for e in before if isinstance(e, wanted)] or before).id
    if kind == "bounce":
        return PaymentReturned(**common, of=of)
    if kind == "report":
        return BasisReport(**common, of=of, basis=chance.randrange(3_000_000))
    return Release(**common, of=of)


def random_application(chance: Random, start: date) -> list[Event]:
    """Often none; else complete or not, and then perhaps completed or held by consent, perhaps too late."""
    on = start - timedelta(days=chance.randrange(20))
    if chance.random() < 0.5:
        return []
    if chance.random() < 0.4:
        return [Application(id="application", on=on)]
    asked: list[Event] = [Application(id="application", on=on, complete=False, missing="the signature")]
    for kind in (ApplicationCompleted, Consent):
        if chance.random() < 0.7:
            came = on + timedelta(days=chance.randrange(20))
            asked.append(kind(id=kind.__name__, on=came, entered=came + timedelta(days=chance.choice([0, 0, 30]))))
    return asked


def live(
    life: Life,
    book: Book,
    decide: Decide | None = None,
    market: Callable[[date], Market] | None = None,
    product: Product = PRODUCT,
) -> Cycle:
    """Feed a life to the daily cycle in its order of entry. What is held is approved the same day, unless `decide`."""
    book.open(life.contract)
    cycle = Cycle(book, MARKET, lambda _: product)
    queue, day = list(life.events), life.start - timedelta(days=25)
    while day <= life.end:
        while queue and (queue[0].entered or queue[0].on) <= day:
            book.record(life.contract.id, queue.pop(0))
        cycle = Cycle(book, market(day), cycle.product) if market else cycle
        cycle.run_day(day)
        for stored in book.held():
            book.record(stored.contract, (decide or approval)(stored, day))
            cycle.run_day(day)
        day += timedelta(days=1)
    return cycle


def known_late(day: date) -> Market:
    """The market as it is when prices come some days late: up to eleven, all at once."""
    last = day.toordinal() // 11 * 11
    given = {}
    for key, series in MARKET.data.unit_values.items():
        n = series.position_by(last) + 1
        given[key] = Series(series.at[:n], (series.values[:n],), Sources.in_file("", [0] * n))
    return Market(replace(MARKET.data, unit_values={key: series for key, series in given.items() if len(series.at)}))


def approval(stored: Stored, day: date) -> Event:
    assert stored.held is not None
    return Approval(id=f"{stored.held.id} {day}", on=day, who="checker", of=stored.held.id)


@pytest.mark.parametrize("seed", range(120))
def test_stored_is_replayed(seed: int) -> None:
    life, book = random_life(seed), MemoryBook()
    cycle = live(life, book, product=VOIDING if seed % 2 else PRODUCT)
    assert list(check_replay(cycle, life.contract.id)) == []


@pytest.mark.parametrize("seed", range(0, 120, 7))
def test_order_of_entry_does_not_matter_for_what_is_stored(seed: int) -> None:
    """The same accepted events, entered all at once at the end, give the same position."""
    life, daily, late = random_life(seed), MemoryBook(), MemoryBook()
    live(life, daily)
    late.open(life.contract)
    for event in life.events:
        late.record(life.contract.id, event)
    Cycle(late, MARKET, lambda _: PRODUCT).run_day(life.end)
    one, other = daily.stored(life.contract.id), late.stored(life.contract.id)
    assert one is not None and other is not None
    assert one.snapshot.state == other.snapshot.state
    assert one.snapshot.suspense == other.snapshot.suspense


@pytest.mark.parametrize("seed", range(0, 120, 5))
def test_every_dollar_is_somewhere(seed: int) -> None:
    """Received = in suspense + returned + applied, but what was returned and applied after all the owner owes."""
    life, book = random_life(seed), MemoryBook()
    live(life, book)
    entries = book.entries(life.contract.id)
    cents: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            cents[line.account] = cents.get(line.account, 0) + line.cents
    owed = sum(x.cents for e in entries for x in e.lines if e.operation == "return" and x.account == OWED)
    stored = book.stored(life.contract.id)
    assert stored is not None
    applied = stored.snapshot.state.payments if stored.snapshot.state else 0
    assert -cents.get("owner/paid_in", 0) == cents.get("suspense", 0) + cents.get("owner/returned", 0) + owed + applied
    assert cents.get("suspense", 0) == stored.snapshot.suspense


@pytest.mark.parametrize("seed", [*range(2, 120, 9), 8301091])  # the last one's end is a Saturday with a trade
def test_prices_that_come_late_change_nothing(seed: int) -> None:
    """What waited for them is done whole, once, and is stored as if they had come in time."""
    life, book, twin = random_life(seed), MemoryBook(), MemoryBook()
    late, end = live(life, book, market=known_late), adjusted(life.end, Adjust.FOLLOWING)
    assert list(check_replay(late, life.contract.id)) == []
    on_time = live(life, twin)
    on_time.run_day(end)
    done = Cycle(book, MARKET, late.product)
    while book.due(end):
        done.run_day(end)
        for stored in book.held():
            book.record(stored.contract, approval(stored, end))
    one, other = book.stored(life.contract.id), twin.stored(life.contract.id)
    assert one is not None and other is not None
    assert (one.snapshot.state, one.snapshot.suspense) == (other.snapshot.state, other.snapshot.suspense)
    assert paid_in(book, life) == paid_in(twin, life)


def paid_in(book: Book, life: Life) -> int:
    lines = [line for entry in book.entries(life.contract.id) for line in entry.lines]
    return sum(line.cents for line in lines if line.account == "owner/paid_in")


def test_reversing_is_as_if_it_never_happened() -> None:
    book = MemoryBook()
    contract = Contract("R1", "flex-extra", "flexible", "non_qualified", "MA", allocation=SHARES)
    life = Life(contract, [
        Issue(id="issue", on=date(1996, 2, 1)),
        PurchasePayment(id="first", on=date(1996, 2, 1), amount=1_000_000),
        PurchasePayment(id="bounced", on=date(1996, 5, 1), amount=500_000),
        Reversal(id="bounce", on=date(1996, 5, 20), of="bounced", reason="the draft was returned unpaid"),
    ], date(1996, 2, 1))  # fmt: skip
    live(life, book)
    without, plain = MemoryBook(), Life(contract, life.events[:2], life.start)
    live(plain, without)
    one, other = book.stored("R1"), without.stored("R1")
    assert one is not None and other is not None
    assert one.snapshot.state == other.snapshot.state
    history = [entry.known for entry in book.entries("R1") if entry.event == "bounced"]
    assert date(1996, 5, 20) in history and min(history) < date(1996, 5, 20)


def test_money_paid_out_stays_out_and_the_difference_is_owed() -> None:
    """A payment entered late makes an earlier withdrawal's charge smaller: the company owes the difference."""
    contract = Contract("O1", "flex-extra", "flexible", "non_qualified", "MA", allocation={"equity": 1_000_000_000})
    book = MemoryBook()
    life = Life(contract, [
        Issue(id="issue", on=date(1996, 2, 1)),
        PurchasePayment(id="first", on=date(1996, 2, 1), amount=1_000_000),
        Withdrawal(id="w", on=date(1996, 6, 3), amount=300_000),
        PurchasePayment(id="late", on=date(1996, 3, 1), entered=date(1996, 7, 1), amount=1_000_000),
    ], date(1996, 2, 1))  # fmt: skip
    cycle = live(life, book)
    cents: dict[str, int] = {}
    for entry in book.entries("O1"):
        for line in entry.lines:
            cents[line.account] = cents.get(line.account, 0) + line.cents
    replay = next(a for a in cycle.replay("O1", life.end).applied if a.item.event and a.item.event.id == "w")
    assert cents["owner/paid_out"] + cents[OWED] == replay.breakdown.net
    assert cents[OWED] > 0


@pytest.mark.parametrize("seed", range(0, 120, 6))
def test_what_was_touched_agrees_with_its_entries(seed: int) -> None:
    assert list(check_book(live(random_life(seed), MemoryBook()))) == []


def test_a_changed_position_is_found() -> None:
    life, book = random_life(1), MemoryBook()
    cycle = live(life, book)
    stored = book.stored(life.contract.id)
    assert stored is not None and stored.snapshot.state is not None
    stored.snapshot.state.units[PRODUCT.sub_accounts().index("equity")] += 1
    found = [(breach.contract, breach.invariant.partition(" in ")[0]) for breach in check_book(cycle)]
    assert found == [(life.contract.id, "units of equity"), ("", "units of equity")]
