"""The ledger: an append-only journal of events, and what they did in double entry."""

from .entries import Entry, Line, balances
from .journal import Journal, MemoryJournal, Recorded

__all__ = ["Entry", "Journal", "Line", "MemoryJournal", "Recorded", "balances"]
