"""The inbox: events that a contract's stored position has not seen, so that what is due is found without a search."""

from collections.abc import Mapping

from sqlalchemy import Connection, case, delete, or_, select

from inforce.ledger import Snapshot

from . import schema
from .chain import Head

_SEEN_SQLITE = 'DELETE FROM inbox WHERE contract = ? AND sequence <= ? AND "on" <= ?'
_SEEN_POSTGRESQL = (
    "DELETE FROM inbox USING unnest(%s::bigint[], %s::bigint[], %s::date[]) AS seen (contract, sequence, day) "
    'WHERE inbox.contract = seen.contract AND inbox.sequence <= seen.sequence AND inbox."on" <= seen.day'
)


def clear_inbox(connection: Connection, snapshots: Mapping[int, Snapshot], before: Mapping[int, Head]) -> None:
    """Take out what the new positions have seen; put back what one that stands earlier than before has not."""
    numbers = sorted(snapshots)
    sequences = [snapshots[n].sequence for n in numbers]
    days = [snapshots[n].on.isoformat() for n in numbers]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SEEN_SQLITE, list(zip(numbers, sequences, days, strict=True)))
    else:
        connection.exec_driver_sql(_SEEN_POSTGRESQL, (numbers, sequences, days))
    for number in numbers:
        if _went_back(snapshots[number], before[number]):
            _refill(connection, number, snapshots[number])


def _went_back(snapshot: Snapshot, before: Head) -> bool:
    return before.on is not None and (snapshot.on.isoformat() < before.on or snapshot.sequence < before.sequence)


def _refill(connection: Connection, number: int, snapshot: Snapshot) -> None:
    e, i = schema.events.c, schema.inbox
    connection.execute(delete(i).where(i.c.contract == number))
    unseen = or_(e.sequence > snapshot.sequence, e.on > snapshot.on)
    later = case((e.on > e.known, e.on), else_=e.known)
    rows = select(e.contract, e.sequence, e.on, later).where(e.contract == number, unseen)
    connection.execute(i.insert().from_select(["contract", "sequence", "on", "ready"], rows))
