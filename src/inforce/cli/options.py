"""Arguments that several commands share."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from inforce.errors import BadInput

if TYPE_CHECKING:
    from typing import Literal

    from inforce.cases import Loaded
    from inforce.cycle import Cycle, Kept
    from inforce.stores import SqlBook


def parse_day(text: str) -> date:
    """An ISO date from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD") from None


ContractName = Annotated[
    str, typer.Argument(metavar="CONTRACT", help="A contract or case file; or with a book the contract's id.")
]
BookAt = Annotated[
    str | None,
    typer.Option("--book", envvar="INFORCE_BOOK", metavar="WHERE", help="A book: a file (SQLite) or a postgresql URL."),
]
Between = Annotated[str, typer.Option("--between", help="Days without a price in a book: refuse or hold.")]
On = Annotated[date, typer.Option("--on", parser=parse_day, metavar="DATE", help="The day, YYYY-MM-DD.")]
KnownAt = Annotated[
    date | None,
    typer.Option("--known-at", parser=parse_day, metavar="DATE", help="By what was entered up to this day."),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, money in dollars as text.")]


def one_of(value: str, known: tuple[str, ...], what: str) -> str:
    """The value, if it is a known one."""
    if value not in known:
        raise BadInput(f"{value!r} is no {what}; there are {', '.join(known)}")
    return value


def subject(name: str, book: str | None, between: str = "refuse", known_at: date | None = None) -> "Loaded | Kept":
    """The contract that a command is about: a file, or with a book a contract of it."""
    if Path(name).is_file() or book is None:
        from inforce.cases import load_case

        return load_case(Path(name))
    from inforce.cycle import Kept
    from inforce.stores import open_book

    one_of(between, ("refuse", "hold"), "way with days without a price")
    return Kept.of(open_book(book, create=False), name, cast('Literal["hold", "refuse"]', between), known_at)


def book_at(where: str | None, create: bool = False) -> "SqlBook":
    """The book a command works on."""
    from inforce.stores import open_book

    if where is None:
        raise BadInput("no book is named; give --book WHERE or set INFORCE_BOOK")
    return open_book(where, create=create)


def cycle_of(book: "SqlBook", known_by: date | None, between: str = "refuse") -> "Cycle":
    """The cycle over a book, by the prices known on a day."""
    from functools import cache

    from inforce.cycle import Cycle
    from inforce.terms import find_product

    one_of(between, ("refuse", "hold"), "way with days without a price")
    return Cycle(book, book.market(known_by, cast('Literal["hold", "refuse"]', between)), cache(find_product))
