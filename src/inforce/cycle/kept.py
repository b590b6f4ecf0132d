"""A contract kept in a book, to be valued, quoted and explained like one from a file."""

from dataclasses import dataclass
from datetime import date

from inforce.contracts import Contract
from inforce.ledger import Book, Entry, Stored
from inforce.market import Between, Market
from inforce.terms import Product, find_product

from .fold import advance
from .position import Observer, Position, Waiting


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
        events, held = self.book.events(self.contract.id, known_at), self._held(known_at)
        taken = [r for r in events if not held or held.snapshot.received(r)]
        position = advance(self.contract, self.product, taken, self.market, through, observer, filed_by=known_at)
        if held is not None and held.held is not None:
            wait = f"approval of {held.held.id}"
            position.waiting += [Waiting(r, r.event.on, wait) for r in events
                                 if r not in taken and r.event.kind != "approval"]  # fmt: skip
        return position

    def posted(self, through: date, known_at: date | None = None) -> list[Entry]:
        """The entries that the book holds of it: effective up to a day, known up to another."""
        entries = self.book.entries(self.contract.id)
        return [e for e in entries if e.effective <= through and (known_at is None or e.known <= known_at)]

    def _held(self, known_at: date | None) -> Stored | None:
        """The stored position where a correction is held; what it has not received is not taken, but waits."""
        stored = self.book.stored(self.contract.id)
        if stored is None or stored.held is None or (known_at is not None and known_at < stored.held.since):
            return None
        return stored
