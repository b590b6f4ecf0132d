"""Corrections: a contract replayed from nothing, and the difference to what is posted as new entries."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from typing import Final, Literal

from inforce.ledger import Entry, Line

from .posting import PRICE_ERROR, SETTLEMENT, engine_version, entry_for

EXECUTED: Final = frozenset({"owner/paid_out", "owner/tax_withheld", "owner/returned"})
"""Money that has left: a replay cannot call it back."""
OWED: Final = "owner/receivable_or_payable"
"""Below zero: the owner owes it; above: the company does."""
APART: Final = frozenset({OWED, PRICE_ERROR})
"""What stands in for executed money that should have been another amount; a replay has neither."""

Bearer = Literal["company", "owner"]
Amounts = dict[str, tuple[int, int]]
"""Cents and units by account."""
Key = tuple[str, str]
"""Event and operation that an entry is of."""


def corrections(
    posted: Iterable[Entry],
    replayed: Iterable[Entry],
    known: date,
    reversed_events: Container[str] = frozenset(),
    overpaid_borne_by: Bearer = "owner",
    posted_through: date = date.max,
) -> list[Entry]:
    """Entries, known on `known`, that turn what is posted into what the replay says.

    Money already paid out stays where it went: what the replay would have paid otherwise is owed by the owner or by
    the company (`OWED`), except for an event that is itself reversed. What was overpaid is the company's loss where
    it bears that. Settlements with the separate account are the company's own, and stay. What is new after
    `posted_through` is no correction, and is posted as the replay has it.
    """
    before, after = [entry for entry in posted if entry.operation != SETTLEMENT], list(replayed)
    first = {_key(entry): entry for entry in reversed([*before, *after])}
    old, new = amounts(before), amounts(after)
    found = []
    for key in dict.fromkeys([*old, *new]):
        pinned = key in old and key[0] not in reversed_events
        lines = _difference(old.get(key, {}), new.get(key, {}), pinned, overpaid_borne_by)
        entry = first[key]
        if key not in old and entry.effective > posted_through:
            found += [each for each in after if _key(each) == key]
        elif lines:
            found.append(entry_for(entry.contract, entry.event, entry.operation, entry.effective, known, entry.terms,
                                   engine_version(), lines))  # fmt: skip
    return found


def _key(entry: Entry) -> Key:
    return entry.event, entry.operation


def amounts(entries: Iterable[Entry]) -> dict[Key, Amounts]:
    """Cents and units by event and operation, then by account."""
    totals: dict[Key, Amounts] = {}
    for entry in entries:
        found = totals.setdefault(_key(entry), {})
        for line in entry.lines:
            cents, units = found.get(line.account, (0, 0))
            found[line.account] = cents + line.cents, units + line.units
    return totals


def _difference(
    old: Mapping[str, tuple[int, int]], new: Mapping[str, tuple[int, int]], pinned: bool, bearer: Bearer
) -> tuple[Line, ...]:
    """Lines that lead from `old` to `new`; with `pinned`, executed money moves to what is owed or borne."""
    lines = []
    wanted = 0
    for account in dict.fromkeys([*old, *new]):
        if account in APART:
            continue
        cents, units = (n - o for n, o in zip(new.get(account, (0, 0)), old.get(account, (0, 0)), strict=True))
        if pinned and account in EXECUTED:
            wanted += cents
        elif cents or units:
            lines.append(Line(account, cents, units))
    owed, borne = (old.get(account, (0, 0))[0] for account in (OWED, PRICE_ERROR))
    bears = min(0, borne + wanted - owed - borne) if bearer == "company" else borne
    changes = (
        {OWED: wanted - bears - owed, PRICE_ERROR: bears - borne} if pinned else {OWED: -owed, PRICE_ERROR: -borne}
    )
    return (*lines, *(Line(account, cents) for account, cents in changes.items() if cents))
