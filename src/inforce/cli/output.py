"""How things are printed: dollars, tables, JSON."""

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from inforce.explain import Piece

CENTS = frozenset(
    "value contract_value surrender_value surrender_charge maintenance_charge premium_tax free_amount death_benefit "
    "purchase_payments withdrawals basis suspense gross free_available free taxable withholding basis_carried "
    "benefit_beyond_value net value_after withdrawn charge taken cents".split()
)
"""Fields that hold cents."""


UNBROKEN: Final = 28
"""Characters of a word, a number or a date that a table keeps together."""


class Page(Console):
    """A console that breaks no word of a table but long ones: on a narrow terminal its lines run on instead."""

    def print(self, *objects: Any, **options: Any) -> None:
        for column in (column for each in objects if isinstance(each, Table) for column in each.columns):
            column.min_width = max(map(self._longest_word, (column.header, *column.cells)))
        super().print(*objects, **{"crop": False, **options})

    def _longest_word(self, cell: RenderableType) -> int:
        return Measurement.get(self, self.options.update_width(UNBROKEN), cell).minimum


def console() -> Console:
    """Where output goes. Wide enough for tables when it is no terminal."""
    found = Page(highlight=False)
    return found if found.is_terminal else Page(highlight=False, width=max(found.width, 140))


STYLES = {"value": "bold", "formula": "cyan", "citation": "green", "assumption": "yellow", "event": "magenta",
          "guide": "dim", "note": "dim"}  # fmt: skip
"""How the pieces of an explanation look in a terminal."""


def styled(pieces: "Iterable[Piece]") -> Text:
    """One line of an explanation in colours."""
    return Text.assemble(*((piece.text, STYLES.get(piece.style, "")) for piece in pieces))


def dollars(cents: int) -> str:
    """`$1,234.56`."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def decimals(number: int, places: int) -> str:
    """A whole number at a scale: `1,234.567800`."""
    return f"{Decimal(number).scaleb(-places):,.{places}f}"


def percent(rate: int) -> str:
    """Parts per billion as `7 %`, no more decimals than needed."""
    return f"{(Decimal(rate) / 10_000_000).normalize():f} %"


def table(*columns: str, title: str | None = None, right: tuple[str, ...] = ()) -> Table:
    """An empty table; the columns named in `right` are aligned right."""
    empty = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
    )
    for column in columns:
        empty.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return empty


def print_json(thing: Any) -> None:
    """JSON on standard output: money as dollars in text, dates as ISO, units as decimals in text."""
    print(json.dumps(plain(thing), indent=2, ensure_ascii=False))


def plain(thing: Any, name: str = "") -> Any:
    """Plain values for JSON."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: plain(getattr(thing, f.name), f.name) for f in fields(thing)}
    if isinstance(thing, dict):
        return {str(key): plain(value, name) for key, value in thing.items()}
    if isinstance(thing, tuple) and hasattr(thing, "_asdict"):
        return {key: plain(value, key) for key, value in thing._asdict().items()}
    if isinstance(thing, list | tuple):
        return [plain(item, name) for item in thing]
    if isinstance(thing, date | Decimal):
        return str(thing)
    if isinstance(thing, Enum):
        return thing.name.lower()
    if isinstance(thing, int) and not isinstance(thing, bool) and name in CENTS:
        return f"{'-' if thing < 0 else ''}{abs(thing) // 100}.{abs(thing) % 100:02d}"
    return thing
