"""Import of a file of contracts and payments: records a second, and the memory that the process needs at most."""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run as run_process
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.figures import Figure, Options
from tests.stores.postgres import NoPostgres, server

from inforce.formats import import_file
from inforce.stores import open_book

EACH = 10
"""Records a contract: it is opened, and pays nine times."""
RECORDS, LARGE = 100_000, 1_000_000


def figures(options: Options) -> list[Figure]:
    """A file of 100,000 records into both databases; with `--large` one of a million into SQLite."""
    found = []
    with TemporaryDirectory() as folder:
        path = Path(folder)
        for records in (RECORDS, LARGE) if options.large else (RECORDS,):
            file = written(path / f"{records}.jsonl", records)
            found.append(_apart(file, f"{folder}/{records}.db", records))
        try:
            with server(fsync="on") as postgres:
                found.append(_apart(path / f"{RECORDS}.jsonl", postgres.new_database(), RECORDS))
        except NoPostgres as failure:
            print(f"PostgreSQL was not measured: {failure}", file=sys.stderr)
    return found


def _apart(file: Path, where: str, records: int) -> Figure:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.importing", str(file), where]
    done = run_process(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    seconds, peak = done.stdout.split()
    database = "postgresql" if "://" in where else "sqlite"
    return Figure(f"{database}: import {records:,}", records / float(seconds), f"records/s, peak {peak} MiB")


def written(path: Path, records: int) -> Path:
    """A file of so many records: contracts first, then their payments day by day."""
    with path.open("w") as file:
        file.writelines(json.dumps(record) + "\n" for record in _records(records // EACH))
    return path


def _records(contracts: int) -> Iterator[dict[str, object]]:
    for n in range(contracts):
        yield {"contract": f"C{n:07}", "kind": "contract", "product": "flex-extra", "form": "flexible",
               "qualification": "non_qualified", "issue_state": "MA",
               "allocation": {"equity": "60%", "blend": "40%"}}  # fmt: skip
    for day in range(1, EACH):
        for n in range(contracts):
            yield {"contract": f"C{n:07}", "kind": "purchase_payment", "on": f"2001-05-{day:02}",
                   "key": f"lockbox-{n}-{day}", "amount": f"{100 + day}.{n % 100:02}"}  # fmt: skip


if __name__ == "__main__":
    with open_book(sys.argv[2]) as book:
        start = perf_counter()
        import_file(book, sys.argv[1], None)
        seconds = perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
