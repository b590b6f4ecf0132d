"""A process that works on a book until somebody kills it, and what the book must hold after any number of its steps."""

from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tests.stores import samples
from tests.stores.samples import MAY_2

from inforce.dates import valuation_dates
from inforce.errors import BookBusy
from inforce.ledger import Book
from inforce.market import MarketData, Series, SubAccount
from inforce.stores import open_book

NAMES = [f"C-{n}" for n in range(40)]
DAYS = valuation_dates(MAY_2, MAY_2 + timedelta(days=3_650))

processes = get_context("forkserver")
processes.set_forkserver_preload(["tests.stores.crashing", "psycopg", "sqlalchemy.dialects.sqlite"])


def begin(book: Book) -> None:
    """What there is before the first step."""
    book.open_many(samples.contract(name) for name in NAMES)


def step(book: Book, number: int) -> None:
    """One transaction; the same number is always the same one."""
    day = DAYS[number]
    if number % 4 == 0:
        book.record_many((name, samples.payment(day, 100 + number, key=f"k{number}")) for name in NAMES)
    elif number % 4 == 1:
        price = Series.of({day: 10_000_000 + number})
        book.add_prices(MarketData({SubAccount(f"fund-{k}"): price for k in range(30)}), f"feed {number}", day)
    else:
        work = [samples.done(name, day, len(NAMES) * (number // 4), number=number + 1, entries=2) for name in NAMES]
        book.commit(samples.run(day, len(NAMES), 2 * len(NAMES)), work)


def work(where: str, steps: int, begun: Connection) -> None:
    """Go on from where the book stands, for ever."""
    with open_book(where) as book:
        begun.send(True)
        for number in range(book.seal().number - 1, steps):
            step(book, number)


def started(where: str, steps: int = len(DAYS)) -> BaseProcess:
    """A process that has begun to work."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=work, args=(where, steps, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.recv()
    return process


def count_up(where: str, name: str, times: int) -> None:
    """Add one to a contract's position so many times, whoever else does the same."""
    with open_book(where, wait=20) as book:
        done = 0
        while done < times:
            stored = book.stored(name)
            assert stored is not None
            suspense = stored.snapshot.suspense + 1
            try:
                book.commit(samples.run(), [samples.counted(name, suspense)])
                done += 1
            except BookBusy as busy:
                assert "another process posted to contract" in str(busy)


def record_keys(where: str, name: str, keys: int) -> None:
    """Record payments under keys that others record too."""
    with open_book(where, wait=20) as book:
        for key in range(keys):
            book.record(name, samples.payment(key=f"k{key}"))
