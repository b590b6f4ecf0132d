"""`inforce cycle orders`: what contracts bought and cancelled in each fund, and what is asked and waits."""

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Between, BookAt, On, book_at, cycle_of, one_of

if TYPE_CHECKING:
    from inforce.cycle.waiting import Order
    from inforce.ledger import Fund, Traded
    from inforce.stores import SqlBook

FORMATS = ("table", "json", "csv")


@dataclass(frozen=True, slots=True)
class _Orders:
    day: date
    traded: "dict[Fund, Traded]"
    pending: "list[Order]"
    totals: "dict[Fund, int]"
    gone_on: date | None
    """The day to which the cycle has gone on: what was pending on the day asked for is not known any more."""
    places: dict[str, int]
    """Decimals of units by separate account."""


def orders(
    on: On,
    book: BookAt = None,
    between: Between = "refuse",
    format_: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """By separate account and fund: units that the day's entries bought and cancelled, and requests that wait.

    Units of all contracts and what is pending together are what the separate account must hold.
    """
    one_of(format_, FORMATS, "format")
    with book_at(book) as opened:
        found = _found(opened, on, between)
    {"table": _print, "json": _print_json, "csv": _print_csv}[format_](found)


def _found(book: "SqlBook", day: date, between: str) -> _Orders:
    from inforce.cycle.waiting import pending_orders

    traded, totals, last = book.traded(day), book.fund_totals(), book.runs(1)
    gone_on = last[0].day if last and last[0].day > day else None
    pending = [] if gone_on else list(pending_orders(cycle_of(book, day, between), day))
    accounts = {account for account, _ in (*traded, *totals)} | {order.separate_account for order in pending}
    return _Orders(day, traded, pending, totals, gone_on, _places(book, accounts))


def _places(book: "SqlBook", accounts: Iterable[str]) -> dict[str, int]:
    """Decimals of units, from a contract of each separate account; they are looked through until all are found."""
    missing, found, seen = set(accounts), dict[str, int](), set[tuple[str, str, str]]()
    names = book.contracts() if missing else []
    cycle = cycle_of(book, None)
    with book.ahead(names):
        for contract in map(book.contract, names):
            kind = contract.product, contract.qualification, contract.issue_state
            stored = None if kind in seen else cycle.standing(contract.id)
            if stored is not None and stored.snapshot.issued is not None:
                seen.add(kind)
                product, issued = cycle.product(contract.product), stored.snapshot.issued
                account = product.separate_account(contract.qualification, contract.issue_state)
                found[account] = product.terms(contract.cohort(issued), issued).sections.rounding.unit_decimals
                missing.discard(account)
            if not missing:
                break
    return found


def _print(found: _Orders) -> None:
    from .output import console, decimals, dollars, table

    columns = ("separate account", "fund", "bought", "dollars", "cancelled", "dollars ", "net units", "net dollars",
               "units of all contracts")  # fmt: skip
    rows = table(*columns, title=f"Traded on {found.day}", right=columns[2:])
    for fund in sorted({*found.traded, *found.totals}):
        traded, places = found.traded.get(fund), found.places[fund[0]]
        if traded is not None:
            rows.add_row(*fund, decimals(traded.bought_units, places), dollars(traded.bought_cents),
                         decimals(traded.cancelled_units, places), dollars(traded.cancelled_cents),
                         decimals(traded.units, places), dollars(traded.cents),
                         decimals(found.totals.get(fund, 0), places))  # fmt: skip
    console().print(rows if found.traded else f"Nothing was traded on {found.day}.")
    if found.gone_on:
        console().print(f"\nWhat was pending on {found.day} is not shown: the cycle has gone on to {found.gone_on}.")
        return
    rows = table("separate account", "fund", "contract", "event", "request", "side", "asked", "waits for",
                 title="Pending", right=("asked",))  # fmt: skip
    for order in found.pending:
        request, asked = order.kind.replace("_", " "), _asked(order, found.places)
        rows.add_row(order.separate_account, order.fund or "all accounts", order.contract, order.event, request,
                     order.side, asked, order.waits_for)  # fmt: skip
    console().print("")
    console().print(rows if found.pending else "Nothing is pending.")


def _asked(order: "Order", places: dict[str, int]) -> str:
    from .output import decimals, dollars, percent

    if order.cents is not None:
        return dollars(order.cents)
    if order.units is not None:
        return f"{decimals(order.units, places[order.separate_account])} units"
    return percent(order.share or 0)


def _records(found: _Orders) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Both tables as plain records: dollars, percentages and units as text."""
    from .output import decimals, percent, plain

    def units(number: int, account: str) -> str:
        return decimals(number, found.places[account]).replace(",", "")

    totals = found.totals
    traded = [
        {"separate_account": account, "fund": fund, "bought_units": units(t.bought_units, account),
         "bought": plain(t.bought_cents, "cents"), "cancelled_units": units(t.cancelled_units, account),
         "cancelled": plain(t.cancelled_cents, "cents"), "units": units(t.units, account),
         "dollars": plain(t.cents, "cents"), "units_of_all_contracts": units(totals.get((account, fund), 0), account)}
        for (account, fund), t in sorted(found.traded.items())
    ]  # fmt: skip
    pending = [
        {"separate_account": o.separate_account, "fund": o.fund, "contract": o.contract, "event": o.event,
         "request": o.kind, "side": o.side, "dollars": None if o.cents is None else plain(o.cents, "cents"),
         "share": None if o.share is None else percent(o.share).replace(" ", ""),
         "units": None if o.units is None else units(o.units, o.separate_account), "waits_for": o.waits_for}
        for o in found.pending
    ]  # fmt: skip
    return traded, pending


def _print_json(found: _Orders) -> None:
    from .output import print_json

    traded, pending = _records(found)
    print_json({"on": found.day, "traded": traded, "pending": None if found.gone_on else pending,
                "cycle_has_gone_on_to": found.gone_on and str(found.gone_on)})  # fmt: skip


def _print_csv(found: _Orders) -> None:
    """One table: the column `table` says whether a row was traded or is pending."""
    traded, pending = _records(found)
    rows = [{"table": "traded", **row} for row in traded] + [{"table": "pending", **row} for row in pending]
    columns = list(dict.fromkeys(["table", *(name for row in rows for name in row)]))
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
