"""The cycle: what is due, applied in order and posted. It works only where something is due."""

from .fold import Applied, Declined, Opening, Position, Waiting, advance
from .prices import Pricer
from .schedule import effective_date, pricing_day

__all__ = [
    "Applied",
    "Declined",
    "Opening",
    "Position",
    "Pricer",
    "Waiting",
    "advance",
    "effective_date",
    "pricing_day",
]
