"""The daily cycle over a book: opens what is due, applies it, posts it; a partition and a day at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from inforce.contracts import ABOUT_EVENTS, REACHING_BACK, Approval, Reversal
from inforce.errors import Backdated, BadInput, BadTerms, DateOutOfRange, MissingData, OldPosition, Refused
from inforce.ledger import Book, Done, Entry, Held, Recorded, Run, Snapshot, Stored, partition_of
from inforce.market import Market
from inforce.terms import Product

from .approval import Correction, Statuses, check_approval, looked_at
from .coming import next_due
from .correction import corrections
from .fold import advance
from .invariants import accounts, check_change, refuse
from .position import Observer, Position
from .posting import SETTLEMENT
from .replaying import rebuilt
from .settlement import settlements

Refusals = dict[int, str]
"""Why events were refused, by sequence."""


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
            done = [self._tried(contract, day) for contract in due]
        return self._commit(day, partition, partitions, [each for each in done if each is not None], bool(due))

    def correct(self, day: date, partition: int = 0, partitions: int = 1) -> Run:
        """Replay every contract of a partition by what is known on a day, and post the differences: corrected prices.

        A contract that comes out as it is posted is left alone; one whose correction needs approval is held.

        Raises:
            MissingData: a price that a correction needs is not known, its own or that of its trade; nothing is posted.
        """
        names = [c for c in self.book.contracts() if partition_of(c, partitions) == partition]
        done = []
        with self.book.ahead(names):
            for name in names:
                stored = self._kept(name)
                if stored is not None and stored.through > day:
                    raise BadInput(f"contract {name} was worked on up to {stored.through} already; give that day, "
                                   "or a later one")  # fmt: skip
                found = self._replayed(stored, day) if stored is not None else None
                if found is not None and stored is not None and _says_something(found, stored):
                    done.append(found)
        return self._commit(day, partition, partitions, done, bool(done))

    def _commit(self, day: date, partition: int, partitions: int, done: list[Done], tried: bool) -> Run:
        """Post what was done. That a day was tried on which all had to wait stands in the log too."""
        entries = sum(len(each.entries) for each in done)
        rebuilt = sum(each.rebuilt for each in done)
        run = Run(day, partition, partitions, len(done), entries, datetime.now(UTC), rebuilt)
        if tried:
            self.book.commit(run, done)
        return run

    def _tried(self, contract_id: str, day: date) -> Done | None:
        """A contract's work; None where it stays due: it is ahead of the day, or a correction lacks a price."""
        try:
            return self.work(contract_id, day)
        except MissingData:
            return None
        except (BadTerms, DateOutOfRange) as bad:
            raise BadInput(f"contract {contract_id} on {day}, of which nothing was posted: {bad}") from bad

    def missing(self, contract_id: str, day: date) -> MissingData | None:
        """The price that a correction of the contract needs and that is not known; nothing is posted."""
        try:
            self.work(contract_id, day)
        except MissingData as missing:
            return missing
        return None

    def work(self, contract_id: str, day: date) -> Done | None:
        """Everything due on one contract up to a day, from its stored position; replayed where something is late.

        None where it was worked on up to a later day: nothing is posted backwards.

        That it was entered late is enough, so that it does not matter how far the position happens to be.
        Where a correction is held, only decisions about it are looked at.

        Raises:
            MissingData: a price that a correction needs is not known, its own or that of its trade.
        """
        stored, again = self._stored(contract_id)
        if stored is not None and stored.through > day:
            return None
        if stored is not None and stored.held is not None:
            return replace(self._decide(stored, stored.held, day), rebuilt=again)
        events = self._events(contract_id, day, stored)
        try:
            position = self._advance(contract_id, day, events, stored)
        except Backdated:
            if stored is None:
                raise
            return replace(self._replayed(stored, day), rebuilt=again)
        if stored is not None and position.took_late:
            return replace(self._replayed(stored, day), rebuilt=again)
        approvals = (r for r in events if not (stored and stored.snapshot.handled(r)))
        done = self._done(position, day, position.entries, declined=dict(_refused_approvals(approvals, None)))
        self._check(position, stored.snapshot if stored else None, done)
        return replace(done, rebuilt=again)

    def _stored(self, contract_id: str) -> tuple[Stored | None, bool]:
        """The stored position, and whether it had to be replayed because it is of an older layout."""
        try:
            return self.book.stored(contract_id), False
        except OldPosition:
            return rebuilt(self, contract_id), True

    def _kept(self, contract_id: str) -> Stored | None:
        """The stored position; without its state where that is of an older layout."""
        try:
            return self.book.stored(contract_id)
        except OldPosition:
            return self.book.stored_frame(contract_id)

    def _decide(self, stored: Stored, held: Held, day: date) -> Done:
        """A held contract: replayed where something is approved, rejected or taken back; left alone otherwise."""
        new = [r for r in self.book.events(stored.contract, day) if not held.has_seen(r)]
        if any(r.event.kind in ABOUT_EVENTS for r in new):
            return self._replayed(stored, day)
        return self._unchanged(replace(stored, held=looked_at(held, new, day)))

    def _replayed(self, stored: Stored, day: date) -> Done:
        """A contract from nothing, with the difference to what is posted; held where that needs approval.

        An approval releases what it approves: reasons and amounts as they were shown, no others.
        """
        correction, held = self._correction(stored, day), stored.held
        approvals = [r for r in correction.events if isinstance(r.event, Approval) and not stored.has_received(r)]
        declined = dict(_refused_approvals(approvals, held))
        approved = held.grounds if held and len(declined) < len(approvals) else ()
        if set(correction.grounds()) <= set(approved):
            done = self._done(correction.position, day, correction.found, correction.posted, declined)
            self._check(correction.position, None, replace(done, entries=(*correction.posted, *done.entries)))
            return done
        held = correction.held(held)
        refused = tuple(_refused_approvals(approvals, held))
        return replace(self._unchanged(replace(stored, next_due=None, held=held)), declined=refused)

    def _correction(self, stored: Stored, day: date) -> Correction:
        """The contract replayed and compared: first what corrected prices change alone, then all that is known."""
        name, opening = stored.contract, stored.snapshot
        events, posted = self.book.events(name, day), self.book.entries(name)
        found: list[Entry] = []
        if self.market.has_corrections:
            before = self._advance(name, opening.on, [r for r in events if opening.received(r)])
            bearer = before.terms(day).sections.corrections.overpaid_borne_by if before.issued else "owner"
            found = corrections(posted, before.entries, day, _reversed(before, events), bearer)
        statuses = Statuses()
        position = self._advance(name, day, events, observer=statuses)
        if position.stalled is not None and _takes_back(position, posted):
            raise position.stalled  # what is posted must stay
        through = date.max if stored.held else opening.settled
        gone = _reversed(position, events)
        found += corrections([*posted, *found], position.entries, day, gone, posted_through=through)
        return Correction(self.book.contract(name), opening, events, position, statuses, posted, found, day)

    def _check(self, position: Position, before: Snapshot | None, done: Done) -> None:
        names = accounts(position.contract, position.product, done.stored.snapshot)
        refuse(check_change(position.contract.id, before, done, names))

    def _done(
        self,
        position: Position,
        day: date,
        new: list[Entry],
        posted: Sequence[Entry] = (),
        declined: Refusals | None = None,
    ) -> Done:
        """What is to be committed, with what its late trades cost the company."""
        name = position.contract.id
        settled = [entry for entry in posted if entry.operation == SETTLEMENT]
        traded = [entry for entry in posted if entry.operation != SETTLEMENT]
        costs = settlements(position, self.market, [*traded, *new], settled, day)
        known = {sequence for sequence, _ in self.book.declined(name)}
        refused = {d.recorded.sequence: str(d.refused) for d in position.declined} | (declined or {})
        return Done(
            Stored(name, position.snapshot(), next_due(position)),
            (*new, *costs),
            tuple((sequence, why) for sequence, why in refused.items() if sequence not in known),
            self._separate_account(name),
        )

    def _unchanged(self, stored: Stored) -> Done:
        return Done(stored, separate_account=self._separate_account(stored.contract))

    def _separate_account(self, contract_id: str) -> str:
        contract = self.book.contract(contract_id)
        return self.product(contract.product).separate_account(contract.qualification, contract.issue_state)

    def standing(self, contract_id: str) -> Stored | None:
        """The stored position; one of an older layout is replayed."""
        return self._stored(contract_id)[0]

    def look(self, contract_id: str, day: date) -> Position:
        """The contract as a run up to a day would leave it, were nothing held; nothing is posted."""
        stored, _ = self._stored(contract_id)
        until = max(day, stored.snapshot.on) if stored else day
        try:
            return self._advance(contract_id, until, self._events(contract_id, until, stored), stored)
        except Backdated:
            return self.replay(contract_id, day)

    def replay(self, contract_id: str, day: date, through: int | None = None) -> Position:
        """The contract from nothing, by what is known on a day, and of that by the events up to a sequence."""
        events = self.book.events(contract_id, day)
        return self._advance(contract_id, day, [r for r in events if through is None or r.sequence <= through])

    def _events(self, contract_id: str, day: date, stored: Stored | None) -> list[Recorded]:
        """What a position has not handled; everything where something is new about events that it has."""
        if stored is None:
            return self.book.events(contract_id, day)
        events = self.book.unhandled(contract_id, stored.snapshot, day)
        if any(r.event.kind in REACHING_BACK and not stored.snapshot.handled(r) for r in events):
            return self.book.events(contract_id, day)
        return events

    def _advance(
        self,
        contract_id: str,
        day: date,
        events: list[Recorded],
        stored: Stored | None = None,
        observer: Observer | None = None,
    ) -> Position:
        contract = self.book.contract(contract_id)
        opening = stored.snapshot if stored else None
        return advance(contract, self.product(contract.product), events, self.market, day, observer, opening)


def _reversed(position: Position, events: Iterable[Recorded]) -> set[str]:
    """Events that a reversal has taken back; what a death notice makes void was paid, and is owed."""
    reversals = {r.event.id for r in events if isinstance(r.event, Reversal)}
    return {event for event, by in position.taken_back.items() if by in reversals}


def _takes_back(position: Position, posted: Iterable[Entry]) -> bool:
    """Would the replay take something back that nothing has reversed? It may stop earlier than what is posted."""
    kept = {(entry.event, entry.operation) for entry in position.entries}
    gone = position.taken_back.keys() | position.rejected.keys()
    return any((e.event, e.operation) not in kept for e in posted if e.operation != SETTLEMENT and e.event not in gone)


def _refused_approvals(events: Iterable[Recorded], held: Held | None) -> Iterator[tuple[int, str]]:
    """Approvals that do not release what is held, each with the reason."""
    for r in events:
        if isinstance(r.event, Approval):
            try:
                check_approval(r.event, held)
            except Refused as refused:
                yield r.sequence, str(refused)


def _says_something(done: Done, stored: Stored) -> bool:
    """Is there anything to post, to keep or to hold that is not there already?

    A corrected rate can change the interest to come and no entry.
    """
    if done.stored.held is None:
        kept = stored.snapshot.state
        return (
            bool(done.entries) or stored.held is not None or (kept is not None and kept != done.stored.snapshot.state)
        )
    return stored.held is None or done.stored.held.id != stored.held.id
