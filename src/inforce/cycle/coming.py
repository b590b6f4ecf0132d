"""When something will be due on a contract next."""

from datetime import date, timedelta
from itertools import chain
from typing import Final

from inforce.mechanics.records import Status

from .position import Position
from .schedule import calendar_items, segment_ends

AHEAD: Final = timedelta(days=400)
"""How far the calendar is searched for what is due next: above a year, so that an anniversary lies in it."""


def next_due(position: Position) -> date | None:
    """The first day after the position on which something will be due, if nothing new arrives."""
    days = [max(w.day, position.reached + timedelta(days=1)) for w in position.waiting
            if position.issued or w.day > position.reached]  # fmt: skip
    if position.reached < position.through:
        days.append(position.reached + timedelta(days=1))
    state = position.state
    if position.issued is not None and state is not None and state.status <= Status.DEATH_NOTIFIED:
        reached = position.reached
        ahead = calendar_items(position.issued, lambda day: position.terms(day).sections, reached + AHEAD, reached)
        ends = segment_ends(state, lambda day: position.terms(day).sections)
        days += [item.day for item in chain(ahead, ends) if item.day > reached]
    return min(days, default=None)
