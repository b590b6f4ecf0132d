"""Plans drawn by chance: who buys what, how it is paid for, and what turn some of the contracts take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Final

from inforce.dates import previous_valuation_date, valuation_date_before, valuation_dates

from .plans import LAST_DAY, Offer, PlainEvent, Plan

OTHERS: Final = ("Acme Life", "Beta Life", "Gamma Annuity")
"""Companies that contracts come from and go to; invented like the rest."""
Turn = Callable[[Plan, Random], Plan]


def drawn_plans(offer: Offer, count: int) -> list[Plan]:
    """So many plans, the same every time."""
    chance = Random(offer.product_id)
    return [_drawn(offer, turn, chance) for turn in _dealt(count, chance)]


def _dealt(count: int, chance: Random) -> list[Turn]:
    """A turn for each contract: every kind as often as `IN_A_HUNDRED` says, and at least once."""
    dealt = [turn for turn, share in IN_A_HUNDRED.items() for _ in range(max(1, share * count // 100))]
    dealt += [_nothing] * (count - len(dealt))
    chance.shuffle(dealt)
    return dealt


def _drawn(offer: Offer, turn: Turn, chance: Random) -> Plan:
    plan = turn(_bought(offer, chance), chance)
    plan = replace(plan, style=chance.choice(offer.open_styles(plan)))
    return plan if plan.opening else replace(plan, opening=_opening(plan, chance))


def _bought(offer: Offer, chance: Random) -> Plan:
    """A contract as many buy it: a sum at once, or less and regular payments."""
    issued = chance.choice(_selling_days(*offer.sold))
    form = chance.choice(offer.forms(issued))
    qualification = chance.choice(["non_qualified", "non_qualified", "non_qualified", "qualified", "qualified"])
    plan = Plan(form, qualification, chance.choice(offer.states), issued, 5_000 * chance.randint(2, 16), "")
    return plan if form == "single" or chance.random() < 0.3 else _with_regular(plan, chance)


def _with_regular(plan: Plan, chance: Random) -> Plan:
    """Less at first, and regular payments from then on."""
    form = "flexible" if plan.form == "single" else plan.form
    every = chance.choice([1, 1, 3, 3, 6, 12, 12, 12])
    regular = 50 * chance.randint(1, 4) * every if every < 12 else 500 * chance.randint(1, 5)
    return replace(plan, form=form, first=500 * chance.randint(1, 20), regular=regular, every=every)


@lru_cache(maxsize=4)
def _selling_days(first: date, last: date) -> list[date]:
    return valuation_dates(first, last)


# How a contract begins.


def _opening(plan: Plan, chance: Random, **payment: str) -> tuple[PlainEvent, ...]:
    """A complete application with the first payment, at most two valuation dates before the issue."""
    applied = _valuation_dates_before(plan.issued, chance.randint(0, 2))
    return (
        {"kind": "application", "on": str(applied), "channel": "mail"},
        {"kind": "purchase_payment", "on": str(applied), "amount": f"{plan.first}.00", "source": "check"} | payment,
        _issue(plan, chance),
    )


def _issue(plan: Plan, chance: Random) -> PlainEvent:
    delivered = plan.issued + timedelta(days=chance.randint(4, 9))
    return {"kind": "issue", "on": str(plan.issued), "delivered": str(delivered)}


def _valuation_dates_before(day: date, number: int) -> date:
    for _ in range(number):
        day = valuation_date_before(day)
    return day


def _incomplete(plan: Plan, days: int) -> tuple[PlainEvent, PlainEvent]:
    """An application that lacks something, with the first payment, so many valuation dates before the issue."""
    on = str(_valuation_dates_before(plan.issued, days))
    return (
        {"kind": "application", "on": on, "complete": "no", "missing": "the owner's signature", "channel": "mail"},
        {"kind": "purchase_payment", "on": on, "amount": f"{plan.first}.00", "source": "check"},
    )


def _completed(plan: Plan, chance: Random) -> Plan:
    days = chance.randint(2, 5)
    completed: PlainEvent = {
        "kind": "application_completed",
        "on": str(_valuation_dates_before(plan.issued, chance.randint(0, 1))),
    }
    opening = (*_incomplete(plan, days), completed, _issue(plan, chance))
    return replace(plan, opening=opening, about="an application completed in time")


def _came_again(plan: Plan, chance: Random) -> Plan:
    """After five business days the money goes back; the owner sends it again with what was missing."""
    again = str(_valuation_dates_before(plan.issued, 1))
    opening = (
        *_incomplete(plan, chance.randint(8, 12)),
        {"kind": "application_completed", "on": again},
        {"kind": "purchase_payment", "on": again, "amount": f"{plan.first}.00", "source": "check"},
        _issue(plan, chance),
    )
    return replace(plan, opening=opening, about="an application not completed in time; money went back and came again")


def _exchanged_in(plan: Plan, chance: Random) -> Plan:
    """The whole first payment comes out of another company's contract, its basis with it or some weeks later."""
    plan = replace(plan, qualification="non_qualified", first=5_000 * chance.randint(4, 20), replacement=True)
    basis = f"{plan.first * chance.randint(40, 95) // 100}.00"
    payment = {"source": "exchange_1035", "reason": f"from {chance.choice(OTHERS)}"}
    if chance.random() < 0.5:
        opening = _opening(plan, chance, **payment, basis=basis)
        return replace(plan, opening=opening, about="money from another company's contract, with its basis")
    report = {"kind": "basis_report", "on": str(plan.issued + timedelta(days=chance.randint(20, 70))), "of": "exchange",
              "basis": basis}  # fmt: skip
    opening = _opening(plan, chance, id="exchange", **payment)
    return replace(plan, opening=opening, settled=(report,),
                   about="money from another company's contract, its basis reported later")  # fmt: skip


# What happens to it.


def _nothing(plan: Plan, chance: Random) -> Plan:
    return plan


def _surrendered(plan: Plan, chance: Random) -> Plan:
    day = _some_day(plan, chance)
    surrender: PlainEvent = {"kind": "surrender", "on": str(day), "withholding": chance.choice(["0%", "10%", "20%"])}
    return _ended(plan, day, "surrendered", surrender)


def _exchanged_away(plan: Plan, chance: Random) -> Plan:
    day, other = _some_day(plan, chance), chance.choice(OTHERS)
    key = "exchange_to" if plan.qualification == "non_qualified" else "rollover_to"
    about = "exchanged for another company's contract" if key == "exchange_to" else "rolled over to another company"
    return _ended(plan, day, about, {"kind": "surrender", "on": str(day), key: other})


def _partly_exchanged(plan: Plan, chance: Random) -> Plan:
    plan = replace(plan, qualification="non_qualified")
    day, amount = _some_day(plan, chance), f"{plan.first // 5}.00"
    part = {"kind": "withdrawal", "on": str(day), "amount": amount, "exchange_to": chance.choice(OTHERS)}
    return replace(plan, settled=(part,), about="a part exchanged for another company's contract")


def _returned(plan: Plan, chance: Random) -> Plan:
    opening = _opening(plan, chance)
    day = date.fromisoformat(opening[-1]["delivered"]) + timedelta(days=chance.randint(1, 9))
    plan = replace(plan, opening=opening, regular=0)
    return _ended(plan, day, "returned in the free look period", {"kind": "free_look", "on": str(day)})


def _died(plan: Plan, chance: Random) -> Plan:
    day = _some_day(plan, chance)
    proof: PlainEvent = {"kind": "death_proof", "on": str(day + timedelta(days=chance.randint(30, 90)))}
    return _ended(plan, day, "death of the owner", _notice(day, chance), proof | {"withholding": "10%"})


def _two_beneficiaries(plan: Plan, chance: Random) -> Plan:
    day, share = _some_day(plan, chance), 10 * chance.randint(3, 7)
    heirs = ((_party(chance), f"{share}%"), (_party(chance), f"{100 - share}%"))
    proofs = [
        {"kind": "death_proof", "on": str(day + timedelta(days=days)), "party": heir}
        for (heir, _), days in zip(heirs, (chance.randint(25, 50), chance.randint(60, 130)), strict=True)
    ]
    plan = replace(plan, beneficiaries=heirs)
    return _ended(plan, day, "two beneficiaries who prove on different days", _notice(day, chance), *proofs)


def _continued(plan: Plan, chance: Random) -> Plan:
    """The spouse goes on, and takes some money a while later."""
    day, spouse = _some_day(plan, chance), _party(chance)
    on = str(day + timedelta(days=chance.randint(30, 60)))
    continued = {"kind": "spousal_continuation", "on": on, "party": spouse}
    taken = {"kind": "withdrawal", "on": str(day + timedelta(days=120)), "amount": f"{plan.first // 10}.00"}
    plan = replace(plan, beneficiaries=((spouse, "100%"),))
    return _ended(plan, day, "continued by the spouse", _notice(day, chance), continued, taken)


def _frozen(plan: Plan, chance: Random) -> Plan:
    """A withdrawal asked for in the meantime is refused."""
    day, cause = _some_day(plan, chance), chance.choice(["legal_order", "missing_tax_number", "suspected_fraud"])
    settled = (
        {"kind": "freeze", "id": "freeze", "on": str(day), "cause": cause},
        {"kind": "withdrawal", "on": str(day + timedelta(days=9)), "amount": f"{plan.first // 10}.00"},
        {"kind": "release", "on": str(day + timedelta(days=chance.randint(20, 90))), "of": "freeze"},
    )
    return replace(plan, settled=settled, about=f"frozen for a while: {cause.replace('_', ' ')}")


def _bounced(plan: Plan, chance: Random) -> Plan:
    plan = plan if plan.regular else _with_regular(plan, chance)
    day = _some_day(plan, chance)
    settled = (
        {"kind": "purchase_payment", "id": "draft", "on": str(day), "amount": f"{10 * plan.regular}.00"},
        {"kind": "payment_returned", "on": str(day + timedelta(days=chance.randint(3, 8))), "of": "draft",
         "channel": "feed", "reason": "insufficient funds"},
    )  # fmt: skip
    return replace(plan, settled=settled, about="a draft that the bank returned")


def _ended(plan: Plan, day: date, about: str, *settled: PlainEvent) -> Plan:
    """Nothing happens by chance from some days before."""
    return replace(plan, until=max(plan.issued, day - timedelta(days=10)), about=about, settled=settled)


def _notice(died: date, chance: Random) -> PlainEvent:
    heard = died + timedelta(days=chance.randint(2, 20))
    return {"kind": "death_notice", "on": str(heard), "date_of_death": str(died), "channel": "phone"}


def _party(chance: Random) -> str:
    """An id far from those of owners."""
    return f"party-{chance.randint(10_000, 99_999)}"


def _some_day(plan: Plan, chance: Random) -> date:
    """A valuation date some time after the contract date, and early enough for what follows from it."""
    most = (LAST_DAY - plan.issued).days - 150
    return previous_valuation_date(plan.issued + timedelta(days=chance.randint(200, most)))


IN_A_HUNDRED: Final[dict[Turn, int]] = {
    _surrendered: 16,
    _exchanged_away: 4,
    _partly_exchanged: 2,
    _returned: 3,
    _died: 5,
    _two_beneficiaries: 3,
    _continued: 2,
    _exchanged_in: 6,
    _frozen: 3,
    _completed: 3,
    _came_again: 1,
    _bounced: 4,
}
"""How many of a hundred drawn contracts take which turn."""
