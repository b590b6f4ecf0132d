"""Contracts: parties and roles, elections, events, good order."""

from .contract import Contract, Party
from .events import EVENT_KINDS, PRICED, AnyEvent, Event, Reversal
from .good_order import check_allocation, check_application, check_event, refusal

__all__ = [
    "EVENT_KINDS",
    "PRICED",
    "AnyEvent",
    "Contract",
    "Event",
    "Party",
    "Reversal",
    "check_allocation",
    "check_application",
    "check_event",
    "refusal",
]
