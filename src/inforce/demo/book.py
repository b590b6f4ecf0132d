"""The demonstration book: invented contracts in a journal, and as contract files that anyone can run."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from inforce.cases import Case
from inforce.cases.schema import ContractCard
from inforce.contracts import Contract
from inforce.cycle import Position, advance
from inforce.cycle.fold import Observer
from inforce.ledger import MemoryJournal
from inforce.market import Market
from inforce.terms import Product, find_product

from .lives import LAST_DAY, PLANS, contract_id, plain_contract, plain_events, title
from .market import PRODUCT, demo_market, write_market

SOURCE: Final = "Invented for the demonstration. Prices are reconstructed, not published; see market/README.md."
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._%+-]*")


@dataclass(frozen=True, slots=True)
class DemoBook:
    """Product, prices, and a journal with every contract and its events."""

    product: Product
    market: Market
    journal: MemoryJournal

    def positions(self, through: date = LAST_DAY) -> dict[str, Position]:
        """Every contract with everything due up to a day."""
        return {name: self.position(name, through) for name in self.journal.contracts()}

    def position(self, name: str, through: date = LAST_DAY, observer: Observer | None = None) -> Position:
        """One contract with everything due up to a day."""
        events = self.journal.events(name)
        return advance(self.journal.contract(name), self.product, events, self.market, through, observer)


def demo_book() -> DemoBook:
    """The book, built anew: the same contracts and events every time."""
    journal = MemoryJournal()
    for number in range(1, len(PLANS) + 1):
        card = Case.model_validate(plain_case(number))
        journal.open(_contract(card.contract))
        for event in card.events:
            journal.record(card.contract.id, event)
    return DemoBook(find_product(PRODUCT), demo_market(), journal)


def _contract(c: ContractCard) -> Contract:
    return Contract(
        c.id, PRODUCT, c.form, c.qualification, c.issue_state, c.residence_state, c.selling_firm, c.allocation,
        tuple(c.parties), c.readings, c.replacement,
    )  # fmt: skip


def plain_case(number: int) -> dict[str, Any]:
    """A contract file's content."""
    return {
        "case": "1",
        "title": title(number),
        "source": SOURCE,
        "product": PRODUCT,
        "contract": plain_contract(number),
        "market": {"files": ["market"]},
        "events": plain_events(number),
    }


def write_book(folder: Path) -> list[Path]:
    """Write each contract as a contract file, and the market beside them in `market/`. Returns the contract files."""
    write_market(folder / "market")
    files = []
    for number in range(1, len(PLANS) + 1):
        files.append(folder / f"{contract_id(number)}.yaml")
        files[-1].write_text(contract_file(number), encoding="utf-8")
    return files


def contract_file(number: int) -> str:
    """A contract file as text: an event a line."""
    case = plain_case(number)
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
