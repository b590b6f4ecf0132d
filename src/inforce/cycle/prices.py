"""The prices that a step needs: those of accounts that hold or receive something, no others."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date

from inforce.contracts import Contract
from inforce.dates import MonthEnd, day_number, today_number
from inforce.market import DayCount, Market, SubAccount, earned_between, floor_factor, guaranteed_growth, market_factor
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.market_value import months_left, rate_between, years_for
from inforce.mechanics.records import Annuity, Due
from inforce.mechanics.records import Market as Prices
from inforce.terms import ContractTerms, Product
from inforce.terms.corrections import Corrections

UNTOUCHED = 1
"""Stands for the unit value of a sub-account that neither holds nor receives anything."""


class Pricer:
    """Prices of one contract's accounts."""

    def __init__(self, market: Market, product: Product, contract: Contract) -> None:
        self.market = market
        self.separate_account = product.separate_account(contract.qualification, contract.issue_state)
        self._keys: dict[str, SubAccount] = {}

    def prices(self, c: Annuity, d: Due, terms: ContractTerms, priced_on: date, on: date) -> Prices:
        """Unit values of `priced_on` and interest indices of `on` for the accounts that matter.

        Raises:
            MissingPrice, MissingRate: one of them is not known.
        """
        sections, ending = terms.sections, _ends_into(c, d, terms)
        unit_values = [
            self.unit_value(fund, priced_on, sections.corrections)
            if c.units[k] or _receives(d, k) or k in ending
            else UNTOUCHED
            for k, fund in enumerate(sections.sub_accounts)
        ]
        receives = [_receives(d, c.funds + i) for i in range(c.fixed)]
        indices = [
            self.index(account, on, terms)
            if c.balance[i] or (receives[i] and not fixed.guarantee_years)
            else INDEX_SCALE
            for i, (account, fixed) in enumerate(sections.fixed_accounts.items())
        ]
        new_rates = [
            self.new_rate(account, on, terms) if fixed.guarantee_years and (receives[i] or d.segments_end) else 0
            for i, (account, fixed) in enumerate(sections.fixed_accounts.items())
        ]
        segments = [self.segment(c, d, s, terms, on) for s in range(len(c.segment_balance))]
        growth, market, floor = ([each[n] for each in segments] for n in range(3))
        return Prices(unit_values, indices, new_rates, growth, market, floor, on.toordinal())

    def new_rate(self, account: str, on: date, terms: ContractTerms) -> int:
        """The rate that a deposit of this contract into an account gets on a day: declared, not below its minimum."""
        return self.market.credited(account, on, terms.sections.fixed_accounts[account].minimum_rate).credited

    def segment(self, c: Annuity, d: Due, s: int, terms: ContractTerms, on: date) -> tuple[int, int, int]:
        """A segment's growth, market factor and floor factor; the factors only where something may be adjusted."""
        if s >= c.segments or not c.segment_balance[s]:
            return INDEX_SCALE, INDEX_SCALE, 0
        account = list(terms.sections.fixed_accounts.values())[c.segment_account[s]]
        count, rate = DayCount(account.day_count), c.segment_rate[s]
        earned = earned_between(date.fromordinal(c.segment_start[s]), on, count)
        growth = guaranteed_growth(rate, earned)
        adjustment = terms.sections.market_value_adjustment
        days_left = c.segment_end[s] - on.toordinal()
        if adjustment is None or days_left <= adjustment.window_days or not _may_adjust(d):
            return growth, INDEX_SCALE, 0
        months = self.months_to(date.fromordinal(c.segment_end[s]), on, terms)
        current = self.current_rate(years_for(months), on, terms) + adjustment.addition
        least = adjustment.least_rate
        floor = 0 if least is None else floor_factor(least, rate, earned)
        return growth, market_factor(rate, current, months), floor

    def months_to(self, end: date, on: date, terms: ContractTerms) -> int:
        """Months left, a part of a month counting as a whole one."""
        return months_left(today_number(on, MonthEnd(terms.sections.calendar.month_end)), day_number(end))

    def current_rate(self, years: int, on: date, terms: ContractTerms) -> int:
        """The rate that a new segment of so many years would have today, between two accounts in proportion."""
        first, last = self.accounts_for(years, terms)
        low, high = (terms.sections.fixed_accounts[name].guarantee_years for name in (first, last))
        return rate_between(years, low, self.new_rate(first, on, terms), high, self.new_rate(last, on, terms))

    def accounts_for(self, years: int, terms: ContractTerms) -> tuple[str, str]:
        """The two accounts between whose guarantee periods a term of so many years lies; the same twice at one."""
        return accounts_between(years, {n: a.guarantee_years for n, a in terms.sections.fixed_accounts.items()})

    def unit_value(self, fund: str, day: date, corrections: Corrections | None = None) -> int:
        """Accumulation unit value at the product's scale: the one given last, or by `corrections` the one in use.

        In use is the one first known, until one differs from it by enough to reprocess contracts.
        """
        used, *corrected = self.market.unit_values_given(self.key(fund), day)
        for value in corrected:
            if corrections is None or corrections.reprocesses(value, used, self.market.decimals):
                used = value
        return used

    def index(self, account: str, day: date, terms: ContractTerms) -> int:
        """Interest index of a fixed account for this contract, 1e-15."""
        fixed = terms.sections.fixed_accounts[account]
        return self.market.interest_index(account, day, fixed.minimum_rate, DayCount(fixed.day_count))

    def key(self, fund: str) -> SubAccount:
        """The sub-account of the market for a fund."""
        if fund not in self._keys:
            self._keys[fund] = SubAccount(fund, self.separate_account)
        return self._keys[fund]


def accounts_between(years: int, guarantee_years: Mapping[str, int]) -> tuple[str, str]:
    """The accounts between whose guarantee periods (0: none) a term of so many years lies; the same twice at one."""
    offered = sorted((period, name) for name, period in guarantee_years.items() if period)
    above = min(bisect_left(offered, (years, "")), len(offered) - 1)
    below = above if offered[above][0] <= years or above == 0 else above - 1
    return offered[below][1], offered[above][1]


def _may_adjust(d: Due) -> bool:
    return bool(d.transfer or d.withdrawal or d.surrender or d.valuation)


def _receives(d: Due, k: int) -> bool:
    return bool(d.payment_into[k] or d.transfer_into[k])


def _ends_into(c: Annuity, d: Due, terms: ContractTerms) -> set[int]:
    """The sub-accounts that get the money of segments that end today; -1 for those that are renewed."""
    if not d.segments_end:
        return set()
    ended = [s for s in range(c.segments) if c.segment_balance[s] and c.segment_end[s] <= d.serial]
    return {terms.record.ends_into[c.segment_account[s]] for s in ended}
