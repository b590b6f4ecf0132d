"""The fold: a contract's events and calendar, applied in order, up to a day. Replay from nothing is this function."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from inforce.contracts import Contract, Event, check_application, check_event
from inforce.contracts.events import (
    ABOUT_EVENTS,
    AllocationChange,
    Application,
    Issue,
    PurchasePayment,
    Rejection,
    Reversal,
)
from inforce.contracts.good_order import check_allocation, check_rejection, check_reversal
from inforce.dates import day_number
from inforce.errors import Backdated, Fault, MissingData, Refused
from inforce.ledger import Entry, Line, Recorded, Snapshot
from inforce.market import Market
from inforce.mechanics.annuity import step
from inforce.mechanics.records import Annuity, Breakdown, Due, Reason, Status, make_room, new_annuity, new_breakdown
from inforce.mechanics.records import Market as Prices
from inforce.terms import ContractTerms, Product

from .posting import engine_version, entry_for, received_lines, returned_lines, step_lines
from .prices import Pricer
from .requests import account_names, check_limits, due_for
from .schedule import Item, TermsOn, calendar_items, pricing_day, rank, request_item


@dataclass(frozen=True, slots=True)
class Applied:
    """One step that was done."""

    item: Item
    due: Due
    breakdown: Breakdown
    terms: ContractTerms
    prices: Prices

    @property
    def name(self) -> str:
        """The event's id, or the calendar's operation and day."""
        return self.item.name


@dataclass(frozen=True, slots=True)
class Declined:
    """An event that was refused, with the reason."""

    recorded: Recorded
    day: date
    refused: Refused


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that has not been applied yet, and what it waits for."""

    recorded: Recorded
    day: date
    waits_for: str


Observer = Callable[["Position", Applied], None]


@dataclass(slots=True)
class Position:
    """A contract after everything due up to a day."""

    contract: Contract
    product: Product
    through: date
    issued: date | None = None
    delivered: date | None = None
    state: Annuity | None = None
    allocation: Mapping[str, int] = field(default_factory=dict)
    suspense: int = 0
    """Cents received and not yet applied."""
    applied: list[Applied] = field(default_factory=list)
    administered: list[Item] = field(default_factory=list)
    """Applications, issue and allocation changes that were taken."""
    declined: list[Declined] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    stalled: MissingData | None = None
    """The price or rate that stopped the fold, if one did."""
    reached: date = date.max
    """Everything due up to here is done: `through`, or the day before what stalled."""
    sequence: int = 0
    """The last event of the journal that the fold has seen."""
    taken: frozenset[int] = frozenset()
    """Events from after `reached` that it has received all the same."""
    filed_by: date | None = None
    """Terms as filed up to this day; None: everything."""
    taken_back: dict[str, str] = field(default_factory=dict)
    """Events that a reversal has taken back, each with the reversal's id."""
    rejected: dict[str, Refused] = field(default_factory=dict)
    """Events that a rejection declines, each with what it says."""

    def __post_init__(self) -> None:
        self.reached = self.through

    def terms(self, on: date) -> ContractTerms:
        """The contract's terms on a day. Refused before issue."""
        if self.issued is None:
            raise Refused("not_issued", f"contract {self.contract.id} is not issued on {on}")
        return self.product.terms(self.contract.cohort(self.issued), on, self.filed_by)

    @property
    def took_late(self) -> bool:
        """Was something taken that became known after the day from which it counts?"""
        items = (*self.administered, *(applied.item for applied in self.applied))
        return any(item.recorded is not None and item.recorded.known > item.day for item in items)

    def snapshot(self) -> Snapshot:
        """A copy to go on from."""
        waiting = frozenset(w.recorded.sequence for w in self.waiting)
        return Snapshot(self.reached, self.issued, deepcopy(self.state), self.delivered, self.allocation,
                        self.suspense, self.sequence, waiting, self.taken)  # fmt: skip


def advance(
    contract: Contract,
    product: Product,
    recorded: list[Recorded],
    market: Market,
    through: date,
    observer: Observer | None = None,
    opening: "Snapshot | None" = None,
    filed_by: date | None = None,
) -> Position:
    """Apply everything due up to and including `through`: requests in good order, and what the calendar brings.

    A request that its terms do not allow is declined with a reason, and money it brought is returned. One whose
    price is not known yet waits, and so does all else of that day and after it. With an `opening` the fold goes on from
    there: what the snapshot has handled is passed over. With `filed_by` only what was filed by then counts of the
    terms.

    Raises:
        Fault: an entry did not balance or a rule was used outside its range; nothing of the contract is posted.
        Backdated: an event counts from a day that the opening has passed; replay from an earlier one, or from nothing.
    """
    fold = _Fold(Position(contract, product, through, filed_by=filed_by), market, observer, opening)
    fold.run(recorded)
    if fold.position.stalled is None:
        return fold.position
    whole_days = _Fold(Position(contract, product, through, filed_by=filed_by), market, None, opening, fold.position)
    whole_days.run(recorded)
    return whole_days.position


class _Fold:
    def __init__(
        self,
        position: Position,
        market: Market,
        observer: Observer | None,
        opening: Snapshot | None,
        stalled: Position | None = None,
    ) -> None:
        self.position = position
        self.stalled = stalled
        """How far a first attempt came: nothing that may need a price is done after that."""
        self.pricer = Pricer(market, position.product, position.contract)
        self.observer = observer
        self.engine = engine_version()
        self.opening = opening
        position.allocation = position.contract.allocation
        if opening is not None:
            position.issued, position.delivered, position.suspense = opening.issued, opening.delivered, opening.suspense
            position.allocation, position.state = opening.allocation, deepcopy(opening.state)

    def run(self, recorded: list[Recorded]) -> None:
        for item in self._agenda(recorded):
            event = item.event
            if item.day > self.position.through:
                self._wait(item, f"its valuation date {item.day}")
            elif self.stalled is not None and item.day > self.stalled.reached and not self._opens(item):
                self._wait_as_before(item)
            elif item.name in self.position.rejected and self.position.stalled is None:
                self._decline(item, self.position.rejected[item.name])
            elif isinstance(event, PurchasePayment) and self.position.issued is None:
                self._hold(item)
            elif self.position.stalled is not None:
                self._wait(item, "an earlier item that waits for its price")
            else:
                self._take(item)
        if self.stalled is not None:
            self._note_stall(recorded)

    def _opens(self, item: Item) -> bool:
        """An application or issue comes first on its day, and needs no price."""
        stalled = self.stalled is not None and self.stalled.reached + timedelta(days=1)
        return item.day == stalled and isinstance(item.event, Application | Issue)

    def _wait_as_before(self, item: Item) -> None:
        waits = {w.recorded.sequence: w.waits_for for w in (self.stalled.waiting if self.stalled else ())}
        self._wait(item, waits.get(item.sequence, "the prices of its day"))

    def _note_stall(self, recorded: list[Recorded]) -> None:
        """A day is done whole or not at all; what was received after the last whole day is remembered one by one."""
        position = self.position
        if self.stalled is not None:
            position.stalled, position.reached = self.stalled.stalled, self.stalled.reached
        seen = (r for r in recorded if r.event.on <= position.through)
        taken = {r.sequence for r in seen if max(r.event.on, r.known) > position.reached}
        position.taken = frozenset(taken | (self.opening.taken if self.opening else set()))

    def _agenda(self, recorded: list[Recorded]) -> list[Item]:
        """Every item in order; only what was received by the day is known to it."""
        position, opening = self.position, self.opening
        standing = [r for r in self._standing(recorded) if r.event.on <= position.through]
        arrived = [r for r in standing if not (opening and opening.handled(r))]
        seen = opening.sequence if opening else 0
        position.sequence = max(seen, *(r.sequence for r in recorded), 0)
        issue = next((r.event for r in arrived if isinstance(r.event, Issue)), None)
        first = position.issued or (issue.contract_date or issue.on if issue else None)
        issued = first or min((r.event.on for r in arrived), default=position.through)
        terms_on = self._terms_on(issued)
        self._receive(arrived)
        begin = max(first, issue.on) if first and issue else first
        items = [request_item(r, terms_on(r.event.on).calendar, begin) for r in arrived]
        if first is not None:
            items += [i for i in calendar_items(first, terms_on, position.through) if not opening or i.day > opening.on]
        late = next((i for i in items if opening and i.recorded and i.day <= opening.on), None)
        if late is not None and opening is not None:
            raise Backdated(f"event {late.name} counts from {late.day}; the contract stands at {opening.on} already: "
                            "replay it from before")  # fmt: skip
        return sorted(items, key=lambda item: rank(item, terms_on(item.day).order_of_operations.operations))

    def _terms_on(self, issued: date) -> TermsOn:
        """The terms by which days are found: those of the contract; before issue as if it were issued on `issued`."""
        position = self.position
        contract, forms = position.contract, position.product.card.forms
        form = contract.form if contract.form in forms else next(iter(forms))  # an unknown one is refused at issue
        cohort = replace(contract.cohort(issued), form=form)
        return lambda day: position.product.terms(cohort, day, position.filed_by).sections

    def _standing(self, recorded: list[Recorded]) -> list[Recorded]:
        """The events without what is about other events, and without what is reversed.

        A reversal or a rejection counts as soon as it is known, for every day: what a reversal takes back never
        happened, what a rejection names is declined. Backdated where either was handled otherwise already.
        """
        position, by_id = self.position, {r.event.id: r for r in recorded}
        for r in recorded:
            if isinstance(r.event, Rejection) and self._counts(r, by_id.get(r.event.of)):
                position.rejected[r.event.of] = Refused("rejected", f"{r.event.who} rejected it: {r.event.reason}")
        for r in recorded:
            if isinstance(r.event, Reversal) and self._counts(r, by_id.get(r.event.of)):
                position.taken_back[r.event.of] = r.event.id
        return [r for r in recorded if r.event.id not in position.taken_back and r.event.kind not in ABOUT_EVENTS]

    def _counts(self, about: Recorded, target: Recorded | None) -> bool:
        """Does a reversal or rejection count? It is declined where it does not."""
        event, opening = about.event, self.opening
        try:
            if event.id in self.position.rejected:
                raise self.position.rejected[event.id]
            if opening is not None and opening.handled(about):
                return True
            if isinstance(event, Reversal):
                check_reversal(event, target.event if target else None)
            elif isinstance(event, Rejection):
                check_rejection(event, target.event if target else None)
        except Refused as refused:
            self.position.declined.append(Declined(about, event.on, refused))
            return False
        if target is not None and opening is not None and opening.received(target):
            raise Backdated(f"event {target.event.id} was taken in already, and {event.id} ({event.kind}) is of it: "
                            "replay it")  # fmt: skip
        return True

    def _receive(self, arrived: list[Recorded]) -> None:
        """Money goes into suspense on the day it arrives."""
        for r in arrived:
            if isinstance(r.event, PurchasePayment) and not (self.opening and self.opening.received(r)):
                self.position.suspense += r.event.amount
                self._enter("receipt", r.event.on, r, received_lines(r.event.amount))

    def _wait(self, item: Item, what: str) -> None:
        if item.recorded is not None:
            self.position.waiting.append(Waiting(item.recorded, item.day, what))

    def _hold(self, item: Item) -> None:
        """Money without a contract: it waits for the issue, or goes back where that was refused."""
        refused = next((d for d in self.position.declined if isinstance(d.recorded.event, Application | Issue)), None)
        if refused is None:
            self._wait(item, "the contract's issue")
        else:
            self._decline(item, Refused("not_issued", f"the contract was not issued: {refused.refused}"))

    def _take(self, item: Item) -> None:
        try:
            self._apply(item)
        except Refused as refused:
            self._decline(item, refused)
        except MissingData as missing:
            self.position.stalled = missing
            self.position.reached = item.day - timedelta(days=1)
            self._wait(item, str(missing))

    def _decline(self, item: Item, refused: Refused) -> None:
        if item.recorded is None:
            raise Fault(f"{item.operation} of {item.day}: {refused}")
        self.position.declined.append(Declined(item.recorded, item.day, refused))
        if isinstance(item.event, PurchasePayment):
            self.position.suspense -= item.event.amount
            self._enter("return", item.day, item.recorded, returned_lines(item.event.amount))

    def _apply(self, item: Item) -> None:
        position, event = self.position, item.event
        if event is not None and event.kind in ("application", "issue", "allocation"):
            self._administer(event)
            position.administered.append(item)
            return
        if event is None and position.state is None:
            return  # the calendar of a contract whose issue was refused, or entered later than its contract date
        terms = position.terms(item.day)
        state = position.state
        if state is None:
            raise Fault(f"contract {position.contract.id} has no state on {item.day}")
        if event is None and state.status > Status.DEATH_NOTIFIED:
            return
        if event is not None:
            check_event(event, terms, position.issued, position.delivered, item.day)
        self._step(item, event, terms, state)

    def _administer(self, event: Event) -> None:
        """What needs no price: application, issue, a new standing allocation."""
        position = self.position
        if isinstance(event, Issue):
            if position.issued is not None:
                raise Refused("issued_already", f"the contract was issued on {position.issued}")
            issued = event.contract_date or event.on
            if not any(isinstance(i.event, Application) for i in position.administered):
                check_application(position.contract, position.product, issued)
            position.issued, position.delivered = issued, event.delivered
            sections = position.terms(issued).sections
            position.state = new_annuity(len(sections.sub_accounts), len(sections.fixed_accounts), day_number(issued))
        elif isinstance(event, AllocationChange):
            terms = position.terms(event.on)
            check_event(event, terms, position.issued, position.delivered, event.on)
            position.allocation = event.allocation
        else:
            check_application(position.contract, position.product, event.on)

    def _step(self, item: Item, event: Event | None, terms: ContractTerms, state: Annuity) -> None:
        due = self._due(item, event, terms)
        prices = self.pricer.prices(state, due, terms, pricing_day(item.day), item.day)
        make_room(state)
        breakdown = new_breakdown(state)
        if event is not None:
            check_limits(event, due, terms, state, prices, breakdown)
        step(state, terms.record, prices, due, breakdown)
        if breakdown.fault:
            raise Fault(f"{item.operation} on {item.day}, contract {self.position.contract.id}: the step reports "
                        f"{Reason(breakdown.fault).name.lower()}; nothing was posted")  # fmt: skip
        applied = Applied(item, due, breakdown, terms, prices)
        lines = step_lines(breakdown, account_names(terms.sections), state.funds)
        if lines:
            self._enter(item.operation, item.day, item.recorded, lines, terms)
        if isinstance(event, PurchasePayment):
            self.position.suspense -= event.amount
        self.position.applied.append(applied)
        if self.observer is not None:
            self.observer(self.position, applied)

    def _due(self, item: Item, event: Event | None, terms: ContractTerms) -> Due:
        position = self.position
        allocation, basis = position.allocation, 0
        if isinstance(event, PurchasePayment):
            allocation = event.allocation or position.allocation
            if not allocation:
                raise Refused("allocation_missing", "neither the payment nor the contract says where the money goes")
            check_allocation(allocation, terms, position.issued or item.day, item.day)
            default = event.amount if position.contract.qualification == "non_qualified" else 0
            basis = default if event.basis is None else event.basis
        return due_for(item.operation, event, item.day, terms.sections, allocation, basis)

    def _enter(
        self,
        operation: str,
        day: date,
        recorded: Recorded | None,
        lines: tuple[Line, ...],
        terms: ContractTerms | None = None,
    ) -> None:
        version = terms.product.version if terms else self.position.product.version
        event, known = (recorded.event.id, recorded.known) if recorded else (f"{operation} {day}", day)
        entry = entry_for(self.position.contract.id, event, operation, day, known, version, self.engine, lines)
        self.position.entries.append(entry)
