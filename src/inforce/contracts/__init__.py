"""Contracts: parties and roles, elections, events, good order."""

from .contract import Contract, Party
from .events import (
    ABOUT_EVENTS,
    EVENT_KINDS,
    PRICED,
    AnyEvent,
    Approval,
    Event,
    Rejection,
    Reversal,
    same_person,
)
from .good_order import check_allocation, check_application, check_event, refusal

__all__ = [
    "ABOUT_EVENTS",
    "EVENT_KINDS",
    "PRICED",
    "AnyEvent",
    "Approval",
    "Contract",
    "Event",
    "Party",
    "Rejection",
    "Reversal",
    "check_allocation",
    "check_application",
    "check_event",
    "refusal",
    "same_person",
]
