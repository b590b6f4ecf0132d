"""Contracts, events and a day's work for the tests of books."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from inforce.contracts import Contract, Event, Party
from inforce.contracts.events import PurchasePayment, Withdrawal
from inforce.ledger import Book, Done, Entry, Line, Run, Snapshot, Stored
from inforce.mechanics.records import Annuity, new_annuity

MAY_2 = date(2001, 5, 2)
DAY = timedelta(days=1)


def contract(name: str = "C-1", **changes: object) -> Contract:
    fields: dict[str, object] = {
        "product": "flex-extra", "form": "flexible", "qualification": "non_qualified", "issue_state": "NY",
        "allocation": {"growth": 600_000_000, "bond": 400_000_000},
        "parties": (Party(id="p1", role="owner"), Party(id="p2", role="beneficiary")),
        "readings": {"maintenance_charge": "page 3"},
    }  # fmt: skip
    return Contract(id=name, **(fields | changes))  # type: ignore[arg-type]


def payment(on: date = MAY_2, cents: int = 100_000, **more: object) -> Event:
    return PurchasePayment(on=on, amount=cents, **more)  # type: ignore[arg-type]


def withdrawal(on: date = MAY_2, **more: object) -> Event:
    return Withdrawal.model_validate({"on": on, "from": {"growth": "50%", "bond": "$20.50"}, **more})


def state(number: int = 1) -> Annuity:
    made = new_annuity(2, 1, 744_000)
    made.units, made.balance, made.anchor = [123_456_789 * number, 0], [5_000 * number], [10**15 + number]
    made.layer_paid, made.layer_left, made.layer_day, made.layers = [100_000], [90_000], [744_000], 1
    made.payments = 2**62 + number
    return made


def entry(name: str, day: date = MAY_2, event: str = "e1", cents: int = 1_234) -> Entry:
    lines = (Line("contract/growth", cents, 1_000_000 + cents), Line("contract/bond", -cents, -5), Line("suspense", 0))
    return Entry(name, event, "purchase_payment", day, day, f"{day:%Y-%m}", "flex-extra@1+00", "inforce 0", lines)


def done(name: str, day: date = MAY_2, sequence: int = 0, *, number: int = 1, entries: int = 1) -> Done:
    snapshot = Snapshot(day, MAY_2, state(number), None, {"growth": 1_000_000_000}, 77, sequence, frozenset({3, 9}))
    posted = tuple(entry(name, day, f"e{number}", 100 * k + number) for k in range(entries))
    return Done(Stored(name, snapshot, day + DAY), posted)


def run(day: date = MAY_2, contracts: int = 1, entries: int = 1) -> Run:
    return Run(day, 0, 1, contracts, entries, datetime(2001, 5, 2, 22, 30, 15, 123456, UTC))


def fill(book: Book, contracts: int = 3, days: int = 3) -> list[str]:
    """Contracts with two events each and some days' work."""
    names = [f"C-{n}" for n in range(1, contracts + 1)]
    book.open_many(contract(name) for name in names)
    book.record_many((name, payment(key=f"k-{name}")) for name in names)
    book.record_many((name, withdrawal(MAY_2 + DAY)) for name in names)
    for n in range(days):
        day = MAY_2 + n * DAY
        book.commit(run(day, len(names), len(names)), [done(name, day, 2 * contracts, number=n + 1) for name in names])
    return names


def contents(book: Book) -> tuple[Any, ...]:
    """Everything that any book says."""
    names = book.contracts()
    with book.ahead(names):
        each = [(book.contract(n), book.stored(n), book.events(n), book.entries(n), book.declined(n)) for n in names]
    return names, each, book.runs(10_000), book.closed_through(), book.market().data, book.due(MAY_2 + 99 * DAY)


def counted(name: str, number: int) -> Done:
    """Work that leaves a count in suspense, and an entry of that number."""
    return Done(Stored(name, Snapshot(MAY_2, MAY_2, None, suspense=number), None), (entry(name, event=f"n{number}"),))
