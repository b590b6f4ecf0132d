"""Good order: may this event be taken at all? Each refusal has a named reason; what needs prices is asked later."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from inforce.errors import Refused
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Reason
from inforce.terms import STATES, ContractTerms, Product

from .contract import Contract, wrong_parties
from .events import (
    AllocationChange,
    Application,
    ApplicationCompleted,
    Approval,
    BasisReport,
    Consent,
    DeathProof,
    Delivery,
    Event,
    FreeLook,
    Freeze,
    Issue,
    PaymentReturned,
    PurchasePayment,
    Rejection,
    Release,
    Reversal,
    SpousalContinuation,
    Surrender,
    Transfer,
    Withdrawal,
)

TERM_OF_REASON: Final[Mapping[Reason, str]] = {
    Reason.BELOW_MINIMUM_WITHDRAWAL: "withdrawals.minimum",
    Reason.BELOW_MINIMUM_VALUE_AFTER: "withdrawals.minimum_value_after",
    Reason.BELOW_MINIMUM_TRANSFER: "transfers.minimum",
    Reason.TRANSFER_COUNT: "transfers.limit_each_contract_year",
    Reason.BELOW_MINIMUM_PAYMENT: "purchase_payments.minimum",
    Reason.ABOVE_MAXIMUM_PAYMENTS: "purchase_payments.maximum_total",
    Reason.SINGLE_PAYMENT_MADE: "purchase_payments.kind",
    Reason.FREE_LOOK_OVER: "free_look.days",
    Reason.FIXED_TRANSFER_COUNT: "fixed_accounts.*.transfers_out.limit_each_contract_year",
    Reason.FIXED_TRANSFER_SHARE: "fixed_accounts.*.transfers_out.share",
    Reason.FIXED_RETURN_WAIT: "fixed_accounts.*.transfers_out.days_before_return",
}
WORDS: Final[Mapping[Reason, str]] = {
    Reason.NOT_IN_FORCE: "the contract is not in force, or waits for a death claim",
    Reason.AMOUNT_EXCEEDS_VALUE: "more is asked than the contract value",
    Reason.AMOUNT_EXCEEDS_ACCOUNT: "more is asked of an account than it holds",
    Reason.BELOW_MINIMUM_WITHDRAWAL: "the amount is below the minimum withdrawal",
    Reason.BELOW_MINIMUM_VALUE_AFTER: "less than the minimum contract value would remain",
    Reason.WHOLE_VALUE: "a withdrawal of the whole contract value is a surrender; ask for that",
    Reason.NET_CANNOT_BE_PAID: "the whole contract value, after charges and taxes, pays less than that",
    Reason.FIXED_TRANSFER_COUNT: "the account's transfers out for this contract year are used up",
    Reason.FIXED_TRANSFER_SHARE: "a transfer may not take that large a share of the account",
    Reason.FIXED_RETURN_WAIT: "money may not return to the account so soon after a transfer out",
    Reason.TRANSFER_COUNT: "the transfers of this contract year are used up",
    Reason.BELOW_MINIMUM_PAYMENT: "the payment is below the minimum",
    Reason.ABOVE_MAXIMUM_PAYMENTS: "total payments would exceed the maximum",
    Reason.SINGLE_PAYMENT_MADE: "a single purchase payment contract takes one payment",
    Reason.NOTHING_TO_TRANSFER: "there is nothing in those accounts to transfer",
    Reason.FREE_LOOK_OVER: "the free look period is over",
    Reason.BELOW_MINIMUM_TRANSFER: "the transfer is below the minimum",
    Reason.CLAIM_PAID: "a beneficiary has been paid; the contract cannot be continued",
}


def refusal(code: int, terms: ContractTerms) -> Refused:
    """The refusal that a `may_…` rule's answer stands for, with the citation of its term."""
    reason = Reason(code)
    path = TERM_OF_REASON.get(reason, "").replace("*", next(iter(terms.sections.fixed_accounts), ""))
    source = f"{path}: {terms.citation(path)}" if path else ""
    return Refused(reason.name.lower(), WORDS[reason], citation=source)


def check_application(contract: Contract, product: Product, on: date) -> None:
    """May this contract be applied for? Raises Refused."""
    if contract.form not in product.card.forms:
        raise Refused("unknown_form", f"{product.card.name} has the forms {', '.join(product.card.forms)}, not "
                      f"{contract.form!r}")  # fmt: skip
    if contract.issue_state not in STATES:
        raise Refused("unknown_state", f"{contract.issue_state!r} is no state; give its postal code")
    sale = product.card.forms[contract.form]
    source = ", ".join(sale.cite or ()) or str(sale.assumption or "")
    if on < sale.from_:
        raise Refused("not_sold_yet", f"the {contract.form} form is sold from {sale.from_}", citation=source)
    if sale.to is not None and on > sale.to:
        raise Refused("not_sold_any_more", f"the {contract.form} form was sold until {sale.to}", citation=source)
    if wrong_parties(contract.parties):
        raise Refused("beneficiaries_wrong", wrong_parties(contract.parties))


def check_mention(event: Reversal | Rejection | PaymentReturned | BasisReport | Release, target: Event | None) -> None:
    """Is the event that this one names there, and of a kind that it can be said of? Raises Refused."""
    if target is None:
        raise Refused("unknown_event", f"there is no event {event.of!r} by {event.on}, which {event.kind} names")
    if isinstance(event, Reversal):
        if isinstance(target, Issue | Reversal | Approval | Rejection):
            raise Refused("not_reversible", f"event {event.of!r} is of kind {target.kind}, which cannot be taken back")
        return
    if isinstance(event, Rejection):
        if isinstance(target, Issue | Approval | Rejection):
            raise Refused("not_rejectable", f"event {event.of!r} is of kind {target.kind}, which cannot be rejected")
        return
    wanted = Freeze if isinstance(event, Release) else PurchasePayment
    if not isinstance(target, wanted):
        raise Refused("wrong_kind", f"event {event.of!r} is of kind {target.kind}; {event.kind} is of a "
                      f"{wanted.model_fields['kind'].default}")  # fmt: skip
    if target.on > event.on:
        raise Refused("unknown_event", f"event {event.of!r} is of {target.on}, after this {event.kind} of {event.on}")


def check_concerns(event: ApplicationCompleted | Consent, application: Application | None) -> None:
    """Is there an application that this can be of? Raises Refused."""
    if application is None or application.on > event.on:
        raise Refused("no_application", f"there is no application by {event.on}")


def check_delivery(event: Delivery, issued: date | None) -> None:
    """A contract is delivered after its issue. Raises Refused."""
    if issued is None or event.day < issued:
        raise Refused("delivered_before_issue", f"delivered on {event.day}, and not issued by then")


def check_not_frozen(event: Event, freeze: Freeze | None) -> None:
    """Raises Refused where a freeze refuses the request."""
    if freeze is not None:
        raise Refused("frozen", f"{freeze.id} of {freeze.on} ({freeze.cause.replace('_', ' ')}) refuses a {event.kind} "
                      "until it is released")  # fmt: skip


def check_event(event: Event, terms: ContractTerms, issued: date | None, delivered: date | None, on: date) -> None:
    """Is the event complete, and does it name what the contract has? `on` is the day it would be priced.

    Raises:
        Refused: with a named reason.
    """
    if isinstance(event, Withdrawal | Surrender):
        _check_destination(event, terms)
    if isinstance(event, PurchasePayment | AllocationChange) and event.allocation is not None:
        check_allocation(event.allocation, terms, issued or on, on)
    if isinstance(event, Transfer):
        _check_accounts(event.from_, terms)
        check_allocation(event.to, terms, issued or on, on)
    if isinstance(event, Withdrawal) and event.from_ is not None:
        _check_accounts(event.from_, terms)
    if isinstance(event, PurchasePayment):
        _check_payments_continue(terms, on)
    if isinstance(event, FreeLook):
        start = delivered or issued or on
        if event.on > start + timedelta(days=terms.sections.free_look.days):
            raise refusal(Reason.FREE_LOOK_OVER, terms)


def _check_destination(event: Withdrawal | Surrender, terms: ContractTerms) -> None:
    """A 1035 exchange is of a non-qualified contract, a direct rollover of a qualified one."""
    if event.exchange_to and terms.cohort.qualification == "qualified":
        raise Refused("not_exchangeable", "a qualified contract has no 1035 exchange; ask with `rollover_to`")
    if event.rollover_to and terms.cohort.qualification == "non_qualified":
        raise Refused("not_rollable", "a non-qualified contract has no direct rollover; ask with `exchange_to`")


def check_claim(event: DeathProof | SpousalContinuation, contract: Contract, proved: Collection[str]) -> None:
    """Is it the turn of the beneficiary who proves, and is a spouse who goes on the only one? Raises Refused."""
    known = {party.id: party for party in contract.beneficiaries}
    if event.party and event.party not in known:
        raise Refused("unknown_beneficiary", f"{event.party!r} is no beneficiary of the contract; it has "
                      f"{', '.join(known) or 'none'}")  # fmt: skip
    if event.party and known[event.party].contingent:
        raise Refused("contingent_beneficiary", f"{event.party!r} is paid only where no primary beneficiary is; record "
                      "the proof without `party` when that is so")  # fmt: skip
    if event.party and event.party in proved:
        raise Refused("proved_already", f"{event.party!r} has been paid")
    primary = [name for name, party in known.items() if not party.contingent]
    if isinstance(event, SpousalContinuation) and len(primary) > 1:
        raise Refused("not_sole_beneficiary", f"a spouse continues as the only beneficiary; here are {len(primary)}")


def _check_payments_continue(terms: ContractTerms, on: date) -> None:
    sale = terms.product.card.forms[terms.cohort.form]
    if not sale.payments_continue and sale.to is not None and on > sale.to:
        source = ", ".join(sale.cite or ()) or str(sale.assumption or "")
        raise Refused(
            "payments_closed", f"the {terms.cohort.form} form takes no payments after {sale.to}", citation=source
        )


def check_allocation(allocation: Mapping[str, int], terms: ContractTerms, issued: date, on: date) -> None:
    """Known accounts that take new money on that day, together 100 %."""
    _check_accounts(allocation, terms)
    below = [name for name, share in allocation.items() if share < 0]
    if below:
        raise Refused("allocation_not_100", f"the share of {', '.join(below)} is below 0 %")
    if sum(allocation.values()) != PPB:
        total = sum(allocation.values()) / 10_000_000
        raise Refused("allocation_not_100", f"the allocation adds up to {total:g} %, not 100 %")
    for name, share in allocation.items():
        if share > 0:
            _check_takes_money(name, terms, issued, on)


def _check_accounts(named: Mapping[str, int], terms: ContractTerms) -> None:
    known = [*terms.sections.sub_accounts, *terms.sections.fixed_accounts]
    for name in named:
        if name not in known:
            raise Refused("unknown_account", f"{name!r} is no account of this contract; it has {', '.join(known)}")


def _check_takes_money(name: str, terms: ContractTerms, issued: date, on: date) -> None:
    fund = terms.sections.sub_accounts.get(name)
    account = fund or terms.sections.fixed_accounts[name]
    group = "sub_accounts" if fund else "fixed_accounts"
    if on < account.added:
        raise Refused("account_not_available_yet", f"{account.name} takes money from {account.added}",
                      citation=terms.citation(f"{group}.{name}.added"))  # fmt: skip
    if account.closed_to_new_money_from is not None and on >= account.closed_to_new_money_from:
        raise Refused("account_closed", f"{account.name} takes no new money from {account.closed_to_new_money_from}",
                      citation=terms.citation(f"{group}.{name}.closed_to_new_money_from"))  # fmt: skip
    closed = fund.closed_to_contracts_issued_from if fund else None
    if closed is not None and issued >= closed:
        raise Refused("account_not_for_this_contract", f"{account.name} is not in contracts issued from {closed}",
                      citation=terms.citation(f"{group}.{name}.closed_to_contracts_issued_from"))  # fmt: skip
