"""One contract in a book in memory, worked on day by day."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.products.lives import day, event

from inforce.contracts import Contract
from inforce.cycle import Cycle
from inforce.cycle.invariants import check_replay
from inforce.ledger import Entry, Held, MemoryBook, Stored
from inforce.market import MarketData, Series, SubAccount
from inforce.terms import Product, find_product


class Daily:
    """Contract `C`, wholly in `equity`, issued on 3 January 2000; prices and events as they become known."""

    def __init__(self, prices: Mapping[str, str], product: Product | None = None, between: Any = "hold", **more: Any):
        self.product = product or find_product("flex-extra")
        self.between = between
        self.book = MemoryBook()
        fields: dict[str, Any] = {"form": "flexible", "qualification": "non_qualified", "issue_state": "MA"} | more
        self.book.open(Contract("C", self.product.id, **fields, allocation={"equity": 1_000_000_000}))
        self.prices("2000-01-03", **prices)
        self.record("issue", "2000-01-03", id="issue")

    def prices(self, known: str, fund: str = "equity", **by_day: str) -> None:
        """Unit values as `d2000_01_03="10.00"`, known from a day."""
        given = {day(on[1:].replace("_", "-")): int(Decimal(price) * 10**6) for on, price in by_day.items()}
        self.book.add_prices(MarketData({SubAccount(fund): Series.of(given)}), "test", day(known))

    def record(self, kind: str, on: str, **fields: Any) -> None:
        self.book.record("C", event(kind, on, **fields))

    def cycle(self, on: date) -> Cycle:
        return Cycle(self.book, self.book.market(on, self.between), lambda _: self.product)

    def run(self, first: str, last: str | None = None) -> None:
        """The cycle day by day, each by the prices known then."""
        on = day(first)
        while on <= day(last or first):
            self.cycle(on).run_day(on)
            assert list(check_replay(self.cycle(on), "C")) == []
            on += timedelta(days=1)

    def correct(self, on: str) -> None:
        self.cycle(day(on)).correct(day(on))
        assert list(check_replay(self.cycle(day(on)), "C")) == []

    def approve(self, on: str, who: str = "checker") -> None:
        self.record("approval", on, of=self.held().id, who=who)
        self.run(on)

    @property
    def stored(self) -> Stored:
        found = self.book.stored("C")
        assert found is not None
        return found

    def held(self) -> Held:
        assert self.stored.held is not None
        return self.stored.held

    def grounds(self) -> list[tuple[str, str, str, int]]:
        return [(g.kind, g.event, g.what, g.cents) for g in self.held().grounds]

    def entries(self) -> list[Entry]:
        return self.book.entries("C")

    def cents(self, account: str, event_id: str | None = None) -> int:
        lines = (x for e in self.entries() if event_id in (None, e.event) for x in e.lines)
        return sum(line.cents for line in lines if line.account.startswith(account))

    def units(self) -> int:
        return sum(line.units for entry in self.entries() for line in entry.lines)

    def refused(self) -> list[str]:
        return [reason.split(":")[0] for _, reason in self.book.declined("C")]
