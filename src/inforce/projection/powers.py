"""Powers of rates for compiled code: the 64-bit twin of `market.guarantees.power`.

A number is the sum of two floats, the second what the first leaves out: 106 bits, about 31 digits. The functions are
plain Python on floats, so that CPython and a processor give the same bits. Nothing here sees an amount.
"""

from decimal import Decimal
from math import floor, log
from typing import Final

import numpy as np

from inforce.market.interest import FIFTY_DIGITS

Pair = tuple[float, float]

MOST_POWER: Final = 100 * 10**15
"""Results stay below it."""
SPLIT: Final = 134_217_729.0
"""2**27 + 1: cuts a float into two halves whose products are exact."""
STEPS: Final = 32
"""`exponential` knows the powers of e in steps of 1/32 and works out the rest, at most 1/64, by its series."""
WIDEST: Final = 160
"""So many steps to both sides of 0: e^5 is more than a hundred."""
TERMS: Final = 13
"""Of that series: what follows is below 1e-32."""
EXACT_TERMS: Final = 9
"""Of them, those in which what a float leaves out matters."""
HALF: Final = 0.5 + 1e-13
"""From where the last place is rounded up. Errors are below 1e-13 of it; what comes so close to a half is one."""


def _power_of_e(step: int) -> Pair:
    exact = FIFTY_DIGITS.exp(FIFTY_DIGITS.divide(Decimal(step), Decimal(STEPS)))
    near = float(exact)
    return near, float(FIFTY_DIGITS.subtract(exact, Decimal(near)))


POWERS_OF_E: Final = np.array([_power_of_e(step) for step in range(-WIDEST, WIDEST + 1)])
"""e^(step / 32) as pairs."""


def power_int64(numerator: int, denominator: int, parts: int, of: int) -> int:
    """(numerator / denominator) ^ (parts / of) at 1e-15, below `MOST_POWER`.

    It equals `power` but for one result in 10**13: one that lies less than 1e-13 below a half is rounded up.
    """
    base = quotient(float(numerator), 0.0, float(denominator), 0.0)
    part = quotient(float(parts), 0.0, float(of), 0.0)
    logarithm = natural_logarithm(base[0], base[1])
    exponent = product(logarithm[0], logarithm[1], part[0], part[1])
    result = exponential(exponent[0], exponent[1])
    scaled = product(result[0], result[1], 1e15, 0.0)
    whole = floor(scaled[0])
    return whole + floor((scaled[0] - whole) + scaled[1] + HALF)


def natural_logarithm(a: float, b: float) -> Pair:
    """ln of a pair: a float's logarithm, brought to full precision by one step of Newton's.

    y + 2 (x - e^y) / (x + e^y), whose error is the cube of the float's.
    """
    near = log(a)
    back = exponential(near, 0.0)
    above = total(a, b, -back[0], -back[1])
    below = total(a, b, back[0], back[1])
    step = quotient(2.0 * above[0], 2.0 * above[1], below[0], below[1])
    return total(near, 0.0, step[0], step[1])


def exponential(a: float, b: float) -> Pair:
    """e to the power of a pair between -5 and 5: the nearest step, times the series for what is left."""
    step = floor(a * STEPS + 0.5)
    x = total(a, b, -step / STEPS, 0.0)
    near = 1.0
    for n in range(TERMS, EXACT_TERMS, -1):  # 1 + x (1 + x/2 (1 + x/3 (…)))
        near = 1.0 + near * x[0] / n
    series = (near, 0.0)
    for n in range(EXACT_TERMS, 0, -1):
        more = product(series[0], series[1], x[0], x[1])
        more = quotient_by(more[0], more[1], float(n))
        series = total(1.0, 0.0, more[0], more[1])
    known = step + WIDEST
    return product(series[0], series[1], POWERS_OF_E[known, 0], POWERS_OF_E[known, 1])


def total(a: float, b: float, c: float, d: float) -> Pair:
    """The sum of two pairs."""
    high = exact_sum(a, c)
    low = exact_sum(b, d)
    near = exact_sum(high[0], high[1] + low[0])
    return exact_sum(near[0], near[1] + low[1])


def product(a: float, b: float, c: float, d: float) -> Pair:
    """The product of two pairs."""
    high = exact_product(a, c)
    return exact_sum(high[0], high[1] + (a * d + b * c))


def quotient(a: float, b: float, c: float, d: float) -> Pair:
    """One pair divided by another."""
    first = a / c
    back = product(c, d, first, 0.0)
    rest = total(a, b, -back[0], -back[1])
    second = rest[0] / c
    back = product(c, d, second, 0.0)
    rest = total(rest[0], rest[1], -back[0], -back[1])
    near = exact_sum(first, second)
    return total(near[0], near[1], rest[0] / c, 0.0)


def quotient_by(a: float, b: float, n: float) -> Pair:
    """A pair divided by a float."""
    near = a / n
    back = exact_product(near, n)
    return exact_sum(near, ((a - back[0]) - back[1] + b) / n)


def exact_sum(a: float, b: float) -> Pair:
    """a + b as a float, and what that leaves out."""
    near = a + b
    other = near - a
    return near, (a - (near - other)) + (b - other)


def exact_product(a: float, b: float) -> Pair:
    """a x b as a float, and what that leaves out."""
    near = a * b
    cut = SPLIT * a
    high = cut - (cut - a)
    low = a - high
    cut = SPLIT * b
    other_high = cut - (cut - b)
    other_low = b - other_high
    return near, ((high * other_high - near) + high * other_low + low * other_high) + low * other_low
