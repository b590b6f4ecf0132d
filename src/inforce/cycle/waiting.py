"""What waits: requests received and not applied, why, and what they ask of the funds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from inforce.contracts import ABOUT_EVENTS, PRICED, Event
from inforce.contracts.events import DeathNotice, PurchasePayment, Reversal, Transfer, Withdrawal
from inforce.errors import MissingData
from inforce.ledger import Recorded, Stored
from inforce.mechanics.accounts import allocate
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import portion
from inforce.mechanics.records import make_room, new_annuity, new_breakdown, new_due, new_market
from inforce.terms import ContractTerms

from .position import Position, Waiting
from .requests import account_names, by_account
from .run import Cycle

NOT_RUN: Final = "the cycle's next run"


@dataclass(frozen=True, slots=True)
class Open:
    """A request that was received and is not applied."""

    contract: str
    event: Event
    day: date | None
    """The day it will count from, where that is known."""
    waits_for: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a request that waits asks of one fund: dollars, a share or units, as far as they are known."""

    separate_account: str
    fund: str
    """Blank: all of the contract's accounts, in proportion to their values."""
    contract: str
    event: str
    kind: str
    side: str
    """`buy` or `sell`."""
    cents: int | None = None
    share: int | None = None
    """Parts per billion of the account, or of what a transfer moves."""
    units: int | None = None
    waits_for: str = ""


def open_requests(cycle: Cycle, day: date) -> Iterator[Open]:
    """Everything received and known by a day that is not applied, with the reason."""
    for _, found in _open(cycle, day):
        yield from found


def pending_orders(cycle: Cycle, day: date) -> Iterator[Order]:
    """What the requests that wait for their prices ask of the funds. Contracts that are not issued order nothing."""
    for position, found in _open(cycle, day):
        if position.issued is not None and position.state is not None:
            for request in found:
                if request.event.kind in PRICED and not isinstance(request.event, DeathNotice):
                    yield from _orders(position, request)


def _open(cycle: Cycle, day: date) -> Iterator[tuple[Position, list[Open]]]:
    names = cycle.book.waiting()
    with cycle.book.ahead(names):
        for name in names:
            position = cycle.look(name, day)
            unposted = [r for r in _unposted(cycle, name) if r.event.on <= day and r.known <= day]
            requests = [r for r in unposted if r.event.kind not in ABOUT_EVENTS]
            waiting = {w.recorded.sequence: w for w in position.waiting}
            reasons = _held(cycle.standing(name), requests) or waiting
            if any(r.sequence not in reasons for r in unposted) and (missing := cycle.missing(name, day)):
                requests, reasons = unposted, _without_price(unposted, missing) | waiting
            found = [_request(name, r, position, reasons.get(r.sequence)) for r in requests]
            if found:
                yield position, found


def _unposted(cycle: Cycle, name: str) -> list[Recorded]:
    """Events that the stored position has not handled, without those that were taken back."""
    stored = cycle.standing(name)
    events = cycle.book.unhandled(name, stored.snapshot) if stored else cycle.book.events(name)
    gone = {r.event.of for r in events if isinstance(r.event, Reversal)}
    return [
        r for r in events
        if r.event.id not in gone
        if not (stored and stored.snapshot.handled(r))
    ]  # fmt: skip


def _held(stored: Stored | None, unposted: list[Recorded]) -> dict[int, Waiting]:
    """Where a correction is held, all that is new waits for its approval."""
    if stored is None or stored.held is None:
        return {}
    return {r.sequence: Waiting(r, r.event.on, f"the approval of {stored.held.id}") for r in unposted}


def _without_price(unposted: list[Recorded], missing: MissingData) -> dict[int, Waiting]:
    """Where a correction lacks a price, its own or that of its trade, all that is new waits for it."""
    return {r.sequence: Waiting(r, r.event.on, f"a price that the correction needs: {missing}") for r in unposted}


def _request(name: str, recorded: Recorded, position: Position, waiting: Waiting | None) -> Open:
    if waiting is not None:
        return Open(name, recorded.event, waiting.day, waiting.waits_for)
    refused = next((d for d in position.declined if d.recorded.sequence == recorded.sequence), None)
    return Open(name, recorded.event, None, f"{NOT_RUN}, which refuses it: {refused.refused}" if refused else NOT_RUN)


def _orders(position: Position, request: Open) -> Iterator[Order]:
    """Those of the sub-accounts; a fixed account has no units."""
    terms = position.terms(max(position.issued or position.reached, position.reached))
    contract = position.contract
    account = position.product.separate_account(contract.qualification, contract.issue_state)
    funds = set(terms.sections.sub_accounts)
    for side, fund, cents, share, units in _asked(position, request.event, terms):
        if not fund or fund in funds:
            event = request.event
            yield Order(account, fund, contract.id, event.id, event.kind, side, cents, share, units, request.waits_for)


Asked = tuple[str, str, int | None, int | None, int | None]
"""Side, fund, cents, share, units."""


def _asked(position: Position, event: Event, terms: ContractTerms) -> Iterator[Asked]:
    if isinstance(event, PurchasePayment):
        for name, cents in _parts(terms, event.allocation or position.allocation, event.amount):
            yield "buy", name, cents, None, None
    elif isinstance(event, Transfer):
        yield from _transfer(event, terms)
    elif isinstance(event, Withdrawal):
        yield from _withdrawal(event)
    else:
        held = position.state.units if position.state else []
        for name, units in zip(terms.sections.sub_accounts, held, strict=True):
            if units:
                yield "sell", name, None, None, units


def _transfer(event: Transfer, terms: ContractTerms) -> Iterator[Asked]:
    for name, part in event.from_.items():
        yield "sell", name, *_part(part)
    dollars = list(event.from_.values())
    parts = dict(_parts(terms, event.to, sum(dollars))) if min(dollars) > 0 else {}
    for name, share in event.to.items():
        yield "buy", name, parts.get(name), None if parts else share, None


def _withdrawal(event: Withdrawal) -> Iterator[Asked]:
    if event.from_ is None:
        yield "sell", "", event.amount, None, None
        return
    for name, part in event.from_.items():
        if event.amount is None:
            yield "sell", name, *_part(part)
        else:
            yield "sell", name, portion(event.amount, -part), None, None


def _part(part: int) -> tuple[int | None, int | None, int | None]:
    """Dollars, or a share of the account."""
    return (part, None, None) if part > 0 else (None, -part, None)


def _parts(terms: ContractTerms, shares: Mapping[str, int], amount: int) -> Iterator[tuple[str, int]]:
    """An amount split over accounts by the rule that will split it, at made-up prices: parts do not depend on them."""
    names = account_names(terms.sections)
    state = new_annuity(len(terms.sections.sub_accounts), len(terms.sections.fixed_accounts), 0)
    make_room(state, terms.record)
    breakdown, due = new_breakdown(state), new_due(state.funds, state.fixed)
    market = new_market([1] * state.funds, [INDEX_SCALE] * state.fixed)
    due.payment_into = by_account(shares, names)
    allocate(state, terms.record, market, due, breakdown, amount, 0)
    return ((name, part) for name, part in zip(names, breakdown.part, strict=True) if part)
