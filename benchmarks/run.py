"""`make bench`: measure, and print each figure beside its reference.

python benchmarks/run.py [part …] [--runs N] [--histories N] [--large]

A part is a function that takes `Options` and gives back `Figure`s; to add one, name it in PARTS.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import Figure, Options
from rich.console import Console
from rich.table import Table

PARTS = {
    "month": "benchmarks.month:figures",
    "project": "benchmarks.projecting:figures",
    "compile": "benchmarks.compiling:figures",
    "identity": "benchmarks.identity:figures",
    "answers": "benchmarks.answers:figures",
    "store": "benchmarks.store:figures",
    "import": "benchmarks.importing:figures",
    "cycle": "benchmarks.cycle:figures",
    "documents": "benchmarks.documents:figures",
}
"""Each part's module and function; imported only when it runs."""


def main() -> int:
    arguments = parsed()
    options = Options(arguments.runs, arguments.histories, arguments.large)
    table = Table("figure", "value", "unit", "reference", "ratio", "at least", title="Inforce benchmarks")
    for column in (1, 3, 4, 5):
        table.columns[column].justify = "right"
    failed = False
    for name in arguments.parts or PARTS:
        started = time.perf_counter()
        for figure in part(name)(options):
            table.add_row(*row(figure))
            failed |= not figure.holds
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    Console(width=132).print(table)
    return int(failed)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure, and print each figure beside its reference.")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--histories", type=int, default=10_000, help="random lives compared by `identity`")
    parser.add_argument(
        "--large", action="store_true", help="100,000 contracts in `store` and `cycle`, a million records in `import`"
    )
    arguments = parser.parse_args()
    for name in arguments.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}: {', '.join(PARTS)}")
    return arguments


def part(name: str) -> Callable[[Options], list[Figure]]:
    module, _, function = PARTS[name].partition(":")
    found: Callable[[Options], list[Figure]] = getattr(importlib.import_module(module), function)
    return found


def row(figure: Figure) -> list[str]:
    reference = "" if figure.reference is None else f"{figure.reference_name} {shown(figure.reference)}".strip()
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    at_least = "" if figure.at_least is None else f"{figure.at_least:.2f} {'' if figure.holds else 'MISSED'}".strip()
    return [figure.name, shown(figure.value), figure.unit, reference, ratio, at_least]


def shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


if __name__ == "__main__":
    sys.exit(main())
