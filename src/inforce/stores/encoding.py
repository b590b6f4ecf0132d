"""Events, contracts and positions as text, and back without loss. One thing has one text."""

import json
import re
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from inforce.contracts import AnyEvent, Contract, Event
from inforce.errors import BadBook, BadInput
from inforce.ledger import Entry, Held, Snapshot, Stored
from inforce.mechanics.records import Annuity

from .database import AnyRow

_NUL: Final = re.compile(r"(?<!\\)(\\\\)*\\u0000")
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(AnyEvent)
_CONTRACT: Final = TypeAdapter(Contract)
_HELD: Final = TypeAdapter(Held)
_STATE_NAMES: Final = tuple(f.name for f in fields(Annuity))
_STATE_VALUES: Final = attrgetter(*_STATE_NAMES)
_FIELDS: Final = sha256(" ".join(_STATE_NAMES).encode()).hexdigest()[:8]


def canonical(content: Any) -> bytes:
    """Compact JSON in UTF-8, keys in the order given: what is hashed. Lists, texts and whole numbers only."""
    try:
        return to_json(content)
    except ValueError as unprintable:
        raise BadInput(f"a text cannot be written in UTF-8: {unprintable}") from None


def _sorted_json(plain: Any, what: str) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if _NUL.search(text) or not _encodable(text):
        raise BadInput(f"{what} has a text with a character that cannot be stored (NUL, or half of a surrogate pair)")
    return text


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def event_text(event: Event) -> str:
    """An event as canonical JSON: every field, keys sorted, no spaces."""
    return _sorted_json(event.model_dump(mode="json", by_alias=True), f"event {event.id!r}")


def event_from(text: str) -> Event:
    """The event of a canonical text. Raises BadBook where this version cannot read it."""
    try:
        return _EVENT.validate_python(json.loads(text))
    except (ValidationError, ValueError) as failure:
        raise BadBook(f"an event of the book cannot be read ({_first_line(failure)}): {text[:200]}") from None


def contract_text(contract: Contract) -> str:
    """A contract as canonical JSON."""
    return _sorted_json(_CONTRACT.dump_python(contract, mode="json"), f"contract {contract.id!r}")


def contract_from(text: str) -> Contract:
    """The contract of a canonical text. Raises BadBook where this version cannot read it."""
    try:
        return _CONTRACT.validate_python(json.loads(text))
    except (ValidationError, ValueError) as failure:
        raise BadBook(f"a contract of the book cannot be read ({_first_line(failure)}): {text[:200]}") from None


def _first_line(failure: Exception) -> str:
    return " ".join(str(failure).splitlines()[:2])


def event_bytes(sequence: int, contract: str, known: str, payload: str) -> bytes:
    """What the hash of an event covers, besides the one before it. `known` is an ISO date."""
    return canonical([sequence, contract, known, payload])


def entry_bytes(entry: Entry) -> bytes:
    """What the hash of an entry covers, besides the one before it: the entry with all its lines."""
    return canonical([
        entry.contract, entry.event, entry.operation, iso(entry.effective), iso(entry.known),
        entry.period, entry.terms, entry.engine, [(line.account, line.cents, line.units) for line in entry.lines],
    ])  # fmt: skip


def state_text(state: Annuity | None) -> str | None:
    """A contract's state: its record, a fingerprint of the record's fields, and their values in order."""
    if state is None:
        return None
    return f'["Annuity","{_FIELDS}",{to_json(_STATE_VALUES(state)).decode()}]'


def state_from(text: str | None, contract: str) -> Annuity | None:
    """The state of a text. Raises BadBook where it was stored by an engine with other fields."""
    if text is None:
        return None
    record, names, values = json.loads(text)
    if (record, names) != ("Annuity", _FIELDS):
        raise BadBook(f"the stored position of contract {contract} is of another engine version: its state has other "
                      "fields; replay the contract with this one")  # fmt: skip
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
    except (ValidationError, ValueError) as failure:
        raise BadBook(f"the held correction of contract {contract} cannot be read ({_first_line(failure)})") from None


Position = tuple[str | None, str | None, str | None, str, int, int, str, str | None, str | None, str | None, str]
"""A position as columns, in their order from `on` to `taken`."""


def position_columns(stored: Stored) -> Position:
    """A stored position as columns."""
    s = stored.snapshot
    waiting, taken = (to_json(sorted(each)).decode() if each else "[]" for each in (s.waiting, s.taken))
    return (iso(s.on), iso(s.issued), iso(s.delivered), to_json(dict(s.allocation)).decode(), s.suspense, s.sequence,
            waiting, state_text(s.state), iso(stored.next_due), held_text(stored.held), taken)  # fmt: skip


def snapshot_from(row: AnyRow, contract: str) -> Snapshot:
    """The snapshot of a row of `positions`."""
    return Snapshot(
        row.on, row.issued, state_from(row.state, contract), row.delivered,
        json.loads(row.allocation), row.suspense, row.sequence, frozenset(json.loads(row.waiting)),
        frozenset(json.loads(row.taken or "[]")),
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def iso(day: date | None) -> str | None:
    """A day as text, None as None."""
    return None if day is None else day.isoformat()


def instant_text(instant: datetime) -> str:
    """An instant in UTC as databases take it; both are told that it is UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
