"""Many rows at once: `executemany` in SQLite, `COPY` in PostgreSQL. Rows are tuples, days and instants in them text."""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]
T = TypeVar("T")

CHUNK: Final = 5_000
"""Numbers in one `IN (…)`."""

FEW: Final = 20
"""Up to here PostgreSQL updates row by row; above, from a staging table."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look for cycles again and again in rows of texts and numbers.

    It is the whole process's; at the end it is on again if it was before.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Items in lists of at most `size`."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


def rows_of(connection: Connection, query: str, numbers: Iterable[int]) -> Iterator[Row]:
    """Plain rows of a query that ends in `WHERE contract`, for those contracts: their number comes first."""
    for part in chunks(sorted(numbers)):
        condition, values = _among(connection.dialect.name == "sqlite", part)
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(f"{query} {condition}", values)
            yield from _wanted(cursor.fetchall(), part)


def rows_named(
    connection: Connection, table: str, columns: Sequence[str], name: str, names: Iterable[tuple[int, str]]
) -> Iterator[Row]:
    """Plain rows of contracts that have one of those names in a column, by its index."""
    shown = ", ".join(f"t.{_quoted(connection, column)}" for column in columns)
    same = f"ON t.contract = asked.contract AND t.{_quoted(connection, name)} = asked.name"
    values: tuple[Any, ...]
    for part in chunks(names):
        if connection.dialect.name == "sqlite":
            asked = "(SELECT value ->> 0 AS contract, value ->> 1 AS name FROM json_each(?)) AS asked"
            query, values = f"SELECT {shown} FROM {asked} CROSS JOIN {table} AS t {same}", (json.dumps(part),)
        else:
            asked = "unnest(%s::bigint[], %s::text[]) AS asked (contract, name)"
            query = f"SELECT {shown} FROM {asked} JOIN {table} AS t {same}"
            values = tuple(map(list, zip(*part, strict=True)))
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(query, values)
            yield from cursor.fetchall()


def _wanted(rows: Sequence[Row], part: list[int]) -> Sequence[Row]:
    """Rows but for those of a range that were not asked for."""
    if part[-1] - part[0] < len(part):
        return rows
    wanted = set(part)
    return [row for row in rows if row[0] in wanted]


def _among(sqlite: bool, part: list[int]) -> tuple[str, tuple[Any, ...]]:
    """Where most of a range is wanted, all of it is read: it lies together."""
    if part[-1] - part[0] < 2 * len(part):
        return ("BETWEEN ? AND ?" if sqlite else "BETWEEN %s AND %s"), (part[0], part[-1])
    return ("IN (SELECT value FROM json_each(?))", (json.dumps(part),)) if sqlite else ("= ANY(%s)", (part,))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; each has every column of the table, in order."""
    if not rows:
        return
    columns = _columns(connection, [column.name for column in table.columns])
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", list(rows))
    else:
        _copy(connection, table.name, columns, rows)


def update_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Set columns of rows. The last of `names` is the key, and so is the last value of each row."""
    if not rows:
        return
    *others, key = (_quoted(connection, name) for name in names)
    sqlite = connection.dialect.name == "sqlite"
    if sqlite or len(rows) <= FEW:
        mark = "?" if sqlite else "%s"
        setting = ", ".join(f"{name} = {mark}" for name in others)
        statement = f"UPDATE {table.name} SET {setting} WHERE {key} = {mark}"
        connection.exec_driver_sql(statement, list(rows))
        return
    columns = _columns(connection, names)
    staged = f"staged_{table.name}_{len(names)}"
    connection.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {staged} ON COMMIT DELETE ROWS AS "
                               f"SELECT {columns} FROM {table.name} WITH NO DATA")  # fmt: skip
    connection.exec_driver_sql(f"TRUNCATE {staged}")  # what an earlier batch of the transaction left
    _copy(connection, staged, columns, rows)
    setting = ", ".join(f"{name} = staged.{name}" for name in others)
    connection.exec_driver_sql(f"UPDATE {table.name} AS held SET {setting} FROM {staged} AS staged "
                               f"WHERE held.{key} = staged.{key}")  # fmt: skip


def _copy(connection: Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        write = copy.write_row
        for row in rows:
            write(row)


def _columns(connection: Connection, names: Sequence[str]) -> str:
    return ", ".join(_quoted(connection, name) for name in names)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
