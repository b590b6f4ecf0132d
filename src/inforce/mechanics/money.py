"""Whole cents and the one rounding."""

from typing import Final

from .rule import rule

PPB: Final = 1_000_000_000
"""Rates and shares are whole parts per billion: 7 % is 70,000,000."""


@rule
def ratio(a: int, b: int, c: int) -> int:
    """`a * b / c` to the nearest whole number, halves up; `a`, `b` >= 0, `c` > 0. The only rounding there is.

    A negative amount is rounded by its size, the sign put back by the caller: halves go away from zero.
    `ratio(5, 1, 2)` is 3.
    """
    return (2 * a * b + c) // (2 * c)


@rule
def portion(amount: int, rate: int) -> int:
    """`amount` cents x `rate` parts per billion: `portion(100_000, 70_000_000)` is 7,000 (7 % of $1,000)."""
    return ratio(amount, rate, PPB)


@rule
def greater_of(a: int, b: int) -> int:
    """The greater of two amounts."""
    return max(a, b)


@rule
def lesser_of(a: int, b: int) -> int:
    """The lesser of two amounts."""
    return min(a, b)


@rule
def pro_rata_reduction(base: int, taken: int, before: int) -> int:
    """What is left of `base` when it falls by the share `taken / before` of the contract value.

    base x (1 - taken / before): `pro_rata_reduction(10_000_000, 2_000_000, 8_000_000)` is 7,500,000.
    """
    if taken >= before:
        return 0
    return base - ratio(base, taken, before)
