"""Where numbers enter a traced run: state, terms, prices, declared rates, requests and days, each with its source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from inforce.contracts import Event
from inforce.cycle import Position, Pricer, pricing_day
from inforce.cycle.prices import UNTOUCHED
from inforce.dates import day_number, is_valuation_date
from inforce.errors import MissingData
from inforce.market import CreditedRate, Market
from inforce.mechanics.interest import credited_rate
from inforce.mechanics.records import Annuity, Breakdown, Due, Terms
from inforce.mechanics.records import Market as Prices
from inforce.terms import ContractTerms
from inforce.terms.schema import FixedAccount

from .changes import Changes
from .numerals import day_text
from .segments import Segments, segment_words
from .traced import Leaf, Named, Row, Traced, TracedBreakdown, TracedState, Unit, tracing
from .words import BREAKDOWN, DUE, PATHS, STATE, TERMS, choice_words, status_words, term_words

COUNTS: Final = frozenset({"funds", "fixed", "layers", "segments", "segment_account"})
"""Fields that only say how long the lists are, or which one an item belongs to."""
SINCE_ISSUE: Final = frozenset({"issue_day", "layer_day", "segment_start", "segment_end", "segment_rate", "status"})
"""Fields that do not change, or whose change is told elsewhere."""
SCHEDULE: Final = frozenset({"operations", "order", "surrender_years"})
"""The same of the terms."""


@dataclass(slots=True)
class Leaves:
    """Fills the records of one contract on one day with numbers that know where they come from."""

    position: Position
    market: Market
    terms: ContractTerms
    on: date
    state_before: Annuity
    event: Event | None = None
    changes: Changes | None = None
    steps: int | None = None
    """Only so many steps had been applied before; None: all."""

    def state(self) -> TracedState:
        """The contract's state."""
        values: dict[str, Any] = {}
        for f in fields(Annuity):
            value = getattr(self.state_before, f.name)
            values[f.name] = value if f.name in COUNTS else self._filled(f.name, value, self._state_leaf)
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = Row(value, name, self.state_name)
        state = TracedState(**values)
        object.__setattr__(state, "namer", self.state_name)
        return state

    def breakdown(self, empty: Breakdown) -> TracedBreakdown:
        """A breakdown that names what is put into it."""
        values = {f.name: getattr(empty, f.name) for f in fields(Breakdown)}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = Row(value, name, self.breakdown_name)
        breakdown = TracedBreakdown(**values)
        object.__setattr__(breakdown, "namer", self.breakdown_name)
        return breakdown

    def record(self) -> Terms:
        """The terms."""
        given = self.terms.record
        values: dict[str, Any] = {}
        for f in fields(Terms):
            value = getattr(given, f.name)
            filled = value if f.name in SCHEDULE else self._filled(f.name, value, self._term_leaf)
            values[f.name] = Row(filled, f.name) if isinstance(filled, list) else filled
        return Terms(**values)

    def prices(self, given: Prices) -> Prices:
        """Unit values, interest indices and market value factors."""
        funds = list(self.terms.sections.sub_accounts)
        held = range(self.state_before.segments)
        segments = Segments(self.position, self.market, self.terms, self.on, self.state_before, self.term_leaf)
        return Prices(
            [self._price(value, funds[k]) for k, value in enumerate(given.unit_value)],
            [self._index(value, i) for i, value in enumerate(given.index)],
            [segments.new_rate(value, i) for i, value in enumerate(given.new_rate)],
            [segments.index(given.segment_index[s], s) for s in held],
            [segments.market_factor(given.market_factor[s], s) for s in held],
            [segments.floor_factor(given.floor_factor[s], s) for s in held],
            given.serial,
        )

    def due(self, given: Due) -> Due:
        """What is due; what only switches stays plain."""
        values = {
            f.name: self._filled(f.name, getattr(given, f.name), self._due_leaf)
            if f.name in DUE
            else getattr(given, f.name)
            for f in fields(Due)
        }
        return Due(**values)

    def state_name(self, name: str, index: int) -> tuple[str, Unit]:
        """What a field of the state is called, and what it counts."""
        return self._named(STATE, name, index)

    def breakdown_name(self, name: str, index: int) -> tuple[str, Unit]:
        """The same of the breakdown."""
        return self._named(BREAKDOWN, name, index)

    def account(self, k: int) -> str:
        """An account's name."""
        sections = self.terms.sections
        names = [account.name for account in sections.sub_accounts.values()]
        return [*names, *(account.name for account in sections.fixed_accounts.values())][k]

    def segment(self, s: int) -> str:
        """A segment's name."""
        return segment_words(self.state_before, self.terms, s)

    def _named(self, table: Mapping[str, tuple[str, Unit]], name: str, index: int) -> tuple[str, Unit]:
        label, unit = table.get(name, (name.replace("_", " "), "cents"))
        if "{account}" in label:
            label = label.format(account=self.account(index))
        if "{fixed}" in label:
            label = label.format(fixed=self.account(self.state_before.funds + index))
        if "{segment}" in label:
            label = label.format(segment=segment_words(self.state_before, self.terms, index))
        if "{payment}" in label:
            state = self.state_before
            label = label.format(payment=day_text(state.layer_day[index]) if index < state.layers else str(self.on))
        return label, unit

    def _filled(self, name: str, value: Any, leaf: Any) -> Any:
        if isinstance(value, list):
            return [Traced(item, leaf(name, i, item)) for i, item in enumerate(value)]
        return Traced(value, leaf(name, -1, value))

    def _state_leaf(self, name: str, index: int, value: int) -> Leaf:
        label, unit = self.state_name(name, index)
        text = status_words(value) if name == "status" else ""
        text = str(date.fromordinal(value)) if unit == "serial" and value else text
        text = "never" if name == "maintenance_day" and value == 0 else text
        if self.changes is None:
            return Leaf("state", label, unit, text, note="" if name in SINCE_ISSUE else "its last change is not known")
        return Leaf("state", label, unit, text, changed=self.changes.last(name, index, self.steps))

    def _term_leaf(self, name: str, index: int, value: int) -> Leaf:
        sources = self.terms.record_sources
        path = sources.get((name, index)) or sources.get((name, -1)) or PATHS.get(name, "")
        unit = TERMS.get(name, "choice")
        text = "none" if value < 0 else ""
        if unit == "choice" and path:
            text = choice_words(self._plain_term(path))
        return self.term_leaf(path, unit, text) if path else Leaf("term", name.replace("_", " "), unit, text)

    def term_leaf(self, path: str, unit: Unit = "choice", text: str = "") -> Leaf:
        """A term by its path."""
        if unit == "choice" and not text:
            text = choice_words(self._plain_term(path))
        label, sections = term_words(path), self.terms.sections
        if path.startswith("fixed_accounts."):
            _, account, rest = path.split(".", 2)
            names = {name: fixed.name for name, fixed in sections.fixed_accounts.items()}
            label = f"{names.get(account, account)}, {choice_words(rest.replace('.', ' '))}"
        return Leaf("term", label, unit, text, term=path, source=self.terms.source(path))

    def _plain_term(self, path: str) -> Any:
        value: Any = self.terms.sections
        for key in path.split("."):
            value = value[key] if isinstance(value, dict) else getattr(value, "from_" if key == "from" else key)
        return value

    def _price(self, value: int, fund: str) -> int:
        if value == UNTOUCHED:
            return value
        name, asked = self.terms.sections.sub_accounts[fund].name, pricing_day(self.on)
        leaf = Leaf("price", f"unit value of {name} on {asked}", "unit_value")
        pricer = Pricer(self.market, self.position.product, self.position.contract)
        key = pricer.key(fund)
        try:
            if pricer.unit_value(fund, asked, self.terms.sections.corrections) != value:
                return Traced(value, replace(leaf, note="as it was given then; another one is given now"))
            day, place = self.market.price_day(key, asked), self.market.source_of(key, asked) or ""
        except MissingData:
            return Traced(value, replace(leaf, note="as it was given then; none is given now"))
        held = f"the last price before {asked}" if day != asked else ""
        return Traced(value, replace(leaf, label=f"unit value of {name} on {day}", place=place, note=held))

    def _index(self, value: int, i: int) -> Traced:
        name, account = list(self.terms.sections.fixed_accounts.items())[i]
        label = f"interest index of {account.name} on {self.on}"
        if not self.state_before.balance[i]:
            return Traced(value, Leaf("index", label, "factor"))
        changed = self.changes.last("anchor", i, self.steps) if self.changes else None
        since = changed.on if changed else None
        note = "" if since else "with the rate of the last month; when the balance last changed is not known"
        count = Traced(0, self.term_leaf(f"fixed_accounts.{name}.day_count"))
        return Traced(
            value, Leaf("index", label, "factor", note=note, parts=(*self._rates(since, name, account), count))
        )

    def _rates(self, since: date | None, name: str, account: FixedAccount) -> Iterator[Traced]:
        """The rates credited since a day, or in the last month where none is given."""
        last = self.on - timedelta(days=1)
        months = list(_months(since or last, last))
        credited = groupby(months, key=lambda day: self.market.credited(name, day, account.minimum_rate))
        for rates, run in credited:
            yield self._credited(name, rates, list(run))

    def _credited(self, name: str, rates: CreditedRate, months: list[date]) -> Traced:
        place = self.market.source_of_rate(name, months[0]) or ""
        span = f"{months[0]:%Y-%m}" + (f" to {months[-1]:%Y-%m}" if len(months) > 1 else "")
        none = "" if rates.secondary else "none given"
        declared = Traced(rates.declared, Leaf("rate", f"declared rate of {span}", "rate", place=place))
        secondary = Traced(rates.secondary, Leaf("rate", f"secondary guaranteed rate of {span}", "rate", none))
        minimum = Traced(rates.minimum, self.term_leaf(f"fixed_accounts.{name}.minimum_rate", "rate"))
        with tracing():
            rate: Any = credited_rate(declared, secondary, minimum)
            return Traced(rate, Named(f"rate credited in {span}", "rate", rate))

    def _due_leaf(self, name: str, index: int, value: int) -> Leaf:
        label, unit = self._named(DUE, name, index)
        if unit == "day":
            moved = value % 31 + 1 != (self.on if name == "day" else self.on - timedelta(days=1)).day
            leaf = Leaf("calendar", label, unit, day_text(value))
            month_end = "calendar.month_end" if moved and name != "payment_day" else ""
            return replace(leaf, term=month_end, source=self.terms.source(month_end)) if month_end else leaf
        if unit == "serial":
            return Leaf("calendar", label, unit, str(self.on))
        unit = "rate" if value < 0 else unit
        return Leaf("request", label, unit, place=self.event.id if self.event else "")

    @property
    def day_number(self) -> int:
        """The number of the day itself."""
        return day_number(self.on)

    def counted_from(self) -> Leaf:
        """The day an event counts from, and why that day."""
        event = self.event
        if event is None:
            return Leaf("calendar", "day it counts from", "day", str(self.on))
        label, path = f"day it counts from; received {event.on} at {event.at:%H:%M}, New York time", ""
        issued = self.position.issued or event.on
        if event.on < issued:
            label += ", before the contract's issue"
        elif not is_valuation_date(event.on) or self.on != event.on:
            path = f"calendar.non_valuation_day.{event.kind}"
        return Leaf("calendar", label, "day", str(self.on), term=path, source=self.terms.source(path) if path else None)


def _months(first: date, last: date) -> Iterator[date]:
    """The first day of each month from that of `first` to that of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
