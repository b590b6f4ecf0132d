"""The files a market reads: their columns, and how each cell is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from inforce.errors import BadMarketData
from inforce.market import exact
from inforce.market.problems import Problems

NAV_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: whose (`names`), when (`at`) and what (`values`)."""

    what: str
    """What a row gives, as a message calls it."""
    into: str
    """The field of `MarketData` it goes into."""
    at: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    """The first one tells the kind of a file."""
    optional: frozenset[str] = frozenset()
    each: bool = False
    """The wide form: a row has a unit value for each name in the header, or none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that may occur, in the order of the documentation."""
        key = (self.at, *self.names) if self.at == "date" else (*self.names, self.at)
        return (*key, *self.values)

    @property
    def header(self) -> str:
        """The header as the documentation writes it."""
        return "".join(f"[,{name}]" if name in self.optional else f",{name}" for name in self.columns)[1:]


UNIT_VALUES: Final = Layout(
    what="unit value",
    into="unit_values",
    at="date",
    names=("fund", "separate_account", "charge_class"),
    values=("unit_value",),
    optional=frozenset({"separate_account", "charge_class"}),
)
NAVS: Final = Layout(
    what="net asset value",
    into="navs",
    at="date",
    names=("fund",),
    values=("nav", "dividend", "capital_gain"),
    optional=frozenset({"dividend", "capital_gain"}),
)


def _rates(what: str, into: str, at: str, column: str) -> Layout:
    return Layout(what=what, into=into, at=at, names=("account",), values=(column,))


DECLARED: Final = (
    _rates("declared rate", "declared", "month", "rate"),
    _rates("declared rate", "declared", "month", "rate_pct"),
)
SECONDARY: Final = (
    _rates("secondary guaranteed rate", "secondary", "year", "secondary_rate"),
    _rates("secondary guaranteed rate", "secondary", "year", "secondary_rate_pct"),
)
LAYOUTS: Final = (UNIT_VALUES, NAVS, *DECLARED, *SECONDARY)

AT: Final[dict[str, Callable[[str], int]]] = {
    "date": exact.valuation_day,
    "month": exact.month_number,
    "year": exact.year_number,
}
AT_TEXT: Final[dict[str, Callable[[int], str]]] = {"date": exact.day_text, "month": exact.month_text, "year": str}
VALUES: Final[dict[str, Callable[[str], int]]] = {
    "nav": partial(exact.above_zero, decimals=NAV_DECIMALS),
    "dividend": partial(exact.zero_or_more, decimals=NAV_DECIMALS),
    "capital_gain": partial(exact.zero_or_more, decimals=NAV_DECIMALS),
    "rate": exact.rate_of,
    "rate_pct": exact.rate_of_percent,
    "secondary_rate": exact.rate_of,
    "secondary_rate_pct": exact.rate_of_percent,
}


def layout_of(header: Sequence[str], allowed: Sequence[Layout], line: int, problems: Problems) -> Layout:
    """The layout that a header has, wide form included. Raises `BadMarketData` where it has none."""
    for layout in allowed:
        if layout.values[0] in header:
            return layout
    if UNIT_VALUES in allowed and header[0] == "date" and len(header) > 1 and "fund" not in header:
        return _wide(header)
    known = " or ".join(layout.header for layout in allowed)
    names = ", ".join(map(exact.shown, header[:8]))
    message = f"the header has the columns {names}; it must be {known}, separated by commas."
    raise BadMarketData(message, file=problems.file, line=line)


def check_header(header: Sequence[str], layout: Layout, line: int, problems: Problems) -> None:
    """Notes missing, unknown, repeated and unnamed columns."""
    for place, column in enumerate(header, 1):
        if not column:
            problems.add(line, f"column {place}", "has no name; name it or remove it.")
        elif header.index(column) < place - 1:
            problems.add(line, column, "stands in the header twice; keep one.")
        elif column not in layout.columns:
            problems.add(line, column, f"is no column of this file; the header must be {layout.header}.")
        elif layout.each and not column.isprintable():
            problems.add(line, exact.shown(column), "has characters that cannot be printed; remove them.")
    for column in layout.columns:
        if column not in header and column not in layout.optional:
            problems.add(line, column, f"is missing; the header must be {layout.header}.")


def _wide(header: Sequence[str]) -> Layout:
    """The wide form of unit values: a column for each fund."""
    funds = tuple(name for name in header[1:] if name)
    return Layout(what="unit value", into="unit_values", at="date", names=(), values=funds, each=True)
