"""Every shape of surrender charge and free amount the terms can say, against a calculation written here in Decimal.

One life for all shapes: three payments, withdrawals on and off anniversaries, prices up and down, then what a full
surrender would pay on several days. The calculation below knows dates, not day numbers, and looks at nothing of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product as combinations
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import Life, day, event, market

from inforce.contracts.events import Surrender
from inforce.quote import quote
from inforce.valuation import value

CENT, UNIT = Decimal("0.01"), Decimal("0.000001")
RATES = ("8", "7", "5", "2", "0")
"""Percent in years 1 to 4 and from 5 on."""
FEE = Decimal("30.00")
ISSUED = date(2000, 3, 1)
PRICES = {"2000-03-01": "10", "2000-09-01": "12.5", "2001-09-04": "8", "2002-03-01": "12.5", "2003-03-03": "13.37",
          "2003-09-04": "7.77", "2004-03-01": "9"}  # fmt: skip
PAYMENTS = {"2000-03-01": "10000.00", "2001-09-04": "5000.00", "2003-03-03": "1999.99"}
WITHDRAWALS = {
    "2000-09-01": "1500.00",       # first year, more than a tenth
    "2000-09-05": "333.33",        # a second one in the same year
    "2002-03-01": "4000.00",       # on the second anniversary of the contract
    "2003-09-04": "3777.77",       # on the second anniversary of the second payment
    "2004-03-02": "1000.00",       # the day after the fourth anniversary of the contract
}  # fmt: skip
SURRENDERS = (
    "2000-06-01",
    "2000-09-01",
    "2001-03-01",
    "2002-03-01",
    "2003-03-03",
    "2003-09-04",
    "2004-03-01",
    "2005-03-02",
)
"""Days on which a full surrender is quoted, after the day's own requests."""


@dataclass(frozen=True)
class Shape:
    clock: str
    charged_on: str
    on_full: str
    free_of: str
    free_on_full: str
    anniversary: str

    def __str__(self) -> str:
        return "-".join((self.clock, self.charged_on, self.on_full, self.free_of, self.free_on_full, self.anniversary))


def shapes() -> Iterator[Shape]:
    for clock, charged_on, on_full, free_of, free_on_full, anniversary in combinations(
        ("contract_issue", "each_payment"),
        ("payment", "value", "amount_above_free"),
        ("amount_withdrawn", "remaining_payments"),
        ("nothing", "value", "value_at_last_anniversary", "purchase_payments"),
        ("yes", "no"),
        ("year_ending", "year_beginning"),
    ):
        if on_full == "amount_withdrawn" or charged_on == "payment":
            yield Shape(clock, charged_on, on_full, free_of, free_on_full, anniversary)


def changes(shape: Shape) -> dict[str, Any]:
    years = "by_contract_year" if shape.clock == "contract_issue" else "by_payment_year"
    rates = {str(i): f"{rate}%" for i, rate in enumerate(RATES[:-1], 1)} | {f"{len(RATES)}+": f"{RATES[-1]}%"}
    return {
        "maintenance_charge.amount": str(FEE),
        "surrender_charge": {
            "clock": shape.clock,
            "charged_on": shape.charged_on,
            "on_full_surrender": shape.on_full,
            "anniversary_belongs_to": shape.anniversary,
            years: rates,
        },
        "free_withdrawal": {"share": "10%", "of": shape.free_of, "on_full_surrender": shape.free_on_full},
    }


# The calculation


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def price_on(on: date) -> Decimal:
    return Decimal(PRICES[max(d for d in PRICES if day(d) <= on)])


def anniversaries_reached(start: date, on: date, counted: str) -> int:
    """Anniversaries of `start` up to `on`: the one on the day itself only where it begins the next year."""
    reached = (start.replace(year=year) for year in range(start.year + 1, on.year + 1))
    return sum(a <= on if counted == "year_beginning" else a < on for a in reached)


@dataclass
class Oracle:
    shape: Shape
    units: Decimal = Decimal(0)
    payments: list[list[Any]] = field(default_factory=list)
    """Date, paid, left; oldest first."""
    free_used: Decimal = Decimal(0)
    anniversary_value: Decimal = Decimal(0)

    def value(self, on: date) -> Decimal:
        return cents(self.units * price_on(on))

    def pay(self, on: date, amount: Decimal) -> None:
        self.units += (amount / price_on(on)).quantize(UNIT, ROUND_HALF_UP)
        self.payments.append([on, amount, amount])
        if on < date(2001, 3, 1):
            self.anniversary_value += amount  # until the first anniversary: the payments made

    def take(self, on: date, amount: Decimal) -> None:
        self.units -= (amount / price_on(on)).quantize(UNIT, ROUND_HALF_UP)

    def anniversary(self, on: date) -> None:
        self.take(on, FEE)
        self.free_used = Decimal(0)
        self.anniversary_value = self.value(on)

    def rate(self, start: date, on: date) -> Decimal:
        year = anniversaries_reached(start, on, self.shape.anniversary)
        return Decimal(RATES[min(year, len(RATES) - 1)]) / 100

    def free(self, amount: Decimal, value: Decimal, full: bool) -> Decimal:
        if full and self.shape.free_on_full == "no":
            return Decimal(0)
        paid = sum((p[1] for p in self.payments), Decimal(0))
        of = {"nothing": Decimal(0), "value": value, "value_at_last_anniversary": self.anniversary_value,
              "purchase_payments": paid}[self.shape.free_of]  # fmt: skip
        return min(amount, max(Decimal(0), cents(of / 10) - self.free_used))

    def charged(self, amount: Decimal, free: Decimal, full: bool) -> Decimal:
        """The amount that the charge looks at."""
        if self.shape.charged_on == "value":
            return amount
        if full and self.shape.on_full == "remaining_payments":
            return max(Decimal(0), sum((p[2] for p in self.payments), Decimal(0)) - free)
        return amount - free

    def charge(self, on: date, amount: Decimal, free: Decimal, full: bool) -> Decimal:
        base = self.charged(amount, free, full)
        if self.shape.clock == "contract_issue" and self.shape.charged_on != "payment":
            return min(amount, cents(base * self.rate(ISSUED, on)))
        total, rest = Decimal(0), base
        for start, _paid, left in self.payments:
            part = min(rest, left)
            rest -= part
            total += cents(part * self.rate(start if self.shape.clock == "each_payment" else ISSUED, on))
        return min(amount, total)

    def withdraw(self, on: date, amount: Decimal) -> Decimal:
        """The charge of a withdrawal, and what it leaves."""
        free = self.free(amount, self.value(on), full=False)
        charge = self.charge(on, amount, free, full=False)
        if self.shape.clock == "each_payment" or self.shape.charged_on == "payment":
            rest = self.charged(amount, free, full=False)
            for payment in self.payments:
                part = min(rest, payment[2])
                payment[2] -= part
                rest -= part
        self.free_used += free
        self.take(on, amount)
        return charge

    def surrender(self, on: date) -> tuple[Decimal, Decimal]:
        """Gross amount and charge of a full surrender; the day's maintenance charge only where not taken yet."""
        taken = on.month == 3 and on.day in (1, 3) and on > ISSUED and on != date(2000, 3, 3)
        gross = self.value(on) - (Decimal(0) if taken else min(FEE, self.value(on)))
        return gross, self.charge(on, gross, self.free(gross, gross, full=True), full=True)


# 2001-03-01, 2002-03-01 and 2004-03-01 are valuation dates; 2003-03-01 is a Saturday, 2005-03-01 a Tuesday.
ANNIVERSARIES = ("2001-03-01", "2002-03-01", "2003-03-03", "2004-03-01", "2005-03-01")


def expected(shape: Shape) -> tuple[dict[str, Decimal], dict[str, tuple[Decimal, Decimal]]]:
    """Charges of the withdrawals, and gross amounts and charges of the surrenders, by day."""
    oracle, charges, surrenders = Oracle(shape), {}, {}
    for on in sorted({*PAYMENTS, *WITHDRAWALS, *SURRENDERS, *ANNIVERSARIES}):
        if on in ANNIVERSARIES:
            oracle.anniversary(day(on))
        if on in PAYMENTS:
            oracle.pay(day(on), Decimal(PAYMENTS[on]))
        if on in WITHDRAWALS:
            charges[on] = oracle.withdraw(day(on), Decimal(WITHDRAWALS[on]))
        if on in SURRENDERS:
            surrenders[on] = oracle.surrender(day(on))
    return charges, surrenders


@pytest.mark.parametrize("shape", list(shapes()), ids=str)
def test_surrender_charge_of_every_shape(shape: Shape, tmp_path: Path) -> None:
    life = Life(product_folder(tmp_path, changes(shape)), market({"equity": PRICES}), str(ISSUED))
    for on, amount in PAYMENTS.items():
        life.record(event("purchase_payment", on, id=f"pay {on}", amount=amount))
    for on, amount in WITHDRAWALS.items():
        life.record(event("withdrawal", on, id=f"take {on}", amount=amount))
    charges, surrenders = expected(shape)

    last = life.at(SURRENDERS[-1])
    charged = {a.item.name: a.breakdown.surrender_charge for a in last.applied}
    for on, charge in charges.items():
        assert Decimal(charged[f"take {on}"]) / 100 == charge, f"withdrawal of {on}"
    for on, (gross, charge) in surrenders.items():
        position = life.at(on)
        paid = quote(position, life.market, Surrender(id="quote", on=day(on)))
        assert Decimal(paid.gross) / 100 == gross, f"surrender on {on}"
        assert Decimal(paid.surrender_charge) / 100 == charge, f"surrender on {on}"
        assert paid.net == paid.gross - paid.surrender_charge
        assert value(position, life.market, day(on)).surrender_value == paid.net


def essence(shape: Shape) -> tuple[Any, ...]:
    """What makes a difference: no free amount where the whole value is charged; each payment's own clock draws what
    is charged from the payments in any case."""
    free = (shape.free_of, shape.free_on_full)
    if shape.charged_on == "value" or shape.free_of == "nothing":
        free = ("", "")
    from_payments = shape.clock == "each_payment" or shape.charged_on == "payment"
    return shape.clock, from_payments, shape.on_full, free, shape.anniversary


def test_the_life_tells_every_two_shapes_apart() -> None:
    figures: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
    for shape in shapes():
        charges, surrenders = expected(shape)
        figures.setdefault(essence(shape), set()).add((*charges.values(), *surrenders.values()))
    assert all(len(each) == 1 for each in figures.values())
    assert len(set.union(*figures.values())) == len(figures)
