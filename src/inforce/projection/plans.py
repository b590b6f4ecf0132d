"""One month of a contract on a path: what the calendar brings, what its owner means to do, and the step."""

from collections.abc import Sequence
from dataclasses import field
from typing import Annotated

from inforce.mechanics.accounts import revalue
from inforce.mechanics.annuity import step
from inforce.mechanics.limits import may_pay, may_transfer, may_withdraw
from inforce.mechanics.records import Annuity, Breakdown, Due, Market, Terms
from inforce.mechanics.rule import record

from . import compiled
from .calendar import Month
from .segments import Guarantees, keep_days, price_new_segments, price_segments


@record
class Plan:
    """What an owner means to pay, withdraw and transfer each month; months count from the projection's first, 1."""

    payment_into: Annotated[list[int], "accounts"]
    payment: int = 0
    payment_from: int = 1
    payment_until: int = 0
    withdrawal: int = 0
    withdrawal_net: int = 0
    withdrawal_from: int = 1
    withdrawal_until: int = 0
    transfer_out: Annotated[list[int], "accounts"] = field(default_factory=list)
    """As in `mechanics.records.Due`: cents, or a negative share of the account's value."""
    transfer_into: Annotated[list[int], "accounts"] = field(default_factory=list)
    transfer_from: int = 1
    transfer_until: int = 0


# What the kernel runs; plain Python that CPython runs too


def run_month(
    c: Annuity,
    p: Terms,
    plan: Plan,
    g: Guarantees,
    month: Month,
    declared: Sequence[int],
    m: Market,
    d: Due,
    b: Breakdown,
    number: int,
) -> int:
    """One month at its unit values and interest indices (`m`); how many planned requests were refused.

    They are asked about before the month's own charges. A withdrawal for which these then leave too little is not
    taken by the step, which reports a fault; it counts as refused too.
    """
    price_segments(c, p, g, month, declared, m)
    set_day(c, p, month, d)
    refused = plan_payment(c, p, plan, month, d, number)
    refused += plan_transfer(c, p, plan, m, d, b, number)
    refused += plan_withdrawal(c, p, plan, m, d, b, number)
    price_new_segments(c, p, g, month, d, m)
    step(c, p, m, d, b)
    keep_days(c, g, month)
    return refused + (1 if b.fault != 0 else 0)


def set_day(c: Annuity, p: Terms, month: Month, d: Due) -> None:
    """What the calendar brings, a valuation, and the ends of segments."""
    d.day = month.day
    d.eve = month.eve
    d.serial = month.serial
    d.anniversary = month.anniversary
    d.maintenance = month.maintenance
    d.valuation = 1
    d.segments_end = 0
    for i in range(c.fixed):
        if p.guarantee_years[i] > 0:
            d.segment_end[i] = month.segment_end[i]
    for s in range(c.segments):
        if c.segment_balance[s] > 0 and c.segment_end[s] <= month.serial:
            d.segments_end = 1


def plan_payment(c: Annuity, p: Terms, plan: Plan, month: Month, d: Due, number: int) -> int:
    """Set out a planned payment; 1 where the contract does not allow it."""
    d.payment = 0
    if plan.payment <= 0 or number < plan.payment_from or number > plan.payment_until:
        return 0
    if may_pay(c, p, plan.payment) != 0:
        return 1
    d.payment = plan.payment
    d.payment_day = month.payment_day
    d.payment_basis = plan.payment
    for k in range(c.funds + c.fixed):
        d.payment_into[k] = plan.payment_into[k]
    return 0


def plan_transfer(c: Annuity, p: Terms, plan: Plan, m: Market, d: Due, b: Breakdown, number: int) -> int:
    """Set out a planned transfer; 1 where the contract does not allow it."""
    d.transfer = 0
    if number < plan.transfer_from or number > plan.transfer_until:
        return 0
    for k in range(c.funds + c.fixed):
        d.transfer_out[k] = plan.transfer_out[k]
        d.transfer_into[k] = plan.transfer_into[k]
    revalue(c, p, m, b)
    if may_transfer(c, p, d, b) != 0:
        return 1
    d.transfer = 1
    return 0


def plan_withdrawal(c: Annuity, p: Terms, plan: Plan, m: Market, d: Due, b: Breakdown, number: int) -> int:
    """Set out a planned withdrawal; 1 where the contract does not allow it."""
    d.withdrawal = 0
    if plan.withdrawal <= 0 or number < plan.withdrawal_from or number > plan.withdrawal_until:
        return 0
    d.amount = plan.withdrawal
    d.net = plan.withdrawal_net
    revalue(c, p, m, b)
    if may_withdraw(c, p, m, d, b) != 0:
        return 1
    d.withdrawal = 1
    return 0


for _function in (set_day, plan_payment, plan_transfer, plan_withdrawal, run_month):
    compiled.offer(_function)
