"""The accounts of a contract: their values, and splitting an amount over them.

An amount is split in proportion by a *running total*: account by account, the rounded share of all weights up to
here less what was given before. The parts always add up to the amount, and no part is off by more than a cent.
"""

from .interest import with_interest
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
    b.value = total


@rule
def put_parts(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """Move its part into each account: buy units, or add to a fixed balance struck today."""
    for k in range(c.funds):
        bought = units_for(b.part[k], m.unit_value[k], p.value_scale)
        b.account_change[k] += b.part[k]
        b.units_change[k] += bought
        c.units[k] += bought
    for i in range(c.fixed):
        if b.part[c.funds + i] > 0:
            strike(c, b, i, m.index[i])
            b.account_change[c.funds + i] += b.part[c.funds + i]
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
        if b.part[c.funds + i] > 0:
            strike(c, b, i, m.index[i])
            b.account_change[c.funds + i] -= b.part[c.funds + i]
            c.balance[i] -= lesser_of(b.part[c.funds + i], c.balance[i])


@rule
def strike(c: Annuity, b: Breakdown, i: int, index: int) -> None:
    """Strike fixed account `i`'s balance: interest since its anchor is added and accrues from today."""
    grown = with_interest(c.balance[i], index, c.anchor[i])
    b.interest[i] += grown - c.balance[i]
    c.balance[i] = grown
    c.anchor[i] = index


@rule
def allocate(c: Annuity, p: Terms, m: Market, b: Breakdown, d: Due, amount: int) -> None:
    """Put a purchase payment into the accounts by its allocation."""
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        upto += d.payment_into[k]
        b.part[k] = portion(amount, upto) - given
        given += b.part[k]
    put_parts(c, p, m, b)


@rule
def allocate_transfer(c: Annuity, p: Terms, m: Market, b: Breakdown, d: Due, amount: int) -> None:
    """Put transferred money into the accounts it goes to."""
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        upto += d.transfer_into[k]
        b.part[k] = portion(amount, upto) - given
        given += b.part[k]
    put_parts(c, p, m, b)


@rule
def take_by_value(c: Annuity, p: Terms, m: Market, b: Breakdown, amount: int, accounts: int, worth: int) -> None:
    """Take `amount` from the first `accounts` accounts, together worth `worth`, in proportion to their values."""
    if worth <= 0:
        return
    upto = 0
    given = 0
    for k in range(accounts):
        upto += b.account_value[k]
        b.part[k] = ratio(amount, upto, worth) - given
        given += b.part[k]
    for k in range(accounts, c.funds + c.fixed):
        b.part[k] = 0
    take_parts(c, p, m, b)


@rule
def named_total(c: Annuity, b: Breakdown, d: Due) -> int:
    """What a withdrawal names, account by account, in cents."""
    total = 0
    for k in range(c.funds + c.fixed):
        total += asked(d.withdraw_from[k], b.account_value[k])
    return total


@rule
def take_named(c: Annuity, p: Terms, m: Market, b: Breakdown, d: Due, amount: int, total: int) -> None:
    """Take `amount` from the accounts that the request names, in proportion to what it names of each (`total`)."""
    if total <= 0:
        return
    upto = 0
    given = 0
    for k in range(c.funds + c.fixed):
        upto += asked(d.withdraw_from[k], b.account_value[k])
        b.part[k] = ratio(amount, upto, total) - given
        given += b.part[k]
    take_parts(c, p, m, b)


@rule
def worth_of(c: Annuity, b: Breakdown, accounts: int) -> int:
    """Value of the first `accounts` accounts."""
    total = 0
    for k in range(accounts):
        total += b.account_value[k]
    return total
