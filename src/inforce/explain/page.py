"""An explanation as lines of text, in pieces that say what they are, so that a terminal can colour them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from inforce.errors import counted

from .numerals import MINUS
from .reading import readable
from .tree import LEAVES, Assumption, Explanation

Style = Literal["guide", "value", "label", "formula", "note", "citation", "assumption", "event", "heading"]
DEPTH: Final = 6
WIDTH: Final = 110
NARROWEST: Final = 40
MOST: Final = 40
"""Lines straight below one number."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one style."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Line:
    """One line. As text it is its pieces, one after another."""

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(piece.text for piece in self.pieces).rstrip()


def render(e: Explanation, depth: int | None = DEPTH, width: int = WIDTH) -> str:
    """The explanation as plain text; `depth` None: to the last leaf."""
    return "\n".join(map(str, lines(e, depth, width)))


def lines(e: Explanation, depth: int | None = DEPTH, width: int = WIDTH) -> list[Line]:
    """The explanation as it is read, then the assumptions that the number rests on."""
    page = _Page(depth, width, {a.reason: n for n, a in enumerate(e.assumptions, 1)})
    found = list(page.entry(readable(e), "", "", 0))
    return found + list(page.assumptions(e.assumptions))


@dataclass(slots=True)
class _Page:
    depth: int | None
    width: int
    numbers: dict[str, int]
    shown: dict[int, str] = field(default_factory=dict)
    """Numbers that stand above with all their parts."""
    terms: set[str] = field(default_factory=set)
    """Deciding terms that stand above."""

    def entry(self, e: Explanation, guide: str, below: str, pad: int, level: int = 0) -> Iterator[Line]:
        """One number and what is below it; `guide` leads its first line, `below` all others."""
        first = self.shown.get(e.id, "") if e.kind not in LEAVES and e.label else ""
        children = [] if first else self._children(e)
        if children and self.depth is not None and level >= self.depth:
            yield from self._wrapped([*self._words(e, pad), Piece(" …", "note")], guide, below)
            return
        self.shown.setdefault(e.id, e.label)
        self.terms |= {c.term for c in children if c.role == "by"}
        yield from self._wrapped([*self._words(e, pad, first)], guide, below, bool(children))
        yield from self._branches(children, below, level + 1)

    def _branches(self, children: list[Explanation], below: str, level: int) -> Iterator[Line]:
        """What is below a number; of very many only the first ones, unless everything was asked for."""
        most = len(children) if self.depth is None or len(children) <= MOST else MOST - 1
        widest = max((len(_signed(c)) for c in children[:most] if not _worded(c)), default=0)
        for n, child in enumerate(children[:most], 1):
            turn, on = ("└─ ", "   ") if n == len(children) else ("├─ ", "│  ")
            yield from self.entry(child, below + turn, below + on, widest, level)
        if most < len(children):
            yield Line((Piece(below + "└─ ", "guide"), Piece(f"… and {len(children) - most} more", "note")))

    def _children(self, e: Explanation) -> list[Explanation]:
        """The lines to come below a number: none where all of them stand above already."""
        new = [c for c in e.children if not (c.role == "by" and c.term in self.terms)]
        told = all(c.id in self.shown and c.role != "units" for c in new)
        return [] if told else new

    def _words(self, e: Explanation, pad: int, first: str = "") -> Iterator[Piece]:
        """A number in words; `first`: the label under which it stands above."""
        if _worded(e):
            yield Piece("decided by " if e.role == "by" else "", "note")
            yield Piece(f"{e.label}: {e.text}" if e.text else e.label, "label")
        else:
            yield Piece(f"{_signed(e):>{pad}}  ", "value")
            yield Piece(e.label, "label")
        if first:
            yield Piece(f"{'' if first == e.label else f' = {first}'} (see above)", "note")
            return
        if e.formula:
            yield Piece(f"{' = ' if e.label else ''}{e.formula}", "formula")
        if e.note:
            yield Piece(f"{'; ' if e.label or e.formula else ''}{e.note}", "note")
        yield from self._sources(e)

    def _sources(self, e: Explanation) -> Iterator[Piece]:
        if e.event is not None:
            yield Piece(f"; last changed by {e.event}", "event")
        if e.reading:
            yield Piece(f"; reading {e.reading}", "note")
        if e.citation or e.place:
            yield Piece(f" [{e.citation or e.place}]", "citation")
        if e.assumption:
            number = self.numbers.get(e.assumption)
            yield Piece(f" [assumption {number}]" if number else " [assumption]", "assumption")

    def _wrapped(self, pieces: list[Piece], guide: str, below: str, more: bool = False) -> Iterator[Line]:
        """The pieces in lines no wider than the page, broken at blanks; `more`: a branch goes on below them."""
        line, used = [Piece(guide, "guide")], len(guide)
        below += "│  " if more else "   "
        room = max(self.width, len(below) + NARROWEST)
        for piece in pieces:
            text = ""
            for word in _chunks(piece.text):
                if used + len(word.rstrip()) > room and used > len(below):
                    yield Line((*line, Piece(text.rstrip(), piece.style)))
                    line, used, text, word = [Piece(below + "  ", "guide")], len(below) + 2, "", word.lstrip()
                text, used = text + word, used + len(word)
            line.append(Piece(text, piece.style))
        yield Line(tuple(line))

    def assumptions(self, found: tuple[Assumption, ...]) -> Iterator[Line]:
        """The assumptions, numbered as the lines name them."""
        if not found:
            return
        yield Line(())
        yield Line((Piece(f"Rests on {counted(len(found), 'assumption')}:", "heading"),))
        for n, assumption in enumerate(found, 1):
            pieces = [Piece(f"{assumption.reason}", "assumption"), Piece(f" ({', '.join(assumption.terms)})", "note")]
            yield from self._wrapped(pieces, f"{n:>3}  ", "")


def _chunks(text: str) -> Iterator[str]:
    """Words, each with the blanks before it."""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] == " ":
            end += 1
        while end < len(text) and text[end] != " ":
            end += 1
        yield text[start:end]
        start = end


def _worded(e: Explanation) -> bool:
    """It stands for a word, or decides, and so has no place in the column of numbers."""
    return e.unit == "choice" or e.role == "by"


def _signed(e: Explanation) -> str:
    if e.sign > 0 or e.value == 0:
        return e.text
    return e.text[1:] if e.text.startswith(MINUS) else MINUS + e.text


__all__ = ["DEPTH", "WIDTH", "Line", "Piece", "Style", "lines", "render"]
