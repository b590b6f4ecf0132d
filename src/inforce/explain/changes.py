"""Which event last changed each number of a contract's state."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, fields
from datetime import date

from inforce.cycle import Applied, Position
from inforce.dates import day_number
from inforce.mechanics.annuity import step
from inforce.mechanics.records import Annuity, make_room, new_annuity, new_breakdown

from .operations import operation_words


@dataclass(frozen=True, slots=True)
class Change:
    """What changed a number: an event, or something that the calendar brought."""

    event: str
    """The event's id; of the calendar its operation and day."""
    kind: str
    on: date

    def __str__(self) -> str:
        what = operation_words(self.kind)
        return f"the {what} of {self.on}" if self.event == f"{self.kind} {self.on}" else (
            f"{self.event} ({what}, {self.on})")  # fmt: skip


class Changes:
    """Remembers, for each number of a contract's state, the steps that changed it.

    Give it to `advance` as observer. For a contract opened in mid-life give it the opening state as well (it is
    copied), so that the contract's events can be run again.
    """

    def __init__(self, start: Annuity | None = None) -> None:
        self.start = deepcopy(start)
        self._before = None if start is None else _numbers(start)
        self._history: dict[tuple[str, int], list[tuple[int, Change]]] = {}
        self._steps = 0

    def __call__(self, position: Position, applied: Applied) -> None:
        """Note what a step changed."""
        if position.state is None:
            return
        if self._before is None:
            self._before = _numbers(position.state if _opened(position, applied) else beginning(position, None))
        self.note(position.state, applied)

    def note(self, state: Annuity, applied: Applied) -> None:
        """The same for a state at hand."""
        change = Change(applied.name, applied.item.operation, applied.item.day)
        before, self._before = self._before or {}, _numbers(state)
        for key in before.keys() | self._before.keys():
            if before.get(key, 0) != self._before.get(key, 0):
                self._history.setdefault(key, []).append((self._steps, change))
        self._steps += 1

    def last(self, name: str, index: int = -1, before: int | None = None) -> Change | None:
        """What last changed a field (and an index into it), counting only the first `before` steps if given."""
        history = self._history.get((name, index), [])
        return next((change for n, change in reversed(history) if before is None or n < before), None)


def _numbers(state: Annuity) -> dict[tuple[str, int], int]:
    """Every number of a state that is not 0."""
    numbers: dict[tuple[str, int], int] = {}
    for f in fields(state):
        value = getattr(state, f.name)
        items = enumerate(value) if isinstance(value, list) else [(-1, value)]
        numbers.update(((f.name, i), item) for i, item in items if item)
    return numbers


def beginning(position: Position, start: Annuity | None) -> Annuity:
    """The state before the first step: a copy of `start`, or that of a contract just issued."""
    if start is not None:
        return deepcopy(start)
    issued = position.issued or position.through
    sections = position.terms(issued).sections
    return new_annuity(len(sections.sub_accounts), len(sections.fixed_accounts), day_number(issued))


def _opened(position: Position, first: Applied) -> bool:
    """Was the contract opened in mid-life? Then its first step does not lead from issue to where it stands."""
    state = beginning(position, None)
    make_room(state, first.terms.record)
    step(state, first.terms.record, first.prices, first.due, new_breakdown(state))
    return position.state is None or _numbers(state) != _numbers(position.state)


def replay(position: Position, state: Annuity) -> Iterator[Applied]:
    """Each step that was applied, given before `state` is taken through it."""
    for applied in position.applied:
        make_room(state, applied.terms.record)
        yield applied
        step(state, applied.terms.record, applied.prices, applied.due, new_breakdown(state))


def changes_of(position: Position, start: Annuity | None = None) -> Changes | None:
    """The changes of a position that was advanced from issue (or from `start`) without observer.

    None where running its steps again does not end in its state: it was opened in mid-life.
    """
    state, last = beginning(position, start), None
    changes = Changes(state)
    for applied in replay(position, state):
        if last is not None:
            changes.note(state, last)
        last = applied
    if last is not None:
        changes.note(state, last)
    return changes if position.state is not None and _numbers(state) == _numbers(position.state) else None
