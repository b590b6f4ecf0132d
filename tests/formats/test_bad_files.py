"""Every way in which a file to import is refused: what is said, at which line and column, and that nothing is added."""

import json
import os
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.formats.conftest import Write
from tests.formats.files import KNOWN, contents, opening, payment

from inforce.errors import BadRecord
from inforce.formats import BadFile, check_file, import_file
from inforce.ledger import Book

GOOD = json.dumps(payment())
HEADER = "contract,kind,on,key,amount,allocation\n"
FIRST = "C1,purchase_payment,2008-07-31,p1,1000.00,\n"


def refused(book: Book, path: Path) -> BadRecord:
    """What an import says; and that a check says the same, and neither adds anything."""
    before = contents(book)
    with pytest.raises(BadRecord) as caught:
        import_file(book, path, KNOWN)
    assert contents(book) == before
    assert [str(each) for each in check_file(path, book)] == [
        str(each) for each in getattr(caught.value, "problems", (caught.value,))
    ]
    return caught.value


@pytest.mark.parametrize(
    ("line", "at", "says"),
    [
        ("{", "", "is no JSON"),
        ("[1, 2]", "", "is no JSON object"),
        ('"text"', "", "is no JSON object"),
        ("17", "", "is no JSON object"),
        ("[" * 100_000, "", "nested too deeply"),
        ('{"key": "a", "key": "b"}', "", "has the key 'key' twice"),
        ('{"kind": "transfer", "from": {"equity": "1%", "equity": "2%"}}', "", "has the key 'equity' twice"),
        ('{"who": "\\u0000"}', "", "NUL"),
        ('{"who": "\\ud800"}', "", "not in UTF-8"),
        ('{"reason": "\xff"}'.encode("latin-1"), "", "not in UTF-8"),
        (json.dumps({"kind": "surrender", "on": "2008-07-31", "key": "k"}), "contract", "is missing"),
        (json.dumps({"contract": "C1", "on": "2008-07-31", "key": "k"}), "kind", "say which of contract, application"),
        (payment(kind="deposit"), "kind", "'deposit' is not one of contract, application"),
        (payment(kind=["surrender"]), "kind", "is not one of"),
        (payment(contract={"id": "C1"}), "contract", "is missing"),
        (payment("C9"), "contract", "there is no contract 'C9' in the book"),
        (payment(key=""), "key", "without `key` or `id` a second import would add the event again"),
        (payment(colour="red"), "colour", "is not a known key here"),
        (payment(on="31.7.2008"), "on", "is not a date"),
        (payment(on="2008-02-30"), "on", "is not a date"),
        (payment(on=None), "on", "is missing"),
        (payment(at="25:00"), "at", ""),
        (payment(at="3pm"), "at", "is not a time"),
        (payment(amount="ten"), "amount", "is not an amount of money"),
        (payment(amount="10.005"), "amount", "is not an amount of money"),
        (payment(amount=1e22), "amount", "is not an amount of money"),
        (payment(amount=float("nan")), "amount", "is not an amount of money"),
        (payment(amount=0), "amount", "must be above zero"),
        (payment(amount="10000000000.01"), "amount", "10000000000.01 is above 10000000000.00"),
        (payment(kind="withdrawal", amount=None, **{"from": {"a": "all", "b": "1" * 19}}), "from", "is above"),
        (payment(amount="9" * 5000), "amount", "has 5000 characters, too many for a number"),
        (payment(tax_year="9" * 5000), "tax_year", "has 5000 characters, too many for a number"),
        (payment(on="1979-12-31"), "on", "is before 1980-01-01, where the calendar of valuation dates begins"),
        (payment(on="0201-05-01"), "on", "is before 1980-01-01"),
        (opening(issued="1901-05-01"), "issued", "is before 1980-01-01"),
        (payment(kind="issue", amount=None, contract_date="2008-08-01"), "", "is after the issue of 2008-07-31"),
        (opening(product="lifetrust", form="standard", readings={"death_benefit.reset_years": "ten"}),
         "readings.death_benefit.reset_years", "; death_benefit.reset_years: none, three_"),
        (opening(readings={"death_benefit": "none"}), "readings.death_benefit", "no such reading"),
        (payment(amount=True), "amount", "is not an amount of money"),
        (payment(allocation="equity=100%"), "allocation", "must be a mapping"),
        (payment(allocation={"equity": 100}), "allocation.equity", "write it with its sign"),
        (payment(allocation={"equity": None}), "allocation.equity", "is not a percentage"),
        (payment(allocation={"equity": {"a": "1%"}}), "allocation.equity", "is not a percentage"),
        (payment(entered="2008-07-01"), "", "before it was received"),
        (opening(product="none"), "product", "no product 'none'"),
        (opening(form="round"), "form", "'round' is no form of flex-extra; it has"),
        (opening(qualification="half"), "qualification", ""),
        (opening("C 2"), "contract", ""),
        (opening(""), "contract", ""),
        (opening(delivered="2008-08-01"), "", "`delivered` goes with `issued`"),
        (opening(amount="1"), "amount", "is not a known key here"),
        (opening(parties=[{"id": "p", "role": "king"}]), "parties.0.role", ""),
        (opening(parties="p"), "parties", "must be a list"),
        (opening("C1", issue_state="TX"), "contract", "is open already with other terms, in the book"),
    ],
)  # fmt: skip
def test_json_lines(memory: Book, write: Write, line: Any, at: str, says: str) -> None:
    raw = line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
    path = write("bad.jsonl", b"\n".join([GOOD.encode(), b"", raw, payment_bytes("p3")]))
    bad = refused(memory, path)
    assert (bad.file, bad.line, bad.at) == (str(path), 3, at)
    assert says in bad.message and "\n" not in bad.message


def payment_bytes(key: str) -> bytes:
    return json.dumps(payment(key=key)).encode()


@pytest.mark.parametrize(
    ("header", "at", "says"),
    [
        ("contract,kind,colour", "colour", "is no column of contracts or events; there are contract, kind"),
        ("contract,kind,key,key", "key", "stands in the header twice"),
        ("contract,kind,", "column 3", "has no name"),
        ("kind,on,key", "contract", "is missing"),
        ("contract;kind;on", "", "it must be date,fund"),
    ],
)
def test_csv_headers(memory: Book, write: Write, header: str, at: str, says: str) -> None:
    path = write("bad.csv", f"{header}\nC1,surrender,2008-07-31\n")
    problems = check_file(path, memory)
    assert (problems[0].line, problems[0].at) == (1, at)
    assert says in problems[0].message


@pytest.mark.parametrize(
    ("row", "at", "says"),
    [
        ("C1,purchase_payment,2008-07-31,p2,1000.00", "", "5 cells where the header has 6 columns"),
        ("C1,purchase_payment,2008-07-31,p2,1,000.00,,", "", "8 cells where the header has 6 columns"),
        ("C1,purchase_payment,2008-07-31,p2,,", "amount", "is missing"),
        ("C1,,2008-07-31,p2,1,", "kind", "is missing"),
        (",surrender,2008-07-31,p2,,", "contract", "is missing"),
        ("C1,surrender,2008-07-31,p2,1.00,", "amount", "is not a known key here"),
        ("C1,surrender,2008-07-31,,,", "key", "is missing"),
        ("C1,purchase_payment,2008-07-31,p2,1,equity", "allocation", "like equity=60%;blend=40%"),
        ("C1,purchase_payment,2008-07-31,p2,1,equity=", "allocation", "like equity=60%;blend=40%"),
        ("C1,purchase_payment,2008-07-31,p2,1,equity=60%;", "allocation", "like equity=60%;blend=40%"),
        ("C1,purchase_payment,2008-07-31,p2,1,equity=60%; equity =40%", "allocation", "names equity twice"),
        ("C1,purchase_payment,2008-07-31,p2,1,equity=60", "allocation.equity", "write it with its sign"),
        ("C1,purchase_payment,2008-07-31,p\0,1,", "key", "NUL"),
        ('C1,purchase_payment,2008-07-31,"p2,1,', "", "cannot be read as CSV"),
        ('C1,purchase_payment,2008-07-31,"p"2,1,', "", "cannot be read as CSV"),
        (b"C1,purchase_payment,2008-07-31,\xff,1,", "key", "not in UTF-8"),
    ],
)
def test_csv_rows(memory: Book, write: Write, row: str | bytes, at: str, says: str) -> None:
    raw = row.encode() if isinstance(row, str) else row
    bad = refused(memory, write("bad.csv", (HEADER + FIRST).encode() + raw + b"\nC1,surrender,2008-07-31,p3,,\n"))
    assert (bad.line, bad.at) == (3, at)
    assert says in bad.message


def test_the_line_of_a_row_is_where_it_begins(memory: Book, write: Write) -> None:
    text = 'contract,kind,on,key,reason\nC1,surrender,2008-07-31,k1,"two\nlines"\nC1,surrender,never,k2,\n'
    assert refused(memory, write("bad.csv", text)).line == 4


@pytest.mark.parametrize("bad", ["", "  \n\n", "\ufeff"])
def test_empty_csv(memory: Book, write: Write, bad: str) -> None:
    assert "is empty" in refused(memory, write("bad.csv", bad)).message


def test_empty_json_lines(memory: Book, write: Write) -> None:
    assert "is empty" in refused(memory, write("bad.jsonl", "")).message


def test_a_line_without_end(memory: Book, write: Write) -> None:
    bad = refused(memory, write("bad.jsonl", [GOOD, '{"who": "' + "x" * 1_000_001]))
    assert bad.line == 2 and "is longer than 1,000,000 characters" in bad.message


def table(**columns: Any) -> pa.Table:
    given = {"contract": ["C1", "C1"], "kind": ["surrender"] * 2, "on": ["2008-07-31"] * 2, "key": ["a", "b"]}
    return pa.table(given | columns)


@pytest.mark.parametrize(
    ("columns", "line", "at", "says"),
    [
        ({"amount": [1.5, 2.5]}, None, "amount", "binary floating-point numbers (double), which are not exact"),
        ({"amount": pa.array([1, 2], pa.float32())}, None, "amount", "(float), which are not exact"),
        ({"allocation": [{"equity": 0.6}, None]}, None, "allocation", "not exact"),
        ({"allocation": pa.array([[("equity", 0.6)], None], pa.map_(pa.string(), pa.float64()))}, None, "allocation",
         "not exact"),
        ({"who": [b"x", b"y"]}, None, "who", "is of type binary, which no field takes"),
        ({"who": pa.array([1, 2], pa.duration("s"))}, None, "who", "is of type duration"),
        ({"colour": ["red", "blue"]}, None, "colour", "is no column of contracts or events"),
        ({"kind": ["surrender", None]}, 2, "kind", "is missing"),
        ({"on": [datetime(2008, 7, 31), datetime(2008, 7, 31, 10)]}, 2, "on", "is not a date"),
        ({"on": ["2008-07-31", "today"]}, 2, "on", "is not a date"),
        ({"at": ["10:00", "10"]}, 2, "at", "is not a time"),
        ({"who": ["x", "\0"]}, 2, "who", "NUL"),
        ({"withholding": [None, Decimal("0.10")]}, 2, "withholding", "write it with its sign"),
        ({"withholding": [None, 10]}, 2, "withholding", "write it with its sign"),
        ({"allocation": pa.array([None, [("equity", "1%"), ("equity", "99%")]], pa.map_(pa.string(), pa.string()))}, 2,
         "allocation", "names equity twice"),
        ({"allocation": [None, ["equity"]], "kind": ["surrender", "allocation"]}, 2, "allocation", "must be a mapping"),
        ({"parties": [None, "nobody"], "kind": ["surrender", "contract"]}, 2, "parties", "write it as JSON"),
    ],
)  # fmt: skip
def test_parquet(memory: Book, tmp_path: Path, columns: Any, line: int | None, at: str, says: str) -> None:
    pq.write_table(table(**columns), tmp_path / "bad.parquet")
    bad = refused(memory, tmp_path / "bad.parquet")
    assert (bad.line, bad.at) == (line, at)
    assert says in bad.message


def test_every_inexact_column_is_named(memory: Book, tmp_path: Path) -> None:
    pq.write_table(table(amount=[1.5, 2.5], basis=[1.0, 2.0], tax_year=[2008.0, None]), tmp_path / "bad.parquet")
    bad = refused(memory, tmp_path / "bad.parquet")
    assert isinstance(bad, BadFile)
    assert [each.at for each in bad.problems] == ["amount", "basis", "tax_year"]


def test_broken_parquet(memory: Book, tmp_path: Path) -> None:
    path = tmp_path / "bad.parquet"
    pq.write_table(table(reason=["x" * 1000] * 2), path, compression="none")
    whole = path.read_bytes()
    for broken in (b"", b"PAR1", b"contract,kind\n", whole[:-20], whole[: len(whole) // 2]):
        path.write_bytes(broken)
        assert "cannot be read as Parquet" in refused(memory, path).message
    path.write_bytes(whole[:60] + b"\xff" * 60 + whole[120:])
    assert check_file(path, memory)


def test_text_that_is_not_utf8_in_parquet(book: Book, tmp_path: Path) -> None:
    wrong = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xff"))
    pq.write_table(table(who=wrong), tmp_path / "bad.parquet")
    assert "cannot be read as Parquet" in refused(book, tmp_path / "bad.parquet").message


def test_days_beyond_the_calendar_in_parquet(book: Book, tmp_path: Path) -> None:
    pq.write_table(table(on=pa.array([0, 100_000_000], pa.int32()).cast(pa.date32())), tmp_path / "bad.parquet")
    assert "cannot be read as Parquet" in refused(book, tmp_path / "bad.parquet").message


@pytest.mark.parametrize(
    ("second", "line", "at", "says"),
    [
        (payment(amount="1000.01"), 2, "key", "stands already for another event, at line 1"),
        (payment(kind="surrender", amount=None), 2, "key", "stands already for another event, at line 1"),
        (payment(key="p2", id="x"), 2, "id", "is the id of another event; ids are used once, at line 1"),
        (payment(key="", id="x"), 2, "id", "is the id of another event; ids are used once, at line 1"),
    ],
)
def test_contradictions_in_a_file_and_with_the_book(
    book: Book, write: Write, second: dict[str, Any], line: int, at: str, says: str
) -> None:
    first = payment(id="x")
    bad = refused(book, write("bad.jsonl", [first, second]))
    assert (bad.line, bad.at, bad.message) == (line, at, says)
    import_file(book, write("good.jsonl", [first]), KNOWN)
    bad = refused(book, write("bad.jsonl", [payment(key="p7"), second]))
    assert (bad.line, bad.at, bad.message) == (line, at, says.replace("at line 1", "in the book"))


def test_contradictory_contracts_in_a_file(book: Book, write: Write) -> None:
    bad = refused(book, write("bad.jsonl", [opening(), opening(residence_state="TX")]))
    assert (bad.line, bad.message) == (2, "is open already with other terms, at line 1")


def test_ten_problems_at_once_in_order_and_how_many_more(book: Book, write: Write) -> None:
    lines = [payment(key=f"k{n}", amount="x" if n % 2 else "5") for n in range(40)]
    lines[4] = payment("C9", key="c")
    lines[6] = payment(key="k0", amount="6")
    bad = refused(book, write("bad.jsonl", lines))
    assert isinstance(bad, BadFile)
    assert [each.line for each in bad.problems] == [2, 4, 5, 6, 7, 8, 10, 12, 14, 16]
    assert bad.count == 22 and str(bad).endswith("and 12 more like these.")


def test_names_and_paths(memory: Book, write: Write, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path, says in (
        (write("events.json", GOOD), "those end in .jsonl, .ndjson, .csv, .parquet"),
        (write("events.jsonl.gz", GOOD), "those end in"),
        (tmp_path / "none.csv", "does not exist"),
        (tmp_path / "folder.csv", "is no regular file"),
        (tmp_path / "pipe.jsonl", "is no regular file"),
        (Path("\0.csv"), ""),
    ):
        assert re.search(says, refused(memory, path).message)


def test_a_file_that_may_not_be_read(book: Book, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path = write("a.csv", HEADER + FIRST)
    monkeypatch.setattr(Path, "open", denied)
    assert "cannot be read (Permission denied)" in refused(book, path).message


def test_days_given_as_dates(book: Book, write: Write) -> None:
    """A date that is one is no problem; the rest of the row still is."""
    assert refused(book, write("a.jsonl", [payment(on=str(date(2008, 7, 31)), amount="-5")])).at == "amount"
