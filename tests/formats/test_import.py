"""Import: what a file of each kind adds to a book, and that a second time it adds nothing."""

import subprocess
import sys
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.formats.conftest import Write
from tests.formats.files import KNOWN, contents, opening, payment

from inforce.contracts import Party
from inforce.contracts.events import Issue, PurchasePayment, Transfer, Withdrawal
from inforce.errors import BadRecord
from inforce.formats import BadFile, Imported, check_file, import_file
from inforce.formats.taking import Taking
from inforce.ledger import Book
from inforce.stores import SqlBook, open_book, verify

HALF, ALL = 500_000_000, 1_000_000_000

CSV = """\
contract,kind,on,at,key,id,amount,allocation,from,to,net,withholding,tax_year,reason
C1,purchase_payment,2008-07-31,10:15,p1,,$1000.00,equity=50%;blend=50%,,,,,2008,
C1,transfer,2008-08-01,,t1,,,,equity=100.00;blend=all,equity=100%,,,,
C1,withdrawal,2008-08-04,16:30:05,,w1,500,,equity=40%; blend=60%,,yes,10%,,"school, fees"
"""
EVENTS = [
    PurchasePayment(id="e1", on=date(2008, 7, 31), at=time(10, 15), key="p1", amount=100_000,
                    allocation={"equity": HALF, "blend": HALF}, tax_year=2008),
    Transfer.model_validate({"id": "e2", "on": "2008-08-01", "key": "t1", "from": {"equity": "100.00", "blend": "all"},
                             "to": {"equity": "100%"}}),
    Withdrawal.model_validate({"id": "w1", "on": "2008-08-04", "at": "16:30:05", "amount": "500.00", "net": "yes",
                               "from": {"equity": "40%", "blend": "60%"}, "withholding": "10%",
                               "reason": "school, fees"}),
]  # fmt: skip


def test_csv(book: Book, write: Write) -> None:
    path = write("events.csv", CSV)
    assert import_file(book, path, KNOWN) == Imported(path, events=3)
    assert [r.event for r in book.events("C1")] == EVENTS
    assert [r.known for r in book.events("C1")] == [KNOWN] * 3


def test_json_lines(book: Book, write: Write) -> None:
    lines = [
        payment(at="10:15", amount=1000.00, allocation={"blend": "50%", "equity": "50%"}, tax_year=2008),
        "",
        {"contract": "C1", "kind": "transfer", "on": "2008-08-01", "key": "t1", "id": None,
         "from": {"equity": 100, "blend": "all"}, "to": {"equity": "100%"}},
        {"contract": "C1", "kind": "withdrawal", "on": "2008-08-04", "at": "16:30:05", "id": "w1", "amount": 500,
         "net": True, "from": {"equity": "40%", "blend": "60%"}, "withholding": "10%", "reason": "school, fees"},
    ]  # fmt: skip
    assert import_file(book, write("events.jsonl", lines), KNOWN).events == 3
    assert [r.event for r in book.events("C1")] == EVENTS


@pytest.mark.parametrize(
    ("written", "cents"),
    [("1000", 100_000), ("1000.5", 100_050), ('"1000.50"', 100_050), ("9999999999.99", 999_999_999_999)],
)
def test_a_number_is_dollars_as_it_is_written(book: Book, write: Write, written: str, cents: int) -> None:
    line = f'{{"contract": "C1", "kind": "purchase_payment", "on": "2008-07-31", "key": 7, "amount": {written}}}'
    import_file(book, write("e.jsonl", [line]), KNOWN)
    event = book.events("C1")[0].event
    assert isinstance(event, PurchasePayment)
    assert (event.amount, event.key) == (cents, "7")


def test_parquet_with_maps_structs_and_exact_types(book: Book, tmp_path: Path) -> None:
    maps, struct = pa.map_(pa.string(), pa.string()), pa.struct([("equity", pa.string()), ("blend", pa.string())])
    table = pa.table({
        "contract": pa.array(["C1"] * 3).dictionary_encode(),
        "kind": ["purchase_payment", "transfer", "withdrawal"],
        "on": pa.array([date(2008, 7, 31), date(2008, 8, 1), date(2008, 8, 4)]).cast(pa.timestamp("ns")),
        "at": pa.array([time(10, 15), None, time(16, 30, 5)], pa.time32("s")),
        "key": ["p1", "t1", None],
        "id": [None, None, "w1"],
        "amount": pa.array([Decimal("1000.0000"), None, Decimal("500")], pa.decimal128(18, 4)),
        "allocation": pa.array([[("equity", "50%"), ("blend", "50%")], None, None], maps),
        "from": pa.array([None, {"equity": "100.00", "blend": "all"}, {"equity": "40%", "blend": "60%"}], struct),
        "to": [None, "equity=100%", None],
        "net": [None, None, True],
        "withholding": [None, None, "10%"],
        "tax_year": pa.array([2008, None, None], pa.int32()),
        "reason": ["", "", "school, fees"],
        "entered": pa.nulls(3),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "events.parquet")
    assert import_file(book, tmp_path / "events.parquet", KNOWN).events == 3
    assert [r.event for r in book.events("C1")] == EVENTS


def test_contracts_in_a_file_of_their_own(book: Book, write: Write) -> None:
    reading = "sub_accounts.money-market.added"
    path = write("contracts.csv", f"""\
contract,product,form,qualification,issue_state,allocation,readings,parties,issued,delivered
C2,flex-extra,flexible,qualified,TX,equity=60%;blend=40%,{reading}=table,"[{{""id"": ""p-1"", ""role"": ""owner""}}]",,
C3,flex-extra,flexible,non_qualified,MA,,,,2008-07-31,2008-08-05
""")  # fmt: skip
    assert import_file(book, path, KNOWN) == Imported(path, contracts=2, events=1)
    c2 = book.contract("C2")
    assert (c2.product, c2.qualification, c2.issue_state) == ("flex-extra", "qualified", "TX")
    assert dict(c2.allocation) == {"equity": 600_000_000, "blend": 400_000_000}
    assert dict(c2.readings) == {reading: "table"}
    assert c2.parties == (Party(id="p-1", role="owner"),)
    assert [r.event for r in book.events("C3")] == [Issue(id="issue", on=date(2008, 7, 31), delivered=date(2008, 8, 5))]
    assert import_file(book, path, KNOWN).known_already == 3


def test_contracts_in_parquet(book: Book, tmp_path: Path) -> None:
    table = pa.table({
        "contract": ["C2"], "product": ["flex-extra"], "form": ["single"], "qualification": ["qualified"],
        "issue_state": ["TX"], "allocation": [{"equity": "100%", "blend": None}],
        "parties": [[{"id": "p-1", "role": "owner", "born": date(1951, 3, 9)}, {"id": "p-2", "role": "agent"}]],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "contracts.parquet")
    births: dict[str, date] = {}
    before = contents(book)
    with pytest.raises(BadFile, match="parties: has a date of birth, and a book keeps opaque ids only"):
        import_file(book, tmp_path / "contracts.parquet", KNOWN)
    assert contents(book) == before
    assert import_file(book, tmp_path / "contracts.parquet", KNOWN, keep_births=births.update).contracts == 1
    assert births == {"p-1": date(1951, 3, 9)}
    assert book.contract("C2").parties == (
        Party(id="p-1", role="owner"),
        Party(id="p-2", role="agent"),
    )
    assert dict(book.contract("C2").allocation) == {"equity": ALL}


def test_contracts_and_events_in_one_file_in_any_order(book: Book, write: Write) -> None:
    lines = [payment("C2"), opening("C2"), payment("C1"), opening("C3", issued="2008-07-31"), payment("C3")]
    assert import_file(book, write("all.jsonl", lines), KNOWN) == Imported(write("all.jsonl", lines), 2, 4)
    assert book.contracts() == ["C1", "C2", "C3"]
    assert [r.event.id for r in book.events("C3")] == ["issue", "e2"]


def test_a_second_time_adds_nothing(book: Book, write: Write) -> None:
    lines = [opening("C2", issued="2008-07-31"), payment("C2", id="a"), payment("C2", key="", id="b"), payment("C1")]
    path = write("all.jsonl", lines)
    assert import_file(book, path, KNOWN) == Imported(path, 1, 4)
    before = contents(book)
    for known in (KNOWN, date(2009, 1, 2), None):
        assert import_file(book, path, known) == Imported(path, known_already=5)
    assert contents(book) == before


def test_what_is_new_is_added_to_what_is_known(book: Book, write: Write) -> None:
    import_file(book, write("a.jsonl", [payment(), opening("C2")]), KNOWN)
    path = write("b.jsonl", [payment(id="other-id"), payment(key="p2"), opening("C2"), opening("C3")])
    assert import_file(book, path, KNOWN) == Imported(path, 1, 1, 2)
    assert [r.event.key for r in book.events("C1")] == ["p1", "p2"]


def test_the_same_record_twice_in_a_file_counts_once(book: Book, write: Write) -> None:
    lines = [payment(), payment(), payment(id="again"), payment(key="", id="x"), payment(key="", id="x"),
             opening("C2"), opening("C2")]  # fmt: skip
    path = write("a.jsonl", lines)
    assert import_file(book, path, KNOWN) == Imported(path, 1, 2, 4)


def test_the_order_within_mappings_does_not_matter(book: Book, write: Write) -> None:
    one = payment(allocation={"equity": "60%", "blend": "40%"})
    other = payment(allocation={"blend": "40%", "equity": "60%"})
    assert import_file(book, write("a.jsonl", [one, other]), KNOWN).known_already == 1
    assert import_file(book, write("b.jsonl", [other]), KNOWN).known_already == 1


def test_known_day(book: Book, write: Write) -> None:
    lines = [payment(key="a"), payment(key="b", entered="2008-08-15")]
    import_file(book, write("a.jsonl", lines), None)
    assert [r.known for r in book.events("C1")] == [date(2008, 7, 31), date(2008, 8, 15)]


def test_same_key_in_different_contracts(book: Book, write: Write) -> None:
    assert import_file(book, write("a.jsonl", [opening("C2"), payment("C2"), payment("C1")]), KNOWN).events == 2


def test_byte_order_mark_line_ends_and_spaces(book: Book, write: Write) -> None:
    text = "\ufeffcontract , kind,on,key,amount\r\n\r\n C1 ,surrender, 2008-08-01 ,k1,\r\n"
    assert import_file(book, write("a.CSV", text), KNOWN).events == 1
    line = '{"contract": "C1", "kind": "surrender", "on": "2008-08-02", "key": "k2", "who": "Zoë \\ud83d\\ude00"}'
    assert import_file(book, write("a.ndjson", f"\ufeff{line}\r\n"), KNOWN).events == 1
    assert book.events("C1")[1].event.who == "Zoë 😀"


def test_progress(book: Book, write: Write) -> None:
    told: list[tuple[int, int]] = []
    path = write("a.jsonl", [payment(key=str(n)) for n in range(1_200)])
    import_file(book, path, KNOWN, lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert told == sorted(told) and told[-1] == (size, size) and len(told) >= 2
    told.clear()
    late = write("b.jsonl", [payment("C2", key=str(n)) for n in range(1_200)] + [opening("C2")])
    import_file(book, late, KNOWN, lambda done, total: told.append((done, total)))
    size = late.stat().st_size
    assert told == sorted(told) and told[-1] == (2 * size, 2 * size)


def test_check_without_and_with_a_book(book: Book, write: Write) -> None:
    path = write("a.jsonl", [payment("C9"), payment("C1")])
    before = contents(book)
    assert check_file(path) == []
    assert [str(p) for p in check_file(path, book)] == [
        f"{path}:1: contract: there is no contract 'C9' in the book, and this file opens none"
    ]
    assert contents(book) == before


def test_events_before_their_contract(book: Book, write: Write) -> None:
    """They are entered in the order in which they stand, once the contract is open."""
    lines = [payment("C2", key="a"), payment("C1"), opening("C2", issued="2008-07-31"), payment("C2", key="b"),
             payment("C2", key="a")]  # fmt: skip
    path = write("a.jsonl", lines)
    assert import_file(book, path, KNOWN) == Imported(path, 1, 4, 1)
    assert [r.event.key or r.event.id for r in book.events("C2")] == ["a", "issue", "b"]
    assert import_file(book, path, KNOWN) == Imported(path, known_already=6)


def test_more_than_a_batch(book: Book, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a batch has taken in is known to the next; what is wrong in the last undoes the first."""
    monkeypatch.setattr("inforce.formats.taking.BATCH", 3)
    monkeypatch.setattr("inforce.stores.recording.BATCH", 2)
    lines = [payment("C8", key="early"), *(opening(f"C{n}") for n in range(2, 9))]
    for k in range(3):
        lines += [payment(f"C{n}", key=f"k{n % 3}{k}", id="" if n % 2 else f"e{k + 2}") for n in range(2, 9)]
    before = contents(book)
    bad = write("bad.jsonl", [*lines, payment("C2", key="k20", amount="7"), payment("C3", key="z", id="e2")])
    with pytest.raises(BadFile) as caught:
        import_file(book, bad, KNOWN)
    assert [(p.line, p.at) for p in caught.value.problems] == [(30, "key"), (31, "id")]
    assert "at line 9" in str(caught.value) and "at line 17" in str(caught.value)
    assert contents(book) == before
    path = write("good.jsonl", lines)
    assert import_file(book, path, KNOWN) == Imported(path, 7, 22)
    assert import_file(book, path, KNOWN) == Imported(path, known_already=29)
    assert [r.event.id for r in book.events("C2")] == ["e2", "e3", "e4"]
    assert [r.event.id for r in book.events("C3")] == ["e1", "e2", "e3"]
    assert [r.event.key for r in book.events("C8")] == ["early", "k20", "k21", "k22"]
    assert not isinstance(book, SqlBook) or verify(book) == []


def test_a_file_that_changes_while_it_is_read(book: Book, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.jsonl", [payment("C2"), opening("C2")])
    second = Taking._second

    def changed(taking: Taking, *given: Any) -> None:
        with path.open("a") as file:
            file.write(path.read_text())
        second(taking, *given)

    monkeypatch.setattr(Taking, "_second", changed)
    before = contents(book)
    with pytest.raises(BadRecord, match="changed while it was read"):
        import_file(book, path, KNOWN)
    assert contents(book) == before


def test_what_is_checked_is_not_kept(write: Write, tmp_path: Path) -> None:
    with open_book(tmp_path / "book.db") as book:
        seal = book.seal()
        assert check_file(write("a.jsonl", [opening(), payment("C2")]), book) == []
        assert (book.contracts(), book.seal()) == ([], seal)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("inforce.formats", ("rich", "pyarrow", "sqlalchemy")),
        ("inforce.cli", ("inforce.formats", "pyarrow", "sqlalchemy", "cryptography")),
    ],
)
def test_what_is_not_loaded(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
