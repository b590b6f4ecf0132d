"""Random lives in which what is late is approved or rejected: with everything approved the order of entry is lost.

The books of every kind run a sample of them in `tests/stores/test_cycle.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

import pytest
from tests.simulation.test_late_and_wrong import Life, approval, live, random_life

from inforce.contracts import Event, Rejection, Reversal
from inforce.contracts.events import PaymentReturned, PurchasePayment
from inforce.cycle import OWED
from inforce.cycle.invariants import check_book, check_replay
from inforce.ledger import Book, MemoryBook, Snapshot, Stored

PLACES = ("suspense", "contract/", "owner/paid_in", "owner/paid_out", "owner/tax_withheld", "owner/returned", OWED,
          "owner/owed_for_returned_payment", "company/", "memo/")  # fmt: skip
APART = ("owner/paid_out", "owner/tax_withheld", "owner/returned", OWED, "company/price_error_gain_or_loss")
GRID = timedelta(days=60)
Decide = Callable[[Stored, date], Event]
Make = Callable[[int], Life]


def in_order(seed: int, make: Make = random_life) -> Life:
    """Each event is entered when it is received, at a minute of its own, several a day; none is about another."""
    life = make(seed)
    changes = []
    for number, event in enumerate(each for each in life.events if not isinstance(each, Reversal)):
        on = life.start + max(event.on - life.start, timedelta()) // GRID * GRID
        days = {name: on for name in ("date_of_death", "delivered") if hasattr(event, name)}
        changes.append(event.model_copy(update={"on": on, "entered": None, "at": time(9, number), **days}))
    return replace(life, events=sorted(changes, key=lambda event: (event.on, event.at)))


def shuffled(life: Life, seed: int, most: int = 200) -> Life:
    """The same events, many of them entered later, in another order."""
    chance = Random(seed)
    late = [
        event.model_copy(update={"entered": event.on + timedelta(days=chance.choice([0, 0, chance.randrange(most)]))})
        for event in life.events[1:]
    ]
    chance.shuffle(late)
    return replace(life, events=[life.events[0], *sorted(late, key=lambda event: event.entered or event.on)])


def with_mistakes(life: Life, seed: int, make: Make = random_life) -> Life:
    """And events that should not have been, each taken back later."""
    chance, wrong = Random(seed), make(seed + 1000)
    events = list(life.events)
    for number, event in enumerate(e for e in wrong.events if e.kind not in ("issue", "reversal")):
        on = life.start + timedelta(days=chance.randrange(900))
        entered = on + timedelta(days=chance.choice([0, chance.randrange(90)]))
        back = entered + timedelta(days=chance.randrange(100))
        moved = {"on": on, "entered": entered, "id": f"wrong{number}", "at": time(10, number)}
        if hasattr(event, "date_of_death"):
            moved["date_of_death"] = on
        events += [event.model_copy(update=moved), Reversal(id=f"back{number}", on=back, of=f"wrong{number}")]
    return replace(life, events=sorted(events, key=lambda event: event.entered or event.on))


def lived(life: Life, decide: Decide | None = None, book: Book | None = None) -> tuple[Snapshot, dict[str, int]]:
    """The position in the end, and the totals of its entries; both agree with each other and with a replay."""
    book = MemoryBook() if book is None else book
    cycle = live(life, book, decide)
    stored = book.stored(life.contract.id)
    assert stored is not None and stored.held is None
    assert list(check_replay(cycle, life.contract.id)) == []
    assert list(check_book(cycle)) == []
    return stored.snapshot, totals(book, life)


def totals(book: Book, life: Life) -> dict[str, int]:
    """Cents by place; every dollar has one. What was or should have been paid is one place."""
    cents: dict[str, int] = {}
    settled = 0
    for entry in book.entries(life.contract.id):
        assert sum(line.cents for line in entry.lines) == 0
        for line in entry.lines:
            assert line.account.startswith(PLACES), line.account
            if entry.operation == "settlement":
                settled += line.cents
                continue
            place = "paid" if line.account in APART else line.account
            cents[place] = cents.get(place, 0) + line.cents
    assert settled == 0
    return {place: amount for place, amount in cents.items() if amount}


def same(one: tuple[Snapshot, dict[str, int]], other: tuple[Snapshot, dict[str, int]]) -> None:
    assert (one[0].state, one[0].suspense, one[0].allocation) == (
        other[0].state,
        other[0].suspense,
        other[0].allocation,
    )
    assert one[1] == other[1]


@pytest.mark.parametrize("seed", [*range(200, 240), 8401002])  # two reports of one basis, the older one entered later
def test_any_order_of_entry_is_as_in_order(seed: int) -> None:
    life = in_order(seed)
    same(lived(shuffled(life, seed)), lived(life))


@pytest.mark.parametrize("seed", range(300, 330))
def test_what_is_reversed_never_happened(seed: int) -> None:
    life = in_order(seed)
    same(lived(with_mistakes(life, seed)), lived(life))


@pytest.mark.parametrize("seed", [*range(400, 430), 8301027, 8301204])  # a rejected payment bounced; a rejected freeze
def test_what_is_rejected_changes_nothing_but_what_is_returned(seed: int) -> None:
    """Half of what holds a correction is rejected: the contract ends as without it."""
    life, chance = in_order(seed), Random(seed)
    late = shuffled(life, seed)
    rejected: set[str] = set()

    def decide(stored: Stored, day: date) -> Event:
        assert stored.held is not None
        new = [event for event in stored.held.triggers if event not in rejected]
        if not new or chance.random() < 0.5:
            return approval(stored, day)
        rejected.add(chance.choice(new))
        (name,) = rejected - {r.of for r in decided}
        decided.append(Rejection(id=f"no {name}", on=day, who="checker", of=name, reason="made up"))
        return decided[-1]

    decided: list[Rejection] = []
    snapshot, cents = lived(late, decide)
    without = replace(life, events=[event for event in life.events if event.id not in rejected])
    expected, expected_cents = lived(without)
    assert snapshot.state == expected.state
    bounced = {(event.of, event.on) for event in life.events if isinstance(event, PaymentReturned)}
    returned = sum(event.amount for event in life.events
                   if event.id in rejected and isinstance(event, PurchasePayment)
                   and not any(of == event.id and on >= event.on for of, on in bounced))  # fmt: skip
    moved = {"owner/paid_in": -returned, "paid": returned}
    for place in {*cents, *expected_cents}:
        assert cents.get(place, 0) == expected_cents.get(place, 0) + moved.get(place, 0), place
