"""`inforce case`: worked examples."""

from pathlib import Path
from typing import Annotated, Any

import typer

from inforce.errors import counted

from .options import AsJson

app = typer.Typer(help="Worked examples as files.", no_args_is_help=True)


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Case files.")],
    as_json: AsJson = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only what does not hold.")] = False,
) -> None:
    """Run case files: each expected figure beside ours. Exits 1 where one differs, 2 where a file is wrong."""
    from inforce.cases import load_case, run_case
    from inforce.errors import Fault, InforceError

    from .output import print_json

    results: list[dict[str, Any]] = []
    for file in files:
        try:
            outcome = run_case(load_case(file))
        except Fault:
            raise
        except InforceError as error:
            results.append({"file": str(file), "error": str(error), "passed": False, "checks": []})
        else:
            results.append({"file": str(file), "title": outcome.loaded.card.title, "passed": outcome.passed,
                            "checks": outcome.checks})  # fmt: skip
    if as_json:
        print_json(results)
    else:
        _print(results, failed)
    if any("error" in result for result in results):
        raise typer.Exit(2)
    if not all(result["passed"] for result in results):
        raise typer.Exit(1)


def _print(results: list[dict[str, Any]], failed: bool) -> None:
    from .output import console, table

    out = console()
    for result in results:
        if "error" in result:
            out.print(f"[red]error[/] {result['file']}")
            out.print(f"  {result['error']}\n", markup=False)
            continue
        wrong = sum(not check.passed for check in result["checks"])
        if not result["checks"]:
            out.print(f"{result['file']}: {result['title']} expects nothing")
            continue
        state = "[red]fails[/]" if wrong else "[green]holds[/]"
        figures = f"{counted(len(result['checks']), 'figure')}, {counted(wrong, 'differs', 'differ')}"
        out.print(f"{state} {result['file']}: {result['title']} ({figures})")
        rows = table("  ", "of", "figure", "expected", "ours", "", right=("expected", "ours"))
        for c in result["checks"]:
            if not (failed and c.passed):
                mark = "[green]=[/]" if c.passed else "[red]≠[/]"
                rows.add_row(f"  {mark}", c.about, c.figure, c.expected, c.actual, c.tolerance)
        if rows.row_count:
            out.print(rows)
        out.print()
    asked = [result for result in results if result["checks"] or "error" in result]
    asked_of = counted(len(asked), "case file holds", "case files hold")
    out.print(f"{sum(result['passed'] for result in asked)} of {asked_of}.")
