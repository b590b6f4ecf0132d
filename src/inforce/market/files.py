"""Market files: CSV with a header. A file is loaded whole or, with everything wrong in it named, not at all."""

import csv
import io
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from inforce.errors import BadMarketData, counted
from inforce.market import exact
from inforce.market.data import MarketData, repeat_message
from inforce.market.histories import History, Navs, Rates, Series, Sources
from inforce.market.layouts import (
    AT,
    AT_TEXT,
    DECLARED,
    LAYOUTS,
    NAVS,
    SECONDARY,
    UNIT_VALUES,
    VALUES,
    Layout,
    check_header,
    layout_of,
)
from inforce.market.market import Between, Market
from inforce.market.problems import Problems
from inforce.market.sub_accounts import SubAccount

Key = tuple[str, ...]
Row = tuple[int, list[str]]


def load_unit_values(path: Path | str, *, decimals: int = 6) -> MarketData:
    """Unit values: `date,fund[,separate_account][,charge_class],unit_value`, or `date` and a column for each fund.

    Raises `BadMarketData`, as every loader here; where rows are wrong it is a `BadMarketFile` with up to ten of them.
    """
    return _load(path, (UNIT_VALUES,), decimals)


def load_navs(path: Path | str) -> MarketData:
    """Net asset values a share: `date,fund,nav[,dividend][,capital_gain]`."""
    return _load(path, (NAVS,))


def load_declared_rates(path: Path | str) -> MarketData:
    """Declared rates of fixed accounts: `account,month,rate` (3.5%) or `account,month,rate_pct` (3.5)."""
    return _load(path, DECLARED)


def load_secondary_rates(path: Path | str) -> MarketData:
    """Secondary guaranteed rates: `account,year,secondary_rate` (3.5%) or `account,year,secondary_rate_pct` (3.5)."""
    return _load(path, SECONDARY)


def load_market_file(path: Path | str, *, decimals: int = 6) -> MarketData:
    """A file of any of these kinds, told by its header."""
    return _load(path, LAYOUTS, decimals)


def load_market(paths: Iterable[Path | str], *, between: Between = "refuse", decimals: int = 6) -> Market:
    """A market from files of any kind. Raises `BadMarketData` also where two files give the same thing."""
    return Market.of(*(load_market_file(path, decimals=decimals) for path in paths), between=between)


def load_market_folder(folder: Path | str, *, between: Between = "refuse", decimals: int = 6) -> Market:
    """A market from every `.csv` file of a folder (not of folders in it), in order of their names."""
    try:
        names = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == ".csv")
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from None
    if not names:
        raise BadMarketData("has no .csv file; put the price and rate files there.", file=str(folder))
    return load_market(names, between=between, decimals=decimals)


@dataclass(slots=True)
class _Pile:
    """What was read for one sub-account, fund or account, in the order of the file."""

    at: "array[int]" = field(default_factory=partial(array, "q"))
    columns: tuple["array[int]", ...] = ()
    lines: "array[int]" = field(default_factory=partial(array, "i"))

    def add(self, at: int, values: Sequence[int], line: int) -> None:
        if not self.columns:
            self.columns = tuple(array("q") for _ in values)
        self.at.append(at)
        self.lines.append(line)
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)


class _Reader:
    """Reads the rows of one file with a good header; collects what is wrong."""

    def __init__(self, header: Sequence[str], layout: Layout, decimals: int, problems: Problems) -> None:
        self.layout, self.problems = layout, problems
        self.piles: dict[Key, _Pile] = {}
        self._width = len(header)
        self._at, self._read_at = header.index(layout.at), AT[layout.at]
        self._names = [(name, header.index(name) if name in header else None) for name in layout.names]
        price = partial(exact.above_zero, decimals=decimals)
        reads = [(name, price if layout.each else VALUES.get(name, price)) for name in layout.values]
        self._values = [(name, header.index(name) if name in header else None, read) for name, read in reads]
        self._add = self._add_each if layout.each else self._add_one

    def read(self, rows: Iterator[Row]) -> None:
        """All rows. Raises `BadMarketData` only where the rest cannot be read."""
        for line, cells in rows:
            if len(cells) == self._width:
                self._add(line, cells)
            else:
                wanted = f"{counted(len(cells), 'cell')} where the header has {counted(self._width, 'column')}"
                self.problems.add(line, "", f"{wanted}; a name or number with a comma in it needs quotes.")

    def histories(self, kind: type[History]) -> Iterator[tuple[Key, Any]]:
        """What was read, in order; what stands in the file twice is noted as a problem."""
        for key, pile in self.piles.items():
            sources = Sources.in_file(self.problems.file, pile.lines)
            history = kind(pile.at, pile.columns, sources).sorted()
            for earlier, later in history.repeats():
                self._note_repeat(key, history, earlier, later)
            yield key, history

    def _add_one(self, line: int, cells: list[str]) -> None:
        known = self.problems.count
        at = self._cell(line, self.layout.at, cells[self._at], self._read_at)
        key = tuple([self._name(line, name, "" if n is None else cells[n]) for name, n in self._names])
        values = [0 if n is None else self._cell(line, column, cells[n], read) for column, n, read in self._values]
        if self.problems.count == known:
            self._pile(key).add(at, values, line)

    def _add_each(self, line: int, cells: list[str]) -> None:
        known = self.problems.count
        at = self._cell(line, self.layout.at, cells[self._at], self._read_at)
        values = [(fund, self._cell(line, fund, cells[n], read)) for fund, n, read in self._values if n and cells[n]]
        if self.problems.count == known:
            for fund, value in values:
                self._pile((fund, "", "")).add(at, (value,), line)

    def _cell(self, line: int, column: str, text: str, read: Callable[[str], int]) -> int:
        """A cell's number; -1, with the problem noted, where it has none."""
        try:
            return read(text)
        except BadMarketData as problem:
            self.problems.add(line, column, problem.message)
            return -1

    def _name(self, line: int, column: str, text: str) -> str:
        try:
            return exact.name_or_any(text) if column in self.layout.optional else exact.name_of(text)
        except BadMarketData as problem:
            self.problems.add(line, column, problem.message)
            return ""

    def _pile(self, key: Key) -> _Pile:
        pile = self.piles.get(key)
        if pile is None:
            pile = self.piles[key] = _Pile()
        return pile

    def _note_repeat(self, key: Key, history: History, earlier: int, later: int) -> None:
        message = repeat_message(
            self.layout.what,
            SubAccount(*key) if self.layout.into == "unit_values" else key[0],
            AT_TEXT[self.layout.at](history.at[later]),
            f"line {history.sources.lines[earlier]}",
        )
        self.problems.add(history.sources.lines[later], self.layout.at, message)


def _load(path: Path | str, allowed: Sequence[Layout], decimals: int = 6) -> MarketData:
    if not 0 <= decimals <= exact.MOST_DECIMALS:
        raise BadMarketData(f"unit values at {decimals} decimals; 0 to {exact.MOST_DECIMALS} can be kept.")
    problems = Problems(str(path))
    rows = _rows(path)
    header, layout = _header(rows, allowed, problems)
    reader = _Reader(header, layout, decimals, problems)
    _read_all(reader, rows, problems)
    return _contents(reader, layout, decimals)


def _header(rows: Iterator[Row], allowed: Sequence[Layout], problems: Problems) -> tuple[list[str], Layout]:
    line, header = next(rows, (1, []))
    if not header:
        raise BadMarketData("is empty; begin it with a header.", file=problems.file)
    layout = layout_of(header, allowed, line, problems)
    check_header(header, layout, line, problems)
    problems.refuse()
    return header, layout


def _read_all(reader: _Reader, rows: Iterator[Row], problems: Problems) -> None:
    try:
        reader.read(rows)
    except BadMarketData as broken:
        problems.add(broken.line, broken.at, broken.message)
    if not reader.piles and not problems.count:
        problems.add(None, "", "the file has a header and nothing below it; add rows or leave the file out.")


def _contents(reader: _Reader, layout: Layout, decimals: int) -> MarketData:
    kind: type[History] = {"unit_values": Series, "navs": Navs}.get(layout.into, Rates)
    found = dict(reader.histories(kind))
    reader.problems.refuse()
    if kind is Series:
        return MarketData(unit_values={SubAccount(*key): series for key, series in found.items()}, decimals=decimals)
    named = {key[0]: history for key, history in found.items()}
    if kind is Navs:
        return MarketData(navs=named, decimals=decimals)
    if layout.into == "declared":
        return MarketData(declared=named, decimals=decimals)
    return MarketData(secondary=named, decimals=decimals)


def _rows(path: Path | str) -> Iterator[Row]:
    """Rows that are not blank, each with the line it begins on; cells without the space around them."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadMarketData(f"cannot be read as CSV ({error}); check its quotes.", file=str(path), line=line) from None


def _text(path: Path | str) -> str:
    """The file as text, without a byte order mark. Raises `BadMarketData`."""
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    nul = content.find(b"\0")
    if nul >= 0:
        message = "has a NUL byte: it is no text, or not in UTF-8. Save it as CSV in UTF-8."
        raise BadMarketData(message, file=str(path), line=content.count(b"\n", 0, nul) + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadMarketData("is not in UTF-8. Save it as CSV in UTF-8.", file=str(path), line=line) from None


def _unreadable(path: Path | str, error: Exception) -> BadMarketData:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return BadMarketData(f"cannot be read ({reason}); check the path.", file=str(path))
