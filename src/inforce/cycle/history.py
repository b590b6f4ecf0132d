"""What was believed of a contract when: for each day on which something became known, what changed and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inforce.contracts import ABOUT_EVENTS, Event, Rejection
from inforce.ledger import Book, Entry, Recorded

from .correction import Amounts, amounts
from .posting import SETTLEMENT

ORDINARY = "it came in time"
ELSE = "rates or terms were corrected"


@dataclass(frozen=True, slots=True)
class Change:
    """What one account got from one event, before and after a day on which something became known."""

    event: str
    operation: str
    effective: date
    period: str
    """Accounting period of the entry."""
    account: str
    was_cents: int
    is_cents: int
    was_units: int
    is_units: int
    new: bool
    """Is it the first entry of the event and operation?"""
    entered: str
    """Who entered the event, and who checked it."""


@dataclass(frozen=True, slots=True)
class Belief:
    """One day on which something became known."""

    known: date
    because: tuple[str, ...]
    changes: tuple[Change, ...]


def beliefs(book: Book, contract_id: str) -> list[Belief]:
    """The history of a contract's entries, by the day on which they became known."""
    return list(_History(book, contract_id).beliefs())


def entered_by(event: Event) -> str:
    """Who entered an event, and who checked it: `kim, checked by lee`; empty where neither is said."""
    checked = f"checked by {event.checker}" if event.checker else ""
    return ", ".join(filter(None, (event.who, checked)))


class _History:
    def __init__(self, book: Book, contract_id: str) -> None:
        self.events = book.events(contract_id)
        self.by_id = {r.event.id: r.event for r in self.events}
        rejected = {r.event.of for r in self.events if isinstance(r.event, Rejection)}
        told = {r.sequence for r in self.events if r.event.id not in rejected}
        self.declined = {sequence: why for sequence, why in book.declined(contract_id) if sequence in told}
        """Refusals known with the event itself; a rejection comes later, and tells its own."""
        self.market = book.market()
        self.funds: set[str] = set()
        self.entries: dict[date, list[Entry]] = {}
        for entry in book.entries(contract_id):
            self.entries.setdefault(entry.known, []).append(entry)
        self.believed: dict[tuple[str, str], Amounts] = {}

    def beliefs(self) -> Iterator[Belief]:
        told = {r.known for r in self.events if self._reason(r)}
        since = date.min
        for known in sorted({*self.entries, *told}):
            heard = [r for r in self.events if since < r.known <= known]
            changes = tuple(self._changes(self.entries.get(known, ())))
            yield Belief(known, self._because(heard, changes, since, known), changes)
            since = known

    def _because(self, heard: list[Recorded], changes: Sequence[Change], since: date, known: date) -> tuple[str, ...]:
        reasons = [reason for r in heard if (reason := self._reason(r))]
        if any(not change.new or change.operation == SETTLEMENT for change in changes):
            reasons += self._prices(since, known)
            causes = [r for r in heard if r.event.kind in ABOUT_EVENTS or r.known > r.event.on]
            reasons += [] if causes or reasons else [ELSE]
        return tuple(reasons) or (ORDINARY,)

    def _prices(self, since: date, known: date) -> Iterator[str]:
        """Corrected prices of funds that the contract traded."""
        places = self.market.decimals
        for c in self.market.corrections():
            if since < c.known <= known and c.sub_account.fund in self.funds:
                before, after = (f"{Decimal(n).scaleb(-places):,.{places}f}" for n in (c.before, c.after))
                yield f"the unit value of {c.sub_account} for {c.day} was corrected from {before} to {after}"

    def _reason(self, recorded: Recorded) -> str:
        """Why an event changes what was believed; empty where it came in time and was taken."""
        event, by = recorded.event, entered_by(recorded.event)
        said = "".join((f" by {by}" if by else "", f": {event.reason}" if event.reason else ""))
        text = ""
        if event.kind in ABOUT_EVENTS:
            text = f"{event.kind} of {getattr(event, 'of', '')}{said}"
        elif recorded.known > event.on:
            text = f"{event.id} ({_words(event.kind)}) was received on {event.on} and entered on {recorded.known}{said}"
        if recorded.sequence in self.declined:
            text = f"{text or f'{event.id} ({_words(event.kind)})'}; refused: {self.declined[recorded.sequence]}"
        return text

    def _changes(self, entries: Sequence[Entry]) -> Iterator[Change]:
        first = {(e.event, e.operation): e for e in reversed(entries)}
        for key, changed in amounts(entries).items():
            entry, new = first[key], key not in self.believed
            event = self.by_id.get(entry.event)
            before = self.believed.setdefault(key, {})
            for account, (cents, units) in changed.items():
                self.funds |= {account.removeprefix("contract/")} if units else set()
                was = before.get(account, (0, 0))
                before[account] = was[0] + cents, was[1] + units
                yield Change(*key, entry.effective, entry.period, account, was[0], was[0] + cents, was[1],
                             was[1] + units, new, entered_by(event) if event else "")  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")
