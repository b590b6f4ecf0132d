"""The words of an explanation: what rules, fields, terms and reasons are called, and what their numbers count."""

from collections.abc import Mapping
from typing import Any, Final

from inforce.mechanics.records import Reason, Status

from .traced import Rule, Unit

RULES: Final[Mapping[str, str]] = {
    "adjusted": "amount after its market value adjustment",
    "adjustment_factor": "market value factor",
    "adjustment_on": "market value adjustment",
    "adjustment_on_parts": "market value adjustment",
    "asked": "amount named",
    "charge_by_payment": "surrender charge, payment by payment",
    "charge_day": "day that decides the year",
    "charge_rate": "surrender charge rate",
    "free_amount": "free withdrawal amount",
    "free_part": "part that the free withdrawal amount covers",
    "gross_for_net": "smallest withdrawal that leaves the net amount",
    "gross_withdrawal": "amount taken from the contract value",
    "named_total": "amount named in all",
    "net_of": "what the withdrawal leaves the owner",
    "on_payments": "whether the charge looks at each purchase payment",
    "floor_after": "what a withdrawal leaves of it",
    "payments_left": "purchase payments not yet withdrawn",
    "pro_rata_reduction": "what is left after a reduction in proportion",
    "rate_between": "rate for the years left",
    "reached": "amount that the surrender charge reaches",
    "segment_factor": "market value factor of {segment}",
    "segment_value": "value of {segment}",
    "surrender_adjustment": "market value adjustment",
    "taxable_part": "taxable part",
    "total_weight": "total that it is split by",
    "transfer_total": "amount transferred in all",
    "units_for": "units for the amount",
    "units_left": "units that stay",
    "value_of": "value of the units",
    "with_interest": "balance with interest",
    "withdrawal_adjustment": "market value adjustment",
    "worth_of": "value of the accounts",
    "years_completed": "years completed",
}
"""Rules whose function name does not read as words."""

UNITS: Final[Mapping[str, Unit]] = {
    "adjustment_factor": "factor",
    "charge_day": "day",
    "charge_rate": "rate",
    "charge_reason": "choice",
    "credited_rate": "rate",
    "maintenance_reason": "choice",
    "months_left": "count",
    "on_payments": "choice",
    "rate_between": "rate",
    "segment_factor": "factor",
    "share_into": "rate",
    "units_for": "units",
    "units_left": "units",
    "years_completed": "count",
}
"""What the rules give that do not give money."""

PARAMETERS: Final[Mapping[str, str]] = {
    "amount": "amount",
    "available": "value of the accounts it is taken from",
    "base": "amount charged",
    "before": "contract value before",
    "net": "net amount",
    "payable": "amount payable before income tax",
    "total": "total",
    "value": "contract value",
    "withdrawn": "amount withdrawn",
    "worth": "value of these accounts",
}
"""Names for sums that have none, by the parameter that they are handed to."""

STATE: Final[Mapping[str, tuple[str, Unit]]] = {
    "status": ("standing of the contract", "choice"),
    "issue_day": ("contract date", "day"),
    "units": ("units of {account}", "units"),
    "balance": ("balance of {fixed}", "cents"),
    "anchor": ("interest index of {fixed} then", "factor"),
    "fixed_out_count": ("transfers out of {fixed} in this contract year", "count"),
    "fixed_out_serial": ("day of the last transfer out of {fixed}", "count"),
    "layer_paid": ("purchase payment of {payment}", "cents"),
    "layer_left": ("not yet withdrawn of the purchase payment of {payment}", "cents"),
    "layer_day": ("date of the purchase payment of {payment}", "day"),
    "segment_balance": ("balance of {segment}", "cents"),
    "segment_anchor": ("growth of {segment} by then", "factor"),
    "segment_rate": ("guaranteed rate of {segment}", "rate"),
    "segment_start": ("day that {segment} began", "serial"),
    "segment_end": ("day that {segment} ends", "serial"),
    "payments": ("purchase payments made", "cents"),
    "withdrawals": ("withdrawals made", "cents"),
    "payments_floor": ("purchase payments as reduced by withdrawals", "cents"),
    "reset_floor": ("contract value at the last reset, with payments and less withdrawals since", "cents"),
    "years_since_reset": ("contract years since the last reset", "count"),
    "claimed": ("share of the death benefit paid", "rate"),
    "basis": ("investment in the contract", "cents"),
    "deductions": ("deducted from purchase payments", "cents"),
    "anniversary_value": ("contract value at the last anniversary", "cents"),
    "free_used": ("free withdrawal amount used in this contract year", "cents"),
    "transfers": ("transfers in this contract year", "count"),
    "maintenance_day": ("day the maintenance charge was last taken", "day"),
}
DUE: Final[Mapping[str, tuple[str, Unit]]] = {
    "day": ("this day", "day"),
    "eve": ("the day before", "day"),
    "payment": ("purchase payment received", "cents"),
    "payment_day": ("date of the purchase payment", "day"),
    "payment_basis": ("investment in the contract that the payment carries", "cents"),
    "payment_into": ("share of the payment for {account}", "rate"),
    "transfer_into": ("share of the transfer for {account}", "rate"),
    "transfer_out": ("asked from {account}", "cents"),
    "withdraw_from": ("asked from {account}", "cents"),
    "amount": ("amount asked for", "cents"),
    "withholding": ("withheld for income tax, of the taxable part", "rate"),
    "claim_share": ("share of the death benefit claimed", "rate"),
    "serial": ("this day", "serial"),
}
"""What is due; fields that are not here only switch and stay plain."""
BREAKDOWN: Final[Mapping[str, tuple[str, Unit]]] = {
    "account_value": ("{account}", "cents"),
    "account_change": ("{account}", "cents"),
    "part": ("part of the amount for {account}", "cents"),
    "units_change": ("units of {account}", "units"),
    "interest": ("interest of {fixed} since its balance last changed", "cents"),
    "layer_taken": ("withdrawn of the purchase payment of {payment}", "cents"),
    "layer_charge": ("surrender charge on the purchase payment of {payment}", "cents"),
    "value": ("contract value", "cents"),
    "before": ("contract value before", "cents"),
    "payment": ("purchase payment", "cents"),
    "maintenance": ("maintenance charge", "cents"),
    "transfer": ("amount transferred", "cents"),
    "transfer_fee": ("transfer fee", "cents"),
    "gross": ("taken from the contract value", "cents"),
    "free_available": ("free withdrawal amount", "cents"),
    "free": ("free of surrender charge", "cents"),
    "market_value_adjustment": ("market value adjustment", "cents"),
    "surrender_charge": ("surrender charge", "cents"),
    "premium_tax": ("premium tax", "cents"),
    "taxable": ("taxable part", "cents"),
    "withholding": ("withheld for income tax", "cents"),
    "basis_carried": ("investment in the contract that goes with it", "cents"),
    "net": ("paid", "cents"),
    "company": ("paid by the company beyond the contract value", "cents"),
    "surrender_value": ("surrender value", "cents"),
    "death_benefit": ("death benefit", "cents"),
    "maintenance_reason": ("why there is no maintenance charge", "choice"),
    "charge_reason": ("why there is no surrender charge", "choice"),
    "fault": ("fault", "choice"),
}
TERMS: Final[Mapping[str, Unit]] = {
    "value_scale": "factor",
    "surrender_rate": "rate",
    "surrender_years": "count",
    "free_share": "rate",
    "maintenance": "cents",
    "maintenance_waiver": "cents",
    "premium_tax": "rate",
    "minimum_first_payment": "cents",
    "minimum_payment": "cents",
    "maximum_payments": "cents",
    "minimum_withdrawal": "cents",
    "minimum_value_after": "cents",
    "minimum_transfer": "cents",
    "free_transfers": "count",
    "transfer_fee": "cents",
    "transfer_limit": "count",
    "fixed_out_share": "rate",
    "fixed_out_limit": "count",
    "fixed_wait_days": "count",
    "guarantee_years": "count",
    "adjustment_window": "count",
    "reset_years": "count",
}
"""Units of terms; the others are choices."""
PATHS: Final[Mapping[str, str]] = {
    "premium_tax_on_payment": "premium_tax.taken",
    "premium_tax_on_withdrawal": "premium_tax.taken",
    "premium_tax_on_death": "premium_tax.taken",
}
"""Terms behind fields of the record that `terms.record_sources` does not name."""

REASONS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.VALUE_AT_WAIVER: ("waived: the contract value is at or above the waiver", "maintenance_charge.waived_from"),
    Reason.ALREADY_TAKEN_TODAY: ("it was taken already on this day", ""),
    Reason.NOT_TAKEN_ON_SURRENDER: ("not taken on a surrender", "maintenance_charge.on_surrender"),
    Reason.NO_CHARGE_IN_TERMS: ("these terms have none", "maintenance_charge.amount"),
    Reason.CHARGE_PERIOD_OVER: ("the surrender charge period is over", "surrender_charge"),
    Reason.WITHIN_FREE_AMOUNT: ("all of it lies within the free withdrawal amount", "free_withdrawal.share"),
    Reason.NO_CHARGE_ON_DEATH: ("no surrender charge is taken from a death benefit", ""),
    Reason.FREE_LOOK_RETURNS_IT: ("a contract returned in the free look period bears none", "free_look.refund"),
    Reason.PAYMENTS_ALREADY_WITHDRAWN: (
        "only earnings are left; every purchase payment was withdrawn", "surrender_charge.charged_on"
    ),
}  # fmt: skip
"""Why a charge was not taken, and the term that made it so."""


NOTHING: Final = "none: "
"""Begins the reason why there is no charge."""


def rule_words(rule: Rule, segment: str = "the segment") -> str:
    """A rule's name in words, with that of the segment that it was asked of."""
    return RULES.get(rule.__name__, rule.__name__.replace("_", " ")).replace("{segment}", segment)


def rule_text(rule: Rule) -> str:
    """The first line of what a rule says of itself."""
    return (rule.__doc__ or "").strip().splitlines()[0] if rule.__doc__ else ""


def term_words(path: str) -> str:
    """A term's path in words: `surrender_charge.by_contract_year.3` is the surrender charge rate of contract year 3."""
    section, *rest = path.split(".")
    if rest[:1] in (["by_contract_year"], ["by_payment_year"]):
        clock = "contract year" if rest[0] == "by_contract_year" else "year since the payment"
        return f"{_words(section)} rate of {clock} {rest[-1].replace('+', ' and later')}"
    return f"{_words(section)}, {' '.join(map(_words, rest))}"


def choice_words(value: Any) -> str:
    """A term's plain value in words."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(choice_words, value)) or "never"
    return _words(str(value))


def status_words(status: int) -> str:
    """Where a contract stands, in words."""
    return _words(Status(status).name.lower())


def _words(name: str) -> str:
    return name.replace("_", " ")
