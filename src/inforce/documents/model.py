"""A performance update as data: what every format prints, worked out once.

Nothing here knows HTML, PDF or CSV, and nothing there knows returns.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    """As printed: `-14.91%`, a name, a date; a dash where there is no figure."""
    value: Decimal | None = None
    """The figure, in percent."""
    reason: str = ""
    """Why there is no figure."""
    notes: tuple[int, ...] = ()
    """Numbers of the endnotes that belong to it."""
    below: str = ""
    """A second line, such as a 7-day yield."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    heading: str
    below: str = ""
    """A second line, such as the period's first and last day."""
    notes: tuple[int, ...] = ()
    figures: bool = True
    """Aligned as numbers?"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. The cells stand in the order of the columns."""

    key: str
    """Sub-account, index or account."""
    group: str
    """Asset class; empty in tables without."""
    cells: tuple[Cell, ...]
    yields: tuple[Decimal, ...] = ()
    """7-day yields of a money market sub-account, current and effective, in percent."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table with the text that belongs to it."""

    key: str
    title: str
    as_of: date
    before: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    heading: Column
    """Of the row heads: the first cell of each row."""
    group_heading: str = ""
    """Of the asset classes; empty in tables without."""
    after: tuple[str, ...] = ()

    @property
    def gaps(self) -> dict[str, list[str]]:
        """Reasons of the cells without a figure, each with the rows it holds for."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for cell in row.cells:
                if cell.reason and row.cells[0].text not in found.setdefault(cell.reason, []):
                    found[cell.reason].append(row.cells[0].text)
        return found


@dataclass(frozen=True, slots=True)
class Endnote:
    """One endnote."""

    number: int
    key: str
    """The rule that called for it."""
    text: str


@dataclass(frozen=True, slots=True)
class PerformanceUpdate:
    """A performance update of one product as of one month end."""

    product: str
    name: str
    kind: str
    """`variable annuity`."""
    title: str
    as_of: date
    quarter_end: date
    current_until: date
    """Last day on which no newer month end is due."""
    method: str
    """`as_published` or `strict`: how a document is read whose figures and text differ."""
    warning: str
    """That the prices are not published ones; empty where they are."""
    uninsured: tuple[str, ...]
    legends: tuple[str, ...]
    introduction: tuple[str, ...]
    tables: tuple[Table, ...]
    endnotes: tuple[Endnote, ...]
    issuers: tuple[str, ...]
    underwriters: tuple[str, ...]
    closing: tuple[str, ...]
    assumptions: int
    """How many assumptions the terms and the method rest on."""
    terms: str
    """Version of the terms."""
    wording: str
    """Version of the wording."""
    contact: dict[str, str] = field(default_factory=dict)

    def table(self, key: str) -> Table:
        """A table by its key."""
        return next(table for table in self.tables if table.key == key)
