"""What can be asked of a contract, and the answer: the number with the reason for all of it."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import date
from typing import Final

from inforce.contracts import Event
from inforce.cycle import Applied, Position
from inforce.cycle.requests import account_names
from inforce.errors import Fault, MissingData, NotFound
from inforce.market import Market
from inforce.mechanics.records import Annuity, Status
from inforce.mechanics.surrender import free_amount
from inforce.quote import QUOTED, set_out
from inforce.valuation import Ready, ready, value

from .changes import Changes, beginning, changes_of, replay
from .leaves import Leaves
from .numerals import Numerals
from .operations import operation_words
from .runs import asked, traced_run
from .traced import plain, tracing
from .tree import Explanation
from .words import BREAKDOWN, NOTHING, status_words

ON_VALUATION: Final = {
    "contract_value": "value",
    "surrender_value": "surrender_value",
    "death_benefit": "death_benefit",
}
ON_SURRENDER: Final = {"surrender_charge": "surrender_charge", "maintenance_charge": "maintenance"}
LABELS: Final = {name: BREAKDOWN[field][0] for name, field in (ON_VALUATION | ON_SURRENDER).items()} | {
    "free_amount": "free withdrawal amount"
}
QUANTITIES: Final = tuple(LABELS)
"""Numbers of a valuation that can be asked for by name."""
UNTIL_PAID: Final = ("contract_value", "death_benefit")
"""Those that a contract still has when a death was notified; the others end with the contract in force."""


def explain(
    position: Position,
    market: Market,
    what: str | Event,
    on: date | None = None,
    changes: Changes | None = None,
) -> Explanation:
    """Why is this number what it is?

    `what` is one of `QUANTITIES`, an account's id, the id of an event that was applied (or a calendar item, like
    `maintenance_charge 1990-05-01`), or a request (withdrawal, surrender, death proof) to be priced as if made.
    `position` must have been advanced to `on` (default: the day it was advanced to). `changes` tells what last changed
    the contract's numbers; without it the position's steps are run again to find out. Only a contract opened in
    mid-life needs it.

    Raises:
        NotFound: nothing of that name can be asked; says what can.
        Refused: the contract is not issued, or does not allow the request.
        MissingData: a price is not known, or an event of a contract opened in mid-life was asked for without `changes`.
        Fault: the explained numbers are not those that were posted.
    """
    if isinstance(what, Event):
        return _requested(position, market, what, changes)
    day = on or position.through
    if what in QUANTITIES or what in _accounts(position):
        return _valued(position, market, what, day, changes)
    for applied in position.applied:
        if applied.name == what:
            return _applied(position, market, applied, changes)
    unapplied = _unapplied(position, what)
    if unapplied is not None:
        return unapplied
    raise NotFound(f"{what!r} cannot be explained for contract {position.contract.id}. Ask for a number: "
                   f"{', '.join(QUANTITIES)}; an account: {_listing(_accounts(position))}; or what was done: "
                   f"{_listing(_names(position))}.")  # fmt: skip


def _accounts(position: Position) -> list[str]:
    """Accounts of the contract that hold something, and all the others after them."""
    if position.state is None:
        return []
    names = account_names(position.terms(position.through).sections)
    held = [*position.state.units, *position.state.balance]
    return [n for n, x in zip(names, held, strict=True) if x] + [n for n, x in zip(names, held, strict=True) if not x]


def _names(position: Position) -> list[str]:
    taken = [*(applied.name for applied in position.applied), *(item.name for item in position.administered)]
    declined = [d.recorded.event.id for d in position.declined]
    return [*taken, *declined, *(w.recorded.event.id for w in position.waiting)]


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _valued(position: Position, market: Market, what: str, on: date, changes: Changes | None) -> Explanation:
    """A number of the valuation of a day, checked against it."""
    r = ready(position, market, on)
    leaves = _leaves(position, market, r, on, changes)
    status = Status(r.state.status)
    if what in LABELS and status > (Status.DEATH_NOTIFIED if what in UNTIL_PAID else Status.IN_FORCE):
        return _ended(leaves, what)
    e = _explained(leaves, r, what)
    valuation = value(position, market, on)
    posted = getattr(valuation, what, None) if what in LABELS else None
    if posted is None:
        posted = next((account.value for account in valuation.accounts if account.id == what), 0)
    if posted != e.value:
        raise Fault(f"{what} of contract {position.contract.id} on {on} is {posted}, but was explained as {e.value}")
    return e


def _explained(leaves: Leaves, r: Ready, what: str) -> Explanation:
    on, names = leaves.on, account_names(r.terms.sections)
    surrendering = deepcopy(r.due)
    surrendering.surrender = 1
    surrender = traced_run(leaves, r.prices, surrendering)
    if what in ON_SURRENDER:
        return asked(surrender.field(ON_SURRENDER[what]), f"{LABELS[what]} of a surrender on {on}")
    r.due.valuation = 1
    in_force = r.state.status == Status.IN_FORCE
    run = traced_run(leaves, r.prices, r.due, surrender.breakdown if in_force else None)
    if what in ON_VALUATION:
        return asked(run.field(ON_VALUATION[what]), f"{LABELS[what]} on {on}")
    if what in names:
        k = names.index(what)
        return asked(run.number(run.breakdown.account_value[k]), f"{leaves.account(k)} on {on}")
    with tracing():
        amount = free_amount(run.state, run.terms, run.breakdown.value)
    return asked(run.number(amount), f"{LABELS[what]} on {on}")


def _ended(leaves: Leaves, what: str) -> Explanation:
    """There is no such number any more."""
    state, changes = leaves.state_before, leaves.changes
    event = changes.last("status", -1, leaves.steps) if changes else None
    note = NOTHING + f"the contract stands at {status_words(state.status)}"
    text = Numerals().write(0, "cents")
    return Explanation(1, "constant", f"{LABELS[what]} on {leaves.on}", 0, "cents", text, note=note, event=event)


def _leaves(
    position: Position, market: Market, r: Ready, on: date, changes: Changes | None, event: Event | None = None
) -> Leaves:
    return Leaves(position, market, r.terms, on, r.state, event, changes or changes_of(position))


def _requested(position: Position, market: Market, request: Event, changes: Changes | None) -> Explanation:
    """What a request would do, run on a copy."""
    if not isinstance(request, tuple(QUOTED.values())):
        raise NotFound(
            f"a {operation_words(request.kind)} cannot be priced as if it were made; one of {', '.join(QUOTED)} can"
        )
    r = set_out(position, market, request)
    run = traced_run(_leaves(position, market, r, request.on, changes, request), r.prices, r.due)
    label = f"paid for a {operation_words(request.kind)} on {request.on}, if it were made"
    return asked(run.listed(label, request.kind), label)


def _applied(position: Position, market: Market, applied: Applied, changes: Changes | None) -> Explanation:
    """What an event that was applied, or something that the calendar brought, did."""
    start = changes.start if changes else None
    known = changes_of(position, start)
    if known is None:
        raise MissingData(f"{applied.name} cannot be run again: contract {position.contract.id} was opened "
                          "in mid-life; give the Changes that watched it from its opening state")  # fmt: skip
    before, steps = _before(position, applied, start)
    item = applied.item
    leaves = Leaves(position, market, applied.terms, item.day, before, item.event, known, steps)
    run = traced_run(leaves, applied.prices, applied.due)
    if plain(run.breakdown) != applied.breakdown:
        raise Fault(f"{applied.name} of contract {position.contract.id} gives other numbers than it did when applied")
    label = f"{operation_words(item.operation)} of {item.day}"
    label = f"{applied.name}, {label}" if item.event else label
    return asked(run.listed(label, item.operation), label)


def _before(position: Position, wanted: Applied, start: Annuity | None) -> tuple[Annuity, int]:
    """The state before a step, and how many steps came before it."""
    state = beginning(position, start)
    for n, applied in enumerate(replay(position, state)):
        if applied is wanted:
            return deepcopy(state), n
    raise Fault(f"{wanted.name} is no step of contract {position.contract.id}")


def _unapplied(position: Position, name: str) -> Explanation | None:
    """An event that changed no number: it needs no price, was declined, or still waits."""
    for item in position.administered:
        if item.name == name:
            return _nothing(name, item.operation, item.day, "taken; it moves no money", "")
    for d in position.declined:
        if d.recorded.event.id == name:
            return _nothing(name, d.recorded.event.kind, d.day, f"declined: {d.refused.message}", d.refused.citation)
    for w in position.waiting:
        if w.recorded.event.id == name:
            return _nothing(name, w.recorded.event.kind, w.day, f"waits for {w.waits_for}", "")
    return None


def _nothing(name: str, kind: str, day: date, words: str, citation: str) -> Explanation:
    label = f"{name}, {operation_words(kind)} of {day}"
    return Explanation(1, "event", label, 0, "choice", "", note=words, citation=citation)
