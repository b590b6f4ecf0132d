"""What went wrong in the demonstration book, and how it was put right: a late payment, a withdrawal, a price."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from inforce.contracts import Approval, Event
from inforce.contracts.events import PurchasePayment, Reversal, Withdrawal
from inforce.cycle import Cycle
from inforce.cycle.kept import Kept
from inforce.ledger import Book, Entry
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.mechanics.records import Status
from inforce.terms import find_product
from inforce.valuation import value

from .book import DemoBook

BEFORE: Final = date(2008, 6, 30)
"""The book is brought to this day first."""
ENTERED: Final = date(2008, 7, 1)
APPROVED: Final = date(2008, 7, 2)
REPRICED: Final = date(2008, 7, 3)
"""The last day of the story."""
WRONG_DAY: Final = date(2008, 5, 5)
WRONG_FUND: Final = "equity"
TOO_HIGH: Final = 1_020
"""Per thousand of the right price: what was given first for `WRONG_DAY`."""
LATE: Final = "FX-0001"


@dataclass(frozen=True, slots=True)
class PutRight:
    """One contract that changed: cents, both on the day `BEFORE`."""

    contract: str
    what: str
    believed: int
    """Contract value as known that day."""
    now: int
    """As known at the end of the story."""
    entries: int
    """Posted to put it right."""


@dataclass(frozen=True, slots=True)
class Story:
    """What was put right, and what it cost."""

    changed: tuple[PutRight, ...]
    approved: str
    """What was held until somebody else approved it."""
    held: int
    """Corrections of paid money that still wait for an approval."""
    accounts: dict[str, int]
    """Cents on accounts of the company and of what is owed, by the entries that put it right."""


def put_right(demo: DemoBook, book: Book) -> Story:
    """Take the demonstration book into `book` with one wrong price, run it, and put three things right."""
    _take_over(demo, book)
    _run(book, BEFORE)
    paid = _last_withdrawal(book)
    book.record(LATE, PurchasePayment(id="late", on=date(2008, 6, 16), entered=ENTERED, amount=500_000, who="clerk",
                                      reason="the check lay in the mail room"), ENTERED)  # fmt: skip
    book.record(paid[0], Reversal(id="wrong", of=paid[1].id, on=ENTERED, who="clerk", reason="another owner's request"),
                ENTERED)  # fmt: skip
    _run(book, ENTERED)
    held = [stored.held for stored in book.held() if stored.contract == paid[0] and stored.held]
    for correction in held:
        book.record(paid[0], Approval(id="looked-at", of=correction.id, on=APPROVED, who="supervisor"), APPROVED)
    _run(book, APPROVED)
    key = _wrong_key(demo)
    right = {WRONG_DAY: demo.market.unit_value(key, WRONG_DAY)}
    for each in _alike(demo, key):
        book.add_prices(MarketData(unit_values={each: Series.of(right, "corrected")}), "corrected", REPRICED)
    _cycle(book, REPRICED).correct(REPRICED)
    said = {LATE: "a payment entered fifteen days late", paid[0]: "a withdrawal taken back, approved by somebody else"}
    posted = [entry for name in book.contracts() for entry in book.entries(name) if entry.known >= ENTERED]
    return Story(tuple(_changed(book, said, posted)), ", ".join(each.id for each in held), len(book.held()),
                 _totals(posted))  # fmt: skip


def _take_over(demo: DemoBook, book: Book) -> None:
    """Contracts without dates of birth, events, and prices, one of them wrong."""
    contracts = [demo.journal.contract(name) for name in demo.journal.contracts()]
    plain = [replace(c, parties=tuple(p.model_copy(update={"born": None}) for p in c.parties)) for c in contracts]
    events = [(r.contract, r.event) for c in contracts for r in demo.journal.events(c.id)]
    book.record_many(events, opening=plain)
    key, data = _wrong_key(demo), demo.market.data
    wrong = {each: _too_high(data.unit_values[each]) for each in _alike(demo, key)}
    book.add_prices(replace(data, unit_values={**data.unit_values, **wrong}), "demonstration", BEFORE)


def _wrong_key(demo: DemoBook) -> SubAccount:
    account = next(iter(demo.products["flex-extra"].card.separate_accounts))
    return SubAccount(WRONG_FUND, account)


def _alike(demo: DemoBook, key: SubAccount) -> list[SubAccount]:
    """The sub-account in every separate account of the product."""
    return [replace(key, separate_account=each) for each in demo.products["flex-extra"].card.separate_accounts]


def _too_high(series: Series) -> Series:
    wrong = dict(zip(series.days, series.values, strict=True))
    wrong[WRONG_DAY] = wrong[WRONG_DAY] * TOO_HIGH // 1_000
    return Series.of(wrong, "given first")


def _cycle(book: Book, day: date) -> Cycle:
    return Cycle(book, book.market(day), cache(find_product))


def _run(book: Book, day: date) -> None:
    _cycle(book, day).run_day(day)


def _last_withdrawal(book: Book) -> tuple[str, Event]:
    """The latest withdrawal out of a contract that is in force."""
    found = []
    for name in book.contracts():
        stored = book.stored(name)
        if stored and stored.snapshot.state and stored.snapshot.state.status == Status.IN_FORCE:
            done = {entry.event for entry in book.entries(name) if entry.operation == "withdrawal"}
            found += [(r.event.on, name, r.event) for r in book.events(name)
                      if isinstance(r.event, Withdrawal) and r.event.id in done]  # fmt: skip
    return max(found, key=lambda each: each[:2])[1:]


def _changed(book: Book, said: dict[str, str], posted: list[Entry]) -> Iterator[PutRight]:
    """Contracts with entries of the last days that count from before, the telling ones first."""
    names = dict.fromkeys([*said, *(entry.contract for entry in posted if entry.effective <= BEFORE)])
    markets = {known: book.market(known) for known in (BEFORE, REPRICED)}
    for name in names:
        believed, now = (_worth(book, name, known, market) for known, market in markets.items())
        entries = sum(entry.contract == name and entry.effective <= BEFORE for entry in posted)
        yield PutRight(name, said.get(name, f"a corrected price of {WRONG_DAY}"), believed, now, entries)


def _worth(book: Book, name: str, known: date, market: Market) -> int:
    contract = book.contract(name)
    position = Kept(book, contract, find_product(contract.product), market).advance(BEFORE, known)
    return value(position, market, BEFORE).contract_value


def _totals(posted: list[Entry]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for line in (line for entry in posted if entry.effective <= BEFORE for line in entry.lines):
        if line.account.startswith(("company/", "owner/receivable", "owner/paid_out")):
            totals[line.account] = totals.get(line.account, 0) + line.cents
    return {account: cents for account, cents in sorted(totals.items()) if cents}
