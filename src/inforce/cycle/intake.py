"""Money before issue: how long it may wait for its application, and by when it gets its price. (17 CFR 270.22c-1(c))"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from inforce.contracts import Contract, Event, check_application
from inforce.contracts.events import Application, ApplicationCompleted, Consent, Issue, PurchasePayment
from inforce.dates import valuation_date_after
from inforce.errors import Refused, counted
from inforce.terms import Product
from inforce.terms.schema import Applications

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Fate:
    """When money goes back that never reached a contract, and why."""

    day: date
    refused: Refused


@dataclass(frozen=True, slots=True)
class Intake:
    """What stands of a contract's application, issue and first payment."""

    application: Application | None
    completed: date | None
    consented: date | None
    issue: Issue | None
    """The first that was of a complete application."""
    refused: Fate | None
    """The contract may not be applied for."""
    first: PurchasePayment | None
    """The initial payment: the first that does not go back."""
    rules: Applications

    @classmethod
    def of(cls, events: Iterable[Event], contract: Contract, product: Product, rules: Applications) -> "Intake":
        """From the events that stand, in order of entry."""
        known = list(events)
        application = next(_of(known, Application), None)
        begun = cls(application, _first_day(known, ApplicationCompleted, application),
                    _first_day(known, Consent, application), None, None, None, rules)  # fmt: skip
        issue = next((e for e in _of(known, Issue) if not begun.incomplete(e.on)), None)
        refused = _refusal(application, contract, product)
        if issue is not None and (application is None or refused):
            by_issue = _refusal(issue, contract, product)
            issue, refused = (None, refused or by_issue) if by_issue else (issue, refused)
        asked = cls(application, begun.completed, begun.consented, issue, refused, None, rules)
        kept = [e for e in _of(known, PurchasePayment) if asked.returned(e) is None]
        first = min(kept, key=lambda e: e.on, default=None)
        return cls(application, begun.completed, begun.consented, issue, refused, first, rules)

    @property
    def complete_from(self) -> date | None:
        """The day from which the application is in good order; None: there is none, or it is not."""
        if self.application is None or self.application.complete:
            return self.application.on if self.application else None
        return self.completed

    def incomplete(self, on: date) -> bool:
        """Is there an application that lacks something on that day?"""
        application, complete = self.application, self.complete_from
        return application is not None and application.on <= on and (complete is None or complete > on)

    def returned(self, payment: PurchasePayment) -> Fate | None:
        """When the money goes back, as things stand; None where it waits for the issue."""
        if self.refused is not None:
            fate = Fate(max(payment.on, self.refused.day), self.refused.refused)
        elif self.application is None or self.application.complete:
            return None
        else:
            last = business_days_after(self.application.on, self.rules.days_to_complete)
            days = counted(self.rules.days_to_complete, "business day")
            fate = Fate(max(payment.on, last), Refused("application_incomplete", "the application was not complete "
                        f"by {last}, {days} after its receipt; it lacked: "
                        f"{self.application.missing}"))  # fmt: skip
            if any(day is not None and day <= fate.day for day in (self.completed, self.consented)):
                return None
        return None if self.issue is not None and self.issue.on <= fate.day else fate

    @property
    def price_by(self) -> date | None:
        """The last day from which the initial payment may get its price; None where no application says."""
        complete = self.complete_from
        if complete is None or self.first is None:
            return None
        return business_days_after(max(complete, self.first.on), self.rules.days_to_price)

    def begins(self, issue: Issue) -> date:
        """The day from which the contract takes its initial payment: that of issue, or the last one it may be."""
        return min(issue.on, self.price_by or issue.on)

    def waits_for(self, payment: PurchasePayment) -> str:
        """What money waits for before the issue, in words."""
        fate, by = self.returned(payment), self.price_by if payment is self.first else None
        if fate is not None:
            return f"the application to be complete; it goes back on {fate.day}"
        if self.application is not None and self.complete_from is None:
            return "the application to be complete; the applicant consents to its being held"
        return f"the contract's issue; its price is due by {by}" if by else "the contract's issue"


def business_days_after(day: date, number: int) -> date:
    """So many valuation dates after a day."""
    for _ in range(number):
        day = valuation_date_after(day)
    return day


def _of(events: Iterable[Event], kind: type[E]) -> Iterator[E]:
    return (event for event in events if isinstance(event, kind))


def _first_day(
    events: list[Event], kind: type[ApplicationCompleted | Consent], application: Application | None
) -> date | None:
    """The first day on which something came for the application."""
    if application is None:
        return None
    days = [event.on for event in events if isinstance(event, kind) and event.on >= application.on]
    return min([*days, *([application.on] if kind is Consent and application.consents_to_hold else [])], default=None)


def _refusal(asked: Application | Issue | None, contract: Contract, product: Product) -> Fate | None:
    if asked is None:
        return None
    day = asked.contract_date or asked.on if isinstance(asked, Issue) else asked.on
    try:
        check_application(contract, product, day)
    except Refused as refused:
        return Fate(asked.on, Refused("not_issued", f"the contract was not issued: {refused}"))
    return None
