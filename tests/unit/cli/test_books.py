"""Books from the command line: orders, checks, rebuilds, exports, and the parties behind opaque ids."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from inforce import cli
from inforce.cycle.invariants import ROTATION, sample
from inforce.ledger import MemoryBook
from inforce.stores import open_book

LIFE = [
    {"kind": "contract", "contract": "K-1", "product": "flex-extra", "form": "flexible", "issue_state": "MA",
     "qualification": "non_qualified", "allocation": {"equity": "60%", "blend": "40%"}, "issued": "2001-05-01"},
    {"kind": "purchase_payment", "contract": "K-1", "id": "first", "on": "2001-05-01", "amount": "10000.00"},
    {"kind": "withdrawal", "contract": "K-1", "id": "w1", "on": "2001-05-03", "amount": "3000.00"},
    {"kind": "purchase_payment", "contract": "K-1", "id": "late", "on": "2001-05-03", "at": "17:00",
     "amount": "100.01"},
]  # fmt: skip
PRICES = "date,equity,blend\n2001-05-01,20,10\n2001-05-02,20.4,10\n2001-05-03,21,10\n"


class Said(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in a folder of its own, on the book there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFORCE_BOOK", "book.db")
    for name in ("INFORCE_PARTIES", "INFORCE_PARTIES_KEY", "INFORCE_PARTIES_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["inforce", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    return command


@pytest.fixture
def posted(run: Run, tmp_path: Path) -> Run:
    """The same with a book in which a contract is posted through 3 May."""
    (tmp_path / "life.jsonl").write_text("".join(json.dumps(each) + "\n" for each in LIFE))
    (tmp_path / "prices.csv").write_text(PRICES)
    for arguments in (("book", "create", "book.db"), ("import", "life.jsonl"),
                      ("import", "prices.csv", "--known", "2001-05-03"),
                      ("cycle", "run", "--from", "2001-05-01", "--to", "2001-05-03")):  # fmt: skip
        assert run(*arguments).code == 0
    return run


def test_orders_of_a_day(posted: Run) -> None:
    found = json.loads(posted("cycle", "orders", "--on", "2001-05-03", "--format", "json").out)
    assert found["traded"][1] == {
        "separate_account": "separate-account-2", "fund": "equity", "bought_units": "0.000000", "bought": "0.00",
        "cancelled_units": "87.378571", "cancelled": "1834.95", "units": "-87.378571", "dollars": "-1834.95",
        "units_of_all_contracts": "212.621429",
    }  # fmt: skip
    assert [(o["fund"], o["side"], o["dollars"]) for o in found["pending"]] == [
        ("equity", "buy", "60.01"), ("blend", "buy", "40.00")
    ]  # fmt: skip
    table = posted("cycle", "orders", "--on", "2001-05-03").out
    assert "87.378571" in table and "$60.01" in table and "its valuation date 2001-05-04" in table
    csv = posted("cycle", "orders", "--on", "2001-05-03", "--format", "csv").out.splitlines()
    assert csv[0].startswith("table,separate_account,fund") and csv[2].startswith(
        "traded,separate-account-2,equity,0.0"
    )
    assert sum(line.startswith("pending,") for line in csv) == 2


def test_orders_of_a_day_that_is_over(posted: Run) -> None:
    said = posted("cycle", "orders", "--on", "2001-05-01")
    assert "$6,000.00" in said.out and "the cycle has gone on to 2001-05-03" in said.out
    assert json.loads(posted("cycle", "orders", "--on", "2001-05-01", "--format", "json").out)["pending"] is None
    said = posted("cycle", "orders", "--on", "2001-05-01", "--format", "xml")
    assert (said.code, said.err) == (2, "error: 'xml' is no format; there are table, json, csv\n")


def test_status_says_what_waits_and_why(posted: Run) -> None:
    said = posted("cycle", "status").out
    assert "1 request waits" in said and "No accounting period is closed." in said
    assert "K-1: purchase_payment late, received 2001-05-03, waits for its valuation date 2001-05-04" in said
    assert "contracts" in posted("book", "status").out


def test_files_are_checked_one_after_the_other(run: Run, tmp_path: Path) -> None:
    """Events may be of contracts that a file before them opens; what is wrong ends with 2, and nothing is added."""
    run("book", "create", "book.db")
    (tmp_path / "contracts.jsonl").write_text(json.dumps(LIFE[0]))
    (tmp_path / "events.jsonl").write_text("\n".join(json.dumps(each) for each in LIFE[1:]))
    files = ("contracts.jsonl", "events.jsonl")
    assert run("import", *files, "--check") == (0, "contracts.jsonl: good\nevents.jsonl: good\n", "")
    (tmp_path / "events.jsonl").write_text(json.dumps(LIFE[1] | {"amount": "x"}) + "\n" * 3 + "x\n" * 12)
    said = run("import", *files, "--check")
    assert said.code == 2 and "events.jsonl:1: amount: 'x' is not" in said.out
    assert said.out.endswith("\nand 3 more like these.\n")
    assert json.loads(run("book", "status", "--json").out)["contracts"] == 0


def test_corrected_prices_are_checked_as_such(posted: Run, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("date,equity\n2001-05-02,20.5\n")
    assert posted("import", "other.csv", "--check").code == 2
    assert posted("import", "other.csv", "--check", "--corrections").code == 0


def test_a_header_that_is_none_is_said_before_the_day_that_prices_need(posted: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("contract;kind\nK-1;surrender\n")
    assert "the header has the columns 'contract;kind'" in posted("import", "odd.csv").err
    assert "give it (--known DATE)" in posted("import", "prices.csv").err


def test_earlier_days_can_be_run_again(posted: Run, tmp_path: Path) -> None:
    """Each day has its own sample, which is replayed by the prices known up to the last day that was worked on."""
    turn = next(on for n in range(ROTATION) if "K-1" in sample(_Names(), on := date(2001, 4, 30) - timedelta(days=n)))
    assert posted("cycle", "run", "--from", str(turn), "--to", str(turn)).code == 0
    (tmp_path / "late.jsonl").write_text(json.dumps(LIFE[1] | {"id": "found", "on": "2001-05-02"}))
    posted("import", "late.jsonl")
    assert "0 contracts worked on" in posted("cycle", "run", "--from", "2001-05-02", "--to", "2001-05-02").out
    assert "1 contract worked on" in posted("cycle", "run", "--from", "2001-05-02", "--to", "2001-05-03").out


class _Names(MemoryBook):
    def contracts(self) -> list[str]:
        return ["K-1"]


def test_the_entries_of_a_book_are_those_posted(posted: Run, tmp_path: Path) -> None:
    """With corrections on the days on which they became known, and settlements; a replay has neither."""
    (tmp_path / "right.csv").write_text("date,equity,blend\n2001-05-03,20,10\n2001-05-04,20.5,10\n")
    posted("import", "right.csv", "--known", "2001-05-04", "--corrections")
    assert posted("cycle", "correct", "--on", "2001-05-04").code == 0
    shown = json.loads(posted("ledger", "show", "K-1", "--on", "2001-05-04", "--json").out)
    with open_book("book.db") as book:
        entries = book.entries("K-1")
    assert "settlement" in [entry.operation for entry in entries]
    assert [(e["operation"], e["known"]) for e in shown] == [(e.operation, str(e.known)) for e in entries]
    assert "settlement" in posted("ledger", "show", "K-1", "--on", "2001-05-04", "--entries").out
    assert "settlement" not in posted("ledger", "show", "K-1", "--on", "2001-05-04", "--known-at", "2001-05-03",
                                      "--entries").out  # fmt: skip


def test_periods_close_and_open_again(posted: Run) -> None:
    assert posted("book", "close", "2001-05", "--who", "kim") == (0, "closed through 2001-05\n", "")
    assert "is closed already" in posted("book", "close", "2001-04", "--who", "kim").err
    said = posted("cycle", "run", "--from", "2001-05-04", "--to", "2001-05-04")
    assert said.code == 0  # nothing can be due: the price of that day is missing
    assert posted("book", "reopen", "2001-05", "--who", "kim") == (0, "closed through 2001-04\n", "")
    assert "is no accounting period" in posted("book", "close", "May", "--who", "kim").err


def test_an_empty_file_becomes_a_book(run: Run) -> None:
    """A full disk may have left one behind."""
    Path("book.db").touch()
    assert run("book", "create", "book.db") == (0, "created book.db\n", "")
    assert run("book", "create", "book.db").code == 2


def test_check_and_rebuild(posted: Run) -> None:
    said = posted("book", "check", "--all")
    assert (said.code, said.out) == (0, "1 contract and 2 fund totals agree with their entries; "
                                        "1 contract replayed is what is stored\n")  # fmt: skip
    assert posted("book", "rebuild").out == "1 contract replayed, 0 positions stored anew\n"
    with open_book("book.db") as book, book.database.engine.begin() as connection:
        connection.execute(text("UPDATE positions SET state = '[1,\"old\",[]]'"))
    said = posted("book", "check")
    assert said.code == 70 and "K-1: layout: the stored position of contract K-1 is of an older layout" in said.out
    assert posted("book", "rebuild", "--contract", "K-1").out == "1 contract replayed, 1 position stored anew\n"
    assert posted("book", "check", "--all").code == 0
    with open_book("book.db") as book, book.database.engine.begin() as connection:
        connection.execute(text("UPDATE positions SET allocation = '{'"))
    said = posted("value", "K-1", "--on", "2001-05-04")
    assert said.code == 2 and "the stored position of contract K-1 cannot be read: it is not JSON" in said.err


def test_an_import_into_a_closed_period(posted: Run) -> None:
    """The line, the day and what to do; with the day on which it came it is taken."""
    assert posted("book", "close", "2001-05", "--who", "kim").code == 0
    Path("more.jsonl").write_text(
        '{"kind": "withdrawal", "contract": "K-1", "id": "w2", "on": "2001-05-03", "amount": "10.00"}\n',
        encoding="utf-8",
    )
    said = posted("import", "more.jsonl")
    assert said.code == 2
    assert "would become known on 2001-05-03, but accounting periods are closed through 2001-05" in said.err
    assert posted("import", "more.jsonl", "--known", "2001-06-01").code == 0


def test_the_cycle_says_what_it_replayed(posted: Run) -> None:
    with open_book("book.db") as book, book.database.engine.begin() as connection:
        connection.execute(text("UPDATE positions SET state = '[1,\"old\",[]]'"))
    Path("more.csv").write_text("date,equity,blend\n2001-05-04,21,10\n")
    posted("import", "more.csv", "--known", "2001-05-04")
    said = posted("cycle", "run", "--from", "2001-05-04", "--to", "2001-05-04")
    assert "1 stored position of an older layout replayed; what was posted agrees" in said.out


def test_export_into_a_fresh_book(posted: Run) -> None:
    assert posted("export", "events", "--to", "all.jsonl").out == "all.jsonl: 5 records\n"
    assert posted("export", "entries", "--to", "lines.csv").out == "lines.csv: 13 lines\n"
    assert posted("export", "positions", "--to", "p.parquet").out.startswith("p.parquet: ")
    posted("book", "create", "other.db")
    assert posted("import", "all.jsonl", "--book", "other.db").out == "all.jsonl: 1 contract, 4 events\n"
    posted("import", "prices.csv", "--known", "2001-05-03", "--book", "other.db")
    posted("cycle", "run", "--from", "2001-05-01", "--to", "2001-05-03", "--book", "other.db")
    posted("export", "entries", "--to", "again.csv", "--book", "other.db")
    assert Path("again.csv").read_bytes() == Path("lines.csv").read_bytes()
    said = posted("export", "events", "--to", "x.jsonl", "--contract", "K-9")
    assert (said.code, said.err) == (2, "error: no contract 'K-9' in this book\n") and not Path("x.jsonl").exists()


# parties


def with_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("party", "key", "master.key").out.startswith("master.key: master key ")
    monkeypatch.setenv("INFORCE_PARTIES_KEY_FILE", "master.key")


def test_parties_and_roles(posted: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with_key(posted, monkeypatch)
    ada = posted("party", "add", "--name", "Ada", "--born", "1951-03-09", "--who", "clerk").out.strip()
    Path("bob.json").write_text('{"name": "Bob", "addresses": [{"lines": ["1 Elm St"], "city": "Boston"}]}')
    assert posted("party", "add", "--file", "bob.json", "--id", "b-7", "--who", "clerk").out == "b-7\n"
    assert ada.startswith("p-") and posted("party", "show", ada).out == "name: Ada\nborn: 1951-03-09\n"
    assert posted("party", "show", "b-7").out == "name: Bob\nresidence: 1 Elm St, Boston, US\n"
    at = ("--from", "2001-05-01", "--who", "clerk", "--known", "2001-05-01")
    assert posted("party", "role", "K-1", "owner", "--holder", ada, *at).code == 0
    said = posted("party", "role", "K-1", "beneficiary", "--holder", "b-7=60%", "--holder", f"{ada}=40%", *at)
    assert said.out == f"K-1: beneficiary from 2001-05-01: b-7, {ada}\n"
    monkeypatch.delenv("INFORCE_PARTIES_KEY_FILE")
    shown = posted("party", "roles", "K-1", "--on", "2001-05-01").out
    assert ada in shown and "60 %" in shown
    monkeypatch.setenv("INFORCE_PARTIES_KEY_FILE", "master.key")
    assert posted("party", "erase", ada, "--who", "clerk", "--reason", "asked for").code == 2
    assert posted("party", "erase", ada, "--who", "clerk", "--reason", "asked for", "--yes").out == f"{ada}: erased\n"
    assert "was erased on" in posted("party", "show", ada).err
    assert ada in posted("party", "roles", "K-1", "--on", "2001-05-01").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "--name", "Ada", "--who", "x"), "needs its master key for this: set INFORCE_PARTIES_KEY to it, or"),
        (("add", "--who", "x"), "an identity has a name, a date of birth or a tax number"),
        (("add", "--file", "none.json", "--who", "x"), "none.json: cannot be read (No such file or directory)"),
        (("role", "K-1", "king", "--from", "2001-05-01", "--who", "x"), "'king' is no role; there are owner"),
        (("role", "K-1", "beneficiary", "--holder", "a=1", "--from", "2001-05-01", "--who", "x"),
         "--holder a=1: "),
        (("show", "p-1"), "there is no party store at book-parties.db"),
    ],
)  # fmt: skip
def test_parties_that_cannot_be(posted: Run, arguments: tuple[str, ...], says: str) -> None:
    if arguments[0] == "role":
        Path("book-parties.db").touch()
        from inforce.stores.parties import open_party_store

        open_party_store("book-parties.db").close()
    said = posted("party", *arguments)
    assert said.code == 2 and said.out == ""
    assert says in said.err


def test_a_secret_shows_in_no_error(posted: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with_key(posted, monkeypatch)
    Path("eve.json").write_text('{"name": "Eve", "tax_number": {"secret": "078-05-1120"}, "mood": "fine"}')
    said = posted("party", "add", "--file", "eve.json", "--who", "x")
    assert said.code == 2 and "tax_number: must be a text; mood: is not a known key" in said.err
    assert "078-05" not in said.err
    Path("eve.json").write_text('{"name": "Eve", "born": "03/09/1951", "addresses": ["7 Main Street"]}')
    said = posted("party", "add", "--file", "eve.json", "--who", "x")
    assert "born: is not a date: write it" in said.err and "addresses.0: must be a list of addresses" in said.err
    assert "1951" not in said.err and "Main" not in said.err


def test_dates_of_birth_go_to_the_party_store(posted: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The book gets opaque ids only; without a key the file is refused and nothing of it is added."""
    born = [{"id": "o-1", "role": "owner", "born": "1950-02-28"}, {"id": "a-1", "role": "annuitant"}]
    Path("new.jsonl").write_text(json.dumps({**LIFE[0], "contract": "K-2", "parties": born}) + "\n")
    said = posted("import", "new.jsonl")
    assert said.code == 2 and "needs its master key" in said.err
    with open_book("book.db") as book:
        assert book.contracts() == ["K-1"]
    with_key(posted, monkeypatch)
    assert posted("import", "new.jsonl").out == "new.jsonl: 1 contract, 1 event\n"
    assert posted("import", "new.jsonl").out == "new.jsonl: nothing new; 2 known already\n"
    with open_book("book.db") as book:
        assert [party.born for party in book.contract("K-2").parties] == [None, None]
    assert b"1950-02-28" not in Path("book.db").read_bytes() + Path("book-parties.db").read_bytes()
    assert posted("party", "show", "o-1").out == "born: 1950-02-28\n"
    born[0]["born"] = "1950-03-01"
    Path("other.jsonl").write_text(json.dumps({**LIFE[0], "contract": "K-3", "parties": born}) + "\n")
    said = posted("import", "other.jsonl")
    assert said.code == 2 and "party o-1 has another date of birth in the party store" in said.err
    with open_book("book.db") as book:
        assert book.contracts() == ["K-1", "K-2"]
