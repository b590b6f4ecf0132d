"""The command line: exit codes, what goes to which stream, JSON that parses, tables that say what they must."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.products.folders import product_folder

from inforce.cli import main
from inforce.errors import Fault
from inforce.terms import find_product

CONTRACT = """case: 1
title: A life
product: flex-extra
contract: {id: C-1, form: flexible, qualification: non_qualified, issue_state: MA, issued: 2000-01-03,
  allocation: {equity: 60%, guaranteed-principal-account: 40%}}
market:
  between: hold
  unit_values: {equity: {2000-01-03: 10, 2000-06-01: 11}}
  declared_rates: {guaranteed-principal-account: {2000-01: 3.5%}}
events:
  - {kind: purchase_payment, id: pay, on: 2000-01-03, amount: 10000.00}
  - {kind: withdrawal, id: take, on: 2000-06-01, amount: 2000.00}
  - {kind: withdrawal, id: too-much, on: 2000-06-02, amount: 200000.00}
"""
# 1 June 2000: 600 units x 11 and 4,000 x 1.035 ^ (149/365) = 6,600 + 4,056.57 = 10,656.57, a tenth 1,065.66 free;
# (2,000 - 1,065.66) x 8 % = 74.75


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `inforce …` in a folder of its own with a contract file in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFORCE_TRACEBACK", raising=False)
    (tmp_path / "life.yaml").write_text(CONTRACT)

    def inforce(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["inforce", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Ran(code, captured.out, captured.err)

    return inforce


# What is printed


def test_value(run: Run) -> None:
    code, out, err = run("value", "life.yaml", "--on", "2000-06-01")
    assert (code, err) == (0, "")
    for words in (
        "C-1 (flex-extra) on 2000-06-01: in force, issued 2000-01-03, contract year 1", "MML Equity", "11.000000",
        "Guaranteed Principal Account", "3.5 %", "$8,656.57", "the contract itself and state law govern",
    ):  # fmt: skip
        assert words in out


def test_value_on_a_weekend_says_whose_prices_it_uses(run: Run) -> None:
    assert "at the prices of 2000-06-02" in run("value", "life.yaml", "--on", "2000-06-03").out


def test_value_as_json(run: Run) -> None:
    code, out, err = run("value", "life.yaml", "--on", "2000-06-01", "--json")
    value = json.loads(out)
    assert (code, err) == (0, "")
    assert value["contract_value"] == "8656.57"
    assert value["on"] == "2000-06-01"
    assert value["status"] == "in_force"
    accounts = {account["id"]: account for account in value["accounts"]}
    assert accounts["equity"]["units"] == "487.393636"
    assert accounts["equity"]["unit_value"] == "11.000000"
    assert sum(float(account["value"]) for account in accounts.values()) == pytest.approx(8656.57)


def test_surrender_quote(run: Run) -> None:
    """8,656.57 - 35 = 8,621.57; a tenth, 862.16, less 1,065.66 used: nothing free; x 8 % = 689.73."""
    code, out, _ = run("quote", "life.yaml", "surrender", "--on", "2000-06-01")
    assert code == 0
    for words in (
        "surrender quote for C-1 (Flex Extra) on 2000-06-01",
        "$8,656.57",
        "-$35.00",
        "-$689.73",
        "$7,931.84",
    ):
        assert words in out


def test_withdrawal_quote_from_named_accounts(run: Run) -> None:
    arguments = (
        "--on",
        "2000-01-03",
        "--from",
        "equity=10%",
        "--from",
        "guaranteed-principal-account=100.00",
        "--json",
    )
    quote = json.loads(run("quote", "life.yaml", "withdrawal", *arguments).out)
    assert (quote["gross"], quote["surrender_charge"], quote["net"]) == ("700.00", "0.00", "700.00")
    assert quote["by_account"] == [
        {"account": "equity", "taken": "600.00"},
        {"account": "guaranteed-principal-account", "taken": "100.00"},
    ]


def test_net_withdrawal_quote(run: Run) -> None:
    """A tenth free: g - (g - 1,000) x 8 % = 2,000, g = 2,086.96 (charge 86.96)."""
    arguments = ("--on", "2000-01-03", "--amount", "2000.00", "--net", "--withholding", "10%", "--json")
    quote = json.loads(run("quote", "life.yaml", "withdrawal", *arguments).out)
    assert (quote["gross"], quote["surrender_charge"], quote["net"]) == ("2086.96", "86.96", "2000.00")


def test_quote_of_an_exchange(run: Run) -> None:
    """On the first day worth its basis: 2,500 of 10,000, and of the basis."""
    asked = ("withdrawal", "--on", "2000-01-03", "--amount", "2500.00", "--exchange-to", "Acme Life")
    quote = json.loads(run("quote", "life.yaml", *asked, "--json").out)
    assert (quote["basis_carried"], quote["taxable"], quote["net"]) == ("2500.00", "0.00", "2380.00")
    assert "basis that goes with it" in run("quote", "life.yaml", *asked).out
    code, _, err = run("quote", "life.yaml", "death", "--on", "2000-01-03", "--rollover-to", "a plan")
    assert code == 2
    assert "takes neither --exchange-to nor --rollover-to" in err


def test_death_quote(run: Run) -> None:
    quote = json.loads(run("quote", "life.yaml", "death", "--on", "2000-06-01", "--json").out)
    assert (quote["kind"], quote["surrender_charge"], quote["net"]) == ("death", "0.00", "8656.57")


def test_ledger(run: Run) -> None:
    code, out, _ = run("ledger", "show", "life.yaml", "--on", "2001-02-01")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["2000-01-03", "2000-06-01", "2001-01-03"]
    assert "refused 2000-06-02 too-much (withdrawal): amount_exceeds_value" in out


def test_entries_of_the_ledger_balance_as_printed_in_json(run: Run) -> None:
    entries = json.loads(run("ledger", "show", "life.yaml", "--on", "2001-02-01", "--entries", "--json").out)
    operations = [entry["operation"] for entry in entries]
    assert operations == ["receipt", "purchase_payment", "withdrawal", "maintenance_charge"]
    for entry in entries:
        assert sum(round(float(line["cents"]) * 100) for line in entry["lines"]) == 0


def test_case_that_holds(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(CONTRACT + "expect: [{on: 2000-01-03, contract_value: 10000.00}]\n")
    code, out, err = run("case", "run", "good.yaml")
    assert (code, err) == (0, "")
    assert "holds good.yaml" in out
    assert "1 of 1 case file holds." in out


def test_case_that_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        CONTRACT + "expect: [{on: 2000-01-03, contract_value: 1.00, contract_year: 1}]\n"
    )
    code, out, _ = run("case", "run", "bad.yaml")
    assert code == 1
    assert "fails bad.yaml" in out
    assert "≠" in out
    assert "10,000.00" in out
    failed = run("case", "run", "--failed", "bad.yaml").out
    assert "contract_value" in failed
    assert "contract_year" not in failed


def test_case_results_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(CONTRACT + "expect: [{on: 2000-01-03, contract_value: 1.00}]\n")
    (tmp_path / "wrong.yaml").write_text("case: 2\n")
    code, out, _ = run("case", "run", "bad.yaml", "wrong.yaml", "--json")
    results = json.loads(out)
    assert code == 2
    assert [result["passed"] for result in results] == [False, False]
    assert results[0]["checks"][0]["actual"] == "10,000.00"
    assert "wrong.yaml:1: case" in results[1]["error"]


def test_a_case_that_is_wrong_does_not_keep_the_others_from_running(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("case: 2\n")
    (tmp_path / "good.yaml").write_text(CONTRACT + "expect: [{on: 2000-01-03, contract_value: 10000.00}]\n")
    code, out, _ = run("case", "run", "wrong.yaml", "good.yaml")
    assert code == 2
    assert "holds good.yaml" in out
    assert "1 of 2 case files hold." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("product", "list"), "Flex Extra"),
        (("product", "diff", "lifetrust", "lifetrust", "--other-state", "GA"), "MML Bay State Life Insurance Company"),
        (("product", "diff", "lifetrust", "lifetrust", "--other-state", "GA"), "bay-state-separate-account-1"),
        (
            ("product", "diff", "lifetrust", "lifetrust", "--issued", "2002-05-01", "--other-on", "2003-01-02"),
            "1 term differs.",
        ),
        (("product", "show", "lifetrust", "--on", "2003-01-02"), "market_value_adjustment.least_rate             3 %"),
        (("product", "show", "flex-extra"), "surrender_charge.by_contract_year.1"),
        (("product", "show", "flex-extra", "--form", "single", "--on", "2000-01-03"), "on 2000-01-03"),
        (("product", "check", "flex-extra"), "flex-extra: good."),
        (("product", "assumptions", "flex-extra"), "free_withdrawal"),
        (("product", "documents", "flex-extra"), "update-2008-07-31"),
        (("--version",), "inforce 0."),
        (("--help",), "Commands:"),
        (("value", "-h"), "--known-at"),
    ],
)
def test_other_commands(arguments: tuple[str, ...], words: str, run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert words in out


@pytest.mark.parametrize(
    "arguments", [("product", "list"), ("product", "show", "flex-extra"), ("product", "assumptions", "flex-extra")]
)
def test_json_of_products_parses(arguments: tuple[str, ...], run: Run) -> None:
    assert json.loads(run(*arguments, "--json").out)


# Exit codes: 1 refused or a mismatch, 2 bad input, 70 a fault of ours


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("value", "life.yaml", "--on", "1999-12-31"), "refused: not_issued"),
        (
            ("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--amount", "9000"),
            "refused: amount_exceeds_value",
        ),
        (
            ("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--from", "growth=all"),
            "refused: unknown_account",
        ),
    ],
)
def test_refusal_ends_with_1_and_its_reason(arguments: tuple[str, ...], says: str, run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("value", "lost.yaml", "--on", "2000-01-03"), "error: lost.yaml: cannot be read (No such file or directory)"),
        (("value", ".", "--on", "2000-01-03"), "cannot be read"),
        (("value", "life.yaml", "--on", "2000-13-01"), "'2000-13-01' is not a date; write YYYY-MM-DD"),
        (("value", "life.yaml"), "--on"),
        (("value",), "CONTRACT"),
        (("value", "life.yaml", "--on", "2000-01-03", "--colour"), "--colour"),
        (
            ("quote", "life.yaml", "loan", "--on", "2000-06-01"),
            "'loan' is no quote; there are surrender, withdrawal, death",
        ),
        (("quote", "life.yaml", "withdrawal", "--on", "2000-06-01"), "names an amount"),
        (("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--amount", "0"), "above zero"),
        (("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--amount", "-5"), "below zero"),
        (("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--amount", "ten"), "is not an amount of money"),
        (("quote", "life.yaml", "withdrawal", "--on", "2000-06-01", "--from", "equity"), "write ACCOUNT=PART"),
        (("quote", "life.yaml", "surrender", "--on", "2000-06-01", "--amount", "5"), "takes neither --amount"),
        (("quote", "life.yaml", "surrender", "--on", "2000-06-01", "--withholding", "10"), "is not a percentage"),
        (("product", "show", "flex-ekstra"), "no product 'flex-ekstra'"),
        (("product", "show", "flex-extra", "--form", "group"), "'group' is no form"),
        (("product", "show", "flex-extra", "--issued", "soon"), "'soon' is not a date"),
        (("product", "show", "flex-extra", "--on", "1980-01-02"), "is before the contract date"),
        (("product", "check", "nowhere"), "no product 'nowhere'"),
        (("explode",), "No such command 'explode'"),
        (("case", "run"), "FILE"),
    ],
)
def test_bad_input_ends_with_2_and_says_what(arguments: tuple[str, ...], says: str, run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err


def test_missing_price_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "life.yaml").write_text(CONTRACT.replace("between: hold", "between: refuse"))
    code, out, err = run("value", "life.yaml", "--on", "2000-01-04")
    assert (code, out) == (2, "")
    assert err.startswith("error: No unit value of equity")
    assert "2000-01-04" in err


def test_missing_rate_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "life.yaml").write_text(CONTRACT.replace("2000-01: 3.5%", "2000-02: 3.5%"))
    code, out, err = run("value", "life.yaml", "--on", "2000-01-03")
    assert (code, out) == (2, "")
    assert err.startswith("error: No declared rate for guaranteed-principal-account in 2000-01")


def test_contract_file_with_an_error_names_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "life.yaml").write_text(CONTRACT.replace("amount: 2000.00", "amuont: 2000.00"))
    code, _, err = run("value", "life.yaml", "--on", "2000-06-01")
    assert code == 2
    assert err.startswith("error: life.yaml:12: events.1")


def test_product_folder_with_an_error_names_its_file_and_line(run: Run, tmp_path: Path) -> None:
    folder = product_folder(tmp_path, name="mine")
    (folder / "terms" / "more.yaml").write_text("\nnonsense: {}\n")
    code, out, err = run("product", "check", "mine")
    assert (code, out) == (2, "")
    assert "mine/terms/more.yaml:2: nonsense: is not a section" in err


@pytest.mark.parametrize("failure", [RuntimeError("something broke"), Fault("entry is out of balance by 1 cents")])
def test_fault_of_ours_ends_with_70_and_no_traceback(
    failure: Exception, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise failure

    monkeypatch.setattr("inforce.valuation.value", broken)
    code, out, err = run("value", "life.yaml", "--on", "2000-01-03")
    assert (code, out) == (70, "")
    assert err.startswith("fault: ")
    assert str(failure) in err


def test_traceback_only_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("something broke")

    monkeypatch.setattr("inforce.valuation.value", broken)
    monkeypatch.setenv("INFORCE_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        run("value", "life.yaml", "--on", "2000-01-03")
    monkeypatch.delenv("INFORCE_TRACEBACK")


def test_nothing_is_written_beside_the_contract_file(run: Run, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    run("value", "life.yaml", "--on", "2000-06-01")
    run("quote", "life.yaml", "surrender", "--on", "2000-06-01")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "life.yaml").read_text() == CONTRACT


# As a process


def inforce(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "life.yaml").write_text(CONTRACT)
    command = [sys.executable, "-c", "from inforce.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_process_ends_with_the_code_and_writes_to_the_right_streams(tmp_path: Path) -> None:
    good = inforce(tmp_path, "value", "life.yaml", "--on", "2000-06-01", "--json")
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["contract"] == "C-1"
    bad = inforce(tmp_path, "value", "lost.yaml", "--on", "2000-06-01")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "Traceback" not in bad.stderr


def test_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "life.yaml").write_text(CONTRACT)
    command = f"{sys.executable} -c 'from inforce.cli import main; main()' product show flex-extra | head -1"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Flex Extra")
    assert done.stderr == ""


def test_product_check_reads_disclosures(run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(find_product("flex-extra").folder, tmp_path / "copy")
    wording = folder / "disclosures.yaml"
    wording.write_text("bogus: 1\n" + wording.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("product", "check", str(folder))
    assert done.code == 2 and "disclosures.yaml:1: bogus: is not a known key here" in done.err


# corrections that are held

BOOK = {
    "life.jsonl": """{"kind": "contract", "contract": "K-1", "product": "flex-extra", "form": "flexible", \
"qualification": "non_qualified", "issue_state": "MA", "allocation": {"equity": "100%"}, "issued": "2001-05-01"}
{"kind": "purchase_payment", "contract": "K-1", "id": "first", "on": "2001-05-01", "amount": "10000.00", "who": "kim", \
"checker": "lee"}
""".replace("\\\n", ""),
    "late.jsonl": """{"kind": "withdrawal", "contract": "K-1", "id": "found", "on": "2001-05-02", "entered": \
"2001-05-07", "amount": "1000.00", "who": "kim", "reason": "the letter lay in another file"}
""".replace("\\\n", ""),
    "prices.csv": "date,equity\n2001-05-01,20\n2001-05-02,20.40\n2001-05-07,21.20\n2001-05-08,21.25\n",
}


@pytest.fixture
def held(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A book with a correction that is held."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFORCE_BOOK", "book.db")
    for name, content in BOOK.items():
        Path(name).write_text(content, encoding="utf-8")
    run("book", "create", "book.db")
    assert run("import", "prices.csv", "life.jsonl", "--known", "2001-05-01").code == 0
    run("cycle", "run", "--from", "2001-05-01", "--to", "2001-05-04")
    run("import", "late.jsonl")
    assert run("cycle", "run", "--from", "2001-05-07", "--to", "2001-05-07").code == 0
    return run


def test_what_is_held_is_listed(held: Run) -> None:
    line = next(line for line in held("cycle", "held").out.splitlines() if "K-1" in line)
    assert line.split() == ["K-1", "correction-3", "2001-05-07", "paid", "out", "found", "$1,000.00", "found"]
    (each,) = json.loads(held("cycle", "held", "--json").out)
    assert each["held"]["grounds"] == [{"kind": "money", "event": "found", "what": "paid out", "cents": "1000.00"}]
    assert each["held"]["makers"] == ["kim"]
    assert "What would be posted" in held("cycle", "held", "K-1").out
    assert "waits for approval of correction-3" in held("value", "K-1", "--on", "2001-05-07").out


def test_an_approval_on_the_command_line(held: Run) -> None:
    maker = held("cycle", "approve", "K-1", "--who", "Kim", "--on", "2001-05-08")
    assert (maker.code, "maker_is_checker" in maker.err) == (1, True)
    early = held("cycle", "approve", "K-1", "--who", "lee", "--on", "2001-05-06")
    assert (early.code, "held since 2001-05-07" in early.err) == (2, True)
    assert held("cycle", "approve", "K-1", "--who", "lee", "--on", "2001-05-08").code == 0
    held("cycle", "run", "--from", "2001-05-08", "--to", "2001-05-08")
    assert "No correction is held." in held("cycle", "held").out
    told = held("ledger", "history", "K-1").out
    assert "because approval of correction-3 by lee" in told
    assert "because found (withdrawal) was received on 2001-05-02 and entered on 2001-05-07 by kim: the letter" in told
    assert "kim, checked by lee" in told
    nothing = held("cycle", "approve", "K-1", "--who", "lee")
    assert (nothing.code, "no correction is held on contract K-1" in nothing.err) == (2, True)


def test_a_rejection_on_the_command_line(held: Run) -> None:
    other = held("cycle", "reject", "K-1", "first", "--who", "lee", "--reason", "no")
    assert (other.code, "does not come from 'first'; it comes from found" in other.err) == (2, True)
    blank = held("cycle", "reject", "K-1", "found", "--who", "lee", "--reason", " ", "--on", "2001-05-08")
    assert (blank.code, "and the reason" in blank.err) == (2, True)
    reason = ("--reason", "not signed", "--on", "2001-05-08")
    assert held("cycle", "reject", "K-1", "found", "--who", "lee", *reason).code == 0
    held("cycle", "run", "--from", "2001-05-08", "--to", "2001-05-08")
    told = held("ledger", "history", "K-1").out
    assert "because rejection of found by lee: not signed" in told
    assert "refused" not in told
    assert "found (withdrawal): rejected: lee rejected it" in held("value", "K-1", "--on", "2001-05-08").out


def test_history_tells_what_was_believed_as_json(held: Run) -> None:
    held("cycle", "approve", "K-1", "--who", "lee", "--on", "2001-05-08")
    held("cycle", "run", "--from", "2001-05-08", "--to", "2001-05-08")
    days = json.loads(held("ledger", "history", "K-1", "--json").out)
    assert [day["known"] for day in days] == ["2001-05-01", "2001-05-07", "2001-05-08"]
    change = next(c for c in days[2]["changes"] if c["account"] == "contract/equity")
    assert (change["was"], change["is"], change["is_units"]) == ("0.00", "-1000.00", "-49.019608")


def test_history_names_the_corrected_price(held: Run, tmp_path: Path) -> None:
    Path("right.csv").write_text("date,equity\n2001-05-01,20.02\n", encoding="utf-8")
    held("import", "right.csv", "--known", "2001-05-08", "--corrections")
    held("cycle", "reject", "K-1", "found", "--who", "lee", "--reason", "no", "--on", "2001-05-08")
    held("cycle", "run", "--from", "2001-05-08", "--to", "2001-05-08")
    told = held("ledger", "history", "K-1").out
    assert "because the unit value of equity for 2001-05-01 was corrected from 20.000000 to 20.020000" in told
    assert "company/price_error_gain_or_loss" in told


def test_an_approval_can_be_imported(held: Run) -> None:
    line = (
        '{"kind": "approval", "contract": "K-1", "id": "yes", "on": "2001-05-08", "who": "lee", "of": "correction-3"}'
    )
    Path("yes.jsonl").write_text(line + "\n", encoding="utf-8")
    assert held("import", "yes.jsonl").code == 0
    assert "1 correction is held for approval; 1 request waits." in held("cycle", "status").out
    held("cycle", "run", "--from", "2001-05-08", "--to", "2001-05-08")
    assert "0 corrections are held" in held("cycle", "status").out
