"""What is settled about an invented contract, and what an invented contract needs to know of its product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from inforce.contracts import check_allocation
from inforce.errors import Refused
from inforce.mechanics.money import PPB
from inforce.terms import Cohort, ContractTerms, Product, find_product

LAST_DAY: Final = date(2008, 7, 31)
"""Prices end here."""

PlainEvent = dict[str, Any]
"""An event as a contract file has it (`docs/reference/events.md`)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled about a contract; chance decides transfers, withdrawals and new allocations."""

    form: str
    qualification: str
    issue_state: str
    issued: date
    first: int
    """Dollars with the application."""
    style: str
    regular: int = 0
    """Dollars of each later payment."""
    every: int = 1
    """Months between them."""
    until: date = LAST_DAY
    """Nothing happens by chance after that."""
    about: str = ""
    settled: tuple[PlainEvent, ...] = ()
    """Events that are not left to chance."""
    opening: tuple[PlainEvent, ...] = ()
    """Application, first payment and issue; where not given, chance decides how long before the issue they came."""
    beneficiaries: tuple[tuple[str, str], ...] = ()
    """Ids and shares."""
    replacement: bool = False

    def cohort(self) -> Cohort:
        """What decides the contract's terms."""
        return Cohort(self.form, self.qualification, self.issue_state, self.issued, replacement=self.replacement)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as the demonstration sells it."""

    product_id: str
    prefix: str
    """Of contract ids."""
    first_party: int
    """Ids of parties count from here, so that products share none."""
    styles: Mapping[str, Mapping[str, str]]
    """Allocations by name."""
    states: tuple[str, ...]
    """Where it is sold; a state that stands twice is drawn twice as often."""
    sold: tuple[date, date]
    """First and last contract date that chance may draw."""

    @property
    def product(self) -> Product:
        return _product(self.product_id)

    def forms(self, day: date) -> list[str]:
        """The forms that are sold on a day."""
        sales = self.product.card.forms
        return [form for form, sale in sales.items() if sale.to is None or day <= sale.to]

    def open_styles(self, plan: Plan) -> list[str]:
        """The allocations that the contract may begin with."""
        open_now = self.payable_accounts(plan, plan.issued)
        return [name for name, style in self.styles.items() if set(style) <= set(open_now)]

    def payable_accounts(self, plan: Plan, day: date) -> list[str]:
        """The accounts that the owner would name for payments: with many small ones none that guarantees for years.

        There each payment would be a segment of its own.
        """
        accounts = self.open_accounts(plan, day)
        if plan.regular == 0 or plan.every == 12:
            return accounts
        fixed = self.terms(plan, day).sections.fixed_accounts
        return [name for name in accounts if name not in fixed or not fixed[name].guarantee_years]

    def open_accounts(self, plan: Plan, day: date) -> list[str]:
        """The accounts that take money of the contract on a day: sub-accounts as they were added, then fixed ones."""
        terms = self.terms(plan, day)
        funds = sorted(terms.sections.sub_accounts.items(), key=lambda each: each[1].added)
        names = [*(name for name, _ in funds), *terms.sections.fixed_accounts]
        return [name for name in names if _takes_money(name, terms, plan.issued, day)]

    def most_out(self, plan: Plan, account: str, day: date) -> int:
        """The largest part of an account that a transfer may take, parts per billion."""
        fixed = self.terms(plan, day).sections.fixed_accounts.get(account)
        return fixed.transfers_out.share if fixed else PPB

    def terms(self, plan: Plan, day: date) -> ContractTerms:
        """The contract's terms on a day."""
        return self.product.terms(plan.cohort(), day)


@cache
def _product(product_id: str) -> Product:
    """Read once: to look for a product is to look whether its files have changed."""
    return find_product(product_id)


def _takes_money(account: str, terms: ContractTerms, issued: date, day: date) -> bool:
    try:
        check_allocation({account: PPB}, terms, issued, day)
    except Refused:
        return False
    return True
