"""A second reading of the rules, in decimal dollars, written from what they mean and not from how they are written.

It knows whole units at prices, percentages and lists of payments; nothing of scales, capacities or breakdowns. It
follows a contract on its own, from the same requests; `differences` holds its numbers against the mechanics'.
Where the mechanics search for an amount (gross for net), the oracle only checks that it is the smallest that will do.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import accumulate, pairwise
from typing import Any

from inforce.mechanics.interest import INDEX_ERROR
from inforce.mechanics.records import (
    AnniversaryYear,
    Annuity,
    Breakdown,
    ChargedOn,
    ChargeFrom,
    Clock,
    DeathBenefit,
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

Money = Decimal
ByPayment = dict[int, Decimal]
CENT = Decimal("0.01")
ZERO = Decimal(0)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def dollars(cents: int) -> Money:
    return Decimal(int(cents)) / 100


def percent(billionths: int) -> Decimal:
    return Decimal(int(billionths)) / 10**9


def to_cent(amount: Decimal) -> Money:
    return amount.quantize(CENT, ROUND_HALF_UP)


def shared_out(amount: Money, weights: list[Decimal]) -> list[Money]:
    """Split in proportion: the parts up to each account, rounded together, so that nothing is lost."""
    whole = sum(weights)
    if whole <= 0:
        return [ZERO] * len(weights)
    upto = [ZERO] + [to_cent(amount * weight / whole) for weight in accumulate(weights)]
    return [after - before for before, after in pairwise(upto)]


@dataclass
class Payment:
    """A purchase payment and what of it has not been withdrawn."""

    day: int
    paid: Money
    left: Money


@dataclass
class Outcome:
    """What one step did, in dollars."""

    change: list[Money]
    units_change: list[Decimal]
    interest: list[Money]
    taken: dict[int, Money] = field(default_factory=dict)
    charges: dict[int, Money] = field(default_factory=dict)
    numbers: dict[str, Money] = field(default_factory=dict)

    def note(self, **numbers: Money) -> None:
        for name, number in numbers.items():
            self.numbers[name] = self.numbers.get(name, ZERO) + number


class Contract:
    """A contract as the oracle sees it."""

    def __init__(self, c: Annuity, p: Terms) -> None:
        self.p = p
        self.unit = Decimal(10) ** (4 - (len(str(p.value_scale)) - 1))
        """The smallest part of a unit; unit values are millionths of a dollar."""
        self.issue_day = c.issue_day
        self.status = Status.IN_FORCE
        self.units = [Decimal(u) * self.unit for u in c.units]
        self.balances = [dollars(b) for b in c.balance]
        self.anchors = [Decimal(a) for a in c.anchor]
        self.out_count = [0] * c.fixed
        self.out_serial = [0] * c.fixed
        self.payments: list[Payment] = []
        self.paid_in = self.withdrawn = self.floor = self.basis = self.deductions = ZERO
        self.anniversary_value = self.free_used = ZERO
        self.transfers = 0
        self.maintenance_day = 0

    # What the contract is worth

    def values(self, m: Market) -> list[Money]:
        funds = [to_cent(u * Decimal(price) / 10**6) for u, price in zip(self.units, m.unit_value, strict=True)]
        return funds + [self.balance(i, m) for i in range(len(self.balances))]

    def balance(self, i: int, m: Market) -> Money:
        growth = Decimal(m.index[i] + INDEX_ERROR) / self.anchors[i]
        return to_cent(self.balances[i] * growth)

    def value(self, m: Market) -> Money:
        return sum(self.values(m), ZERO)

    # Moving money

    def move(self, out: Outcome, m: Market, parts: list[Money]) -> None:
        """Positive parts buy, negative ones sell."""
        values = self.values(m)
        for k, part in enumerate(parts):
            if part == 0:
                continue
            out.change[k] += part
            if k < len(self.units):
                self.trade(out, k, part, Decimal(m.unit_value[k]) / 10**6, values[k])
            else:
                i = k - len(self.units)
                out.interest[i] += values[k] - self.balances[i]
                self.balances[i], self.anchors[i] = values[k] + part, Decimal(m.index[i])

    def trade(self, out: Outcome, k: int, part: Money, price: Decimal, worth: Money) -> None:
        traded = (part / price).quantize(self.unit, ROUND_HALF_UP)
        if part < 0 and (-part >= worth or -traded > self.units[k]):
            traded = -self.units[k]
        self.units[k] += traded
        out.units_change[k] += traded

    def empty(self, out: Outcome, m: Market) -> None:
        self.move(out, m, [-v for v in self.values(m)])
        for k, units in enumerate(self.units):
            out.units_change[k] -= units
            self.units[k] = ZERO

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

    def split_of(self, d: Due, gross: Money, free: Money, value: Money, full: bool) -> dict[str, Money]:
        charge = self.charge(d, gross, free, full)[0]
        tax = to_cent((gross - charge) * percent(self.p.premium_tax)) if self.p.premium_tax_on_withdrawal else ZERO
        payable = gross - charge - tax
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

    def net(self, d: Due, gross: Money, value: Money) -> Money:
        return self.split_of(d, gross, self.free_part(gross, value, False), value, False)["net"]

    def pay_out(self, out: Outcome, d: Due, gross: Money, value: Money, full: bool) -> None:
        available = self.free_available(value)
        free = self.free_part(gross, value, full)
        split = self.split_of(d, gross, free, value, full)
        _, out.taken, out.charges = self.charge(d, gross, free, full)
        out.note(gross=gross, free_available=available, free=free, **split)
        for j, part in out.taken.items():
            self.payments[j].left -= part
        if d.carried:
            carried = self.basis if gross == value else to_cent(self.basis * gross / value)
            out.note(basis_carried=carried)
            self.basis -= carried
        else:
            returned = split["net"] + split["withholding"] - split["taxable"]
            self.basis = max(ZERO, self.basis - returned)
        if self.p.floor == Floor.DOLLAR_FOR_DOLLAR:
            self.floor = max(ZERO, self.floor - gross)
        else:
            self.floor = self.floor - to_cent(self.floor * gross / value) if gross < value else ZERO
        self.withdrawn += gross
        self.free_used += free

    # Operations

    def anniversary(self, out: Outcome, m: Market, d: Due) -> None:
        self.anniversary_value, self.free_used, self.transfers = self.value(m), ZERO, 0
        self.out_count = [0] * len(self.out_count)

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
            self.move(out, m, [-part for part in shared_out(charge, held)])
        self.maintenance_day = d.day

    def payment(self, out: Outcome, m: Market, d: Due) -> None:
        amount = dollars(d.payment)
        tax = to_cent(amount * percent(self.p.premium_tax)) if self.p.premium_tax_on_payment else ZERO
        out.note(payment=amount, premium_tax=tax)
        self.payments.append(Payment(d.payment_day, amount, amount))
        self.paid_in += amount
        self.floor += amount
        self.basis += dollars(d.payment_basis)
        self.deductions += tax
        if d.day < self.issue_day + 372:
            self.anniversary_value += amount
        self.move(out, m, shared_out(amount - tax, [percent(share) for share in d.payment_into]))

    def named(self, requests: list[int], values: list[Money]) -> list[Money]:
        return [
            to_cent(value * percent(-request)) if request < 0 else dollars(request)
            for request, value in zip(requests, values, strict=True)
        ]

    def transfer(self, out: Outcome, m: Market, d: Due) -> None:
        leaving = self.named(d.transfer_out, self.values(m))
        total = sum(leaving, ZERO)
        charged = 0 <= self.p.free_transfers <= self.transfers
        fee = min(total, dollars(self.p.transfer_fee)) if charged else ZERO
        out.note(transfer=total, transfer_fee=fee)
        self.transfers += 1
        for i in range(len(self.balances)):
            if d.transfer_out[len(self.units) + i]:
                self.out_count[i] += 1
                self.out_serial[i] = d.serial
        self.move(out, m, [-part for part in leaving])
        self.move(out, m, shared_out(total - fee, [percent(share) for share in d.transfer_into]))

    def withdrawal(self, out: Outcome, m: Market, d: Due, gross_found: Money) -> None:
        values = self.values(m)
        value = sum(values, ZERO)
        gross = self.gross(d, values, gross_found)
        weights = self.named(d.withdraw_from, values) if d.named else values
        self.pay_out(out, d, gross, value, False)
        self.move(out, m, [-part for part in shared_out(gross, weights)])

    def asked(self, d: Due, values: list[Money]) -> Money:
        return dollars(d.amount) if d.amount else sum(self.named(d.withdraw_from, values), ZERO)

    def gross(self, d: Due, values: list[Money], found: Money) -> Money:
        """Of a net amount: `found`, if it is the smallest that leaves so much."""
        asked, value = self.asked(d, values), sum(values, ZERO)
        if not d.net:
            return asked
        assert self.net(d, found, value) >= asked, f"{found} leaves less than {asked}"
        assert found == CENT or self.net(d, found - CENT, value) < asked, f"a cent less than {found} would do"
        return found

    def surrender(self, out: Outcome, m: Market, d: Due) -> None:
        value = self.value(m)
        charge = min(value, dollars(self.p.maintenance)) if self.maintenance_due(d, value, True) else ZERO
        out.note(maintenance=charge)
        self.pay_out(out, d, value - charge, value - charge, True)
        self.empty(out, m)
        self.status = Status.SURRENDERED

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
        guaranteed = ZERO if self.p.death_benefit == DeathBenefit.CONTRACT_VALUE else self.floor
        return max(self.value(m), guaranteed)

    def death_claim(self, out: Outcome, m: Market, d: Due) -> None:
        value, benefit = self.value(m), self.death_benefit(m)
        tax = to_cent(benefit * percent(self.p.premium_tax)) if self.p.premium_tax_on_death else ZERO
        taxable = max(ZERO, benefit - tax - self.basis)
        withheld = to_cent(taxable * percent(d.withholding))
        out.note(gross=value, company=benefit - value, premium_tax=tax, taxable=taxable, withholding=withheld)
        out.note(net=benefit - tax - withheld, death_benefit=benefit)
        self.empty(out, m)
        self.status = Status.DEATH_PAID

    def surrender_value(self, m: Market, d: Due) -> Money:
        if self.status != Status.IN_FORCE:
            return ZERO
        value = self.value(m)
        rest = value - (min(value, dollars(self.p.maintenance)) if self.maintenance_due(d, value, True) else ZERO)
        split = self.split_of(d, rest, self.free_part(rest, rest, True), rest, True)
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

    def refuses_withdrawal(self, m: Market, d: Due) -> bool:
        values = self.values(m)
        value, asked = sum(values, ZERO), self.asked(d, values)
        if self.status != Status.IN_FORCE or asked == 0 or asked * 100 < self.p.minimum_withdrawal:
            return True
        if d.net:
            if value == 0 or self.net(d, value, value) < asked:
                return True
            asked = self.smallest(d, asked, value)
        if asked >= value or (value - asked) * 100 < self.p.minimum_value_after:
            return True
        parts = shared_out(asked, self.named(d.withdraw_from, values)) if d.named else values
        return bool(sum(parts) == 0 or any(part > held for part, held in zip(parts, values, strict=True)))

    def smallest(self, d: Due, net: Money, value: Money) -> Money:
        """The smallest withdrawal that leaves `net`: halve the range of what may do."""
        low, high = ZERO, value
        while high - low > CENT:
            middle = to_cent((low + high) / 2)
            low, high = (low, middle) if self.net(d, middle, value) >= net else (middle, high)
        return high

    # A step

    def step(self, m: Market, d: Due, gross_found: Money) -> Outcome:  # noqa: C901
        funds, fixed = len(self.units), len(self.balances)
        out = Outcome([ZERO] * (funds + fixed), [ZERO] * funds, [ZERO] * fixed)
        alive = self.status == Status.IN_FORCE
        for operation in self.p.order[: self.p.operations]:
            if operation == Operation.ANNIVERSARY and d.anniversary and alive:
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
            alive = self.status == Status.IN_FORCE
        if d.valuation and self.status in (Status.IN_FORCE, Status.DEATH_NOTIFIED):
            out.note(surrender_value=self.surrender_value(m, d), death_benefit=self.death_benefit(m))
        return out

    # Against the mechanics

    def as_integers(self) -> dict[str, Any]:
        def cents(amount: Money) -> int:
            return int(amount * 100)

        return {
            "status": int(self.status),
            "units": [int(u / self.unit) for u in self.units],
            "balance": [cents(b) for b in self.balances],
            "anchor": [int(a) for a in self.anchors],
            "fixed_out_count": self.out_count,
            "fixed_out_serial": self.out_serial,
            "layers": len(self.payments),
            "layer_paid": [cents(pay.paid) for pay in self.payments],
            "layer_left": [cents(pay.left) for pay in self.payments],
            "layer_day": [pay.day for pay in self.payments],
            "payments": cents(self.paid_in),
            "withdrawals": cents(self.withdrawn),
            "payments_floor": cents(self.floor),
            "basis": cents(self.basis),
            "deductions": cents(self.deductions),
            "anniversary_value": cents(self.anniversary_value),
            "free_used": cents(self.free_used),
            "transfers": self.transfers,
            "maintenance_day": self.maintenance_day,
        }

    def differences(self, c: Annuity, b: Breakdown, out: Outcome, m: Market) -> list[str]:
        """Every number that the mechanics have and that is not the oracle's."""
        expected, found = self.as_integers(), {}
        for name in expected:
            found[name] = getattr(c, name)[: c.layers] if name.startswith("layer_") else getattr(c, name)
        for name in BREAKDOWN:
            expected[name], found[name] = int(out.numbers.get(name, ZERO) * 100), getattr(b, name)
        values = self.values(m)
        lists = {
            "account_value": [int(v * 100) for v in values],
            "account_change": [int(v * 100) for v in out.change],
            "units_change": [int(u / self.unit) for u in out.units_change],
            "interest": [int(v * 100) for v in out.interest],
            "layer_taken": [int(out.taken.get(j, ZERO) * 100) for j in range(len(b.layer_taken))],
            "layer_charge": [int(out.charges.get(j, ZERO) * 100) for j in range(len(b.layer_charge))],
            "value": int(sum(values, ZERO) * 100),
        }
        for name, number in lists.items():
            expected[name], found[name] = number, getattr(b, name)
        return [f"{name}: {found[name]}, oracle {expected[name]}" for name in expected if expected[name] != found[name]]


BREAKDOWN = (
    "payment maintenance transfer transfer_fee gross free_available free surrender_charge premium_tax taxable "
    "withholding basis_carried net company surrender_value death_benefit"
).split()


def follow(life: Any) -> list[str]:
    """Follow a life step by step; the first step's differences."""
    with localcontext(EXACT):
        contract = Contract(life.start, life.terms)
        for t, step in enumerate(life.steps):
            d, m = step.requested, step.market
            refused = [
                bool(d.payment and contract.refuses_payment(d)),
                bool(d.transfer and contract.refuses_transfer(m, d)),
                bool(d.withdrawal and contract.refuses_withdrawal(m, d)),
            ]
            found = [reason != 0 for reason in step.reasons]
            if refused != found:
                return [f"step {t}: refused {step.reasons}, oracle {refused}"]
            if step.breakdown.fault:
                return []
            out = contract.step(m, step.due, dollars(step.breakdown.gross))
            unequal = contract.differences(step.after, step.breakdown, out, m)
            if unequal:
                return [f"step {t}: {text}" for text in unequal]
    return []
