"""From a breakdown to a balanced entry."""

from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from inforce.ledger import Entry, Line
from inforce.mechanics.records import Breakdown

ENGINE = "inforce"
SETTLEMENT = "settlement"
"""The operation of entries between the company and the separate account; no contract's value rests on them."""
LATE_TRADE = "company/late_trade_gain_or_loss"
PRICE_ERROR = "company/price_error_gain_or_loss"
SEPARATE_ACCOUNT = "company/separate_account_settlement"
"""Followed by the sub-account: what the company owes it above what contracts paid (below zero: it owes the company)."""
TAXABLE = "memo/taxable"
"""A memo account: what of a payment to the owner is income. No money moves."""
OFFSET = "memo/offset"
"""Keeps entries with memo accounts in balance."""


@cache
def engine_version() -> str:
    """Name of this engine, as entries carry it."""
    try:
        return f"{ENGINE} {version(ENGINE)}"
    except PackageNotFoundError:
        return ENGINE


def received_lines(cents: int) -> tuple[Line, ...]:
    """Money arrives: it waits in suspense."""
    return Line("owner/paid_in", -cents), Line("suspense", cents)


def returned_lines(cents: int) -> tuple[Line, ...]:
    """Money in suspense goes back to its sender."""
    return Line("suspense", -cents), Line("owner/returned", cents)


def lost_lines(cents: int) -> tuple[Line, ...]:
    """What a payment that was returned unpaid has lost: the owner owes it."""
    return Line("owner/owed_for_returned_payment", -cents), Line("company/returned_payment", cents)


def step_lines(b: Breakdown, names: list[str], funds: int) -> tuple[Line, ...]:
    """The lines of one step: contract accounts with their units, and where the money came from or went."""
    lines = []
    for k, name in enumerate(names):
        units = b.units_change[k] if k < funds else 0
        if b.account_change[k] or units:
            lines.append(Line(f"contract/{name}", b.account_change[k], units))
    for i, interest in enumerate(b.interest):
        if interest:
            lines += [Line(f"contract/{names[funds + i]}", interest), Line("company/interest_credited", -interest)]
    if b.payment:
        lines.append(Line("suspense", -b.payment))
    for account, cents in _charges(b):
        if cents:
            lines.append(Line(account, cents))
    if b.taxable:
        lines += [Line(TAXABLE, b.taxable), Line(OFFSET, -b.taxable)]
    return tuple(lines)


def _charges(b: Breakdown) -> tuple[tuple[str, int], ...]:
    return (
        ("company/maintenance_charge", b.maintenance),
        ("company/transfer_fee", b.transfer_fee),
        ("company/market_value_adjustment", -b.market_value_adjustment),
        ("company/surrender_charge", b.surrender_charge),
        ("company/premium_tax", b.premium_tax),
        ("company/benefits_beyond_value", -b.company),
        ("owner/tax_withheld", b.withholding),
        ("owner/paid_out", b.net),
    )


def entry_for(
    contract: str,
    event: str,
    operation: str,
    effective: date,
    known: date,
    terms: str,
    engine: str,
    lines: tuple[Line, ...],
) -> Entry:
    """An entry in the accounting period of the later of its two dates."""
    return Entry(contract, event, operation, effective, known, f"{max(effective, known):%Y-%m}", terms, engine, lines)
