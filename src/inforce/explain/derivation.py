"""From traced numbers to the whole explanation: every step, every operand, every comparison that decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from .numerals import Numerals
from .traced import Call, Decision, Frame, Leaf, Named, Operation, Picked, Traced, Unit
from .tree import CONTEXT, Explanation
from .words import PARAMETERS, UNITS, choice_words, rule_text, rule_words

OUTERMOST: Final = "step"
"""What it decides (which operation is due) says nothing of how a number is worked out."""
OF_ONE_UNIT: Final = ("+", "-")


@dataclass(slots=True)
class Derivation:
    """Explains the traced numbers of one run; each is explained once, wherever it is used."""

    numerals: Numerals
    reasons: Mapping[str, Leaf] = field(default_factory=dict)
    """Why a rule gave no charge, by the rule's name."""
    segment: Callable[[int], str] = "segment {}".format
    """What a segment is called."""
    _made: dict[int, tuple[object, Explanation]] = field(default_factory=dict)
    """By identity; the object is kept so that its identity stays its own."""
    _ids: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]

    def explain(self, value: int, unit: Unit = "count") -> Explanation:
        """A number's explanation; a plain one is a constant of that unit."""
        if not isinstance(value, Traced):
            return self._constant(value, unit)
        if id(value) not in self._made:
            self._made[id(value)] = value, self._explained(value)
        return self._made[id(value)][1]

    def leaf(self, value: int, leaf: Leaf) -> Explanation:
        """A number that enters from outside."""
        return self.explain(Traced(value, leaf))

    def renamed(self, e: Explanation, label: str, *more: Explanation) -> Explanation:
        """A number under another label, with more below it."""
        return self._node(e.value, "named", label, e.unit, (replace(e, role="result"), *more))

    def _constant(self, value: int, unit: Unit) -> Explanation:
        return Explanation(next(self._ids), "constant", "", int(value), unit, self.numerals.write(int(value), unit))

    def _explained(self, value: Traced) -> Explanation:
        origin = value.origin
        if isinstance(origin, Leaf):
            e = self._leaf(value, origin)
        elif isinstance(origin, Named):
            e = self._node(value, "named", origin.label, origin.unit, (self._part(origin.of, "result", origin.unit),))
        elif isinstance(origin, Picked):
            item, index = self._part(origin.item, "item"), self._part(origin.index, "index")
            e = self._node(value, "picked", item.label, item.unit, (item, index))
        elif isinstance(origin, Call):
            e = self._call(value, origin)
        else:
            e = self._operation(value, origin)
        return replace(e, because=(*e.because, *self._context(value)))

    def _node(self, value: int, kind: str, label: str, unit: Unit, children: tuple[Explanation, ...]) -> Explanation:
        text = self.numerals.write(int(value), unit)
        return Explanation(next(self._ids), kind, label, int(value), unit, text, children=children)  # type: ignore[arg-type]

    def _part(self, value: int, role: str, unit: Unit = "count") -> Explanation:
        return replace(self.explain(value, unit), role=role)

    def _leaf(self, value: Traced, leaf: Leaf) -> Explanation:
        parts = tuple(self._part(part, "by" if self._unit(part) == "choice" else "part") for part in leaf.parts)
        e = self._node(value, leaf.kind, leaf.label, leaf.unit, parts)
        return replace(sourced(e, leaf), text=leaf.text or e.text, place=leaf.place)

    def _call(self, value: Traced, call: Call) -> Explanation:
        unit = self._unit(value)
        operands = tuple(self._part(x, name, self._unit_beside(x, call)) for name, x in call.operands.items())
        result = () if call.result is None else (self._part(call.result, "result", unit),)
        label = rule_words(call.rule, self.segment(call.operands.get("s", 0)))
        e = self._node(value, "rule", label, unit, (*operands, *result))
        won = _winner(call, value)
        children = tuple(replace(c, taken=won is None or c.role == won) for c in e.children)
        decided = call.frame.decisions if call.frame else []
        because = tuple(self._decision(d) for d in decided)
        e = replace(e, rule=call.rule.__name__, about=rule_text(call.rule), children=children, because=because)
        reason = self.reasons.get(e.rule) if e.value == 0 else None
        return sourced(e, reason) if reason else e

    def _operation(self, value: Traced, origin: Operation) -> Explanation:
        """A chain of sums and differences as one flat sum; any other operation with its two operands."""
        unit = self._unit(value)
        label = PARAMETERS.get(value.called, "")
        if origin.sign not in OF_ONE_UNIT:
            left, right = self._part(origin.left, "left"), self._part(origin.right, "right")
            e = self._node(value, "operation", label, unit, (left, right))
            return replace(e, formula=f"{left.text} {origin.sign} {right.text}")
        children = tuple(replace(self.explain(x, unit), sign=sign) for sign, x in _terms(value))
        return self._node(value, "sum", label, unit, children)

    def _unit(self, value: int) -> Unit:
        """What a number counts: as its leaf, its name, its rule, the rule it was made in or its operands say."""
        origin = value.origin if isinstance(value, Traced) else None
        difference = isinstance(origin, Operation)
        while isinstance(origin, Picked | Operation):
            inner = origin.item if isinstance(origin, Picked) else origin.left
            if isinstance(origin, Operation) and not isinstance(inner, Traced):
                inner = origin.right
            if (isinstance(origin, Operation) and origin.sign not in OF_ONE_UNIT) or not isinstance(inner, Traced):
                return "count"
            value, origin = inner, inner.origin
        if isinstance(origin, Leaf | Named):
            return "count" if difference and origin.unit == "serial" else origin.unit
        if not isinstance(origin, Call):
            return "count"
        return self._unit_of_rule(origin, value)

    def _unit_of_rule(self, call: Call, value: int) -> Unit:
        name = call.rule.__name__
        if name in ("greater_of", "lesser_of"):
            return next((self._unit(x) for x in call.operands.values() if isinstance(x, Traced)), "count")
        outer = value.frame.rule if isinstance(value, Traced) and value.frame else None
        if name == "ratio" and outer is not None:
            name = outer.__name__
        return UNITS.get(name, "cents")

    def _unit_beside(self, value: int, call: Call) -> Unit:
        """The unit of an operand: that of a constant is its neighbour's where a rule compares the two."""
        if isinstance(value, Traced) or call.rule.__name__ not in ("greater_of", "lesser_of"):
            return self._unit(value)
        return next((self._unit(x) for x in call.operands.values() if isinstance(x, Traced)), "count")

    def _decision(self, decision: Decision) -> Explanation:
        if id(decision) not in self._made:
            unit = self._unit(decision.left)
            left, right = self._part(decision.left, "left", unit), self._part(decision.right, "right", unit)
            e = self._node(decision.outcome, "decision", "", "choice", (left, right))
            text = "yes" if decision.outcome else "no"
            formula = f"{left.text} {decision.sign} {right.text}"
            self._made[id(decision)] = decision, replace(e, text=text, formula=formula)
        return self._made[id(decision)][1]

    def _context(self, value: Traced) -> tuple[Explanation, ...]:
        """What the rules that only change their records had decided before they came to this number."""
        found: list[Explanation] = []
        frame, after = value.frame, value.after
        while frame is not None and not _closed(frame):
            found = [self._decision(d) for d in frame.decisions[:after]] + found
            after, frame = frame.entered_at, frame.outer
        return tuple(replace(d, role=CONTEXT) for d in found)


def sourced(e: Explanation, leaf: Leaf) -> Explanation:
    """With the leaf's term, source, reading, last change and note."""
    source = leaf.source
    citation = str(source) if source and not source.assumed else ""
    assumption = source.assumption if source else ""
    reading = choice_words(str(source.reading)) if source and source.reading else ""
    return replace(e, term=leaf.term, citation=citation, assumption=assumption, reading=reading, event=leaf.changed,
                   note=leaf.note)  # fmt: skip


def _closed(frame: Frame) -> bool:
    """The rule's own number carries what it decided, or it is the step itself."""
    return frame.gives or frame.rule is None or frame.rule.__name__ == OUTERMOST


def _terms(value: Traced) -> list[tuple[int, int]]:
    """The signed terms of a chain of sums and differences that were added one after another."""
    terms: list[tuple[int, int]] = []
    left: int = value
    while isinstance(left, Traced) and isinstance(left.origin, Operation) and left.origin.sign in OF_ONE_UNIT:
        terms.append((1 if left.origin.sign == "+" else -1, left.origin.right))
        left = left.origin.left
    return [(1, left), *reversed(terms)]


def _winner(call: Call, value: int) -> str | None:
    """Of a greater or lesser of two, the operand that was taken."""
    if call.rule.__name__ not in ("greater_of", "lesser_of"):
        return None
    return next(name for name, x in call.operands.items() if int(x) == int(value))
