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


def traded_in(entries: Iterable[Entry], separate_account: str, totals: dict[Fund, Traded]) -> None:
    """Add what entries traded to `totals`. A line trades if it moves units; a fixed account has none."""
    for entry in entries:
        for line in entry.lines:
            units, cents = line.units, line.cents
            if units:
                fund = separate_account, line.account.removeprefix(CONTRACT)
                traded = Traded(units, cents) if units > 0 else Traded(0, 0, -units, -cents)
                totals[fund] = totals[fund] + traded if fund in totals else traded
