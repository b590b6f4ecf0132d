"""Export: the contracts and events of a book as a file that an import reads as the same."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from inforce.errors import BadInput
from inforce.ledger import Book

from .columns import plain
from .schema import ContractRecord

Plain = dict[str, Any]


def export_events(book: Book, path: Path | str) -> int:
    """Write every contract of a book, each followed by its events in order of entry; returns how many records.

    `.jsonl` is JSON Lines, `.parquet` is Parquet. A file that stands there is replaced once the new one is whole.
    """
    path = Path(path)
    kinds: dict[str, Callable[[Iterator[Plain], Path], int]] = {
        ".jsonl": _write_lines, ".ndjson": _write_lines, ".parquet": _write_parquet
    }  # fmt: skip
    write = kinds.get(path.suffix.lower())
    if write is None:
        raise BadInput(f"{path}: an export is written as {', '.join(kinds)}")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        count = write(_records(book), part)
        part.replace(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror or error}); check the folder") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def _records(book: Book) -> Iterator[Plain]:
    for contract in book.contracts():
        yield {"kind": "contract", **plain(ContractRecord.of(book.contract(contract)))}
        for recorded in book.events(contract):
            yield {"contract": contract, "kind": recorded.event.kind, **plain(recorded.event)}


def _write_lines(records: Iterator[Plain], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _write_parquet(records: Iterator[Plain], path: Path) -> int:
    from .parquet import BATCH, Writer  # pyarrow takes a while to load

    count = 0
    with Writer(path) as file:
        while batch := list(islice(records, BATCH)):
            file.write(batch)
            count += len(batch)
    return count
