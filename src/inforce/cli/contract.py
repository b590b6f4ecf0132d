"""`inforce value | quote | explain | ledger`: one contract."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from inforce.errors import counted

from .options import AsJson, Between, BookAt, ContractName, KnownAt, On, subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from inforce.quote import Quote
    from inforce.terms import Reading
    from inforce.valuation import Valuation

ledger = typer.Typer(help="The journal and entries of a contract.", no_args_is_help=True)
QUOTES = ("surrender", "withdrawal", "death")


def value(
    name: ContractName,
    on: On,
    known_at: KnownAt = None,
    book: BookAt = None,
    between: Between = "refuse",
    as_json: AsJson = False,
) -> None:
    """What a contract is worth on a day: accounts, surrender value, death benefit."""
    from inforce import valuation

    from .output import print_json

    loaded = subject(name, book, between, known_at)
    v = valuation.value(loaded.advance(on, known_at), loaded.market, on)
    if as_json:
        print_json(v)
    else:
        _print_value(v, known_at)


def quote(
    name: ContractName,
    kind: Annotated[str, typer.Argument(help="surrender, withdrawal or death")],
    on: On,
    amount: Annotated[str | None, typer.Option(help="Dollars of a withdrawal.")] = None,
    net: Annotated[bool, typer.Option("--net", help="The amount is what the owner is to receive.")] = False,
    from_: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="ACCOUNT=PART", help="Named account: dollars, a percentage, or all. Repeatable."
        ),
    ] = None,
    withholding: Annotated[str, typer.Option(help="Income tax withheld from the taxable part.")] = "0%",
    exchange_to: Annotated[
        str, typer.Option(metavar="COMPANY", help="1035 exchange to that company's contract: its basis goes with it.")
    ] = "",
    rollover_to: Annotated[
        str, typer.Option(metavar="PLAN", help="Direct rollover of a qualified contract to that plan or company.")
    ] = "",
    known_at: KnownAt = None,
    book: BookAt = None,
    between: Between = "refuse",
    as_json: AsJson = False,
) -> None:
    """What a surrender, withdrawal or death claim would pay on a day, and what would be taken."""
    from inforce.quote import quote as price

    from .output import print_json

    loaded = subject(name, book, between, known_at)
    request = _request(
        kind, on, amount, net, from_, withholding=withholding, exchange_to=exchange_to, rollover_to=rollover_to
    )
    q = price(loaded.advance(on, known_at), loaded.market, request)
    if as_json:
        print_json(q)
    else:
        print_quote(q, loaded.product.card.name)


def explain(
    name: ContractName,
    what: Annotated[
        str,
        typer.Argument(
            help="A figure (contract_value, surrender_value, surrender_charge, free_amount, "
            "maintenance_charge, death_benefit), an account, or an event's id."
        ),
    ],
    on: On,
    depth: Annotated[int, typer.Option(help="How many levels to print.", min=1)] = 8,
    known_at: KnownAt = None,
    book: BookAt = None,
    between: Between = "refuse",
    as_json: AsJson = False,
) -> None:
    """Why: a number down to the terms, prices and events it comes from."""
    from inforce.explain import Changes
    from inforce.explain import explain as explained

    from .output import console, print_json, styled

    loaded = subject(name, book, between, known_at)
    changes = Changes(loaded.opening.state if loaded.opening else None)
    position = loaded.advance(on, known_at, changes)
    explanation = explained(position, loaded.market, what, on, changes=changes)
    if as_json:
        print_json(explanation.as_dict())
        return
    out = console()
    for line in explanation.lines(depth, out.width):
        out.print(styled(line.pieces), soft_wrap=True)


@ledger.command()
def show(
    name: ContractName,
    on: On,
    known_at: KnownAt = None,
    book: BookAt = None,
    between: Between = "refuse",
    entries: Annotated[bool, typer.Option("--entries", help="Every line of every entry.")] = False,
    as_json: AsJson = False,
) -> None:
    """What happened up to a day: each event, what it did, what was refused, what waits."""

    from .output import print_json

    loaded = subject(name, book, between, known_at)
    position = loaded.advance(on, known_at)
    if as_json:
        places = position.terms(on).sections.rounding.unit_decimals if position.issued else 6
        print_json([_plain_entry(entry, places) for entry in _entries(loaded, position, known_at)])
    elif entries:
        _print_entries(position, _entries(loaded, position, known_at))
    else:
        print_life(position)


def _request(kind: str, on: Any, amount: str | None, net: bool, from_: list[str] | None, **paid: str) -> Any:
    from inforce.contracts import EVENT_KINDS
    from inforce.errors import BadInput
    from inforce.terms.values import parsed

    from .options import one_of

    one_of(kind, QUOTES, "quote")
    given: dict[str, Any] = {"id": "quote", "on": on, **{name: text for name, text in paid.items() if text}}
    if kind == "withdrawal":
        given |= {"net": net}
        given |= {"amount": amount} if amount is not None else {}
        given |= {"from": _parts(from_)} if from_ else {}
    elif amount is not None or net or from_:
        raise BadInput(f"a {kind} quote takes neither --amount nor --net nor --from")
    if kind == "death" and (paid.get("exchange_to") or paid.get("rollover_to")):
        raise BadInput("a death quote takes neither --exchange-to nor --rollover-to")
    model = EVENT_KINDS["death_proof" if kind == "death" else kind]
    return parsed(model, given, lambda at, message: BadInput(f"{'.'.join(at) or kind}: {message}"))


def _parts(texts: list[str]) -> dict[str, str]:
    from inforce.errors import BadInput

    parts = {}
    for text in texts:
        account, equals, part = text.partition("=")
        if not equals or account in parts:
            raise BadInput(f"--from {text!r}: write ACCOUNT=PART, each account once, like equity=500.00 or equity=all")
        parts[account] = part
    return parts


def _print_value(v: "Valuation", known_at: Any) -> None:
    from .output import console, dollars, percent, table

    out = console()
    known = f", as known on {known_at}" if known_at else ""
    priced = "" if v.priced_on == v.on else f", at the prices of {v.priced_on}"
    out.print(f"[bold]{v.contract}[/] ({v.product}) on {v.on}{priced}{known}: {v.status.replace('_', ' ')}, issued "
              f"{v.issued}, contract year {v.contract_year}\n")  # fmt: skip
    rows = table("account", "units", "unit value / rate", "value", right=("units", "unit value / rate", "value"))
    for a in v.accounts:
        units = f"{a.units:,}" if a.units is not None else ""
        rate = percent(int(a.credited_rate * 10**9)) if a.credited_rate is not None else ""
        rows.add_row(a.name, units, f"{a.unit_value:,}" if a.unit_value is not None else rate, dollars(a.value))
        for s in a.segments:
            rows.add_row(f"  {s.began} to {s.ends}", "", percent(int(s.rate * 10**9)), dollars(s.value))
    rows.add_row("[bold]contract value[/]", "", "", f"[bold]{dollars(v.contract_value)}[/]")
    out.print(rows)
    out.print()
    out.print(_figures({
        "surrender value": v.surrender_value, "  market value adjustment": v.market_value_adjustment,
        "  surrender charge": v.surrender_charge,
        "  maintenance charge": v.maintenance_charge, "  premium tax": v.premium_tax,
        "death benefit": v.death_benefit, "free withdrawal amount left": v.free_amount,
        "purchase payments": v.purchase_payments, "withdrawals": v.withdrawals, "in suspense": v.suspense,
    }, always=("surrender value", "death benefit", "purchase payments")))  # fmt: skip
    for text in v.waiting:
        out.print(f"waiting: {text}", markup=False)
    for text in v.declined:
        out.print(f"refused: {text}", markup=False)
    for text in v.notices:
        out.print(f"note: {text}", markup=False)
    _print_readings(v.readings)
    assumptions = f"{counted(v.assumptions, 'assumption')} (inforce product assumptions {v.product})"
    out.print(f"\nRests on {assumptions}; terms {v.terms}.")
    out.print("Inforce models filings; the contract itself and state law govern.")


def print_quote(q: "Quote", product: str) -> None:
    """A quote as a table."""
    from .output import console, dollars, table

    out = console()
    priced = "" if q.priced_on == q.on else f", at the prices of {q.priced_on}"
    out.print(f"[bold]{q.kind} quote[/] for {q.contract} ({product}) on {q.on}{priced}\n")
    out.print(_figures({
        "contract value before": q.contract_value, "maintenance charge": -q.maintenance_charge,
        "taken from the contract": q.gross, "  of it free of surrender charge": q.free,
        "market value adjustment": q.market_value_adjustment,
        "surrender charge": -q.surrender_charge, "premium tax": -q.premium_tax,
        "benefit beyond the contract value": q.benefit_beyond_value, "  taxable part": q.taxable,
        "income tax withheld": -q.withholding, "  basis that goes with it": q.basis_carried,
        "paid": q.net, "contract value after": q.value_after,
    }, always=("contract value before", "taken from the contract", "surrender charge", "paid",
               "contract value after")))  # fmt: skip
    if q.charge_reason:
        out.print(f"\nno surrender charge: {q.charge_reason.replace('_', ' ')}")
    if q.by_payment:
        rows = table("payment of", "withdrawn", "surrender charge", right=("withdrawn", "surrender charge"))
        for p in q.by_payment:
            rows.add_row(str(p.paid_on), dollars(p.withdrawn), dollars(p.charge))
        out.print()
        out.print(rows)
    if q.by_account:
        rows = table("account", "taken", right=("taken",))
        for each in q.by_account:
            rows.add_row(each.account, dollars(each.taken))
        out.print()
        out.print(rows)
    _print_readings(q.readings)


def _print_readings(readings: "Iterable[Reading]") -> None:
    """How terms were read that can be read in more than one way."""
    from .output import console

    words = [f"  {reading.term}: {reading}" for reading in readings]
    if words:
        console().print("\n".join(["", "Read in one of several ways:", *words]), markup=False)


def _figures(figures: dict[str, int], always: tuple[str, ...]) -> "Table":
    """Two columns of words and dollars; zeros are left out unless they always matter."""
    from .output import dollars, table

    rows = table("", "", right=())
    rows.show_header = False
    rows.columns[1].justify = "right"
    for name, cents in figures.items():
        if cents or name in always:
            rows.add_row(name, dollars(cents))
    return rows


def print_life(position: Any) -> None:
    """What happened to a contract, a line an event; charges of nothing and anniversaries are left out."""
    from inforce.cycle.history import entered_by

    from .output import console, dollars, table

    columns = ["day", "event", "what", "amount", "charges", "paid out", "value after"]
    someone = any(a.item.event and entered_by(a.item.event) for a in position.applied)
    rows = table(*columns, *(["entered by"] if someone else []), right=("amount", "charges", "paid out", "value after"))
    for applied in position.applied:
        b, item = applied.breakdown, applied.item
        amount = b.payment or b.transfer or b.gross
        charges = b.maintenance + b.surrender_charge + b.premium_tax + b.transfer_fee
        if item.operation == "anniversary" or (item.operation == "maintenance_charge" and not charges):
            continue
        rows.add_row(str(item.day), item.event.id if item.event else "", _what(applied),
                     dollars(amount) if amount else "", dollars(charges) if charges else "",
                     dollars(b.net) if b.net else "", dollars(b.value),
                     *([entered_by(item.event) if item.event else ""] if someone else []))  # fmt: skip
    out = console()
    out.print(rows)
    for d in position.declined:
        out.print(f"refused {d.day} {d.recorded.event.id} ({d.recorded.event.kind}): {d.refused}", markup=False)
    for event, reversal in position.taken_back.items():
        out.print(f"reversed: {event}, taken back by {reversal}", markup=False)
    for text in position.notices:
        out.print(f"note: {text}", markup=False)
    for w in position.waiting:
        out.print(f"waiting {w.day} {w.recorded.event.id} ({w.recorded.event.kind}): for {w.waits_for}", markup=False)


def _what(applied: Any) -> str:
    """What an event did, in words; of an exchange or rollover where the money went, and with which basis."""
    from .output import dollars

    words: str = applied.item.operation.replace("_", " ")
    to = getattr(applied.item.event, "carried_to", "")
    return f"{words} to {to}, basis {dollars(applied.breakdown.basis_carried)}" if to else words


def _plain_entry(entry: Any, places: int) -> dict[str, Any]:
    """An entry for JSON: units as decimals in text."""
    from .output import decimals, plain

    whole: dict[str, Any] = plain(entry)
    whole["lines"] = [{**line, "units": decimals(raw.units, places).replace(",", "")}
                      for line, raw in zip(whole["lines"], entry.lines, strict=True)]  # fmt: skip
    return whole


def _entries(loaded: Any, position: Any, known_at: Any) -> Any:
    """Those of a book are posted, in the months in which they became known; those of a file are worked out."""
    from inforce.cycle import Kept

    return loaded.posted(position.through, known_at) if isinstance(loaded, Kept) else position.entries


def _print_entries(position: Any, entries: Any) -> None:
    from .output import console, decimals, dollars, table

    rows = table(
        "effective", "known", "period", "event", "operation", "account", "dollars", "units", right=("dollars", "units")
    )
    places = position.terms(position.through).sections.rounding.unit_decimals if position.issued else 6
    for entry in entries:
        head = [str(entry.effective), str(entry.known), entry.period, entry.event, entry.operation]
        for line in entry.lines:
            units = decimals(line.units, places) if line.units else ""
            rows.add_row(*head, line.account, dollars(line.cents), units)
            head = [""] * 5
    console().print(rows)
