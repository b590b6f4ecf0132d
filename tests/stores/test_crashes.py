"""Killed at any moment, a book holds whole transactions up to some point; started again, it ends as if undisturbed.

INFORCE_KILLS sets how often (a long run: 200).
"""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

import pytest
from tests.stores import crashing, samples
from tests.stores.conftest import DATABASES, Databases, Place
from tests.stores.postgres import Server

from inforce.errors import BadBook, BookBusy
from inforce.ledger import MemoryBook
from inforce.stores import SqlBook, open_book, verify

KILLS = int(os.environ.get("INFORCE_KILLS", "6"))
pytestmark = pytest.mark.slow


class Undisturbed:
    """What a book must hold after so many steps."""

    def __init__(self) -> None:
        self.book, self.steps = MemoryBook(), 0
        crashing.begin(self.book)

    def check(self, book: SqlBook) -> int:
        """Compare; the number of steps that the book has."""
        with book.database.writing():
            pass  # a server may still be finishing what a killed process had sent
        steps = book.seal().number - 1
        assert steps >= self.steps
        for number in range(self.steps, steps):
            crashing.step(self.book, number)
        self.steps = steps
        assert samples.contents(book) == samples.contents(self.book)
        assert verify(book) == []
        return steps


@pytest.mark.parametrize("place", DATABASES, indirect=True)
def test_killed_at_random_moments(place: Place) -> None:
    where, random, undisturbed = place(), Random(7), Undisturbed()
    with open_book(where) as book:
        crashing.begin(book)
    for _ in range(KILLS):
        process = crashing.started(where)
        time.sleep(random.uniform(0, 0.12))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        with open_book(where) as book:
            steps = undisturbed.check(book)
    process = crashing.started(where, steps + 4)
    process.join()
    assert process.exitcode == 0
    with open_book(where) as book:
        assert undisturbed.check(book) == steps + 4


@pytest.mark.xdist_group("postgres")
def test_the_server_is_killed(postgres: Server, databases: Databases) -> None:
    """One of its processes, on which it ends all of them and recovers from its log."""
    where, random, undisturbed = databases.take(), Random(11), Undisturbed()
    with open_book(where) as book:
        crashing.begin(book)
    for _ in range(max(2, KILLS // 4)):
        process = crashing.started(where)
        time.sleep(random.uniform(0, 0.1))
        name = where.split("/")[3].split("?")[0]
        for (pid,) in postgres.sql("postgres", f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.join(20)
        assert process.exitcode == 1  # BadBook: the database is gone
        with recovered(where) as book:
            undisturbed.check(book)


def recovered(where: str) -> SqlBook:
    end = time.monotonic() + 30
    while True:
        try:
            return open_book(where)
        except (BadBook, BookBusy):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_power_fails_and_the_log_is_cut(tmp_path: Path, empty_file: Path) -> None:
    """SQLite's write-ahead log, cut anywhere or with bytes that never arrived: a prefix of the transactions, whole.

    A seal noted elsewhere tells that something is lost.
    """
    path, cut = tmp_path / "book.db", tmp_path / "cut"
    shutil.copy(empty_file, path)
    book, states = open_book(path), {}
    with book.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
    crashing.begin(book)
    for number in range(12):
        states[book.seal().number] = samples.contents(book)
        crashing.step(book, number)
    states[book.seal().number] = samples.contents(book)
    noted = book.seal()
    cut.mkdir()
    main, log = path.read_bytes(), path.with_name("book.db-wal").read_bytes()
    book.close()
    random, reached = Random(3), set()
    for _ in range(3 * KILLS):
        length = random.choice([random.randrange(len(log) + 1), len(log), random.randrange(len(log) // 4)])
        scribbled = bytearray(log[:length])
        for at in random.sample(range(length), 2) if length > 100 and random.random() < 0.3 else ():
            scribbled[at] ^= 0xFF
        shutil.rmtree(cut)
        cut.mkdir()
        (cut / "book.db").write_bytes(main)
        (cut / "book.db-wal").write_bytes(scribbled)
        with open_book(cut / "book.db") as left:
            seal = left.seal()
            reached.add(seal.number)
            if seal.number:
                assert samples.contents(left) == states[seal.number]
            assert verify(left) == []
            lost = [f"it is not in the book, which ends at {seal.number}:" in f.problem for f in verify(left, noted)]
            assert lost == ([] if seal == noted else [True])
    assert len(reached) > 3
