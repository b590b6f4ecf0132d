"""The ledger: an append-only journal of events, and what they did in double entry."""

from .book import Book, Done, MemoryBook, Run, Stored, partition_of
from .entries import Entry, Line, balances
from .funds import Fund, Traded
from .held import Ground, Held
from .intake import Intake, Item, Taken
from .journal import Journal, MemoryJournal, Recorded
from .snapshot import Snapshot

__all__ = [
    "Book",
    "Done",
    "Entry",
    "Fund",
    "Ground",
    "Held",
    "Intake",
    "Item",
    "Journal",
    "Line",
    "MemoryBook",
    "MemoryJournal",
    "Recorded",
    "Run",
    "Snapshot",
    "Stored",
    "Taken",
    "Traded",
    "balances",
    "partition_of",
]
