"""The cycle over a range of days, in one process or shared by several, each with its own partition of the contracts."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from multiprocessing import get_context

from inforce.ledger import Book
from inforce.market import Between
from inforce.terms import find_product

from .run import Cycle

OpenBook = Callable[[str], AbstractContextManager[Book]]


@dataclass(frozen=True, slots=True)
class Total:
    """What a range of days came to."""

    days: int
    contracts: int
    entries: int
    rebuilt: int = 0
    """Stored positions of an older layout that were replayed."""


def run_range(open_book: OpenBook, where: str, first: date, last: date, between: Between, workers: int = 1) -> Total:
    """Run the cycle from `first` to `last` on the book at `where`; each worker opens it for itself.

    What is posted is the same however many workers there are: a contract belongs to one partition. Interrupted, the
    same call goes on where each worker stopped.
    """
    if workers == 1:
        return run_partition(open_book, where, first, last, between, 0, 1)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        parts = [pool.submit(run_partition, open_book, where, first, last, between, p, workers) for p in range(workers)]
        totals = [part.result() for part in parts]
    counts = (sum(getattr(t, name) for t in totals) for name in ("contracts", "entries", "rebuilt"))
    return Total(max(t.days for t in totals), *counts)


def run_partition(
    open_book: OpenBook, where: str, first: date, last: date, between: Between, partition: int, partitions: int
) -> Total:
    """One worker's part, by the prices known on the last day."""
    with open_book(where) as book:
        cycle = Cycle(book, book.market(last, between), cache(find_product))
        runs = list(cycle.run(first, last, partition, partitions))
    counts = (sum(getattr(run, name) for run in runs) for name in ("contracts", "entries", "rebuilt"))
    return Total(len(runs), *counts)
