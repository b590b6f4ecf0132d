"""`inforce demo` and `inforce published`."""

from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's contracts and prices are written.")] = Path(
        "build/demo"
    ),
) -> None:
    """Twenty Flex Extra contracts over twenty-one years: a summary, one life, one explanation, one quote."""
    from inforce.demo import show

    show(folder)


def published(
    name: Annotated[str, typer.Argument(metavar="PRODUCT", help="A packaged product.")], as_json: AsJson = False
) -> None:
    """Figures printed in the filings beside ours: derived, fed in and fitted, never mixed."""
    from inforce.returns.published import published_table

    from .output import console, print_json, table

    rows = published_table(name)
    if as_json:
        print_json(rows)
        return
    out = console()
    for group in dict.fromkeys(row.group for row in rows):
        cells = [row for row in rows if row.group == group]
        columns = ("table", "division", "column", "printed", "ours", "difference", "why")
        t = table(*columns, title=f"{group} ({len(cells)} cells)", right=columns[3:6])
        for row in cells:
            t.add_row(
                row.table, row.division, row.column, str(row.printed), str(row.ours), str(row.difference), row.why
            )
        out.print(t)
        out.print()
