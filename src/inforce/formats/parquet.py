"""Parquet files, read and written in batches. Only types that are exact are read."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from inforce.errors import BadRecord
from inforce.market.problems import Problems

from .columns import Column, columns, flat_text
from .text import Row, Tell, check_header, fits, unfolded

BATCH: Final = 10_000
"""Rows that are in memory at a time."""


class Parquet:
    """A record a row; null is a field that is not given."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)
        self.size = self._file.metadata.num_rows
        self.columns = tuple(self._file.schema_arrow.names)

    def rows(self, problems: Problems, tell: Tell) -> Iterator[Row]:
        """Every record, by row number from 1. Raises `BadRecord` only where the rest cannot be read."""
        check_header(self.columns, None, problems)
        problems.refuse()
        nested = [column for column in self.columns if columns()[column].shape != "value"]
        for row, content in self.plain(problems, tell):
            if fits(row, content, problems) and unfolded(row, content, nested, problems):
                yield row, content

    def plain(self, problems: Problems, tell: Tell) -> Iterator[Row]:
        """Rows as text, whatever their columns are."""
        self._check_types(problems)
        row = 0
        for values in self._batches():
            for cells in zip(*values, strict=True):
                row += 1
                yield row, {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell is not None}
            tell(row)

    def _check_types(self, problems: Problems) -> None:
        for field in self._file.schema_arrow:
            if wrong := _refused(field.type):
                problems.add(None, field.name, wrong)
        problems.refuse()

    def _batches(self) -> Iterator[list[list[Any]]]:
        try:
            for batch in self._file.iter_batches(BATCH):
                batch.validate(full=True)
                yield [_plain_column(column) for column in batch.columns]
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise _unreadable(self.path, error) from None


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> BadRecord:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return BadRecord(f"cannot be read as Parquet ({first}); write it again.", file=str(path))


def _refused(kind: pa.DataType) -> str:
    """Why a column's type is not read; blank where it is."""
    if pa.types.is_floating(kind):
        return (f"holds binary floating-point numbers ({kind}), which are not exact; store it as decimal, text or "
                "whole numbers.")  # fmt: skip
    if pa.types.is_dictionary(kind):
        return _refused(kind.value_type)
    inner = [kind.field(n).type for n in range(kind.num_fields)] if pa.types.is_nested(kind) else []
    if inner:
        return next(filter(None, map(_refused, inner)), "")
    if any(check(kind) for check in _READ):
        return ""
    return f"is of type {kind}, which no field takes; store it as text."


_TEXT: Final[tuple[Callable[[pa.DataType], bool], ...]] = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
)  # fmt: skip
_READ: Final[tuple[Callable[[pa.DataType], bool], ...]] = (
    *_TEXT, pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_decimal, pa.types.is_date,
    pa.types.is_timestamp, pa.types.is_time,
)  # fmt: skip


def _plain_column(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return values if any(is_text(kind) for is_text in _TEXT) else [_plain(kind, value) for value in values]


def _plain(kind: pa.DataType, value: Any) -> Any:
    """A value as a text file would give it."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() and value.tzinfo is None else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict):
        parts = {name: _plain(kind.field(name).type, each) for name, each in value.items()}
        return {name: each for name, each in parts.items() if each is not None}
    if pa.types.is_map(kind):
        return _mapping([(name, _plain(kind.item_type, each)) for name, each in value])
    return [_plain(kind.value_type, each) for each in value] if isinstance(value, list) else str(value)


def _mapping(pairs: list[tuple[str, Any]]) -> Any:
    """A mapping; as text where a name stands in it twice, which is then refused."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else ";".join(f"{name}={value}" for name, value in pairs)


class Writer:
    """Writes records, given as text, in batches."""

    def __init__(self, path: Path, written: Sequence[Column]) -> None:
        self._columns = written
        self._schema = pa.schema([(column.name, _type(column)) for column in self._columns])
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, records: Sequence[dict[str, Any]]) -> None:
        """Some more records."""
        arrays = [
            pa.array([_typed(column, record.get(column.name)) for record in records], field.type)
            for column, field in zip(self._columns, self._schema, strict=True)
        ]
        self._file.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))


def _type(column: Column) -> pa.DataType:
    if column.shape == "mapping":
        return pa.map_(pa.string(), pa.string())
    kinds = {"money": pa.decimal128(38, 2), "day": pa.date32(), "whole": pa.int64(), "yes_no": pa.bool_()}
    return kinds.get(column.kind, pa.string())


def _typed(column: Column, value: Any) -> Any:
    """A field's text as its column's type."""
    if value is None or column.shape == "mapping":
        return value if value is None else list(value.items())
    convert = _TYPED.get(column.kind)
    return flat_text(column, value) if convert is None else convert(value)


_TYPED: Final[dict[str, Callable[[str], Any]]] = {
    "money": Decimal,
    "day": date.fromisoformat,
    "whole": int,
    "yes_no": lambda text: text == "yes",
}
