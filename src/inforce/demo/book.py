"""The demonstration book: invented contracts in a journal, and as contract files that anyone can run."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from inforce.cases import Case
from inforce.contracts import Contract
from inforce.cycle import Position, advance
from inforce.cycle.position import Observer
from inforce.ledger import MemoryJournal
from inforce.market import Market
from inforce.terms import Product

from .lives import Life, lives
from .market import joint_market, market_folder, write_market
from .plans import LAST_DAY

SOURCE: Final = "Invented for the demonstration. Prices are reconstructed, not published; see {market}/README.md."
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._%+-]*")


@dataclass(frozen=True, slots=True)
class DemoBook:
    """Products by id, their prices, and a journal with every contract and its events."""

    products: Mapping[str, Product] = field(repr=False)
    market: Market
    journal: MemoryJournal = field(repr=False)

    def positions(self, through: date = LAST_DAY) -> dict[str, Position]:
        """Every contract with everything due up to a day."""
        return {name: self.position(name, through) for name in self.journal.contracts()}

    def position(self, name: str, through: date = LAST_DAY, observer: Observer | None = None) -> Position:
        """One contract with everything due up to a day."""
        contract, events = self.journal.contract(name), self.journal.events(name)
        return advance(contract, self.products[contract.product], events, self.market, through, observer)


def demo_book() -> DemoBook:
    """The book, built anew: the same contracts and events every time."""
    journal = MemoryJournal()
    for life in lives():
        card = Case.model_validate(plain_case(life))
        journal.open(_contract(card))
        for event in card.events:
            journal.record(life.id, event)
    return DemoBook({life.offer.product_id: life.offer.product for life in lives()}, joint_market(), journal)


def _contract(card: Case) -> Contract:
    c = card.contract
    return Contract(
        c.id, card.product, c.form, c.qualification, c.issue_state, c.residence_state, c.selling_firm, c.allocation,
        tuple(c.parties), c.readings, c.replacement,
    )  # fmt: skip


def plain_case(life: Life) -> dict[str, Any]:
    """A contract file's content."""
    market = market_folder(life.offer.product_id)
    return {
        "case": "1",
        "title": life.title,
        "source": SOURCE.format(market=market),
        "product": life.offer.product_id,
        "contract": life.contract(),
        "market": {"files": [market]},
        "events": life.events(),
    }


def write_book(folder: Path) -> list[Path]:
    """Write each contract as a contract file, and the markets beside them. Returns the contract files."""
    for product_id in {life.offer.product_id: None for life in lives()}:
        write_market(folder / market_folder(product_id), product_id)
    files = {folder / f"{life.id}.yaml": life for life in lives()}
    for file, life in files.items():
        file.write_text(contract_file(life), encoding="utf-8")
    return list(files)


def contract_file(life: Life) -> str:
    """A contract file as text: an event a line."""
    case = plain_case(life)
    lines = [f"{key}: {flow(case[key])}" for key in ("case", "title", "source", "product")]
    lines += ["contract:", *(f"  {key}: {flow(value)}" for key, value in case["contract"].items())]
    lines += [f"market: {flow(case['market'])}", "events:", *(f"  - {flow(event)}" for event in case["events"])]
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
