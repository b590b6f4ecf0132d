"""A payment bought, charged and surrendered: a real contract, run by the cycle under the product's own terms.

There is no rule here. The maintenance charge, the surrender charge and the free amount are those of the mechanics; the
product's `performance` terms say what is bought and which part of the maintenance charge one sub-account bears.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inforce.contracts import Contract
from inforce.contracts.events import Issue, PurchasePayment, Surrender
from inforce.cycle import Position, Pricer, advance
from inforce.dates import previous_valuation_date
from inforce.errors import BadInput
from inforce.ledger import MemoryJournal
from inforce.market import Market
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Status
from inforce.terms import Product, VariableAnnuityTerms
from inforce.terms.performance import Performance
from inforce.terms.source import Plain

from .method import charge_changes, method_changes
from .periods import FIRST_YEAR, Period, Return, growth_of, period
from .reconstructed import before_prices

QUALIFICATION = "non_qualified"
"""Of the hypothetical contract: decides its separate account and how it would be taxed, not what it pays."""
ISSUE_STATE = "MA"
WHY = "hypothetical contract of a returns table: one sub-account, its share of the maintenance charge, no premium tax"


@dataclass(frozen=True, slots=True)
class Redemption:
    """A contract bought at the start of a period and surrendered at its end. Money in cents, at `multiple`."""

    period: Period
    multiple: int
    """How many times the payment of the terms was bought."""
    paid_in: int
    charged: tuple[tuple[date, int], ...]
    """Each maintenance charge with its day, that of the surrender included."""
    surrender_charge: int
    paid_out: int

    @property
    def kept(self) -> Decimal:
        """What the surrender charge leaves of a dollar."""
        return growth_of(self.paid_out + self.surrender_charge, self.paid_out)

    @property
    def result(self) -> Return:
        """The return of the payment."""
        return Return(growth_of(self.paid_in, self.paid_out), self.period.length)


def account_level(product: Product, market: Market, sub_account: str, as_of: date, years: int | Period) -> Return:
    """Return of an accumulation unit: fund expenses and separate account charge, no charge of the contract.

    Raises:
        MissingPrice: no unit value at one of the ends.
    """
    span, pricer = _span(as_of, years), Pricer(market, product, buyer(product, "", sub_account))
    first, last = span.priced_on
    if first.year < FIRST_YEAR:
        start = before_prices(product, market, pricer.key(sub_account), first)
    else:
        start = pricer.unit_value(sub_account, first)
    return Return(growth_of(start, pricer.unit_value(sub_account, last)), span.length)


def prices_of(product: Product, market: Market, sub_account: str, day: date) -> str:
    """Where the unit value that holds on a day was read, or that it is reconstructed; empty if from no file."""
    pricer = Pricer(market, product, buyer(product, "", sub_account))
    return market.source_of(pricer.key(sub_account), previous_valuation_date(day)) or ""


def _span(as_of: date, years: int | Period) -> Period:
    return years if isinstance(years, Period) else period(as_of, years)


def contract_level(
    product: Product,
    market: Market,
    sub_account: str,
    form: str,
    as_of: date,
    years: int | Period,
    multiple: int | None = None,
    readings: Mapping[str, str] | None = None,
) -> Return:
    """Return of a payment after every charge of a contract that is surrendered at the close of `as_of`.

    `years` back from it, or a period that ends there; `readings` choose among the terms' readings.

    Raises:
        BadInput: the product has no `performance` terms.
        MissingPrice: a price on the way is not known.
    """
    return redeem(product, market, sub_account, form, as_of, years, multiple, readings).result


def redeem(
    product: Product,
    market: Market,
    sub_account: str,
    form: str,
    as_of: date,
    years: int | Period,
    multiple: int | None = None,
    readings: Mapping[str, str] | None = None,
) -> Redemption:
    """Buy and surrender the contract of `contract_level`; `multiple` stands in for the one of the terms."""
    span = _span(as_of, years)
    contract = buyer(product, form, sub_account, readings)
    terms = product.terms(contract.cohort(span.start), span.start).sections
    performance = _performance(product, terms)
    times = performance.worked_at if multiple is None else multiple
    changes = {
        **_opened(terms, sub_account, span),
        **charge_changes(terms, performance, sub_account, times),
        **method_changes(terms, performance, span),
    }
    supposed = product.supposing(changes, WHY, sold_throughout=performance.sold_throughout)
    return _redemption(_run(contract, supposed, market, span, performance.purchase_payment * times), span, times)


def buyer(product: Product, form: str, sub_account: str, readings: Mapping[str, str] | None = None) -> Contract:
    """The contract that is really bought: everything in one sub-account."""
    return Contract("returns", product.id, form, QUALIFICATION, ISSUE_STATE,
                    allocation={sub_account: PPB}, readings=readings or {})  # fmt: skip


def _performance(product: Product, terms: VariableAnnuityTerms) -> Performance:
    if terms.performance is None:
        raise BadInput(f"{product.id} has no `performance` terms, so that returns after charges are not defined")
    return terms.performance


def _opened(terms: VariableAnnuityTerms, sub_account: str, span: Period) -> dict[str, Plain]:
    """A table is also of sub-accounts that take no new money, and of periods before they were added."""
    account, path = terms.sub_accounts[sub_account], f"sub_accounts.{sub_account}"
    changes: dict[str, Plain] = {f"{path}.added": str(min(account.added, span.start))}
    for name in ("closed_to_new_money_from", "closed_to_contracts_issued_from"):
        if getattr(account, name) is not None:
            changes[f"{path}.{name}"] = "none"
    return changes


def _run(contract: Contract, product: Product, market: Market, span: Period, payment: int) -> Position:
    """Issue, payment and surrender through the cycle; whatever kept one of them from happening is raised."""
    journal = MemoryJournal()
    journal.open(contract)
    journal.record(contract.id, Issue(on=span.start))
    journal.record(contract.id, PurchasePayment(on=span.start, amount=payment))
    journal.record(contract.id, Surrender(on=span.end))
    position = advance(contract, product, journal.events(contract.id), market, span.end)
    if position.stalled is not None:
        raise position.stalled
    for declined in position.declined:
        raise declined.refused
    if position.state is None or position.state.status != Status.SURRENDERED:
        raise BadInput(f"a surrender on {span.end} is priced later; let the period end on a valuation date")
    return position


def _redemption(position: Position, span: Period, multiple: int) -> Redemption:
    steps = [applied.breakdown for applied in position.applied]
    return Redemption(
        period=span,
        multiple=multiple,
        paid_in=sum(b.payment for b in steps),
        charged=tuple((a.item.day, a.breakdown.maintenance) for a in position.applied if a.breakdown.maintenance),
        surrender_charge=steps[-1].surrender_charge,
        paid_out=steps[-1].net,
    )
