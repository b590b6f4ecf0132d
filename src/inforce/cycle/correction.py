"""Corrections: a contract replayed from nothing, and the difference to what is posted as new entries."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from inforce.ledger import Entry, Line

from .posting import engine_version, entry_for

EXECUTED: Final = frozenset({"owner/paid_out", "owner/tax_withheld"})
"""Money that has left: a replay cannot call it back."""
OWED: Final = "owner/receivable_or_payable"
"""Below zero: the owner owes it; above: the company does."""

Amounts = dict[str, tuple[int, int]]
"""Cents and units by account."""
Key = tuple[str, str]
"""Event and operation that an entry is of."""


def corrections(
    posted: Iterable[Entry], replayed: Iterable[Entry], known: date, reversed_events: frozenset[str] = frozenset()
) -> list[Entry]:
    """Entries, known on `known`, that turn what is posted into what the replay says.

    Money already paid out stays where it went: what the replay would have paid otherwise is owed by the owner or by
    the company (`OWED`), except for an event that is itself reversed.
    """
    before, after = list(posted), list(replayed)
    first = {_key(entry): entry for entry in reversed([*before, *after])}
    old, new = _amounts(before), _amounts(after)
    found = []
    for key in dict.fromkeys([*old, *new]):
        pinned = key in old and key[0] not in reversed_events
        lines = _difference(old.get(key, {}), new.get(key, {}), pinned)
        if lines:
            entry = first[key]
            found.append(entry_for(entry.contract, entry.event, entry.operation, entry.effective, known, entry.terms,
                                   engine_version(), lines))  # fmt: skip
    return found


def _key(entry: Entry) -> Key:
    return entry.event, entry.operation


def _amounts(entries: Iterable[Entry]) -> dict[Key, Amounts]:
    totals: dict[Key, Amounts] = {}
    for entry in entries:
        amounts = totals.setdefault(_key(entry), {})
        for line in entry.lines:
            cents, units = amounts.get(line.account, (0, 0))
            amounts[line.account] = cents + line.cents, units + line.units
    return totals


def _difference(
    old: Mapping[str, tuple[int, int]], new: Mapping[str, tuple[int, int]], pinned: bool
) -> tuple[Line, ...]:
    """Lines that lead from `old` to `new`; with `pinned`, executed money moves to what is owed."""
    lines = []
    owed = 0
    for account in dict.fromkeys([*old, *new]):
        if account == OWED:
            continue
        cents, units = (n - o for n, o in zip(new.get(account, (0, 0)), old.get(account, (0, 0)), strict=True))
        if pinned and account in EXECUTED:
            owed += cents
        elif cents or units:
            lines.append(Line(account, cents, units))
    owed -= old.get(OWED, (0, 0))[0] if pinned else 0
    if not pinned and OWED in old:
        owed = -old[OWED][0]
    return (*lines, Line(OWED, owed)) if owed else tuple(lines)
