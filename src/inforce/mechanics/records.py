"""The records that rules read and write: a contract's state, its terms, the market, what is due, the breakdown.

Money is whole cents, shares and rates are parts per billion, units and unit values stand at the product's scales,
interest indices at 1e-15. A *day number* counts 31 a month and 372 a year (`inforce.dates.day_number`), so that
`(today - start) // 372` is the number of completed years; a *serial* counts true days.

Accounts: `funds` sub-accounts come first, then `fixed` accounts of the general account. A list over both
("accounts") is indexed 0 … funds + fixed - 1. Money in a fixed account with a guarantee period lies in *segments*, one
for each deposit, each with its own rate and end.
"""

from enum import IntEnum
from typing import Annotated

from .rule import record


class Status(IntEnum):
    """Where a contract stands."""

    IN_FORCE = 0
    DEATH_NOTIFIED = 1
    SURRENDERED = 2
    CANCELLED = 3
    DEATH_PAID = 4


class Operation(IntEnum):
    """What a step can do; the terms hold the order."""

    ANNIVERSARY = 0
    MAINTENANCE_CHARGE = 1
    PAYMENT = 2
    TRANSFER = 3
    WITHDRAWAL = 4
    SURRENDER = 5
    FREE_LOOK = 6
    DEATH_NOTICE = 7
    DEATH_CLAIM = 8
    SEGMENT_END = 9
    SPOUSAL_CONTINUATION = 10


class Clock(IntEnum):
    """From when the surrender charge counts its years."""

    CONTRACT_ISSUE = 0
    EACH_PAYMENT = 1


class AnniversaryYear(IntEnum):
    """The year to which an anniversary itself belongs: the one that ends on it, or the one that begins."""

    ENDING = 0
    BEGINNING = 1


class ChargedOn(IntEnum):
    """What the surrender charge is a percentage of."""

    PAYMENT = 0
    VALUE = 1
    AMOUNT_ABOVE_FREE = 2


class SurrenderBase(IntEnum):
    """A full surrender charged on payments reaches the amount withdrawn, or every payment still in the contract."""

    AMOUNT_WITHDRAWN = 0
    REMAINING_PAYMENTS = 1


class FreeOf(IntEnum):
    """What the free withdrawal amount is a share of."""

    NOTHING = 0
    VALUE = 1
    ANNIVERSARY_VALUE = 2
    PAYMENTS = 3


class ChargeFrom(IntEnum):
    """The accounts a contract charge is taken from, in proportion to their values."""

    ALL_ACCOUNTS = 0
    SUB_ACCOUNTS = 1


class Floor(IntEnum):
    """How a withdrawal lowers the payments floor of a death benefit."""

    DOLLAR_FOR_DOLLAR = 0
    PROPORTIONAL = 1


class DeathBenefit(IntEnum):
    """The death benefit before annuitization."""

    CONTRACT_VALUE = 0
    GREATER_OF_VALUE_AND_PAYMENTS = 1


class Determined(IntEnum):
    """By which proof the benefit of several beneficiaries is worked out: each by their own, or all by the first."""

    EACH_PROOF = 0
    FIRST_PROOF = 1


class Refund(IntEnum):
    """What a contract returned under the free look pays."""

    VALUE_PLUS_DEDUCTIONS = 0
    PAYMENTS = 1
    GREATER_OF_VALUE_AND_PAYMENTS = 2


class Taxation(IntEnum):
    """Which part of a payment to the owner is income: earnings first, or in proportion to the basis."""

    EARNINGS_FIRST = 0
    PRO_RATA = 1


class Reason(IntEnum):
    """Why a rule took nothing, or refused. `0` is: it applied."""

    NONE = 0
    # why a charge was not taken
    VALUE_AT_WAIVER = 1
    ALREADY_TAKEN_TODAY = 2
    NOT_TAKEN_ON_SURRENDER = 3
    NO_CHARGE_IN_TERMS = 4
    CHARGE_PERIOD_OVER = 5
    WITHIN_FREE_AMOUNT = 6
    NO_CHARGE_ON_DEATH = 7
    FREE_LOOK_RETURNS_IT = 8
    PAYMENTS_ALREADY_WITHDRAWN = 9
    # why a request is refused
    NOT_IN_FORCE = 20
    AMOUNT_EXCEEDS_VALUE = 21
    AMOUNT_EXCEEDS_ACCOUNT = 22
    BELOW_MINIMUM_WITHDRAWAL = 23
    BELOW_MINIMUM_VALUE_AFTER = 24
    NET_CANNOT_BE_PAID = 25
    FIXED_TRANSFER_COUNT = 26
    FIXED_TRANSFER_SHARE = 27
    FIXED_RETURN_WAIT = 28
    TRANSFER_COUNT = 29
    BELOW_MINIMUM_PAYMENT = 30
    ABOVE_MAXIMUM_PAYMENTS = 31
    SINGLE_PAYMENT_MADE = 32
    NOTHING_TO_TRANSFER = 33
    FREE_LOOK_OVER = 34
    BELOW_MINIMUM_TRANSFER = 36
    WHOLE_VALUE = 37
    CLAIM_PAID = 38


@record
class Annuity:
    """State of one deferred variable annuity contract."""

    status: int
    issue_day: int
    """Day number of the contract date."""
    funds: int
    fixed: int
    layers: int
    segments: int
    units: Annotated[list[int], "funds"]
    balance: Annotated[list[int], "fixed"]
    """Cents in a fixed account on the day it last changed; 0 where its money lies in segments."""
    anchor: Annotated[list[int], "fixed"]
    """The account's interest index on that day, 1e-15."""
    fixed_out_count: Annotated[list[int], "fixed"]
    """Transfers out in this contract year."""
    fixed_out_serial: Annotated[list[int], "fixed"]
    """Serial day of the last transfer out; 0 before the first."""
    layer_paid: Annotated[list[int], "layers"]
    layer_left: Annotated[list[int], "layers"]
    """Cents of each purchase payment not yet withdrawn, oldest first."""
    layer_day: Annotated[list[int], "layers"]
    segment_account: Annotated[list[int], "segments"]
    """The fixed account, 0 … fixed - 1, that each segment belongs to. Segments stand in the order of their deposits;
    one that is renewed keeps its place."""
    segment_balance: Annotated[list[int], "segments"]
    segment_anchor: Annotated[list[int], "segments"]
    """What 1 had grown to on the day the segment's balance last changed, 1e-15."""
    segment_rate: Annotated[list[int], "segments"]
    """Guaranteed rate a year."""
    segment_start: Annotated[list[int], "segments"]
    """Serial day on which it began."""
    segment_end: Annotated[list[int], "segments"]
    """Serial day on which its guarantee ends."""
    payments: int = 0
    """All purchase payments made, before premium tax."""
    withdrawals: int = 0
    """All withdrawals, surrender charges included."""
    payments_floor: int = 0
    """Purchase payments as reduced by withdrawals, for the death benefit."""
    reset_floor: int = 0
    """Contract value at the last reset of the death benefit, with payments since, as reduced by withdrawals."""
    years_since_reset: int = 0
    basis: int = 0
    """Investment in the contract for income tax."""
    deductions: int = 0
    """Taken from purchase payments before they were allocated."""
    anniversary_value: int = 0
    """Contract value at the last anniversary; in the first contract year its payments."""
    free_used: int = 0
    """Free withdrawal amount taken in this contract year."""
    transfers: int = 0
    """Transfers in this contract year."""
    maintenance_day: int = 0
    """Day number on which the maintenance charge was last due, taken or waived."""
    claimed: int = 0
    """Share of the death benefit that beneficiaries have been paid, parts per billion."""


@record
class Terms:
    """The terms of one contract on one day, as whole numbers. `inforce.terms` makes it, with each value's source."""

    value_scale: int
    operations: int
    order: Annotated[list[int], 11]
    anniversary_year: int
    surrender_clock: int
    surrender_on: int
    surrender_base: int
    surrender_years: int
    surrender_rate: Annotated[list[int], 16]
    """Rate in each year of the clock; the last one holds from there on."""
    free_of: int
    free_share: int
    free_on_surrender: int
    maintenance: int
    maintenance_waiver: int
    """Contract value from which the maintenance charge is waived; -1: never."""
    maintenance_on_surrender: int
    maintenance_from: int
    death_benefit: int
    reset_years: int
    """Contract years between resets of the death benefit; 0: none."""
    determined: int
    floor: int
    refund: int
    taxation: int
    premium_tax: int
    premium_tax_on_payment: int
    premium_tax_on_withdrawal: int
    premium_tax_on_death: int
    single_payment: int
    minimum_first_payment: int
    minimum_payment: int
    maximum_payments: int
    """-1: no maximum."""
    minimum_withdrawal: int
    minimum_value_after: int
    minimum_transfer: int
    free_transfers: int
    """Transfers in a contract year before the fee; -1: every one is free."""
    transfer_fee: int
    transfer_limit: int
    """Transfers allowed in a contract year; -1: no limit."""
    fixed_out_share: Annotated[list[int], "fixed"]
    """Share of the account that one transfer may take out."""
    fixed_out_limit: Annotated[list[int], "fixed"]
    """Transfers out a contract year; -1: no limit."""
    fixed_wait_days: Annotated[list[int], "fixed"]
    """Days after a transfer out before money may be transferred in again."""
    guarantee_years: Annotated[list[int], "fixed"]
    """Years for which a deposit's rate is guaranteed; 0: the account has no segments."""
    ends_into: Annotated[list[int], "fixed"]
    """The sub-account that takes the money of a segment that ends; -1: a new segment of the same account."""
    adjustment_window: int = 0
    """Days before the end of a segment in which nothing is adjusted to market value."""
    least_rate_raises: int = 0
    """1: the least rate also raises what leaves a segment whose guaranteed rate is lower; 0: it only limits losses."""


@record
class Market:
    """Prices of one valuation date, interest indices and market value factors of one day."""

    unit_value: Annotated[list[int], "funds"]
    index: Annotated[list[int], "fixed"]
    new_rate: Annotated[list[int], "fixed"]
    """Rate guaranteed to a segment that begins today."""
    segment_index: Annotated[list[int], "segments"]
    """What 1 in each segment has grown to since it began, 1e-15."""
    market_factor: Annotated[list[int], "segments"]
    """((1 + guaranteed rate) / (1 + current rate + addition)) ^ (months left / 12), 1e-15."""
    floor_factor: Annotated[list[int], "segments"]
    """((1 + least rate) / (1 + guaranteed rate)) ^ years since the segment began, 1e-15; 0: no least rate."""
    serial: int = 0
    """Today's serial day."""


@record
class Due:
    """What is due in one step: flags from the calendar, at most one request of each kind.

    In `transfer_out` and `withdraw_from` a positive number is cents, a negative one a share of the account's value
    (-1,000,000,000 is all of it).
    """

    transfer_out: Annotated[list[int], "accounts"]
    transfer_into: Annotated[list[int], "accounts"]
    payment_into: Annotated[list[int], "accounts"]
    """Allocation in parts per billion, adding up to 1,000,000,000."""
    withdraw_from: Annotated[list[int], "accounts"]
    segment_end: Annotated[list[int], "fixed"]
    """Serial day on which a segment that begins today ends."""
    day: int = 0
    """Day number of today, as `inforce.dates.today_number` counts it."""
    eve: int = 0
    """The same of the day before."""
    serial: int = 0
    anniversary: int = 0
    maintenance: int = 0
    payment: int = 0
    payment_day: int = 0
    """Day number of the payment's own date (`inforce.dates.day_number`): its layer's anchor."""
    payment_basis: int = 0
    transfer: int = 0
    withdrawal: int = 0
    """1: a withdrawal is due."""
    amount: int = 0
    """Cents asked for; 0: what `withdraw_from` names."""
    net: int = 0
    """1: `amount` is what the owner is to receive."""
    named: int = 0
    """1: from the accounts in `withdraw_from`; 0: from all in proportion to their values."""
    withholding: int = 0
    """Part of the taxable amount withheld for income tax, parts per billion."""
    carried: int = 0
    """1: a withdrawal or surrender goes straight to another contract or plan, with its basis."""
    surrender: int = 0
    free_look: int = 0
    death_notice: int = 0
    death_claim: int = 0
    claim_share: int = 1_000_000_000
    """Share of the death benefit that is claimed, parts per billion."""
    segments_end: int = 0
    """1: the guarantee of some segment ends."""
    spousal_continuation: int = 0
    valuation: int = 0
    """1: work out surrender value and death benefit at the end of the step."""


@record
class Breakdown:
    """What one step did: cents, units and reasons. Cleared at its start."""

    account_value: Annotated[list[int], "accounts"]
    """Value of each account after the step."""
    account_change: Annotated[list[int], "accounts"]
    """Cents moved into (+) or out of (-) each account by the step."""
    part: Annotated[list[int], "accounts"]
    """Cents of the amount last moved that fell to each account."""
    units_change: Annotated[list[int], "funds"]
    interest: Annotated[list[int], "fixed"]
    """Interest added when a fixed account's balance was struck."""
    layer_taken: Annotated[list[int], "layers"]
    """Cents of each purchase payment withdrawn in this step."""
    layer_charge: Annotated[list[int], "layers"]
    value: int = 0
    """Contract value after the step."""
    before: int = 0
    """Contract value before the request."""
    payment: int = 0
    """Purchase payment received."""
    maintenance: int = 0
    transfer: int = 0
    transfer_fee: int = 0
    gross: int = 0
    """Taken from the contract value for a withdrawal, surrender or death claim."""
    free_available: int = 0
    free: int = 0
    """Part of the gross amount that was free of surrender charge."""
    market_value_adjustment: int = 0
    """What the adjustment to market value adds to the amount taken; below 0: what it takes away."""
    surrender_charge: int = 0
    premium_tax: int = 0
    taxable: int = 0
    withholding: int = 0
    basis_carried: int = 0
    """Basis that went with the money to another contract or plan."""
    net: int = 0
    """Paid out."""
    company: int = 0
    """Paid by the company beyond the contract value (death benefit, free look refund)."""
    surrender_value: int = 0
    death_benefit: int = 0
    maintenance_reason: int = 0
    charge_reason: int = 0
    fault: int = 0
    """Not 0: the step was asked for what `may_…` rules refuse; nothing may be posted."""


def new_annuity(funds: int, fixed: int, issue_day: int) -> Annuity:
    """An empty contract with room for `funds` sub-accounts and `fixed` accounts; the other lists grow as needed."""
    return Annuity(
        status=Status.IN_FORCE,
        issue_day=issue_day,
        funds=funds,
        fixed=fixed,
        layers=0,
        segments=0,
        units=[0] * funds,
        balance=[0] * fixed,
        anchor=[1] * fixed,
        fixed_out_count=[0] * fixed,
        fixed_out_serial=[0] * fixed,
        layer_paid=[],
        layer_left=[],
        layer_day=[],
        segment_account=[],
        segment_balance=[],
        segment_anchor=[],
        segment_rate=[],
        segment_start=[],
        segment_end=[],
    )


def new_market(unit_value: list[int], index: list[int]) -> Market:
    """Unit values and interest indices for a contract without segments."""
    return Market(unit_value, index, [0] * len(index), [], [], [])


def new_due(funds: int, fixed: int) -> Due:
    """Nothing due, for a contract with so many sub-accounts and fixed accounts."""
    accounts = funds + fixed
    return Due([0] * accounts, [0] * accounts, [0] * accounts, [0] * accounts, [0] * fixed)


def new_breakdown(c: Annuity) -> Breakdown:
    """An empty breakdown with room for the contract's accounts and payment layers, and one payment more."""
    accounts, layers = c.funds + c.fixed, c.layers + 1
    by_account = ([0] * accounts, [0] * accounts, [0] * accounts)
    return Breakdown(*by_account, [0] * c.funds, [0] * c.fixed, [0] * layers, [0] * layers)


def make_room(c: Annuity, p: Terms) -> None:
    """Room for what a step can add: a payment layer, and two segments in each account that has some.

    Python lists grow before a step; a compiled block has its capacity.
    """
    for layer in (c.layer_paid, c.layer_left, c.layer_day):
        if len(layer) <= c.layers:
            layer.append(0)
    room = c.segments + 2 * sum(years > 0 for years in p.guarantee_years)
    lists = (c.segment_account, c.segment_balance, c.segment_anchor, c.segment_rate, c.segment_start, c.segment_end)
    for each in lists:
        each.extend([0] * (room - len(each)))
