"""The explanation as it is read: what says the same twice is joined, what is zero for no stated reason is left out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from .numerals import MINUS
from .tree import CONTEXT, LEAVES, Explanation
from .words import NOTHING

Parts = dict[str, Explanation]

FORMULAS: Final[dict[str, tuple[Callable[[Parts], str], tuple[str, ...]]]] = {
    "portion": (lambda p: f"{p['rate'].text} of {p['amount'].text}", ("amount", "rate")),
    "ratio": (lambda p: _share(p["a"], p["b"], p["c"]), ("a", "b", "c")),
    "value_of": (lambda p: f"{p['units'].text} units × {p['unit_value'].text}", ("units", "unit_value")),
    "units_for": (lambda p: f"{p['amount'].text} / {p['unit_value'].text}", ("amount", "unit_value")),
    "with_interest": (
        lambda p: f"{p['balance'].text} × {p['index'].text} / {p['anchor'].text}", ("balance", "index", "anchor")
    ),
    "adjusted": (lambda p: f"{p['amount'].text} × {p['factor'].text}", ("amount", "factor")),
    "years_completed": (lambda p: f"whole years from {p['start'].text} to {p['today'].text}", ("start", "today")),
    "gross_for_net": (lambda p: f"the least that leaves {p['net'].text}", ("net", "leaves")),
    "pro_rata_reduction": (
        lambda p: f"{p['base'].text} × (1 {MINUS} {p['taken'].text} / {p['before'].text})", ("base", "taken", "before")
    ),
}  # fmt: skip
"""Rules that are read as a formula of their operands, and the operands worth a line each."""
COMPARED: Final = {"greater_of": ("the greater of", "no less than"), "lesser_of": ("the lesser of", "no more than")}
WITHOUT_NAME: Final = frozenset({"portion", "ratio", *COMPARED})
"""Rules whose result takes the name of what they are used for."""
HANDED_ON: Final = frozenset({"segment_value", "segment_factor"})
"""Rules that give what another rule gives: that one's formula stands under their name."""
ONE_OF_TWO: Final = frozenset({"weight_of", "share_into"})
"""Rules that only choose: what they chose says itself what it is."""
LISTED: Final = ("listed", "after")
"""Roles in the list of what a step did and left."""
LONGEST_SUM: Final = 4
"""A sum of more terms is not written out beside them."""


def readable(e: Explanation) -> Explanation:
    """The same explanation as it is read; `e` keeps everything."""
    return replace(_Reading().read(e), assumptions=e.assumptions)


@dataclass(slots=True)
class _Reading:
    _read: dict[int, Explanation] = field(default_factory=dict)

    def read(self, e: Explanation) -> Explanation:
        if e.id not in self._read:
            self._read[e.id] = self._with_deciding_terms(e, self._joined(e))
        return replace(self._read[e.id], role=e.role, sign=e.sign, taken=e.taken)

    def _joined(self, e: Explanation) -> Explanation:
        if e.kind == "named":
            return self._named(e)
        if e.kind == "picked":
            item, index = map(self.read, e.children)
            return replace(item, kind="picked", id=e.id, children=(*item.children, *_lines([index])))
        if e.kind == "rule":
            return self._compared(e) if e.rule in COMPARED else self._rule(e)
        if e.kind == "sum":
            return self._sum(e)
        return replace(e, children=_lines(map(self.read, e.children)))

    def _with_deciding_terms(self, e: Explanation, joined: Explanation) -> Explanation:
        """With a line for each term that decided how the number is worked out."""
        known = {c.term for c in joined.children if c.term}
        if not joined.note.startswith(NOTHING):
            known.add(joined.term)
        terms = {t.term: replace(t, role="by", sign=1, taken=True) for t in _deciding(e) if t.term not in known}
        return replace(joined, children=(*joined.children, *map(self.read, terms.values())), because=())

    def _named(self, e: Explanation) -> Explanation:
        of = _flat(e.children[0], e.label)
        inner, more = self._sum(of) if of.kind == "sum" else self.read(of), tuple(map(self.read, e.children[1:]))
        collapsed = of.kind == "sum" and inner.id != of.id
        has_name = inner.kind in ("named", "picked", *LEAVES) or inner.rule == "segment_value"
        if collapsed and has_name and inner.label != e.label:
            return replace(e, children=(replace(inner, role=""), *more))
        says_more = inner.kind in LEAVES and not inner.note and not inner.label.startswith(e.label)
        note = inner.label if says_more else inner.note
        named = replace(inner, kind="named", label=e.label, text=e.text, unit=e.unit, note=e.note or note)
        return replace(named, children=(*inner.children, *more))

    def _rule(self, e: Explanation) -> Explanation:
        parts = {c.role: c for c in e.children}
        if e.rule in FORMULAS:
            return self._formula(e, {name: self.read(part) for name, part in parts.items()})
        result = self.read(parts["result"])
        if result.kind == "constant":
            return replace(e, children=())
        if e.rule in ONE_OF_TWO:
            return replace(result, id=e.id)
        note = e.note or result.note
        if result.kind in ("picked", *LEAVES):
            label = result.label if result.kind == "picked" else e.label
            return replace(result, id=e.id, kind="rule", rule=e.rule, about=e.about, label=label, note=note)
        same = result.kind == "rule" and (result.label == e.label or e.rule in HANDED_ON)
        if same or result.kind in ("sum", "operation") or (result.rule in WITHOUT_NAME and result.kind == "rule"):
            return replace(e, formula=result.formula, note=note, children=result.children)
        return replace(e, children=(replace(result, role=""),))

    def _formula(self, e: Explanation, parts: Parts) -> Explanation:
        formula, shown = FORMULAS[e.rule]
        label = "" if e.rule in WITHOUT_NAME else e.label
        children = _lines(parts[name] for name in shown if name in parts)
        return replace(e, label=label, formula=formula(parts), children=children)

    def _compared(self, e: Explanation) -> Explanation:
        """The greater or lesser of several: the one taken, and what it was compared with."""
        operands = [self.read(c) for c in _candidates(e)]
        won = next(x for x in operands if x.taken)
        lost = [x for x in operands if not x.taken and x.kind != "constant"]
        if not lost:
            return won
        bound = f"{COMPARED[e.rule][1]} {' and '.join(x.text for x in lost)}"
        if won.kind == "constant":
            note = f"{COMPARED[e.rule][1]} {won.text}"
            return replace(e, label="", note=note, children=tuple(replace(x, taken=True) for x in lost))
        if won.kind in LEAVES and e.rule == "lesser_of":
            return replace(won, note=bound)
        if won.kind in ("sum", "operation") or (won.rule in WITHOUT_NAME and won.kind == "rule"):
            children = won.children if e.rule == "lesser_of" else (*won.children, *lost)
            return replace(won, formula=f"{won.formula}, {bound}" if won.formula else bound, children=children)
        return _set_out(e, won, lost, [x.text for x in operands if x.kind != "constant"])

    def _sum(self, e: Explanation) -> Explanation:
        terms = [x for x in map(self.read, e.children) if _says_something(x)]
        if len(terms) == 1:
            return replace(terms[0], value=e.value, text=e.text, sign=1, role="")
        added = [x for x in terms if x.value]
        formula = "".join(f" {'+' if x.sign * x.value > 0 else MINUS} {x.text.lstrip(MINUS)}" for x in added)
        formula = formula.removeprefix(" + ").strip() if 1 < len(added) <= LONGEST_SUM else ""
        return replace(e, formula=formula, children=tuple(terms))


def _flat(e: Explanation, label: str) -> Explanation:
    """A sum with the terms of a sum so far, which went by the same name, in its place."""
    if e.kind != "sum":
        return e
    first, *others = e.children
    so_far = first.children[0] if first.kind == "named" and first.label == label else first
    if so_far.kind != "sum" or first.sign < 0:
        return e
    return replace(e, children=(*_flat(so_far, label).children, *others))


def _share(a: Explanation, b: Explanation, c: Explanation) -> str:
    """One number in proportion to two others."""
    return f"all of {a.text}" if b.value == c.value else f"{a.text} × {b.text} / {c.text}"


def _set_out(e: Explanation, won: Explanation, lost: list[Explanation], texts: list[str]) -> Explanation:
    """A comparison with a line for each operand."""
    several = COMPARED[e.rule][0].replace("er of", "est of" if len(texts) > 2 else "er of")
    formula = f"{several} {', '.join(texts[:-1])} and {texts[-1]}"
    other = several.replace("the ", "not the ").removesuffix(" of")
    return replace(e, label="", formula=formula, children=(won, *(replace(x, note=other) for x in lost)))


def _candidates(e: Explanation) -> Iterator[Explanation]:
    """What a rule compares, through calls of the same rule on its own result."""
    for operand in e.children:
        if operand.kind == "rule" and operand.rule == e.rule:
            yield from (replace(c, taken=c.taken and operand.taken) for c in _candidates(operand))
        else:
            yield operand


def _says_something(e: Explanation) -> bool:
    """Not zero, or zero for a reason that is stated, or what a step leaves behind, or a day."""
    if e.value != 0 or e.role in ("after", "by") or e.note.startswith(NOTHING):
        return True
    return any(c.role == "by" for c in e.children)


def _lines(children: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Those worth a line: no constants; of a step's list nothing that is zero for no stated reason."""
    return tuple(c for c in children if (_says_something(c) if c.role in LISTED else c.kind != "constant"))


def _deciding(e: Explanation) -> Iterator[Explanation]:
    """The terms in the comparisons that decided a number, through the rules that gave their operands."""
    for decision in e.because:
        for operand in decision.children if decision.role != CONTEXT else ():
            yield from _terms_in(operand)


def _terms_in(e: Explanation) -> Iterator[Explanation]:
    if e.kind == "term":
        yield e
    elif e.kind == "picked":
        yield from _terms_in(e.children[0])
    elif e.kind == "rule":
        for child in e.children:
            if child.role == "result":
                yield from _terms_in(child)
        yield from _deciding(e)
