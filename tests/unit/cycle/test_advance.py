"""The fold: what is due, in order, to a day; suspense, waiting, refusal; entries that say what happened."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import GPA, Life, day, event, kept, market

from inforce.contracts import Contract
from inforce.cycle import Position, advance
from inforce.cycle.schedule import calendar_items
from inforce.errors import MissingPrice, MissingRate, Refused
from inforce.ledger import balances
from inforce.terms import find_product, load_product

MIXED = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}
PRICES = market(
    {"equity": {"2000-01-03": "10", "2000-06-01": "11.37", "2001-01-03": "9.99"}, "blend": {"2000-01-03": "23.456789"}},
    {"2000-01": "3.50%"},
)


def life(**more: Any) -> Life:
    return Life(find_product("flex-extra"), PRICES, allocation=MIXED, **more)


def full_life() -> Life:
    """Every kind of thing: payments, withdrawals by amount, net and by account, transfers, a refusal, anniversaries."""
    one = life()
    for each in (
        event("purchase_payment", "2000-01-03", id="first", amount="12345.67"),
        event("withdrawal", "2000-06-01", id="take", amount="2000.00", withholding="10%"),
        event("purchase_payment", "2000-07-03", id="second", amount="1000.01", allocation={"blend": "100%"}),
        event("withdrawal", "2000-08-01", id="net", amount="500.00", net="yes"),
        event("transfer", "2000-09-01", id="move", from_={"equity": "33.33%", GPA: "25%"}, to={"blend": "100%"}),
        event("withdrawal", "2000-10-02", id="too-much", amount="99999.00"),
        event("withdrawal", "2001-02-01", id="named", from_={"blend": "all", GPA: "100.00"}),
        event("surrender", "2002-03-01", id="all", withholding="20%"),
    ):
        one.record(each)
    return one


def check_entries(position: Position) -> None:
    """Entries add up to the state: units, fixed balances, suspense; and every dollar received is somewhere."""
    cents = balances(position.entries)
    names = [*position.terms(position.through).sections.sub_accounts]
    state = position.state
    assert state is not None
    units: dict[str, int] = {}
    for entry in position.entries:
        assert sum(line.cents for line in entry.lines) == 0
        for line in entry.lines:
            units[line.account] = units.get(line.account, 0) + line.units
    assert [units.get(f"contract/{name}", 0) for name in names] == state.units
    assert cents.get(f"contract/{GPA}", 0) == state.balance[0]
    assert cents.get("suspense", 0) == position.suspense
    assert -cents.get("owner/paid_in", 0) == position.suspense + cents.get("owner/returned", 0) + state.payments


@pytest.mark.parametrize(
    "on", ["2000-01-03", "2000-06-01", "2000-09-01", "2001-01-03", "2001-02-01", "2002-03-01", "2004-01-05"]
)
def test_entries_add_up_to_the_state(on: str) -> None:
    check_entries(full_life().at(on))


def test_entry_says_what_when_and_by_which_terms() -> None:
    position = full_life().at("2000-06-01")
    entry = position.entries[-1]
    assert (entry.contract, entry.event, entry.operation) == ("C", "take", "withdrawal")
    assert (entry.effective, entry.known, entry.period) == (day("2000-06-01"), day("2000-06-01"), "2000-06")
    assert entry.terms == find_product("flex-extra").version
    assert entry.engine.startswith("inforce")


def test_late_entry_is_posted_in_the_month_it_became_known() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-03", id="late", amount="5.00", entered="2000-03-01"))
    entry = one.at("2000-03-01").entries[-1]
    assert (entry.effective, entry.known, entry.period) == (day("2000-01-03"), day("2000-03-01"), "2000-03")


# In one go, in stages, in any order


STAGES = ["2000-01-02", "2000-01-03", "2000-05-31", "2000-06-01", "2000-08-15", "2000-12-30", "2001-01-02",
          "2001-01-03", "2001-02-01", "2002-02-28", "2002-03-01", "2003-01-03"]  # fmt: skip


def in_stages(one: Life, stages: list[str], product: Any = None) -> tuple[Position, list[Any]]:
    """The position reached stage by stage, each going on from the one before, and all entries."""
    snapshot, entries = None, []
    for stage in stages:
        events = one.journal.events("C")
        position = advance(one.contract, one.product, events, one.market, day(stage), opening=snapshot)
        entries += position.entries
        snapshot = position.snapshot()
    return position, entries


def test_advancing_in_stages_is_advancing_in_one_go() -> None:
    one = full_life()
    direct = one.at(STAGES[-1])
    staged, entries = in_stages(one, STAGES)
    assert kept(staged) == kept(direct)
    assert (staged.suspense, staged.allocation, staged.issued) == (direct.suspense, direct.allocation, direct.issued)
    key = lambda e: (e.effective, e.event, e.operation)  # noqa: E731
    assert sorted(entries, key=key) == sorted(direct.entries, key=key)


def test_advancing_does_not_change_the_snapshot_it_goes_on_from() -> None:
    one = full_life()
    snapshot = one.at("2000-06-01").snapshot()
    before = repr(snapshot)
    for _ in range(2):
        advance(one.contract, one.product, one.journal.events("C"), one.market, day("2001-02-01"), opening=snapshot)
    assert repr(snapshot) == before


def test_advancing_twice_gives_the_same() -> None:
    one = full_life()
    assert one.at("2002-03-01").entries == one.at("2002-03-01").entries


def test_order_of_recording_does_not_matter_where_days_differ() -> None:
    events = [r.event for r in full_life().journal.events("C")[1:]]
    positions = []
    for order in list(permutations(events))[:: 40320 // 12]:
        one = life()
        for each in order:
            one.record(each)
        positions.append(one.at("2002-03-01"))
    assert all(kept(position) == kept(positions[0]) for position in positions)


def test_requests_of_one_day_and_kind_go_by_their_order_of_recording() -> None:
    for first, second in (("1000.00", "200.00"), ("200.00", "1000.00")):
        one = life()
        one.record(event("purchase_payment", "2000-01-03", amount="10000.00"))
        one.record(event("withdrawal", "2000-01-10", id="a", amount=first))
        one.record(event("withdrawal", "2000-01-10", id="b", amount=second))
        assert one.did("a", "2000-01-10").free_available > one.did("b", "2000-01-10").free_available


def test_requests_of_one_day_go_by_the_order_of_operations() -> None:
    """A withdrawal recorded before the payment of the same day finds the money there."""
    one = life()
    one.record(event("withdrawal", "2000-01-03", id="take", amount="500.00"))
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00"))
    assert one.did("take", "2000-01-03").before == 10_000_00


# Waiting


def test_request_waits_for_its_valuation_date() -> None:
    one = full_life()
    one.record(event("withdrawal", "2000-01-07", id="evening", at="18:00", amount="5.00"))
    position = one.at("2000-01-09")
    assert [(w.recorded.event.id, w.day) for w in position.waiting] == [("evening", day("2000-01-10"))]
    assert one.at("2000-01-10").waiting == []


def test_money_that_came_after_the_close_is_in_suspense_over_night() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-07", id="evening", at="18:00", amount="5.00"))
    assert one.at("2000-01-09").suspense == 5_00
    check_entries(one.at("2000-01-09"))
    assert one.at("2000-01-10").suspense == 0


def test_missing_price_stops_everything_after_it() -> None:
    prices = market({"equity": {"2000-01-03": "10", "2000-01-05": "11"}}, between="refuse")
    one = Life(find_product("flex-extra"), prices)
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="100.00"))
    one.record(event("withdrawal", "2000-01-04", id="no-price", amount="5.00"))
    one.record(event("withdrawal", "2000-01-05", id="later", amount="5.00"))
    position = one.at("2000-01-05")
    assert [w.recorded.event.id for w in position.waiting] == ["no-price", "later"]
    assert isinstance(position.stalled, MissingPrice)
    assert position.state is not None
    assert position.state.withdrawals == 0
    check_entries(position)
    with pytest.raises(MissingPrice, match="2000-01-04"):
        one.value("2000-01-05")


def test_payment_that_waits_for_a_price_stays_in_suspense() -> None:
    one = Life(find_product("flex-extra"), market({"equity": {"2000-01-04": "10"}}))
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="100.00"))
    assert one.at("2000-01-03").suspense == 100_00
    check_entries(one.at("2000-01-03"))


def test_price_of_an_account_that_holds_nothing_is_not_needed() -> None:
    one = Life(find_product("flex-extra"), market({"equity": {"2000-01-03": "10"}}))
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="100.00"))
    assert one.value("2000-06-01").contract_value == 100_00


def test_missing_rate_is_named() -> None:
    one = Life(find_product("flex-extra"), market({}, {"2000-02": "3.50%"}), allocation={GPA: 1_000_000_000})
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="100.00"))
    assert isinstance(one.at("2000-01-03").stalled, MissingRate)
    assert one.at("2000-01-03").suspense == 100_00


def test_value_of_the_first_of_a_month_whose_rate_is_not_declared_yet() -> None:
    """The index counts the days before: on 1 February the rates up to January suffice."""
    rates = market({}, {"2000-01": "3.50%"}, between="refuse")
    one = Life(find_product("flex-extra"), rates, allocation={GPA: 1_000_000_000})
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="1000.00"))
    position = one.at("2000-02-01")
    assert position.stalled is None
    assert position.state is not None


# Known


def test_late_entry_is_seen_by_those_who_ask_later() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="1000.00"))
    one.record(event("purchase_payment", "2000-01-10", id="late", amount="500.00", entered="2000-03-01"))
    as_known = {known: one.at("2000-02-01", known).state for known in ("2000-02-29", "2000-03-01")}
    assert [state.payments for state in as_known.values() if state] == [1_000_00, 1_500_00]


def test_withdrawal_known_late_counts_from_its_day() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="1000.00"))
    one.record(event("withdrawal", "2000-01-10", id="late", amount="50.00", entered="2000-08-01"))
    assert one.effective("late", "2000-08-01") == day("2000-01-10")


# Calendar


def test_calendar_goes_on_after_a_quiet_decade() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="10000.00"))
    charges = [a for a in one.at("2020-01-03").applied if a.breakdown.maintenance]
    assert len(charges) == 20


def test_maintenance_charge_takes_what_is_left_and_no_more() -> None:
    one = life()
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="50.00"))
    charges = [
        a.breakdown.maintenance for a in one.at("2004-01-05").applied if a.item.operation == "maintenance_charge"
    ]
    assert charges[0] == 35_00
    assert sum(charges) < 60_00
    assert charges[2:] == [0, 0]
    assert one.value("2004-01-05").contract_value == 0
    check_entries(one.at("2004-01-05"))


def test_nothing_is_charged_after_a_surrender() -> None:
    position = full_life().at("2006-01-05")
    assert max(a.item.day for a in position.applied) == day("2002-03-01")


def test_terms_of_a_contract_that_is_not_issued() -> None:
    one = Life(find_product("flex-extra"), PRICES, None)
    with pytest.raises(Refused, match="not_issued"):
        one.at("2000-01-03").terms(day("2000-01-03"))


def test_contract_date_before_the_day_of_issue(tmp_path: Any) -> None:
    """Issued in June with a contract date of January: years count from January, money from the day of issue."""
    one = Life(load_product(product_folder(tmp_path, {"maintenance_charge.amount": "30.00"})), PRICES, None)
    one.record(event("issue", "2000-06-01", id="issue", contract_date="2000-01-03"))
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="1000.00"))
    assert one.effective("pay", "2000-06-01") == day("2000-06-01")
    assert [a.item.day for a in one.at("2001-06-01").applied if a.breakdown.maintenance] == [day("2001-01-03")]


def test_contract_date_more_than_a_year_before_the_day_of_issue() -> None:
    one = Life(find_product("flex-extra"), PRICES, None)
    one.record(event("issue", "2001-06-01", id="issue", contract_date="2000-01-03"))
    one.record(event("purchase_payment", "2001-06-01", id="pay", amount="1000.00"))
    assert one.value("2001-06-01").contract_value == 1_000_00
    assert one.value("2001-06-01").contract_year == 2


@pytest.mark.parametrize(
    ("end", "qualification", "paid"),
    [
        ("surrender", "qualified", 0), ("surrender", "non_qualified", 0), ("free_look", "qualified", 0),
        ("death_proof", "qualified", 90_00),  # the payments, all of it income, a tenth withheld
        ("death_proof", "non_qualified", 100_00),
    ],
)  # fmt: skip
def test_contract_whose_value_is_gone_can_end(end: str, qualification: str, paid: int) -> None:
    """Units worth less than half a cent: everything leaves the accounts, nothing divides by zero."""
    prices = market({"equity": {"2000-01-03": "10", "2000-01-05": "0.000001"}})
    one = Life(find_product("flex-extra"), prices, qualification=qualification)
    one.record(event("purchase_payment", "2000-01-03", id="pay", amount="100.00"))
    one.record(event(end, "2000-01-06", id="end", **({} if end == "free_look" else {"withholding": "10%"})))
    position = one.at("2000-01-06")
    check_entries(position)
    assert position.state is not None
    assert not any(position.state.units)
    assert one.did("end", "2000-01-06").net == paid


@pytest.mark.parametrize("days", [-40, 0, 1, 364, 365, 366, 367, 370, 1500, 4000])
def test_the_calendar_from_a_day_on_is_the_rest_of_the_whole(days: int) -> None:
    issued = date(1996, 12, 31)
    cohort = Contract("", "flex-extra", "flexible", "qualified", "MA").cohort(issued)
    terms_on = lambda day: find_product("flex-extra").terms(cohort, day).sections  # noqa: E731
    through, after = date(2008, 6, 30), issued + timedelta(days)
    whole = list(calendar_items(issued, terms_on, through))
    assert list(calendar_items(issued, terms_on, through, after)) == [item for item in whole if item.day > after]
    assert len(whole) > 20
