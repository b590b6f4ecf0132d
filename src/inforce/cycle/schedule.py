"""What is due when: requests on their valuation dates, and what the calendar brings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from inforce.contracts import PRICED, Event
from inforce.contracts.events import AllocationChange, DeathNotice, Delivery, SpousalContinuation
from inforce.dates import (
    Adjust,
    MonthEnd,
    adjusted,
    anniversaries,
    effective_valuation_date,
    is_valuation_date,
    previous_valuation_date,
)
from inforce.ledger import Recorded
from inforce.mechanics.records import Annuity
from inforce.terms import VariableAnnuityTerms
from inforce.terms.schema import Calendar


@dataclass(frozen=True, slots=True)
class Item:
    """One thing due on a day; `rank` says in which order."""

    day: date
    """The day it counts from."""
    operation: str
    sequence: int
    recorded: Recorded | None = None

    @property
    def name(self) -> str:
        """The event's id, or the calendar's operation and day."""
        return self.recorded.event.id if self.recorded else f"{self.operation} {self.day}"

    @property
    def event(self) -> Event | None:
        return self.recorded.event if self.recorded else None


def effective_date(event: Event, calendar: Calendar) -> date:
    """The day an event counts from: the valuation date of its receipt, moved as the terms say for its kind.

    Received before the close of a valuation date: that date; after it: the next. On a day without prices the terms
    name the preceding or following valuation date, or the day itself at the last price.
    """
    if isinstance(event, Delivery):
        return event.day
    if event.kind not in PRICED and not isinstance(event, AllocationChange):
        return event.on
    kind = "purchase_payment" if isinstance(event, AllocationChange) else event.kind
    kind = "death_proof" if isinstance(event, SpousalContinuation) else kind
    rule = str(getattr(calendar.non_valuation_day, kind))
    if is_valuation_date(event.on) or rule == "following":
        return effective_valuation_date(event.received, at_close=calendar.at_close)
    return adjusted(event.on, Adjust(rule))


def pricing_day(day: date) -> date:
    """The valuation date whose prices hold on a day."""
    return previous_valuation_date(day)


def request_item(recorded: Recorded, calendar: Calendar, first_day: date | None) -> Item:
    """The item of an event; payments made before issue count from the first valuation date of the contract."""
    event = recorded.event
    day = effective_date(event, calendar)
    if event.kind == "purchase_payment" and first_day is not None:
        at_last_price = calendar.non_valuation_day.purchase_payment == "last_price"
        day = max(day, first_day if at_last_price else adjusted(first_day, Adjust.FOLLOWING))
    return Item(day, event.kind, recorded.sequence, recorded)


AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""Before everything received that day."""
TermsOn = Callable[[date], VariableAnnuityTerms]
"""The sections of a contract's terms on a day."""
MOVED = timedelta(days=7)
"""No more than this lies between a day and a valuation date beside it."""


def calendar_items(issued: date, terms_on: TermsOn, through: date, after: date | None = None) -> Iterator[Item]:
    """Anniversaries and maintenance charges of a contract up to a day, each moved to a day with prices.

    With `after` those up to that day are left out, and most of them are not even looked for.
    """
    since = issued if after is None else max(issued, after - MOVED)
    month_end = MonthEnd(terms_on(issued).calendar.month_end)
    for _, day in anniversaries(issued, since, min(through, date.max - MOVED) + MOVED, month_end):
        for item in _of_anniversary(day, terms_on(day)):
            if item.day <= through and (after is None or item.day > after):
                yield item
    for year in range(since.year, through.year + 1):
        last = previous_valuation_date(date(year, 12, 31))
        if (
            max(issued, after or issued) < last <= through
            and terms_on(last).maintenance_charge.when == "calendar_year_end"
        ):
            yield Item(last, "maintenance_charge", 0)


def _of_anniversary(day: date, terms: VariableAnnuityTerms) -> Iterator[Item]:
    moved = terms.calendar.non_valuation_day
    yield Item(adjusted(day, Adjust(str(moved.anniversary))), "anniversary", 0)
    if terms.maintenance_charge.when == "contract_year_end":
        yield Item(adjusted(day, Adjust(str(moved.maintenance_charge))), "maintenance_charge", 0)


def segment_ends(state: Annuity, terms_on: TermsOn) -> Iterator[Item]:
    """The ends of the segments that hold money, each moved to a day with prices as an anniversary is."""
    for s in range(state.segments):
        if state.segment_balance[s]:
            day = date.fromordinal(state.segment_end[s])
            moved = terms_on(day).calendar.non_valuation_day.anniversary
            yield Item(adjusted(day, Adjust(str(moved))), "segment_end", 0)


def notified(items: Iterable[Item]) -> dict[date, datetime]:
    """The days from which death notices count, each with the instant at which the first of them was received."""
    heard: dict[date, datetime] = {}
    for item in items:
        if isinstance(item.event, DeathNotice):
            heard[item.day] = min(item.event.received, heard.get(item.day, item.event.received))
    return heard


Rank = tuple[date, int, datetime, int]
"""Day, order of operations, instant received, order of entry."""


def rank(item: Item, order: list[str]) -> Rank:
    """Sort key of items.

    It does not ask when an event was entered, so that a late one takes the place it would have had. An allocation
    change goes with the payments; what else needs no price comes first.
    """
    operation = "purchase_payment" if isinstance(item.event, AllocationChange) else item.operation
    if operation not in order:
        return item.day, -1, AT_ONCE, item.sequence
    return item.day, order.index(operation), item.event.received if item.event else AT_ONCE, item.sequence
