"""The accounts of a contract: their values, and splitting an amount over them.

An amount is split in proportion by a *running total*: account by account, the rounded share of all weights up to
here less what was given before. The parts always add up to the amount, and no part is off by more than a cent.
"""

from .interest import with_interest
from .market_value import adjustment_on, begin_segment, segment_value, strike_segment, take_from_segments
from .money import greater_of, lesser_of, portion, ratio
from .records import Annuity, Breakdown, Due, Market, Reason, Terms
from .rule import rule
from .units import units_for, units_left, value_of


@rule
def asked(request: int, value: int) -> int:
    """Cents that a request names: cents as they stand, a negative number as a share of the account's value."""
    if request < 0:
        return portion(value, -request)
    return request


@rule
def revalue(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """Contract value and the value of each account at today's prices."""
    total = 0
    for k in range(c.funds):
        b.account_value[k] = value_of(c.units[k], m.unit_value[k], p.value_scale)
        total += b.account_value[k]
    for i in range(c.fixed):
        b.account_value[c.funds + i] = with_interest(c.balance[i], m.index[i], c.anchor[i])
        total += b.account_value[c.funds + i]
    for s in range(c.segments):
        b.account_value[c.funds + c.segment_account[s]] += segment_value(c, m, s)
        total += segment_value(c, m, s)
    b.value = total


@rule
def put_parts(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """Move its part into each account: buy units, or add to a fixed balance struck today.

    What goes into an account with segments has begun one already; see `allocate`.
    """
    for k in range(c.funds):
        bought = units_for(b.part[k], m.unit_value[k], p.value_scale)
        b.account_change[k] += b.part[k]
        b.units_change[k] += bought
        c.units[k] += bought
    for i in range(c.fixed):
        b.account_change[c.funds + i] += b.part[c.funds + i]
        if b.part[c.funds + i] > 0 and p.guarantee_years[i] == 0:
            strike(c, b, i, m.index[i])
            c.balance[i] += b.part[c.funds + i]


@rule
def take_parts(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """Move its part out of each account, worth `b.account_value`; the whole value takes every unit.

    An account that is not worth its part is a fault.
    """
    short = 0
    for k in range(c.funds + c.fixed):
        short += greater_of(0, b.part[k] - b.account_value[k])
    if short > 0:
        b.fault = Reason.AMOUNT_EXCEEDS_ACCOUNT
    for k in range(c.funds):
        left = units_left(c.units[k], m.unit_value[k], p.value_scale, b.part[k], b.account_value[k])
        b.account_change[k] -= b.part[k]
        b.units_change[k] -= c.units[k] - left
        c.units[k] = left
    for i in range(c.fixed):
        b.account_change[c.funds + i] -= b.part[c.funds + i]
        if b.part[c.funds + i] > 0 and p.guarantee_years[i] == 0:
            strike(c, b, i, m.index[i])
            c.balance[i] -= lesser_of(b.part[c.funds + i], c.balance[i])
    take_from_segments(c, m, b)


@rule
def strike(c: Annuity, b: Breakdown, i: int, index: int) -> None:
    """Strike fixed account `i`'s balance: interest since its anchor is added and accrues from today."""
    grown = with_interest(c.balance[i], index, c.anchor[i])
    b.interest[i] += grown - c.balance[i]
    c.balance[i] = grown
    c.anchor[i] = index


@rule
def share_into(d: Due, k: int, transferred: int) -> int:
    """Account `k`'s share of a payment, or of a transfer."""
    if transferred == 1:
        return d.transfer_into[k]
    return d.payment_into[k]


@rule
def allocate(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, amount: int, transferred: int) -> None:
    """Put a purchase payment, or transferred money, into the accounts by its allocation."""
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        upto += share_into(d, k, transferred)
        b.part[k] = portion(amount, upto) - given
        given += b.part[k]
    for i in range(c.fixed):
        if p.guarantee_years[i] > 0 and share_into(d, c.funds + i, transferred) > 0:
            begin_segment(c, m, d, i, b.part[c.funds + i])
    put_parts(c, p, m, b)


@rule
def close_segments(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """The money of segments that end goes into the sub-account that their account names. Nothing is adjusted."""
    for k in range(c.funds + c.fixed):
        b.part[k] = 0
    for s in range(c.segments):
        i = c.segment_account[s]
        if c.segment_balance[s] > 0 and c.segment_end[s] <= d.serial and p.ends_into[i] >= 0:
            strike_segment(c, m, b, s)
            b.part[p.ends_into[i]] += c.segment_balance[s]
            b.account_change[c.funds + i] -= c.segment_balance[s]
            c.segment_balance[s] = 0
    put_parts(c, p, m, b)


@rule
def split_by_value(c: Annuity, b: Breakdown, amount: int, accounts: int, worth: int) -> None:
    """`amount` over the first `accounts` accounts, together worth `worth`, in proportion to their values (`b.part`)."""
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        if k < accounts and worth > 0:
            upto += b.account_value[k]
            b.part[k] = ratio(amount, upto, worth) - given
            given += b.part[k]
        else:
            b.part[k] = 0


@rule
def named_total(c: Annuity, b: Breakdown, d: Due) -> int:
    """What a withdrawal names, account by account, in cents."""
    total = 0
    for k in range(c.funds + c.fixed):
        total += asked(d.withdraw_from[k], b.account_value[k])
    return total


@rule
def weight_of(d: Due, b: Breakdown, k: int) -> int:
    """By what a withdrawal is split over the accounts: what it names of each, or their values."""
    if d.named == 1:
        return asked(d.withdraw_from[k], b.account_value[k])
    return b.account_value[k]


@rule
def total_weight(c: Annuity, d: Due, b: Breakdown) -> int:
    """The weights of all accounts."""
    total = 0
    for k in range(c.funds + c.fixed):
        total += weight_of(d, b, k)
    return total


@rule
def split_withdrawal(c: Annuity, d: Due, b: Breakdown, amount: int) -> None:
    """A withdrawal over the accounts (`b.part`): those that it names, or all in proportion to their values."""
    total = total_weight(c, d, b)
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        b.part[k] = 0
        if total > 0:
            upto += weight_of(d, b, k)
            b.part[k] = ratio(amount, upto, total) - given
            given += b.part[k]


@rule
def withdrawal_adjustment(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, amount: int) -> int:
    """The market value adjustment on a withdrawal of `amount`, split as `split_withdrawal` does."""
    if c.segments == 0:
        return 0
    total = total_weight(c, d, b)
    upto = 0
    given = 0
    adjustment = 0
    for k in range(c.funds + c.fixed):
        if total > 0:
            upto += weight_of(d, b, k)
            part = ratio(amount, upto, total) - given
            given += part
            if k >= c.funds:
                adjustment += adjustment_on(c, p, m, d, k - c.funds, part)
    return adjustment


@rule
def worth_of(c: Annuity, b: Breakdown, accounts: int) -> int:
    """Value of the first `accounts` accounts."""
    total = 0
    for k in range(accounts):
        total += b.account_value[k]
    return total
