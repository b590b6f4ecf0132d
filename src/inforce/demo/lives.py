"""Twenty invented contracts and what happens to them: a plan for each, chance for the rest, the same every time.

Everything is plain text, as a contract file has it (`docs/reference/case-files.md`). No contract, owner or request is
a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from inforce.dates import MonthEnd, anniversary, monthly_dates

LAST_DAY: Final = date(2008, 7, 31)
"""Prices end here."""
GPA: Final = "guaranteed-principal-account"
OPPENHEIMER: Final = ("global-securities", "midcap", "strategic-bond")
OPPENHEIMER_FROM: Final = date(1994, 9, 12)
MML: Final = ("equity", "blend", "managed-bond", "money-market")
STYLES: Final = {
    "growth": {"equity": "70%", "blend": "30%"},
    "balanced": {"blend": "50%", "managed-bond": "30%", GPA: "20%"},
    "careful": {"managed-bond": "40%", "money-market": "30%", GPA: "30%"},
    "fixed": {GPA: "100%"},
    "worldwide": {"global-securities": "40%", "midcap": "30%", "strategic-bond": "30%"},
}

PlainEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled about a contract; chance decides transfers, withdrawals and new allocations."""

    form: str
    qualification: str
    issue_state: str
    issued: date
    first: int
    """Dollars with the application."""
    style: str
    regular: int = 0
    """Dollars of each later payment."""
    every: int = 1
    """Months between them."""
    until: date = LAST_DAY
    """Nothing happens by chance after that."""
    about: str = ""
    settled: tuple[PlainEvent, ...] = ()
    """Events that are not left to chance."""


PLANS: Final = (
    Plan("flexible", "non_qualified", "MA", date(1987, 5, 4), 5_000, "growth", 150),
    Plan("flexible", "qualified", "NY", date(1987, 9, 15), 2_000, "balanced", 2_000, 12),
    Plan("single", "non_qualified", "CT", date(1988, 2, 10), 50_000, "careful"),
    Plan("flexible", "non_qualified", "TX", date(1988, 10, 31), 1_000, "balanced", 100),
    Plan(
        "single", "qualified", "FL", date(1989, 6, 5), 30_000, "growth", until=date(2002, 12, 31),
        about="death of the owner",
        settled=(
            {"kind": "death_notice", "on": "2003-03-10", "date_of_death": "2003-03-02", "channel": "phone"},
            {"kind": "death_proof", "on": "2003-04-21", "withholding": "10%", "channel": "mail"},
        ),
    ),
    Plan("flexible", "qualified", "CA", date(1990, 3, 12), 3_000, "growth", 500, 3),
    Plan(
        "flexible", "non_qualified", "IL", date(1990, 8, 1), 10_000, "fixed", 1_000, 12,
        about="a transfer out of the fixed account that is refused",
        settled=({"kind": "transfer", "on": "1996-04-10", "from": {GPA: "60%"}, "to": {"equity": "100%"}},),
    ),
    Plan(
        "single", "non_qualified", "OH", date(1991, 4, 22), 75_000, "balanced",
        about="withdrawals out of one account",
        settled=(
            {"kind": "withdrawal", "on": "1993-12-01", "amount": "4000.00", "from": {"blend": "100%"}},
            {"kind": "withdrawal", "on": "1995-12-01", "amount": "4000.00", "net": "yes", "from": {"blend": "100%"}},
        ),
    ),
    Plan("flexible", "qualified", "NJ", date(1992, 2, 29), 1_500, "growth", 200, about="issued on 29 February"),
    Plan(
        "flexible", "non_qualified", "PA", date(1993, 1, 19), 20_000, "balanced", until=date(1998, 12, 31),
        about="surrendered in its seventh year",
        settled=({"kind": "surrender", "on": "1999-06-14", "withholding": "10%"},),
    ),
    Plan("single", "qualified", "WA", date(1993, 11, 30), 45_000, "balanced"),
    Plan("flexible", "non_qualified", "ME", date(1994, 9, 12), 8_000, "worldwide", 250),
    Plan("flexible", "qualified", "MA", date(1995, 3, 31), 2_000, "worldwide", 2_000, 12),
    Plan("single", "non_qualified", "VA", date(1996, 7, 15), 40_000, "worldwide"),
    Plan("flexible", "non_qualified", "CO", date(1996, 12, 31), 5_000, "balanced", 1_000, 6),
    Plan("flexible", "qualified", "NV", date(1997, 10, 27), 2_500, "growth", 100),
    Plan(
        "flexible", "non_qualified", "GA", date(1998, 8, 31), 15_000, "worldwide", until=date(1998, 8, 31),
        about="returned in the free look period",
        settled=({"kind": "free_look", "on": "1998-09-14", "channel": "mail"},),
    ),
    Plan("single", "non_qualified", "WY", date(1999, 5, 3), 60_000, "careful"),
    Plan(
        "flexible", "qualified", "MN", date(2000, 3, 10), 4_000, "worldwide", 300,
        about="a payment after the last close, waiting for its price",
        settled=({"kind": "purchase_payment", "on": "2008-07-31", "at": "16:30", "amount": "5000.00"},),
    ),
    Plan("single", "qualified", "SD", date(2000, 12, 29), 25_000, "careful"),
)  # fmt: skip


def contract_id(number: int) -> str:
    """FX-0001 and on."""
    return f"FX-{number:04d}"


def plain_contract(number: int) -> dict[str, Any]:
    """The `contract:` part of a contract file."""
    plan = PLANS[number - 1]
    born = date(plan.issued.year - Random(1_000 + number).randint(35, 62), 1 + number % 12, 1 + number)
    owner = f"party-{number:04d}"
    return {
        "id": contract_id(number),
        "form": plan.form,
        "qualification": plan.qualification,
        "issue_state": plan.issue_state,
        "allocation": dict(STYLES[plan.style]),
        "parties": [
            {"id": owner, "role": "owner", "born": str(born)},
            {"id": owner, "role": "annuitant", "born": str(born)},
        ],
    }


def title(number: int) -> str:
    """A line about the contract."""
    plan = PLANS[number - 1]
    times = {1: "each month", 3: "each quarter", 6: "each half-year", 12: "each year"}
    paid = f"{plan.first:,} at first" + (f", {plan.regular:,} {times[plan.every]}" if plan.regular else "")
    words = f"{plan.form}, {plan.qualification.replace('_', '-')}, {plan.issue_state}: {paid}"
    return f"{words}; {plan.about}" if plan.about else words


def plain_events(number: int) -> list[PlainEvent]:
    """Everything that reaches the company about a contract, in order of receipt."""
    plan, chance = PLANS[number - 1], Random(number)
    events = [*_opening(plan, chance), *_payments(plan), *_requests(plan, chance), *plan.settled]
    return sorted(events, key=lambda event: str(event["on"]))


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


def _requests(plan: Plan, chance: Random) -> Iterator[PlainEvent]:
    """At most one request in each contract year, in its middle: limits of the fixed account are then kept."""
    held = list(STYLES[plan.style])
    for year in range(1, LAST_DAY.year - plan.issued.year + 1):
        day = anniversary(plan.issued, year, MonthEnd.LAST_DAY) + timedelta(days=chance.randint(60, 300))
        kind = chance.random()
        if day >= plan.until:
            return
        if kind < 0.30:
            yield _transfer(day, held, chance)
        elif kind < 0.42 and plan.regular:
            yield {"kind": "allocation", "on": str(day), "allocation": _new_allocation(day, held, chance)}
        elif kind > 0.75 and year >= 3:
            yield _withdrawal(plan, day, year, chance)


def _transfer(day: date, held: list[str], chance: Random) -> PlainEvent:
    """Part of one account into another that takes money that day."""
    source = chance.choice(held)
    target = chance.choice([account for account in _open_accounts(day) if account != source])
    share = 5 * chance.randint(1, 5 if source == GPA else 10)
    if target not in held:
        held.append(target)
    event = {"kind": "transfer", "on": str(day), "from": {source: f"{share}%"}, "to": {target: "100%"}}
    return _timed(event, chance)


def _new_allocation(day: date, held: list[str], chance: Random) -> dict[str, str]:
    """A new standing allocation over two accounts."""
    one, two = chance.sample(_open_accounts(day), 2)
    held += [account for account in (one, two) if account not in held]
    share = 10 * chance.randint(2, 8)
    return {one: f"{share}%", two: f"{100 - share}%"}


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


def _open_accounts(day: date) -> list[str]:
    later = list(OPPENHEIMER) if day >= OPPENHEIMER_FROM else []
    return [*MML, *later, GPA]
