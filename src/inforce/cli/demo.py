"""`inforce demo` and `inforce published`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson

if TYPE_CHECKING:
    from inforce.cycle import Position
    from inforce.demo import DemoBook
    from inforce.market import Market
    from inforce.returns import Row


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's contracts and prices are written.")] = Path(
        "build/demo"
    ),
) -> None:
    """Twenty Flex Extra contracts over twenty-one years: a summary, one life, one explanation, one quote."""
    from inforce.demo import LAST_DAY, demo_book, write_book

    from .output import console

    out = console()
    files = write_book(folder)
    book = demo_book()
    positions = book.positions()
    out.print(f"[bold]Flex Extra, {len(files)} invented contracts from 1987 to {LAST_DAY}[/]")
    out.print(
        "Prices are reconstructed, not published: they pass exactly through the returns that the performance update"
    )
    out.print(f"of 2008-07-31 prints, with the shape of market history between ({folder}/market/README.md).\n")
    _summary(book.market, positions)
    _money(positions)
    _story(book, positions[SHOWN])
    _next_steps(folder)


SHOWN = "FX-0003"
"""The contract whose life the demo tells."""


def _summary(market: "Market", positions: "dict[str, Position]") -> None:
    from inforce import valuation

    from .output import console, dollars, table

    rows = table("contract", "form", "tax", "state", "issued", "payments", "withdrawals", "contract value",
                 "surrender value", "death benefit", "status",
                 right=("payments", "withdrawals", "contract value", "surrender value", "death benefit"))  # fmt: skip
    for name, position in positions.items():
        v = valuation.value(position, market, position.through)
        tax = position.contract.qualification.replace("_", "-")
        rows.add_row(name, position.contract.form, tax, position.contract.issue_state, str(v.issued),
                     *(dollars(c) for c in (v.purchase_payments, v.withdrawals, v.contract_value, v.surrender_value,
                                            v.death_benefit)), v.status.replace("_", " "))  # fmt: skip
    console().print(rows)


def _money(positions: "dict[str, Position]") -> None:
    """Where the money is, by the entries of all contracts together."""
    from inforce.ledger import balances

    from .output import console, dollars, table

    totals = balances([entry for position in positions.values() for entry in position.entries])
    rows = table("", "", right=())
    rows.show_header = False
    rows.columns[1].justify = "right"
    for account, cents in sorted(totals.items()):
        if cents and not account.startswith("contract/"):
            rows.add_row(account, dollars(cents))
    entries = sum(len(position.entries) for position in positions.values())
    declined = sum(len(position.declined) for position in positions.values())
    waiting = sum(len(position.waiting) for position in positions.values())
    out = console()
    out.print(f"\n{entries} balanced entries; {declined} requests refused, {waiting} waiting. Beside the contracts:")
    out.print(rows)


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
    print_quote(quote(then, book.market, request), book.product.card.name)


def _next_steps(folder: Path) -> None:
    from .output import console

    console().print(f"""
[bold]Try next[/]
  inforce value {folder}/FX-0001.yaml --on 2008-07-31
  inforce explain {folder}/FX-0001.yaml death_benefit --on 2002-10-09
  inforce quote {folder}/{SHOWN}.yaml withdrawal --on 1995-07-31 --amount 5000 --net --withholding 10%
  inforce ledger show {folder}/{SHOWN}.yaml --on 1992-12-31 --entries
  inforce product assumptions flex-extra
and open {folder}/{SHOWN}.yaml: a contract is a text file; change it and ask again.
Inforce models filings; the contract itself and state law govern.""")


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
        t = table(*columns, title=f"{group} ({len(cells)} cells): {meaning}", right=columns[3:6])
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
