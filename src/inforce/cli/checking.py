"""`inforce book check | book rebuild`: does everything in a book agree, and positions from their events again."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

from inforce.errors import counted

from .options import Between, BookAt, book_at, cycle_of

Contracts = Annotated[
    list[str] | None, typer.Option("--contract", metavar="CONTRACT", help="Only this one; may be given again.")
]


def check(
    book: BookAt = None,
    between: Between = "refuse",
    every: Annotated[bool, typer.Option("--all", help="Replay every contract, not the day's sample.")] = False,
) -> None:
    """Check a whole book: entries against positions, fund totals against both, and a sample of contracts replayed.

    Exits 70 where something does not agree. `ledger verify` checks that nobody changed a row.
    """
    from inforce.cycle.invariants import check_book, check_replay, sample

    with book_at(book) as opened:
        cycle, day = cycle_of(opened, None, between), opened.counts()[2]
        found = list(with_progress("entries and positions", lambda tell: list(check_book(cycle, tell))))
        names = opened.contracts() if every else sample(opened, day or date.min)
        wrong = {breach.contract for breach in found}
        replayed = [name for name in names if name not in wrong]
        found += [breach for name in replayed for breach in check_replay(cycle, name)]
        contracts, funds = opened.counts()[0], len(opened.fund_totals())
    for breach in found:
        typer.echo(str(breach))
    if found:
        typer.echo(counted(len(found), "thing does not agree", "things do not agree"))
        raise typer.Exit(70)
    again = counted(len(replayed), "contract replayed is", "contracts replayed are")
    typer.echo(f"{counted(contracts, 'contract')} and {counted(funds, 'fund total')} agree with their entries; "
               f"{again} what is stored")  # fmt: skip


def rebuild(book: BookAt = None, between: Between = "refuse", contract: Contracts = None) -> None:
    """Replay stored positions from their events and store those that come out otherwise. Nothing is posted.

    A position whose entries are not what the replay gives is left as it is and named; `cycle correct` posts the
    difference. Exits 1 where there is one.
    """
    from inforce.cycle.rebuilding import rebuild as rebuilt

    with book_at(book) as opened:
        cycle = cycle_of(opened, None, between)
        names = contract or opened.contracts()
        found = with_progress("positions", lambda tell: rebuilt(cycle, names, tell))
    typer.echo(f"{counted(found.contracts, 'contract')} replayed, {counted(found.changed, 'position')} stored anew")
    for difference in found.differing:
        typer.echo(difference)
    if found.differing:
        raise typer.Exit(1)


def with_progress(what: str, work: Callable[[Callable[[int, int], None]], Any]) -> Any:
    """Do the work with a progress bar, where somebody is there to see it."""
    from rich.progress import Progress

    from .output import console

    with Progress(console=console(), transient=True, disable=not console().is_terminal) as bar:
        task = bar.add_task(what)
        return work(lambda done, of: bar.update(task, completed=done, total=of))
