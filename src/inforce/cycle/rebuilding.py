"""Positions from their events again. A stored position is a cache; what is posted is not touched."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from inforce.errors import Fault, OldPosition
from inforce.ledger import Done, Run

from .invariants import Progress
from .replaying import rebuilt
from .run import Cycle

TOGETHER = 500
"""Contracts that are stored in one transaction."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to."""

    contracts: int = 0
    changed: int = 0
    """Positions that were stored anew: of an older layout, or not what a replay gives."""
    differing: list[str] = field(default_factory=list)
    """Of contracts whose entries are not what a replay gives, and whose positions were left alone: what differs."""


def rebuild(cycle: Cycle, contracts: Iterable[str], progress: Progress | None = None) -> Rebuilt:
    """Replay positions from the events they had seen, and store those that come out otherwise. Posts nothing."""
    names, found = list(contracts), Rebuilt()
    left = iter(names)
    while part := list(islice(left, TOGETHER)):
        with cycle.book.ahead(part):
            done = [each for name in part if (each := _rebuilt(cycle, name, found)) is not None]
        if done:
            day = max(each.stored.snapshot.on for each in done)
            cycle.book.commit(Run(day, 0, 1, len(done), 0, datetime.now(UTC), len(done)), done)
        if progress is not None:
            progress(found.contracts, len(names))
    return found


def _rebuilt(cycle: Cycle, name: str, found: Rebuilt) -> Done | None:
    """The position to store; None where it is right, or where it cannot be proved by the entries."""
    found.contracts += 1
    try:
        stored = cycle.book.stored(name)
    except OldPosition:
        stored = None
    try:
        again = rebuilt(cycle, name)
    except Fault as differs:
        found.differing.append(str(differs))
        return None
    if again is None or again == stored:
        return None
    found.changed += 1
    return Done(again, rebuilt=True)
