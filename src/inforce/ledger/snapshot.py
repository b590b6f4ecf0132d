"""A contract's state at the end of a day, as it is stored; replaying its events from nothing gives the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from inforce.contracts import BEFORE_ISSUE, LASTING
from inforce.mechanics.records import Annuity

from .journal import Recorded


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A contract at the end of a day, from which the fold goes on."""

    on: date
    """Everything due up to and including this day is done, or waits for a price; see `reached`."""
    issued: date | None
    state: Annuity | None
    """None before issue."""
    delivered: date | None = None
    allocation: Mapping[str, int] = field(default_factory=dict)
    """Standing allocation, parts per billion by account."""
    suspense: int = 0
    """Cents received and not applied."""
    sequence: int = 0
    """The last event of the journal that it has seen."""
    waiting: frozenset[int] = frozenset()
    """Sequences of events received and not applied yet."""
    proved: frozenset[str] = frozenset()
    """Beneficiaries who have been paid."""
    reached: date | None = None
    """Where a price was missing: the day before, up to which everything due is done."""

    def received(self, recorded: Recorded) -> bool:
        """Was the event there already: recorded, received and known by then?"""
        return self.has_received(recorded.sequence, recorded.event.on, recorded.known)

    def handled(self, recorded: Recorded) -> bool:
        """Was it applied or declined already?"""
        return self.has_handled(recorded.sequence, recorded.event.on, recorded.known)

    @property
    def stalled(self) -> bool:
        """Was a price missing? What was due from then on was not done: nobody can go on from here."""
        return self.reached is not None

    @property
    def settled(self) -> date:
        """Everything due up to this day is done."""
        return self.reached or self.on

    def bears_on_what_comes(self, kind: str) -> bool:
        """Are events of the kind, handled or not, read again by whoever goes on from here?"""
        return kind in LASTING or (self.issued is None and kind in BEFORE_ISSUE)

    def has_received(self, sequence: int, on: date, known: date) -> bool:
        """The same of an event's sequence and its days."""
        return sequence <= self.sequence and max(on, known) <= self.on

    def has_handled(self, sequence: int, on: date, known: date) -> bool:
        """The same of an event's sequence and its days."""
        return self.has_received(sequence, on, known) and sequence not in self.waiting
