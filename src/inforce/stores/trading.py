"""What runs traded, and running totals of units, by separate account and fund."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import func, select

from inforce.ledger import Done, Fund, Traded
from inforce.ledger.funds import traded_in

from . import schema
from .database import Database
from .writing import Writing

_ADD: Final = (
    "INSERT INTO fund_totals (separate_account, fund, units) VALUES ({0}, {0}, {0}) "
    "ON CONFLICT (separate_account, fund) DO UPDATE SET units = fund_totals.units + excluded.units"
)
"""The database adds, so that nobody's change is lost."""


def add(writing: Writing, work: Iterable[Done]) -> None:
    """Note what a run traded."""
    found = traded_in((each.separate_account, each.entries) for each in work)
    for fund, t in sorted(found.items()):
        amounts = (t.bought_units, t.bought_cents, t.cancelled_units, t.cancelled_cents)
        writing.add(schema.traded, (writing.seal, *fund, *amounts))
    moved = [(*fund, traded.units) for fund, traded in sorted(found.items()) if traded.units]
    if moved:
        mark = "?" if writing.connection.dialect.name == "sqlite" else "%s"
        writing.connection.exec_driver_sql(_ADD.format(mark), moved)


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
