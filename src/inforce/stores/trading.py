"""What runs traded, and running totals of units, by separate account and fund."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, func, select

from inforce.ledger import Done, Fund, Traded
from inforce.ledger.funds import traded_in

from . import schema
from .bulk import Row
from .database import Database
from .writing import Writing

_ADD: Final = (
    "INSERT INTO fund_totals (separate_account, fund, units) VALUES ({0}, {0}, {0}) "
    "ON CONFLICT (separate_account, fund) DO UPDATE SET units = fund_totals.units + excluded.units"
)
"""The database adds, so that nobody's change is lost."""


def gather(found: dict[Fund, Traded], work: Iterable[Done]) -> None:
    """Add to what a run traded so far."""
    for fund, more in traded_in((each.separate_account, each.entries) for each in work).items():
        found[fund] = found[fund] + more if fund in found else more


def add(writing: Writing, found: Mapping[Fund, Traded]) -> None:
    """Note what a run traded."""
    for fund, t in sorted(found.items()):
        amounts = (t.bought_units, t.bought_cents, t.cancelled_units, t.cancelled_cents)
        writing.add(schema.traded, (writing.seal, *fund, *amounts))
    moved: list[Row] = [(*fund, traded.units) for fund, traded in sorted(found.items()) if traded.units]
    if moved:
        add_units(writing.connection, moved)


def add_units(connection: Connection, moved: list[Row]) -> None:
    """Onto the running totals: separate account, fund, units."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(_ADD.format(mark), moved)


def totals(database: Database) -> dict[Fund, int]:
    """The running totals."""
    return {(account, fund): units for account, fund, units in database.fetch(select(schema.fund_totals))}


def traded(database: Database, day: date | None) -> dict[Fund, Traded]:
    """What the runs of a day, or all, traded."""
    t = schema.traded.c
    sums = (func.sum(t[name]) for name in ("bought_units", "bought_cents", "cancelled_units", "cancelled_cents"))
    query = select(t.separate_account, t.fund, *sums).group_by(t.separate_account, t.fund)
    if day is not None:
        query = query.where(t.seal.in_(select(schema.runs.c.seal).where(schema.runs.c.day == day)))
    rows = database.fetch(query)
    return {(account, fund): Traded(*map(int, amounts)) for account, fund, *amounts in rows}
