"""Why a number is what it is: the same rules, run with numbers that remember.

e = explain(position, market, "surrender_value", on)
print(render(e))
"""

from .changes import Change, Changes, changes_of
from .page import Line, Piece, Style, lines, render
from .questions import QUANTITIES, explain
from .reading import readable
from .tree import Assumption, Explanation

__all__ = [
    "QUANTITIES",
    "Assumption",
    "Change",
    "Changes",
    "Explanation",
    "Line",
    "Piece",
    "Style",
    "changes_of",
    "explain",
    "lines",
    "readable",
    "render",
]
