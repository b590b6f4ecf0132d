"""Export: what a book holds as a file. Events are written so that an import reads them as the same."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from inforce.contracts import Contract, Event
from inforce.cycle.invariants import accounts
from inforce.errors import BadInput
from inforce.ledger import Book, Entry, Recorded, Snapshot
from inforce.ledger.funds import CONTRACT
from inforce.ledger.journal import known_day
from inforce.mechanics.records import Status
from inforce.terms import find_product

from .columns import Column, columns, dollars, flat_text, plain, units_text
from .records import FindProduct
from .schema import ContractRecord

Plain = dict[str, Any]
"""A record: fields as text, mappings of text or lists; what is not given is left out or None."""

ENTRY: Final = (
    Column("contract", "value", "text"), Column("number", "value", "whole"), Column("event", "value", "text"),
    Column("operation", "value", "text"), Column("effective", "value", "day"), Column("known", "value", "day"),
    Column("period", "value", "text"), Column("terms", "value", "text"), Column("engine", "value", "text"),
    Column("account", "value", "text"), Column("dollars", "value", "money"), Column("units", "value", "text"),
)  # fmt: skip
POSITION: Final = (
    Column("contract", "value", "text"), Column("product", "value", "text"),
    Column("separate_account", "value", "text"), Column("on", "value", "day"), Column("issued", "value", "day"),
    Column("status", "value", "text"), Column("next_due", "value", "day"), Column("account", "value", "text"),
    Column("units", "value", "text"), Column("dollars", "value", "money"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a book is written: of which contracts, and what became known from one day to another."""

    contracts: Sequence[str] | None = None
    first: date | None = None
    last: date | None = None

    def __contains__(self, known: object) -> bool:
        assert isinstance(known, date)
        return (self.first is None or self.first <= known) and (self.last is None or known <= self.last)

    @property
    def some(self) -> bool:
        """Are days left out?"""
        return self.first is not None or self.last is not None


EVERYTHING: Final = Choice()


def export_events(book: Book, path: Path | str, choice: Choice = EVERYTHING) -> int:
    """Write contracts, each followed by its events in order of entry; returns how many records.

    `.jsonl` is JSON Lines, `.csv` is CSV, `.parquet` is Parquet. A file that stands there is replaced once the new one
    is whole. An event that became known on another day than it says is written with that day as `entered`.
    """
    return _export(Path(path), list(columns().values()), _events(book, choice))


def export_entries(
    book: Book, path: Path | str, choice: Choice = EVERYTHING, product: FindProduct = find_product
) -> int:
    """Write the lines of entries, a record each, in order of posting; returns how many."""
    return _export(Path(path), ENTRY, _lines(book, choice, product))


def export_positions(
    book: Book, path: Path | str, choice: Choice = EVERYTHING, product: FindProduct = find_product
) -> int:
    """Write stored positions, a record for each account and for suspense; returns how many."""
    if choice.some:
        raise BadInput("positions are what they are now; days choose among events and entries")
    return _export(Path(path), POSITION, _positions(book, choice, product))


def _named(book: Book, choice: Choice) -> Iterator[Contract]:
    names = book.contracts() if choice.contracts is None else list(choice.contracts)
    for name in () if choice.contracts is None else names:
        book.contract(name)  # one that is not there is found before anything is written
    with book.ahead(names):
        for name in names:
            yield book.contract(name)


def _events(book: Book, choice: Choice) -> Iterator[Plain]:
    for contract in _named(book, choice):
        recorded = [r for r in book.events(contract.id) if r.known in choice]
        if recorded or not choice.some:
            yield {"kind": "contract", **plain(ContractRecord.of(contract))}
        for each in recorded:
            yield {"contract": contract.id, "kind": each.event.kind, **plain(_as_known(each))}


def _as_known(recorded: Recorded) -> Event:
    """The event, entered on the day it became known; one that became known before it was received cannot say so."""
    event = recorded.event
    if recorded.known == known_day(event, None) or recorded.known < event.on:
        return event
    return event.model_copy(update={"entered": recorded.known})


def _lines(book: Book, choice: Choice, product: FindProduct) -> Iterator[Plain]:
    for contract in _named(book, choice):
        places = _unit_decimals(book, contract, product)
        for number, entry in enumerate(book.entries(contract.id), 1):
            if entry.known in choice:
                yield from _entry(entry, number, places)


def _entry(entry: Entry, number: int, places: int) -> Iterator[Plain]:
    for line in entry.lines:
        yield {
            "contract": entry.contract, "number": str(number), "event": entry.event, "operation": entry.operation,
            "effective": entry.effective.isoformat(), "known": entry.known.isoformat(), "period": entry.period,
            "terms": entry.terms, "engine": entry.engine, "account": line.account, "dollars": dollars(line.cents),
            "units": units_text(line.units, places) if line.units else None,
        }  # fmt: skip


def _unit_decimals(book: Book, contract: Contract, product: FindProduct) -> int:
    """Decimals of the contract's units; 0 before it is issued, when it has none."""
    stored = book.stored(contract.id)
    issued = stored.snapshot.issued if stored else None
    if issued is None:
        return 0
    return product(contract.product).terms(contract.cohort(issued), issued).sections.rounding.unit_decimals


def _positions(book: Book, choice: Choice, product: FindProduct) -> Iterator[Plain]:
    for contract in _named(book, choice):
        stored = book.stored(contract.id)
        if stored is None:
            continue
        found = product(contract.product)
        state = stored.snapshot.state
        head = {
            "contract": contract.id, "product": contract.product,
            "separate_account": found.separate_account(contract.qualification, contract.issue_state),
            "on": stored.snapshot.on.isoformat(), "issued": _day(stored.snapshot.issued),
            "status": Status(state.status).name.lower() if state else "not_issued", "next_due": _day(stored.next_due),
        }  # fmt: skip
        names = accounts(contract, found, stored.snapshot)
        for account in _held(stored.snapshot, names, _unit_decimals(book, contract, product)):
            yield head | account


def _held(snapshot: Snapshot, names: tuple[Sequence[str], Sequence[str]], places: int) -> Iterator[Plain]:
    state = snapshot.state
    for fund, units in zip(names[0], state.units if state else (), strict=False):
        yield {"account": CONTRACT + fund, "units": units_text(units, places)}
    for fixed, balance in zip(names[1], state.balance if state else (), strict=False):
        yield {"account": CONTRACT + fixed, "dollars": dollars(balance)}
    yield {"account": "suspense", "dollars": dollars(snapshot.suspense)}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# files


def _export(path: Path, written: Sequence[Column], records: Iterator[Plain]) -> int:
    kinds: dict[str, Callable[[Iterator[Plain], Sequence[Column], Path], int]] = {
        ".jsonl": _write_lines, ".ndjson": _write_lines, ".csv": _write_csv, ".parquet": _write_parquet
    }  # fmt: skip
    write = kinds.get(path.suffix.lower())
    if write is None:
        raise BadInput(f"{path}: an export is written as {', '.join(kinds)}")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        count = write(records, written, part)
        part.replace(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror or error}); check the folder") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def _write_lines(records: Iterator[Plain], written: Sequence[Column], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            given = {name: value for name, value in record.items() if value is not None}
            file.write(json.dumps(given, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _write_csv(records: Iterator[Plain], written: Sequence[Column], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in written])
        for record in records:
            writer.writerow([_cell(record, column) for column in written])
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _cell(record: Plain, column: Column) -> str:
    value = record.get(column.name)
    text = "" if value is None else flat_text(column, value)
    if text != text.strip():
        raise BadInput(f"{column.name} {text!r} of contract {record.get('contract')} has space around it, which CSV "
                       "would lose; export it as .jsonl or .parquet")  # fmt: skip
    return text


def _write_parquet(records: Iterator[Plain], written: Sequence[Column], path: Path) -> int:
    from .parquet import BATCH, Writer  # pyarrow takes a while to load

    count = 0
    with Writer(path, written) as file:
        while batch := list(islice(records, BATCH)):
            file.write(batch)
            count += len(batch)
    return count
