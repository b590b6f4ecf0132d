"""The command line: reads arguments, asks the layers below, prints. Heavy imports happen inside commands."""

import os
import sys

import typer

from inforce.errors import Fault, InforceError, Refused

from . import book, case, checking, contract, corrections, demo, document, exporting, orders, party, product

app = typer.Typer(
    help="Variable annuities and variable universal life, run from their own prospectuses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(product.app, name="product")
app.add_typer(case.app, name="case")
app.add_typer(contract.ledger, name="ledger")
app.command()(contract.value)
app.command()(contract.quote)
app.command()(contract.explain)
app.add_typer(book.app, name="book")
app.add_typer(book.cycle, name="cycle")
book.app.command()(checking.check)
book.app.command()(checking.rebuild)
book.cycle.command()(orders.orders)
app.command("import")(book.import_)
app.add_typer(exporting.app, name="export")
app.add_typer(party.app, name="party")
contract.ledger.command()(book.verify)
contract.ledger.command()(corrections.history)
book.cycle.command()(corrections.held)
book.cycle.command()(corrections.approve)
book.cycle.command()(corrections.reject)
app.add_typer(document.app, name="document")
app.command()(demo.demo)
app.command()(demo.published)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"inforce {installed('inforce')}")
        raise typer.Exit


def main() -> None:
    """Run the command line: exit 1 for a refusal or a mismatch, 2 for bad input, 70 for a fault of ours."""
    try:
        app()
    except Refused as refused:
        _fail(f"refused: {refused}", 1)
    except Fault as fault:
        _fail(f"fault: {fault}", 70)
    except InforceError as error:
        _fail(f"error: {error}", 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as unexpected:
        if os.environ.get("INFORCE_TRACEBACK"):
            raise
        _fail(f"fault: {type(unexpected).__name__}: {unexpected}\nThis should not happen. Nothing was changed. Please "
              "report it with the output of the same command and INFORCE_TRACEBACK=1.", 70)  # fmt: skip


def _fail(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)
