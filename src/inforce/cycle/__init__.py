"""The cycle: what is due, applied in order and posted. It works only where something is due."""

from .fold import Applied, Declined, Position, Snapshot, Waiting, advance
from .prices import Pricer
from .schedule import effective_date, pricing_day

__all__ = [
    "Applied",
    "Declined",
    "Position",
    "Pricer",
    "Snapshot",
    "Waiting",
    "advance",
    "effective_date",
    "pricing_day",
]
