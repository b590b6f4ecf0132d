"""Numbers by day, month or year, each with the place it was read from. Compact, sorted, never changed."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from operator import le
from typing import Self

from inforce.errors import BadMarketData
from inforce.market.exact import checked_day, month_number, year_number

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each number of a history stands: a file (blank: not from a file) and a line (0: none)."""

    files: tuple[str, ...]
    file_of: array[int]
    lines: array[int]

    @classmethod
    def in_file(cls, file: str, lines: Iterable[int]) -> Sources:
        """Lines of one file."""
        numbers = array("i", lines)
        return cls((file,), array("i", [0]) * len(numbers), numbers)

    @classmethod
    def joined(cls, parts: Sequence[Sources]) -> Sources:
        """The sources of one history after another."""
        place = {file: n for n, file in enumerate(dict.fromkeys(file for part in parts for file in part.files))}
        file_of = array("i", (place[part.files[n]] for part in parts for n in part.file_of))
        return cls(tuple(place), file_of, array("i", (line for part in parts for line in part.lines)))

    def picked(self, order: Sequence[int]) -> Sources:
        """The same in another order."""
        return Sources(self.files, _picked(self.file_of, order), _picked(self.lines, order))

    def noted(self, note: str) -> Sources:
        """The same, with a note before each file that says what stands there."""
        return Sources(tuple(note + file if file else "" for file in self.files), self.file_of, self.lines)

    def file(self, position: int) -> str:
        """The file that a number stands in; blank where it is from none."""
        return self.files[self.file_of[position]]

    def text(self, position: int) -> str | None:
        """`prices.csv:12`, or None where a number is from no file."""
        file, line = self.file(position), self.lines[position]
        return (f"{file}:{line}" if line else file) or None


@dataclass(frozen=True, slots=True)
class History:
    """Columns of whole numbers in ascending order of `at`: ordinals of days, numbers of months, or years."""

    at: array[int]
    columns: tuple[array[int], ...]
    sources: Sources
    corrected: Mapping[int, tuple[tuple[date, int], ...]] = field(default_factory=dict)
    """Where a number was corrected: every one given for that day, after the day on which it became known."""

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Several histories as one; `repeats` tells where they overlap."""
        if len(parts) == 1:
            return parts[0]
        at = array("q", (n for part in parts for n in part.at))
        width = range(len(parts[0].columns))
        columns = tuple(array("q", (n for part in parts for n in part.columns[k])) for k in width)
        corrected = {at: given for part in parts for at, given in part.corrected.items()}
        return cls(at, columns, Sources.joined([part.sources for part in parts]), corrected).sorted()

    def sorted(self) -> Self:
        """In ascending order; numbers of the same day stay in the order they were given in."""
        if all(map(le, self.at, islice(self.at, 1, None))):
            return self
        order = sorted(range(len(self.at)), key=self.at.__getitem__)
        columns = tuple(_picked(column, order) for column in self.columns)
        return type(self)(_picked(self.at, order), columns, self.sources.picked(order), self.corrected)

    def known_before(self, day: date) -> Self:
        """With the numbers that were known before a day; where none was, with the one known first."""
        column = self.columns[0][:]
        corrected: dict[int, tuple[tuple[date, int], ...]] = {}
        for at, given in self.corrected.items():
            known = tuple(each for each in given if each[0] < day) or given[:1]
            column[bisect_left(self.at, at)] = known[-1][1]
            corrected |= {at: known} if len(known) > 1 else {}
        return replace(self, columns=(column, *self.columns[1:]), corrected=corrected)

    def repeats(self) -> list[tuple[int, int]]:
        """Positions (earlier given, later given) of numbers for the same day, month or year."""
        at = self.at
        return [(n - 1, n) for n in range(1, len(at)) if at[n] == at[n - 1]]

    def position(self, at: int) -> int | None:
        """The position of exactly this day, month or year."""
        found = bisect_left(self.at, at)
        return found if found < len(self.at) and self.at[found] == at else None

    def position_by(self, at: int) -> int:
        """The position of the last one at or before; -1 where there is none."""
        return bisect_right(self.at, at) - 1


@dataclass(frozen=True, slots=True)
class Series(History):
    """Unit values of one sub-account on valuation dates, whole numbers at the market's decimals."""

    @classmethod
    def of(cls, values: Mapping[date, int], source: str = "") -> Series:
        """From unit values by day. Raises `BadMarketData` on a day without trading and a value not above zero."""
        _check_prices(values)
        days = sorted(values)
        return cls(_ordinals(days), (array("q", (values[day] for day in days)),), _one_source(source, len(days)))

    @property
    def values(self) -> array[int]:
        """The unit values, in order of their days."""
        return self.columns[0]

    @property
    def days(self) -> tuple[date, ...]:
        """The days with a unit value."""
        return tuple(map(date.fromordinal, self.at))


@dataclass(frozen=True, slots=True)
class Navs(History):
    """Net asset values a share of one fund, with the distributions of each ex-date; all at 6 decimals."""

    @classmethod
    def of(
        cls,
        values: Mapping[date, int],
        dividends: Mapping[date, int] | None = None,
        capital_gains: Mapping[date, int] | None = None,
        source: str = "",
    ) -> Navs:
        """From net asset values and distributions by day. Raises `BadMarketData` on what a file may not hold either."""
        _check_prices(values)
        days = sorted(values)
        paid = [_distributions(days, given or {}) for given in (dividends, capital_gains)]
        return cls(_ordinals(days), (array("q", (values[day] for day in days)), *paid), _one_source(source, len(days)))

    @property
    def values(self) -> array[int]:
        """Net asset values, in order of their days."""
        return self.columns[0]

    @property
    def dividends(self) -> array[int]:
        """Dividends a share with ex-date on the day; 0 where there is none."""
        return self.columns[1]

    @property
    def capital_gains(self) -> array[int]:
        """Capital gain distributions a share with ex-date on the day; 0 where there is none."""
        return self.columns[2]


@dataclass(frozen=True, slots=True)
class Rates(History):
    """Yearly rates of one fixed account in parts per billion, by month or by calendar year."""

    @classmethod
    def by_month(cls, rates: Mapping[str, int], source: str = "") -> Rates:
        """Declared rates by month YYYY-MM. Raises `BadMarketData`."""
        return cls._of({month_number(month): rate for month, rate in rates.items()}, source)

    @classmethod
    def by_year(cls, rates: Mapping[int, int], source: str = "") -> Rates:
        """Secondary guaranteed rates by calendar year. Raises `BadMarketData`."""
        return cls._of({year_number(str(year)): rate for year, rate in rates.items()}, source)

    @classmethod
    def _of(cls, rates: Mapping[int, int], source: str) -> Rates:
        if not rates or min(rates.values()) < 0:
            raise BadMarketData("rates are given in parts per billion, zero or more, and at least one.")
        at = sorted(rates)
        return cls(array("q", at), (array("q", (rates[n] for n in at)),), _one_source(source, len(at)))

    def rate(self, at: int) -> int | None:
        """The rate of a month (by its number) or year."""
        found = self.position(at)
        return None if found is None else self.columns[0][found]

    def rate_by(self, at: int) -> int | None:
        """The rate of a month (by its number) or year, else the last one before it."""
        found = self.position_by(at)
        return None if found < 0 else self.columns[0][found]


def _check_prices(values: Mapping[date, int]) -> None:
    if not values:
        raise BadMarketData("no prices; give at least one.")
    for day, value in values.items():
        checked_day(day)
        if not 0 < value <= LARGEST:
            raise BadMarketData(f"{value} on {day} is no price: it must be above zero and fit 64 bits.", at=str(day))


def _distributions(days: Sequence[date], paid: Mapping[date, int]) -> array[int]:
    for day, amount in paid.items():
        if day not in days or amount < 0:
            raise BadMarketData(f"a distribution of {amount} on {day} needs a net asset value that day, and no sign.")
    return array("q", (paid.get(day, 0) for day in days))


def _ordinals(days: Iterable[date]) -> array[int]:
    return array("q", (day.toordinal() for day in days))


def _one_source(source: str, count: int) -> Sources:
    return Sources.in_file(source, [0] * count)


def _picked(numbers: array[int], order: Sequence[int]) -> array[int]:
    return array(numbers.typecode, map(numbers.__getitem__, order))
