"""Entries: what one applied event did, in double entry. Never changed; a correction is another entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from inforce.errors import Fault, counted


class Line(NamedTuple):
    """One side of an entry.

    `account` is `contract/<account id>` (what the company owes the owner there), `suspense`, `owner/…` (money in and
    out) or `company/…` (charges, benefits, interest). Cents are added to the account; `units` where it holds units.
    """

    account: str
    cents: int
    units: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What one event did to a contract."""

    contract: str
    event: str
    operation: str
    effective: date
    """The day it counts from."""
    known: date
    """The day it was entered."""
    period: str
    """Accounting period, `YYYY-MM`."""
    terms: str
    """Version of the terms that it was worked out by."""
    engine: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        difference = sum(line.cents for line in self.lines)
        if difference:
            out = counted(difference, "cent")
            raise Fault(f"entry of event {self.event} on contract {self.contract} is out of balance by {out}")


def balances(entries: list[Entry]) -> dict[str, int]:
    """Cents by account over entries."""
    totals: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            totals[line.account] = totals.get(line.account, 0) + line.cents
    return totals


def totals(entries: Iterable[Entry]) -> tuple[dict[str, int], dict[str, int]]:
    """Cents and units by account over entries."""
    cents: dict[str, int] = {}
    units: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            cents[line.account] = cents.get(line.account, 0) + line.cents
            units[line.account] = units.get(line.account, 0) + line.units
    return cents, units
