"""Endnotes: attached by rule to sub-accounts, columns and headings, numbered in the order in which they appear."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import Endnote
from .wording import NoteRule, filled_in


@dataclass(slots=True)
class Notes:
    """The notes of one document. Asking for one gives it the next number, unless the same text has one already."""

    rules: Mapping[str, NoteRule]
    facts: Mapping[str, str]
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def of_names(self, table: str) -> tuple[int, ...]:
        """Notes on the heading of the sub-accounts' names."""
        return tuple(self._number(key, {}) for key, rule in self._of(table) if rule.names)

    def of_column(self, table: str, column: str) -> tuple[int, ...]:
        """Notes on a column."""
        return tuple(self._number(key, {}) for key, rule in self._of(table) if column in rule.columns)

    def of_fund(self, table: str, fund: str, holding: Mapping[str, Mapping[str, str]]) -> tuple[int, ...]:
        """Notes on a sub-account, of which the facts `holding` are so."""
        return tuple(
            self._number(key, holding[rule.funds])
            for key, rule in self._of(table)
            if rule.funds is not None and rule.funds in holding and (not rule.only or fund in rule.only)
        )

    def endnotes(self) -> tuple[Endnote, ...]:
        """All that were asked for, in order."""
        return tuple(Endnote(number, key, text) for (key, text), number in self._numbers.items())

    def _of(self, table: str) -> list[tuple[str, NoteRule]]:
        return [(key, rule) for key, rule in self.rules.items() if not rule.tables or table in rule.tables]

    def _number(self, key: str, words: Mapping[str, str]) -> int:
        text = filled_in(self.rules[key].text, {**self.facts, **words})
        return self._numbers.setdefault((key, text), len(self._numbers) + 1)
