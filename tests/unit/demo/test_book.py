"""The demonstration book: valid, without faults, and what it is there to show happens."""

from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from inforce.cases import load_case
from inforce.cycle import Position
from inforce.demo import LAST_DAY, DemoBook, demo_book, lives, write_book
from inforce.demo.book import contract_file, flow
from inforce.explain import explain
from inforce.ledger import balances
from inforce.mechanics.records import Status
from inforce.valuation import value


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_book(folder)
    return folder


def of_kind(book: DemoBook, kind: str) -> list[tuple[str, str]]:
    """Contract and id of every event of a kind."""
    return [(name, r.event.id) for name in book.journal.contracts() for r in book.journal.events(name)
            if r.event.kind == kind]  # fmt: skip


def test_the_book_is_the_same_every_time(book: DemoBook) -> None:
    again = demo_book().journal
    assert {name: (book.journal.contract(name), book.journal.events(name)) for name in book.journal.contracts()} == {
        name: (again.contract(name), again.events(name)) for name in again.contracts()
    }


def test_all_is_done_up_to_the_last_day(positions: dict[str, Position]) -> None:
    assert len(positions) == 300
    assert all(p.stalled is None and p.issued is not None and p.through == LAST_DAY for p in positions.values())
    assert {name: p.suspense for name, p in positions.items() if p.waiting} == {"FX-0019": 500_000}


def test_only_what_is_meant_to_be_is_refused(positions: dict[str, Position]) -> None:
    about = {life.id: life.plan.about for life in lives()}
    refused = Counter(
        (d.refused.reason, about[name].split(":")[0]) for name, p in positions.items() for d in p.declined
    )
    assert refused.pop(("frozen", "frozen for a while")) == 7
    assert refused == {
        ("fixed_transfer_share", "a transfer out of the fixed account that is refused"): 1,
        ("account_not_for_this_contract", "a transfer refused"): 1,
        ("application_incomplete", "an application not completed in time; money went back and came again"): 2,
    }


def test_contracts_end_in_every_way(positions: dict[str, Position]) -> None:
    status = Counter((p.product.id, Status(p.state.status)) for p in positions.values() if p.state is not None)
    for product in ("flex-extra", "lifetrust"):
        assert {each for of, each in status if of == product} == set(Status) - {Status.DEATH_NOTIFIED}
        assert status[product, Status.IN_FORCE] > 80
        assert status[product, Status.SURRENDERED] > 20
        assert min(status[product, each] for each in (Status.DEATH_PAID, Status.CANCELLED)) >= 3


def test_every_kind_of_event_occurs(book: DemoBook) -> None:
    kinds = Counter(r.event.kind for name in book.journal.contracts() for r in book.journal.events(name))
    rare = {kind: kinds.pop(kind) for kind in ("freeze", "release", "spousal_continuation", "application_completed",
                                               "payment_returned", "basis_report", "free_look")}  # fmt: skip
    assert all(5 <= count <= 15 for count in rare.values()), rare
    assert set(kinds) == {
        "application", "issue", "purchase_payment", "allocation", "transfer", "withdrawal", "surrender",
        "death_notice", "death_proof",
    }  # fmt: skip
    assert kinds["transfer"] > 500 and kinds["withdrawal"] > 300 and kinds["allocation"] > 100


def test_withdrawals_are_gross_and_net_and_go_to_other_companies(book: DemoBook) -> None:
    asked = [r.event for name in book.journal.contracts() for r in book.journal.events(name)]
    kinds = Counter((e.kind, e.net if e.kind == "withdrawal" else None, bool(e.exchange_to), bool(e.rollover_to))
                    for e in asked if e.kind in ("withdrawal", "surrender"))  # fmt: skip
    assert min(kinds["withdrawal", net, False, False] for net in (True, False)) > 100
    assert kinds["withdrawal", False, True, False] == 5
    assert min(kinds["surrender", None, True, False], kinds["surrender", None, False, True]) >= 3


def test_every_draft_that_bounced_is_taken_back(book: DemoBook, positions: dict[str, Position]) -> None:
    bounced = of_kind(book, "payment_returned")
    assert len(bounced) == 10
    assert all(positions[name].taken_back == {"draft": event} for name, event in bounced)


def test_beneficiaries_prove_on_different_days(book: DemoBook, positions: dict[str, Position]) -> None:
    shared = [p for p in positions.values() if len(p.contract.beneficiaries) == 2]
    assert {p.product.id for p in shared} == {"flex-extra", "lifetrust"}
    for position in shared:
        claims = [a for a in position.applied if a.item.operation == "death_proof"]
        assert len({a.item.day for a in claims}) == 2
        assert {a.item.event.party for a in claims} == {p.id for p in position.contract.beneficiaries}
        assert all(a.breakdown.net > 0 for a in claims)


def test_a_spouse_goes_on(book: DemoBook, positions: dict[str, Position]) -> None:
    continued = [positions[name] for name, _ in of_kind(book, "spousal_continuation")]
    assert {p.product.id for p in continued} == {"flex-extra", "lifetrust"}
    for position in continued:
        assert position.state is not None and position.state.status == Status.IN_FORCE
        assert position.applied[-1].breakdown.value > 0


def test_basis_comes_with_an_exchange_or_later(book: DemoBook, positions: dict[str, Position]) -> None:
    paid = [(name, r.event) for name in book.journal.contracts() for r in book.journal.events(name)
            if r.event.kind == "purchase_payment" and r.event.source == "exchange_1035"]  # fmt: skip
    reported = {name for name, _ in of_kind(book, "basis_report")}
    assert len(paid) == 16
    assert {name for name, event in paid if event.id == "exchange"} == reported
    for name, event in paid:
        bought = next(a for a in positions[name].applied if a.name == event.id)
        assert 0 < bought.due.payment_basis < event.amount


def test_money_goes_back_after_five_business_days(positions: dict[str, Position]) -> None:
    returned = [(d.day, d.recorded.event) for p in positions.values() for d in p.declined
                if d.refused.reason == "application_incomplete"]  # fmt: skip
    assert all(timedelta(days=7) <= day - event.on <= timedelta(days=9) for day, event in returned)


def test_drawn_contracts_are_priced_within_two_business_days(positions: dict[str, Position]) -> None:
    for life in lives():
        first = next(a for a in positions[life.id].applied if a.item.operation == "purchase_payment")
        asked = [e for e in life.plan.opening if e["kind"] in ("application", "application_completed")]
        if asked:
            assert (first.item.day - positions[life.id].issued).days == 0
            assert str(first.item.day - timedelta(days=6)) <= asked[-1]["on"]


def test_adjustments_to_market_value_are_gains_and_losses(positions: dict[str, Position]) -> None:
    adjusted = [(a.item.operation, a.breakdown.market_value_adjustment) for p in positions.values() for a in p.applied]
    signs = Counter((operation, cents > 0) for operation, cents in adjusted if cents)
    for operation in ("transfer", "withdrawal", "surrender"):
        assert signs[operation, True] > 0 and signs[operation, False] > 0
    first, second = (positions[name] for name in ("LT-0001", "LT-0002"))
    assert next(a.breakdown.market_value_adjustment for a in first.applied if a.breakdown.market_value_adjustment) > 0
    assert next(a.breakdown.market_value_adjustment for a in second.applied if a.breakdown.market_value_adjustment) < 0


def test_all_money_adds_up(positions: dict[str, Position]) -> None:
    for position in positions.values():
        totals = balances(position.entries)
        assert sum(totals.values()) == 0
        assert totals.get("suspense", 0) == position.suspense
        received = sum(r.event.amount for r in received_by(position))
        assert -totals["owner/paid_in"] == received
    whole = balances([entry for position in positions.values() for entry in position.entries])
    assert {account.split("/")[0] for account in whole} == {"suspense", "contract", "owner", "company", "memo"}
    assert sum(whole.values()) == 0


def received_by(position: Position) -> list[object]:
    """Payments that stand: applied, returned for want of an application, or waiting."""
    paid = [a.item.recorded for a in position.applied] + [d.recorded for d in position.declined]
    paid += [w.recorded for w in position.waiting]
    return [r for r in paid if r is not None and r.event.kind == "purchase_payment"]


def test_what_is_posted_is_what_the_contract_holds(positions: dict[str, Position]) -> None:
    for position in positions.values():
        funds = position.product.sub_accounts()
        units = {fund: 0 for fund in funds}
        for line in (line for entry in position.entries for line in entry.lines if line.units):
            units[line.account.removeprefix("contract/")] += line.units
        assert list(units.values()) == position.state.units


def test_values_stay_in_reach_of_what_was_paid(book: DemoBook, positions: dict[str, Position]) -> None:
    for position in positions.values():
        v = value(position, book.market, LAST_DAY)
        assert 0 <= v.surrender_value - max(0, v.market_value_adjustment) <= v.contract_value <= 5 * v.purchase_payments


@pytest.mark.parametrize("name", ["FX-0026", "FX-0039", "FX-0133", "LT-0001", "LT-0096", "LT-0115"])
def test_explained_is_posted(book: DemoBook, positions: dict[str, Position], name: str) -> None:
    position = positions[name]
    for applied in position.applied:
        found = {c.label: c.value for c in explain(position, book.market, applied.name).children}
        for field, label in (("gross", "taken from the contract value"), ("net", "paid"), ("taxable", "taxable part")):
            if label in found:
                assert found[label] == getattr(applied.breakdown, field)
        assert found["contract value after"] == applied.breakdown.value


def test_a_file_for_each_contract(folder: Path) -> None:
    assert {file.stem for file in folder.glob("*.yaml")} == {life.id for life in lives()}


@pytest.mark.parametrize("name", ["FX-0003", "FX-0009", "FX-0019", "FX-0133", "LT-0002", "LT-0067"])
def test_contract_files_say_the_same(book: DemoBook, positions: dict[str, Position], folder: Path, name: str) -> None:
    loaded = load_case(folder / f"{name}.yaml")
    assert loaded.contract == book.journal.contract(name)
    mine, theirs = positions[name], loaded.advance(LAST_DAY)
    assert mine.entries == theirs.entries
    assert value(mine, book.market, LAST_DAY) == value(theirs, loaded.market, LAST_DAY)


def test_the_written_contracts_stay_as_they_are() -> None:
    """The documentation quotes them; a change of their text needs a new hash here and a look there."""
    text = "".join(contract_file(life) for life in lives()[:20])
    assert sha256(text.encode()).hexdigest() == "2b6bd74418b2fef4874eaba78405de754100e72806ebf0e00d4f346774c0efdd"


def test_text_that_yaml_would_misread_is_quoted() -> None:
    assert (
        flow({"at": "16:30", "from": {"equity": "25%"}, "net": "yes"}) == '{at: "16:30", from: {equity: 25%}, net: yes}'
    )
