"""Corrections that wait for approval: why, what would be posted, and what they come from."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .entries import Entry
from .journal import Recorded


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason why a correction needs approval."""

    kind: Literal["status", "money", "tax_year"]
    event: str
    """The event it is about; blank where a status changes without one."""
    what: str
    """In words: `paid out`, `taxable amount of 1999`, `in force becomes surrendered`."""
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A correction that is held. Until it is approved its contract stays as it is posted, and is not worked on."""

    id: str
    since: date
    day: date
    """Worked out by what was known on this day."""
    at: int
    """And by the events of the journal up to this sequence."""
    triggers: tuple[str, ...]
    """Events that it comes from; none: a corrected price."""
    makers: tuple[str, ...]
    """Who entered them: none of these may approve."""
    grounds: tuple[Ground, ...]
    entries: tuple[Entry, ...]
    """What would be posted."""
    seen: int
    """The last event that was looked at while it is held,"""
    looked: date
    """and the day on which."""

    def has_seen(self, recorded: Recorded) -> bool:
        """Was the event looked at already?"""
        return self.has_seen_at(recorded.sequence, recorded.event.on, recorded.known)

    def has_seen_at(self, sequence: int, on: date, known: date) -> bool:
        """The same of an event's sequence and its days."""
        return sequence <= self.seen and max(on, known) <= self.looked
