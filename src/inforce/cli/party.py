"""`inforce party key | add | show | role | roles | erase`: who the parties behind a book's opaque ids are."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inforce.errors import BadInput

from .options import AsJson, BookAt, parse_day

if TYPE_CHECKING:
    from inforce.stores.parties import Holder, Identity, PartyStore

app = typer.Typer(help="The party store: identities, sealed, and roles on contracts.", no_args_is_help=True)
StoreAt = Annotated[
    str | None,
    typer.Option("--store", metavar="WHERE", help="The party store; if not given, that of the book.",
                 envvar="INFORCE_PARTIES"),
]  # fmt: skip
PartyId = Annotated[str, typer.Argument(metavar="PARTY", help="The party's opaque id.")]
Who = Annotated[str, typer.Option("--who", help="Who enters it.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in words.")]
Known = Annotated[
    date | None, typer.Option("--known", parser=parse_day, metavar="DATE", help="The day it became known; today.")
]


@app.command()
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, outside the book and its backups.")],
) -> None:
    """Make a master key. Without it nothing in a party store can be read: keep it safe, and apart."""
    from inforce.stores.sealing import FILE_VARIABLE, MasterKey

    made = MasterKey.generate()
    made.write(file)
    typer.echo(f"{file}: master key {made.id}; set {FILE_VARIABLE} to this file")


@app.command()
def add(
    who: Who,
    name: Annotated[str, typer.Option(help="Name of the person or firm.")] = "",
    born: Annotated[date | None, typer.Option(parser=parse_day, metavar="DATE", help="Date of birth.")] = None,
    tax_number: Annotated[str, typer.Option(help="Tax number.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Name, born, tax_number, addresses as JSON; - reads "
                                  "standard input, so that they stand in no history of commands.")
    ] = None,
    party: Annotated[str, typer.Option("--id", help="Its opaque id in another system; else one is drawn.")] = "",
    known: Known = None,
    reason: Why = "",
    store: StoreAt = None,
    book: BookAt = None,
) -> None:  # fmt: skip
    """Add a party; prints its opaque id."""
    given: dict[str, object] = {"name": name, "born": born, "tax_number": tax_number}
    given = given if file is None else _read(file)
    identity = _identity(given)
    with _opened(store, book, create=True) as parties:
        if party:
            parties.add_as(party, identity, known or _today(), who, reason)
        else:
            party = parties.add(identity, known or _today(), who, reason)
    typer.echo(party)


@app.command()
def show(
    party: PartyId,
    known_by: Annotated[
        date | None, typer.Option("--known-at", parser=parse_day, metavar="DATE", help="By what was known on this day.")
    ] = None,
    as_json: AsJson = False,
    store: StoreAt = None,
    book: BookAt = None,
) -> None:
    """Who a party is."""
    with _opened(store, book) as parties:
        identity = parties.identity(party, known_by)
    if as_json:
        typer.echo(identity.model_dump_json(indent=2))
        return
    for field, value in (("name", identity.name), ("born", identity.born), ("tax number", identity.tax_number)):
        if value:
            typer.echo(f"{field}: {value}")
    for a in identity.addresses:
        place = ", ".join(part for part in (*a.lines, a.city, f"{a.state} {a.postal_code}".strip(), a.country) if part)
        typer.echo(f"{a.purpose}: {place}")


@app.command()
def role(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's id in the book.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help="owner, annuitant, beneficiary, …")],
    who: Who,
    effective: Annotated[date, typer.Option("--from", parser=parse_day, metavar="DATE", help="From which day on.")],
    holders: Annotated[
        list[str] | None,
        typer.Option("--holder", metavar="PARTY[=SHARE[:contingent]]", help="A party; of beneficiaries with a share. "
                     "May be given again; none: nobody has the role any more."),
    ] = None,
    known: Known = None,
    reason: Why = "",
    store: StoreAt = None,
    book: BookAt = None,
) -> None:  # fmt: skip
    """Say who holds a role on a contract from a day on: all of its holders. What was said before is kept."""
    from inforce.stores.parties import Designation

    held = tuple(_holder(text, role) for text in holders or ())
    asked = Designation(contract, role, held, effective, known or _today(), who, reason)  # type: ignore[arg-type]
    with _opened(store, book) as parties:
        parties.designate([asked])
    typer.echo(f"{contract}: {role.replace('_', ' ')} from {effective}: {', '.join(h.party for h in held) or 'nobody'}")


@app.command()
def roles(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's id in the book.")],
    on: Annotated[date | None, typer.Option("--on", parser=parse_day, metavar="DATE", help="The day; today.")] = None,
    known_by: Annotated[
        date | None, typer.Option("--known-at", parser=parse_day, metavar="DATE", help="By what was known on this day.")
    ] = None,
    store: StoreAt = None,
    book: BookAt = None,
) -> None:
    """Who holds which role on a contract. Needs no key: it shows ids only."""
    from .output import console, percent, table

    with _opened(store, book) as parties:
        found = parties.roles(contract, on or _today(), known_by)
    rows = table("role", "party", "share", "class", "since")
    for held in found:
        share = percent(held.share) if held.share is not None else ""
        rows.add_row(held.role.replace("_", " "), held.party, share, held.share_class or "", str(held.since))
    console().print(rows if found else f"Nobody has a role on contract {contract}.")


@app.command()
def erase(
    party: PartyId,
    who: Who,
    reason: Why,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be undone.")] = False,
    store: StoreAt = None,
    book: BookAt = None,
) -> None:
    """Destroy a party's identity for ever. Its id and roles remain, and the journal does not change."""
    if not yes:
        raise BadInput(f"what is known of party {party} would be gone for ever; add --yes to do it")
    with _opened(store, book) as parties:
        parties.erase(party, who, reason)
    typer.echo(f"{party}: erased")


def _opened(store: str | None, book: str | None, create: bool = False) -> "PartyStore":
    from inforce.stores.parties import find_master_key, open_party_store, parties_of

    if store is None and book is None:
        raise BadInput("no party store is named; give --store WHERE or --book WHERE, or set INFORCE_PARTIES")
    return open_party_store(store or parties_of(book or ""), find_master_key(), create=create)


def _today() -> date:
    return datetime.now(UTC).date()


def _read(file: Path) -> dict[str, object]:
    import json
    import sys

    try:
        found = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file}: cannot be read ({error.strerror})") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadInput(f"{file}: is no JSON object with name, born, tax_number, addresses")
    return found


def _identity(given: dict[str, object]) -> "Identity":
    from pydantic import ValidationError

    from inforce.stores.parties import Identity

    try:
        return Identity.model_validate(given)
    except ValidationError as bad:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'identity'}: {_wrong(e)}" for e in bad.errors())
        raise BadInput(f"the identity is not right: {wrong}") from None


def _wrong(error: Any) -> str:
    """What is wrong with a field, without what was given: that must not show."""
    if error["type"] == "extra_forbidden":
        return "is not a known key here"
    if error["type"].startswith("string"):
        return "must be a text"
    if error["loc"][-1:] == ("born",):
        return "is not a date: write it as YYYY-MM-DD"
    if error["loc"]:
        return "must be a list of addresses, each with lines, city, state, postal_code, country, purpose"
    return str(error["msg"]).removeprefix("Value error, ")


def _holder(text: str, role: str) -> "Holder":
    from inforce.stores.parties import Holder
    from inforce.terms.values import rate

    party, equals, rest = text.partition("=")
    if role != "beneficiary" and not equals:
        return Holder(party)
    share, _, share_class = rest.partition(":")
    try:
        return Holder(party, rate(share), "contingent" if share_class == "contingent" else "primary")
    except ValueError as bad:
        raise BadInput(f"--holder {text}: {bad}; write PARTY=SHARE or PARTY=SHARE:contingent") from None
