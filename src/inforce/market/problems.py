"""What is wrong with a file, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from inforce.errors import BadMarketData

SHOWN: Final = 10
"""Problems of one file that are reported; of the rest, how many they are."""

KEPT: Final = 1_000
"""Problems kept to find the first ones among them, so that a wholly wrong large file needs little memory."""


class BadMarketFile(BadMarketData):
    """Everything wrong with a file, the first ten of it in `problems`. `file`, `line` and `at` are the first one's."""

    def __init__(self, problems: Sequence[BadMarketData], count: int) -> None:
        self.problems, self.count = tuple(problems), count
        first, *others = problems
        lines = [first.message, *map(str, others)]
        if count > len(problems):
            lines.append(f"and {count - len(problems)} more like these.")
        super().__init__("\n".join(lines), file=first.file, line=first.line, at=first.at)


@dataclass
class Problems:
    """Collects what is wrong and refuses the file at the end, in the order of its lines."""

    file: str
    count: int = 0
    kept: list[BadMarketData] = field(default_factory=list)

    def add(self, line: int | None, at: str, message: str) -> None:
        """One problem, at a line and column."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(BadMarketData(message, file=self.file, line=line, at=at))

    def refuse(self) -> None:
        """Raises `BadMarketFile` if there was any problem."""
        if self.kept:
            self.kept.sort(key=lambda problem: problem.line or 0)
            raise BadMarketFile(self.kept[:SHOWN], self.count)
