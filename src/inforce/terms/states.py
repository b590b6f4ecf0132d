"""Jurisdictions in which contracts are issued."""

from typing import Final

STATES: Final = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY".split()
)
"""Postal codes of the states, the District of Columbia, Puerto Rico and the Virgin Islands."""
