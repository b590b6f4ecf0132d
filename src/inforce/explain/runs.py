"""One step run with numbers that remember, and checked against the same step run plainly."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

from inforce.errors import Fault
from inforce.mechanics.annuity import step
from inforce.mechanics.records import Breakdown, Due, Reason, Terms, new_breakdown
from inforce.mechanics.records import Market as Prices

from .derivation import Derivation
from .leaves import Leaves
from .numerals import Numerals
from .reading import readable
from .traced import Leaf, TracedBreakdown, TracedState, plain, tracing
from .tree import CONTEXT, Explanation, assumptions_of
from .words import BREAKDOWN, NOTHING, REASONS, STATE, status_words

LISTED: Final = (
    "before", "payment", "maintenance", "transfer", "transfer_fee", "gross", "market_value_adjustment",
    "free_available", "free", "surrender_charge", "premium_tax", "taxable", "withholding", "basis_carried", "company",
    "death_benefit", "net",
)  # fmt: skip
"""What a step did, in the order in which it is told."""
LEFT: Final = (
    "status", "payments", "withdrawals", "payments_floor", "reset_floor", "claimed", "basis", "deductions",
    "anniversary_value", "free_used", "transfers",
)  # fmt: skip
"""What a step leaves the contract with."""
EVENT: Final = -1
"""Id of what stands for all that a step did."""
MAIN: Final = {
    "maintenance_charge": "maintenance", "purchase_payment": "payment", "transfer": "transfer", "withdrawal": "net",
    "surrender": "net", "free_look": "net", "death_proof": "net",
    "spousal_continuation": "company",
}  # fmt: skip
"""The number that stands for an operation; of the others it is the contract value."""
BY_CALENDAR: Final = {"maintenance_charge": "maintenance_charge.when"}
"""Terms that say when the calendar brings something."""


@dataclass(slots=True)
class Run:
    """A traced step: its records, and the derivation that explains their numbers."""

    leaves: Leaves
    state: TracedState
    terms: Terms
    breakdown: TracedBreakdown
    derivation: Derivation

    def field(self, name: str) -> Explanation:
        """A number of the breakdown."""
        value = getattr(self.breakdown, name)
        e = self.derivation.explain(value, BREAKDOWN[name][1])
        if e.kind == "constant":
            e = replace(e, label=BREAKDOWN[name][0])
        reason = self.derivation.reasons.get(name)
        return replace(e, note=reason.note) if reason and e.kind == "constant" else e

    def number(self, cents: int) -> Explanation:
        """An amount of money of the run."""
        return self.derivation.explain(cents, "cents")

    def listed(self, label: str, operation: str) -> Explanation:
        """Everything that the step did, under the number that stands for it."""
        main = self.field(MAIN.get(operation, "value"))
        children = [self.derivation.leaf(self.leaves.day_number, self.leaves.counted_from())]
        if self.leaves.event is None and operation in BY_CALENDAR:
            children.append(replace(self.derivation.leaf(0, self.leaves.term_leaf(BY_CALENDAR[operation])), role="by"))
        children += [self.field(name) for name in LISTED]
        children += [*self._accounts(), *self._interest()]
        children += [self.derivation.renamed(self.field("value"), "contract value after"), *self._left()]
        because = {d.id: replace(d, role="") for c in children for d in c.because if d.role == CONTEXT}
        children = [replace(c, role=c.role or "listed") for c in children]
        e = replace(main, id=EVENT, kind="event", label=label, formula="", role="", children=tuple(children))
        return replace(e, because=tuple(because.values()))

    def _accounts(self) -> list[Explanation]:
        """What went into and out of each account."""
        found, b = [], self.breakdown
        for k, change in enumerate(b.account_change):
            if change:
                e, into = self.derivation.explain(change, "cents"), "into" if change > 0 else "out of"
                units = b.units_change[k] if k < len(b.units_change) else 0
                more = (replace(self.derivation.explain(units, "units"), role="units"),) if units else ()
                found.append(self.derivation.renamed(e, f"{into} {self.leaves.account(k)}", *more))
        return found

    def _interest(self) -> list[Explanation]:
        return [self.derivation.explain(interest, "cents") for interest in self.breakdown.interest if interest]

    def _left(self) -> list[Explanation]:
        """What the step changed in the contract, accounts and payments aside."""
        found = []
        for name in LEFT:
            value, (label, unit) = getattr(self.state, name), STATE[name]
            if value != getattr(self.leaves.state_before, name):
                e = self.derivation.renamed(self.derivation.explain(value, unit), f"afterwards: {label}")
                found.append(replace(e, role="after", text=status_words(value) if name == "status" else e.text))
        return found


def traced_run(leaves: Leaves, prices: Prices, due: Due, reasons: Breakdown | None = None) -> Run:
    """Run the step with numbers that remember.

    `reasons` says why a charge was not taken, where another run of the same day knows better.

    Raises:
        Fault: a number differs from that of the plain run.
    """
    state, breakdown = leaves.state(), leaves.breakdown(new_breakdown(leaves.state_before))
    records = leaves.record(), leaves.prices(prices), leaves.due(due)
    with tracing():
        step(state, *records, breakdown)
    after = deepcopy(leaves.state_before)
    expected = new_breakdown(after)
    with tracing(on=False):
        step(after, leaves.terms.record, prices, due, expected)
    if plain(state) != after or plain(breakdown) != expected:
        raise Fault(f"the step of {leaves.on}, contract {leaves.position.contract.id}, gave other numbers when it was "
                    "explained than when it was run")  # fmt: skip
    numerals = Numerals.of(leaves.terms.sections.rounding)
    derivation = Derivation(numerals, _reasons(leaves, reasons or expected), leaves.segment)
    return Run(leaves, state, records[0], breakdown, derivation)


def _reasons(leaves: Leaves, b: Breakdown) -> dict[str, Leaf]:
    """Why there is no charge, by the rule (or the field of the breakdown) that gave none."""
    found = {"maintenance_charge": b.maintenance_reason, "surrender_charge": b.charge_reason}
    return {rule: _reason(leaves, Reason(code)) for rule, code in found.items() if code}


def _reason(leaves: Leaves, reason: Reason) -> Leaf:
    words, path = REASONS[reason]
    if reason == Reason.CHARGE_PERIOD_OVER:
        path = leaves.terms.record_sources["surrender_rate", 0].rpartition(".")[0]
    changes = leaves.changes if reason == Reason.ALREADY_TAKEN_TODAY else None
    changed = changes.last("maintenance_day", -1, leaves.steps) if changes else None
    source = leaves.terms.source(path) if path else None
    return Leaf("term", "", "choice", term=path, source=source, changed=changed, note=NOTHING + words)


def asked(e: Explanation, label: str) -> Explanation:
    """The number that was asked for: under its own label, with the assumptions it rests on."""
    return replace(e, label=label, role="", sign=1, assumptions=assumptions_of(e, readable(e)))
