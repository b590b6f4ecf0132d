"""Arguments that several commands share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from inforce.errors import BadInput


def parse_day(text: str) -> date:
    """An ISO date from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD") from None


ContractFile = Annotated[Path, typer.Argument(metavar="CONTRACT", help="A contract or case file.")]
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
