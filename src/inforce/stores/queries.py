"""The reads that a day's work repeats for each contract, and the same for many contracts at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, func, select, union

from inforce.contracts import Contract
from inforce.errors import BadBook
from inforce.ledger import Recorded, Snapshot, Stored

from . import schema
from .database import AnyRow, Database
from .encoding import contract_from, event_from, held_from, snapshot_from
from .failures import changed_outside

_C, _E, _P, _I, _D = (t.c for t in (schema.contracts, schema.events, schema.positions, schema.inbox, schema.declined))
_NUMBER: Final[BindParameter[int]] = bindparam("number")
_NUMBERS: Final[BindParameter[Any]] = bindparam("numbers", expanding=True)

CONTRACT: Final = select(_C.number, _C.payload).where(_C.id == bindparam("id"))
CONTRACTS: Final = select(_C.id).order_by(_C.number)

CONTRACTS_AFTER: Final = select(_C.id, _C.number).where(_C.number > _NUMBER).order_by(_C.number).limit(2_000)

EVENTS: Final = select(_E.contract, _E.sequence, _E.known, _E.payload, _E.on, _E.kind).order_by(_E.contract, _E.place)
DECLINED: Final = select(_D.contract, _D.sequence, _D.reason).order_by(_D.contract, _D.seal, _D.place)

EVENTS_OF: Final = EVENTS.where(_E.contract == _NUMBER)
POSITION_OF: Final = select(schema.positions).where(_P.contract == _NUMBER)
HELD: Final = select(_C.id, *_P).join(schema.contracts, _C.number == _P.contract).where(_P.held.is_not(None))
DECLINED_OF: Final = DECLINED.where(_D.contract == _NUMBER)

_DAY: Final[BindParameter[date]] = bindparam("day")
_WAITING: Final = union(
    select(_P.contract).where(_P.next_due <= _DAY),
    select(_I.contract).where(_I.ready <= _DAY),
)
COUNTS: Final = select(func.count(_P.contract), func.count(_P.on), func.max(_P.on))
_OPEN: Final = union(select(_P.contract).where(_P.waiting != "[]"), select(_I.contract))
WAITING: Final = select(_C.id).where(_C.number.in_(_OPEN.scalar_subquery())).order_by(_C.number)
DUE: Final = select(_C.id, _C.number).where(_C.number.in_(_WAITING.scalar_subquery())).order_by(_C.number)
DUE_IN_PARTITION: Final = DUE.where(_C.spread % bindparam("partitions") == bindparam("partition"))


@dataclass(slots=True)
class Opened:
    """What a day's work reads of one contract."""

    contract: Contract
    position: AnyRow
    events: list[AnyRow] = field(default_factory=list)
    """Rows of `EVENTS`: most days need few of them."""
    declined: list[tuple[int, str]] = field(default_factory=list)


def recorded_in(
    rows: Sequence[AnyRow], contract_id: str, known_by: date | None, but_for: Snapshot | None = None
) -> list[Recorded]:
    """Rows of `EVENTS` as events known by a day, but for what a stored position has handled and needs no more."""
    return [
        Recorded(sequence, contract_id, known, event_from(payload, contract_id))
        for _, sequence, known, payload, on, kind in rows
        if known_by is None or known <= known_by
        if but_for is None or but_for.bears_on_what_comes(kind) or not but_for.has_handled(sequence, on, known)
    ]


def stored_in(row: AnyRow, contract_id: str, state: bool = True) -> Stored | None:
    """A row of `positions` as a stored position."""
    if row.on is None:
        return None
    return Stored(contract_id, snapshot_from(row, contract_id, state), row.next_due, held_from(row.held, contract_id))


def no_position(contract: str) -> BadBook:
    """Each contract has a row in `positions` from its opening on."""
    return changed_outside(f"contract {contract} has no row in positions")


def open_together(database: Database, ids: Mapping[int, str]) -> dict[str, Opened]:
    """Contracts with their positions, events and refusals, in four reads."""
    numbers = list(ids)
    with database.reading() as connection:
        rows = {
            name: connection.execute(query, {"numbers": numbers}).all()
            for name, query in (
                ("contracts", select(_C.number, _C.payload).where(_C.number.in_(_NUMBERS))),
                ("positions", select(schema.positions).where(_P.contract.in_(_NUMBERS))),
                ("events", EVENTS.where(_E.contract.in_(_NUMBERS))),
                ("declined", DECLINED.where(_D.contract.in_(_NUMBERS))),
            )
        }
    payloads = {number: payload for number, payload in rows["contracts"]}
    found = {row.contract: Opened(contract_from(payloads[row.contract]), row) for row in rows["positions"]}
    for number in ids.keys() - found.keys():
        raise no_position(ids[number])
    for row in rows["events"]:
        found[row.contract].events.append(row)
    for number, sequence, reason in rows["declined"]:
        found[number].declined.append((sequence, reason))
    return {ids[number]: opened for number, opened in found.items()}


def balances(database: Database) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Of every contract what its entries add up to, by ledger account; all of it as the book is at one moment."""
    x, last = schema.lines.c, 0
    sums = select(x.contract, x.account, func.sum(x.cents), func.sum(x.units)).group_by(x.contract, x.account)
    with database.reading() as connection:
        while rows := connection.execute(CONTRACTS_AFTER, {"number": last}).all():
            found: dict[int, dict[str, tuple[int, int]]] = {}
            for number, account, cents, units in connection.execute(
                sums.where(x.contract > last, x.contract <= rows[-1].number)
            ):
                found.setdefault(number, {})[account] = int(cents), int(units)
            yield from ((row.id, found.get(row.number, {})) for row in rows)
            last = rows[-1].number
