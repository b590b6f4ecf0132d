"""Contracts of Flex Extra with a short history, for the tests of this folder."""

from datetime import date
from typing import Any

from inforce.contracts import Contract, Event
from inforce.contracts.events import Issue, PurchasePayment, Transfer, Withdrawal
from inforce.cycle import Position, advance
from inforce.dates import valuation_dates
from inforce.explain import Changes
from inforce.ledger import MemoryJournal
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.terms import Product, find_product

GPA = "guaranteed-principal-account"
ISSUED = date(1989, 5, 1)
TODAY = date(1990, 5, 2)
FLEX_EXTRA = find_product("flex-extra")
MONTHS = [f"{year}-{month:02}" for year in range(1989, 2002) for month in range(1, 13)]


def market(last: date = date(1991, 12, 31), source: str = "prices.csv") -> Market:
    """Equity rises and blend falls a little every day; the declared rate falls from 8 % to 7.5 % in March 1990."""
    days = list(valuation_dates(date(1989, 4, 28), last))
    declared = {month: 80_000_000 if month < "1990-03" else 75_000_000 for month in MONTHS}
    return Market(
        MarketData(
            unit_values={
                SubAccount("equity"): Series.of({d: 10_000_000 + 3_001 * i for i, d in enumerate(days)}, source),
                SubAccount("blend"): Series.of({d: 20_000_000 - 1_001 * i for i, d in enumerate(days)}, source),
            },
            declared={GPA: Rates.by_month(declared, "declared_rates.csv")},
            secondary={GPA: Rates.by_year({1989: 85_000_000}, "secondary_rates.csv")},
        ),
        between="hold",
    )


def contract(**other: Any) -> Contract:
    given = {"form": "flexible", "qualification": "non_qualified", "issue_state": "MA", **other}
    allocation = {"equity": 500_000_000, "blend": 200_000_000, GPA: 300_000_000}
    return Contract("c1", "flex-extra", allocation=allocation, **given)


def life() -> list[Event]:
    """Two payments, a net withdrawal and a transfer."""
    return [
        Issue(id="issue", on=ISSUED),
        PurchasePayment(id="pay", on=ISSUED, amount="15000"),
        PurchasePayment(id="more", on=date(1989, 8, 1), amount="5000"),
        Withdrawal(id="net", on=date(1989, 11, 2), amount="4000", net="yes", withholding="10%"),
        Transfer(id="move", on=date(1990, 1, 4), **{"from": {"blend": "25%"}}, to={"equity": "100%"}),
    ]


def position(
    events: list[Event],
    *,
    product: Product = FLEX_EXTRA,
    through: date = TODAY,
    prices: Market | None = None,
    observer: Changes | None = None,
    **other: Any,
) -> Position:
    """The contract after those events."""
    journal = MemoryJournal()
    owned = contract(**other)
    journal.open(owned)
    for event in events:
        journal.record(owned.id, event)
    return advance(owned, product, journal.events(owned.id), prices or market(), through, observer)


EACH_PAYMENT = FLEX_EXTRA.supposing(
    {
        "surrender_charge": {
            "clock": "each_payment",
            "charged_on": "payment",
            "anniversary_belongs_to": "year_beginning",
            "by_payment_year": {"1": "7%", "2": "6%", "3": "5%", "4+": "0%"},
        },
        "free_withdrawal.of": "value_at_last_anniversary",
        "free_withdrawal.on_full_surrender": "no",
        "death_benefit.withdrawals_reduce_payments": "proportional",
        "premium_tax.taken": ["withdrawal", "death"],
        "premium_tax.rate": "2.35%",
        "maintenance_charge.waived_from": "15000",
    },
    "a contract of another kind",
)
"""A product that charges each payment by its own age."""
