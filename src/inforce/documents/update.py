"""A performance update: a product's terms, its wording and prices as one document."""

from dataclasses import replace
from datetime import date

from inforce.cycle import Pricer
from inforce.dates import last_valuation_date_of_quarter
from inforce.market import Market, SubAccount
from inforce.returns import reconstructed_market
from inforce.returns.purchase import buyer
from inforce.returns.reconstructed import SOURCE
from inforce.terms import Product, find_product

from .checks import check_age, check_month_end, check_prices, current_until
from .facts import cohort_of, contract_facts, last_price_day, product_facts, terms_on, written
from .model import PerformanceUpdate, Table
from .notes import Notes
from .rates_tables import rates_table
from .returns_tables import Job, returns_table
from .wording import Disclosures, ReturnsTable, disclosures, filled_in, fingerprint, paragraphs

AS_PUBLISHED, STRICT = "as_published", "strict"
WARNING = (
    "Sample. The unit values behind these figures are reconstructed from printed returns; they are not prices of any "
    "account. Nobody may be shown this document as a quotation of performance."
)


def performance_update(
    product: Product | str,
    as_of: date,
    market: Market | None = None,
    *,
    method: str = AS_PUBLISHED,
    used_on: date | None = None,
) -> PerformanceUpdate:
    """The update of a product (or of its name) as of a month end.

    `market` is the reconstructed one where not given, and the document says so. With `method` strict, returns follow
    the text of a document instead of its figures, where the two differ. `used_on` is the day on which it is to be used.

    Raises:
        NotFound: no such product, or it has no wording or prices.
        Refused: not a month end, the month is not complete, a price is missing, or figures are too old on `used_on`.
    """
    found = find_product(product) if isinstance(product, str) else product
    words = disclosures(found)
    prices = reconstructed_market(found) if market is None else market
    check_month_end(as_of)
    check_age(as_of, used_on)
    quarter_end = _quarter_end(as_of)
    check_prices(prices, _keys(found, prices, as_of), as_of, quarter_end)
    facts = {**contract_facts(found, as_of, "", words.contact), "quarter_end": written(quarter_end),
             "current_until": written(current_until(as_of))}  # fmt: skip
    contact = {**words.contact, **{k: facts[k] for k in ("quarter_end", "current_until")}}
    job = Job(found, prices, as_of, quarter_end, method == STRICT, contact, product_facts(found, as_of),
              Notes(words.notes, facts))  # fmt: skip
    tables = tuple(_table(job, words, key) for key in words.tables)
    return _document(job, words, facts, tables, _warning(prices, found, as_of))


def _quarter_end(as_of: date) -> date:
    """The calendar day: 30 September 2020 for 31 October 2020."""
    end = last_valuation_date_of_quarter(as_of)
    return date(end.year, end.month, {3: 31, 6: 30, 9: 30, 12: 31}[end.month])


def _keys(product: Product, market: Market, as_of: date) -> dict[str, SubAccount]:
    pricer = Pricer(market, product, buyer(product, "", ""))
    return {fund: pricer.key(fund) for fund in terms_on(product, as_of).sub_accounts}


def _table(job: Job, words: Disclosures, key: str) -> Table:
    table = words.tables[key]
    made = returns_table(job, key, table) if isinstance(table, ReturnsTable) else rates_table(job, key, table)
    return replace(made, title=filled_in(made.title, {**job.notes.facts, "table_end": written(made.as_of)}))


def _warning(market: Market, product: Product, as_of: date) -> str:
    keys = _keys(product, market, as_of).values()
    day = last_price_day(as_of)
    made_up = any((market.source_of(key, day) or "").startswith(SOURCE) for key in keys)
    return WARNING if made_up else ""


def _document(
    job: Job, words: Disclosures, facts: dict[str, str], tables: tuple[Table, ...], warning: str
) -> PerformanceUpdate:
    product = job.product
    return PerformanceUpdate(
        product=product.id,
        name=product.card.name,
        kind=product.card.kind.replace("_", " "),
        title=filled_in(words.title, facts),
        as_of=job.as_of,
        quarter_end=job.quarter_end,
        current_until=current_until(job.as_of),
        method=STRICT if job.strict else AS_PUBLISHED,
        warning=warning,
        uninsured=tuple(words.uninsured),
        legends=paragraphs(words.legends, job.holding, facts),
        introduction=paragraphs(words.introduction, job.holding, facts),
        tables=tables,
        endnotes=job.notes.endnotes(),
        issuers=issuer_lines(product),
        underwriters=tuple(words.underwriters),
        closing=paragraphs(words.closing, job.holding, facts),
        assumptions=_assumptions(product, job.as_of),
        terms=product.version,
        wording=fingerprint(product),
        contact=words.contact,
    )


def issuer_lines(product: Product) -> tuple[str, ...]:
    """Who issued the contract where, with the address."""
    forms = ", ".join(product.card.contract_forms)
    lines = [f"{product.card.name}, contract forms {forms}." if forms else f"{product.card.name}."]
    alone = len(product.card.issuers) == 1
    for issuer in product.card.issuers:
        where = f"in {', '.join(issuer.states)}" if issuer.states else "in all other states"
        lines.append(f"Issued {'' if alone else where + ' '}by {issuer.name}, {issuer.address}.")
    return tuple(lines)


def _assumptions(product: Product, as_of: date) -> int:
    """Assumptions of the contract's terms and of the method, each reason once."""
    sources = product.terms(cohort_of(product), as_of).sources.values()
    return len({source.assumption for source in sources if source.assumed})
