"""The inbox: events that a contract's stored position has not seen, so that what is due is found without a search."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, case, delete, or_, select

from inforce.ledger import Snapshot, Stored

from . import schema
from .bulk import Row, rows_of
from .chain import Head
from .encoding import iso

_HELD: Final = 'SELECT contract, sequence, CAST("on" AS TEXT) FROM inbox WHERE contract '
_SEEN_SQLITE: Final = "DELETE FROM inbox WHERE contract = ? AND sequence = ?"
_SEEN_POSTGRESQL: Final = (
    "DELETE FROM inbox USING unnest(%s::bigint[], %s::bigint[]) AS seen (contract, sequence) "
    "WHERE inbox.contract = seen.contract AND inbox.sequence = seen.sequence"
)


def clear_inbox(connection: Connection, stored: Mapping[int, Stored], heads: Mapping[int, Head]) -> None:
    """Take out what the new positions have seen; put back what one that stands earlier than before has not."""
    seen = []
    for contract, sequence, on in rows_of(connection, _HELD, stored):
        if _has_seen(stored[contract], sequence, date.fromisoformat(on)):
            seen.append((contract, sequence))
    take_out(connection, seen)
    for number, each in stored.items():
        if each.held is None and _went_back(each.snapshot, heads[number]):
            _refill(connection, number, each.snapshot)


def _has_seen(stored: Stored, sequence: int, on: date) -> bool:
    """Seen by the position, or looked at while a correction is held."""
    snapshot, held = stored.snapshot, stored.held
    if sequence <= snapshot.sequence and on <= snapshot.on:
        return True
    return held is not None and held.has_seen_at(sequence, on, on)


def take_out(connection: Connection, seen: list[Row]) -> None:
    """Events by contract and sequence."""
    if not seen:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SEEN_SQLITE, seen)
    else:
        connection.exec_driver_sql(_SEEN_POSTGRESQL, ([row[0] for row in seen], [row[1] for row in seen]))


def _went_back(snapshot: Snapshot, before: Head) -> bool:
    if before.on is None:
        return False
    return snapshot.sequence < before.sequence or (iso(snapshot.on) or "") < before.on


def _refill(connection: Connection, number: int, snapshot: Snapshot) -> None:
    e, i = schema.events.c, schema.inbox
    connection.execute(delete(i).where(i.c.contract == number))
    unseen = or_(e.sequence > snapshot.sequence, e.on > snapshot.on)
    later = case((e.on > e.known, e.on), else_=e.known)
    rows = select(e.contract, e.sequence, e.on, later).where(e.contract == number, unseen)
    connection.execute(i.insert().from_select(["contract", "sequence", "on", "ready"], rows))
