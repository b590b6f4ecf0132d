"""Taking in: contracts and events of a file or feed, batch by batch, all of it in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from inforce.contracts import Contract, Event
from inforce.errors import BadInput

from .journal import known_day

Item = Contract | tuple[str, Event]
"""A contract to open, or an event with the id of its contract."""

OPEN_OTHERWISE: Final = "is open already with other terms"
KEY_TAKEN: Final = "stands already for another event"
ID_TAKEN: Final = "is the id of another event; ids are used once"


def known_when_closed(known: date, closed: str | None) -> str:
    """What is wrong with the day on which an event becomes known, by the last closed accounting period; mostly nothing.

    It could never be posted, and would stop every day of the cycle.
    """
    if closed is None or f"{known:%Y-%m}" > closed:
        return ""
    return (f"would become known on {known}, but accounting periods are closed through {closed}; give the later day on "
            "which it was entered, or reopen the period")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an item. What stands already, saying the same, is known; where it says something else, `problem`
    says what is wrong with the field `at`."""

    number: int
    """An event's sequence or a contract's number in order of opening: its own, or of what stands already; else 0."""
    new: bool = False
    at: str = ""
    problem: str = ""


def refuse_when_closed(contract: str, event: str, known: date, closed: str | None) -> None:
    """Raises BadInput where an event, by its id or kind, would become known in a closed accounting period."""
    problem = known_when_closed(known, closed)
    if problem:
        raise BadInput(f"contract {contract}: event {event} {problem}")


def taken_when_closed(event: Event, known: date | None, closed: str | None) -> Taken | None:
    """What becomes of an event that would become known in a closed accounting period; None of any other."""
    problem = known_when_closed(known_day(event, known), closed)
    return Taken(0, at="entered" if event.entered else "on", problem=problem) if problem else None


class Intake(Protocol):
    """An open transaction that takes in a batch at a time."""

    def missing(self, contracts: Iterable[str]) -> set[str]:
        """Those of the contracts that are not open."""

    def take(self, items: Sequence[Item]) -> list[Taken]:
        """Take in what is new, in order; what became of each. NotFound for an event of a contract that is not open."""
