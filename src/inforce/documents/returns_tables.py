"""Tables of returns: which period a column is for a sub-account, and the figure or the reason why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inforce.cycle import Pricer
from inforce.errors import MissingPrice, Refused
from inforce.market import Market
from inforce.returns import YEAR_TO_DATE, Period, account_level, contract_level, period, since
from inforce.returns.periods import SINCE
from inforce.returns.purchase import buyer
from inforce.returns.yields import seven_day_yields
from inforce.terms import Product
from inforce.terms.schema import SubAccount

from .facts import contract_facts, fund_facts, short, terms_on, usable_from, written
from .model import Cell, Column, Row, Table
from .notes import Notes
from .wording import ReturnsTable, paragraphs

DASH = "–"
TEN = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What the tables of one update are made from."""

    product: Product
    market: Market
    as_of: date
    quarter_end: date
    strict: bool
    contact: dict[str, str]
    holding: set[str]
    """Facts of the product."""
    notes: Notes

    def readings(self, table: ReturnsTable) -> dict[str, str]:
        """As published: the readings that the printed table follows; strict: those that the terms call strict."""
        if not self.strict:
            return dict(table.readings)
        strict = {path: "strict" for path, names in self.product.readings().items() if "strict" in names}
        return strict | table.strict_readings


def returns_table(job: Job, key: str, table: ReturnsTable) -> Table:
    """One table of returns."""
    end = job.as_of if table.as_of == "month_end" else job.quarter_end
    readings = job.readings(table)
    accounts = terms_on(job.product, end, table.form, readings).sub_accounts
    facts = {**contract_facts(job.product, job.as_of, table.form, job.contact, readings), "table_end": written(end)}
    heading = Column("sub_account", "Sub-account", notes=job.notes.of_names(key), figures=False)
    start = Column("start", "Fund inception" if table.starts == "fund_inception" else "Date added", figures=False)
    columns = [_column(job, key, table, name, end) for name in table.columns]
    rows = [_row(job, key, table, fund, account, end, readings) for fund, account in accounts.items()]
    return Table(
        key=key, title=table.title, as_of=end, before=paragraphs(table.text, job.holding, facts),
        columns=(start, *columns), rows=tuple(rows), heading=heading, group_heading="Asset class",
        after=paragraphs(table.after, job.holding, facts),
    )  # fmt: skip


def _column(job: Job, key: str, table: ReturnsTable, name: str, end: date) -> Column:
    since_what = "inception" if table.starts == "fund_inception" else "date added"
    heading = {"ytd": "Year to date (cumulative)", "1": "1 year", "since": f"Since {since_what}",
               "10_or_since": f"10 years or since {since_what}"}.get(name, f"{name} years")  # fmt: skip
    years = YEAR_TO_DATE if name == "ytd" else TEN if name == "10_or_since" else SINCE if name == "since" else int(name)
    below = "" if years == SINCE else f"from {short(period(end, years).start)}"
    return Column(name, heading, below, job.notes.of_column(key, name))


def _row(
    job: Job, key: str, table: ReturnsTable, fund: str, account: SubAccount, end: date, readings: Mapping[str, str]
) -> Row:
    notes = job.notes.of_fund(key, fund, fund_facts(job.product, fund, end, dict(readings)))
    yields = _yields(job, table, fund, account, readings)
    below = f"7-day yield: {yields[0]}% current, {yields[1]}% effective" if yields else ""
    day = account.fund_inception if table.starts == "fund_inception" else account.added
    cells = [_cell(job, table, fund, account, name, end, readings) for name in table.columns]
    return Row(fund, account.asset_class, (Cell(account.name, notes=notes, below=below), Cell(short(day)), *cells),
               yields)  # fmt: skip


def _yields(
    job: Job, table: ReturnsTable, fund: str, account: SubAccount, readings: Mapping[str, str]
) -> tuple[Decimal, ...]:
    """The same beside every table: over the last seven days of the month."""
    if not table.yields or "money_market" not in account.kinds:
        return ()
    form = table.form or next(iter(job.product.card.forms))
    return seven_day_yields(job.product, job.market, fund, form, job.as_of, readings).printed


def _cell(
    job: Job, table: ReturnsTable, fund: str, account: SubAccount, name: str, end: date, readings: Mapping[str, str]
) -> Cell:
    span, first = span_of_cell(table, account, name, end)
    if span.start < first:
        return Cell(DASH, reason=f"usable history begins on {written(first)}")
    try:
        figure = _worked_out(job, table, fund, end, readings)(span)
    except MissingPrice as missing:
        given = _first_price(job, fund)
        if given <= span.priced_on[0]:
            raise Refused("no_price", f"{table.title}, {account.name}, {name}: {missing}") from None
        return Cell(DASH, reason=f"the unit values given begin on {written(given)}")
    return Cell(f"{figure}%", figure)


def _first_price(job: Job, fund: str) -> date:
    return job.market.first_day(Pricer(job.market, job.product, buyer(job.product, "", fund)).key(fund))


def span_of_cell(table: ReturnsTable, account: SubAccount, name: str, end: date) -> tuple[Period, date]:
    """The period of a cell, and the first day from which the sub-account's returns can be worked out.

    `10_or_since` is the shorter of ten years and the time since the first day.
    """
    usable = usable_from(account)
    first = usable if table.starts == "fund_inception" else account.added
    if name == "since" or (name == "10_or_since" and first > period(end, TEN).start):
        return since(first, end), min(first, usable)
    years = YEAR_TO_DATE if name == "ytd" else TEN if name == "10_or_since" else int(name)
    return period(end, years), first if table.starts == "added" else usable


def _worked_out(
    job: Job, table: ReturnsTable, fund: str, end: date, readings: Mapping[str, str]
) -> Callable[[Period], Decimal]:
    """What works out a figure: the change of a unit, or a contract bought and surrendered."""
    if table.level == "account":
        return lambda span: account_level(job.product, job.market, fund, end, span).percent
    return lambda span: contract_level(job.product, job.market, fund, table.form, end, span, readings=readings).percent
