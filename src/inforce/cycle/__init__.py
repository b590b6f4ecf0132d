"""The cycle: what is due, applied in order and posted. It works only where something is due."""

from .coming import next_due
from .correction import OWED, corrections
from .fold import advance
from .kept import Kept
from .position import Applied, Declined, Position, Waiting
from .prices import Pricer
from .run import Cycle
from .schedule import effective_date, pricing_day

__all__ = [
    "OWED",
    "Applied",
    "Cycle",
    "Declined",
    "Kept",
    "Position",
    "Pricer",
    "Waiting",
    "advance",
    "corrections",
    "effective_date",
    "next_due",
    "pricing_day",
]
