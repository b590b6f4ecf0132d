"""What a contract lets its owner do: each rule answers with a `Reason`, 0 for yes.

They are asked before a step (`contracts` turns the answer into a refusal with its citation); the step assumes them.
"""

from .accounts import asked, named_total, total_weight, weight_of
from .money import portion, ratio
from .records import Annuity, Breakdown, Due, Market, Reason, Status, Terms
from .rule import rule
from .surrender import free_amount, gross_for_net, net_of


@rule
def may_end(c: Annuity) -> int:
    """May the owner surrender or return the contract, or a death be notified?"""
    if c.status != Status.IN_FORCE:
        return Reason.NOT_IN_FORCE
    return Reason.NONE


@rule
def may_claim(c: Annuity) -> int:
    """May the death benefit be paid? With or without a notice before it."""
    if c.status != Status.IN_FORCE and c.status != Status.DEATH_NOTIFIED:
        return Reason.NOT_IN_FORCE
    return Reason.NONE


@rule
def may_continue(c: Annuity) -> int:
    """May the spouse continue the contract? Not when a beneficiary has been paid."""
    if c.claimed > 0:
        return Reason.CLAIM_PAID
    return may_claim(c)


@rule
def may_pay(c: Annuity, p: Terms, amount: int) -> int:
    """May this purchase payment be made?"""
    if c.status != Status.IN_FORCE:
        return Reason.NOT_IN_FORCE
    if p.single_payment == 1 and c.payments > 0:
        return Reason.SINGLE_PAYMENT_MADE
    if c.payments == 0 and amount < p.minimum_first_payment:
        return Reason.BELOW_MINIMUM_PAYMENT
    if c.payments > 0 and amount < p.minimum_payment:
        return Reason.BELOW_MINIMUM_PAYMENT
    if p.maximum_payments >= 0 and c.payments + amount > p.maximum_payments:
        return Reason.ABOVE_MAXIMUM_PAYMENTS
    return Reason.NONE


@rule
def amount_asked(c: Annuity, d: Due, b: Breakdown) -> int:
    """What a withdrawal asks for: an amount, or what it names account by account."""
    if d.amount > 0:
        return d.amount
    return named_total(c, b, d)


@rule
def gross_withdrawal(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> int:
    """The amount a withdrawal takes from the contract value, surrender charge and taxes included."""
    if d.net == 1:
        return gross_for_net(c, p, m, d, b, amount_asked(c, d, b))
    return amount_asked(c, d, b)


@rule
def net_falls_short(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, gross: int) -> int:
    """1 where a withdrawal of `gross` leaves less than the net amount asked for."""
    if d.net == 0:
        return 0
    if net_of(c, p, m, d, b, gross, free_amount(c, p, b.value)) < amount_asked(c, d, b):
        return 1
    return 0


@rule
def may_withdraw(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> int:
    """May this withdrawal be made? `b` holds today's values."""
    if c.status != Status.IN_FORCE:
        return Reason.NOT_IN_FORCE
    gross = gross_withdrawal(c, p, m, d, b)
    if gross > b.value:
        return Reason.AMOUNT_EXCEEDS_VALUE
    if gross <= 0:
        return Reason.BELOW_MINIMUM_WITHDRAWAL
    if net_falls_short(c, p, m, d, b, gross) == 1:
        return Reason.NET_CANNOT_BE_PAID
    if gross == b.value:
        return Reason.WHOLE_VALUE
    if amount_asked(c, d, b) < p.minimum_withdrawal:
        return Reason.BELOW_MINIMUM_WITHDRAWAL
    if b.value - gross < p.minimum_value_after:
        return Reason.BELOW_MINIMUM_VALUE_AFTER
    if d.named == 1:
        return may_take_named(c, d, b, gross)
    return Reason.NONE


@rule
def may_take_named(c: Annuity, d: Due, b: Breakdown, gross: int) -> int:
    """Does each named account hold its part of `gross`?"""
    total = total_weight(c, d, b)
    short = 0
    upto = 0
    given = 0
    if total <= 0:
        return Reason.BELOW_MINIMUM_WITHDRAWAL
    for k in range(c.funds + c.fixed):
        upto += weight_of(d, b, k)
        part = ratio(gross, upto, total) - given
        given += part
        if part > b.account_value[k]:
            short = 1
    if short == 1:
        return Reason.AMOUNT_EXCEEDS_ACCOUNT
    return Reason.NONE


@rule
def transfer_total(c: Annuity, b: Breakdown, d: Due) -> int:
    """What a transfer takes out of its accounts, in cents."""
    total = 0
    for k in range(c.funds + c.fixed):
        total += asked(d.transfer_out[k], b.account_value[k])
    return total


@rule
def may_transfer(c: Annuity, p: Terms, d: Due, b: Breakdown) -> int:
    """May this transfer be made? `b` holds today's values."""
    if c.status != Status.IN_FORCE:
        return Reason.NOT_IN_FORCE
    total = transfer_total(c, b, d)
    if total <= 0:
        return Reason.NOTHING_TO_TRANSFER
    if total < p.minimum_transfer:
        return Reason.BELOW_MINIMUM_TRANSFER
    if p.transfer_limit >= 0 and c.transfers >= p.transfer_limit:
        return Reason.TRANSFER_COUNT
    short = 0
    for k in range(c.funds + c.fixed):
        if asked(d.transfer_out[k], b.account_value[k]) > b.account_value[k]:
            short = 1
    if short == 1:
        return Reason.AMOUNT_EXCEEDS_ACCOUNT
    return may_move_fixed(c, p, d, b)


@rule
def may_move_fixed(c: Annuity, p: Terms, d: Due, b: Breakdown) -> int:
    """The limits of fixed accounts: transfers out a year, the share of each, the days before money may return."""
    count = 0
    share = 0
    wait = 0
    for i in range(c.fixed):
        k = c.funds + i
        out = asked(d.transfer_out[k], b.account_value[k])
        if out > 0 and p.fixed_out_limit[i] >= 0 and c.fixed_out_count[i] >= p.fixed_out_limit[i]:
            count = 1
        if out > portion(b.account_value[k], p.fixed_out_share[i]):
            share = 1
        last = c.fixed_out_serial[i]
        if d.transfer_into[k] > 0 and last > 0 and d.serial - last < p.fixed_wait_days[i]:
            wait = 1
    if count == 1:
        return Reason.FIXED_TRANSFER_COUNT
    if share == 1:
        return Reason.FIXED_TRANSFER_SHARE
    if wait == 1:
        return Reason.FIXED_RETURN_WAIT
    return Reason.NONE
