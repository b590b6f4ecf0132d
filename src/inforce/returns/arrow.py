"""Returns as an Arrow table, for notebooks: `inforce.returns("lifetrust", date(2020, 10, 31))`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from inforce.errors import MissingPrice
from inforce.market import Market
from inforce.terms import Cohort, Product, find_product
from inforce.terms.schema import SubAccount

from .periods import SINCE, YEAR_TO_DATE, Period, period, since
from .published import column_name
from .purchase import account_level, contract_level, prices_of
from .reconstructed import reconstructed_market

COLUMNS = (YEAR_TO_DATE, 1, 3, 5, 10, SINCE)
FIELDS = (
    "product", "sub_account", "name", "asset_class", "form", "column", "start", "end", "years", "percent", "exact",
    "reason", "prices",
)  # fmt: skip


def returns(
    product: Product | str,
    as_of: date,
    market: Market | None = None,
    *,
    form: str = "",
    sub_accounts: Iterable[str] | None = None,
    columns: Iterable[int] = COLUMNS,
    readings: Mapping[str, str] | None = None,
) -> Any:
    """Returns of sub-accounts to a day as a `pyarrow.Table`, a row for each sub-account and period.

    Without `form` of accumulation units, from the fund's first day; with it of contracts of that form that are bought
    and surrendered, from the day the sub-account was added. `columns` are years, `YEAR_TO_DATE` (0) or `SINCE` (-1).
    `market` is the reconstructed one where not given. A period without prices has a reason instead of a figure;
    `prices` says where its last price was read, or that it is reconstructed.
    """
    import pyarrow as pa

    found = find_product(product) if isinstance(product, str) else product
    prices = reconstructed_market(found) if market is None else market
    first = form or next(iter(found.card.forms))
    cohort = Cohort(first, "non_qualified", "MA", found.card.forms[first].from_)
    accounts = found.terms(cohort, as_of).sections.sub_accounts
    wanted = list(accounts if sub_accounts is None else sub_accounts)
    rows = [
        (found.id, fund, accounts[fund].name, accounts[fund].asset_class, form, column_name(years), *figure)
        for fund in wanted
        for years, figure in _figures(found, prices, fund, accounts[fund], form, as_of, tuple(columns), readings)
    ]
    text, day, number = [pa.string()], [pa.date32()], [pa.float64()]
    kinds = dict(zip(FIELDS, 6 * text + 2 * day + number + [pa.decimal128(12, 2)] + number + 2 * text, strict=True))
    return pa.table({name: pa.array([row[i] for row in rows], kinds[name]) for i, name in enumerate(FIELDS)})


def _figures(
    product: Product,
    market: Market,
    fund: str,
    account: SubAccount,
    form: str,
    as_of: date,
    columns: tuple[int, ...],
    readings: Mapping[str, str] | None,
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    usable = max(account.fund_inception, account.returns_usable_from or account.fund_inception)
    for years in columns:
        span = since(account.added if form else usable, as_of) if years == SINCE else period(as_of, years)
        ends = (span.start, span.end, float(span.length))
        try:
            figure = _figure(product, market, fund, form, span, readings)
        except MissingPrice as missing:
            yield years, (*ends, None, None, str(missing), None)
        else:
            yield years, (*ends, figure.percent, float(figure.exact), None, prices_of(product, market, fund, as_of))


def _figure(
    product: Product, market: Market, fund: str, form: str, span: Period, readings: Mapping[str, str] | None
) -> Any:
    if not form:
        return account_level(product, market, fund, span.end, span)
    return contract_level(product, market, fund, form, span.end, span, readings=readings)
