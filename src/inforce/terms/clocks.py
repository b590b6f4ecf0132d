"""Which of a term's values holds: for whom (cohort), from when (effective), as filed by when, in which reading.

A term is plain text from YAML. A mapping may carry the *marks*

    for: {form: flexible, issued: {from: 2003-10-01}}     the cohort it holds for
    effective: {from: 2003-10-01, to: 2008-12-31}         the days it holds on
    reading: as_printed                                   one of several readings of a contradictory document
    cite: [document id, place]  or  assumption: reason    where it comes from
    note: text
    is: VALUE                                             the value itself, where it is not a mapping

and a list whose items carry marks is a choice: exactly one item must hold. Citations are inherited downwards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from inforce.errors import BadTerms

from .source import Place, Plain, TermPath
from .values import day as read_day

MARKS = frozenset({"for", "effective", "reading", "cite", "assumption", "note", "is"})
CONDITIONS = frozenset({"for", "effective", "reading"})
COHORT_KEYS = frozenset({"form", "qualification", "issue_state", "issued", "selling_firm", "replacement"})


@dataclass(frozen=True, slots=True)
class Cohort:
    """What decides which terms a contract has: fixed when it is issued."""

    form: str
    qualification: str
    issue_state: str
    issued: date
    selling_firm: str = ""
    readings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Chosen reading by term, where a document can be read in more than one way; the first listed is the default."""
    replacement: bool = False
    """Does the contract replace an existing one?"""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of a term that holds for a contract."""

    term: str
    name: str
    chosen: bool
    """By the contract; else it is the one listed first."""

    def __str__(self) -> str:
        return f"{self.name}, {'chosen' if self.chosen else 'the default'}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from: a citation, or an assumption and its reason."""

    path: str
    place: Place
    document: str = ""
    passage: str = ""
    assumption: str = ""
    reading: Reading | None = None
    """Where the document can be read in more than one way."""

    @property
    def assumed(self) -> bool:
        return bool(self.assumption)

    @property
    def fitted(self) -> bool:
        """Was the value chosen because printed figures come out with it? Such an assumption begins with `fitted`."""
        return self.assumption.startswith("fitted")

    def __str__(self) -> str:
        return f"assumption: {self.assumption}" if self.assumption else f"{self.document}, {self.passage}"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A later filing that replaces one term."""

    path: TermPath
    becomes: Plain
    filed: date
    where: Mapping[str, Plain]
    effective: Mapping[str, Plain]
    provenance: Provenance
    raw: TermPath
    """Where its value stands among the tree's places."""

    @property
    def since(self) -> date:
        """The day from which it holds: of several the latest wins, of these the one filed last."""
        return read_day(self.effective["from"]) if "from" in self.effective else self.filed


@dataclass(slots=True)
class Tree:
    """A product's terms as written: plain values, their places, and amendments by path."""

    content: dict[str, Plain]
    places: dict[TermPath, Place]
    amendments: dict[TermPath, list[Amendment]] = field(default_factory=dict)

    def place(self, path: TermPath) -> Place:
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path] if path in self.places else next(iter(self.places.values()))

    def error(self, path: TermPath, message: str, *, place: Place | None = None) -> BadTerms:
        """An error at the place of a raw path, or at `place`."""
        place = place or self.place(path)
        return BadTerms(message, file=place.file, line=place.line, at=".".join(path))


@dataclass(slots=True)
class Resolver:
    """Resolves a tree for one cohort on one day, as filed by `filed_by`."""

    tree: Tree
    cohort: Cohort
    on: date
    filed_by: date | None = None
    provenance: dict[TermPath, Provenance] = field(default_factory=dict)
    readings: dict[TermPath, Reading | None] = field(default_factory=dict)
    """Those that were resolved, by the paths of their choices; None: an amendment stands there."""

    def error(self, path: TermPath, message: str) -> BadTerms:
        """An error of a resolved value: at its own place, or at that of the values around it; in an amendment there."""
        exact = self.provenance.get(path)
        if exact is not None:
            return self.tree.error(path, message, place=exact.place)
        known = self.tree.place(path)
        for n in range(len(path), 0, -1):
            around = [source.place for at, source in self.provenance.items() if at[:n] == path[:n]]
            if around:
                amended = all(place.file != known.file for place in around)
                return self.tree.error(path, message, place=around[0] if amended else known)
        return self.tree.error(path, message)

    def section(self, name: str) -> Plain:
        """The plain value of a section, every choice made; fills `provenance` for each scalar below it."""
        if name not in self.tree.content:
            raise self.tree.error((), f"the terms have no section {name!r}")
        return self._resolve(self.tree.content[name], (name,), (name,), None)

    def _resolve(self, node: Plain, path: TermPath, raw: TermPath, source: Provenance | None) -> Plain:
        amendment = self._amendment(path)
        if amendment is not None:
            self.readings[path] = None
            return self._chosen(amendment.becomes, path, amendment.raw, amendment.provenance)
        return self._chosen(node, path, raw, source)

    def _chosen(self, node: Plain, path: TermPath, raw: TermPath, source: Provenance | None) -> Plain:
        """What `node` says, and not what an amendment of `path` would."""
        if isinstance(node, list):
            if node and all(isinstance(item, dict) and MARKS & item.keys() for item in node):
                i = self._choice(node, path, raw)
                return self._chosen(node[i], path, (*raw, str(i)), source)
            return [self._resolve(x, (*path, str(i)), (*raw, str(i)), source) for i, x in enumerate(node)]
        if isinstance(node, dict):
            source = provenance_of(self.tree, node, path, raw) or source
            if "is" in node:
                return self._chosen(node["is"], path, (*raw, "is"), source)
            inner = {key: value for key, value in node.items() if key not in MARKS}
            return {k: self._resolve(v, (*path, k), (*raw, k), source) for k, v in inner.items()}
        if source is None:
            raise self.tree.error(raw, "has neither `cite:` nor `assumption:`; every value needs one")
        reading = self._reading_of(path) if self.readings else None
        self.provenance[path] = replace(source, path=".".join(path), place=self.tree.place(raw), reading=reading)
        return node

    def _reading_of(self, path: TermPath) -> Reading | None:
        """The reading that a value belongs to: of its own choice, or of one around it."""
        around = (path[:n] for n in range(len(path), 0, -1))
        return next((self.readings[each] for each in around if each in self.readings), None)

    def _amendment(self, path: TermPath) -> Amendment | None:
        found = [
            a
            for a in self.tree.amendments.get(path, ())
            if (self.filed_by is None or a.filed <= self.filed_by)
            and matches(a.where, self.cohort)
            and within(a.effective, self.on)
        ]
        if not found:
            return None
        latest = max((a.since, a.filed) for a in found)
        last = [a for a in found if (a.since, a.filed) == latest]
        if len(last) > 1:
            message = f"is amended twice from {latest[0]} by filings of {latest[1]} for one contract"
            raise self.tree.error(path, message, place=self.tree.place(last[-1].raw))
        return last[0]

    def _choice(self, items: list[Any], path: TermPath, raw: TermPath) -> int:
        holding = [
            i
            for i, item in enumerate(items)
            if matches(item.get("for"), self.cohort) and within(item.get("effective"), self.on)
        ]
        if len(holding) > 1 and all("reading" in items[i] for i in holding):
            return self._reading(items, holding, path, raw)
        if len(holding) != 1:
            count = "no value" if not holding else f"{len(holding)} values"
            raise self.tree.error(raw, f"{count} for {describe(self.cohort)} on {self.on}; exactly one must hold")
        return holding[0]

    def _reading(self, items: list[Any], holding: list[int], path: TermPath, raw: TermPath) -> int:
        names = [items[i]["reading"] for i in holding]
        if len(set(names)) != len(names):
            raise self.tree.error(raw, f"reading {names[0]!r} stands here twice")
        term = ".".join(path)
        wanted = self.cohort.readings.get(term, names[0])
        if wanted not in names:
            raise self.tree.error(raw, f"has no reading {wanted!r}; there are {', '.join(names)}")
        self.readings[path] = Reading(term, wanted, term in self.cohort.readings)
        return holding[names.index(wanted)]


def provenance_of(tree: Tree, node: dict[str, Plain], path: TermPath, raw: TermPath) -> Provenance | None:
    """The citation or assumption that a mapping carries, if any."""
    cite, assumption = node.get("cite"), node.get("assumption")
    if cite is None and assumption is None:
        return None
    name, place = ".".join(path), tree.place(raw)
    if cite is not None and assumption is not None:
        raise tree.error(raw, "carries both `cite:` and `assumption:`; a value has one source")
    if assumption is not None:
        if not isinstance(assumption, str):
            raise tree.error((*raw, "assumption"), "must give the reason as text")
        return Provenance(name, place, assumption=assumption)
    if not (isinstance(cite, list) and len(cite) == 2 and all(isinstance(part, str) for part in cite)):
        raise tree.error((*raw, "cite"), "must be [document id, place in it]")
    return Provenance(name, place, document=str(cite[0]), passage=str(cite[1]))


def matches(where: Any, cohort: Cohort) -> bool:
    """Does the cohort condition `where` contain this contract? A list is any of, `{not: …}` none of."""
    for key, wanted in (where or {}).items():
        actual: Any = getattr(cohort, key)
        actual = ("no", "yes")[actual] if isinstance(actual, bool) else actual
        if key == "issued":
            if not within(wanted, actual):
                return False
        elif isinstance(wanted, dict):
            if actual in _texts(wanted["not"]):
                return False
        elif actual not in _texts(wanted):
            return False
    return True


def within(span: Any, on: date) -> bool:
    """Does the day lie in `{from: …, to: …}`, both inclusive, either open?"""
    first, last = (span or {}).get("from"), (span or {}).get("to")
    return (first is None or read_day(first) <= on) and (last is None or on <= read_day(last))


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def describe(cohort: Cohort) -> str:
    """A cohort in words."""
    replacing = ", a replacement" if cohort.replacement else ""
    return f"form {cohort.form}, {cohort.qualification}, {cohort.issue_state}, issued {cohort.issued}{replacing}"


def mixed_lists(node: Plain, path: TermPath = ()) -> Iterator[TermPath]:
    """Lists in which some items carry a condition and others no mark at all: neither a choice nor a list of values."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from mixed_lists(value, (*path, key))
    elif isinstance(node, list):
        marks = [MARKS & item.keys() if isinstance(item, dict) else frozenset() for item in node]
        if any(CONDITIONS & m for m in marks) and not all(marks):
            yield path
        for i, value in enumerate(node):
            yield from mixed_lists(value, (*path, str(i)))


def marked(node: Plain, path: TermPath = ()) -> Iterator[tuple[TermPath, dict[str, Plain]]]:
    """Every mapping in a tree that carries marks, with its raw path."""
    if isinstance(node, dict):
        if MARKS & node.keys():
            yield path, node
        for key, value in node.items():
            if key not in MARKS or key == "is":
                yield from marked(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from marked(value, (*path, str(i)))
