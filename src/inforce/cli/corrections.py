"""`inforce cycle held | approve | reject` and `inforce ledger history`: what is corrected, who allowed it, and why."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, BookAt, book_at, parse_day

if TYPE_CHECKING:
    from inforce.contracts import Event
    from inforce.cycle.history import Belief
    from inforce.ledger import Held, Stored
    from inforce.stores import SqlBook

InBook = Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's id in the book.")]
Decided = Annotated[
    date | None, typer.Option("--on", parser=parse_day, metavar="DATE", help="Day of the decision; today if not given.")
]


def held(
    name: Annotated[
        str | None, typer.Argument(metavar="CONTRACT", help="Only this one, with the entries that would be posted.")
    ] = None,
    book: BookAt = None,
    as_json: AsJson = False,
) -> None:
    """Corrections that wait for approval: why, how much, since when, and what they come from."""
    from .output import console, dollars, print_json, table

    with book_at(book) as opened:
        found = [_held_in(opened, name)] if name else opened.held()
        places = {each.contract: _unit_decimals(opened, each.contract) for each in found} if name else {}
    if as_json:
        print_json([{"contract": each.contract, "held": each.held} for each in found])
        return
    rows = table("contract", "correction", "since", "why", "event", "dollars", "comes from", right=("dollars",))
    for each in found:
        correction = _of(each)
        head = [each.contract, correction.id, str(correction.since)]
        source = ", ".join(correction.triggers) or "a corrected price"
        for ground in correction.grounds:
            rows.add_row(*head, ground.what, ground.event, dollars(ground.cents) if ground.cents else "", source)
            head, source = [""] * 3, ""
    console().print(rows if found else "No correction is held.")
    for each in found if name else ():
        _print_would_be(_of(each), places[each.contract])


def approve(
    name: InBook,
    who: Annotated[str, typer.Option(help="Who approves: nobody who entered what it comes from.")],
    book: BookAt = None,
    on: Decided = None,
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "",
) -> None:
    """Approve the correction that is held on a contract; the next run of the cycle posts it."""
    from inforce.contracts import Approval
    from inforce.cycle.approval import check_approval

    with book_at(book) as opened:
        correction = _of(_held_in(opened, name))
        event = _event(Approval, on=on, who=who, of=correction.id, reason=reason)
        check_approval(event, correction)
        recorded = _record(opened, name, event, correction)
    typer.echo(f"{correction.id} of {name} approved by {who} ({recorded.event.id}); the next run of the cycle posts it")


def reject(
    name: InBook,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Id of an event that the correction comes from.")],
    who: Annotated[str, typer.Option(help="Who rejects it.")],
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    book: BookAt = None,
    on: Decided = None,
) -> None:
    """Decline an event that a held correction comes from; money that it brought is returned."""
    from inforce.contracts import Rejection
    from inforce.errors import BadInput

    with book_at(book) as opened:
        correction = _of(_held_in(opened, name))
        if event not in correction.triggers:
            known = ", ".join(correction.triggers) or "a corrected price"
            raise BadInput(f"{correction.id} of {name} does not come from {event!r}; it comes from {known}")
        rejection = _event(Rejection, on=on, who=who, of=event, reason=reason)
        recorded = _record(opened, name, rejection, correction)
    typer.echo(
        f"{event} of {name} rejected by {who} ({recorded.event.id}); the next run of the cycle goes on without it"
    )


def history(
    name: InBook,
    first: Annotated[
        date | None,
        typer.Option("--from", parser=parse_day, metavar="DATE", help="Only what became known from then on."),
    ] = None,
    book: BookAt = None,
    as_json: AsJson = False,
) -> None:
    """What was believed when: for each day on which something became known, why, and what it changed."""
    from inforce.cycle.history import beliefs

    from .output import console, print_json

    with book_at(book) as opened:
        found, stored = beliefs(opened, name), opened.stored(name)
        found = [belief for belief in found if first is None or belief.known >= first]
        places = _unit_decimals(opened, name)
    if as_json:
        print_json([_plain_belief(belief, places) for belief in found])
        return
    for belief in found:
        _print_belief(belief, places)
    if stored is not None and stored.held is not None:
        console().print(f"[bold]{stored.held.id} is held since {stored.held.since}[/]: inforce cycle held {name}")


def _held_in(book: "SqlBook", name: str) -> "Stored":
    """The contract's stored position with its held correction. Raises BadInput where nothing is held."""
    from inforce.errors import BadInput

    stored = book.stored(name)
    if stored is None or stored.held is None:
        raise BadInput(f"no correction is held on contract {name}")
    return stored


def _of(stored: "Stored") -> "Held":
    from inforce.errors import Fault

    if stored.held is None:
        raise Fault(f"no correction is held on contract {stored.contract}")
    return stored.held


def _event(kind: Any, on: date | None, **given: str) -> Any:
    from inforce.errors import BadInput
    from inforce.terms.values import parsed

    plain = {"on": on or date.today(), "channel": "command line", **given}
    return parsed(kind, plain, lambda at, message: BadInput(f"{'.'.join(at) or kind.__name__.lower()}: {message}"))


def _record(book: "SqlBook", name: str, event: "Event", held: "Held") -> Any:
    from inforce.errors import BadInput

    if event.on < held.since:
        raise BadInput(f"{held.id} is held since {held.since}; it cannot be decided on {event.on}")
    return book.record(name, event)


def _unit_decimals(book: "SqlBook", name: str) -> int:
    from inforce.terms import find_product

    contract, stored = book.contract(name), book.stored(name)
    if stored is None or stored.snapshot.issued is None:
        return 6
    issued = stored.snapshot.issued
    terms = find_product(contract.product).terms(contract.cohort(issued), issued)
    return terms.sections.rounding.unit_decimals


def _print_would_be(correction: "Held", places: int) -> None:
    from .output import console, decimals, dollars, table

    rows = table("effective", "event", "operation", "account", "dollars", "units", right=("dollars", "units"))
    for entry in correction.entries:
        head = [str(entry.effective), entry.event, entry.operation.replace("_", " ")]
        for line in entry.lines:
            units = decimals(line.units, places) if line.units else ""
            rows.add_row(*head, line.account, dollars(line.cents), units)
            head = [""] * 3
    console().print(f"\nWorked out on {correction.day}. What would be posted:\n")
    console().print(rows)


def _print_belief(belief: "Belief", places: int) -> None:
    from inforce.cycle.posting import OFFSET

    from .output import console, decimals, dollars, table

    out = console()
    out.print(f"[bold]Known on {belief.known}[/]")
    for reason in belief.because:
        out.print(f"  because {reason}", markup=False)
    if not belief.changes:
        out.print("  nothing was posted\n")
        return
    rows = table("  event", "effective", "operation", "account", "was", "is", "units were", "are", "entered by",
                 right=("was", "is", "units were", "are"))  # fmt: skip
    before = ("", "")
    for c in belief.changes:
        if c.account == OFFSET:
            continue
        same = (c.event, c.operation) == before
        before = c.event, c.operation
        head = [""] * 3 if same else [f"  {c.event}", str(c.effective), c.operation.replace("_", " ")]
        units = [decimals(n, places) if c.was_units != c.is_units else "" for n in (c.was_units, c.is_units)]
        was = ["" if c.new else text for text in (dollars(c.was_cents), units[0])]
        rows.add_row(*head, c.account, was[0], dollars(c.is_cents), was[1], units[1], "" if same else c.entered)
    out.print(rows)
    out.print()


def _plain_belief(belief: "Belief", places: int) -> dict[str, Any]:
    """For JSON: units as decimals in text."""
    from .output import decimals, dollars, plain

    whole: dict[str, Any] = plain(belief)
    for shown, change in zip(whole["changes"], belief.changes, strict=True):
        for name in ("was", "is"):
            cents, units = getattr(change, f"{name}_cents"), getattr(change, f"{name}_units")
            shown[f"{name}_units"] = decimals(units, places).replace(",", "")
            shown[name] = dollars(cents).replace("$", "").replace(",", "")
            del shown[f"{name}_cents"]
    return whole
