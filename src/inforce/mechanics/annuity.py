"""The step of a deferred variable annuity: what is due today, in the order that its terms give."""

from .accounts import (
    allocate,
    asked,
    close_segments,
    revalue,
    split_by_value,
    split_withdrawal,
    take_parts,
    withdrawal_adjustment,
    worth_of,
)
from .death_benefit import death_benefit, floor_after, free_look_refund
from .limits import gross_withdrawal, net_falls_short, transfer_total
from .maintenance_charge import maintenance_charge, maintenance_reason
from .market_value import adjustment_on, adjustment_on_parts, renew_segments
from .money import PPB, greater_of, lesser_of, portion, ratio
from .records import Annuity, Breakdown, ChargeFrom, Determined, Due, Market, Operation, Reason, Status, Terms
from .rule import rule
from .surrender import (
    charge_day,
    charge_reason,
    free_amount,
    free_part,
    on_payments,
    premium_tax,
    reached,
    surrender_charge,
    take_from_payments,
    years_completed,
)
from .tax import basis_carried, taxable_on_surrender, taxable_part


@rule
def step(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """Do everything that is due, then, for a valuation, say what the contract is worth.

    Requests must have passed their `may_…` rules. One that takes more than there is sets `b.fault`: post nothing.
    """
    clear(c, b)
    revalue(c, p, m, b)
    for i in range(p.operations):
        if p.order[i] == Operation.ANNIVERSARY:
            if d.anniversary == 1:
                begin_contract_year(c, p, b)
        elif p.order[i] == Operation.MAINTENANCE_CHARGE:
            if d.maintenance == 1:
                take_maintenance_charge(c, p, m, d, b)
        elif p.order[i] == Operation.PAYMENT:
            if d.payment > 0:
                pay(c, p, m, d, b)
        elif p.order[i] == Operation.TRANSFER:
            if d.transfer == 1:
                transfer(c, p, m, d, b)
        elif p.order[i] == Operation.WITHDRAWAL:
            if d.withdrawal == 1:
                withdraw(c, p, m, d, b)
        elif p.order[i] == Operation.SURRENDER:
            if d.surrender == 1:
                surrender(c, p, m, d, b)
        elif p.order[i] == Operation.FREE_LOOK:
            if d.free_look == 1:
                cancel(c, p, m, b)
        elif p.order[i] == Operation.DEATH_NOTICE:
            if d.death_notice == 1:
                notify_death(c)
        elif p.order[i] == Operation.DEATH_CLAIM:
            if d.death_claim == 1:
                pay_death_benefit(c, p, m, d, b)
        elif p.order[i] == Operation.SEGMENT_END:
            if d.segments_end == 1:
                end_segments(c, p, m, d, b)
        elif d.spousal_continuation == 1:
            continue_contract(c, p, m, d, b)
    if d.valuation == 1 and c.status <= Status.DEATH_NOTIFIED:
        b.surrender_value = surrender_value(c, p, m, d, b)
        b.death_benefit = death_benefit(p, b.value, c.payments_floor, c.reset_floor)


@rule
def clear(c: Annuity, b: Breakdown) -> None:
    """An empty breakdown."""
    for k in range(c.funds + c.fixed):
        b.account_change[k] = 0
        b.part[k] = 0
    for k in range(c.funds):
        b.units_change[k] = 0
    for i in range(c.fixed):
        b.interest[i] = 0
    for j in range(c.layers + 1):
        b.layer_taken[j] = 0
        b.layer_charge[j] = 0
    b.before = 0
    b.payment = 0
    b.maintenance = 0
    b.transfer = 0
    b.transfer_fee = 0
    b.gross = 0
    b.free_available = 0
    b.free = 0
    b.market_value_adjustment = 0
    b.surrender_charge = 0
    b.premium_tax = 0
    b.taxable = 0
    b.withholding = 0
    b.basis_carried = 0
    b.net = 0
    b.company = 0
    b.surrender_value = 0
    b.death_benefit = 0
    b.maintenance_reason = Reason.NONE
    b.charge_reason = Reason.NONE
    b.fault = Reason.NONE


@rule
def begin_contract_year(c: Annuity, p: Terms, b: Breakdown) -> None:
    """An anniversary: the value is noted, what is counted by contract year starts again, the death benefit is reset.

    Contract years go on while a death claim is pending, for a spouse who continues; no reset changes that claim.
    """
    b.before = b.value
    if c.status > Status.DEATH_NOTIFIED:
        return
    c.anniversary_value = b.value
    c.free_used = 0
    c.transfers = 0
    c.years_since_reset += 1
    if p.reset_years > 0 and c.years_since_reset >= p.reset_years:
        c.years_since_reset = 0
        if c.status == Status.IN_FORCE:
            c.reset_floor = b.value
    for i in range(c.fixed):
        c.fixed_out_count[i] = 0


@rule
def take_maintenance_charge(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """The annual maintenance charge, from the accounts in proportion to their values."""
    b.before = b.value
    if c.status != Status.IN_FORCE or b.value <= 0:
        return
    accounts = c.funds if p.maintenance_from == ChargeFrom.SUB_ACCOUNTS else c.funds + c.fixed
    available = worth_of(c, b, accounts)
    b.maintenance_reason = maintenance_reason(c, p, d, b.value, 0)
    b.maintenance = maintenance_charge(c, p, d, b.value, available, 0)
    c.maintenance_day = d.day
    if b.maintenance > 0:
        split_by_value(c, b, b.maintenance, accounts, available)
        take_parts(c, p, m, b)
        revalue(c, p, m, b)


@rule
def end_segments(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """Guarantees end: the money stays in its account at today's rate, or goes where the terms say."""
    b.before = b.value
    renew_segments(c, p, m, d, b)
    close_segments(c, p, m, d, b)
    revalue(c, p, m, b)


@rule
def pay(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """A purchase payment: premium tax where it is taken at once, the rest into the accounts."""
    b.before = b.value
    b.payment = d.payment
    tax = portion(d.payment, p.premium_tax) if p.premium_tax_on_payment == 1 else 0
    b.premium_tax += tax
    c.layer_paid[c.layers] = d.payment
    c.layer_left[c.layers] = d.payment
    c.layer_day[c.layers] = d.payment_day
    c.layers += 1
    c.payments += d.payment
    c.payments_floor += d.payment
    c.reset_floor += d.payment
    c.basis += d.payment_basis
    c.deductions += tax
    if years_completed(c.issue_day, d.day) == 0:
        c.anniversary_value += d.payment
    allocate(c, p, m, d, b, d.payment - tax, 0)
    revalue(c, p, m, b)


@rule
def transfer(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """A transfer between accounts, adjusted to market value, less the fee where the free ones are used up."""
    b.before = b.value
    b.transfer = transfer_total(c, b, d)
    c.transfers += 1
    for k in range(c.funds + c.fixed):
        b.part[k] = asked(d.transfer_out[k], b.account_value[k])
    for i in range(c.fixed):
        if b.part[c.funds + i] > 0:
            c.fixed_out_count[i] += 1
            c.fixed_out_serial[i] = d.serial
    b.market_value_adjustment = adjustment_on_parts(c, p, m, d, b)
    take_parts(c, p, m, b)
    moved = b.transfer + b.market_value_adjustment
    if p.free_transfers >= 0 and c.transfers > p.free_transfers:
        b.transfer_fee = lesser_of(p.transfer_fee, moved)
    allocate(c, p, m, d, b, moved - b.transfer_fee, 1)
    revalue(c, p, m, b)


@rule
def settle(c: Annuity, p: Terms, d: Due, b: Breakdown, value: int, full: int) -> None:
    """What becomes of `b.gross`, adjusted to market value: free part, surrender charge, taxes, net; what it leaves."""
    amount = b.gross + b.market_value_adjustment
    b.free_available = free_amount(c, p, value)
    b.free = free_part(c, p, amount, value, full)
    b.surrender_charge = surrender_charge(c, p, d, amount, b.free, full)
    b.charge_reason = charge_reason(p, c, d, reached(c, p, amount, b.free, full), b.surrender_charge)
    tax = premium_tax(p, amount - b.surrender_charge)
    b.premium_tax += tax
    payable = amount - b.surrender_charge - tax
    if d.carried == 1:
        b.basis_carried = basis_carried(c.basis, b.gross, value)
        c.basis -= b.basis_carried
    else:
        b.taxable = taxable_on_surrender(c, payable) if full == 1 else taxable_part(c, p, payable, value)
        c.basis = greater_of(0, c.basis - (payable - b.taxable))
    b.withholding = portion(b.taxable, d.withholding)
    b.net = payable - b.withholding
    c.payments_floor = floor_after(p, c.payments_floor, b.gross, value)
    c.reset_floor = floor_after(p, c.reset_floor, b.gross, value)
    c.withdrawals += b.gross
    c.free_used += b.free
    if on_payments(p) == 1:
        take_from_payments(c, p, b, charge_day(p, d), reached(c, p, amount, b.free, full))


@rule
def withdraw(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """A withdrawal: of an amount from the contract value, or as much as leaves the owner a net amount."""
    b.before = b.value
    b.gross = gross_withdrawal(c, p, m, d, b)
    if b.gross > b.value:
        b.fault = Reason.AMOUNT_EXCEEDS_VALUE
        return
    if net_falls_short(c, p, m, d, b, b.gross) == 1:
        b.fault = Reason.NET_CANNOT_BE_PAID
        return
    b.market_value_adjustment = withdrawal_adjustment(c, p, m, d, b, b.gross)
    settle(c, p, d, b, b.value, 0)
    split_withdrawal(c, d, b, b.gross)
    take_parts(c, p, m, b)
    revalue(c, p, m, b)


@rule
def surrender_adjustment(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, charge: int) -> int:
    """The market value adjustment on a full surrender: on each account less its part of the maintenance charge.

    Fixed accounts bear what sub-accounts that are to pay the charge cannot.
    """
    if c.segments == 0:
        return 0
    first = c.funds if p.maintenance_from == ChargeFrom.SUB_ACCOUNTS else 0
    sub_accounts = worth_of(c, b, first)
    upto = 0
    given = 0
    total = 0
    for k in range(c.funds + c.fixed):
        charged = 0
        if k >= first and b.value > sub_accounts:
            upto += b.account_value[k]
            charged = ratio(greater_of(0, charge - sub_accounts), upto, b.value - sub_accounts) - given
            given += charged
        if k >= c.funds:
            total += adjustment_on(c, p, m, d, k - c.funds, b.account_value[k] - charged)
    return total


@rule
def surrender(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """A full surrender: maintenance charge first, then market value adjustment and surrender charge on the rest."""
    b.before = b.value
    b.maintenance_reason = maintenance_reason(c, p, d, b.value, 1)
    charge = maintenance_charge(c, p, d, b.value, b.value, 1)
    b.maintenance += charge
    b.gross = b.value - charge
    b.market_value_adjustment = surrender_adjustment(c, p, m, d, b, charge)
    settle(c, p, d, b, b.gross, 1)
    empty(c, p, m, b)
    c.status = Status.SURRENDERED


@rule
def surrender_value(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> int:
    """What a full surrender would pay now, before income tax withholding."""
    if c.status != Status.IN_FORCE:
        return 0
    charged = maintenance_charge(c, p, d, b.value, b.value, 1)
    gross = b.value - charged
    amount = gross + surrender_adjustment(c, p, m, d, b, charged)
    charge = surrender_charge(c, p, d, amount, free_part(c, p, amount, gross, 1), 1)
    return amount - charge - premium_tax(p, amount - charge)


@rule
def cancel(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """The free look: the contract is returned, no surrender charge is taken."""
    b.before = b.value
    b.gross = b.value
    b.net = free_look_refund(p, b.value, greater_of(0, c.payments - c.withdrawals), c.deductions)
    b.company = b.net - b.gross
    b.charge_reason = Reason.FREE_LOOK_RETURNS_IT
    empty(c, p, m, b)
    c.status = Status.CANCELLED


@rule
def notify_death(c: Annuity) -> None:
    """A death notice: requests wait until the claim."""
    if c.status == Status.IN_FORCE:
        c.status = Status.DEATH_NOTIFIED


@rule
def raise_to_benefit(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """The company adds what the death benefit exceeds the contract value by, as a payment is allocated."""
    excess = death_benefit(p, b.value, c.payments_floor, c.reset_floor) - b.value
    b.company += excess
    allocate(c, p, m, d, b, excess, 0)
    revalue(c, p, m, b)


@rule
def pay_death_benefit(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """Proof of death: a beneficiary's share of the death benefit is paid, without surrender charge or adjustment.

    What others have not claimed yet stays in its accounts; the payments floor and the basis fall by the same share.
    """
    b.before = b.value
    left = PPB - c.claimed
    share = lesser_of(d.claim_share, left)
    if p.determined == Determined.FIRST_PROOF and c.claimed == 0 and share < left:
        raise_to_benefit(c, p, m, d, b)
        c.payments_floor = 0
        c.reset_floor = 0
    benefit = ratio(death_benefit(p, b.value, c.payments_floor, c.reset_floor), share, left)
    basis = ratio(c.basis, share, left)
    b.gross = ratio(b.value, share, left)
    b.death_benefit = benefit
    b.company += benefit - b.gross
    b.charge_reason = Reason.NO_CHARGE_ON_DEATH
    tax = portion(benefit, p.premium_tax) if p.premium_tax_on_death == 1 else 0
    b.premium_tax += tax
    b.taxable = greater_of(0, benefit - tax - basis)
    b.withholding = portion(b.taxable, d.withholding)
    b.net = benefit - tax - b.withholding
    c.basis -= basis
    c.payments_floor -= ratio(c.payments_floor, share, left)
    c.reset_floor -= ratio(c.reset_floor, share, left)
    c.claimed += share
    c.status = Status.DEATH_NOTIFIED
    if c.claimed >= PPB:
        c.status = Status.DEATH_PAID
        empty(c, p, m, b)
        return
    split_by_value(c, b, b.gross, c.funds + c.fixed, b.value)
    take_parts(c, p, m, b)
    revalue(c, p, m, b)


@rule
def continue_contract(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """The spouse goes on with the contract: its value is raised to the death benefit, and it is in force again."""
    b.before = b.value
    raise_to_benefit(c, p, m, d, b)
    b.death_benefit = b.value
    c.status = Status.IN_FORCE


@rule
def empty(c: Annuity, p: Terms, m: Market, b: Breakdown) -> None:
    """Everything leaves the accounts, down to units worth less than half a cent."""
    for k in range(c.funds + c.fixed):
        b.part[k] = b.account_value[k]
    take_parts(c, p, m, b)
    for k in range(c.funds):
        b.units_change[k] -= c.units[k]
        c.units[k] = 0
    revalue(c, p, m, b)
