"""Short lives of one contract, said in few words: events and prices in, a position out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from inforce.contracts import EVENT_KINDS, Contract, Event
from inforce.cycle import Position, advance
from inforce.ledger import MemoryJournal
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.mechanics.records import Breakdown
from inforce.terms import Product, load_product
from inforce.valuation import Valuation, value

GPA = "guaranteed-principal-account"


def day(text: str) -> date:
    return date.fromisoformat(text)


def event(kind: str, on: str, **fields: Any) -> Event:
    """An event as a case file would write it; `from_` for `from`."""
    fields = {name.rstrip("_"): given for name, given in fields.items()}
    return EVENT_KINDS[kind].model_validate({"kind": kind, "on": on, **fields})


def market(
    prices: Mapping[str, Mapping[str, str]], rates: Mapping[str, str] | None = None, between: Any = "hold"
) -> Market:
    """Unit values by sub-account and day, declared rates of the principal account by month."""
    unit_values = {
        SubAccount(fund): Series.of({day(on): int(Decimal(price) * 10**6) for on, price in by_day.items()}, "test")
        for fund, by_day in prices.items()
        if by_day
    }
    parts = {month: int(Decimal(rate.rstrip("%")) * 10**7) for month, rate in (rates or {}).items()}
    declared = {GPA: Rates.by_month(parts, "test")} if parts else {}
    return Market.of(MarketData(unit_values=unit_values, declared=declared), between=between)


class Life:
    """One contract with its journal."""

    def __init__(
        self,
        product: Product | Path,
        prices: Market,
        issued: str | None = "2000-01-03",
        *,
        form: str = "flexible",
        qualification: str = "non_qualified",
        issue_state: str = "MA",
        allocation: Mapping[str, int] | None = None,
        events: Iterable[Event] = (),
    ) -> None:
        self.product = load_product(product) if isinstance(product, Path) else product
        self.market = prices
        self.contract = Contract(
            "C", self.product.id, form, qualification, issue_state,
            allocation={"equity": 1_000_000_000} if allocation is None else allocation,
        )  # fmt: skip
        self.journal = MemoryJournal()
        self.journal.open(self.contract)
        if issued is not None:
            self.record(event("issue", issued, id="issue"))
        for each in events:
            self.record(each)

    def record(self, each: Event, known: str | None = None) -> None:
        self.journal.record("C", each, day(known) if known else None)

    def at(self, on: str, known_at: str | None = None) -> Position:
        """The position at the end of a day, by what was entered and filed up to another."""
        known = day(known_at) if known_at else None
        return advance(
            self.contract, self.product, self.journal.events("C", known), self.market, day(on), filed_by=known
        )

    def value(self, on: str) -> Valuation:
        return value(self.at(on), self.market, day(on))

    def did(self, event_id: str, on: str) -> Breakdown:
        """What the event of that id did, up to a day. Its refusal is raised."""
        position = self.at(on)
        for declined in position.declined:
            if declined.recorded.event.id == event_id:
                raise declined.refused
        return next(a.breakdown for a in position.applied if a.item.event and a.item.event.id == event_id)

    def effective(self, event_id: str, on: str) -> date:
        """The day an applied event counted from."""
        return next(a.item.day for a in self.at(on).applied if a.item.event and a.item.event.id == event_id)


def kept(position: Position) -> dict[str, Any]:
    """The state as plain values, without room left for later payments."""
    assert position.state is not None
    state = asdict(position.state)
    return {name: each[: state["layers"]] if name.startswith("layer_") else each for name, each in state.items()}
