"""`inforce book | import | cycle | ledger verify`: a book of contracts."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inforce.errors import counted

from .checking import with_progress
from .options import AsJson, Between, BookAt, book_at, cycle_of, one_of, parse_day

if TYPE_CHECKING:
    from inforce.cycle.waiting import Open
    from inforce.stores import SqlBook

app = typer.Typer(help="Books of contracts.", no_args_is_help=True)
cycle = typer.Typer(help="The daily cycle over a book.", no_args_is_help=True)
Day = Annotated[date, typer.Option(parser=parse_day, metavar="DATE")]


@app.command()
def create(where: Annotated[str, typer.Argument(metavar="WHERE", help="A file (SQLite) or a postgresql URL.")]) -> None:
    """Create an empty book."""
    from inforce.errors import BadBook, BadInput

    path = Path(where)
    if "://" not in where and path.exists() and (not path.is_file() or path.stat().st_size):
        raise BadInput(f"{where} is there already; a new book needs a new name")
    with suppress(BadBook), book_at(where) as book:
        raise BadInput(f"{book.where} holds a book already; a new book needs a database of its own")
    with book_at(where, create=True) as book:
        typer.echo(f"created {book.where}")


@app.command()
def status(book: BookAt = None, as_json: AsJson = False) -> None:
    """What a book holds and how far its cycle is."""
    from .output import console, print_json, table

    with book_at(book) as opened:
        contracts, positions, day = opened.counts()
        last = opened.runs(1)
        facts = {
            "book": opened.where,
            "contracts": contracts,
            "with a position": positions,
            "last day of the cycle": str(day or "none"),
            "last run finished": f"{last[0].finished:%Y-%m-%d %H:%M:%S} UTC" if last else "none",
            "closed through": opened.closed_through() or "none",
        }
    if as_json:
        print_json(facts)
        return
    rows = table("", "")
    rows.show_header = False
    for name, fact in facts.items():
        rows.add_row(name, str(fact))
    console().print(rows)


Period = Annotated[str, typer.Argument(metavar="PERIOD", help="An accounting period, YYYY-MM.")]
Who = Annotated[str, typer.Option(help="Who decides it.")]


@app.command()
def close(period: Period, who: Who, book: BookAt = None) -> None:
    """Close an accounting period and all before it: nothing is posted into them any more."""
    with book_at(book) as opened:
        opened.close_period(period, who)
        typer.echo(f"closed through {opened.closed_through()}")


@app.command()
def reopen(period: Period, who: Who, book: BookAt = None) -> None:
    """Open a closed accounting period again, and those after it."""
    with book_at(book) as opened:
        opened.reopen_period(period, who)
        typer.echo(f"closed through {opened.closed_through()}")


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="JSON Lines, CSV or Parquet files.")],
    book: BookAt = None,
    known: Annotated[
        date | None, typer.Option(parser=parse_day, metavar="DATE", help="The day they became known; prices need it.")
    ] = None,
    corrections: Annotated[bool, typer.Option("--corrections", help="Take prices that differ as corrections.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong; add nothing.")] = False,
) -> None:
    """Add files of contracts and events, or of prices and rates, to a book: each file whole, or not at all.

    With `--check` it exits 2 where something is wrong.
    """
    from inforce.formats import import_file

    with book_at(book) as opened:
        if check:
            _check(files, opened, corrections)
            return
        births = partial(_keep_births, book or "", known)
        for file in files:
            taking = partial(import_file, opened, file, known, corrections=corrections, keep_births=births)
            done = with_progress(str(file), taking)
            added = {"contract": done.contracts, "event": done.events, "price": done.prices}
            said = ", ".join(counted(number, what) for what, number in added.items() if number) or "nothing new"
            again = f"; {done.known_already:,} known already" if done.known_already else ""
            typer.echo(f"{file}: {said}{again}")


def _check(files: list[Path], book: "SqlBook", corrections: bool) -> None:
    from inforce.formats import check_files

    found = list(check_files(files, book, corrections=corrections))
    for file, bad in found:
        typer.echo(str(bad) if bad else f"{file}: good")
    if any(bad for _, bad in found):
        raise typer.Exit(2)


def _keep_births(book: str, known: date | None, births: Mapping[str, date]) -> None:
    """Dates of birth into the book's party store."""
    from inforce.stores.parties import find_master_key, open_party_store, parties_of

    with open_party_store(parties_of(book), find_master_key()) as store:
        store.keep_births(births, known or datetime.now(UTC).date(), "import", "taken out of an imported contract")


@cycle.command("run")
def run_(
    first: Annotated[date, typer.Option("--from", parser=parse_day, metavar="DATE", help="First day.")],
    last: Annotated[date, typer.Option("--to", parser=parse_day, metavar="DATE", help="Last day.")],
    book: BookAt = None,
    between: Between = "refuse",
    workers: Annotated[int, typer.Option(help="Processes that share the contracts (PostgreSQL).", min=1)] = 1,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Replay the day's sample of contracts.")] = True,
) -> None:
    """Apply and post everything due on a range of days. Interrupted, run it again: it goes on where it stopped."""
    from inforce.cycle.invariants import check_replay, refuse, sample
    from inforce.cycle.workers import run_range
    from inforce.errors import BadInput
    from inforce.stores import open_book

    one_of(between, ("refuse", "hold"), "way with days without a price")
    if last < first:
        raise BadInput(f"--to {last} is before --from {first}")
    with book_at(book) as opened:
        where = opened.where
    total = run_range(open_book, where, first, last, between, workers)  # type: ignore[arg-type]
    typer.echo(f"{counted(total.days, 'day')} with work, {counted(total.contracts, 'contract')} worked on, "
               f"{counted(total.entries, 'entry', 'entries')}")  # fmt: skip
    if total.rebuilt:
        rebuilt = counted(total.rebuilt, "stored position")
        typer.echo(f"{rebuilt} of an older layout replayed; what was posted agrees")
    if check:
        with book_at(book) as opened:
            cycle_ = cycle_of(opened, max(last, opened.counts()[2] or last), between)
            refuse(breach for name in sample(opened, last) for breach in check_replay(cycle_, name))
        typer.echo("the day's sample, replayed from nothing, is what is stored")


@cycle.command("correct")
def correct(
    on: Annotated[date, typer.Option("--on", parser=parse_day, metavar="DATE", help="The day of the correction.")],
    book: BookAt = None,
    between: Between = "refuse",
) -> None:
    """After corrected prices: replay every contract and post the differences, or hold what needs approval.

    A corrected unit value counts from a threshold on; below it the company bears the difference (term `corrections`).
    """
    with book_at(book) as opened:
        run = cycle_of(opened, on, between).correct(on)
        held = len(opened.held())
    typer.echo(f"{counted(run.contracts, 'contract')} worked on, {counted(run.entries, 'entry', 'entries')}; "
               f"{held:,} held for approval")  # fmt: skip


@cycle.command("status")
def cycle_status(
    book: BookAt = None,
    between: Between = "refuse",
    last: Annotated[int, typer.Option(help="How many runs, and how many requests that wait.")] = 20,
) -> None:
    """The latest runs of the cycle, what waits and for what, and which accounting periods are closed."""
    from .output import console, table

    with book_at(book) as opened:
        runs, closed, held = opened.runs(last), opened.closed_through(), len(opened.held())
        waits = _open_requests(opened, runs[0].day, between) if runs else []
    rows = table("day", "partition", "contracts", "entries", "replayed", "finished (UTC)",
                 right=("contracts", "entries", "replayed"))  # fmt: skip
    for run in runs:
        rows.add_row(str(run.day), f"{run.partition + 1} of {run.partitions}", f"{run.contracts:,}", f"{run.entries:,}",
                     f"{run.rebuilt:,}", f"{run.finished:%Y-%m-%d %H:%M:%S}")  # fmt: skip
    console().print(rows if runs else "The cycle has not run.")
    console().print(f"\nAccounting periods closed through {closed}." if closed else "\nNo accounting period is closed.")
    if runs:
        corrections = counted(held, "correction is", "corrections are")
        console().print(f"{corrections} held for approval; {counted(len(waits), 'request waits', 'requests wait')}.")
    for request in waits[:last]:
        console().print(f"  {request.contract}: {request.event.kind} {request.event.id}, received {request.event.on}, "
                        f"waits for {request.waits_for}", markup=False)  # fmt: skip


def _open_requests(book: "SqlBook", day: date, between: str) -> "list[Open]":
    from inforce.cycle.waiting import open_requests

    return list(open_requests(cycle_of(book, day, between), day))


def verify(book: BookAt = None, noted: Annotated[
    str | None, typer.Option("--seal", help="A seal noted earlier; the book must still hold it.")] = None,
) -> None:  # fmt: skip
    """Check the chain of hashes: finds rows that were changed, removed or inserted. Exits 1 where it finds any."""
    from inforce.stores.verify import verify as verified

    with book_at(book) as opened:
        findings = verified(opened, noted)
        seal = opened.seal()
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        typer.echo(counted(len(findings), "finding"))
        raise typer.Exit(1)
    typer.echo(f"the chain holds; note this seal to prove it later: {seal}")
