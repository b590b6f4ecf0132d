"""Explained = posted, and every leaf of the tree says where it can be looked up."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from tests.unit.explain.book import EACH_PAYMENT, FLEX_EXTRA, GPA, ISSUED, TODAY, contract, life, market, position

from inforce.contracts import Event
from inforce.contracts.events import DeathNotice, DeathProof, FreeLook, PurchasePayment, Surrender, Withdrawal
from inforce.cycle import Position, advance
from inforce.errors import Fault, MissingData, NotFound, Refused
from inforce.explain import QUANTITIES, Changes, Explanation, explain, readable
from inforce.ledger import MemoryJournal
from inforce.market import Market
from inforce.mechanics import money
from inforce.mechanics.records import Annuity
from inforce.mechanics.rule import watcher
from inforce.quote import quote
from inforce.terms import Product
from inforce.valuation import value

PRODUCTS = {"flex extra": FLEX_EXTRA, "each payment": EACH_PAYMENT}
COHORTS = {
    "plain": {},
    "single": {"form": "single"},
    "qualified in CA": {"qualification": "qualified", "issue_state": "CA"},
}


def lives() -> Iterator[tuple[str, Position, Market]]:
    prices = market()
    for product_name, product in PRODUCTS.items():
        for cohort_name, cohort in COHORTS.items():
            for on in (ISSUED, date(1989, 9, 1), date(1990, 5, 1), TODAY, date(1991, 6, 15)):
                at = position(life(), product=product, through=on, prices=prices, **cohort)
                yield f"{product_name}, {cohort_name}, {on}", at, prices


LIVES = list(lives())


@pytest.fixture
def at() -> Position:
    return position(life())


# Explained = posted


@pytest.mark.parametrize(("at", "prices"), [x[1:] for x in LIVES], ids=[x[0] for x in LIVES])
def test_explained_values_are_those_of_the_valuation(at: Position, prices: Market) -> None:
    v = value(at, prices, at.through)
    for what in QUANTITIES:
        assert explain(at, prices, what).value == getattr(v, what)
    for account in v.accounts:
        assert explain(at, prices, account.id).value == account.value


@pytest.mark.parametrize(("at", "prices"), [x[1:] for x in LIVES], ids=[x[0] for x in LIVES])
def test_explained_events_are_those_posted(at: Position, prices: Market) -> None:
    for applied in at.applied:
        e = explain(at, prices, applied.name)
        for field, label in (("gross", "taken from the contract value"), ("net", "paid"), ("taxable", "taxable part")):
            found = [c.value for c in e.children if c.label == label]
            assert found == [getattr(applied.breakdown, field)]


@pytest.mark.parametrize(("at", "prices"), [x[1:] for x in LIVES], ids=[x[0] for x in LIVES])
def test_explained_quotes_are_those_quoted(at: Position, prices: Market) -> None:
    for request in (
        Withdrawal(on=at.through, amount="3000"),
        Withdrawal(on=at.through, amount="3000", net="yes", withholding="20%"),
        Withdrawal(on=at.through, **{"from": {"equity": "50%", GPA: "100"}}),
        Surrender(on=at.through, withholding="10%"),
        DeathProof(on=at.through),
    ):
        q, e = quote(at, prices, request), explain(at, prices, request)
        found = {c.label: c.value for c in e.children}
        assert e.value == q.net == found["paid"]
        assert (found["taken from the contract value"], found["surrender charge"]) == (q.gross, q.surrender_charge)
        assert (found["premium tax"], found["withheld for income tax"]) == (q.premium_tax, q.withholding)
        assert found["contract value after"] == q.value_after
        assert sum(t.taken for t in q.by_account) == -sum(v for k, v in found.items() if k.startswith("out of "))


def test_numbers_add_up_all_the_way_down(at: Position) -> None:
    for what in (*QUANTITIES, "net", "move", "maintenance_charge 1990-05-01"):
        for e in explain(at, market(), what).walk():
            if e.kind == "sum":
                assert e.value == sum(c.sign * c.value for c in e.children)
            if e.kind in ("named", "picked"):
                assert e.value == e.children[0].value
            if e.kind == "rule" and (result := next((c for c in e.children if c.role == "result"), None)):
                assert e.value == result.value


def test_a_number_that_differs_is_a_fault(at: Position, monkeypatch: pytest.MonkeyPatch) -> None:
    at.applied[2].breakdown.net += 1
    with pytest.raises(Fault, match="net of contract c1 gives other numbers"):
        explain(at, market(), "net")
    monkeypatch.setattr("inforce.explain.questions.value", lambda *_: value(position(life()[:2]), market(), TODAY))
    with pytest.raises(Fault, match="but was explained as"):
        explain(at, market(), "contract_value")


# Leaves


def leaf(e: Explanation, **wanted: object) -> Explanation:
    found = e.find(**wanted)
    assert found is not None, wanted
    return found


def test_surrender_charge_cites_the_filing(at: Position) -> None:
    e = explain(at, market(), "surrender_charge")
    rate = leaf(e, term="surrender_charge.by_contract_year.2")
    assert (rate.kind, rate.text) == ("term", "8%")
    assert rate.citation == "update-2008-07-31, contract-level returns"
    assert not rate.assumed
    base = leaf(e, rule="charge_rate").children
    assert leaf(e, rule="years_completed").value == 1
    assert [c.role for c in base] == ["start", "today", "result"]


def test_free_amount_is_an_assumption(at: Position) -> None:
    e = explain(at, market(), "free_amount")
    share = leaf(e, term="free_withdrawal.share")
    assert (share.text, share.citation) == ("10%", "")
    assert share.assumption.startswith("fitted to the printed contract-level returns")
    reasons = {a.reason: a.terms for a in e.assumptions}
    assert reasons[share.assumption] == ("free_withdrawal.of", "free_withdrawal.share")
    assert not any("surrender_charge" in term for terms in reasons.values() for term in terms)


def test_assumptions_are_only_those_reached(at: Position) -> None:
    paths = {term for a in explain(at, market(), "equity").assumptions for term in a.terms}
    assert paths == {"rounding.unit_decimals"}
    paths = {term for a in explain(at, market(), "surrender_value").assumptions for term in a.terms}
    assert "surrender_charge.anniversary_belongs_to" in paths
    assert "maintenance_charge.waived_from" in paths
    assert "death_benefit.amount" not in paths


def test_terms_that_only_decide_are_reached_and_read(at: Position) -> None:
    e = readable(explain(at, market(), "surrender_charge"))
    clock = leaf(e, term="surrender_charge.clock")
    assert (clock.role, clock.text) == ("by", "contract issue")
    assert leaf(e, term="surrender_charge.charged_on").citation.startswith("glossary-2023")


def test_a_term_says_in_which_reading_it_holds() -> None:
    """The maintenance charge is printed as 35 and as 30; nothing else of the surrender is read in several ways."""
    for readings, said in (
        ({}, "standardized text, the default"),
        ({"maintenance_charge.amount": "contract_level_text"}, "contract level text, chosen"),
    ):
        at = position(life(), readings=readings)
        e = explain(at, market(), "surrender_value")
        charge = leaf(e, term="maintenance_charge.amount")
        assert charge.reading == said
        assert {x.term for x in e.walk() if x.reading} == {"maintenance_charge.amount"}
        assert any(f"reading {said} [update-2008-07-31" in str(line) for line in e.lines(None, 300))


def test_price_leaf_names_account_day_and_file(at: Position) -> None:
    price = leaf(explain(at, market(), "equity"), kind="price")
    assert (price.label, price.unit) == ("unit value of MML Equity on 1990-05-02", "unit_value")
    assert price.place == "prices.csv"
    saturday = date(1990, 5, 5)
    held = leaf(explain(position(life(), through=saturday), market(), "equity"), kind="price")
    assert held.label == "unit value of MML Equity on 1990-05-04"


def test_held_price_says_so() -> None:
    prices = market(last=date(1990, 4, 30))
    held = leaf(
        explain(position(life(), prices=prices, through=date(1990, 4, 30)), prices, "equity", TODAY), kind="price"
    )
    assert held.label.endswith("on 1990-04-30")
    assert held.note == "the last price before 1990-05-02"


def test_declared_rates_and_which_was_greatest(at: Position) -> None:
    e = explain(at, market(), "move")
    first, second = (r for r in e.walk() if r.label.startswith("rate credited in"))
    assert (first.label, first.text) == ("rate credited in 1989-11 to 1989-12", "8.5%")
    assert (second.label, second.text) == ("rate credited in 1990-01", "8%")
    won = {c.label: c.taken for c in readable(first).children}
    assert won["secondary guaranteed rate of 1989-11 to 1989-12"]
    assert not won["declared rate of 1989-11 to 1989-12"]
    declared = leaf(e, label="declared rate of 1990-01")
    assert (declared.text, declared.place) == ("8%", "declared_rates.csv")
    assert leaf(e, term=f"fixed_accounts.{GPA}.minimum_rate").assumed


# What last changed a number


def test_leaves_name_the_event_that_last_changed_them(at: Position) -> None:
    e = explain(at, market(), "death_benefit")
    floor = leaf(e, label="purchase payments as reduced by withdrawals")
    assert floor.event is not None
    assert (floor.event.event, floor.event.kind, floor.event.on) == ("net", "withdrawal", date(1989, 11, 2))
    units = leaf(e, label="units of MML Equity")
    assert str(units.event) == "the maintenance charge of 1990-05-01"


def test_an_event_is_explained_with_what_had_changed_before_it(at: Position) -> None:
    units = leaf(explain(at, market(), "net"), kind="state", label="units of MML Equity")
    assert str(units.event) == "more (purchase payment, 1989-08-01)"


def test_an_observer_sees_what_a_replay_sees() -> None:
    changes = Changes()
    at = position(life(), observer=changes)
    for what in (*QUANTITIES, "net"):
        assert explain(at, market(), what, changes=changes).as_dict() == explain(at, market(), what).as_dict()


def opened() -> tuple[Position, Changes, Annuity]:
    """A contract opened in mid-life, watched from there."""
    before = position(life(), through=date(1989, 12, 1))
    opening = before.snapshot()
    assert opening.state is not None
    journal = MemoryJournal()
    journal.open(contract())
    for event in life():
        journal.record("c1", event)
    changes = Changes()
    at = advance(contract(), FLEX_EXTRA, journal.events("c1"), market(), TODAY, changes, opening)
    return at, changes, opening.state


def test_opened_in_mid_life() -> None:
    at, changes, start = opened()
    whole = position(life())
    floor = {"kind": "state", "label": "purchase payments as reduced by withdrawals"}
    for known in (None, changes):
        e = explain(at, market(), "death_benefit", changes=known)
        assert e.value == explain(whole, market(), "death_benefit").value
        assert leaf(e, **floor).event is None
        assert leaf(e, **floor).note == ("" if known else "its last change is not known")
    assert leaf(explain(at, market(), "equity", changes=changes), kind="state").event is not None
    with pytest.raises(MissingData, match="opened in mid-life"):
        explain(at, market(), "move", changes=changes)
    assert explain(at, market(), "move", changes=Changes(start)).value == explain(whole, market(), "move").value


# Why not


def charged(product: Product = FLEX_EXTRA, through: date = TODAY, **given: object) -> Explanation:
    at = position(life(), product=product, through=through, **given)
    return explain(at, market(date(2001, 12, 31)), "surrender_value")


def supposed(**changes: object) -> Product:
    return FLEX_EXTRA.supposing({k.replace("__", "."): v for k, v in changes.items()}, "supposed")


def why(e: Explanation, rule: str) -> Explanation:
    return leaf(e, rule=rule, value=0)


def test_maintenance_charge_waived() -> None:
    e = why(charged(supposed(maintenance_charge__waived_from="10000")), "maintenance_charge")
    assert e.note == "none: waived: the contract value is at or above the waiver"
    assert (e.term, e.assumption) == ("maintenance_charge.waived_from", "supposed")
    by = [c for c in readable(e).children if c.role == "by"]
    assert ("maintenance_charge.waived_from", "$10,000.00") in [(c.term, c.text) for c in by]


def test_maintenance_charge_not_on_surrender_or_not_at_all() -> None:
    e = why(charged(supposed(maintenance_charge__on_surrender="no")), "maintenance_charge")
    assert (e.note, e.term) == ("none: not taken on a surrender", "maintenance_charge.on_surrender")
    e = why(charged(supposed(maintenance_charge__amount="0.00")), "maintenance_charge")
    assert (e.note, e.term) == ("none: these terms have none", "maintenance_charge.amount")


def test_maintenance_charge_taken_that_day() -> None:
    e = why(charged(through=date(1990, 5, 1)), "maintenance_charge")
    assert e.note == "none: it was taken already on this day"
    assert str(e.event) == "the maintenance charge of 1990-05-01"


def test_surrender_charge_period_over() -> None:
    prices = market(date(2001, 12, 31))
    at = position(life(), through=date(2001, 6, 1), prices=prices)
    e = explain(at, prices, "surrender_charge")
    zero = why(e, "surrender_charge")
    assert zero.note == "none: the surrender charge period is over"
    assert zero.citation == "update-2008-07-31, contract-level returns"
    assert leaf(e, term="surrender_charge.by_contract_year.10+").text == "0%"


def test_within_the_free_amount(at: Position) -> None:
    zero = why(explain(at, market(), Withdrawal(on=TODAY, amount="100")), "surrender_charge")
    assert zero.note == "none: all of it lies within the free withdrawal amount"
    assert zero.term == "free_withdrawal.share"


def test_no_charge_on_death(at: Position) -> None:
    e = explain(at, market(), DeathProof(on=TODAY))
    charge = next(c for c in e.children if c.label == "surrender charge")
    assert charge.note == "none: no surrender charge is taken from a death benefit"


def test_premium_tax_not_taken_says_by_which_term(at: Position) -> None:
    tax = leaf(readable(explain(at, market(), "surrender_value")), rule="premium_tax")
    assert [(c.role, c.term, c.text) for c in tax.children] == [("by", "premium_tax.taken", "annuitization")]


def test_a_contract_that_ended_has_no_surrender_value() -> None:
    at = position([*life(), Surrender(id="out", on=date(1990, 5, 1))])
    for what in ("surrender_value", "surrender_charge", "death_benefit", "free_amount"):
        e = explain(at, market(), what)
        assert (e.value, e.note) == (0, "none: the contract stands at surrendered")
        assert e.event is not None and e.event.event == "out"
    notified = position([*life(), DeathNotice(id="died", on=TODAY, date_of_death=TODAY)])
    assert explain(notified, market(), "surrender_value").value == 0
    assert explain(notified, market(), "death_benefit").value == value(notified, market(), TODAY).death_benefit


# Requests, events, questions


def test_net_withdrawal_is_found_and_checked_forward(at: Position) -> None:
    e = explain(at, market(), Withdrawal(on=TODAY, amount="4000", net="yes"))
    found = leaf(e, rule="gross_for_net")
    assert [c.role for c in found.children] == ["net", "free", "value", "leaves"]
    assert (found.children[0].text, found.children[-1].text) == ("$4,000.00", "$4,000.00")
    assert "surrender_charge.by_contract_year.2" in {x.term for x in leaf(found, role="leaves").walk()}


def test_each_payment_has_its_own_charge() -> None:
    at = position(life(), product=EACH_PAYMENT)
    e = explain(at, market(), Surrender(on=TODAY))
    rates = {x.term for x in e.walk() if x.term.startswith("surrender_charge.by_payment_year")}
    assert rates == {"surrender_charge.by_payment_year.1", "surrender_charge.by_payment_year.2"}
    left = {x.label for x in e.walk() if x.label.startswith("not yet withdrawn")}
    assert "not yet withdrawn of the purchase payment of 1989-08-01" in left


def test_free_look_explains_its_refund() -> None:
    events: list[Event] = [*life()[:2], FreeLook(id="back", on=date(1989, 5, 4))]
    e = explain(position(events, through=date(1989, 5, 4)), market(), "back")
    assert leaf(e, label="surrender charge").note == "none: a contract returned in the free look period bears none"
    assert leaf(e, label="afterwards: standing of the contract").text == "cancelled"


def test_an_event_on_a_day_without_prices_says_why_its_day() -> None:
    saturday = PurchasePayment(id="late", on=date(1989, 9, 2), amount="100")
    e = explain(position([*life(), saturday]), market(), "late")
    day = leaf(e, kind="calendar", term="calendar.non_valuation_day.purchase_payment")
    assert (day.text, day.citation) == ("1989-09-05", "rule-22c-1, paragraph (a)")


def test_declined_waiting_and_administered_events() -> None:
    big = Withdrawal(id="big", on=date(1990, 2, 1), amount="1000000")
    late = Withdrawal(id="late", on=TODAY, at="17:00", amount="100")
    at = position([*life(), big, late])
    assert explain(at, market(), "big").note == "declined: more is asked than the contract value"
    assert explain(at, market(), "late").note.startswith("waits for its valuation date 1990-05-03")
    assert explain(at, market(), "issue").note == "taken; it moves no money"


def test_unknown_questions_are_told_what_can_be_asked(at: Position) -> None:
    with pytest.raises(
        NotFound, match=r"surrender_value.*equity, blend, guaranteed.*net, move, maintenance_charge 1990"
    ):
        explain(at, market(), "nothing")


def test_refused_requests_are_refused(at: Position) -> None:
    with pytest.raises(Refused, match="amount_exceeds_value"):
        explain(at, market(), Withdrawal(on=TODAY, amount="1000000"))
    with pytest.raises(NotFound, match="one of surrender, withdrawal, death can"):
        explain(at, market(), FreeLook(on=TODAY))
    with pytest.raises(Refused, match="not_issued"):
        explain(position([]), market(), "surrender_value")


def test_plain_data_holds_everything_once(at: Position) -> None:
    e = explain(at, market(), "surrender_value")
    plain = e.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["value"], plain["unit"], plain["assumptions"][0].keys()) == (e.value, "cents", {"reason", "terms"})
    assert len(json.dumps(plain)) < 200_000


def test_many_payments_and_a_deep_tree() -> None:
    """Twenty years of monthly payments, each with its own charge: neither slow nor too deep."""
    prices = market(date(2001, 12, 31))
    payments = [
        PurchasePayment(id=f"p{year}-{month}", on=date(year, month, 15), amount="100")
        for year in range(1990, 2001)
        for month in range(1, 13)
    ]
    at = position([*life(), *payments], product=EACH_PAYMENT, through=date(2001, 1, 31), prices=prices)
    e = explain(at, prices, "surrender_value")
    assert e.value == value(at, prices, at.through).surrender_value
    assert len(e.as_dict()) > 5
    assert e.lines(depth=None)


# Threads


def test_one_threads_explanation_never_touches_another(at: Position) -> None:
    prices = market()
    together = Barrier(4)

    def work(n: int) -> object:
        together.wait()
        if n % 2:
            return [type(money.portion(100_000, 70_000_000)) for _ in range(2_000)]
        return [explain(at, prices, what).as_dict() for what in QUANTITIES]

    with ThreadPoolExecutor(4) as threads:
        explained, plain, again, too = threads.map(work, range(4))
    assert explained == again == [explain(at, prices, what).as_dict() for what in QUANTITIES]
    assert set(plain) == set(too) == {int}
    assert watcher.get() is None
