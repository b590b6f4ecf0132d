"""A second reading of the rules, in decimal dollars, written from what they mean and not from how they are written.

It knows whole units at prices, percentages and lists of payments; nothing of scales, capacities or breakdowns. It
follows a contract on its own, from the same requests; `agreement` holds its numbers against the mechanics'.
Where the mechanics search for an amount (gross for net), the oracle only checks that it is the smallest that will do.
With segments the split's rounding lets a cent more withdrawn leave some cents less; then the amount must do, a cent
less must not, and nothing may do that is smaller by more than `slack`, the most that all those roundings come to.
"""

from decimal import Decimal
from itertools import accumulate, pairwise

from tests.properties.oracle_accounts import (
    CENT,
    ZERO,
    Accounts,
    ByPayment,
    Money,
    Outcome,
    Payment,
    dollars,
    percent,
    shared_out,
    to_cent,
)

from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.records import (
    AnniversaryYear,
    Annuity,
    ChargedOn,
    ChargeFrom,
    Clock,
    DeathBenefit,
    Determined,
    Due,
    Floor,
    FreeOf,
    Market,
    Operation,
    Refund,
    Status,
    SurrenderBase,
    Taxation,
    Terms,
)


class Contract(Accounts):
    """A contract as the oracle sees it."""

    def __init__(self, c: Annuity, p: Terms) -> None:
        super().__init__(c, p)
        self.issue_day = c.issue_day
        self.status = Status.IN_FORCE
        self.out_count = [0] * c.fixed
        self.out_serial = [0] * c.fixed
        self.payments: list[Payment] = []
        self.paid_in = self.withdrawn = self.floor = self.reset = self.basis = self.deductions = ZERO
        self.anniversary_value = self.free_used = self.claimed = ZERO
        self.transfers = self.years_since_reset = 0
        self.maintenance_day = 0

    # Surrender charge

    def rate(self, start: int, d: Due) -> Decimal:
        today = d.eve if self.p.anniversary_year == AnniversaryYear.ENDING else d.day
        year = 1
        while start + 372 * year <= today and year < self.p.surrender_years:
            year += 1
        return percent(self.p.surrender_rate[year - 1])

    def free_available(self, value: Money) -> Money:
        base = {
            FreeOf.NOTHING: ZERO,
            FreeOf.VALUE: value,
            FreeOf.ANNIVERSARY_VALUE: self.anniversary_value,
            FreeOf.PAYMENTS: self.paid_in,
        }[FreeOf(self.p.free_of)]
        return max(ZERO, to_cent(base * percent(self.p.free_share)) - self.free_used)

    def free_part(self, amount: Money, value: Money, full: bool) -> Money:
        if full and not self.p.free_on_surrender:
            return ZERO
        return min(amount, self.free_available(value))

    def charge(self, d: Due, amount: Money, free: Money, full: bool) -> tuple[Money, ByPayment, ByPayment]:
        """The charge, what it takes of each payment, and the charge on each."""
        if self.p.surrender_on == ChargedOn.VALUE:
            base = amount
        elif full and self.p.surrender_on == ChargedOn.PAYMENT and self.p.surrender_base == SurrenderBase(1):
            base = max(ZERO, sum((pay.left for pay in self.payments), ZERO) - free)
        else:
            base = amount - free
        if self.p.surrender_clock == Clock.CONTRACT_ISSUE and self.p.surrender_on != ChargedOn.PAYMENT:
            return min(amount, to_cent(base * self.rate(self.issue_day, d))), {}, {}
        ends = list(accumulate((pay.left for pay in self.payments), initial=ZERO))
        taken, charges = {}, {}
        for j, (begin, end) in enumerate(pairwise(ends)):
            part = min(base, end) - min(base, begin)
            if part > 0:
                each = self.p.surrender_clock == Clock.EACH_PAYMENT
                start = self.payments[j].day if each else self.issue_day
                taken[j], charges[j] = part, to_cent(part * self.rate(start, d))
        return min(amount, sum(charges.values(), ZERO)), taken, charges

    # What is paid out

    def split_of(self, d: Due, amount: Money, free: Money, value: Money, full: bool) -> dict[str, Money]:
        """What becomes of an amount that has been adjusted to market value."""
        charge = self.charge(d, amount, free, full)[0]
        tax = to_cent((amount - charge) * percent(self.p.premium_tax)) if self.p.premium_tax_on_withdrawal else ZERO
        payable = amount - charge - tax
        taxable = max(ZERO, payable - self.basis) if full else self.taxable(payable, value)
        taxable = ZERO if d.carried else taxable
        withheld = to_cent(taxable * percent(d.withholding))
        return {
            "surrender_charge": charge,
            "premium_tax": tax,
            "taxable": taxable,
            "withholding": withheld,
            "net": payable - withheld,
        }

    def taxable(self, payable: Money, value: Money) -> Money:
        if self.p.taxation == Taxation.EARNINGS_FIRST:
            earnings = max(ZERO, value - self.basis)
            return min(payable, earnings)
        if payable >= value:
            return max(ZERO, payable - self.basis)
        return max(ZERO, payable - to_cent(self.basis * payable / value))

    def adjusted(self, m: Market, d: Due, gross: Money) -> Money:
        """What a withdrawal of `gross` comes to before surrender charge and taxes."""
        values = self.values(m)
        weights = self.named(d.withdraw_from, values) if d.named else values
        return gross + self.adjustment(m, d, shared_out(gross, weights))

    def net(self, m: Market, d: Due, gross: Money, value: Money) -> Money:
        amount = self.adjusted(m, d, gross)
        return self.split_of(d, amount, self.free_part(amount, value, False), value, False)["net"]

    def pay_out(self, out: Outcome, d: Due, gross: Money, adjustment: Money, value: Money, full: bool) -> None:
        amount, available = gross + adjustment, self.free_available(value)
        free = self.free_part(amount, value, full)
        split = self.split_of(d, amount, free, value, full)
        _, out.taken, out.charges = self.charge(d, amount, free, full)
        out.note(gross=gross, market_value_adjustment=adjustment, free_available=available, free=free, **split)
        for j, part in out.taken.items():
            self.payments[j].left -= part
        if d.carried:
            carried = self.basis if gross == value else to_cent(self.basis * gross / value)
            out.note(basis_carried=carried)
            self.basis -= carried
        else:
            returned = split["net"] + split["withholding"] - split["taxable"]
            self.basis = max(ZERO, self.basis - returned)
        self.seen["a reset floor falls dollar for dollar"] += self.lowered(Floor.DOLLAR_FOR_DOLLAR)
        self.seen["a reset floor falls in proportion"] += self.lowered(Floor.PROPORTIONAL)
        self.floor, self.reset = (self.floor_after(floor, gross, value) for floor in (self.floor, self.reset))
        self.withdrawn += gross
        self.free_used += free

    def lowered(self, mode: Floor) -> bool:
        """Whether a withdrawal now lowers, in this way, a reset floor that is not the payments floor."""
        return self.p.floor == mode and 0 < self.reset != self.floor and self.p.reset_years > 0

    def floor_after(self, floor: Money, gross: Money, value: Money) -> Money:
        if self.p.floor == Floor.DOLLAR_FOR_DOLLAR:
            return max(ZERO, floor - gross)
        return floor - to_cent(floor * gross / value) if gross < value else ZERO

    # Operations

    def anniversary(self, out: Outcome, m: Market, d: Due) -> None:
        self.anniversary_value, self.free_used, self.transfers = self.value(m), ZERO, 0
        self.out_count = [0] * len(self.out_count)
        self.years_since_reset += 1
        if not self.p.reset_years or self.years_since_reset < self.p.reset_years:
            return
        self.years_since_reset = 0
        if self.status == Status.DEATH_NOTIFIED:
            self.seen["no reset while a claim is pending"] += 1
            return
        self.seen["a reset raises the floor"] += self.value(m) > self.reset
        self.seen["a reset lowers the floor"] += self.value(m) < self.reset
        self.reset = self.value(m)

    def segments_end(self, out: Outcome, m: Market, d: Due) -> None:
        """Each guarantee that has run out: a new one in the account, or the money goes into a sub-account."""
        bought = [ZERO] * len(self.values(m))
        for s, segment in enumerate(self.segments):
            if segment.balance == 0 or segment.end > d.serial:
                continue
            self.strike(out, s, m)
            i, into = segment.account, self.p.ends_into[segment.account]
            if into < 0:
                self.seen["a segment is renewed"] += 1
                segment.start, segment.end = d.serial, d.segment_end[i]
                segment.rate, segment.anchor = m.new_rate[i], Decimal(INDEX_SCALE)
            else:
                self.seen["a segment goes into a sub-account"] += 1
                bought[into] += segment.balance
                out.change[len(self.units) + i] -= segment.balance
                segment.balance = ZERO
        self.move(out, m, bought)

    def maintenance_due(self, d: Due, value: Money, surrendering: bool) -> bool:
        waived = 0 <= self.p.maintenance_waiver <= value * 100
        on_it = self.p.maintenance_on_surrender == 1 or not surrendering
        return on_it and not waived and self.maintenance_day != d.day

    def maintenance(self, out: Outcome, m: Market, d: Due) -> None:
        values = self.values(m)
        if sum(values) == 0:
            return
        held = values[: len(self.units)] if self.p.maintenance_from == ChargeFrom.SUB_ACCOUNTS else values
        if self.maintenance_due(d, sum(values, ZERO), False):
            charge = min(dollars(self.p.maintenance), sum(held, ZERO))
            out.note(maintenance=charge)
            parts = shared_out(charge, held)
            self.seen["a maintenance charge from segments"] += any(
                part and years for part, years in zip(parts[len(self.units) :], self.p.guarantee_years, strict=False)
            )
            self.move(out, m, [-part for part in parts])
        self.maintenance_day = d.day

    def payment(self, out: Outcome, m: Market, d: Due) -> None:
        amount = dollars(d.payment)
        tax = to_cent(amount * percent(self.p.premium_tax)) if self.p.premium_tax_on_payment else ZERO
        out.note(payment=amount, premium_tax=tax)
        self.payments.append(Payment(d.payment_day, amount, amount))
        self.paid_in += amount
        self.floor += amount
        self.reset += amount
        self.basis += dollars(d.payment_basis)
        self.deductions += tax
        if d.day < self.issue_day + 372:
            self.anniversary_value += amount
        self.deposit(out, m, d, amount - tax, d.payment_into)

    def named(self, requests: list[int], values: list[Money]) -> list[Money]:
        return [
            to_cent(value * percent(-request)) if request < 0 else dollars(request)
            for request, value in zip(requests, values, strict=True)
        ]

    def transfer(self, out: Outcome, m: Market, d: Due) -> None:
        leaving = self.named(d.transfer_out, self.values(m))
        total = sum(leaving, ZERO)
        adjustment = self.adjustment(m, d, leaving)
        self.count("transfer", m, d, leaving, adjustment)
        charged = 0 <= self.p.free_transfers <= self.transfers
        fee = min(total + adjustment, dollars(self.p.transfer_fee)) if charged else ZERO
        out.note(transfer=total, transfer_fee=fee, market_value_adjustment=adjustment)
        self.transfers += 1
        for i in range(len(self.balances)):
            if leaving[len(self.units) + i] > 0:
                self.out_count[i] += 1
                self.out_serial[i] = d.serial
        self.move(out, m, [-part for part in leaving])
        self.deposit(out, m, d, total + adjustment - fee, d.transfer_into)

    def withdrawal(self, out: Outcome, m: Market, d: Due, gross_found: Money) -> None:
        values = self.values(m)
        value = sum(values, ZERO)
        gross = self.gross(m, d, values, gross_found)
        weights = self.named(d.withdraw_from, values) if d.named else values
        adjustment = self.adjusted(m, d, gross) - gross
        self.count("withdrawal", m, d, shared_out(gross, weights), adjustment)
        self.pay_out(out, d, gross, adjustment, value, False)
        self.move(out, m, [-part for part in shared_out(gross, weights)])

    def asked(self, d: Due, values: list[Money]) -> Money:
        return dollars(d.amount) if d.amount else sum(self.named(d.withdraw_from, values), ZERO)

    def gross(self, m: Market, d: Due, values: list[Money], found: Money) -> Money:
        """Of a net amount: `found`, if it is the smallest that leaves so much, as near as roundings allow."""
        asked, value = self.asked(d, values), sum(values, ZERO)
        if not d.net:
            return asked
        slack = self.slack(m, d)
        self.seen["net of segments"] += slack > 0
        assert self.net(m, d, found, value) >= asked, f"{found} leaves less than {asked}"
        for smaller in (found - CENT, found - slack - CENT, found - 2 * slack - CENT, to_cent(found / 2)):
            if 0 < smaller < found - slack or 0 < smaller == found - CENT:
                assert self.net(m, d, smaller, value) < asked, f"{smaller} would do as {found} does"
        return found

    def surrender(self, out: Outcome, m: Market, d: Due) -> None:
        value = self.value(m)
        charge = min(value, dollars(self.p.maintenance)) if self.maintenance_due(d, value, True) else ZERO
        adjustment = self.surrender_adjustment(m, d, charge)
        self.count("surrender", m, d, self.values(m), adjustment)
        out.note(maintenance=charge)
        self.pay_out(out, d, value - charge, adjustment, value - charge, True)
        self.empty(out, m)
        self.status = Status.SURRENDERED

    def surrender_adjustment(self, m: Market, d: Due, charge: Money) -> Money:
        """On what is left when the maintenance charge is taken; where sub-accounts pay it, first from these."""
        values, funds = self.values(m), len(self.units)
        if self.p.maintenance_from == ChargeFrom.SUB_ACCOUNTS:
            rest = max(ZERO, charge - sum(values[:funds]))
            self.seen["sub-accounts too small for the charge"] += rest > 0
            charged = [ZERO] * funds + shared_out(rest, values[funds:])
        else:
            charged = shared_out(charge, values)
        return self.adjustment(m, d, [value - part for value, part in zip(values, charged, strict=True)])

    def free_look(self, out: Outcome, m: Market, d: Due) -> None:
        value = self.value(m)
        payments = max(ZERO, self.paid_in - self.withdrawn)
        refund = {
            Refund.PAYMENTS: payments,
            Refund.VALUE_PLUS_DEDUCTIONS: value + self.deductions,
            Refund.GREATER_OF_VALUE_AND_PAYMENTS: max(value + self.deductions, payments),
        }[Refund(self.p.refund)]
        out.note(gross=value, net=refund, company=refund - value)
        self.empty(out, m)
        self.status = Status.CANCELLED

    def death_benefit(self, m: Market) -> Money:
        if self.p.death_benefit == DeathBenefit.CONTRACT_VALUE:
            return self.value(m)
        guaranteed = [self.floor, self.reset] if self.p.reset_years else [self.floor]
        self.seen["the reset floor is the greatest"] += len(guaranteed) > 1 and self.reset > max(
            self.value(m), self.floor
        )
        return max([self.value(m), *guaranteed])

    def raise_value(self, out: Outcome, m: Market, d: Due) -> None:
        """The company pays in what is lacking to the death benefit."""
        lacking = self.death_benefit(m) - self.value(m)
        out.note(company=lacking)
        self.deposit(out, m, d, lacking, d.payment_into)

    def death_claim(self, out: Outcome, m: Market, d: Due) -> None:
        """One beneficiary's share of the whole: of what is left, this share over all shares that are left."""
        share, left = percent(d.claim_share), 1 - self.claimed
        each = self.p.determined == Determined.EACH_PROOF
        which = "last" if share == left else "first" if left == 1 else "middle"
        self.seen[f"a {which} claim by {'each' if each else 'the first'} proof"] += 1
        if not each and left == 1 and share < 1:
            self.seen["raised by the first proof"] += self.death_benefit(m) > self.value(m)
            self.raise_value(out, m, d)
            self.floor = self.reset = ZERO
        value = self.value(m)
        benefit, gross, basis = (to_cent(x * share / left) for x in (self.death_benefit(m), value, self.basis))
        tax = to_cent(benefit * percent(self.p.premium_tax)) if self.p.premium_tax_on_death else ZERO
        taxable = max(ZERO, benefit - tax - basis)
        withheld = to_cent(taxable * percent(d.withholding))
        out.note(gross=gross, company=benefit - gross, premium_tax=tax, taxable=taxable, withholding=withheld)
        out.note(net=benefit - tax - withheld, death_benefit=benefit)
        self.basis -= basis
        self.floor, self.reset = (floor - to_cent(floor * share / left) for floor in (self.floor, self.reset))
        self.claimed += share
        if self.claimed == 1:
            self.empty(out, m)
            self.status = Status.DEATH_PAID
        else:
            self.move(out, m, [-part for part in shared_out(gross, self.values(m))])
            self.status = Status.DEATH_NOTIFIED

    def continuation(self, out: Outcome, m: Market, d: Due) -> None:
        """The spouse takes the contract over at the value of the death benefit."""
        raised = self.death_benefit(m) > self.value(m)
        self.seen[f"a spouse continues {'with more' if raised else 'as it is'}"] += 1
        self.raise_value(out, m, d)
        out.note(death_benefit=self.value(m))
        self.status = Status.IN_FORCE

    def surrender_value(self, m: Market, d: Due) -> Money:
        if self.status != Status.IN_FORCE:
            return ZERO
        value = self.value(m)
        charge = min(value, dollars(self.p.maintenance)) if self.maintenance_due(d, value, True) else ZERO
        rest = value - charge
        amount = rest + self.surrender_adjustment(m, d, charge)
        split = self.split_of(d, amount, self.free_part(amount, rest, True), rest, True)
        return split["net"] + split["withholding"]

    # What is allowed

    def refuses_payment(self, d: Due) -> bool:
        amount, least = d.payment, self.p.minimum_payment if self.paid_in else self.p.minimum_first_payment
        too_much = 0 <= self.p.maximum_payments < self.paid_in * 100 + amount
        second = self.p.single_payment and self.paid_in > 0
        return bool(self.status != Status.IN_FORCE or amount < least or too_much or second)

    def refuses_transfer(self, m: Market, d: Due) -> bool:
        values = self.values(m)
        leaving = self.named(d.transfer_out, values)
        total = sum(leaving, ZERO)
        return (
            self.status != Status.IN_FORCE
            or total == 0
            or total * 100 < self.p.minimum_transfer
            or 0 <= self.p.transfer_limit <= self.transfers
            or any(part > value for part, value in zip(leaving, values, strict=True))
            or any(self.refuses_fixed(i, d, leaving[i - len(self.balances)], m) for i in range(len(self.balances)))
        )

    def refuses_fixed(self, i: int, d: Due, leaving: Money, m: Market) -> bool:
        share = to_cent(self.balance(i, m) * percent(self.p.fixed_out_share[i]))
        often = leaving > 0 and 0 <= self.p.fixed_out_limit[i] <= self.out_count[i]
        returns = d.transfer_into[len(self.units) + i] > 0 and self.out_serial[i] > 0
        return leaving > share or often or (returns and d.serial < self.out_serial[i] + self.p.fixed_wait_days[i])

    def refuses_continuation(self) -> bool:
        return self.claimed > 0 or self.status not in (Status.IN_FORCE, Status.DEATH_NOTIFIED)

    def refuses_withdrawal(self, m: Market, d: Due) -> bool | None:
        """None: within the slack of a limit, where it depends on which of several amounts is found."""
        values = self.values(m)
        value, asked = sum(values, ZERO), self.asked(d, values)
        if self.status != Status.IN_FORCE or asked == 0 or asked * 100 < self.p.minimum_withdrawal:
            return True
        if not d.net:
            return self.refuses_gross(d, values, asked)
        slack = self.slack(m, d)
        lacking = asked - self.net(m, d, value, value)
        if value == 0 or lacking > slack:
            return True
        gross = self.smallest(m, d, asked, value)
        low, high = (self.refuses_gross(d, values, edge) for edge in (max(CENT, gross - slack), gross + slack))
        surely = low == high and (lacking <= 0 or slack == 0)
        self.seen["a net amount at a limit"] += not surely
        return (lacking > 0 or high) if surely else None

    def refuses_gross(self, d: Due, values: list[Money], gross: Money) -> bool:
        value = sum(values, ZERO)
        if gross >= value or (value - gross) * 100 < self.p.minimum_value_after:
            return True
        parts = shared_out(gross, self.named(d.withdraw_from, values)) if d.named else values
        return bool(sum(parts) == 0 or any(part > held for part, held in zip(parts, values, strict=True)))

    def smallest(self, m: Market, d: Due, net: Money, value: Money) -> Money:
        """The smallest withdrawal that leaves `net`: halve the range of what may do."""
        low, high = ZERO, value
        while high - low > CENT:
            middle = to_cent((low + high) / 2)
            low, high = (low, middle) if self.net(m, d, middle, value) >= net else (middle, high)
        return high

    # A step

    def step(self, m: Market, d: Due, gross_found: Money) -> Outcome:  # noqa: C901
        funds, fixed = len(self.units), len(self.balances)
        out = Outcome([ZERO] * (funds + fixed), [ZERO] * funds, [ZERO] * fixed)
        alive = self.status == Status.IN_FORCE
        for operation in self.p.order[: self.p.operations]:
            if operation == Operation.ANNIVERSARY and d.anniversary and (alive or self.status == Status.DEATH_NOTIFIED):
                self.anniversary(out, m, d)
            elif operation == Operation.MAINTENANCE_CHARGE and d.maintenance and alive:
                self.maintenance(out, m, d)
            elif operation == Operation.PAYMENT and d.payment:
                self.payment(out, m, d)
            elif operation == Operation.TRANSFER and d.transfer:
                self.transfer(out, m, d)
            elif operation == Operation.WITHDRAWAL and d.withdrawal:
                self.withdrawal(out, m, d, gross_found)
            elif operation == Operation.SURRENDER and d.surrender:
                self.surrender(out, m, d)
            elif operation == Operation.FREE_LOOK and d.free_look:
                self.free_look(out, m, d)
            elif operation == Operation.DEATH_NOTICE and d.death_notice and alive:
                self.status = Status.DEATH_NOTIFIED
            elif operation == Operation.DEATH_CLAIM and d.death_claim:
                self.death_claim(out, m, d)
            elif operation == Operation.SEGMENT_END and d.segments_end:
                self.segments_end(out, m, d)
            elif operation == Operation.SPOUSAL_CONTINUATION and d.spousal_continuation:
                self.continuation(out, m, d)
            alive = self.status == Status.IN_FORCE
        if d.valuation and self.status in (Status.IN_FORCE, Status.DEATH_NOTIFIED):
            out.numbers["death_benefit"] = self.death_benefit(m)
            out.note(surrender_value=self.surrender_value(m, d))
        return out
