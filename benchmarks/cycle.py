"""The daily cycle end to end: what is due read, applied, checked and committed, on quiet and on busy days.

All contracts are of Flex Extra with money in three accounts, issued on one day. A *quiet* day has something for 1 % of
them, a *busy* one for 10 % (payments, transfers, withdrawals in turn); on the anniversary *everyone* is due.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from subprocess import run as run_process
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.figures import Figure, Options
from tests.stores.postgres import NoPostgres, server

from inforce.contracts import Contract, Event
from inforce.contracts.events import Issue, PurchasePayment, Transfer, Withdrawal
from inforce.cycle import Cycle
from inforce.dates import valuation_dates
from inforce.ledger import Book
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.stores import open_book
from inforce.terms import find_product

BEGUN, QUIET, BUSY, EVERYONE = date(2001, 5, 2), date(2001, 8, 1), date(2001, 8, 2), date(2002, 5, 2)
GPA = "guaranteed-principal-account"
SHARES = {"equity": 500_000_000, "blend": 300_000_000, GPA: 200_000_000}
SIZES = (1_000, 10_000)
LARGE = 100_000


@dataclass(frozen=True, slots=True)
class Day:
    """What one day's cycle took."""

    name: str
    contracts: int
    seconds: float
    peak: int
    """MiB that the process had at most."""


def figures(options: Options) -> list[Figure]:
    """Contracts worked a second, by kind of day, in both databases. With `--large` also of 100,000 contracts."""
    sizes = (*SIZES, LARGE) if options.large else SIZES
    found: list[Figure] = []
    with TemporaryDirectory() as folder:
        for contracts in sizes:
            found += _apart(f"{folder}/{contracts}.db", contracts)
    try:
        with server(fsync="on") as postgres:
            for contracts in sizes:
                found += _apart(postgres.new_database(), contracts)
    except NoPostgres as failure:
        print(f"PostgreSQL was not measured: {failure}", file=sys.stderr)
    return found


def _apart(where: str, contracts: int) -> Iterator[Figure]:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.cycle", where, str(contracts)]
    done = run_process(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    database = "postgresql" if "://" in where else "sqlite"
    for line in done.stdout.splitlines():
        name, worked, seconds, peak = line.split()
        what = f"{database}, {contracts:,}: {name}, {int(worked):,} due"
        yield Figure(what, int(worked) / float(seconds), f"contracts/s, {float(seconds):.2f} s, peak {peak} MiB")


def measure(where: str, contracts: int) -> Iterator[Day]:
    """A book of so many contracts, through four days."""
    names = [f"C{n:07}" for n in range(contracts)]
    product = find_product("flex-extra")
    with open_book(where) as book:
        cycle = Cycle(book, market(), lambda _: product)
        book.open_many(_contract(name) for name in names)
        with book.taking_in() as intake:
            for name in names:
                intake.take([(name, Issue(on=BEGUN, id="issue")), (name, PurchasePayment(on=BEGUN, amount=10_000_00))])
        yield _day("first", cycle, BEGUN, book, [])
        yield _day("quiet", cycle, QUIET, book, names[::100])
        yield _day("busy", cycle, BUSY, book, names[::10])
        yield _day("everyone", cycle, EVERYONE, book, [])


def _day(name: str, cycle: Cycle, day: date, book: Book, asking: list[str]) -> Day:
    if asking:
        book.record_many((contract, _request(n, day)) for n, contract in enumerate(asking))
    start = perf_counter()
    done = cycle.run_day(day)
    seconds = perf_counter() - start
    return Day(name, done.contracts, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _contract(name: str) -> Contract:
    return Contract(name, "flex-extra", "flexible", "non_qualified", "MA", allocation=SHARES)


def _request(number: int, day: date) -> Event:
    kinds: tuple[Callable[[], Event], ...] = (
        lambda: PurchasePayment(on=day, amount=50_000 + number, key=f"{day} {number}"),
        lambda: Transfer.model_validate({"on": day, "from": {"equity": "10%"}, "to": {"blend": "100%"}}),
        lambda: Withdrawal(on=day, amount=20_000 + number),
    )
    return kinds[number % 3]()


def market() -> Market:
    """A price for every day, and declared rates."""
    values: dict[str, dict[date, int]] = {"equity": {}, "blend": {}}
    for n, day in enumerate(valuation_dates(BEGUN, EVERYONE)):
        values["equity"][day], values["blend"][day] = 20_000_000 + 7_919 * (n % 97), 10_000_000 + 3_571 * (n % 89)
    months = {f"{year}-{month:02d}": 40_000_000 for year in (2001, 2002) for month in range(1, 13)}
    series = {SubAccount(fund): Series.of(each) for fund, each in values.items()}
    return Market(MarketData(series, declared={GPA: Rates.by_month(months)}))


if __name__ == "__main__":
    for each in measure(sys.argv[1], int(sys.argv[2])):
        print(each.name, each.contracts, each.seconds, each.peak, flush=True)
