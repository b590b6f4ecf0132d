"""Who is who: which records of a file are known already, in the book or further up, and which contradict.

For each record two digests are kept, of what names it and of what it says: 40 bytes where the record itself would take
two thousand, so that files of millions of records need little memory.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
IN_BOOK = 0
"""The line of what is in the book."""


def digest(text: str) -> bytes:
    """128 bits of a text: two texts with the same will not be met."""
    return blake2b(text.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Clash:
    """A record that says something else than an earlier one of the same name."""

    place: int
    """Its place in the order in which records were added."""
    line: int
    earlier: int
    """The line of the other one, or `IN_BOOK`."""


@dataclass(slots=True)
class Identities:
    """Names and contents of records. The first to bear a name has it."""

    _names: bytearray = field(default_factory=bytearray)
    _contents: bytearray = field(default_factory=bytearray)
    _lines: "array[int]" = field(default_factory=lambda: array("q"))
    _places: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, name: str, content: bytes, line: int, place: int) -> None:
        """A record; one in the book stands at line `IN_BOOK`."""
        self._names += digest(name)
        self._contents += content
        self._lines.append(line)
        self._places.append(place)

    def settle(self, settled: Places | None = None) -> tuple[Places, list[Clash]]:
        """Places of records that repeat an earlier one, and those that contradict one.

        Records at the places `settled` are left out: something else said already who they are.
        """
        lines, places = np.asarray(self._lines), np.asarray(self._places)
        left = np.flatnonzero((lines == IN_BOOK) | ~np.isin(places, [] if settled is None else settled))
        if not len(left):
            return places[:0], []
        names, contents = (np.frombuffer(each, "<u8").reshape(-1, 2)[left] for each in (self._names, self._contents))
        lines, places = lines[left], places[left]
        order = np.lexsort((places, lines, names[:, 1], names[:, 0]))
        first = order[_starts(names[order])]
        same = (contents[order] == contents[first]).all(axis=1)
        given = (lines[order] != IN_BOOK) & (order != first)
        clashes = np.flatnonzero(given & ~same)
        found = [Clash(int(places[order[n]]), int(lines[order[n]]), int(lines[first[n]])) for n in clashes]
        return places[order[given & same]], found


def _starts(names: NDArray[np.uint64]) -> NDArray[np.intp]:
    """For each of sorted names, where the run of its like begins."""
    new = np.ones(len(names), bool)
    new[1:] = (names[1:] != names[:-1]).any(axis=1)
    return np.maximum.accumulate(np.where(new, np.arange(len(names)), 0))


def says(values: Iterable[Any]) -> bytes:
    """A digest of a record's values, in the order of its fields; the order within mappings does not matter."""
    return digest(repr([sorted(value.items()) if isinstance(value, dict) else value for value in values]))
