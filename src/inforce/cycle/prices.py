"""The prices that a step needs: those of accounts that hold or receive something, no others."""

from datetime import date

from inforce.contracts import Contract
from inforce.market import DayCount, Market, SubAccount
from inforce.mechanics.interest import INDEX_SCALE
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
        sections = terms.sections
        unit_values = [
            self.unit_value(fund, priced_on, sections.corrections) if c.units[k] or _receives(d, k) else UNTOUCHED
            for k, fund in enumerate(sections.sub_accounts)
        ]
        indices = [
            self.index(account, on, terms) if c.balance[i] or _receives(d, c.funds + i) else INDEX_SCALE
            for i, account in enumerate(sections.fixed_accounts)
        ]
        return Prices(unit_values, indices)

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


def _receives(d: Due, k: int) -> bool:
    return bool(d.payment_into[k] or d.transfer_into[k])
