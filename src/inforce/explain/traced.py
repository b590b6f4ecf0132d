"""Numbers that remember: whole numbers that know the rule and the numbers they were made from.

The rules run as they stand. `tracing` sets the watcher of `mechanics.rule` for this context alone, so a run traced in
one thread never touches another. Every comparison that a rule makes is kept too, for it may decide what the rule gives.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from functools import cache
from inspect import signature
from typing import Any, Final, Literal, TypeAlias, TypeVar

from inforce.mechanics import records
from inforce.mechanics.money import greater_of, lesser_of, ratio
from inforce.mechanics.rule import watcher
from inforce.mechanics.surrender import free_amount, gross_for_net, net_of
from inforce.terms.clocks import Provenance

from .changes import Change

T = TypeVar("T")
Rule: TypeAlias = Callable[..., Any]
Unit = Literal["cents", "units", "unit_value", "rate", "factor", "count", "day", "serial", "choice"]
"""What a number counts. `rate` is parts per billion, `factor` an index or factor at 1e-15, `serial` a true day."""
LeafKind = Literal["state", "term", "price", "index", "rate", "request", "calendar"]

ATOMIC: Final = frozenset({ratio.__name__, greater_of.__name__, lesser_of.__name__})
"""Rules kept as one step: their operands say all there is to say."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Where a number enters: what it is, and where that can be looked up."""

    kind: LeafKind
    label: str
    unit: Unit
    text: str = ""
    """The value in words, where its unit alone would not say it."""
    term: str = ""
    source: Provenance | None = None
    changed: Change | None = None
    """What last changed it."""
    place: str = ""
    """File and line."""
    note: str = ""
    parts: "tuple[Traced, ...]" = ()
    """What stands behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A sum, difference, product, quotient or change of sign (left is 0)."""

    sign: str
    left: int
    right: int


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A rule's result, with the numbers it was given and, unless it is atomic, the number it returned."""

    rule: Rule
    operands: Mapping[str, int]
    result: int | None = None
    frame: "Frame | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """An item of a list, picked by a number that was itself worked out."""

    item: int
    index: "Traced"


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A number put into a field of the state or the breakdown, or given a name of its own."""

    label: str
    unit: Unit
    of: "Traced"


Origin: TypeAlias = Leaf | Operation | Call | Picked | Named


@dataclass(slots=True, eq=False)
class Decision:
    """A comparison that a rule made."""

    left: int
    sign: str
    right: int
    outcome: bool


@dataclass(slots=True, eq=False)
class Frame:
    """One call of a rule while it runs."""

    rule: Rule | None = None
    outer: "Frame | None" = None
    entered_at: int = 0
    """How many decisions the outer frame had made."""
    decisions: list[Decision] = field(default_factory=list)
    gives: bool = False
    """It returned a number; else it only changed its records."""


class Traced(int):
    """A whole number with its origin. It calculates, compares and indexes as the plain number does."""

    origin: Origin
    frame: Frame | None
    after: int
    """How many decisions its frame had made before."""
    called: str
    """Name of the parameter it was first handed to."""

    def __new__(cls, value: int, origin: Origin) -> "Traced":
        self = int.__new__(cls, value)
        trace = _trace.get()
        self.origin, self.called = origin, ""
        self.frame = trace.frame if trace else None
        self.after = len(self.frame.decisions) if self.frame else 0
        return self

    __hash__ = int.__hash__

    def __neg__(self) -> "Traced":
        return Traced(-int(self), Operation("-", 0, self))


def _calculating(name: str, sign: str) -> None:
    forward, backward = getattr(int, f"__{name}__"), getattr(int, f"__r{name}__")

    def calculate(a: int, b: int) -> Any:
        value = forward(a, b)
        return value if value is NotImplemented else Traced(value, Operation(sign, a, b))

    def calculate_from_right(b: int, a: int) -> Any:
        value = backward(b, a)
        return value if value is NotImplemented else Traced(value, Operation(sign, a, b))

    setattr(Traced, f"__{name}__", calculate)
    setattr(Traced, f"__r{name}__", calculate_from_right)


def _comparing(name: str, sign: str) -> None:
    plainly = getattr(int, name)

    def compare(a: int, b: Any) -> Any:
        outcome, trace = plainly(a, b), _trace.get()
        if trace is not None and outcome is not NotImplemented:
            trace.frame.decisions.append(Decision(a, sign, b, outcome))
        return outcome

    setattr(Traced, name, compare)


for _name, _sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("floordiv", "//"), ("mod", "%")):
    _calculating(_name, _sign)
for _name, _sign in (("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")):
    _comparing(f"__{_name}__", _sign)


class Trace:
    """One traced run: the rule that runs at the moment."""

    def __init__(self) -> None:
        self.frame = Frame()

    def watch(self, rule: Rule, *args: Any, **named: Any) -> Any:
        """Run a rule in place of `mechanics.rule` and remember what it gave."""
        operands = _operands(rule, args, named)
        if rule.__name__ in ATOMIC:
            return Traced(rule(*map(int, args)), Call(rule, operands))
        if rule.__name__ == gross_for_net.__name__:
            return _searched(rule, args, operands)
        self.frame = frame = Frame(rule, self.frame, len(self.frame.decisions))
        try:
            value = rule(*args, **named)
        finally:
            self.frame = frame.outer or frame
        frame.gives = value is not None
        return Traced(value, Call(rule, operands, value, frame)) if frame.gives else None


_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def tracing(on: bool = True) -> Iterator[None]:
    """Rules called in here, by this context alone, give traced numbers; with `on=False` plain ones again."""
    trace = Trace() if on else None
    tokens = _trace.set(trace), watcher.set(trace.watch if trace else None)
    try:
        yield
    finally:
        _trace.reset(tokens[0])
        watcher.reset(tokens[1])


def _operands(rule: Rule, args: tuple[Any, ...], named: dict[str, Any]) -> dict[str, int]:
    """The numbers among a rule's arguments, by parameter; one not called anything yet takes the parameter's name."""
    given = {**dict(zip(_parameters(rule), args, strict=False)), **named}
    operands = {name: value for name, value in given.items() if isinstance(value, int)}
    for name, value in operands.items():
        if isinstance(value, Traced):
            value.called = value.called or name
    return operands


@cache
def _parameters(rule: Rule) -> tuple[str, ...]:
    return tuple(signature(rule).parameters)


def _searched(rule: Rule, args: tuple[Any, ...], operands: dict[str, int]) -> Traced:
    """The amount that a search found, as one step, with what it leaves worked out forward beside it."""
    with tracing(on=False):
        found = rule(*map(plain, args))
    c, p, m, d, b, _ = args
    gross = Traced(found, Call(rule, operands))
    free = free_amount(c, p, b.value)
    leaves = net_of(c, p, m, d, b, gross, free)
    return Traced(found, Call(rule, {**operands, "free": free, "value": b.value, "leaves": leaves}))


def plain(value: T) -> T:
    """A record, list or number without its memory."""
    given: Any = value
    if isinstance(given, int):
        return int(given)  # type: ignore[return-value]
    if isinstance(given, list):
        return [int(item) for item in given]  # type: ignore[return-value]
    record = next(kind for kind in type(given).__mro__ if kind.__module__ == records.__name__)
    return record(**{f.name: plain(getattr(given, f.name)) for f in fields(record)})  # type: ignore[no-any-return]


Namer: TypeAlias = Callable[[str, int], tuple[str, Unit]]
"""What a field (and an index into it, or -1) of a record is called, and what it counts."""


class Row(list[int]):
    """A list of a record: what is picked from it by a traced number and what is put into it is remembered."""

    def __init__(self, items: list[int], name: str, namer: Namer | None = None) -> None:
        super().__init__(items)
        self.name, self.namer = name, namer

    def __getitem__(self, index: Any) -> Any:
        item = super().__getitem__(index)
        return Traced(item, Picked(item, index)) if isinstance(index, Traced) else item

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, named(value, self.namer, self.name, index))


class TracedState(records.Annuity):
    """A contract's state that names what is put into it."""

    __slots__ = ("namer",)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, named(value, getattr(self, "namer", None), name, -1))


class TracedBreakdown(records.Breakdown):
    """A breakdown that names what is put into it."""

    __slots__ = ("namer",)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, named(value, getattr(self, "namer", None), name, -1))


def named(value: Any, namer: Namer | None, name: str, index: int) -> Any:
    """A traced number under its field's name; anything else as it is."""
    if namer is None or not isinstance(value, Traced):
        return value
    label, unit = namer(name, index)
    return Traced(value, Named(label, unit, value))
