"""Files of records as text: JSON Lines and CSV, read line by line."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from inforce.errors import BadRecord, counted
from inforce.market.problems import Problems

from .columns import columns, flat

Row = tuple[int, dict[str, Any]]
"""Line or row number, and what stands there: values as text, mappings of text or lists."""
Tell = Callable[[int], None]
"""Is told how much of a file's `size` has been read."""

LONGEST: Final = 1_000_000
"""Characters of a line, at most."""
EACH: Final = 1_000
"""Lines between two calls of `Tell`."""


class JsonLines:
    """One JSON object a line."""

    columns: tuple[str, ...] = ()
    """Each record names its own."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        if not self.size:
            raise BadRecord("is empty; write one object a line.", file=str(path))

    def rows(self, problems: Problems, tell: Tell) -> Iterator[Row]:
        """Every record that can be read. Raises `BadRecord` only where the rest cannot be."""
        for line, text in enumerate(lines(self.path, tell), 1):
            if text.isspace():
                continue
            try:
                yield line, decoded(text)
            except ValueError as bad:
                problems.add(line, "", str(bad))


class Csv:
    """A header, and a record a row. An empty cell is a field that is not given."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        self._line, header = next(self._cells(_nobody), (1, []))
        if not header:
            raise BadRecord("is empty; begin it with a header.", file=str(path))
        self.columns = tuple(header)

    def rows(self, problems: Problems, tell: Tell) -> Iterator[Row]:
        """Every row that can be read. Raises `BadRecord` only where the rest cannot be."""
        check_header(self.columns, self._line, problems)
        problems.refuse()
        known = columns()
        nested = [column for column in self.columns if known[column].shape != "value"]
        width = len(self.columns)
        for line, cells in self._cells(tell):
            if line == self._line:
                continue
            if len(cells) != width:
                wrong = f"{counted(len(cells), 'cell')} where the header has {counted(width, 'column')}"
                problems.add(line, "", f"{wrong}; a text with a comma in it needs quotes.")
                continue
            content: dict[str, Any] = {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell}
            if fits(line, content, problems) and unfolded(line, content, nested, problems):
                yield line, content

    def _cells(self, tell: Tell) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the line it begins on; cells without the space around them."""
        reader = csv.reader(lines(self.path, tell, newline=""), strict=True)
        line = 1
        try:
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield line, [cell.strip() for cell in cells]
                line = reader.line_num + 1
        except csv.Error as error:
            message = f"cannot be read as CSV ({error}); check its quotes."
            raise BadRecord(message, file=str(self.path), line=line) from None


def _nobody(_: int) -> None:
    """Is told and does nothing."""


def lines(path: Path, tell: Tell, newline: str | None = None) -> Iterator[str]:
    """The lines of a text; bytes that are not UTF-8 become surrogates, which `unfit` finds."""
    with path.open("rb") as raw, TextIOWrapper(raw, "utf-8-sig", "surrogateescape", newline) as file:
        number = 0
        while text := file.readline(LONGEST + 1):
            number += 1
            if len(text) > LONGEST:
                message = (
                    f"is longer than {LONGEST:,} characters; it is no line of records. Check its quotes and line ends."
                )
                raise BadRecord(message, file=str(path), line=number)
            if number % EACH == 0:
                tell(raw.tell())
            yield text
        tell(raw.tell())


def check_header(header: Sequence[str], line: int | None, problems: Problems) -> None:
    """Notes unknown, repeated and unnamed columns."""
    known = columns()
    for place, column in enumerate(header, 1):
        if not column:
            problems.add(line, f"column {place}", "has no name; name it or remove it.")
        elif header.index(column) < place - 1:
            problems.add(line, column, "stands in the header twice; keep one.")
        elif column not in known:
            problems.add(line, column, f"is no column of contracts or events; there are {', '.join(known)}.")
    if "contract" not in header:
        problems.add(line, "contract", "is missing; each record names its contract.")


def unfolded(line: int, content: dict[str, Any], nested: Iterable[str], problems: Problems) -> bool:
    """Mappings and lists that stand in one cell as text, unfolded in place."""
    known = columns()
    for name in nested:
        if isinstance(content.get(name), str):
            try:
                content[name] = flat(known[name], content[name])
            except ValueError as bad:
                problems.add(line, name, str(bad))
                return False
    return True


def fits(line: int, content: dict[str, Any], problems: Problems) -> bool:
    """Can every text of a record be stored?"""
    for name, value in content.items():
        if wrong := unfit(value):
            problems.add(line, name, wrong)
            return False
    return True


def decoded(text: str) -> dict[str, Any]:
    """A JSON object; numbers stay as they are written, what is null is not given. Raises ValueError."""
    try:
        content = _JSON.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON ({error.msg}, column {error.colno}); write one object a line.") from None
    except RecursionError:
        raise ValueError("is nested too deeply; write one flat object a line.") from None
    if not isinstance(content, dict):
        raise ValueError('is no JSON object; write one object a line, like {"contract": …, "kind": …}.')
    if (not text.isascii() or "\\u" in text) and (wrong := unfit(content)):
        raise ValueError(wrong)
    return {name: value for name, value in content.items() if value is not None} if "null" in text else content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"has the key {next(name for name in names if names.count(name) > 1)!r} twice; keep one.")
    return found


_JSON: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_unique)


def unfit(value: Any) -> str:
    """Why a text, or one in a mapping or list, cannot be stored; blank where it can."""
    if isinstance(value, str):
        if "\0" in value:
            return "has a NUL character; remove it."
        return "" if value.isascii() or _is_unicode(value) else "is not in UTF-8; save the file in UTF-8."
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return next(filter(None, map(unfit, parts)), "")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
