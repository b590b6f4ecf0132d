"""What a contract is worth on a day, as known on a day. It runs the step of the mechanics and has no rule itself."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inforce.cycle import Position, Pricer, pricing_day
from inforce.cycle.requests import due_on
from inforce.errors import Refused
from inforce.market import Market
from inforce.mechanics.annuity import step
from inforce.mechanics.market_value import segment_value
from inforce.mechanics.records import Annuity, Breakdown, Due, Status, new_breakdown
from inforce.mechanics.records import Market as Prices
from inforce.mechanics.surrender import free_amount, years_completed
from inforce.terms import ContractTerms, Reading


@dataclass(frozen=True, slots=True)
class Segment:
    """Money in a fixed account whose rate is guaranteed to a day: cents, before any market value adjustment."""

    began: date
    ends: date
    rate: Decimal
    value: int


@dataclass(frozen=True, slots=True)
class AccountValue:
    """One account: cents, and units with their value, the annual rate credited (0.035), or its segments."""

    id: str
    name: str
    value: int
    units: Decimal | None = None
    unit_value: Decimal | None = None
    credited_rate: Decimal | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Valuation:
    """A contract on a day. Money in cents."""

    contract: str
    product: str
    on: date
    priced_on: date
    """The valuation date whose prices it uses."""
    issued: date
    status: str
    contract_year: int
    accounts: tuple[AccountValue, ...]
    contract_value: int
    surrender_value: int
    """What a full surrender would pay before income tax withholding."""
    market_value_adjustment: int
    """Part of the surrender value that segments gain (+) or lose (-) by leaving early."""
    surrender_charge: int
    maintenance_charge: int
    """Taken on that surrender."""
    premium_tax: int
    free_amount: int
    """Free withdrawal amount still available in this contract year."""
    death_benefit: int
    purchase_payments: int
    withdrawals: int
    basis: int
    """Investment in the contract for income tax."""
    suspense: int
    waiting: tuple[str, ...]
    """Events not applied yet, with what they wait for."""
    declined: tuple[str, ...]
    notices: tuple[str, ...]
    """Freezes that hold, and exchanges whose basis is not reported."""
    assumptions: int
    """How many assumptions the terms in force rest on."""
    readings: tuple[Reading, ...]
    """Of terms that can be read in more than one way, the one that holds for the contract."""
    terms: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A contract set out for a step on a day: its state (a copy), terms, prices and an empty agenda."""

    state: Annuity
    terms: ContractTerms
    prices: Prices
    due: Due
    breakdown: Breakdown


def ready(position: Position, market: Market, on: date) -> Ready:
    """Copies of what a step on `on` needs; whatever is run on them changes nothing.

    Raises:
        Refused: the contract is not issued by then.
        MissingPrice, MissingRate: a price that it or an earlier item needs is not known.
    """
    if position.stalled is not None:
        raise position.stalled
    if position.state is None:
        because = "; ".join(str(d.refused) for d in position.declined)
        raise Refused("not_issued", f"contract {position.contract.id} is not issued on {on}"
                      + (f" ({because})" if because else ""))  # fmt: skip
    terms = position.terms(on)
    due = due_on(on, terms.sections)
    state = deepcopy(position.state)
    pricer = Pricer(market, position.product, position.contract)
    due.valuation = 1  # with the market value of what a surrender would take
    prices = pricer.prices(state, due, terms, pricing_day(on), on)
    due.valuation = 0
    return Ready(state, terms, prices, due, new_breakdown(state))


def surrender_today(position: Position, market: Market, on: date) -> Breakdown:
    """The breakdown of a full surrender on a day, run on a copy."""
    r = ready(position, market, on)
    r.due.surrender = 1
    step(r.state, r.terms.record, r.prices, r.due, r.breakdown)
    return r.breakdown


def value(position: Position, market: Market, on: date) -> Valuation:
    """What the contract is worth on a day; `position` must have been advanced to it."""
    r = ready(position, market, on)
    r.due.valuation = 1
    step(r.state, r.terms.record, r.prices, r.due, r.breakdown)
    in_force = r.state.status == Status.IN_FORCE
    surrender = surrender_today(position, market, on) if in_force else new_breakdown(r.state)
    issued = position.issued or on
    return Valuation(
        contract=position.contract.id,
        product=position.product.id,
        on=on,
        priced_on=pricing_day(on),
        issued=issued,
        status=Status(r.state.status).name.lower(),
        contract_year=years_completed(r.state.issue_day, r.due.day) + 1,
        accounts=_accounts(position, r, market, on),
        contract_value=r.breakdown.value,
        surrender_value=r.breakdown.surrender_value,
        market_value_adjustment=surrender.market_value_adjustment,
        surrender_charge=surrender.surrender_charge,
        maintenance_charge=surrender.maintenance,
        premium_tax=surrender.premium_tax,
        free_amount=free_amount(r.state, r.terms.record, r.breakdown.value) if in_force else 0,
        death_benefit=r.breakdown.death_benefit if r.state.status <= Status.DEATH_NOTIFIED else 0,
        purchase_payments=r.state.payments,
        withdrawals=r.state.withdrawals,
        basis=r.state.basis,
        suspense=position.suspense,
        waiting=tuple(
            f"{w.recorded.event.id} ({w.recorded.event.kind}) waits for {w.waits_for}" for w in position.waiting
        ),
        declined=tuple(f"{d.recorded.event.id} ({d.recorded.event.kind}): {d.refused}" for d in position.declined),
        notices=tuple(position.notices),
        assumptions=len(r.terms.assumptions()),
        readings=tuple(r.terms.readings()),
        terms=position.product.version,
    )


def _accounts(position: Position, r: Ready, market: Market, on: date) -> tuple[AccountValue, ...]:
    sections, values = r.terms.sections, r.breakdown.account_value
    scales = sections.rounding.unit_decimals, sections.rounding.unit_value_decimals
    funds = [
        AccountValue(
            fund,
            sub.name,
            values[k],
            Decimal(r.state.units[k]).scaleb(-scales[0]),
            Decimal(r.prices.unit_value[k]).scaleb(-scales[1]),
        )
        for k, (fund, sub) in enumerate(sections.sub_accounts.items())
        if r.state.units[k]
    ]
    fixed = [
        AccountValue(
            name,
            account.name,
            values[r.state.funds + i],
            credited_rate=Decimal(market.credited(name, on, account.minimum_rate).credited).scaleb(-9),
        )
        for i, (name, account) in enumerate(sections.fixed_accounts.items())
        if r.state.balance[i]
    ]
    return (*funds, *fixed, *_with_segments(r))


def _with_segments(r: Ready) -> Iterator[AccountValue]:
    """Accounts whose money lies in segments."""
    c = r.state
    held = [s for s in range(c.segments) if c.segment_balance[s]]
    for i, (name, account) in enumerate(r.terms.sections.fixed_accounts.items()):
        segments = tuple(
            Segment(
                date.fromordinal(c.segment_start[s]),
                date.fromordinal(c.segment_end[s]),
                Decimal(c.segment_rate[s]).scaleb(-9),
                segment_value(c, r.prices, s),
            )
            for s in held
            if c.segment_account[s] == i
        )
        if segments:
            yield AccountValue(name, account.name, r.breakdown.account_value[c.funds + i], segments=segments)
