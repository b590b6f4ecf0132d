"""Interest of general account options: guaranteed principal account, fixed accounts."""

from typing import Final

from .money import greater_of, ratio
from .rule import rule

INDEX_SCALE: Final = 1_000_000_000_000_000
"""An interest index starts at 1 and is a whole number at 1e-15."""


INDEX_ERROR: Final = 4
"""Indices are rounded: what lies this close (4e-15 of the balance) below half a cent is half a cent."""


@rule
def credited_rate(declared: int, secondary: int, minimum: int) -> int:
    """The rate credited: the greatest of the declared rate, the year's secondary guarantee, the contract minimum."""
    return greater_of(greater_of(declared, secondary), minimum)


@rule
def with_interest(balance: int, index: int, anchor: int) -> int:
    """A balance with interest since it last changed: balance x index today / index on that day.

    Rounded once, from the anchor, never day by day: $1,000 after a year at 1 % is
    `with_interest(100_000, 1_010_000_000_000_000, 1_000_000_000_000_000)` = 101,000.
    """
    return ratio(balance, index + INDEX_ERROR, anchor)
