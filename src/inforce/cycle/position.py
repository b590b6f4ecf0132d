"""Where a contract stands: what was applied, declined and waits, and the state after it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date

from inforce.contracts import Contract
from inforce.contracts.events import Freeze, PurchasePayment
from inforce.errors import MissingData, Refused
from inforce.ledger import Entry, Recorded, Snapshot
from inforce.mechanics.records import Annuity, Breakdown, Due
from inforce.mechanics.records import Market as Prices
from inforce.terms import ContractTerms, Product

from .schedule import Item


@dataclass(frozen=True, slots=True)
class Applied:
    """One step that was done."""

    item: Item
    due: Due
    breakdown: Breakdown
    terms: ContractTerms
    prices: Prices

    @property
    def name(self) -> str:
        """The event's id, or the calendar's operation and day."""
        return self.item.name


@dataclass(frozen=True, slots=True)
class Declined:
    """An event that was refused, with the reason."""

    recorded: Recorded
    day: date
    refused: Refused


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that has not been applied yet, and what it waits for."""

    recorded: Recorded
    day: date
    waits_for: str


Observer = Callable[["Position", Applied], None]


@dataclass(slots=True)
class Position:
    """A contract after everything due up to a day."""

    contract: Contract
    product: Product
    through: date
    issued: date | None = None
    delivered: date | None = None
    state: Annuity | None = None
    allocation: Mapping[str, int] = field(default_factory=dict)
    suspense: int = 0
    """Cents received and not yet applied."""
    applied: list[Applied] = field(default_factory=list)
    administered: list[Item] = field(default_factory=list)
    """Applications, issue and allocation changes that were taken."""
    declined: list[Declined] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    stalled: MissingData | None = None
    """The price or rate that stopped the fold, if one did."""
    reached: date = date.max
    """Everything due up to here is done: `through`, or the day before what stalled."""
    sequence: int = 0
    """The last event of the journal that the fold has seen."""
    taken: frozenset[int] = frozenset()
    """Events from after `reached` that it has received all the same."""
    filed_by: date | None = None
    """Terms as filed up to this day; None: everything."""
    taken_back: dict[str, str] = field(default_factory=dict)
    """Events taken back, each with the id of the reversal, returned payment or death notice that did it."""
    rejected: dict[str, Refused] = field(default_factory=dict)
    """Events that a rejection declines, each with what it says."""
    freezes: list[tuple[Freeze, date | None]] = field(default_factory=list)
    """Each with the day of its release."""
    proved: set[str] = field(default_factory=set)
    """Beneficiaries who have been paid."""

    def __post_init__(self) -> None:
        self.reached = self.through

    def terms(self, on: date) -> ContractTerms:
        """The contract's terms on a day. Refused before issue."""
        if self.issued is None:
            raise Refused("not_issued", f"contract {self.contract.id} is not issued on {on}")
        return self.product.terms(self.contract.cohort(self.issued), on, self.filed_by)

    def freeze(self, kind: str, on: date) -> Freeze | None:
        """The freeze that refuses requests of a kind on a day."""
        return next((f for f, released in self.freezes
                     if kind in f.refuses and f.on <= on and (released is None or on < released)), None)  # fmt: skip

    @property
    def notices(self) -> list[str]:
        """What somebody must know who deals with the contract: freezes that hold, exchanges without a basis."""
        held = [f"{f.id} ({f.cause.replace('_', ' ')}) of {f.on} freezes: {', '.join(f.refuses)}"
                for f, released in self.freezes if released is None or released > self.through]  # fmt: skip
        paid = [a.item.event for a in self.applied if isinstance(a.item.event, PurchasePayment)]
        taxed = self.contract.qualification == "non_qualified"
        return held + [f"the basis of {event.id} is not reported; until then it is 0"
                       for event in paid if taxed and event.exchanged and event.basis is None]  # fmt: skip

    @property
    def took_late(self) -> bool:
        """Was something taken that became known after the day from which it counts?"""
        items = (*self.administered, *(applied.item for applied in self.applied))
        return any(item.recorded is not None and item.recorded.known > item.day for item in items)

    def snapshot(self) -> Snapshot:
        """A copy to go on from; a stalled one has to be replayed."""
        waiting = frozenset(w.recorded.sequence for w in self.waiting)
        reached = self.reached if self.reached < self.through else None
        return Snapshot(self.through, self.issued, deepcopy(self.state), self.delivered, self.allocation,
                        self.suspense, self.sequence, waiting, frozenset(self.proved), reached)  # fmt: skip
