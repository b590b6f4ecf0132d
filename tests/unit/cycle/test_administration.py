"""Administrative events: money before issue, freezes, what is known late; day by day, in stages and in one go."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import Life, day, event, kept, market

from inforce.contracts import Event, Party
from inforce.contracts.contract import wrong_parties
from inforce.cycle import OWED, Cycle, Position
from inforce.cycle.invariants import check_replay
from inforce.errors import Refused
from inforce.ledger import MemoryBook, balances
from inforce.quote import quote
from inforce.terms import Product, find_product, load_product

PRICES = market({"equity": {"2000-01-03": "10", "2000-02-08": "8", "2000-03-01": "12"}, "blend": {"2000-01-03": "10"}})
FLEX_EXTRA = find_product("flex-extra")
INCOMPLETE = event("application", "2000-01-03", id="application", complete="no", missing="the signature")
FIRST = event("purchase_payment", "2000-01-03", id="first", amount="1000.00")


def life(*events: Event, product: Product | Path = FLEX_EXTRA, issued: str | None = "2000-01-03", **more: Any) -> Life:
    return Life(product, PRICES, issued, events=events, **more)


def lived(one: Life, until: str) -> tuple[Cycle, MemoryBook]:
    """The life fed to the daily cycle, each event on the day it is entered."""
    book = MemoryBook()
    book.open(one.contract)
    cycle = Cycle(book, one.market, lambda _: one.product)
    queue = sorted((r.event for r in one.journal.events("C")), key=lambda e: e.entered or e.on)
    on = day("2000-01-01")
    while on <= day(until):
        while queue and (queue[0].entered or queue[0].on) <= on:
            book.record("C", queue.pop(0))
        cycle.run_day(on)
        on += timedelta(days=1)
    assert list(check_replay(cycle, "C")) == []
    return cycle, book


def outcome(position: Position, name: str) -> str:
    """What became of an event: the reason of its refusal, or where it stands."""
    for declined in position.declined:
        if declined.recorded.event.id == name:
            return declined.refused.reason
    if name in position.taken_back:
        return f"taken back by {position.taken_back[name]}"
    done = [item.name for item in position.administered] + [applied.name for applied in position.applied]
    return "done" if name in done else "waiting"


def cents(book: MemoryBook, account: str) -> int:
    return balances(book.entries("C")).get(account, 0)


# Money before issue


def test_the_daily_cycle_returns_money_on_the_fifth_business_day_though_nobody_looks() -> None:
    one = life(INCOMPLETE, FIRST, issued=None)
    _, book = lived(one, "2000-01-20")
    returned = [e for e in book.entries("C") if e.operation == "return"]
    assert [(e.event, e.effective, e.known) for e in returned] == [("first", day("2000-01-10"), day("2000-01-03"))]
    posted = [run.day for run in book.runs()]
    assert posted == [day("2000-01-10"), day("2000-01-03")]  # and no day between
    assert (cents(book, "suspense"), cents(book, "owner/returned")) == (0, 1_000_00)


@pytest.mark.parametrize(
    ("more", "until", "held"),
    [
        ([event("application_completed", "2000-01-10")], "2000-01-20", True),
        ([event("application_completed", "2000-01-11")], "2000-01-20", False),
        ([event("consent", "2000-01-10")], "2000-01-20", True),
        ([event("consent", "2000-01-11")], "2000-01-20", False),
        ([], "2000-01-09", True),
        ([], "2000-01-10", False),
        ([event("reversal", "2000-01-05", of="application")], "2000-01-20", True),
    ],
)
def test_held_or_returned(more: list[Event], until: str, held: bool) -> None:
    one = life(INCOMPLETE, FIRST, *more, issued=None)
    _, book = lived(one, until)
    assert cents(book, "suspense") == (1_000_00 if held else 0)
    assert one.at(until).suspense == cents(book, "suspense")
    assert -cents(book, "owner/paid_in") == cents(book, "suspense") + cents(book, "owner/returned")


def test_consent_on_the_application() -> None:
    asked = event("application", "2000-01-03", complete="no", missing="a name", consents_to_hold="yes")
    position = life(asked, FIRST, issued=None).at("2000-06-01")
    assert position.suspense == 1_000_00
    assert [w.waits_for for w in position.waiting] == [
        "the application to be complete; the applicant consents to its being held"
    ]


def test_completion_entered_late_brings_the_money_back() -> None:
    """It was complete in time, and nobody had entered it: the money would wait for issue, but the owner has it back."""
    late = event("application_completed", "2000-01-07", entered="2000-01-18")
    one = life(INCOMPLETE, FIRST, late, issued=None)
    _, book = lived(one, "2000-01-31")
    (held,) = book.held()
    assert held.held is not None and [(g.what, g.cents) for g in held.held.grounds] == [("owed by the owner", 1_000_00)]
    book.record("C", event("approval", "2000-02-01", of=held.held.id, who="lee"))
    Cycle(book, one.market, lambda _: one.product).run_day(day("2000-02-01"))
    assert (cents(book, "suspense"), cents(book, "owner/returned"), cents(book, OWED)) == (
        1_000_00,
        1_000_00,
        -1_000_00,
    )


def test_payment_before_a_refused_application_goes_back_with_it() -> None:
    early = event("purchase_payment", "2001-01-02", id="early", amount="500.00")
    asked = event("application", "2001-01-04", id="asked")
    after = event("purchase_payment", "2001-01-09", id="after", amount="70.00")
    one = life(early, asked, after, issued=None, form="single")  # not sold any more
    _, book = lived(one, "2001-01-20")
    returned = {e.event: e.effective for e in book.entries("C") if e.operation == "return"}
    assert returned == {"early": day("2001-01-04"), "after": day("2001-01-09")}
    assert cents(book, "suspense") == 0


@pytest.mark.parametrize(
    ("issue", "contract_date", "priced"),
    [
        ("2000-01-04", None, "2000-01-04"),
        ("2000-01-05", None, "2000-01-05"),
        ("2000-01-11", "2000-01-04", "2000-01-05"),  # too late: the second business day it is
        ("2000-01-11", None, "2000-01-11"),  # there is no contract before that day
    ],
)
def test_the_first_payment_has_its_price_within_two_business_days(
    issue: str, contract_date: str | None, priced: str
) -> None:
    issued = event("issue", issue, id="issue", **({"contract_date": contract_date} if contract_date else {}))
    second = event("purchase_payment", "2000-01-04", id="second", amount="5.00")
    one = life(event("application", "2000-01-03"), FIRST, second, issued, issued=None)
    assert one.effective("first", "2000-01-31") == day(priced)
    assert one.effective("second", "2000-01-31") == day(issue)
    lived(one, "2000-01-31")


def test_money_says_by_when_it_must_be_priced() -> None:
    position = life(event("application", "2000-01-03"), FIRST, issued=None).at("2000-01-04")
    assert [w.waits_for for w in position.waiting] == ["the contract's issue; its price is due by 2000-01-05"]


@pytest.mark.parametrize("kind", ["application_completed", "consent"])
def test_nothing_to_complete(kind: str) -> None:
    assert outcome(life(event(kind, "2000-01-05", id="it")).at("2000-02-01"), "it") == "no_application"


# Freezes

PAID = event("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
FREEZE = event("freeze", "2000-02-01", id="freeze", cause="suspected_death")


@pytest.mark.parametrize(
    ("on", "said"), [("2000-01-31", "done"), ("2000-02-01", "frozen"), ("2000-02-29", "frozen"), ("2000-03-01", "done")]
)
def test_frozen_from_the_day_of_the_freeze_to_the_day_before_the_release(on: str, said: str) -> None:
    asked = event("withdrawal", on, id="asked", amount="100.00")
    one = life(PAID, FREEZE, asked, event("release", "2000-03-01", of="freeze"))
    assert outcome(one.at("2000-04-03"), "asked") == said
    lived(one, "2000-04-03")


@pytest.mark.parametrize("kind", ["purchase_payment", "transfer", "withdrawal", "surrender", "free_look", "allocation"])
def test_a_freeze_refuses_the_kinds_it_lists(kind: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "purchase_payment": {"amount": "100.00"}, "withdrawal": {"amount": "100.00"},
        "transfer": {"from_": {"equity": "100.00"}, "to": {"blend": "100%"}},
        "allocation": {"allocation": {"blend": "100%"}},
    }  # fmt: skip
    asked = event(kind, "2000-01-05", id="asked", **fields.get(kind, {}))
    freezes = event("freeze", "2000-01-04", cause="missing_tax_number", refuses=[kind])
    others = event("freeze", "2000-01-04", cause="missing_tax_number", refuses=["death_proof"])
    assert outcome(life(PAID, freezes, asked).at("2000-02-01"), "asked") == "frozen"
    assert outcome(life(PAID, others, asked).at("2000-02-01"), "asked") == "done"


def test_a_frozen_payment_goes_back() -> None:
    freezes = event("freeze", "2000-01-04", cause="legal_order", refuses=["purchase_payment"])
    one = life(PAID, freezes, event("purchase_payment", "2000-01-05", amount="70.00"))
    _, book = lived(one, "2000-01-10")
    assert (cents(book, "owner/returned"), cents(book, "suspense")) == (70_00, 0)


def test_a_quote_is_refused_while_frozen_and_the_valuation_says_so() -> None:
    one = life(PAID, FREEZE)
    with pytest.raises(Refused, match=r"freeze of 2000-02-01 \(suspected death\) refuses a surrender"):
        quote(one.at("2000-02-02"), one.market, event("surrender", "2000-02-02"))
    assert one.value("2000-02-02").notices == (
        "freeze (suspected death) of 2000-02-01 freezes: withdrawal, surrender, free_look, death_proof",
    )
    assert one.value("2000-01-31").notices == ()


def test_freeze_entered_late_makes_paid_money_owed() -> None:
    late = event("freeze", "2000-02-01", id="freeze", cause="legal_order", entered="2000-02-15")
    approved = event("approval", "2000-02-16", of="correction-4", who="checker")
    one = life(PAID, late, event("withdrawal", "2000-02-03", id="paid", amount="500.00"), approved)
    _, book = lived(one, "2000-02-20")
    assert cents(book, "owner/paid_out") == 500_00
    assert cents(book, "owner/receivable_or_payable") == -500_00


# Known late


def test_basis_reported_for_a_payment_that_was_applied_already() -> None:
    paid = event("purchase_payment", "2000-01-03", id="x", amount="1000.00", source="exchange_1035")
    one = life(paid, event("basis_report", "2000-02-01", of="x", basis="700.00"))
    before, after = one.at("2000-01-31", known_at="2000-01-31"), one.at("2000-01-31")
    assert before.state is not None and after.state is not None
    assert (before.state.basis, after.state.basis) == (0, 700_00)
    assert before.notices == ["the basis of x is not reported; until then it is 0"]
    assert after.notices == []
    cycle, book = lived(one, "2000-02-10")
    stored = book.stored("C")
    assert stored is not None and stored.snapshot.state is not None
    assert stored.snapshot.state.basis == 700_00
    assert len(book.entries("C")) == 2  # receipt and payment: the report moved no money
    assert cycle.replay("C", day("2000-02-10")).state == stored.snapshot.state


@pytest.mark.parametrize(
    ("mention", "said"),
    [
        (event("basis_report", "2000-02-01", id="it", of="nothing", basis="1.00"), "unknown_event"),
        (event("basis_report", "2000-02-01", id="it", of="issue", basis="1.00"), "wrong_kind"),
        (event("payment_returned", "2000-02-01", id="it", of="nothing"), "unknown_event"),
        (event("payment_returned", "2000-02-01", id="it", of="issue"), "wrong_kind"),
        (event("payment_returned", "2000-01-02", id="it", of="pay"), "unknown_event"),
        (event("release", "2000-02-01", id="it", of="pay"), "unknown_event"),
        (event("delivery", "2000-02-01", id="it", delivered="1999-12-31"), "delivered_before_issue"),
    ],
)
def test_what_names_nothing_it_could_be_of_is_refused(mention: Event, said: str) -> None:
    one = life(PAID, mention)
    assert outcome(one.at("2000-03-01"), "it") == said
    assert one.value("2000-03-01").purchase_payments == 10_000_00
    lived(one, "2000-03-01")


def bounced(product: Product | Path, *more: Event) -> Life:
    draft = event(
        "purchase_payment", "2000-02-01", id="draft", amount="5000.00", allocation={"equity": "60%", "blend": "40%"}
    )
    return life(PAID, draft, *more, product=product)


def test_payment_returned_by_the_bank_is_as_if_it_had_never_been_made() -> None:
    returned = event("payment_returned", "2000-02-10", id="back", of="draft")
    one = bounced(FLEX_EXTRA, returned)
    assert kept(one.at("2000-02-20")) == kept(life(PAID).at("2000-02-20"))
    _, book = lived(one, "2000-02-20")
    assert cents(book, "owner/paid_in") == -10_000_00
    assert cents(book, "owner/owed_for_returned_payment") == 0


@pytest.mark.parametrize(("on", "lost"), [("2000-02-07", 0), ("2000-02-10", 600_00), ("2000-03-01", 0)])
def test_the_loss_of_a_returned_payment_can_be_the_owners(tmp_path: Path, on: str, lost: int) -> None:
    """300 units at 10, worth 8 from 8 February and 12 from 1 March; blend stays. A gain is not the owner's."""
    product = load_product(product_folder(tmp_path, {"purchase_payments.returned": {"loss_borne_by": "owner"}}))
    one = bounced(product, event("payment_returned", on, id="back", of="draft"))
    assert kept(one.at("2000-03-10")) == kept(life(PAID, product=product).at("2000-03-10"))
    _, book = lived(one, "2000-03-10")
    assert cents(book, "owner/owed_for_returned_payment") == -lost
    assert cents(book, "company/returned_payment") == lost


def test_a_returned_payment_that_was_refused_goes_back_once(tmp_path: Path) -> None:
    """Frozen, it bought nothing and lost nothing; the bank has its money, none is in suspense to be returned again.

    What was sent back to the owner is owed, once somebody approves that.
    """
    product = load_product(product_folder(tmp_path, {"purchase_payments.returned": {"loss_borne_by": "owner"}}))
    freezes = event("freeze", "2000-01-04", id="freeze", cause="legal_order", refuses=["purchase_payment"])
    one = bounced(product, freezes, event("payment_returned", "2000-02-10", id="back", of="draft"))
    assert one.at("2000-02-20").suspense == 0
    _, book = lived(one, "2000-02-20")
    assert cents(book, "suspense") == 0
    (held,) = book.held()
    assert held.held is not None and [(g.what, g.cents) for g in held.held.grounds] == [("owed by the owner", 5_000_00)]


def test_the_bank_was_wrong() -> None:
    returned = event("payment_returned", "2000-02-10", id="back", of="draft")
    one = bounced(FLEX_EXTRA, returned, event("reversal", "2000-02-15", of="back"))
    assert kept(one.at("2000-02-20")) == kept(bounced(FLEX_EXTRA).at("2000-02-20"))
    lived(one, "2000-02-20")


def after_death(party: str = "owner") -> Iterable[Event]:
    yield PAID
    yield event("withdrawal", "2000-01-31", id="before", amount="100.00")
    yield event("withdrawal", "2000-02-02", id="after", amount="500.00")
    yield event("purchase_payment", "2000-02-03", id="more", amount="50.00")
    yield event("death_notice", "2000-02-15", id="notice", date_of_death="2000-02-01", party=party)
    yield event("withdrawal", "2000-02-16", id="late", amount="5.00")


def voiding(folder: Path) -> Product:
    return load_product(product_folder(folder, {"death_benefit.requests_after_death": "void"}))


def test_requests_after_an_owners_death_are_void_where_the_terms_say_so(tmp_path: Path) -> None:
    one = life(*after_death(), product=voiding(tmp_path))
    position = one.at("2000-02-20")
    said = {name: outcome(position, name) for name in ("before", "after", "more", "late")}
    assert said == {"before": "done", "after": "taken back by notice", "more": "done", "late": "not_in_force"}
    one.record(event("approval", "2000-02-17", of="correction-6", who="checker"))
    _, book = lived(one, "2000-02-20")
    assert cents(book, "owner/paid_out") == 600_00  # it was paid
    assert cents(book, "owner/receivable_or_payable") == -500_00  # and is owed


def test_requests_after_death_stand_otherwise(tmp_path: Path) -> None:
    assert outcome(life(*after_death()).at("2000-02-20"), "after") == "done"
    assert outcome(life(*after_death("annuitant"), product=voiding(tmp_path)).at("2000-02-20"), "after") == "done"


def test_a_notice_that_is_taken_back_lets_the_requests_stand_again(tmp_path: Path) -> None:
    events = [*after_death(), event("reversal", "2000-02-17", of="notice")]
    one = life(*events, product=voiding(tmp_path))
    assert outcome(one.at("2000-02-20"), "after") == "done"
    _, book = lived(one, "2000-02-20")
    assert cents(book, "owner/receivable_or_payable") == 0


def requests_around_a_notice(**notice: str) -> Iterable[Event]:
    yield PAID
    yield event("withdrawal", "2000-02-10", at="16:15", id="before", amount="100.00")
    yield event("death_notice", "2000-02-10", at="16:30", id="notice", date_of_death="2000-02-08", **notice)
    yield event("withdrawal", "2000-02-11", at="16:00", id="next day", amount="5.00")
    yield event("withdrawal", "2000-02-11", at="10:00", id="after", amount="500.00")


def test_what_comes_after_a_notice_that_counts_from_the_same_day_is_refused() -> None:
    one = life(*requests_around_a_notice())
    position = one.at("2000-02-15")
    said = {name: outcome(position, name) for name in ("before", "notice", "after", "next day")}
    assert said == {"before": "done", "notice": "done", "after": "not_in_force", "next day": "not_in_force"}
    _, book = lived(one, "2000-02-15")
    assert cents(book, "owner/paid_out") == 100_00
    one.record(event("reversal", "2000-02-16", id="alive", of="notice"))
    assert outcome(one.at("2000-02-16"), "after") == "done"


def test_a_notice_entered_late_takes_back_what_came_after_it_on_its_day() -> None:
    one = life(*requests_around_a_notice(entered="2000-02-14"))
    assert outcome(one.at("2000-02-15"), "after") == "not_in_force"
    _, book = lived(one, "2000-02-15")
    assert cents(book, "owner/paid_out") == 600_00  # paid before anybody knew
    assert [stored.contract for stored in book.held()] == ["C"]


# Beneficiaries


def beneficiary(name: str, **fields: Any) -> Party:
    return Party.model_validate({"id": name, "role": "beneficiary", **fields})


@pytest.mark.parametrize(
    ("parties", "says"),
    [
        ([beneficiary("a"), beneficiary("b")], ""),
        ([beneficiary("a", share="60%"), beneficiary("b", share="40%")], ""),
        ([beneficiary("a"), beneficiary("b", beneficiary_class="contingent", share="100%")], ""),
        ([beneficiary("a", share="60%"), beneficiary("b", share="30%")], "add up to 90 %"),
        ([beneficiary("a", share="60%"), beneficiary("b")], "give each primary beneficiary a share"),
        ([beneficiary("a"), beneficiary("a")], "'a' is named twice"),
        ([beneficiary("a", beneficiary_class="contingent")], "no primary one"),
        ([beneficiary("a"), beneficiary("b", beneficiary_class="contingent", share="50%")], "contingent benef"),
    ],
)  # fmt: skip
def test_beneficiaries(parties: list[Party], says: str) -> None:
    assert says in wrong_parties(parties)
    assert bool(says) == bool(wrong_parties(parties))


def test_a_share_is_of_a_beneficiary() -> None:
    with pytest.raises(ValueError, match="are of a beneficiary; 'a' is owner"):
        Party.model_validate({"id": "a", "role": "owner", "share": "100%"})


@pytest.mark.parametrize(
    ("names", "party", "said"),
    [
        ("a", "a", "done"), ("a", "b", "unknown_beneficiary"), ("", "b", "unknown_beneficiary"),
        ("ab", "a", "done"), ("ab", "", "done"),
    ],
)  # fmt: skip
def test_who_proves(names: str, party: str, said: str) -> None:
    one = life(PAID, event("death_proof", "2000-02-01", id="proof", party=party))
    one.contract = replace(one.contract, parties=tuple(beneficiary(name) for name in names))
    assert outcome(one.at("2000-02-10"), "proof") == said


# Prices that come late


def test_money_that_waits_for_a_price_is_received_once() -> None:
    """The cycle runs every day, and the price of the day of issue comes three days later."""
    one = Life(FLEX_EXTRA, market({"equity": {"2000-01-05": "10"}}), events=[FIRST])
    later = Life(FLEX_EXTRA, market({"equity": {"2000-01-03": "10"}}), events=[FIRST])
    _, book = lived(one, "2000-01-05")
    assert (cents(book, "suspense"), cents(book, "owner/paid_in")) == (1_000_00, -1_000_00)
    cycle = Cycle(book, later.market, lambda _: FLEX_EXTRA)
    cycle.run_day(day("2000-01-06"))
    assert (cents(book, "suspense"), cents(book, "owner/paid_in")) == (0, -1_000_00)
    assert book.declined("C") == []
    assert list(check_replay(cycle, "C")) == []


@pytest.mark.parametrize("rate_comes", [True, False])
def test_a_charge_that_waits_for_a_price_is_taken_later(rate_comes: bool) -> None:
    """No event waits, only the calendar: the maintenance charge of the first anniversary."""
    prices = {"2000-01-03": "10", "2001-01-04": "11"} | ({"2001-01-03": "10"} if rate_comes else {})
    paid = event("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    early = Life(
        FLEX_EXTRA, market({"equity": {"2000-01-03": "10", "2001-01-04": "11"}}, between="refuse"), events=[paid]
    )
    later = Life(FLEX_EXTRA, market({"equity": prices}, between="refuse"), events=[paid])
    _, book = lived(early, "2001-01-05")
    assert cents(book, "company/maintenance_charge") == 0
    cycle = Cycle(book, later.market, lambda _: FLEX_EXTRA)
    cycle.run_day(day("2001-01-08"))
    assert cents(book, "company/maintenance_charge") == (35_00 if rate_comes else 0)
    assert list(check_replay(cycle, "C")) == []
