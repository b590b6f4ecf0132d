"""Reading ahead: a day's contracts a few hundred at a time, so that each does not cost a journey to the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from .database import Database
from .queries import Opened, open_together

TOGETHER: Final = 500


class ReadAhead:
    """Contracts that will be worked in order, each read with those that follow it."""

    def __init__(
        self, database: Database, ids: Sequence[str], numbers_of: Callable[[Sequence[str]], Mapping[str, int]]
    ) -> None:
        self._database = database
        self._ids = ids
        self._numbers_of = numbers_of
        self._place = {contract: n for n, contract in enumerate(ids)}
        self._part: dict[str, Opened] = {}

    def find(self, contract: str) -> Opened | None:
        """The contract as it was read; None where it is not one of them, or was forgotten."""
        found = self._part.get(contract)
        if found is None and contract in self._place:
            start = self._place[contract]
            wanted = [c for c in self._ids[start : start + TOGETHER] if c in self._place]
            self._part = open_together(self._database, {n: c for c, n in self._numbers_of(wanted).items()})
            found = self._part.get(contract)
        return found

    def forget(self, contracts: Iterable[str]) -> None:
        """They have changed."""
        for contract in contracts:
            self._place.pop(contract, None)
            self._part.pop(contract, None)

    def forget_all(self) -> None:
        """Any of them may have changed: what comes is read again."""
        self._part.clear()
