"""What if: a surrender, withdrawal or death today, run on a copy of the contract. Nothing is posted."""

from dataclasses import dataclass
from datetime import date

from inforce.contracts import Event, check_event, check_not_frozen
from inforce.contracts.events import DeathProof, Surrender, Withdrawal
from inforce.cycle import Position, pricing_day
from inforce.cycle.requests import account_names, check_limits, due_for
from inforce.dates import civil_date
from inforce.market import Market
from inforce.mechanics.annuity import step
from inforce.mechanics.records import Reason
from inforce.terms import Reading
from inforce.valuation import Ready, ready


@dataclass(frozen=True, slots=True)
class PaymentCharge:
    """The surrender charge on one purchase payment: cents."""

    paid_on: date
    withdrawn: int
    charge: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request takes from one account: cents."""

    account: str
    taken: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a request would do on a day. Money in cents."""

    contract: str
    kind: str
    on: date
    priced_on: date
    contract_value: int
    """Before the request."""
    gross: int
    """Leaves the contract value for it, charges and taxes included."""
    maintenance_charge: int
    free_available: int
    free: int
    """The part that the free withdrawal amount covers."""
    market_value_adjustment: int
    """Gained (+) or lost (-) by what leaves a segment before its end."""
    surrender_charge: int
    charge_reason: str
    """Why there is no surrender charge; empty where there is one."""
    by_payment: tuple[PaymentCharge, ...]
    """Charge by payment, where the terms charge purchase payments."""
    premium_tax: int
    taxable: int
    withholding: int
    basis_carried: int
    """Basis that goes with an exchange or direct rollover."""
    benefit_beyond_value: int
    """Paid by the company on top of the contract value."""
    net: int
    """Paid to the owner or beneficiary."""
    value_after: int
    by_account: tuple[Taken, ...]
    """What leaves each account, the maintenance charge of a surrender included."""
    readings: tuple[Reading, ...]
    """Of terms that can be read in more than one way, the one that holds for the contract."""


def quote(position: Position, market: Market, request: Event) -> Quote:
    """Price a withdrawal, surrender or death claim on the request's day.

    Raises:
        Refused: the contract does not allow it, with the reason and the term.
        MissingPrice, MissingRate: a price it needs is not known.
    """
    r = set_out(position, market, request)
    step(r.state, r.terms.record, r.prices, r.due, r.breakdown)
    return _quote(position, request, r)


def set_out(position: Position, market: Market, request: Event) -> Ready:
    """A copy of the contract with the request due, good order and limits checked."""
    r = ready(position, market, request.on)
    check_not_frozen(request, position.freeze(request.kind, request.on))
    check_event(request, r.terms, position.issued, position.delivered, request.on)
    due = due_for(request.kind, request, request.on, r.terms.sections, {}, 0)
    check_limits(request, due, r.terms, r.state, r.prices, r.breakdown)
    return Ready(r.state, r.terms, r.prices, due, r.breakdown)


def _quote(position: Position, request: Event, r: Ready) -> Quote:
    b, names = r.breakdown, account_names(r.terms.sections)
    return Quote(
        contract=position.contract.id,
        kind="death" if isinstance(request, DeathProof) else request.kind,
        on=request.on,
        priced_on=pricing_day(request.on),
        contract_value=b.before,
        gross=b.gross,
        maintenance_charge=b.maintenance,
        free_available=b.free_available,
        free=b.free,
        market_value_adjustment=b.market_value_adjustment,
        surrender_charge=b.surrender_charge,
        charge_reason=Reason(b.charge_reason).name.lower() if b.charge_reason else "",
        by_payment=tuple(
            PaymentCharge(civil_date(r.state.layer_day[j]), b.layer_taken[j], b.layer_charge[j])
            for j in range(r.state.layers)
            if b.layer_taken[j]
        ),
        premium_tax=b.premium_tax,
        taxable=b.taxable,
        withholding=b.withholding,
        basis_carried=b.basis_carried,
        benefit_beyond_value=b.company,
        net=b.net,
        value_after=b.value,
        by_account=tuple(Taken(name, -b.account_change[k]) for k, name in enumerate(names) if b.account_change[k]),
        readings=tuple(r.terms.readings()),
    )


QUOTED = {"surrender": Surrender, "withdrawal": Withdrawal, "death": DeathProof}
"""Kinds of quote and the request each stands for."""
