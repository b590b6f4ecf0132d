"""What is exported is imported as the same, and every kind of event and contract can be written."""

import csv
import json
import tempfile
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.files import KNOWN, opening, payment, with_contract
from tests.simulation.test_late_and_wrong import PRODUCT, live, random_life

from inforce.contracts import EVENT_KINDS, Contract, Event, Party
from inforce.contracts.events import PurchasePayment
from inforce.errors import BadInput, NotFound
from inforce.formats import (
    Choice,
    check_file,
    export_entries,
    export_events,
    export_positions,
    import_file,
)
from inforce.formats.columns import Column, columns, fields_of, flat, flat_text, plain, written
from inforce.formats.records import MOST
from inforce.ledger import Book, MemoryBook
from inforce.stores import open_book

PPB = 1_000_000_000
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAMES = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=8)
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
SHARES = st.integers(1, PPB)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "money": st.integers(1, MOST),
    "rate": st.integers(0, PPB),
    "part": st.one_of(SHARES.map(lambda share: -share), st.integers(1, MOST)),
    "day": DAYS,
    "clock": st.times(),
    "whole": st.integers(-(2**63), MOST),
    "yes_no": st.booleans(),
    "text": TEXT,
}


CHOICES: dict[str, st.SearchStrategy[Any]] = {
    "cause": st.sampled_from(["legal_order", "other"]),
    "refuses": st.lists(st.sampled_from(["withdrawal", "transfer", "purchase_payment"]), min_size=1, max_size=3),
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of any kind, every field given or not."""
    model = EVENT_KINDS[draw(st.sampled_from(sorted(EVENT_KINDS)))]
    content: dict[str, Any] = {}
    for _, column, default in fields_of(model):
        if default is not ... and draw(st.booleans()):
            continue
        if column.name in CHOICES:
            content[column.name] = draw(CHOICES[column.name])
            continue
        value = VALUES[column.kind]
        mapping = st.dictionaries(NAMES, value, max_size=3)
        content[column.name] = draw(mapping if column.shape == "mapping" else value)
    on = content["on"] = draw(DAYS)
    content |= {name: max(on, content[name]) for name in ("entered",) if name in content}
    content |= {name: min(on, content[name]) for name in ("date_of_death", "contract_date") if name in content}
    content |= {
        name: min(on, content[name]) for name in ("delivered",) if name in content and model is EVENT_KINDS["delivery"]
    }
    if model is EVENT_KINDS["application"]:
        content |= {"complete": not content.setdefault("missing", "")}
    if content.get("exchange_to") or content.get("rollover_to"):
        content |= {"withholding": 0} | ({"rollover_to": ""} if content.get("exchange_to") else {})
    content |= {name: "x" for name in ("who", "reason") if not content.get(name, "said").strip()}
    if "checker" in content:
        content["checker"] += f" checks {content.get('who', '')}"
    if model is EVENT_KINDS["withdrawal"]:
        content |= {"amount": 100, "from": {"a": -PPB}} if "amount" in content else {"from": {"a": 5, "b": -PPB}}
    return model.model_validate(content)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    parties = st.builds(Party, id=TEXT, role=st.sampled_from(["owner", "agent"]))
    return Contract(
        draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)),
        "flex-extra",
        draw(st.sampled_from(["flexible", "single"])),
        draw(st.sampled_from(["qualified", "non_qualified"])),
        draw(TEXT), draw(TEXT), draw(TEXT),
        draw(st.dictionaries(NAMES, SHARES, max_size=3)),
        tuple(draw(st.lists(parties, max_size=2))),
        draw(st.dictionaries(NAMES, TEXT, max_size=2)),
        draw(st.booleans()),
    )  # fmt: skip


def anything(product: str) -> Any:
    """Stands for a product with every form and reading."""

    class Everything:
        class card:  # noqa: N801
            forms = ("flexible", "single")

        @staticmethod
        def wrong_readings(chosen: Any) -> list[Any]:
            return []

    return Everything


def plain_event(event: Event) -> Event:
    """But for the day it was entered: an export says it where it became known on another day than it was received."""
    return event.model_copy(update={"entered": None})


@pytest.mark.parametrize("end", [".jsonl", ".parquet"])
@settings(max_examples=60, deadline=None)
@given(found=st.lists(st.tuples(contracts(), st.lists(events(), max_size=4)), max_size=4, unique_by=lambda x: x[0].id))
def test_export_and_import(end: str, found: list[tuple[Contract, list[Event]]]) -> None:
    book, again = MemoryBook(), MemoryBook()
    for contract, asked in found:
        book.open(contract)
        for n, event in enumerate(asked):
            known = max(KNOWN, event.on) if n else None
            book.record(contract.id, event.model_copy(update={"id": f"x{n}", "key": f"{n} {event.key}"}), known)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"all{end}"
        count = export_events(book, path)
        if not count:
            return
        imported = import_file(again, path, None, product=anything)
        assert (imported.contracts + imported.events, imported.known_already) == (count, 0)
        assert import_file(again, path, KNOWN, product=anything).known_already == count
        for contract, _ in found:
            assert again.contract(contract.id) == contract
            one, other = again.events(contract.id), book.events(contract.id)
            assert [(r.known, plain_event(r.event)) for r in one] == [(r.known, plain_event(r.event)) for r in other]


@settings(max_examples=200, deadline=None)
@given(event=events())
def test_a_field_as_text_is_read_as_the_same(event: Event) -> None:
    content = plain(event)
    assert type(event).model_validate(content) == event
    for name, value in content.items():
        column = columns()[name]
        text = flat_text(column, value)
        simple = column.shape == "value" or all(not set(";=") & set(k) and k == k.strip() for k in value)
        if simple and value != {}:
            assert flat(column, text) == (value if column.shape != "value" else text)


def test_every_kind_of_event_in_csv(tmp_path: Path) -> None:
    """The flat text of any field is what CSV takes."""
    asked = [
        payment(allocation={"equity": "60%", "blend": "40%"}, basis="12.30", tax_year=2008, at="15:59:59"),
        {"contract": "C1", "kind": "transfer", "on": "2008-08-01", "key": "t", "from": {"equity": "all", "blend": "5%"},
         "to": {"bond": "100%"}},
        {"contract": "C1", "kind": "death_notice", "on": "2008-08-02", "key": "d", "date_of_death": "2008-08-01"},
    ]  # fmt: skip
    names = list(columns())
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, names)
        rows.writeheader()
        for each in asked:
            rows.writerow({name: flat_text(columns()[name], value) for name, value in each.items()})
    book = with_contract(MemoryBook())
    assert import_file(book, tmp_path / "a.csv", KNOWN).events == 3
    for content, recorded in zip(asked, book.events("C1"), strict=True):
        expected = {k: v for k, v in content.items() if k not in ("contract", "kind")}
        assert {k: v for k, v in plain(recorded.event).items() if k != "id"} == {
            k: str(v) if isinstance(v, int) else v for k, v in expected.items()
        }


def test_every_field_can_be_written() -> None:
    """A new type of field needs a line in `columns`."""
    for model in EVENT_KINDS.values():
        for name, column, _ in fields_of(model):
            assert column.kind in VALUES or column.kind == "model", f"{model.__name__}.{name}"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("money", 5, "0.05"), ("money", 12_345_678_901, "123456789.01"), ("rate", 333_333_333, "33.3333333%"),
        ("rate", PPB, "100%"), ("rate", 10, "0.000001%"), ("part", -PPB, "all"), ("part", -PPB // 2, "50%"),
        ("part", 1, "0.01"), ("clock", time(9, 5), "09:05"), ("clock", time(9, 5, 1), "09:05:01"),
        ("yes_no", True, "yes"), ("yes_no", False, "no"), ("whole", 2008, "2008"),
        ("day", date(2008, 1, 2), "2008-01-02"),
    ],
)  # fmt: skip
def test_texts(kind: str, value: Any, text: str) -> None:
    assert written(Column("x", "value", kind), value) == text
    assert written(Column("x", "mapping", kind), {"a": value}) == {"a": text}


@pytest.fixture
def filled(tmp_path: Path) -> Book:
    book = with_contract(MemoryBook())
    path = tmp_path / "in.jsonl"
    path.write_text("")
    import_file(
        book, write_lines(path, [opening("C2"), payment("C2", allocation={"equity": "100%"}), payment()]), KNOWN
    )
    return book


def write_lines(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_into_a_database_and_out_again(filled: Book, tmp_path: Path) -> None:
    export_events(filled, tmp_path / "a.parquet")
    with open_book(tmp_path / "book.db") as book:
        import_file(book, tmp_path / "a.parquet", KNOWN)
        export_events(book, tmp_path / "b.jsonl")
    export_events(filled, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_export_for_other_programs(filled: Book, tmp_path: Path) -> None:
    """Types that a spreadsheet or data frame understands; nothing inexact."""
    export_events(filled, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types["amount"] == "decimal128(38, 2)" and types["on"] == "date32[day]" and types["tax_year"] == "int64"
    assert table.column("kind").to_pylist() == ["contract", "purchase_payment", "contract", "purchase_payment"]
    assert check_file(tmp_path / "a.parquet") == []


def test_export_replaces_whole_files_only(filled: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("what was there")

    def broken(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MemoryBook, "events", broken)
        with pytest.raises(KeyboardInterrupt):
            export_events(filled, path)
    assert path.read_text() == "what was there"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]
    assert export_events(filled, path) == 4


def test_export_to_nowhere(filled: Book, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is written as \.jsonl, \.ndjson, \.csv, \.parquet"):
        export_events(filled, tmp_path / "a.xlsx")
    with pytest.raises(NotFound, match="no contract 'C9'"):
        export_events(filled, tmp_path / "a.csv", Choice(["C1", "C9"]))
    assert not (tmp_path / "a.csv").exists()
    with pytest.raises(BadInput, match="cannot be written"):
        export_events(filled, tmp_path / "none" / "a.jsonl")


def test_csv_and_what_it_would_lose(filled: Book, tmp_path: Path) -> None:
    again = MemoryBook()
    export_events(filled, tmp_path / "a.csv")
    assert import_file(again, tmp_path / "a.csv", None).events == 2
    assert [r.known for r in again.events("C1")] == [KNOWN]
    filled.record("C1", PurchasePayment(on=KNOWN, amount=1, reason=" with space"))
    with pytest.raises(BadInput, match=r"has space around it, which CSV would lose; export it as \.jsonl"):
        export_events(filled, tmp_path / "b.csv")


def test_some_contracts_and_days(filled: Book, tmp_path: Path) -> None:
    filled.record("C1", PurchasePayment(on=date(2008, 10, 1), amount=1, id="later"))
    path = tmp_path / "a.jsonl"
    assert export_events(filled, path, Choice(["C1"])) == 3
    assert export_events(filled, path, Choice(first=date(2008, 9, 3))) == 2
    assert [json.loads(line).get("id") for line in path.read_text().splitlines()] == [None, "later"]
    assert export_events(filled, path, Choice(last=date(2008, 9, 1))) == 0
    with pytest.raises(BadInput, match="positions are what they are now"):
        export_positions(filled, path, Choice(last=KNOWN))


@pytest.mark.parametrize("end", [".jsonl", ".csv", ".parquet"])
def test_entries_and_positions(end: str, tmp_path: Path) -> None:
    """Together they say the same: units and balances of the positions are the sums of the entries."""
    life = random_life(8)
    with open_book(tmp_path / "book.db") as book:
        live(life, book)
        entries = export_entries(book, tmp_path / f"e{end}")
        assert entries == sum(len(entry.lines) for entry in book.entries(life.contract.id))
        assert export_entries(book, tmp_path / "none.csv", Choice(last=date(1990, 1, 1))) == 0
        export_positions(book, tmp_path / f"p{end}")
    sums: dict[str, Decimal] = {}
    for row in rows_of(tmp_path / f"e{end}"):
        worth = row.get("units") if row["account"] in ("contract/equity", "contract/blend") else row["dollars"]
        sums[row["account"]] = sums.get(row["account"], Decimal()) + Decimal(worth or 0)
    found = rows_of(tmp_path / f"p{end}")
    assert {row["separate_account"] for row in found} == {
        PRODUCT.separate_account(life.contract.qualification, life.contract.issue_state)
    }
    for row in found:
        held = row.get("units") or row.get("dollars")
        assert held is not None and Decimal(held) == sums.get(row["account"], Decimal()), row["account"]
    assert any(sums.values())


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    with path.open(newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file]
