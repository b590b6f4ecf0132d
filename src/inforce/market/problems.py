"""What is wrong with a file, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from inforce.errors import BadMarketData, Located

SHOWN: Final = 10
"""Problems of one file that are reported; of the rest, how many they are."""

KEPT: Final = 1_000
"""Problems kept to find the first ones among them, so that a wholly wrong large file needs little memory."""


class WrongFile(Located):
    """Everything wrong with a file, the first ten of it in `problems`. `file`, `line` and `at` are the first one's."""

    each: ClassVar[type[Located]]
    """What each of the problems is."""

    def __init__(self, problems: Sequence[Located], count: int) -> None:
        self.problems, self.count = tuple(problems), count
        first, *others = problems
        lines = [first.message, *map(str, others)]
        if count > len(problems):
            lines.append(f"and {count - len(problems)} more like these.")
        super().__init__("\n".join(lines), file=first.file, line=first.line, at=first.at)


class BadMarketFile(WrongFile, BadMarketData):
    """Everything wrong with a file of prices or rates."""

    each = BadMarketData


@dataclass
class Problems:
    """Collects what is wrong and refuses the file at the end, in the order of its lines."""

    file: str
    refusal: type[WrongFile] = BadMarketFile
    count: int = 0
    kept: list[Located] = field(default_factory=list)

    def add(self, line: int | None, at: str, message: str) -> None:
        """One problem, at a line and column."""
        self.note(self.refusal.each(message, file=self.file, line=line, at=at))

    def note(self, problem: Located) -> None:
        """One problem that knows its place."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(problem)

    def refuse(self) -> None:
        """Raises the refusal if there was any problem."""
        if self.kept:
            self.kept.sort(key=lambda problem: problem.line or 0)
            raise self.refusal(self.kept[:SHOWN], self.count)
