"""Surrender charge (contingent deferred sales charge, CDSC) and free withdrawal amount."""

from .accounts import withdrawal_adjustment
from .money import greater_of, lesser_of, portion
from .records import (
    AnniversaryYear,
    Annuity,
    Breakdown,
    ChargedOn,
    Clock,
    Due,
    FreeOf,
    Market,
    Reason,
    SurrenderBase,
    Terms,
)
from .rule import rule
from .tax import taxable_part


@rule
def years_completed(start: int, today: int) -> int:
    """Whole years from day number `start` to `today`, 372 a year, not below 0."""
    return greater_of(0, today - start) // 372


@rule
def charge_day(p: Terms, d: Due) -> int:
    """The day that decides the year: yesterday where an anniversary belongs to the year that ends on it."""
    if p.anniversary_year == AnniversaryYear.ENDING:
        return d.eve
    return d.day


@rule
def charge_rate(p: Terms, start: int, today: int) -> int:
    """The surrender charge rate in the year, counted from `start`, in which `today` lies; the last rate stays."""
    return p.surrender_rate[lesser_of(years_completed(start, today), p.surrender_years - 1)]


@rule
def on_payments(p: Terms) -> int:
    """1 where the surrender charge looks at purchase payments one by one, 0 where only at the amount withdrawn."""
    if p.surrender_clock == Clock.EACH_PAYMENT:
        return 1
    if p.surrender_on == ChargedOn.PAYMENT:
        return 1
    return 0


@rule
def free_amount(c: Annuity, p: Terms, value: int) -> int:
    """Free withdrawal amount still available: share x what the terms name, less what this contract year has used.

    10 % of a value of $1,300 with $50 used: $80. Nothing is carried over to the next contract year.
    """
    of = 0
    if p.free_of == FreeOf.VALUE:
        of = value
    if p.free_of == FreeOf.ANNIVERSARY_VALUE:
        of = c.anniversary_value
    if p.free_of == FreeOf.PAYMENTS:
        of = c.payments
    return greater_of(0, portion(of, p.free_share) - c.free_used)


@rule
def free_part(c: Annuity, p: Terms, amount: int, value: int, full: int) -> int:
    """The part of `amount` that the free withdrawal amount covers."""
    if full == 1 and p.free_on_surrender == 0:
        return 0
    return lesser_of(amount, free_amount(c, p, value))


@rule
def payments_left(c: Annuity) -> int:
    """Purchase payments not yet withdrawn."""
    left = 0
    for j in range(c.layers):
        left += c.layer_left[j]
    return left


@rule
def reached(c: Annuity, p: Terms, amount: int, free: int, full: int) -> int:
    """What the charge can reach, the free part taken off: the amount withdrawn, or every payment still there."""
    if p.surrender_on == ChargedOn.VALUE:
        return amount
    if full == 1 and p.surrender_on == ChargedOn.PAYMENT and p.surrender_base == SurrenderBase.REMAINING_PAYMENTS:
        return greater_of(0, payments_left(c) - free)
    return amount - free


@rule
def charge_by_payment(c: Annuity, p: Terms, today: int, amount: int) -> int:
    """Oldest payment first: each payment's part of `amount` x the rate of its own year, each rounded to the cent."""
    rest = amount
    charge = 0
    for j in range(c.layers):
        if rest <= 0:
            break
        taken = lesser_of(rest, c.layer_left[j])
        rest -= taken
        rate = charge_rate(p, c.layer_day[j] if p.surrender_clock == Clock.EACH_PAYMENT else c.issue_day, today)
        if rate > 0:
            charge += portion(taken, rate)
    return charge


@rule
def surrender_charge(c: Annuity, p: Terms, d: Due, amount: int, free: int, full: int) -> int:
    """The surrender charge on a withdrawal of `amount` (charge included), of which `free` is free; never above it.

    By contract year on the amount above the free amount: $1,000 in year one at 8 %, $100 free:
    (1,000 - 100) x 8 % = $72. On payments: oldest first, earnings after all payments carry no charge.
    """
    base = reached(c, p, amount, free, full)
    if on_payments(p) == 1:
        return lesser_of(amount, charge_by_payment(c, p, charge_day(p, d), base))
    return lesser_of(amount, portion(base, charge_rate(p, c.issue_day, charge_day(p, d))))


@rule
def charge_reason(p: Terms, c: Annuity, d: Due, base: int, charge: int) -> int:
    """Why there was no surrender charge (a `Reason`); 0 where there was one."""
    if charge > 0:
        return Reason.NONE
    if base == 0:
        return Reason.WITHIN_FREE_AMOUNT
    if p.surrender_clock == Clock.CONTRACT_ISSUE and charge_rate(p, c.issue_day, charge_day(p, d)) == 0:
        return Reason.CHARGE_PERIOD_OVER
    if on_payments(p) == 1 and payments_left(c) == 0:
        return Reason.PAYMENTS_ALREADY_WITHDRAWN
    return Reason.CHARGE_PERIOD_OVER


@rule
def take_from_payments(c: Annuity, p: Terms, b: Breakdown, today: int, amount: int) -> None:
    """Withdraw `amount` from the payments, oldest first, and note each one's charge."""
    rest = amount
    for j in range(c.layers):
        if rest <= 0:
            break
        taken = lesser_of(rest, c.layer_left[j])
        start = c.layer_day[j] if p.surrender_clock == Clock.EACH_PAYMENT else c.issue_day
        b.layer_taken[j] = taken
        b.layer_charge[j] = portion(taken, charge_rate(p, start, today))
        c.layer_left[j] -= taken
        rest -= taken


@rule
def gross_for_net(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, net: int) -> int:
    """The smallest withdrawal that leaves `net` after adjustment to market value, surrender charge and taxes.

    A cent more withdrawn leaves the same or a cent more, so the largest amount that leaves too little is found
    bit by bit, and the next cent is the answer. $920 net in year one at 8 %, nothing free: $1,000. The whole value
    where even that does not suffice. With segments the split's rounding may let a cent more leave some cents less;
    the answer suffices all the same and a cent less does not, but an amount some cents smaller still might.
    """
    short = 0
    size = 1 << 47
    free = free_amount(c, p, b.value)
    for _ in range(48):
        if short + size <= b.value:
            if net_of(c, p, m, d, b, short + size, free) < net:
                short += size
        size = size >> 1
    return lesser_of(short + 1, b.value)


@rule
def net_of(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, gross: int, free: int) -> int:
    """What the owner receives of a withdrawal of `gross` with `free` available."""
    amount = gross + withdrawal_adjustment(c, p, m, d, b, gross)
    charge = surrender_charge(c, p, d, amount, lesser_of(free, amount), 0)
    tax = premium_tax(p, amount - charge)
    payable = amount - charge - tax
    return payable - portion(taxable_part(c, p, payable, b.value), d.withholding)


@rule
def premium_tax(p: Terms, amount: int) -> int:
    """State premium tax taken from a withdrawal or surrender, where the state takes it there."""
    if p.premium_tax_on_withdrawal == 0:
        return 0
    return portion(amount, p.premium_tax)
