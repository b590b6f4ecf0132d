"""How long an answer takes: the value of a twenty-year contract, its explanation, the command line's help."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from benchmarks.figures import Figure, Options

from inforce import valuation
from inforce.contracts import Contract
from inforce.contracts.events import Issue, PurchasePayment
from inforce.cycle import advance
from inforce.demo import LAST_DAY, demo_market
from inforce.explain import explain
from inforce.ledger import MemoryJournal
from inforce.terms import find_product

ALLOCATION = {"equity": 500_000_000, "blend": 300_000_000, "guaranteed-principal-account": 200_000_000}
BUDGET = 50.0
"""Milliseconds in which a contract of twenty years is replayed and valued."""
HELP_BUDGET = 300.0
"""Milliseconds of `inforce --help` above a bare interpreter."""


def figures(options: Options) -> list[Figure]:
    """Milliseconds of processor time; the reference is the budget, so that a ratio of at most 1 is within it."""
    value, explained = _contract(options.runs)
    bare = _median(options.runs, lambda: _process("-c", "pass"))
    shown = _median(options.runs, lambda: _process("-m", "inforce", "--help"))
    return [
        Figure("twenty years of monthly payments, replayed and valued", value, "ms", BUDGET, "budget"),
        Figure("its surrender value explained", explained, "ms"),
        Figure("inforce --help above a bare interpreter", shown - bare, "ms", HELP_BUDGET, "budget"),
    ]


def _contract(runs: int) -> tuple[float, float]:
    journal, product, market = MemoryJournal(), find_product("flex-extra"), demo_market()
    contract = Contract("B1", "flex-extra", "flexible", "non_qualified", "MA", allocation=ALLOCATION)
    journal.open(contract)
    journal.record("B1", Issue(on=date(1988, 7, 29)))
    for month in range(240):
        year, index = divmod(month + 7, 12)
        journal.record("B1", PurchasePayment(on=date(1988 + year, index + 1, 15), amount=10_000))

    def worth() -> None:
        position = advance(contract, product, journal.events("B1"), market, LAST_DAY)
        valuation.value(position, market, LAST_DAY)

    position = advance(contract, product, journal.events("B1"), market, LAST_DAY)
    worth()
    return _median(runs, worth), _median(runs, lambda: explain(position, market, "surrender_value", LAST_DAY))


def _median(runs: int, work: Callable[[], object]) -> float:
    return median(milliseconds(work) for _ in range(runs))


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of this process and of those it starts: the machines are shared."""
    start = _processor_seconds()
    work()
    return (_processor_seconds() - start) * 1000


def _processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _process(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
