"""The ledger: an append-only journal of events, and what they did in double entry."""

from .book import Book, Done, MemoryBook, Run, Stored, partition_of
from .entries import Entry, Line, balances
from .journal import Journal, MemoryJournal, Recorded
from .snapshot import PRICE, Snapshot

__all__ = [
    "PRICE",
    "Book",
    "Done",
    "Entry",
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
