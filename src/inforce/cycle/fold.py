"""The fold: a contract's events and calendar, applied in order, up to a day. Replay from nothing is this function."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from inforce.contracts import (
    PRICED,
    STOPPED_BY_DEATH,
    Contract,
    Event,
    check_allocation,
    check_application,
    check_claim,
    check_concerns,
    check_delivery,
    check_event,
    check_mention,
    check_not_frozen,
    refusal,
)
from inforce.contracts.events import (
    AllocationChange,
    Application,
    ApplicationCompleted,
    Consent,
    DeathProof,
    Delivery,
    Issue,
    PaymentReturned,
    PurchasePayment,
    Release,
    SpousalContinuation,
)
from inforce.dates import day_number
from inforce.errors import Backdated, Fault, MissingData, Refused
from inforce.ledger import Line, Recorded, Snapshot
from inforce.market import Market
from inforce.mechanics.annuity import step
from inforce.mechanics.records import Annuity, Breakdown, Due, Reason, Status, make_room, new_annuity, new_breakdown
from inforce.mechanics.units import value_of
from inforce.terms import ContractTerms, Product, VariableAnnuityTerms

from .intake import Intake
from .position import Applied, Declined, Observer, Position, Waiting
from .posting import engine_version, entry_for, lost_lines, received_lines, returned_lines, step_lines
from .prices import Pricer
from .requests import account_names, check_limits, due_for, excess_due
from .schedule import Item, Rank, TermsOn, calendar_items, notified, pricing_day, rank, request_item, segment_ends
from .standing import Standing, freezes


def advance(
    contract: Contract,
    product: Product,
    recorded: list[Recorded],
    market: Market,
    through: date,
    observer: Observer | None = None,
    opening: "Snapshot | None" = None,
    filed_by: date | None = None,
    until: date | None = None,
) -> Position:
    """Apply everything due up to and including `through`: requests in good order, and what the calendar brings.

    A request that its terms do not allow is declined with a reason, and money it brought is returned. One whose
    price is not known yet waits, and so does all else of its day and after it that needs a price. With an `opening` the
    fold goes on from there: what the snapshot has handled is passed over. With `filed_by` only what was filed by then
    counts of the terms; with `until` what needs a price after that day waits.

    Raises:
        Fault: an entry did not balance or a rule was used outside its range; nothing of the contract is posted.
        Backdated: an event counts from a day that the opening has passed; replay from an earlier one, or from nothing.
    """
    fold = _Fold(Position(contract, product, through, filed_by=filed_by), market, observer, opening, until)
    fold.run(recorded)
    if fold.position.stalled is None:
        return fold.position
    stalled, reached = fold.position.stalled, fold.position.reached
    whole_days = _Fold(Position(contract, product, through, filed_by=filed_by), market, None, opening, reached)
    whole_days.run(recorded)
    whole_days.position.stalled = stalled
    return whole_days.position


class _Fold:
    def __init__(
        self,
        position: Position,
        market: Market,
        observer: Observer | None,
        opening: Snapshot | None,
        until: date | None,
    ) -> None:
        self.position = position
        self.until = until
        position.reached = until or position.through
        self.pricer = Pricer(market, position.product, position.contract)
        self.observer = observer
        self.engine = engine_version()
        self.opening = opening
        self.agenda: list[tuple[Rank, int, Item]] = []
        self.planned = count()
        """So that items of equal rank stay in the order in which they were planned."""
        self.ends: set[date] = set()
        """Days on which ends of segments are planned already."""
        self.terms_on: TermsOn = lambda day: position.terms(day).sections
        self.notified: dict[date, datetime] = {}
        """When on a day a death notice was received that counts from it; what came after it comes too late."""
        self.bought: dict[str, Breakdown] = {}
        """What payments that the bank returned would have done, by their ids."""
        position.allocation = position.contract.allocation
        if opening is not None:
            position.issued, position.delivered, position.suspense = opening.issued, opening.delivered, opening.suspense
            position.allocation, position.state = opening.allocation, deepcopy(opening.state)
            position.proved = set(opening.proved)

    def run(self, recorded: list[Recorded]) -> None:
        for item in self._agenda(recorded):
            self._plan(item)
        self._plan_segment_ends()
        while self.agenda:
            item = heappop(self.agenda)[-1]
            event = item.event
            if item.day > self.position.through:
                self._wait(item, self._later(item))
            elif self.until is not None and item.day > self.until and (event is None or event.kind in PRICED):
                self._wait(item, f"the prices of {self.until + timedelta(days=1)}")
            elif item.name in self.position.rejected and self.position.stalled is None:
                self._decline(item, self.position.rejected[item.name])
            elif isinstance(event, PurchasePayment) and self.position.issued is None:
                self._hold(item)
            elif self.position.stalled is not None:
                self._wait(item, "an earlier item that waits for its price")
            else:
                self._take(item)

    def _agenda(self, recorded: list[Recorded]) -> list[Item]:
        """Every item of events and anniversaries; only what was received by the day is known to it."""
        opening, through = self.opening, self.position.through
        standing, first, terms_on = self._stands(recorded)
        arrived = [r for r in standing if not (opening and opening.handled(r))]
        self._receive(arrived)
        items = [self._item(r, terms_on(r.event.on), first) for r in arrived]
        items += self._tried_out(recorded, arrived, terms_on, first)
        self.notified = notified(i for i in items if i.name not in self.position.rejected)
        if first is not None:
            items += calendar_items(first, terms_on, through, opening.on if opening else None)
        late = next((i for i in items if opening and i.recorded and i.day <= opening.on), None)
        if late is not None and opening is not None:
            raise Backdated(f"event {late.name} counts from {late.day}; the contract stands at {opening.on} already: "
                            "replay it from before")  # fmt: skip
        return items

    def _stands(self, recorded: list[Recorded]) -> tuple[list[Recorded], date | None, TermsOn]:
        """The events that stand on the day, the contract date where there is one, and the terms by which days go."""
        position, opening = self.position, self.opening
        if opening is not None and opening.stalled:
            raise Backdated(f"a price was missing when the contract was brought to {opening.on}: replay it")
        stand = Standing(opening, position.taken_back, position.rejected)
        known = stand.events(recorded)
        standing = [r for r in known if r.event.on <= position.through]
        counting = [r for r in standing if r.event.id not in position.rejected]
        position.declined += [Declined(r, r.event.on, refused) for r, refused in stand.refused]
        seen = opening.sequence if opening else 0
        position.sequence = max(seen, *(r.sequence for r in recorded), 0)
        begun = position.issued or min((r.event.on for r in standing), default=position.through)
        self.intake = Intake.of((r.event for r in counting), position.contract, position.product,
                                self._terms_on(begun)(begun).applications)  # fmt: skip
        issue = self.intake.issue
        first = position.issued or (issue.contract_date or issue.on if issue else None)
        self.terms_on = terms_on = self._terms_on(first or begun)
        void = stand.void([r for r in known if r.event.id not in position.rejected], position.contract, terms_on)
        position.freezes = freezes(counting)
        return [r for r in standing if r.event.id not in void], first, terms_on

    def _plan(self, item: Item) -> None:
        """Put an item in its place among the others: by day, order of operations, sequence."""
        operations = self.terms_on(item.day).order_of_operations.operations
        heappush(self.agenda, (rank(item, operations), next(self.planned), item))

    def _plan_segment_ends(self) -> None:
        """The days on which segments of the contract end, each once; a deposit can add one."""
        state = self.position.state
        if state is None or state.segments == 0:
            return
        passed = self.opening.on if self.opening else date.min
        for item in segment_ends(state, self.terms_on):
            if passed < item.day <= self.position.through and item.day not in self.ends:
                self.ends.add(item.day)
                self._plan(item)

    def _item(self, r: Recorded, terms: VariableAnnuityTerms, first: date | None) -> Item:
        """The item of an event. Money before the issue is priced after it, or goes back."""
        event, issue, begin = r.event, self.intake.issue, first
        if self.position.issued is None and isinstance(event, PurchasePayment):
            fate = self.intake.returned(event)
            if fate is not None:
                return Item(fate.day, event.kind, r.sequence, r)
        if issue is not None and first is not None and self.position.issued is None:
            initial = event in (issue, self.intake.first)
            begin = max(first, self.intake.begins(issue) if initial else issue.on)
            if event is issue:
                return Item(min(begin, issue.on), event.kind, r.sequence, r)
        return request_item(r, terms.calendar, begin)

    def _tried_out(
        self, recorded: list[Recorded], arrived: list[Recorded], terms_on: TermsOn, first: date | None
    ) -> list[Item]:
        """Payments that the bank returned, where the owner bears what they lost: what would they have bought?"""
        returned = {r.event.of for r in arrived if isinstance(r.event, PaymentReturned)
                    and terms_on(r.event.on).purchase_payments.returned.loss_borne_by == "owner"}  # fmt: skip
        return [self._item(r, terms_on(r.event.on), first) for r in recorded if r.event.id in returned]

    def _later(self, item: Item) -> str:
        if isinstance(item.event, PurchasePayment) and self.position.issued is None:
            return self.intake.waits_for(item.event)
        return f"its valuation date {item.day}"

    def _terms_on(self, issued: date) -> TermsOn:
        """The terms by which days are found: those of the contract; before issue as if it were issued on `issued`."""
        position = self.position
        contract, forms = position.contract, position.product.card.forms
        form = contract.form if contract.form in forms else next(iter(forms))  # an unknown one is refused at issue
        cohort = replace(contract.cohort(issued), form=form)
        return lambda day: position.product.terms(cohort, day, position.filed_by).sections

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
        """Money without a contract: it waits for the issue, or goes back where there will be none."""
        if not isinstance(item.event, PurchasePayment) or item.name in self.position.taken_back:
            return
        fate = self.intake.returned(item.event)
        if fate is None:
            self._wait(item, self.intake.waits_for(item.event))
        else:
            self._decline(item, fate.refused)

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
        if item.name in self.position.taken_back:
            return  # it was only tried out: its money is not there any more
        self.position.declined.append(Declined(item.recorded, item.day, refused))
        if isinstance(item.event, PurchasePayment):
            self.position.suspense -= item.event.amount
            self._enter("return", item.day, item.recorded, returned_lines(item.event.amount))

    def _apply(self, item: Item) -> None:
        position, event = self.position, item.event
        if event is not None:
            check_not_frozen(event, position.freeze(event.kind, item.day))
        if event is not None and event.kind not in PRICED:
            self._administer(item, event)
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
            self._check_notified(event, item.day, terms)
            check_event(event, terms, position.issued, position.delivered, item.day)
        if isinstance(event, DeathProof | SpousalContinuation):
            check_claim(event, position.contract, position.proved)
        if item.name in position.taken_back:
            self._try_out(item, event, terms, state)
        else:
            self._step(item, event, terms, state)

    def _check_notified(self, event: Event, day: date, terms: ContractTerms) -> None:
        """A request of the day on which a death notice counts, received after it, is refused as on any later day.

        The order of operations does not ask when things were received, and may put the request first.
        """
        heard = self.notified.get(day)
        if heard is not None and heard < event.received and event.kind in STOPPED_BY_DEATH:
            raise refusal(Reason.NOT_IN_FORCE, terms)

    def _try_out(self, item: Item, event: Event | None, terms: ContractTerms, state: Annuity) -> None:
        """What a payment would have bought that the bank then returned, on a copy."""
        copy, due = deepcopy(state), self._due(item, event, terms)
        prices = self.pricer.prices(copy, due, terms, pricing_day(item.day), item.day)
        make_room(copy, terms.record)
        step(copy, terms.record, prices, due, self.bought.setdefault(item.name, new_breakdown(copy)))

    def _administer(self, item: Item, event: Event) -> None:
        """What needs no price: application, issue, delivery, a new standing allocation."""
        position = self.position
        if isinstance(event, Issue):
            self._issue(event)
        elif isinstance(event, AllocationChange):
            terms = position.terms(event.on)
            check_event(event, terms, position.issued, position.delivered, event.on)
            position.allocation = event.allocation
        elif isinstance(event, Delivery):
            check_delivery(event, position.issued)
            position.delivered = event.day
        elif isinstance(event, PaymentReturned):
            self._post_loss(item, event)
        elif isinstance(event, Release):
            check_mention(event, next((f for f, _ in position.freezes if f.id == event.of), None))
        elif isinstance(event, ApplicationCompleted | Consent):
            check_concerns(event, self.intake.application)
        elif isinstance(event, Application):
            check_application(position.contract, position.product, event.on)

    def _issue(self, event: Issue) -> None:
        position = self.position
        if position.issued is not None:
            raise Refused("issued_already", f"the contract was issued on {position.issued}")
        if self.intake.incomplete(event.on):
            raise Refused("application_incomplete", "the application is not complete; record application_completed")
        issued = event.contract_date or event.on
        if not any(isinstance(i.event, Application) for i in position.administered):
            check_application(position.contract, position.product, issued)
        position.issued, position.delivered = issued, event.delivered
        sections = position.terms(issued).sections
        position.state = new_annuity(len(sections.sub_accounts), len(sections.fixed_accounts), day_number(issued))

    def _post_loss(self, item: Item, event: PaymentReturned) -> None:
        """The owner owes what the units have lost that a returned payment bought; else the company bears it."""
        bought = self.bought.get(event.of)
        if bought is None:
            return
        terms = self.position.terms(item.day)
        held = [(fund, n) for fund, n in zip(terms.sections.sub_accounts, bought.units_change, strict=True) if n]
        worth = sum(value_of(n, self.pricer.unit_value(fund, pricing_day(item.day)), terms.record.value_scale)
                    for fund, n in held)  # fmt: skip
        lost = sum(bought.account_change[: len(bought.units_change)]) - worth
        if lost > 0:
            self._enter(event.kind, item.day, item.recorded, lost_lines(lost), terms)

    def _step(self, item: Item, event: Event | None, terms: ContractTerms, state: Annuity) -> None:
        due, names = self._due(item, event, terms), account_names(terms.sections)
        prices = self.pricer.prices(state, due, terms, pricing_day(item.day), item.day)
        make_room(state, terms.record)
        breakdown = new_breakdown(state)
        if event is not None:
            check_limits(event, due, terms, state, prices, breakdown)
        if excess_due(due, terms.record, state, breakdown):
            allocation = {name: share for name, share in zip(names, due.payment_into, strict=True) if share}
            check_allocation(allocation, terms, self.position.issued or item.day, item.day)
        step(state, terms.record, prices, due, breakdown)
        if breakdown.fault:
            raise Fault(f"{item.operation} on {item.day}, contract {self.position.contract.id}: the step reports "
                        f"{Reason(breakdown.fault).name.lower()}; nothing was posted")  # fmt: skip
        applied = Applied(item, due, breakdown, terms, prices)
        lines = step_lines(breakdown, names, state.funds)
        if lines:
            self._enter(item.operation, item.day, item.recorded, lines, terms)
        if isinstance(event, PurchasePayment):
            self.position.suspense -= event.amount
        if isinstance(event, DeathProof):
            self.position.proved |= {event.party} if event.party else set()
        self.position.applied.append(applied)
        self._plan_segment_ends()
        if self.observer is not None:
            self.observer(self.position, applied)

    def _due(self, item: Item, event: Event | None, terms: ContractTerms) -> Due:
        position = self.position
        allocation, basis = position.allocation, 0
        if isinstance(event, DeathProof | SpousalContinuation):
            allocation = event.allocation or position.allocation
        if isinstance(event, PurchasePayment):
            allocation = event.allocation or position.allocation
            if not allocation:
                raise Refused("allocation_missing", "neither the payment nor the contract says where the money goes")
            check_allocation(allocation, terms, position.issued or item.day, item.day)
            taxed = position.contract.qualification == "non_qualified" and not event.exchanged
            default = event.amount if taxed else 0
            basis = default if event.basis is None else event.basis
        due = due_for(item.operation, event, item.day, terms.sections, allocation, basis)
        if isinstance(event, DeathProof) and event.party:
            due.claim_share = position.contract.share_of(event.party)
        return due

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
