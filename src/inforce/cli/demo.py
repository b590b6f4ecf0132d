"""`inforce demo` and `inforce published`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inforce.errors import counted

from .options import AsJson

if TYPE_CHECKING:
    from inforce.cycle import Position
    from inforce.demo import DemoBook
    from inforce.returns import Row
    from inforce.valuation import Valuation


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's contracts and prices are written.")] = Path(
        "build/demo"
    ),
) -> None:
    """Three hundred contracts of two products over twenty-one years: a summary, a life, an explanation, a quote."""
    from inforce import valuation
    from inforce.demo import demo_book, write_book

    files = write_book(folder)
    book = demo_book()
    positions = book.positions()
    values = [valuation.value(position, book.market, position.through) for position in positions.values()]
    _introduction(len(files), folder)
    _summary(book, values)
    _money(positions)
    _telling(positions, values)
    _story(book, positions[SHOWN])
    _put_right(book, folder / "book.db")
    _next_steps(folder)


SHOWN = "FX-0003"
"""The contract whose life the demo tells."""
SUMS = ("purchase_payments", "withdrawals", "contract_value", "surrender_value", "death_benefit")
"""The figures of a valuation that the summary adds up."""


def _introduction(count: int, folder: Path) -> None:
    from inforce.demo import LAST_DAY

    from .output import console

    out = console()
    out.print(f"[bold]{count} invented contracts of Flex Extra and LifeTrust, from 1987 to {LAST_DAY}[/]")
    out.print(
        "Unit values are reconstructed, not published: made to pass through the returns that performance updates of "
        "the two products print, with the shape of market history between. Rates that no filing prints are assumed. "
        f"See {folder}/market/README.md and {folder}/market-lifetrust/README.md.\n"
    )


def _summary(book: "DemoBook", values: "list[Valuation]") -> None:
    """Sums by product and status."""
    from inforce.mechanics.records import Status

    from .output import console, table

    rows = table("", "number", *(name.removeprefix("purchase_").replace("_", " ") for name in SUMS))
    for column in rows.columns[1:]:
        column.justify = "right"
    for product in book.products.values():
        of_product = [v for v in values if v.product == product.id]
        rows.add_row(*_sums(product.card.name, of_product), style="bold")
        for status in (status.name.lower() for status in Status):
            alike = [v for v in of_product if v.status == status]
            if alike:
                rows.add_row(*_sums(f"  {status.replace('_', ' ')}", alike))
    rows.add_row(*_sums("all", values), style="bold")
    console().print(rows)


def _sums(name: str, values: "list[Valuation]") -> list[str]:
    from .output import dollars

    return [name, str(len(values)), *(dollars(sum(getattr(v, figure) for v in values)) for figure in SUMS)]


def _money(positions: "dict[str, Position]") -> None:
    """Where the money is, by the entries of all contracts together."""
    from inforce.ledger import balances

    from .output import console, dollars, table

    totals = balances([entry for position in positions.values() for entry in position.entries])
    inside = sum(cents for account, cents in totals.items() if account.startswith("contract/"))
    rows = table("", "", right=())
    rows.show_header = False
    rows.columns[1].justify = "right"
    rows.add_row("contract/…  put in less taken out", dollars(inside))
    for account, cents in sorted(totals.items()):
        if cents and not account.startswith("contract/"):
            rows.add_row(account, dollars(cents))
    rows.add_row("all together", dollars(sum(totals.values())), style="bold")
    entries = sum(len(position.entries) for position in positions.values())
    declined = sum(len(position.declined) for position in positions.values())
    waiting = sum(len(position.waiting) for position in positions.values())
    out = console()
    out.print("\n[bold]Where the money is[/]")
    out.print(f"{entries:,} balanced entries; events refused: {declined}, waiting: {waiting}.")
    out.print(rows)


def _telling(positions: "dict[str, Position]", values: "list[Valuation]") -> None:
    """One contract of each kind of life."""
    from inforce.demo import telling_lives

    from .output import console, dollars, table

    worth = {v.contract: v for v in values}
    rows = table("contract", "issued", "payments", "paid out", "contract value", "what happened",
                 right=("payments", "paid out", "contract value"))  # fmt: skip
    for life in telling_lives():
        v = worth[life.id]
        rows.add_row(life.id, str(v.issued), dollars(v.purchase_payments), dollars(_paid_out(positions[life.id])),
                     dollars(v.contract_value), life.plan.about)  # fmt: skip
    out = console()
    out.print("\n[bold]Some of them[/]")
    out.print(rows)


def _paid_out(position: "Position") -> int:
    """All that went to the owner or beneficiaries, with the tax withheld from it."""
    from inforce.ledger import balances

    totals = balances(position.entries)
    return sum(cents for account, cents in totals.items() if account.startswith("owner/") and cents > 0)


def _story(book: "DemoBook", position: "Position") -> None:
    """One contract: its life, why it is worth what it is, and what a withdrawal would pay."""
    from datetime import date

    from inforce.contracts.events import Withdrawal
    from inforce.explain import Changes, explain
    from inforce.quote import quote

    from .contract import print_life, print_quote
    from .output import console, styled

    out, day = console(), date(1990, 7, 31)
    out.print(f"\n[bold]The life of {position.contract.id}[/]")
    print_life(position)
    changes = Changes()
    then = book.position(position.contract.id, day, changes)
    out.print(f"\n[bold]Why its surrender value on {day} is what it is[/]")
    for line in explain(then, book.market, "surrender_value", day, changes=changes).lines(3, out.width):
        out.print(styled(line.pieces), soft_wrap=True)
    out.print("\n[bold]What if its owner had wanted $10,000 in hand that day?[/]")
    request = Withdrawal(id="quote", on=day, amount=1_000_000, net=True, withholding=100_000_000)
    print_quote(quote(then, book.market, request), position.product.card.name)


def _put_right(demo: "DemoBook", file: Path) -> None:
    """A late payment, a reversed withdrawal, a corrected price, in a book in a database: before and after."""
    from inforce.demo import corrections
    from inforce.stores import open_book

    from .output import console, dollars, table

    for old in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        old.unlink(missing_ok=True)
    with open_book(file) as book:
        story = corrections.put_right(demo, book)
    out = console()
    out.print(f"\n[bold]A late payment, a reversed withdrawal, a corrected price[/] (the same contracts in {file})")
    out.print(
        f"What contracts were worth on {corrections.BEFORE}, as known that day and as known on {corrections.REPRICED}. "
        f"The reversal changed money that had been paid: {story.approved} was held until somebody else approved it. "
        f"Corrections that still wait for that: {story.held}."
    )
    rows = table("contract", "what was wrong", "as known then", "as known now", "difference", "entries",
                 right=("as known then", "as known now", "difference", "entries"))  # fmt: skip
    for each in story.changed:
        rows.add_row(each.contract, each.what, dollars(each.believed), dollars(each.now),
                     dollars(each.now - each.believed), str(each.entries))  # fmt: skip
    out.print(rows)
    out.print("\nWhat it cost, and where money went by the entries that put it right:")
    costs = table("", "", right=())
    costs.show_header = False
    costs.columns[1].justify = "right"
    for account, cents in story.accounts.items():
        costs.add_row(account, dollars(cents))
    out.print(costs)


def _next_steps(folder: Path) -> None:
    from .output import console

    console().print(
        f"""
[bold]Try next[/]
  inforce value {folder}/FX-0001.yaml --on 2008-07-31
  inforce value {folder}/LT-0001.yaml --on 2000-12-29
  inforce explain {folder}/LT-0001.yaml e5 --on 1998-11-10
  inforce explain {folder}/FX-0001.yaml death_benefit --on 2002-10-09
  inforce quote {folder}/{SHOWN}.yaml withdrawal --on 1995-07-31 --amount 5000 --net --withholding 10%
  inforce ledger show {folder}/{SHOWN}.yaml --on 1992-12-31 --entries
  inforce ledger history FX-0001 --from 2008-06-15 --book {folder}/book.db
  inforce cycle held --book {folder}/book.db
  inforce product assumptions lifetrust
and open {folder}/{SHOWN}.yaml: a contract is a text file; change it and ask again.
Inforce models filings; the contract itself and state law govern.""",
        soft_wrap=True,
    )


def published(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[PRODUCT]", help="A packaged product; all with printed figures if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Figures printed in the filings beside ours: derived, held out, fed in and fitted, never mixed."""
    from inforce.documents.printed import printed_table, products_with_printed_figures
    from inforce.returns.reconstructed import SOURCE

    from .output import console, print_json

    found = {product: printed_table(product) for product in ([name] if name else products_with_printed_figures())}
    if as_json:
        print_json(found[name] if name else found)
        return
    for product, rows in found.items():
        console().print(f"[bold]{product}[/]: unit values are {SOURCE}\n")
        _print_groups(rows)
        _print_summaries(rows)


def _print_groups(rows: "list[Row]") -> None:
    from inforce.returns import GROUPS

    from .output import console, table

    for group, meaning in GROUPS.items():
        cells = [row for row in rows if row.group == group]
        if not cells:
            continue
        columns = ("table", "sub-account or row", "column", "printed", "ours", "difference", "why")
        t = table(*columns, title=f"{group} ({counted(len(cells), 'cell')}): {meaning}", right=columns[3:6])
        for r in cells:
            t.add_row(r.table, r.division, r.column, str(r.printed), str(r.ours), str(r.difference), r.why)
        console().print(t)
        console().print()


def _print_summaries(rows: "list[Row]") -> None:
    from inforce.returns import summaries

    from .output import console, table

    columns = ("group", "cells", "to the printed digit", "within 0.02", "worst, unrounded")
    t = table(*columns, right=columns[1:])
    for s in summaries(rows):
        t.add_row(s.group, str(s.cells), str(s.matched), str(s.small), str(s.worst))
    console().print(t)
    console().print()
