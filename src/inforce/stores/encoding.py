"""Events, contracts and positions as text, and back without loss. One thing has one text."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final

from msgspec.json import Encoder
from pydantic import TypeAdapter, ValidationError

from inforce.contracts import AnyEvent, Contract, Event
from inforce.errors import BadBook, BadInput, OldPosition
from inforce.ledger import Entry, Held, Snapshot, Stored
from inforce.mechanics.records import Annuity
from inforce.terms.values import first_wrong

from .database import AnyRow

_json: Final = Encoder().encode
_NUL: Final = re.compile(r"(?<!\\)(\\\\)*\\u0000")
_NESTED: Final = frozenset({dict, list})
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent)
_CONTRACT: Final = TypeAdapter(Contract)
_HELD: Final = TypeAdapter(Held)
_STATE_NAMES: Final = tuple(f.name for f in fields(Annuity))
_STATE_VALUES: Final = attrgetter(*_STATE_NAMES)
FINGERPRINT: Final = sha256(" ".join(_STATE_NAMES).encode()).hexdigest()[:8]
LAYOUT: Final = 3
"""Layout of a stored state: raise it by one whenever the fields of `Annuity` change (a test says so). Positions of an
older one are replayed. Layout 1 began with the record's name."""


def canonical(content: Any) -> bytes:
    """Compact JSON in UTF-8, keys in the order given: what is hashed. Lists, texts and whole numbers only."""
    try:
        return _json(content)
    except ValueError as unprintable:
        raise BadInput(f"a text cannot be written in UTF-8: {unprintable}") from None


def _sorted_json(plain: dict[str, Any], what: str) -> str:
    try:
        text = _json(_sorted(plain)).decode()
    except ValueError:
        text = None
    if text is None or ("\\u0000" in text and _NUL.search(text)):
        raise BadInput(f"{what} has a text with a character that cannot be stored (NUL, or half of a surrogate pair)")
    return text


def _sorted(plain: dict[str, Any]) -> dict[str, Any]:
    """With the keys of every mapping sorted."""
    return {name: _inside(plain[name]) if type(plain[name]) in _NESTED else plain[name] for name in sorted(plain)}


def _inside(nested: Any) -> Any:
    if type(nested) is dict:
        return _sorted(nested)
    return [_inside(each) if type(each) in _NESTED else each for each in nested]


def event_text(event: Event) -> str:
    """An event as canonical JSON: every field, keys sorted, no spaces."""
    return _sorted_json(event.model_dump(mode="json", by_alias=True), f"event {event.id!r}")


def event_from(text: str, contract: str = "") -> Event:
    """The event of a canonical text. Raises BadBook where this version cannot read it, and says of which contract."""
    try:
        return _EVENT.validate_python(json.loads(text))
    except ValueError as failure:
        of = f" of contract {contract}" if contract else ""
        raise _unreadable(_named(text, "an event") + of, failure, below=1) from None


def contract_text(contract: Contract) -> str:
    """A contract as canonical JSON."""
    return _sorted_json(_CONTRACT.dump_python(contract, mode="json"), f"contract {contract.id!r}")


def contract_from(text: str) -> Contract:
    """The contract of a canonical text. Raises BadBook where this version cannot read it."""
    try:
        return _CONTRACT.validate_python(json.loads(text))
    except ValueError as failure:
        raise _unreadable(_named(text, "a contract"), failure) from None


def _named(text: str, what: str) -> str:
    """An event or contract of the book by its id, and by its kind, as far as they can be read."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not said.get("id"):
        return what
    kind = f" ({said['kind']})" if said.get("kind") else ""
    return f"{what.split()[-1]} {said['id']}{kind}"


def _unreadable(what: str, failure: ValueError, below: int = 0) -> BadBook:
    """What cannot be read, what of it is wrong, what to do. Of a path so many parts are left out: an event's kind."""
    return BadBook(f"{what} cannot be read: {_problem(failure, below)}. Another version of Inforce wrote it, or it was "
                   "changed: install the newest version; `inforce ledger verify` finds what was changed")  # fmt: skip


def _problem(failure: ValueError, below: int) -> str:
    if not isinstance(failure, ValidationError):
        return "it is not JSON"
    if failure.errors()[0]["type"] == "union_tag_invalid":
        return "this version has no such kind"
    path, message = first_wrong(failure)
    at = ".".join(path[below:])
    return f"{at}: {message}" if at else message


def event_bytes(sequence: int, contract: str, known: str, payload: str) -> bytes:
    """What the hash of an event covers, besides the one before it. `known` is an ISO date."""
    return canonical([sequence, contract, known, payload])


def entry_bytes(e: Entry, effective: str | None, known: str | None) -> bytes:
    """What the hash of an entry covers, besides the one before it: the entry with all its lines. Days as ISO text."""
    return canonical((e.contract, e.event, e.operation, effective, known, e.period, e.terms, e.engine, e.lines))


def state_text(state: Annuity | None) -> str | None:
    """A contract's state: the layout, a fingerprint of the record's fields, and their values in order."""
    if state is None:
        return None
    return _json((LAYOUT, FINGERPRINT, _STATE_VALUES(state))).decode()


def state_from(text: str | None, contract: str) -> Annuity | None:
    """The state of a text.

    Raises:
        OldPosition: it is of an older layout, or cannot be read.
        BadBook: it is of a newer one.
    """
    if text is None:
        return None
    try:
        layout, fields_, values = json.loads(text)
        count = len(values)
    except (ValueError, TypeError):
        raise OldPosition(contract) from None
    if isinstance(layout, int) and layout > LAYOUT:
        raise BadBook(f"the stored position of contract {contract} is of layout {layout}; this Inforce knows 1 to "
                      f"{LAYOUT}. Install the version that wrote it, or a newer one")  # fmt: skip
    if (layout, fields_) != (LAYOUT, FINGERPRINT) or count != len(_STATE_NAMES):
        raise OldPosition(contract)
    return Annuity(*values)


def held_text(held: Held | None) -> str | None:
    """A held correction as JSON."""
    return None if held is None else _sorted_json(_HELD.dump_python(held, mode="json"), f"held correction {held.id}")


def held_from(text: str | None, contract: str) -> Held | None:
    """The held correction of a text. Raises BadBook where this version cannot read it."""
    if text is None:
        return None
    try:
        return _HELD.validate_python(json.loads(text))
    except ValueError as failure:
        raise _unreadable(f"the held correction of contract {contract}", failure) from None


Position = tuple[
    str | None, str | None, str | None, str, int, int, str, str | None, str | None, str | None, str, str | None
]
"""A position as columns, in their order from `on` to `reached`."""


def position_columns(stored: Stored) -> Position:
    """A stored position as columns."""
    s = stored.snapshot
    return (iso(s.on), iso(s.issued), iso(s.delivered), _allocation_text(s.allocation), s.suspense, s.sequence,
            _list_text(s.waiting), state_text(s.state), iso(stored.next_due), held_text(stored.held),
            _list_text(s.proved), iso(s.reached))  # fmt: skip


def _list_text(items: Collection[Any]) -> str:
    return _json(sorted(items)).decode() if items else "[]"


def _allocation_text(allocation: Mapping[str, int]) -> str:
    return _json(allocation if type(allocation) is dict else dict(allocation)).decode()


def snapshot_from(row: AnyRow, contract: str, state: bool = True) -> Snapshot:
    """The snapshot of a row of `positions`; without its state where that is of an older layout. Raises BadBook."""
    try:
        allocation, waiting, proved = (json.loads(text or "[]") for text in (row.allocation, row.waiting, row.proved))
    except ValueError as failure:
        raise _unreadable(f"the stored position of contract {contract}", failure) from None
    return Snapshot(
        row.on, row.issued, state_from(row.state, contract) if state else None, row.delivered,
        allocation, row.suspense, row.sequence, frozenset(waiting), frozenset(proved), row.reached,
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def iso(day: date | None) -> str | None:
    """A day as text, None as None."""
    return None if day is None else day.isoformat()


def instant_text(instant: datetime) -> str:
    """An instant in UTC as databases take it; both are told that it is UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
