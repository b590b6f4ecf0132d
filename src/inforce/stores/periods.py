"""Accounting periods that close. What was closed or opened again, and by whom, stays on record."""

from sqlalchemy import Connection, select

from inforce.errors import BadInput
from inforce.ledger.book import checked_period, period_before

from . import schema
from .writing import Writing


def closed_through(connection: Connection) -> str | None:
    """The last closed period; None where none is."""
    p = schema.periods.c
    return connection.execute(select(p.closed_through).order_by(p.seal.desc()).limit(1)).scalar()


def close(writing: Writing, period: str, who: str) -> None:
    """Close a period and all before it. BadInput where it is closed."""
    closed = closed_through(writing.connection)
    if closed is not None and checked_period(period) <= closed:
        raise BadInput(f"accounting period {period} is closed already, as all are through {closed}")
    _write(writing, "close", period, who, checked_period(period))


def reopen(writing: Writing, period: str, who: str) -> None:
    """Open a closed period and those after it. BadInput where it is open."""
    closed = closed_through(writing.connection)
    if closed is None or checked_period(period) > closed:
        raise BadInput(f"accounting period {period} is open")
    _write(writing, "reopen", period, who, period_before(period))


def _write(writing: Writing, action: str, period: str, who: str, through: str) -> None:
    row = (action, period, who, through)
    writing.add(schema.periods, (writing.seal, *row))
    writing.finish({"period": row})
