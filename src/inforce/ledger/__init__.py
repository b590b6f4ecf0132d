"""The ledger: an append-only journal of events, and what they did in double entry."""

from .book import Book, Done, MemoryBook, Run, Stored, partition_of
from .entries import Entry, Line, balances
from .held import Ground, Held
from .journal import Journal, MemoryJournal, Recorded
from .snapshot import Snapshot

__all__ = [
    "Book",
    "Done",
    "Entry",
    "Ground",
    "Held",
    "Journal",
    "Line",
    "MemoryBook",
    "MemoryJournal",
    "Recorded",
    "Run",
    "Snapshot",
    "Stored",
    "balances",
    "partition_of",
]
