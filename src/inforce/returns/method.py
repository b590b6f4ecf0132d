"""The method of a returns table as changes of the terms: what a hypothetical contract has otherwise than a real one.

The options are the product's `performance` terms. Whatever they leave `of_contract` is the contract's own.
"""

from decimal import Decimal

from inforce.mechanics.money import PPB, ratio
from inforce.terms import VariableAnnuityTerms
from inforce.terms.performance import Performance
from inforce.terms.source import Plain

from .periods import YEAR_TO_DATE, Period

Changes = dict[str, Plain]


def charge_changes(terms: VariableAnnuityTerms, performance: Performance, sub_account: str, multiple: int) -> Changes:
    """The maintenance charge that one sub-account bears, at the multiple; no premium tax; prices of days without."""
    charge = terms.maintenance_charge
    changes: Changes = {
        "maintenance_charge.amount": _dollars(share_of_charge(charge.amount * multiple, performance, sub_account)),
        "calendar.non_valuation_day.purchase_payment": str(performance.on_non_valuation_day),
        "calendar.non_valuation_day.surrender": str(performance.on_non_valuation_day),
        "premium_tax.rate": "0%",
    }
    if charge.waived_from is not None:
        changes["maintenance_charge.waived_from"] = _dollars(charge.waived_from * multiple)
    return changes


def share_of_charge(cents: int, performance: Performance, sub_account: str) -> int:
    """The charge by share of the sub-account, in equal parts (30.00 over 14: 2.14), or by the size of the payment."""
    if performance.maintenance_charge_shares is not None:
        return ratio(cents, performance.maintenance_charge_shares[sub_account], PPB)
    if performance.maintenance_charge_parts is not None:
        return ratio(cents, 1, performance.maintenance_charge_parts)
    return ratio(cents, performance.purchase_payment, performance.maintenance_charge_average_account or 1)


def method_changes(terms: VariableAnnuityTerms, performance: Performance, span: Period) -> Changes:
    """What the surrender charge is taken of, at which year's rate, after which free amount."""
    changes: Changes = {}
    if performance.surrender_charge_on != "of_contract":
        on = performance.surrender_charge_on
        changes["surrender_charge.charged_on"] = on
        if terms.surrender_charge.on_full_surrender == "remaining_payments" and on != "payment":
            changes["surrender_charge.on_full_surrender"] = "amount_withdrawn"
    if performance.surrender_charge_year != "of_contract":
        changes["surrender_charge.anniversary_belongs_to"] = performance.surrender_charge_year
    if performance.free_amount == "none":
        changes["free_withdrawal.on_full_surrender"] = "no"
    if span.years == YEAR_TO_DATE and performance.year_to_date_rate == "of_whole_year":
        changes |= _rate_of_whole_year(terms, performance)
    return changes


def _rate_of_whole_year(terms: VariableAnnuityTerms, performance: Performance) -> Changes:
    """A stub that bears the rate of one whole year: the second year's, where that begins on the anniversary."""
    charge = terms.surrender_charge
    belongs = performance.surrender_charge_year
    if (charge.anniversary_belongs_to if belongs == "of_contract" else belongs) == "year_ending":
        return {}
    schedule = "by_contract_year" if charge.by_contract_year else "by_payment_year"
    return {f"surrender_charge.{schedule}.1": f"{Decimal(charge.rates[1]).scaleb(-7):f}%"}


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
