"""`inforce export events | entries | positions`: a book as files."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from inforce.errors import counted

from .options import BookAt, book_at, parse_day

app = typer.Typer(help="What a book holds, as JSON Lines, CSV or Parquet.", no_args_is_help=True)
To = Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to: .jsonl, .csv or .parquet.")]
Contracts = Annotated[
    list[str] | None, typer.Option("--contract", metavar="CONTRACT", help="Only this one; may be given again.")
]
First = Annotated[
    date | None,
    typer.Option("--from", parser=parse_day, metavar="DATE", help="Only what became known from this day on."),
]
Last = Annotated[
    date | None, typer.Option("--to-date", parser=parse_day, metavar="DATE", help="Only what was known by this day.")
]


@app.command()
def events(to: To, book: BookAt = None, contract: Contracts = None, first: First = None, last: Last = None) -> None:
    """Contracts and their events, as `inforce import` reads them."""
    from inforce.formats import Choice, export_events

    with book_at(book) as opened:
        count = export_events(opened, to, Choice(contract, first, last))
    typer.echo(f"{to}: {counted(count, 'record')}")


@app.command()
def entries(to: To, book: BookAt = None, contract: Contracts = None, first: First = None, last: Last = None) -> None:
    """The lines of entries, a record each."""
    from inforce.formats import Choice, export_entries

    with book_at(book) as opened:
        count = export_entries(opened, to, Choice(contract, first, last))
    typer.echo(f"{to}: {counted(count, 'line')}")


@app.command()
def positions(to: To, book: BookAt = None, contract: Contracts = None) -> None:
    """Stored positions: units and balances by account, and suspense."""
    from inforce.formats import Choice, export_positions

    with book_at(book) as opened:
        count = export_positions(opened, to, Choice(contract))
    typer.echo(f"{to}: {counted(count, 'record')}")
