"""Invented contracts and what happens to them: a plan for each, chance for the rest, the same every time.

Everything is plain text, as a contract file has it (`docs/reference/case-files.md`). No contract, owner or request is
a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from inforce.dates import MonthEnd, anniversary, monthly_dates
from inforce.mechanics.money import PPB

from . import flex_extra, lifetrust
from .draws import drawn_plans
from .plans import LAST_DAY, Offer, PlainEvent, Plan

COUNTS = {flex_extra.OFFER.product_id: 180, lifetrust.OFFER.product_id: 120}
"""Contracts of each product."""

TELLING = (
    "money out of a guarantee period: a gain",
    "money out of a guarantee period: a loss",
    "two beneficiaries",
    "continued by the spouse",
    "money from another company's contract, its basis reported later",
    "exchanged for another company's contract",
    "surrendered",
    "returned in the free look period",
    "frozen for a while",
    "a draft that the bank returned",
    "an application not completed in time",
    "a payment after the last close",
)
"""Kinds of lives, of each of which one is worth a look; how their plans' `about` begins."""


@dataclass(frozen=True, slots=True)
class Life:
    """One invented contract."""

    offer: Offer
    number: int
    plan: Plan

    @property
    def id(self) -> str:
        """FX-0001 and on."""
        return f"{self.offer.prefix}-{self.number:04d}"

    @property
    def title(self) -> str:
        """A line about the contract."""
        plan = self.plan
        times = {1: "each month", 3: "each quarter", 6: "each half-year", 12: "each year"}
        paid = f"{plan.first:,} at first" + (f", {plan.regular:,} {times[plan.every]}" if plan.regular else "")
        words = f"{plan.form}, {plan.qualification.replace('_', '-')}, {plan.issue_state}: {paid}"
        return f"{words}; {plan.about}" if plan.about else words

    def contract(self) -> dict[str, Any]:
        """The `contract:` part of a contract file."""
        plan, seed = self.plan, self.offer.first_party + self.number
        born = date(plan.issued.year - Random(1_000 + seed).randint(35, 62), 1 + seed % 12, 1 + seed % 28)
        owner = f"party-{seed:04d}"
        card = {
            "id": self.id,
            "form": plan.form,
            "qualification": plan.qualification,
            "issue_state": plan.issue_state,
            "allocation": dict(self.offer.styles[plan.style]),
            "parties": [
                {"id": owner, "role": "owner", "born": str(born)},
                {"id": owner, "role": "annuitant", "born": str(born)},
                *({"id": id, "role": "beneficiary", "share": share} for id, share in plan.beneficiaries),
            ],
        }
        return card | ({"replacement": "yes"} if plan.replacement else {})

    def events(self) -> list[PlainEvent]:
        """Everything that reaches the company about the contract, in order of receipt."""
        plan, chance = self.plan, Random(self.offer.first_party + self.number)
        opening = plan.opening or tuple(_opening(plan, chance))
        events = [*opening, *_payments(plan), *self._requests(chance), *plan.settled]
        return sorted(events, key=lambda event: str(event["on"]))

    def _requests(self, chance: Random) -> Iterator[PlainEvent]:
        """At most one request in each contract year, in its middle: limits of the fixed account are then kept."""
        plan = self.plan
        held = list(self.offer.styles[plan.style])
        for year in range(1, LAST_DAY.year - plan.issued.year + 1):
            day = anniversary(plan.issued, year, MonthEnd.LAST_DAY) + timedelta(days=chance.randint(60, 300))
            kind = chance.random()
            if day >= plan.until:
                return
            if kind < 0.30:
                yield self._transfer(day, held, chance)
            elif kind < 0.42 and plan.regular:
                yield {"kind": "allocation", "on": str(day), "allocation": self._new_allocation(day, held, chance)}
            elif kind > 0.75 and year >= 3:
                yield _withdrawal(plan, day, year, chance)

    def _transfer(self, day: date, held: list[str], chance: Random) -> PlainEvent:
        """Part of one account into another that takes money that day."""
        source = chance.choice(held)
        target = chance.choice([each for each in self.offer.open_accounts(self.plan, day) if each != source])
        most = min(PPB // 2, self.offer.most_out(self.plan, source, day))
        share = 5 * chance.randint(1, 20 * most // PPB)
        if target not in held:
            held.append(target)
        event = {"kind": "transfer", "on": str(day), "from": {source: f"{share}%"}, "to": {target: "100%"}}
        return _timed(event, chance)

    def _new_allocation(self, day: date, held: list[str], chance: Random) -> dict[str, str]:
        """A new standing allocation over two accounts."""
        one, two = chance.sample(self.offer.payable_accounts(self.plan, day), 2)
        held += [account for account in (one, two) if account not in held]
        share = 10 * chance.randint(2, 8)
        return {one: f"{share}%", two: f"{100 - share}%"}


@lru_cache(maxsize=1)
def lives() -> tuple[Life, ...]:
    """Every contract of the demonstration: the hand-written ones of a product first, then the drawn ones."""
    return (*_lives(flex_extra.OFFER, flex_extra.PLANS), *_lives(lifetrust.OFFER, lifetrust.PLANS))


def telling_lives() -> list[Life]:
    """One contract of each kind: by turns the first and the last, so that both products have some; by their ids."""
    whole = {0: lives(), 1: lives()[::-1]}
    told = [next(life for life in whole[n % 2] if life.plan.about.startswith(words)) for n, words in enumerate(TELLING)]
    return sorted(told, key=lambda life: life.id)


def _lives(offer: Offer, written: tuple[Plan, ...]) -> list[Life]:
    plans = [*written, *drawn_plans(offer, COUNTS[offer.product_id] - len(written))]
    return [Life(offer, number, plan) for number, plan in enumerate(plans, start=1)]


def _opening(plan: Plan, chance: Random) -> Iterator[PlainEvent]:
    """Application and first payment some days before issue; delivery after it."""
    applied = str(plan.issued - timedelta(days=chance.randint(3, 12)))
    yield {"kind": "application", "on": applied, "channel": "mail"}
    yield {"kind": "purchase_payment", "on": applied, "amount": f"{plan.first}.00", "source": "check"}
    yield {
        "kind": "issue",
        "on": str(plan.issued),
        "delivered": str(plan.issued + timedelta(days=chance.randint(5, 9))),
    }


def _payments(plan: Plan) -> Iterator[PlainEvent]:
    if plan.regular:
        for _, day in monthly_dates(plan.issued, plan.issued, plan.until, MonthEnd.LAST_DAY, every=plan.every):
            yield {"kind": "purchase_payment", "on": str(day), "amount": f"{plan.regular}.00"}


def _withdrawal(plan: Plan, day: date, year: int, chance: Random) -> PlainEvent:
    """Three to eight percent of what was paid, half of the time as a net amount."""
    paid = plan.first + plan.regular * (12 // plan.every) * year
    amount = 50 * max(2, paid * chance.randint(3, 8) // 5_000)
    event: PlainEvent = {"kind": "withdrawal", "on": str(day), "amount": f"{amount}.00"}
    if chance.random() < 0.5:
        event["net"] = "yes"
    if chance.random() < 0.4:
        event["withholding"] = chance.choice(["10%", "20%"])
    return _timed(event, chance)


def _timed(event: PlainEvent, chance: Random) -> PlainEvent:
    """Some requests come shortly before the close, some after it."""
    at = chance.choice(["", "", "15:45", "16:20"])
    return {**event, "at": at} if at else event
