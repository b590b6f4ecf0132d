"""Contracts: parties and roles, elections, events, good order."""

from .contract import Contract, Party, wrong_parties
from .events import BEFORE_ISSUE, EVENT_KINDS, LASTING, PRICED, REACHING_BACK, AnyEvent, Event, Reversal
from .good_order import (
    check_allocation,
    check_application,
    check_claim,
    check_concerns,
    check_delivery,
    check_event,
    check_mention,
    check_not_frozen,
    refusal,
)

__all__ = [
    "BEFORE_ISSUE",
    "EVENT_KINDS",
    "LASTING",
    "PRICED",
    "REACHING_BACK",
    "AnyEvent",
    "Contract",
    "Event",
    "Party",
    "Reversal",
    "check_allocation",
    "check_application",
    "check_claim",
    "check_concerns",
    "check_delivery",
    "check_event",
    "check_mention",
    "check_not_frozen",
    "refusal",
    "wrong_parties",
]
