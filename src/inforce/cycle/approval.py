"""Which corrections need approval, and whether it was given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from inforce.contracts import ABOUT_EVENTS, Approval, Contract, Rejection, same_person
from inforce.contracts.events import PurchasePayment
from inforce.errors import Refused
from inforce.ledger import Entry, Ground, Held, Recorded, Snapshot
from inforce.mechanics.records import Status

from .correction import OWED, Amounts, Key, amounts
from .position import Applied, Position
from .posting import TAXABLE

WORDS: Final = {"owner/paid_out": "paid out", "owner/tax_withheld": "withheld for income tax"}
REPORTED: Final = {TAXABLE: "taxable amount", "owner/tax_withheld": "withholding"}
"""Accounts that a return for a tax year shows."""
KEPT: Final = frozenset({"owner/paid_in", "owner/returned", OWED})


@dataclass(slots=True)
class Statuses:
    """Watches a fold: the contract's status after each step."""

    steps: list[tuple[Applied, int]] = field(default_factory=list)

    def __call__(self, position: Position, applied: Applied) -> None:
        if position.state is not None:
            self.steps.append((applied, position.state.status))

    def by(self, day: date) -> int:
        """The status at the end of a day."""
        return next((status for applied, status in reversed(self.steps) if applied.item.day <= day), Status.IN_FORCE)

    def changes(self) -> Iterator[tuple[Applied, int, int]]:
        """Each step that changed it, with the status before and after."""
        before: int = Status.IN_FORCE
        for applied, status in self.steps:
            if status != before:
                yield applied, before, status
            before = status


@dataclass(frozen=True, slots=True)
class Correction:
    """A replay of a contract, compared with what is posted."""

    contract: Contract
    opening: Snapshot
    """The position that is posted."""
    events: list[Recorded]
    position: Position
    statuses: Statuses
    posted: list[Entry]
    found: list[Entry]
    """What would be posted."""
    day: date

    def grounds(self) -> tuple[Ground, ...]:
        """Why it needs approval; nothing where it does not. What came in time is not asked for."""
        first = {(e.event, e.operation): e for e in reversed(self.posted)}
        late = self._late()
        in_time = {r.event.id for r in self._new()} - late - {event for event, _ in first}
        found = list(self._status(late))
        for key, changes in amounts(self.found).items():
            if key[0] not in in_time:
                found += self._money(key, changes)
                found += self._tax(key, changes, first.get(key))
        return (*found, *self._payments(in_time))

    def triggers(self) -> list[Recorded]:
        """The events that it comes from: late ones, reversals, rejections."""
        late = self._late()
        return [r for r in self._new() if r.event.id in late or r.event.kind in ABOUT_EVENTS - {"approval"}]

    def _declines_new(self, recorded: Recorded) -> bool:
        """Is it a rejection of something that is not posted? Who rejects one event may approve the others."""
        event = recorded.event
        return isinstance(event, Rejection) and any(r.event.id == event.of for r in self._new())

    def _new(self) -> list[Recorded]:
        return [r for r in self.events if not self.opening.handled(r)]

    def _late(self) -> set[str]:
        """New events that count from a day that is posted already, or from before they were known."""
        counts = self._days()
        return {
            r.event.id
            for r in self._new()
            if (on := counts.get(r.sequence)) is not None and (on <= self.opening.settled or r.known > on)
        }

    def _days(self) -> dict[int, date]:
        """The day from which each event counts that the replay took or declined."""
        position = self.position
        items = [*position.administered, *(applied.item for applied in position.applied)]
        taken = {item.recorded.sequence: item.day for item in items if item.recorded}
        return taken | {declined.recorded.sequence: declined.day for declined in position.declined}

    def _status(self, late: set[str]) -> Iterator[Ground]:
        changes = [(a.name, before, after) for a, before, after in self.statuses.changes() if a.name in late]
        before, after = (
            self.opening.state.status if self.opening.state else None,
            self.statuses.by(self.opening.settled),
        )
        if before is not None and self.position.state is None:
            yield Ground("status", "", f"{_words(before)} becomes not issued")
        elif not changes and before is not None and before != after:
            changes = [("", before, after)]
        for event, was, becomes in changes:
            yield Ground("status", event, f"{_words(was)} becomes {_words(becomes)}")

    def _money(self, key: Key, changes: Amounts) -> Iterator[Ground]:
        for account, what in WORDS.items():
            cents = changes.get(account, (0, 0))[0]
            if cents:
                yield Ground("money", key[0], what, cents)
        owed = changes.get(OWED, (0, 0))[0]
        if owed:
            yield Ground("money", key[0], "owed to the owner" if owed > 0 else "owed by the owner", abs(owed))

    def _tax(self, key: Key, changes: Amounts, first: Entry | None) -> Iterator[Ground]:
        """What was paid to the owner belongs to the tax year in which it was paid."""
        year = int(first.period[:4]) if first else self.day.year
        for account, what in REPORTED.items():
            cents = changes.get(account, (0, 0))[0]
            if cents and self._closed(year):
                yield Ground("tax_year", key[0], f"{what} of {year}", cents)

    def _payments(self, in_time: set[str]) -> Iterator[Ground]:
        """What the owner paid, and did not get back, belongs to the tax year that the payment counts for."""
        kept: dict[str, int] = {}
        for entry in self.found:
            for line in entry.lines:
                if line.account in KEPT:
                    kept[entry.event] = kept.get(entry.event, 0) - line.cents
        for event, cents in kept.items():
            year = self._tax_year(event)
            if cents and event not in in_time and year is not None and self._closed(year):
                yield Ground("tax_year", event, f"purchase payment for {year}", cents)

    def _closed(self, year: int) -> bool:
        position = self.position
        return position.issued is not None and position.terms(self.day).sections.corrections.closed(year, self.day)

    def _tax_year(self, event_id: str) -> int | None:
        """The tax year that a purchase payment counts for; None where it counts for none."""
        event = next((r.event for r in self.events if r.event.id == event_id), None)
        if not isinstance(event, PurchasePayment):
            return None
        return event.tax_year or (event.on.year if self.contract.qualification == "qualified" else None)

    def held(self, before: Held | None) -> Held:
        """It, held. What is held already under the same grounds and amounts stays as it is."""
        grounds, triggers = self.grounds(), self.triggers()
        if before is not None and before.grounds == grounds and amounts(before.entries) == amounts(self.found):
            return looked_at(before, self.events, self.day)
        at = self.position.sequence
        return Held(
            id=f"correction-{at}",
            since=before.since if before else self.day,
            day=self.day,
            at=at,
            triggers=tuple(r.event.id for r in triggers),
            makers=tuple(dict.fromkeys(r.event.who for r in triggers if r.event.who and not self._declines_new(r))),
            grounds=grounds,
            entries=tuple(self.found),
            seen=at,
            looked=self.day,
        )


def looked_at(held: Held, events: Iterable[Recorded], day: date) -> Held:
    """The same after events of the journal were looked at on a day."""
    return replace(held, seen=max(held.seen, *(r.sequence for r in events), 0), looked=max(held.looked, day))


def check_approval(approval: Approval, held: Held | None) -> None:
    """May this approval release what is held? Raises Refused."""
    if held is None:
        raise Refused("nothing_held", f"nothing is held that {approval.of!r} could be")
    if approval.of != held.id:
        raise Refused("not_what_is_held", f"{held.id} is held, not {approval.of!r}; look at it, and approve that")
    if any(same_person(approval.who, maker) for maker in held.makers):
        raise Refused(
            "maker_is_checker", f"{approval.who} entered what {held.id} comes from; somebody else must approve"
        )


def _words(status: int) -> str:
    return Status(status).name.lower().replace("_", " ")
