"""A contract kept in a book, to be valued, quoted and explained like one from a file."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from inforce.contracts import ABOUT_EVENTS, Contract
from inforce.errors import MissingData
from inforce.ledger import Book, Entry, MemoryBook, Recorded, Stored
from inforce.market import Between, Market
from inforce.terms import Product, find_product

from .fold import advance
from .position import Observer, Position, Waiting
from .run import Cycle


@dataclass(frozen=True, slots=True)
class Kept:
    """One contract of a book, with its product and the market as it is known."""

    book: Book
    contract: Contract
    product: Product
    market: Market
    opening: None = None
    """A book's contracts are known from their beginning."""

    @classmethod
    def of(cls, book: Book, contract_id: str, between: Between = "refuse", known_at: date | None = None) -> "Kept":
        """The contract of that id, with prices known by `known_at`. NotFound where the book has none."""
        contract = book.contract(contract_id)
        return cls(book, contract, find_product(contract.product), book.market(known_at, between))

    def advance(self, through: date, known_at: date | None = None, observer: Observer | None = None) -> Position:
        """The contract with everything due up to a day, by what was entered up to `known_at`; from nothing."""
        events = self.book.events(self.contract.id, known_at)
        held = self._held(events, known_at)
        taken = [r for r in events if not held or held.snapshot.received(r)]
        market = self.market.known_before(held.held.since) if held and held.held else self.market
        position = advance(self.contract, self.product, taken, market, through, observer, filed_by=known_at)
        if held is not None and held.held is not None:
            wait = f"approval of {held.held.id}"
            position.waiting += [Waiting(r, r.event.on, wait) for r in events
                                 if not held.snapshot.received(r) and r.event.kind != "approval"]  # fmt: skip
        return position

    def posted(self, through: date, known_at: date | None = None) -> list[Entry]:
        """The entries that the book holds of it: effective up to a day, known up to another."""
        entries = self.book.entries(self.contract.id)
        return [e for e in entries if e.effective <= through and (known_at is None or e.known <= known_at)]

    def _held(self, events: list[Recorded], known_at: date | None) -> Stored | None:
        """The stored position where a correction is held, or was on that day; what it has not received waits."""
        stored = self.book.stored_frame(self.contract.id)
        if stored is not None and stored.held is not None and (known_at is None or stored.held.since <= known_at):
            return stored
        if known_at is None or not self._decides(known_at):
            return None
        stored = self._stored_then(events, known_at)
        return stored if stored is not None and stored.held is not None else None

    def _decides(self, after: date) -> bool:
        """Is there an event, known after a day, that can have decided about a correction that was held on it?"""
        return any(r.known > after and r.event.kind in ABOUT_EVENTS for r in self.book.events(self.contract.id))

    def _stored_then(self, known: list[Recorded], day: date) -> Stored | None:
        """What a book stored on a day whose cycle ran, and corrected, whenever something became known.

        A book keeps no correction that is decided: what was held then is found by what was known then.
        """
        book = MemoryBook.of(self.contract, known)
        corrected = {each.known for each in self.market.corrections()}
        for on in sorted({*corrected, *(max(r.known, r.event.on) for r in known)}):
            if on <= day:
                cycle = Cycle(book, self.market.known_before(on + timedelta(days=1)), lambda _: self.product)
                cycle.run_day(on)
                if on in corrected:
                    _correct(cycle, on)
        return book.stored(self.contract.id)


def _correct(cycle: Cycle, day: date) -> None:
    """Where a price is missing, nothing was corrected either."""
    with suppress(MissingData):
        cycle.correct(day)
