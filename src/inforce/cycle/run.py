"""The daily cycle over a book: opens what is due, applies it, posts it; a partition and a day at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from inforce.contracts import REACHING_BACK, Reversal
from inforce.errors import Backdated, OldPosition
from inforce.ledger import Book, Done, Entry, Run, Snapshot, Stored, partition_of
from inforce.market import Market
from inforce.terms import Product

from .coming import next_due
from .correction import corrections
from .fold import Position, advance
from .invariants import accounts, check_change, refuse
from .replaying import rebuilt


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
            Fault: an invariant did not hold on some contract (`invariants`); nothing of this partition-day is posted.
        """
        due = self.book.due(day, partition, partitions)
        with self.book.ahead(due):
            done = [self.work(contract, day) for contract in due]
        return self._commit(day, partition, partitions, done)

    def correct(self, day: date, partition: int = 0, partitions: int = 1) -> Run:
        """Replay every contract of a partition by what is known on a day, and post the differences: corrected prices.

        A contract that comes out as it is posted is left alone.
        """
        names = [
            c for c in self.book.contracts() if partition_of(c, partitions) == partition and self.book.stored_frame(c)
        ]
        with self.book.ahead(names):
            found = [self._replayed(name, day) for name in names]
        return self._commit(day, partition, partitions, [done for done in found if done.entries])

    def _commit(self, day: date, partition: int, partitions: int, done: list[Done]) -> Run:
        entries = sum(len(each.entries) for each in done)
        rebuilt = sum(each.rebuilt for each in done)
        run = Run(day, partition, partitions, len(done), entries, datetime.now(UTC), rebuilt)
        if done:
            self.book.commit(run, done)
        return run

    def work(self, contract_id: str, day: date) -> Done:
        """Everything due on one contract up to a day, from its stored position; replayed where something is late."""
        stored, rebuilt = self._stored(contract_id)
        try:
            position = self._advance(contract_id, day, stored)
        except Backdated:
            return self._replayed(contract_id, day)
        done = self._done(contract_id, position, position.entries)
        self._check(position, stored.snapshot if stored else None, done)
        return replace(done, rebuilt=rebuilt)

    def _stored(self, contract_id: str) -> tuple[Stored | None, bool]:
        """The stored position, and whether it had to be replayed because it is of an older layout."""
        try:
            return self.book.stored(contract_id), False
        except OldPosition:
            return rebuilt(self, contract_id), True

    def _replayed(self, contract_id: str, day: date) -> Done:
        """A contract from nothing, with the difference to what is posted."""
        position = self._advance(contract_id, day, None)
        gone = frozenset(r.event.of for r in self.book.events(contract_id, day) if isinstance(r.event, Reversal))
        posted = self.book.entries(contract_id)
        done = self._done(contract_id, position, corrections(posted, position.entries, day, gone))
        self._check(position, None, replace(done, entries=(*posted, *done.entries)))
        return done

    def _check(self, position: Position, before: Snapshot | None, done: Done) -> None:
        names = accounts(position.contract, position.product, done.stored.snapshot)
        refuse(check_change(position.contract.id, before, done, names))

    def _done(self, contract_id: str, position: Position, entries: list[Entry]) -> Done:
        known = {sequence for sequence, _ in self.book.declined(contract_id)}
        declined = tuple((d.recorded.sequence, str(d.refused)) for d in position.declined
                         if d.recorded.sequence not in known)  # fmt: skip
        contract = position.contract
        return Done(Stored(contract_id, position.snapshot(), next_due(position)), tuple(entries), declined,
                    position.product.separate_account(contract.qualification, contract.issue_state))  # fmt: skip

    def standing(self, contract_id: str) -> Stored | None:
        """The stored position; one of an older layout is replayed."""
        return self._stored(contract_id)[0]

    def look(self, contract_id: str, day: date) -> Position:
        """The contract as a run up to a day would leave it; nothing is posted."""
        stored, _ = self._stored(contract_id)
        try:
            return self._advance(contract_id, max(day, stored.snapshot.on) if stored else day, stored)
        except Backdated:
            return self.replay(contract_id, day)

    def replay(self, contract_id: str, day: date) -> Position:
        """The contract from nothing, by what is known on a day."""
        return self._advance(contract_id, day, None)

    def _advance(self, contract_id: str, day: date, stored: Stored | None) -> Position:
        contract = self.book.contract(contract_id)
        opening = stored.snapshot if stored else None
        events = self.book.unhandled(contract_id, opening, day) if opening else self.book.events(contract_id, day)
        if opening and any(r.event.kind in REACHING_BACK and not opening.handled(r) for r in events):
            events = self.book.events(contract_id, day)
        return advance(contract, self.product(contract.product), events, self.market, day, opening=opening)
