"""The daily cycle over a book: opens what is due, applies it, posts it; a partition and a day at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from inforce.contracts import Reversal
from inforce.errors import Backdated
from inforce.ledger import Book, Done, Entry, Run, Stored
from inforce.market import Market
from inforce.mechanics.records import Status
from inforce.terms import Product

from .correction import corrections
from .fold import Position, advance
from .schedule import calendar_items

AHEAD = timedelta(days=800)
"""How far the calendar is searched for the next thing due: above two years, so that an anniversary lies in it."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a cycle works with."""

    book: Book
    market: Market
    product: Callable[[str], Product]
    """Finds a product by its id."""

    def run(self, first: date, last: date, partition: int = 0, partitions: int = 1) -> Iterator[Run]:
        """Every day from `first` to `last` on which something is due, each in one transaction.

        Interrupted, it goes on where it stopped: what a day posted is not due again.
        """
        day = first
        while day <= last:
            run = self.run_day(day, partition, partitions)
            if run.contracts:
                yield run
            day += timedelta(days=1)

    def run_day(self, day: date, partition: int = 0, partitions: int = 1) -> Run:
        """One partition-day: all of it is posted, or nothing.

        Raises:
            Fault: an invariant did not hold on some contract; nothing of this partition-day is posted.
        """
        done = [self.work(contract, day) for contract in self.book.due(day, partition, partitions)]
        entries = sum(len(each.entries) for each in done)
        run = Run(day, partition, partitions, len(done), entries, datetime.now(UTC))
        if done:
            self.book.commit(run, done)
        return run

    def work(self, contract_id: str, day: date) -> Done:
        """Everything due on one contract up to a day, from its stored position; replayed where something is late."""
        stored = self.book.stored(contract_id)
        try:
            position = self._advance(contract_id, day, stored)
            entries = position.entries
        except Backdated:
            position = self._advance(contract_id, day, None)
            entries = self._corrected(contract_id, position, day)
        known = {sequence for sequence, _ in self.book.declined(contract_id)}
        declined = tuple((d.recorded.sequence, str(d.refused)) for d in position.declined
                         if d.recorded.sequence not in known)  # fmt: skip
        return Done(Stored(contract_id, position.snapshot(), next_due(position)), tuple(entries), declined)

    def replay(self, contract_id: str, day: date) -> Position:
        """The contract from nothing, by what is known on a day."""
        return self._advance(contract_id, day, None)

    def _advance(self, contract_id: str, day: date, stored: Stored | None) -> Position:
        contract = self.book.contract(contract_id)
        opening = stored.snapshot if stored else None
        events = self.book.events(contract_id, day)
        return advance(contract, self.product(contract.product), events, self.market, day, opening=opening)

    def _corrected(self, contract_id: str, position: Position, day: date) -> list[Entry]:
        gone = frozenset(r.event.of for r in self.book.events(contract_id, day) if isinstance(r.event, Reversal))
        return corrections(self.book.entries(contract_id), position.entries, day, gone)


def next_due(position: Position) -> date | None:
    """The first day after the position on which something will be due, if nothing new arrives."""
    days = [max(w.day, position.reached + timedelta(days=1)) for w in position.waiting if position.issued]
    if position.stalled is not None:
        days.append(position.reached + timedelta(days=1))
    state = position.state
    if position.issued is not None and state is not None and state.status <= Status.DEATH_NOTIFIED:
        terms = position.terms(position.reached).sections
        ahead = calendar_items(position.issued, terms, position.reached + AHEAD)
        days += [item.day for item in ahead if item.day > position.reached]
    return min(days, default=None)
