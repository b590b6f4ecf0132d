"""How long performance updates take: one of thirteen sub-accounts, and a hundred products one after the other."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.answers import milliseconds
from benchmarks.figures import Figure, Options

from inforce.documents import performance_update
from inforce.documents.formats import FORMATS
from inforce.terms import load_product, packaged_products

AS_OF = {"flex-extra": date(2008, 7, 31), "lifetrust": date(2020, 10, 31)}
PRODUCTS = 100
ONE_BUDGET, ALL_BUDGET = 2_000.0, 60_000.0
"""Milliseconds: one update; a hundred products."""


def figures(options: Options) -> list[Figure]:
    """Milliseconds of processor time; the reference is the budget, so that a ratio of at most 1 is within it."""
    one = milliseconds(lambda: _update(packaged_products()["lifetrust"], AS_OF["lifetrust"]))
    with tempfile.TemporaryDirectory() as folder:
        copies = _copies(Path(folder))
        every = milliseconds(lambda: [_update(copy, as_of) for copy, as_of in copies])
    return [
        Figure("performance update, 13 sub-accounts, four formats", one, "ms", ONE_BUDGET, "budget"),
        Figure(f"performance updates of {PRODUCTS} products, four formats", every, "ms", ALL_BUDGET, "budget"),
    ]


def _copies(folder: Path) -> list[tuple[Path, date]]:
    copies = []
    for number in range(PRODUCTS):
        name = list(AS_OF)[number % len(AS_OF)]
        copy = folder / str(number) / name
        shutil.copytree(packaged_products()[name], copy)
        copies.append((copy, AS_OF[name]))
    return copies


def _update(folder: Path, as_of: date) -> None:
    update = performance_update(load_product(folder), as_of)
    for render in FORMATS.values():
        render(update)
