"""Where the numbers of segments come from: guaranteed rates, their indices, and the factors of market value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from inforce.cycle import Position, Pricer
from inforce.market import Market
from inforce.mechanics.interest import credited_rate
from inforce.mechanics.market_value import rate_between, years_for
from inforce.mechanics.records import Annuity
from inforce.terms import ContractTerms

from .traced import Leaf, Named, Traced, tracing


def segment_words(c: Annuity, terms: ContractTerms, s: int) -> str:
    """What a segment is called: its account and the day it began."""
    if s >= c.segments:
        return "a new segment"
    account = list(terms.sections.fixed_accounts.values())[c.segment_account[s]]
    return f"{account.name}, segment of {date.fromordinal(c.segment_start[s])}"


@dataclass(frozen=True, slots=True)
class Segments:
    """Makes the market's numbers of a contract's segments know where they come from."""

    position: Position
    market: Market
    terms: ContractTerms
    on: date
    state: Annuity
    term_leaf: Callable[..., Leaf]

    def new_rate(self, value: int, i: int) -> int:
        """The rate of a segment that begins today."""
        return self._credited(list(self.terms.sections.fixed_accounts)[i]) if value else value

    def index(self, value: int, s: int) -> Traced:
        """What 1 in a segment has grown to at its guaranteed rate."""
        leaf = Leaf("index", f"growth of {self._name(s)} to {self.on}", "factor", parts=(self._guaranteed(s),))
        return Traced(value, leaf)

    def market_factor(self, value: int, s: int) -> int:
        """((1 + guaranteed rate) / (1 + current rate + addition)) ^ (months left / 12)."""
        if not value or not self.state.segment_balance[s]:
            return value
        pricer = Pricer(self.market, self.position.product, self.position.contract)
        months = pricer.months_to(date.fromordinal(self.state.segment_end[s]), self.on, self.terms)
        label = f"market value factor of {self._name(s)} on {self.on}"
        if not self.terms.sections.market_value_adjustment:
            return value
        left = Traced(months, Leaf("calendar", f"months left of {self._name(s)}", "count"))
        addition = self._term("market_value_adjustment.addition", self.terms.sections.market_value_adjustment.addition)
        current = self._current(years_for(months), *pricer.accounts_for(years_for(months), self.terms))
        parts = (self._guaranteed(s), current, addition, left)
        note = "((1 + guaranteed rate) / (1 + current rate + addition)) ^ (months left / 12)"
        return Traced(value, Leaf("index", label, "factor", note=note, parts=parts))

    def floor_factor(self, value: int, s: int) -> int:
        """((1 + least rate) / (1 + guaranteed rate)) ^ years since it began."""
        adjustment = self.terms.sections.market_value_adjustment
        if not value or adjustment is None or adjustment.least_rate is None:
            return value
        least = self._term("market_value_adjustment.least_rate", adjustment.least_rate)
        label = f"least market value factor of {self._name(s)} on {self.on}"
        note = "((1 + least rate) / (1 + guaranteed rate)) ^ years since it began"
        return Traced(value, Leaf("index", label, "factor", note=note, parts=(least, self._guaranteed(s))))

    def _name(self, s: int) -> str:
        return segment_words(self.state, self.terms, s)

    def _guaranteed(self, s: int) -> Traced:
        return Traced(self.state.segment_rate[s], Leaf("state", f"guaranteed rate of {self._name(s)}", "rate"))

    def _term(self, path: str, value: int) -> Traced:
        return Traced(value, self.term_leaf(path, "rate"))

    def _current(self, years: int, first: str, last: str) -> Traced:
        """The rate for a term of so many years, between two accounts in proportion."""
        rate: Any = self._credited(first)
        label = f"current rate for {years} year{'s' * (years > 1)}"
        if first == last:
            name = self.terms.sections.fixed_accounts[first].name
            return Traced(rate, Named(f"{label}, that of {name}", "rate", rate))
        low, high = (self.terms.sections.fixed_accounts[name].guarantee_years for name in (first, last))
        with tracing():
            rate = rate_between(years, low, rate, high, self._credited(last))
        return Traced(rate, Named(label, "rate", rate))

    def _credited(self, account: str) -> Traced:
        """The rate declared for an account this month, or the contract's minimum where that is greater."""
        fixed = self.terms.sections.fixed_accounts[account]
        rates = self.market.credited(account, self.on, fixed.minimum_rate)
        place = self.market.source_of_rate(account, self.on) or ""
        declared = Traced(rates.declared, Leaf("rate", f"declared rate of {self.on:%Y-%m}", "rate", place=place))
        minimum = self._term(f"fixed_accounts.{account}.minimum_rate", rates.minimum)
        with tracing():
            rate: Any = credited_rate(declared, rates.secondary, minimum)
            return Traced(rate, Named(f"rate of a new segment of {fixed.name} on {self.on}", "rate", rate))
