"""The explanation of one number: a tree down to terms, prices, rates, requests and the contract's own balances."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from .changes import Change
from .traced import Unit

if TYPE_CHECKING:
    from .page import Line

Kind = Literal[
    "rule", "sum", "operation", "named", "picked", "constant", "decision", "event",
    "state", "term", "price", "index", "rate", "request", "calendar",
]  # fmt: skip
"""What an explanation is of: the result of a rule, a sum, …, or (second line) where a number enters."""
CONTEXT = "context"
"""Role of a comparison made before the number's own rule was asked: it decided that the rule was asked at all."""
LEAVES = frozenset({"state", "term", "price", "index", "rate", "request", "calendar"})


@dataclass(frozen=True, slots=True)
class Assumption:
    """An assumption that a number rests on."""

    reason: str
    terms: tuple[str, ...]
    """Paths of the terms that rest on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One number and what it was made from. The same number has the same `id` wherever it stands in the tree.

    Branches are shared: compare and print `as_dict()`, not the object.
    """

    id: int
    kind: Kind
    label: str
    value: int
    unit: Unit
    text: str
    """The value as a reader knows it."""
    rule: str = ""
    """Name of the rule that gave it."""
    about: str = ""
    """What the rule says of itself."""
    formula: str = ""
    sign: int = 1
    """-1: it is subtracted in the sum that it stands in."""
    role: str = ""
    """What it is to the number above: the name of a parameter, `result`, `index`, `by`."""
    taken: bool = True
    """False: the other operand of a greater or lesser of two was taken."""
    term: str = ""
    citation: str = ""
    """Document and place."""
    assumption: str = ""
    """The reason, where the term rests on an assumption."""
    reading: str = ""
    """The reading of the term that holds, where a document can be read in more than one way."""
    event: Change | None = None
    """What last changed it."""
    place: str = ""
    """File and line of a price or rate; the request's id."""
    note: str = ""
    children: "tuple[Explanation, ...]" = field(default=(), repr=False)
    because: "tuple[Explanation, ...]" = field(default=(), repr=False)
    """Comparisons that decided how it was worked out."""
    assumptions: tuple[Assumption, ...] = ()
    """Of the number that was asked for: every assumption reached, down to the last comparison."""

    @property
    def assumed(self) -> bool:
        """It stands on an assumption of its own."""
        return bool(self.assumption)

    def walk(self) -> "Iterator[Explanation]":
        """Every number reached, each once."""
        seen, waiting = set(), [self]
        while waiting:
            e = waiting.pop()
            if e.id not in seen:
                seen.add(e.id)
                yield e
                waiting += reversed((*e.because, *e.children))

    def find(self, **wanted: Any) -> "Explanation | None":
        """The first number reached whose fields are as wanted."""
        matching = (e for e in self.walk() if all(getattr(e, name) == value for name, value in wanted.items()))
        return next(matching, None)

    def lines(self, depth: int | None = 6, width: int = 110) -> "list[Line]":
        """The explanation as it is read, line by line; `depth` None: to the last leaf."""
        from .page import lines

        return lines(self, depth, width)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; empty fields are left out. A number that stood before comes without what is below it."""
        return _as_dict(self, set())


def _as_dict(e: Explanation, seen: set[int]) -> dict[str, Any]:
    again = e.id in seen
    seen.add(e.id)
    plain: dict[str, Any] = {}
    for f in fields(e):
        value = getattr(e, f.name)
        if f.name in ("children", "because"):
            if value and again:
                plain["above"] = True
            elif value:
                plain[f.name] = [_as_dict(child, seen) for child in value]
        elif f.name == "assumptions":
            plain.update(
                {"assumptions": [{"reason": a.reason, "terms": list(a.terms)} for a in value]} if value else {}
            )
        elif f.name == "event":
            plain.update({"event": {"id": value.event, "kind": value.kind, "on": str(value.on)}} if value else {})
        elif f.name in ("id", "kind", "label", "value", "unit", "text") or value != f.default:
            plain[f.name] = value
    return plain


def assumptions_of(e: Explanation, *first: Explanation) -> tuple[Assumption, ...]:
    """The assumptions reached from a number, each once, with the terms that rest on it; those in `first` lead."""
    found: dict[str, list[str]] = {}
    for reached in chain(*(f.walk() for f in first), e.walk()):
        if reached.assumed:
            found.setdefault(reached.assumption, []).append(reached.term)
    return tuple(Assumption(reason, tuple(sorted(set(terms)))) for reason, terms in found.items())
