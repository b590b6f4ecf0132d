"""The formats of a performance update. Each prints the one model; none works anything out."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import Any

from .model import Cell, PerformanceUpdate, Row

CSV_COLUMNS = (
    "product", "table", "as_of", "row", "name", "group", "column", "heading", "percent", "printed", "notes", "reason",
    "warning",
)  # fmt: skip


def as_json(update: PerformanceUpdate) -> str:
    """Everything, dates as ISO and figures as text."""
    return json.dumps(plain(update), indent=2, ensure_ascii=False) + "\n"


def plain(update: PerformanceUpdate) -> Any:
    """The model as lists, dicts and text."""
    return json.loads(json.dumps(asdict(update), default=_text))


def _text(thing: object) -> str:
    if isinstance(thing, date | Decimal):
        return str(thing)
    raise TypeError(f"{type(thing).__name__} in a document")


def as_csv(update: PerformanceUpdate) -> str:
    """One line for each cell of each table, 7-day yields included, each with the warning of the document."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(CSV_COLUMNS)
    for table in update.tables:
        for row in table.rows:
            head = (update.product, table.key, table.as_of, row.key, row.cells[0].text, row.group)
            for column, cell in zip(table.columns, row.cells[1:], strict=True):
                lines.writerow((*head, column.key, column.heading, *_figure(cell), update.warning))
            for name, value in zip(("current", "effective"), row.yields, strict=False):
                cell = Cell(f"{value}%", value)
                lines.writerow((*head, f"7_day_yield_{name}", f"7-day yield, {name}", *_figure(cell), update.warning))
    return out.getvalue()


def _figure(cell: Cell) -> tuple[object, ...]:
    notes = " ".join(map(str, cell.notes))
    return ("" if cell.value is None else cell.value, cell.text, notes, cell.reason)


def as_html(update: PerformanceUpdate) -> str:
    """One self-contained page."""
    return str(_page().render(u=update))


@lru_cache(maxsize=1)
def _page() -> Any:
    from jinja2 import Environment, StrictUndefined

    from .facts import written

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"written": written, "minus": minus, "groupby_in_order": grouped}
    return environment.from_string(_template("performance_update.html.j2"))


def minus(text: str) -> str:
    """A figure with a true minus sign, which screen readers say."""
    return re.sub(r"-(?=\d)", "−", text)


def grouped(rows: tuple[Row, ...]) -> list[list[Row]]:
    """Rows of one asset class together."""
    return [list(group) for _, group in groupby(rows, key=lambda row: row.group)]


def as_pdf(update: PerformanceUpdate) -> bytes:
    """A tagged PDF (PDF/UA-1): headings, table heads and endnotes as a screen reader needs them."""
    import typst

    from .facts import written

    days = {f"{name}_written": written(getattr(update, name)) for name in ("as_of", "quarter_end", "current_until")}
    content = {**plain(update), **days}
    made = typst.compile(
        _template("performance_update.typ").encode(),
        sys_inputs={"update": json.dumps(content)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        format="pdf",
    )
    if not isinstance(made, bytes):
        raise TypeError("more than one PDF")
    return made


def _template(name: str) -> str:
    return (resources.files("inforce.documents") / "templates" / name).read_text(encoding="utf-8")


FORMATS: dict[str, Callable[[PerformanceUpdate], str | bytes]] = {
    "html": as_html,
    "pdf": as_pdf,
    "csv": as_csv,
    "json": as_json,
}
