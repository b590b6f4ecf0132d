"""`inforce document`: what is printed for owners and the public."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import one_of, parse_day

if TYPE_CHECKING:
    from inforce.market import Market

app = typer.Typer(help="Documents for owners and the public.", no_args_is_help=True)
ALL = ("html", "pdf", "csv", "json")


@app.callback()
def _documents() -> None:
    """Documents for owners and the public."""


@app.command("performance-update")
def performance_update(
    name: Annotated[str, typer.Argument(metavar="PRODUCT", help="A packaged product or a product folder.")],
    as_of: Annotated[
        date, typer.Option("--as-of", parser=parse_day, metavar="DATE", help="Last day of a month, YYYY-MM-DD.")
    ],
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="html, pdf, csv or json, as often as wanted; all if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to; - writes one format to standard output.")] = Path(
        "build/documents"
    ),
    market: Annotated[
        list[Path] | None,
        typer.Option(help="Market file or folder, as often as wanted; reconstructed unit values if not given."),
    ] = None,
    method: Annotated[
        str, typer.Option(help="as_published, or strict where figures and text differ.")
    ] = "as_published",
    used_on: Annotated[
        date | None,
        typer.Option(
            "--used-on", parser=parse_day, metavar="DATE", help="Day of use: refuse when newer figures are due by then."
        ),
    ] = None,
) -> None:
    """A performance update: returns, rates, endnotes and disclosures of a product as of a month end."""
    from inforce.documents import performance_update as make
    from inforce.documents.formats import FORMATS
    from inforce.errors import BadInput
    from inforce.terms import find_product

    one_of(method, ("as_published", "strict"), "method")
    wanted = [one_of(f, ALL, "format") for f in formats or ALL]
    if str(out) == "-" and len(wanted) != 1:
        raise BadInput("standard output takes one format; name it with --format")
    product = find_product(name)
    update = make(product, as_of, _market(market), method=method, used_on=used_on)
    for wanted_format in wanted:
        _write(FORMATS[wanted_format](update), out, f"{product.id}-{as_of}.{wanted_format}")


def _market(files: list[Path] | None) -> "Market | None":
    if not files:
        return None
    from inforce.market import load_market

    return load_market([part for path in files for part in (sorted(path.glob("*.csv")) if path.is_dir() else [path])])


def _write(made: str | bytes, out: Path, name: str) -> None:
    content = made if isinstance(made, bytes) else made.encode()
    if str(out) == "-":
        typer.echo(content, nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(content)
    typer.echo(out / name)
