"""Numbers as text: money, units, unit values, rates, interest indices, days."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from inforce.dates import civil_date
from inforce.errors import DateOutOfRange
from inforce.terms.schema import Rounding

from .traced import Unit

MINUS: Final = "−"


@dataclass(frozen=True, slots=True)
class Numerals:
    """Writes numbers at a product's scales."""

    unit_decimals: int = 6
    unit_value_decimals: int = 6

    @classmethod
    def of(cls, rounding: Rounding) -> "Numerals":
        return cls(rounding.unit_decimals, rounding.unit_value_decimals)

    def write(self, value: int, unit: Unit) -> str:
        """The number as a reader knows it; the sign before the dollar sign."""
        size, sign = abs(value), MINUS if value < 0 else ""
        if unit == "cents":
            return f"{sign}${size // 100:,}.{size % 100:02}"
        if unit == "units":
            return sign + decimal(size, self.unit_decimals)
        if unit == "unit_value":
            return sign + "$" + decimal(size, self.unit_value_decimals)
        if unit == "rate":
            return sign + percent(size)
        if unit == "factor":
            return sign + decimal(size, 15)
        if unit == "serial":
            return str(date.fromordinal(value))
        return day_text(value) if unit == "day" else f"{sign}{size:,}"


def decimal(size: int, decimals: int) -> str:
    """A whole number at that scale, all decimals written."""
    whole, rest = divmod(size, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}}" if decimals else f"{whole:,}"


def percent(size: int) -> str:
    """Parts per billion as a percentage: 82,500,000 is 8.25%."""
    exact = Decimal(size).scaleb(-7)
    return f"{exact.normalize():f}%"


def day_text(number: int) -> str:
    """The date of a day number; one that counts as the 31st is the last day of its month."""
    for earlier in range(4):
        try:
            return civil_date(number - earlier).isoformat()
        except DateOutOfRange:
            continue
    return f"day {number}"
