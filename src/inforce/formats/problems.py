"""What is wrong with a file to import, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from inforce.errors import BadRecord
from inforce.market.problems import KEPT, SHOWN


class BadFile(BadRecord):
    """Everything wrong with a file, the first ten of it in `problems`. `file`, `line` and `at` are the first one's."""

    def __init__(self, problems: Sequence[BadRecord], count: int) -> None:
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
    kept: list[BadRecord] = field(default_factory=list)

    def add(self, line: int | None, at: str, message: str) -> None:
        """One problem, at a line and column."""
        self.note(BadRecord(message, file=self.file, line=line, at=at))

    def note(self, problem: BadRecord) -> None:
        """One problem that knows its place."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(problem)

    def refuse(self) -> None:
        """Raises `BadFile` if there was any problem."""
        if self.kept:
            self.kept.sort(key=lambda problem: problem.line or 0)
            raise BadFile(self.kept[:SHOWN], self.count)
