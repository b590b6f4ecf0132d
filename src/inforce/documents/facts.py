"""Facts of a product and of its sub-accounts that call for disclosures, and the words for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inforce.dates import previous_valuation_date
from inforce.terms import Cohort, Product, VariableAnnuityTerms
from inforce.terms.schema import SubAccount


def cohort_of(product: Product, form: str = "", readings: dict[str, str] | None = None) -> Cohort:
    """The contract whose terms an update states: the form's first contracts."""
    name = form or next(iter(product.card.forms))
    return Cohort(name, "non_qualified", "MA", product.card.forms[name].from_, readings=readings or {})


def terms_on(
    product: Product, on: date, form: str = "", readings: dict[str, str] | None = None
) -> VariableAnnuityTerms:
    """The terms that an update states."""
    return product.terms(cohort_of(product, form, readings), on).sections


def written(day: date) -> str:
    """`31 July 2008` the American way: July 31, 2008."""
    return f"{day:%B} {day.day}, {day.year}"


def short(day: date) -> str:
    """`7/31/2008`."""
    return f"{day.month}/{day.day}/{day.year}"


def percent(rate: int, places: int = 2) -> str:
    """Parts per billion as `1.30%`."""
    return f"{Decimal(rate).scaleb(-7):.{places}f}%"


def first_sold(product: Product) -> date:
    """First day on which any form was sold."""
    return min(sale.from_ for sale in product.card.forms.values())


def product_facts(product: Product, as_of: date) -> set[str]:
    """What holds of the product as a whole."""
    sales = product.card.forms.values()
    accounts = terms_on(product, as_of).sub_accounts.values()
    holding = set()
    if all(sale.to is not None and sale.to < as_of for sale in sales):
        holding.add("closed_to_new_business")
        if any(sale.payments_continue for sale in sales):
            holding.add("payments_continue")
    if any("money_market" in account.kinds for account in accounts):
        holding.add("money_market")
    if any(account.fund_inception < first_sold(product) for account in accounts):
        holding.add("history_before_contract")
    return holding


def schedule(rates: list[int]) -> str:
    """A surrender charge schedule in words: `8% in contract year 1, 8% in 2, …, 0% from 10 on`."""
    parts = [f"{percent(rate, 0)} in {'contract year ' if n == 1 else ''}{n}" for n, rate in enumerate(rates[:-1], 1)]
    return ", ".join([*parts, f"{percent(rates[-1], 0)} from {len(rates)} on"])


def contract_facts(
    product: Product, as_of: date, form: str, contact: dict[str, str], readings: dict[str, str] | None = None
) -> dict[str, str]:
    """Names that a text of the update or of a table may use."""
    terms = terms_on(product, as_of, form, readings)
    charge = terms.maintenance_charge.amount
    return {
        **contact,
        "product": product.card.name,
        "as_of": written(as_of),
        "first_sold": written(first_sold(product)),
        "added_later": added_later(product, as_of),
        "separate_account_charge": percent(terms.separate_account_charge.total),
        "maintenance_charge": f"${charge // 100}.{charge % 100:02d}",
        "payment": f"${terms.performance.purchase_payment // 100:,}" if terms.performance else "",
        "surrender_charge": schedule(terms.surrender_charge.rates),
    }


@dataclass(frozen=True, slots=True)
class Renaming:
    """The last change of a sub-account's name."""

    former: str
    since: date


def renamed(product: Product, fund: str, as_of: date, readings: dict[str, str]) -> Renaming | None:
    """The last change of name up to a day, by the terms."""
    first = first_sold(product)
    now = terms_on(product, as_of, readings=readings).sub_accounts[fund].name
    for day in sorted((d for d in product.epochs if first < d <= as_of), reverse=True):
        former = terms_on(product, day - timedelta(days=1), readings=readings).sub_accounts[fund].name
        if former != now:
            return Renaming(former, day)
    return None


def fund_facts(product: Product, fund: str, as_of: date, readings: dict[str, str]) -> dict[str, dict[str, str]]:
    """Facts of a sub-account that hold on a day, each with the words that notes on the sub-account may use."""
    account = terms_on(product, as_of, readings=readings).sub_accounts[fund]
    words = {"name": account.name, "inception": written(account.fund_inception), "added": written(account.added)}
    holding = {*account.kinds, *_histories(account, first_sold(product), words), *_closings(account, as_of, words)}
    change = renamed(product, fund, as_of, readings)
    if change is not None:
        words |= {"former": change.former, "renamed_on": written(change.since)}
        holding.add("renamed")
    return dict.fromkeys(holding, words)


def _histories(account: SubAccount, sold: date, words: dict[str, str]) -> Iterator[str]:
    if account.returns_usable_from is not None:
        words["usable_year"] = str(account.returns_usable_from.year)
        yield "returns_usable_from"
    if account.current_fund_from is not None:
        words["prior_to"] = written(account.current_fund_from - timedelta(days=1))
        words["current_from"] = written(account.current_fund_from)
        yield "current_fund_from"
    if account.share_class_later:
        yield "share_class_later"
    if account.added > sold:
        yield "added_later"
    if account.fund_inception < sold:
        yield "history_before_contract"


def _closings(account: SubAccount, as_of: date, words: dict[str, str]) -> Iterator[str]:
    money, contracts = account.closed_to_new_money_from, account.closed_to_contracts_issued_from
    if money is not None and money <= as_of:
        words["closed_from"] = written(money)
        yield "closed_to_new_money"
    if contracts is not None and contracts <= as_of:
        words["last_issue"] = written(contracts - timedelta(days=1))
        yield "closed_to_contracts"


def added_later(product: Product, as_of: date) -> str:
    """The sub-accounts added after the contract was first sold, with their days."""
    by_day: dict[date, list[str]] = {}
    for account in terms_on(product, as_of).sub_accounts.values():
        if account.added > first_sold(product):
            by_day.setdefault(account.added, []).append(account.name)
    return "; ".join(f"{', '.join(names)} on {written(day)}" for day, names in sorted(by_day.items()))


def usable_from(account: SubAccount) -> date:
    """First day from which a sub-account's returns can be worked out."""
    return max(account.fund_inception, account.returns_usable_from or account.fund_inception)


def last_price_day(as_of: date) -> date:
    """The valuation date whose prices a month end has."""
    return previous_valuation_date(as_of)
