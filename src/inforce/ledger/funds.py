"""What entries do to a separate account: units bought and cancelled in its funds, and running totals of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .entries import Entry

CONTRACT: Final = "contract/"
"""Begins the ledger accounts that hold what the company owes an owner."""

Fund = tuple[str, str]
"""A separate account and a fund of it."""


@dataclass(frozen=True, slots=True)
class Traded:
    """Units of a fund that contracts bought and cancelled, with what they paid and got for them."""

    bought_units: int = 0
    bought_cents: int = 0
    cancelled_units: int = 0
    """Above zero, as are the cents."""
    cancelled_cents: int = 0

    @property
    def units(self) -> int:
        """By how much the contracts' units grew."""
        return self.bought_units - self.cancelled_units

    @property
    def cents(self) -> int:
        """Dollars for the separate account, net; below zero: from it."""
        return self.bought_cents - self.cancelled_cents

    def __add__(self, other: "Traded") -> "Traded":
        return Traded(
            self.bought_units + other.bought_units,
            self.bought_cents + other.bought_cents,
            self.cancelled_units + other.cancelled_units,
            self.cancelled_cents + other.cancelled_cents,
        )


def traded_in(work: Iterable[tuple[str, Iterable[Entry]]]) -> dict[Fund, Traded]:
    """What entries of separate accounts traded. A line trades if it moves units; a fixed account has none."""
    moved: dict[str, dict[str, list[int]]] = {}
    for separate_account, entries in work:
        funds = moved.setdefault(separate_account, {})
        for entry in entries:
            for account, cents, units in entry.lines:
                if units:
                    amounts = funds.get(account) or funds.setdefault(account, [0, 0, 0, 0])
                    if units > 0:
                        amounts[0] += units
                        amounts[1] += cents
                    else:
                        amounts[2] -= units
                        amounts[3] -= cents
    return {
        (separate_account, account.removeprefix(CONTRACT)): Traded(*amounts)
        for separate_account, funds in moved.items() for account, amounts in funds.items()
    }  # fmt: skip
