"""Tables of what is given, not worked out: rates of fixed accounts and market indices."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from inforce.errors import Refused
from inforce.market import Market, load_declared_rates, load_secondary_rates
from inforce.market.exact import month_of, month_text

from .facts import contract_facts, short, written
from .model import Cell, Column, Row, Table
from .returns_tables import DASH, Job
from .wording import RatesTable, paragraphs

INDEX_COLUMNS = {"ytd": "Year to date (cumulative)", "1": "1 year", "3": "3 years", "5": "5 years", "10": "10 years"}


def rates_table(job: Job, key: str, table: RatesTable) -> Table:
    """One such table."""
    return {"market_indices": _indices, "declared_rates": _declared, "mva_rates": _mva}[table.kind](job, key, table)


def figures_file(job: Job, name: str) -> list[dict[str, str]]:
    """Rows of a file of printed figures in the product's folder."""
    file: Path = job.product.folder / "performance" / name
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _percent(text: str) -> Cell:
    if not text:
        return Cell(DASH, reason="not given")
    value = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Cell(f"{value}%", value)


def _made(job: Job, key: str, table: RatesTable, as_of: date, heading: str, columns: Mapping[str, str],
          rows: list[Row]) -> Table:  # fmt: skip
    facts = {**contract_facts(job.product, job.as_of, "", job.contact), "table_end": written(as_of)}
    return Table(
        key=key, title=table.title, as_of=as_of, before=paragraphs(table.text, job.holding, facts),
        columns=tuple(Column(name, words, figures=name not in ("available",)) for name, words in columns.items()),
        rows=tuple(rows), heading=Column("name", heading, figures=False),
        after=paragraphs(table.after, job.holding, facts),
    )  # fmt: skip


def _indices(job: Job, key: str, table: RatesTable) -> Table:
    """Market indices as their file gives them for the month end."""
    found = [row for row in figures_file(job, "market_indices.csv") if row["as_of"] == str(job.as_of)]
    if not found:
        raise Refused(
            "no_index_figures", f"{table.title}: no figures as of {job.as_of} in performance/market_indices.csv"
        )
    rows = [Row(r["index"], "", (Cell(r["index"]), *(_percent(r[c]) for c in INDEX_COLUMNS))) for r in found]
    return _made(job, key, table, job.as_of, "Index", INDEX_COLUMNS, rows)


def _mva(job: Job, key: str, table: RatesTable) -> Table:
    """Rates of the fixed accounts with market value adjustment from the first of the next month."""
    effective = job.as_of + timedelta(days=1)
    found = [row for row in figures_file(job, "mva_rates.csv") if row["effective"] == str(effective)]
    if not found:
        raise Refused("no_rates", f"{table.title}: no rates effective {effective} in performance/mva_rates.csv")
    rows = [Row(r["account"], "", (
        Cell(r["account"]), _percent(r["rate"]), _percent(r["new_rate"]),
        _percent(str(Decimal(r["new_rate"]) - Decimal(r["rate"]))),
        Cell("yes" if r["available"] == "yes" else "no"),
    )) for r in found]  # fmt: skip
    columns = {"rate": "Rate", "new_rate": "New rate", "change": "Change", "available": "Takes money now"}
    return _made(job, key, table, effective, "Account", columns, rows)


def _declared(job: Job, key: str, table: RatesTable) -> Table:
    """Declared rates of the last months, that of the month to come included, and the last secondary guarantee."""
    declared, secondary = _rates_of(job.product.folder, job.market, table.account)
    last = month_of(job.as_of) + 1
    rows = [
        Row(month_text(m), "", (Cell(short(date(m // 12, m % 12 + 1, 1))), _rate(declared.get(m))))
        for m in range(last - table.months + 1, last + 1)
    ]
    if all(row.cells[1].value is None for row in rows):
        raise Refused("no_rates", f"{table.title}: no rates declared for the months to {month_text(last)}")
    years = [year for year in secondary if year <= job.as_of.year]
    if years:
        name = f"Secondary guaranteed rate for {max(years)}"
        rows.append(Row(f"secondary_{max(years)}", "", (Cell(name), _rate(secondary[max(years)]))))
    return _made(job, key, table, job.as_of, "Effective from", {"rate": "Annual rate"}, rows)


def _rate(ppb: int | None) -> Cell:
    return Cell(DASH, reason="not declared") if ppb is None else _percent(str(Decimal(ppb).scaleb(-7)))


def _rates_of(folder: Path, market: Market, account: str) -> tuple[dict[int, int], dict[int, int]]:
    """Declared rates by month and secondary ones by year: the market's, else those of the product's own tables."""
    declared, secondary = market.data.declared, market.data.secondary
    tables = folder / "tables"
    if account not in declared and (tables / "declared_rates.csv").is_file():
        declared = load_declared_rates(tables / "declared_rates.csv").declared
    if account not in secondary and (tables / "secondary_rates.csv").is_file():
        secondary = load_secondary_rates(tables / "secondary_rates.csv").secondary
    return _by_time(declared, account), _by_time(secondary, account)


def _by_time(given: Mapping[str, object], account: str) -> dict[int, int]:
    history = given.get(account)
    at, columns = getattr(history, "at", ()), getattr(history, "columns", ((),))
    return dict(zip(at, columns[0], strict=True))
