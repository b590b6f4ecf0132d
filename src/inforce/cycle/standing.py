"""Which events stand: after reversals, returned payments, a reported basis, and a death that became known late.

What one event says of another counts as soon as it is known, for every day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from inforce.contracts import Contract, Event, check_mention
from inforce.contracts.events import (
    AllocationChange,
    Approval,
    BasisReport,
    DeathNotice,
    FreeLook,
    Freeze,
    PaymentReturned,
    Rejection,
    Release,
    Reversal,
    Surrender,
    Transfer,
    Withdrawal,
)
from inforce.errors import Backdated, Refused
from inforce.ledger import Recorded, Snapshot

from .schedule import TermsOn

OWNERS_REQUESTS = (AllocationChange, Transfer, Withdrawal, Surrender, FreeLook)
"""What an owner asks for, and nobody can for an owner who has died."""
M = TypeVar("M", Reversal, Rejection, PaymentReturned, BasisReport)


@dataclass(slots=True)
class Standing:
    """Finds the events that stand. Backdated where one that the opening has taken in is changed."""

    opening: Snapshot | None
    taken_back: dict[str, str]
    """Filled: events taken back, each with the event that did it."""
    rejected: dict[str, Refused]
    """Filled: events that a rejection declines, each with what it says."""
    refused: list[tuple[Recorded, Refused]] = field(default_factory=list)
    """Filled: reversals and the like that name no event they could be of."""

    def events(self, recorded: list[Recorded]) -> list[Recorded]:
        """The events without reversals, what was taken back and what is refused; payments with their reported basis."""
        by_id = {r.event.id: r for r in recorded}
        for _, rejection in [*self._mentions(recorded, by_id, Rejection)]:
            self.rejected[rejection.of] = Refused("rejected", f"{rejection.who} rejected it: {rejection.reason}")
        for r, reversal in [*self._mentions(recorded, by_id, Reversal)]:
            self.taken_back[reversal.of] = r.event.id
        for r, returned in [*self._mentions(recorded, by_id, PaymentReturned)]:
            self.taken_back[returned.of] = r.event.id
        reports = sorted(self._mentions(recorded, by_id, BasisReport), key=lambda found: found[1].received)
        basis = {report.of: report.basis for _, report in reports}
        refused = {r.event.id for r, _ in self.refused}
        left = [r for r in recorded if r.event.id not in self.taken_back and r.event.id not in refused]
        return [_with_basis(r, basis) for r in left if not isinstance(r.event, Reversal | Rejection | Approval)]

    def _mentions(
        self, recorded: list[Recorded], by_id: Mapping[str, Recorded], kind: type[M]
    ) -> Iterator[tuple[Recorded, M]]:
        """Events of a kind, not taken back, that say something of an event that it can be said of."""
        for r in recorded:
            if not isinstance(r.event, kind) or r.event.id in self.taken_back:
                continue
            target, handled = by_id.get(r.event.of), self.opening is not None and self.opening.handled(r)
            if target is not None or not handled:  # one that was handled may not be read again
                try:
                    if r.event.id in self.rejected:
                        raise self.rejected[r.event.id]
                    check_mention(r.event, target.event if target else None)
                except Refused as refused:
                    self.refused += [] if handled else [(r, refused)]
                    continue
            self._must_replay(target, r.event, handled)
            yield r, r.event

    def void(self, events: list[Recorded], contract: Contract, terms_on: TermsOn) -> set[str]:
        """Ids of requests that an owner's death, known late, takes back."""
        found = set()
        for notice, request in voided(events, contract, terms_on):
            self._must_replay(request, notice.event, self.opening is not None and self.opening.handled(notice))
            self.taken_back[request.event.id] = notice.event.id
            found.add(request.event.id)
        return found

    def _must_replay(self, target: Recorded | None, event: Event, handled: bool) -> None:
        """Of the two one is new, and the other was taken in without it: Backdated."""
        if target is not None and self.opening is not None and self.opening.received(target) != handled:
            raise Backdated(f"event {target.event.id} is changed by {event.id} ({event.kind}), and one of them was "
                            "taken in already: replay it")  # fmt: skip


def _with_basis(r: Recorded, reported: Mapping[str, int]) -> Recorded:
    """The payment with the basis of the report on it that was received last."""
    if r.event.id not in reported:
        return r
    return replace(r, event=r.event.model_copy(update={"basis": reported[r.event.id]}))


def voided(standing: list[Recorded], contract: Contract, terms_on: TermsOn) -> Iterator[tuple[Recorded, Recorded]]:
    """Death notices, each with a request that it takes back: received after the day of an owner's death."""
    for notice in standing:
        event = notice.event
        if not isinstance(event, DeathNotice) or not contract.owned_by(event.party):
            continue
        if terms_on(event.on).death_benefit.requests_after_death == "stand":
            continue
        for r in standing:
            if isinstance(r.event, OWNERS_REQUESTS) and event.date_of_death < r.event.on <= event.on:
                yield notice, r


def freezes(standing: list[Recorded]) -> list[tuple[Freeze, date | None]]:
    """Every freeze, with the day of its first release."""
    releases = [r.event for r in standing if isinstance(r.event, Release)]
    released = {each.of: each.on for each in sorted(releases, key=lambda event: event.on, reverse=True)}
    return [(r.event, released.get(r.event.id)) for r in standing if isinstance(r.event, Freeze)]
