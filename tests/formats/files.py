"""Records and books for the tests of import and export."""

from datetime import date
from typing import Any

from inforce.contracts import Contract
from inforce.ledger import Book

KNOWN = date(2008, 9, 2)


def with_contract(book: Book) -> Book:
    """The book with contract C1."""
    book.open(Contract("C1", "flex-extra", "flexible", "non_qualified", "MA", allocation={"equity": 1_000_000_000}))
    return book


def payment(contract: str = "C1", **fields: Any) -> dict[str, Any]:
    """A record of a purchase payment."""
    return {"contract": contract, "kind": "purchase_payment", "on": "2008-07-31", "key": "p1", "amount": "1000.00",
            **fields}  # fmt: skip


def opening(contract: str = "C2", **fields: Any) -> dict[str, Any]:
    """A record that opens a contract."""
    return {"contract": contract, "kind": "contract", "product": "flex-extra", "form": "flexible",
            "qualification": "non_qualified", "issue_state": "MA", **fields}  # fmt: skip


def contents(book: Book) -> dict[str, Any]:
    """Everything that an import may add to."""
    return {c: (book.contract(c), book.events(c)) for c in book.contracts()} | {"prices": book.market().data}
