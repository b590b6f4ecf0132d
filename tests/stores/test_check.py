"""Fund totals, what must hold before a day is posted, whole-book checks, and positions of older layouts."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from tests.simulation.test_late_and_wrong import MARKET, PRODUCT, live, random_life
from tests.stores import samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.samples import DAY, MAY_2
from tests.stores.test_opening import TO_FIRST_SCHEMA

from inforce.contracts import Contract, Event
from inforce.contracts.events import Issue, PurchasePayment, Surrender, Transfer, Withdrawal
from inforce.cycle import Cycle, fold
from inforce.cycle.invariants import check_book, check_replay
from inforce.cycle.rebuilding import rebuild
from inforce.cycle.waiting import open_requests, pending_orders
from inforce.errors import BadBook, Fault, OldPosition
from inforce.ledger import Book, Line, Traded
from inforce.market import Market, MarketData, Series
from inforce.stores import SqlBook, encoding, open_book, verify

FRIDAY, MONDAY = date(1996, 3, 1), date(1996, 3, 4)
SEPARATE_ACCOUNT = PRODUCT.separate_account("non_qualified", "MA")
GPA = "guaranteed-principal-account"


PRICES_THROUGH_FRIDAY = Market(
    MarketData(
        {
            key: Series.of({day: units for at, units in zip(series.at, series.columns[0], strict=True)
                            if (day := date.fromordinal(at)) <= FRIDAY})
            for key, series in MARKET.data.unit_values.items()
        },
        declared=MARKET.data.declared,
    )
)  # fmt: skip


def cycle_over(book: Book) -> Cycle:
    return Cycle(book, MARKET, lambda _: PRODUCT)


def begun(book: Book, *events: Event, name: str = "A") -> Cycle:
    """A contract with $10,000 in three accounts since Friday, and what was asked then."""
    shares = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}
    book.open(Contract(name, "flex-extra", "flexible", "non_qualified", "MA", allocation=shares))
    first = PurchasePayment(on=FRIDAY, amount=10_000_00, id="first")
    book.record_many((name, event) for event in (Issue(on=FRIDAY), first, *events))
    return cycle_over(book)


# fund totals


@pytest.mark.parametrize("seed", [3, 8])
def test_totals_are_what_positions_and_entries_say(seed: int, book: Book) -> None:
    lives = [random_life(seed), random_life(seed + 1)]
    for life in lives:
        live(life, book)
    held = dict.fromkeys(["equity", "blend"], 0)
    for life in lives:
        stored = book.stored(life.contract.id)
        assert stored is not None and stored.snapshot.state is not None
        for fund, units in zip(PRODUCT.sub_accounts(), stored.snapshot.state.units, strict=True):
            if fund in held:
                held[fund] += units
    accounts = {PRODUCT.separate_account(x.contract.qualification, x.contract.issue_state) for x in lives}
    totals = book.fund_totals()
    assert {account for account, _ in totals} <= accounts
    assert {f: sum(units for (_, fund), units in totals.items() if fund == f) for f in held} == held
    assert {fund: t.units for fund, t in book.traded().items()} == totals
    assert list(check_book(cycle_over(book))) == []


def test_what_a_day_traded(book: Book) -> None:
    cycle = begun(book)
    cycle.run_day(FRIDAY)
    book.record("A", Transfer.model_validate({"on": MONDAY, "from": {"equity": "100.00"}, "to": {"blend": "100%"}}))
    cycle.run_day(MONDAY)
    bought = book.traded(FRIDAY)
    assert {fund: t.bought_cents for (_, fund), t in bought.items()} == {"equity": 5_000_00, "blend": 3_000_00}
    moved = book.traded(MONDAY)
    equity, blend = moved[SEPARATE_ACCOUNT, "equity"], moved[SEPARATE_ACCOUNT, "blend"]
    assert (equity.cents, equity.bought_units, blend.cents, blend.cancelled_units) == (-100_00, 0, 100_00, 0)
    assert book.traded(MONDAY + DAY) == {}
    assert book.fund_totals()[SEPARATE_ACCOUNT, "equity"] == bought[SEPARATE_ACCOUNT, "equity"].units + equity.units


@pytest.mark.parametrize("place", DATABASES, indirect=True)
def test_two_who_post_at_once_lose_nothing(place: Place) -> None:
    where = place()
    with open_book(where) as book:
        book.open_many(samples.contract(name) for name in ("A", "B"))

    def work(name: str) -> None:
        with open_book(where, wait=30) as mine:
            for number in range(15):
                done = replace(samples.done(name, MAY_2 + number * DAY, number=1), separate_account="S")
                mine.commit(samples.run(MAY_2 + number * DAY), [done])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("A", "B")))
    with open_book(where) as book:
        each = samples.done("A").entries[0]
        assert book.fund_totals() == {("S", x.account[9:]): 30 * x.units for x in each.lines if x.units}
        assert {fund: t.units for fund, t in book.traded().items()} == book.fund_totals()
        assert verify(book) == []


# what must hold before a day is posted


@pytest.mark.parametrize(
    ("account", "cents", "units", "says"),
    [
        ("contract/equity", 0, 1, "A: units of equity: 0 before and"),
        (f"contract/{GPA}", 1, 0, f"A: cents of {GPA}: 0 before and 200001 by entries make 200001 cents, the position"),
        ("suspense", 1, 0, "A: suspense: 0 before and 1 by entries make 1 cents, the position has 0"),
    ],
)
def test_a_breach_stops_the_day(
    book: Book, monkeypatch: pytest.MonkeyPatch, account: str, cents: int, units: int, says: str
) -> None:
    """An engine that posts something else than it keeps is noticed, and nothing of the day is posted."""
    cycle, lines = begun(book), fold.step_lines
    begun(book, name="B")

    def wrong(*given: object) -> tuple[Line, ...]:
        return (*lines(*given), Line(account, cents, units), Line("company/interest_credited", -cents))  # type: ignore[arg-type]

    before = samples.contents(book), book.fund_totals()
    monkeypatch.setattr(fold, "step_lines", wrong)
    with pytest.raises(Fault) as caught:
        cycle.run_day(FRIDAY)
    assert str(caught.value).startswith(says)
    assert (samples.contents(book), book.fund_totals()) == before
    monkeypatch.undo()
    assert cycle.run_day(FRIDAY).contracts == 2


def test_a_day_reads_no_entries(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a contract did for twenty years costs nothing on a day on which it pays in."""
    cycle = begun(book)
    cycle.run_day(FRIDAY)
    book.record("A", PurchasePayment(on=MONDAY, amount=500_00))

    def read(*_: object) -> None:
        raise AssertionError("the entries were read")

    monkeypatch.setattr(type(book), "entries", read)
    assert cycle.run_day(MONDAY).entries == 2


# the whole book


def test_a_whole_book_that_does_not_agree(book: Book) -> None:
    cycle = begun(book)
    cycle.run_day(FRIDAY)
    assert list(check_book(cycle)) == []
    posted = book.entries("A")[-1]
    stray = replace(posted, lines=(Line("contract/equity", 5, 7), Line("suspense", -5)))
    book.post([stray])
    found = [str(breach) for breach in check_book(cycle)]
    units = book.fund_totals()[SEPARATE_ACCOUNT, "equity"]
    assert found == [
        "A: suspense: 0 before and -5 by entries make -5 cents, the position has 0",
        f"A: units of equity: 0 before and {units + 7} by entries make {units + 7} units, the position has {units}",
        f"units of equity in {SEPARATE_ACCOUNT}: fund total {units}, positions {units}, entries {units + 7}, "
        f"runs {units}",
    ]


@pytest.mark.parametrize("place", DATABASES, indirect=True)
def test_a_fund_total_that_was_changed(sql_book: SqlBook) -> None:
    cycle = begun(sql_book)
    cycle.run_day(FRIDAY)
    raw(sql_book, "UPDATE fund_totals SET units = units - 1 WHERE fund = 'blend'")
    assert [breach.invariant for breach in check_book(cycle)] == [f"units of blend in {SEPARATE_ACCOUNT}"]


# what waits


def test_what_waits_and_what_it_asks_of_the_funds(book: Book) -> None:
    late = {"on": FRIDAY, "at": "17:00"}
    cycle = begun(
        book,
        PurchasePayment.model_validate({**late, "amount": "100.01", "id": "pay"}),
        Transfer.model_validate({**late, "from": {"equity": "50%", GPA: "20.00"}, "to": {"blend": "100%"}, "id": "t"}),
        Transfer.model_validate({**late, "from": {"equity": "30.00"}, "to": {"blend": "1%", GPA: "99%"}, "id": "u"}),
        Withdrawal.model_validate({**late, "amount": "500.00", "id": "w"}),
        Withdrawal.model_validate({**late, "from": {"blend": "all"}, "id": "v"}),
    )
    begun(book, PurchasePayment(on=MONDAY, amount=1), name="B")
    book.open(samples.contract("N"))
    book.record("N", samples.payment(FRIDAY, id="alone"))
    cycle.run_day(FRIDAY)
    orders = list(pending_orders(cycle, FRIDAY))
    assert {o.contract for o in orders} == {"A"} and {o.separate_account for o in orders} == {SEPARATE_ACCOUNT}
    assert {o.waits_for for o in orders} == {"its valuation date 1996-03-04"}
    assert [(o.event, o.side, o.fund, o.cents, o.share) for o in orders] == [
        ("pay", "buy", "equity", 50_01, None), ("pay", "buy", "blend", 30_00, None),
        ("t", "sell", "equity", None, 500_000_000), ("t", "buy", "blend", None, 1_000_000_000),
        ("u", "sell", "equity", 30_00, None), ("u", "buy", "blend", 30, None),
        ("w", "sell", "", 500_00, None), ("v", "sell", "blend", None, 1_000_000_000),
    ]  # fmt: skip
    waits = {(r.contract, r.event.id): r.waits_for for r in open_requests(cycle, FRIDAY)}
    assert waits["N", "alone"] == "the contract's issue" and len(waits) == 6
    book.record("A", Surrender(on=MONDAY, id="end"))
    units = {o.fund: o.units for o in pending_orders(cycle, MONDAY) if o.event == "end"}
    assert set(units) <= {"equity", "blend"}
    cycle.run_day(MONDAY)
    assert list(pending_orders(cycle, MONDAY)) == []
    assert set(book.fund_totals().values()) != {0} and list(check_book(cycle)) == []


def test_pending_before_the_run_says_so(book: Book) -> None:
    cycle = begun(book)
    assert {o.waits_for for o in pending_orders(cycle, FRIDAY)} == {"the cycle's next run"}


# positions of older layouts


def raw(book: SqlBook, *statements: str) -> None:
    with book.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def age(book: SqlBook) -> None:
    """Write all stored states as layout 1 had them, with a field less."""
    with book.database.engine.begin() as connection:
        for number, state in connection.execute(text("SELECT contract, state FROM positions")).all():
            if state is not None:
                old = json.dumps(["Annuity", "0a1b2c3d", json.loads(state)[2][:-1]])
                connection.execute(text("UPDATE positions SET state = :s WHERE contract = :n"), {"s": old, "n": number})


in_both = pytest.mark.parametrize("place", DATABASES, indirect=True)


@in_both
def test_the_cycle_replays_what_is_of_an_older_layout(sql_book: SqlBook) -> None:
    cycle = begun(sql_book)
    begun(sql_book, name="B")
    cycle.run_day(FRIDAY)
    age(sql_book)
    with pytest.raises(OldPosition, match="of contract A is of an older layout or broken; rebuild it"):
        sql_book.stored("A")
    sql_book.record("A", PurchasePayment(on=MONDAY, amount=500_00))
    done = cycle.run_day(MONDAY)
    assert (done.contracts, done.entries, done.rebuilt) == (1, 2, 1)
    assert sql_book.runs(1) == [done]
    assert list(check_replay(cycle, "A")) == []
    assert [breach.invariant for breach in check_book(cycle) if breach.contract] == ["layout"]
    assert verify(sql_book) == []


@in_both
@pytest.mark.parametrize("seed", [5, 21])
def test_a_rebuild_gives_every_position_again(sql_book: SqlBook, seed: int) -> None:
    for n in range(3):
        live(random_life(seed + n), sql_book)
    cycle, names = cycle_over(sql_book), sql_book.contracts()
    before, due = samples.contents(sql_book)[1], sql_book.due(date(2010, 1, 4))
    assert rebuild(cycle, names).changed == 0
    age(sql_book)
    found = rebuild(cycle, names)
    assert (found.contracts, found.differing) == (3, []) and found.changed > 0
    assert samples.contents(sql_book)[1] == before and sql_book.due(date(2010, 1, 4)) == due
    assert list(check_book(cycle)) == [] and verify(sql_book) == []


@in_both
def test_a_position_that_waits_for_a_price(sql_book: SqlBook) -> None:
    """It has money of the day without a price in suspense, and is done to the day before."""
    cycle = begun(sql_book, PurchasePayment(on=FRIDAY, amount=100_00, id="w"))
    cycle.run_day(FRIDAY)
    without = replace(cycle, market=PRICES_THROUGH_FRIDAY)
    sql_book.record("A", PurchasePayment(on=MONDAY, amount=500_00))
    without.run_day(MONDAY)
    stored = sql_book.stored("A")
    assert stored is not None and (stored.snapshot.reached, stored.snapshot.suspense) == (MONDAY - DAY, 500_00)
    assert list(check_replay(cycle, "A")) == [] and list(check_book(cycle)) == []
    assert rebuild(cycle, ["A"]).changed == 0
    age(sql_book)
    assert rebuild(cycle, ["A"]).changed == 1 and sql_book.stored("A") == stored


@in_both
def test_a_rebuild_leaves_what_its_entries_do_not_prove(sql_book: SqlBook, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle = begun(sql_book)
    cycle.run_day(FRIDAY)
    age(sql_book)
    entry = replace(sql_book.entries("A")[-1], lines=(Line("contract/equity", 100, 5), Line("owner/paid_in", -100)))
    sql_book.post([entry])
    found = rebuild(cycle, ["A"])
    assert found.changed == 0 and len(found.differing) == 1
    assert "A: replay: contract/equity: entries hold 500100 cents" in found.differing[0]
    sql_book.record("A", PurchasePayment(on=MONDAY, amount=500_00))
    with pytest.raises(Fault, match="`inforce cycle correct` posts the difference"):
        cycle.run_day(MONDAY)
    cycle.correct(MONDAY)
    assert list(check_replay(cycle, "A")) == [] and rebuild(cycle, ["A"]).differing == []


@in_both
def test_a_newer_layout_is_refused(sql_book: SqlBook) -> None:
    cycle = begun(sql_book)
    cycle.run_day(FRIDAY)
    before = samples.contents(sql_book)
    newer = f"""UPDATE positions SET state = '[{encoding.LAYOUT + 1},"x",[]]'"""
    state = "SELECT state FROM positions"
    with sql_book.database.engine.connect() as connection:
        held = connection.execute(text(state)).scalar()
    raw(sql_book, newer)
    sql_book.record("A", PurchasePayment(on=MONDAY, amount=500_00, id="later"))
    for work in (lambda: cycle.run_day(MONDAY), lambda: rebuild(cycle, ["A"]), lambda: list(check_book(cycle))):
        with pytest.raises(BadBook, match="Install the version that wrote it"):
            work()
    raw(sql_book, f"UPDATE positions SET state = '{held}'")
    assert [r.event.id for r in sql_book.events("A")] == ["e1", "first", "later"]
    assert sql_book.stored("A") == before[1][0][1]


@in_both
def test_a_book_of_the_first_schema_is_upgraded(place: Place) -> None:
    """With what its runs traded, its totals, and positions that are replayed."""
    where = place()
    with open_book(where) as book:
        for seed in (5, 6):
            live(random_life(seed), book)
        totals, traded, runs = book.fund_totals(), book.traded(), book.runs(1_000)
        entries = book.entries(book.contracts()[0])
        age(book)
        raw(book, *TO_FIRST_SCHEMA)
    with open_book(where) as book:
        assert (book.fund_totals(), book.traded(), book.runs(1_000)) == (totals, traded, runs)
        assert book.entries(book.contracts()[0]) == entries
        cycle = cycle_over(book)
        assert rebuild(cycle, book.contracts()).differing == []
        assert list(check_book(cycle)) == [] and verify(book) == []


@in_both
def test_an_upgrade_without_the_product_changes_nothing(place: Place) -> None:
    where = place()
    with open_book(where) as book:
        book.open(samples.contract("X", product="lost"))
        book.post([samples.entry("X")])
        raw(book, *TO_FIRST_SCHEMA)
    for _ in range(2):
        with pytest.raises(BadBook, match=r"cannot be upgraded without the product of contract X: .*lost"):
            open_book(where)


def test_traded_adds_up() -> None:
    total = Traded(5, 50, 2, 20) + Traded(1, 10, 1, 10)
    assert total == Traded(6, 60, 3, 30) and (total.units, total.cents) == (3, 30)
