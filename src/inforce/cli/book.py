"""`inforce book | import | cycle | ledger verify`: a book of contracts."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, Between, BookAt, book_at, one_of, parse_day

if TYPE_CHECKING:
    from inforce.stores import SqlBook

app = typer.Typer(help="Books of contracts.", no_args_is_help=True)
cycle = typer.Typer(help="The daily cycle over a book.", no_args_is_help=True)
Day = Annotated[date, typer.Option(parser=parse_day, metavar="DATE")]


@app.command()
def create(where: Annotated[str, typer.Argument(metavar="WHERE", help="A file (SQLite) or a postgresql URL.")]) -> None:
    """Create an empty book."""
    from inforce.errors import BadInput

    if "://" not in where and Path(where).exists():
        raise BadInput(f"{where} is there already; a new book needs a new name")
    with book_at(where, create=True) as book:
        typer.echo(f"created {book.where}")


@app.command()
def status(book: BookAt = None, as_json: AsJson = False) -> None:
    """What a book holds and how far its cycle is."""
    from .output import console, print_json, table

    with book_at(book) as opened:
        names = opened.contracts()
        last = opened.runs(1)
        positions = [stored for stored in map(opened.stored, names) if stored is not None]
        facts = {
            "book": opened.where,
            "contracts": len(names),
            "with a position": len(positions),
            "last day of the cycle": str(max((s.snapshot.on for s in positions), default="none")),
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


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="JSON Lines, CSV or Parquet files.")],
    book: BookAt = None,
    known: Annotated[
        date | None, typer.Option(parser=parse_day, metavar="DATE", help="The day they became known; prices need it.")
    ] = None,
    corrections: Annotated[bool, typer.Option("--corrections", help="Take prices that differ as corrections.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong; add nothing.")] = False,
) -> None:
    """Add files of contracts and events, or of prices and rates, to a book: each file whole, or not at all."""
    from inforce.formats import check_file, import_file

    with book_at(book) as opened:
        for file in files:
            if check:
                problems = check_file(file, opened)
                typer.echo("\n".join(map(str, problems)) or f"{file}: good")
                continue
            done = _with_progress(file, lambda tell, file=file: import_file(
                opened, file, known, tell, corrections=corrections))  # fmt: skip
            added = {"contracts": done.contracts, "events": done.events, "prices": done.prices}
            said = ", ".join(f"{number:,} {what}" for what, number in added.items() if number) or "nothing new"
            again = f"; {done.known_already:,} known already" if done.known_already else ""
            typer.echo(f"{file}: {said}{again}")


def _with_progress(file: Path, work: Any) -> Any:
    """Do the work with a progress bar, where somebody is there to see it."""
    from rich.progress import Progress

    from .output import console

    with Progress(console=console(), transient=True, disable=not console().is_terminal) as bar:
        task = bar.add_task(str(file))
        return work(lambda done, of: bar.update(task, completed=done, total=of))


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
    from inforce.cycle.workers import run_range
    from inforce.errors import BadInput, Fault
    from inforce.stores import open_book

    one_of(between, ("refuse", "hold"), "way with days without a price")
    if last < first:
        raise BadInput(f"--to {last} is before --from {first}")
    with book_at(book) as opened:
        where = opened.where
    total = run_range(open_book, where, first, last, between, workers)  # type: ignore[arg-type]
    typer.echo(f"{total.days:,} days with work, {total.contracts:,} contracts worked on, {total.entries:,} entries")
    if check:
        with book_at(book) as opened:
            breaches = list(_breaches(opened, last, between))
        if breaches:
            raise Fault("\n".join(f"{b.contract}: {b.invariant}: {b.message}" for b in breaches))
        typer.echo("the day's sample, replayed from nothing, is what is stored")


def _breaches(book: "SqlBook", day: date, between: str) -> Any:
    from inforce.cycle import Cycle
    from inforce.cycle.invariants import check_replay, check_touched, sample
    from inforce.ledger import Done
    from inforce.terms import find_product

    cycle_ = Cycle(book, book.market(day, between), find_product)  # type: ignore[arg-type]
    for name in sample(book, day):
        stored = book.stored(name)
        product = find_product(book.contract(name).product)
        funds = {product.id: product.sub_accounts()}
        yield from check_touched(book, [Done(stored)] if stored else [], funds)
        yield from check_replay(cycle_, name)


@cycle.command("correct")
def correct(
    on: Annotated[date, typer.Option("--on", parser=parse_day, metavar="DATE", help="The day of the correction.")],
    book: BookAt = None,
    between: Between = "refuse",
) -> None:
    """After corrected prices: replay every contract and post the differences, or hold what needs approval.

    A corrected unit value counts from a threshold on; below it the company bears the difference (term `corrections`).
    """
    from inforce.cycle import Cycle
    from inforce.terms import find_product

    with book_at(book) as opened:
        run = Cycle(opened, opened.market(on, between), find_product).correct(on)  # type: ignore[arg-type]
        held = len(opened.held())
    typer.echo(f"{run.contracts:,} contracts worked on, {run.entries:,} entries; {held:,} held for approval")


@cycle.command("status")
def cycle_status(book: BookAt = None, last: Annotated[int, typer.Option(help="How many runs.")] = 20) -> None:
    """The latest runs of the cycle, and what waits."""
    from .output import console, dollars, table

    with book_at(book) as opened:
        rows = table("day", "partition", "contracts", "entries", "finished (UTC)", right=("contracts", "entries"))
        for run in opened.runs(last):
            rows.add_row(str(run.day), f"{run.partition + 1} of {run.partitions}", f"{run.contracts:,}",
                         f"{run.entries:,}", f"{run.finished:%Y-%m-%d %H:%M:%S}")  # fmt: skip
        held = len(opened.held())
        snapshots = [(s.contract, s.snapshot) for s in map(opened.stored, opened.contracts()) if s is not None]
    waiting = [(name, snapshot) for name, snapshot in snapshots if snapshot.waiting]
    console().print(rows)
    console().print(f"\n{held} corrections are held for approval; {len(waiting)} contracts have events that wait.")
    for name, snapshot in waiting[:last]:
        console().print(f"  {name}: {len(snapshot.waiting)} waiting, {dollars(snapshot.suspense)} in suspense")


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
        typer.echo(f"{len(findings)} findings")
        raise typer.Exit(1)
    typer.echo(f"the chain holds; note this seal to prove it later: {seal}")
