"""A request as the mechanics reads it: flags, cents and shares by account number."""

from collections.abc import Mapping
from datetime import date, timedelta

from inforce.contracts import Event, refusal
from inforce.contracts.events import DeathProof, PurchasePayment, SpousalContinuation, Surrender, Transfer, Withdrawal
from inforce.dates import MonthEnd, anniversary, day_number, today_number
from inforce.mechanics import limits
from inforce.mechanics.accounts import revalue
from inforce.mechanics.death_benefit import death_benefit
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Annuity, Breakdown, Determined, Due, Terms, new_due
from inforce.mechanics.records import Market as Prices
from inforce.terms import ContractTerms, VariableAnnuityTerms

_FLAG = {
    "anniversary": "anniversary",
    "maintenance_charge": "maintenance",
    "transfer": "transfer",
    "withdrawal": "withdrawal",
    "surrender": "surrender",
    "free_look": "free_look",
    "death_notice": "death_notice",
    "death_proof": "death_claim",
    "segment_end": "segments_end",
    "spousal_continuation": "spousal_continuation",
}


def account_names(terms: VariableAnnuityTerms) -> list[str]:
    """Ids of a contract's accounts in the order of the mechanics: sub-accounts, then fixed accounts."""
    return [*terms.sub_accounts, *terms.fixed_accounts]


def due_on(day: date, terms: VariableAnnuityTerms) -> Due:
    """Nothing due yet, on that day."""
    month_end = MonthEnd(terms.calendar.month_end)
    due = new_due(len(terms.sub_accounts), len(terms.fixed_accounts))
    due.segment_end = [
        anniversary(day, account.guarantee_years, month_end).toordinal() if account.guarantee_years else 0
        for account in terms.fixed_accounts.values()
    ]
    due.day = today_number(day, month_end)
    due.eve = today_number(day - timedelta(days=1), month_end)
    due.serial = day.toordinal()
    return due


def due_for(
    operation: str,
    event: Event | None,
    day: date,
    terms: VariableAnnuityTerms,
    allocation: Mapping[str, int],
    basis: int,
) -> Due:
    """What is due for one operation; `allocation` is the one that a payment follows, `basis` what it adds for tax."""
    due = due_on(day, terms)
    names = account_names(terms)
    if operation in _FLAG:
        setattr(due, _FLAG[operation], 1)
    if isinstance(event, PurchasePayment):
        due.payment, due.payment_day, due.payment_basis = event.amount, day_number(day), basis
        due.payment_into = by_account(allocation, names)
    if isinstance(event, Transfer):
        due.transfer_out, due.transfer_into = by_account(event.from_, names), by_account(event.to, names)
    if isinstance(event, Withdrawal):
        due.amount, due.net = event.amount or 0, int(event.net)
        weights = {name: -part for name, part in (event.from_ or {}).items()} if event.amount else event.from_ or {}
        due.named, due.withdraw_from = int(event.from_ is not None), by_account(weights, names)
    if isinstance(event, SpousalContinuation) or (isinstance(event, DeathProof) and event.party):
        due.payment_into = by_account(allocation, names)
    if isinstance(event, Withdrawal | Surrender | DeathProof):
        due.withholding = event.withholding
    if isinstance(event, Withdrawal | Surrender):
        due.carried = int(bool(event.carried_to))
    return due


def check_limits(
    event: Event, due: Due, terms: ContractTerms, state: Annuity, prices: Prices, breakdown: Breakdown
) -> None:
    """Ask the `may_…` rule of the event's kind, at today's prices. Raises Refused with the term it rests on."""
    revalue(state, terms.record, prices, breakdown)
    if isinstance(event, PurchasePayment):
        code = limits.may_pay(state, terms.record, event.amount)
    elif isinstance(event, Withdrawal):
        code = limits.may_withdraw(state, terms.record, prices, due, breakdown)
    elif isinstance(event, Transfer):
        code = limits.may_transfer(state, terms.record, due, breakdown)
    elif isinstance(event, DeathProof):
        code = limits.may_claim(state)
    elif isinstance(event, SpousalContinuation):
        code = limits.may_continue(state)
    else:
        code = limits.may_end(state)
    if code:
        raise refusal(code, terms)


def excess_due(due: Due, p: Terms, c: Annuity, b: Breakdown) -> int:
    """What a step will add to the contract value to raise it to the death benefit; `b` holds today's values."""
    shared = due.death_claim and due.claim_share < PPB and p.determined == Determined.FIRST_PROOF and not c.claimed
    if not (due.spousal_continuation or shared):
        return 0
    return death_benefit(p, b.value, c.payments_floor, c.reset_floor) - b.value


def by_account(named: Mapping[str, int], names: list[str]) -> list[int]:
    """A number for each account."""
    return [named.get(name, 0) for name in names]
