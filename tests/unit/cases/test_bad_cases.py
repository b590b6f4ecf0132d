"""Every way in which a case file is refused: file, line, path and what is said.

In the snippets `# <-` marks the line that the error must name.
"""

from pathlib import Path

import pytest
from tests.products.folders import product_folder

from inforce.cases import load_case, run_case
from inforce.errors import BadCase, BadMarketData, BadTerms, InforceError

MARK = "# <-"
CONTRACT = """contract:
  {form: flexible, qualification: non_qualified, issue_state: MA, issued: 2000-01-03, allocation: {equity: 100%}}
"""
MARKET = "market: {unit_values: {equity: {2000-01-03: 10}}}\n"
EVENTS = "events: [{kind: purchase_payment, id: pay, on: 2000-01-03, amount: 1000.00}]\n"
EXPECT = "expect: [{on: 2000-01-03, contract_value: 1000.00}]\n"
FORM = "form: flexible, qualification: non_qualified, issue_state: MA"


def text(
    contract: str = CONTRACT, market: str = MARKET, events: str = EVENTS, expect: str = EXPECT, **more: str
) -> str:
    """A case with some of its parts replaced."""
    return f"case: {more.get('case', '1')}\nproduct: {more.get('product', 'flex-extra')}\n" + (
        contract + more.get("opening", "") + market + events + expect
    )


def opening(fields: str, issued: str = "1999-01-04") -> dict[str, str]:
    return {"contract": f"contract: {{{FORM}, issued: {issued}}}\n", "opening": f"opening: {fields}\n", "events": ""}


def refused(tmp_path: Path, content: str, at: str, says: str) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(content)
    with pytest.raises(BadCase) as caught:
        load_case(file)
    error = caught.value
    marked = [number for number, line in enumerate(content.splitlines(), 1) if MARK in line]
    assert says in error.message
    assert (error.file, error.line, error.at) == (file, marked[0], at)


def test_the_case_itself_is_good(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(text())
    assert load_case(tmp_path / "case.yaml").contract.id == "CASE"


BAD = {
    # the file
    "another version": (text(case=f"2 {MARK}"), "case", "this Inforce reads version 1"),
    "no such product": (text(product=f"flex-ekstra {MARK}"), "product", "no product 'flex-ekstra'"),
    "an unknown key": (text() + f"expects: [] {MARK}\n", "expects", "is not a known key"),
    "a key twice": (text() + f"expect: [] {MARK}\n", "", "'expect' stands here twice"),
    "a list": (f"- case {MARK}\n", "", "must be a mapping"),
    "no YAML": (f"case: 1\nproduct: [flex-extra\nmarket: {{}} {MARK}\n", "", "is not valid YAML"),
    # the contract
    "no form": (text(contract=f"contract: {{qualification: qualified, issue_state: MA}} {MARK}\n"), "contract.form",
                "is missing"),
    "a form that is none": (
        text(contract=f"contract:\n  form: group {MARK}\n  qualification: qualified\n  issue_state: MA\n"),
        "contract.form", "'group' is no form of flex-extra; it has flexible, single"),
    "shares that are not all": (
        text(contract=f"contract: {{form: single, qualification: qualified, issue_state: MA, {MARK}\n"
             "  parties: [{id: a, role: beneficiary, share: 50%}]}\n"),
        "contract", "the shares of the primary beneficiaries add up to 50 %, not 100 %"),
    "a qualification that is none": (
        text(contract=f"contract:\n  form: single\n  qualification: IRA {MARK}\n  issue_state: MA\n"),
        "contract.qualification", "'qualified' or 'non_qualified'"),
    "an id with a space": (
        text(contract=f"contract: {{{FORM},\n  id: my contract}} {MARK}\n"), "contract.id", "pattern"),
    "a contract date that is none": (
        text(contract=f"contract: {{{FORM},\n  issued: 2000-13-01}} {MARK}\n"), "contract.issued", "is not a date"),
    "a reading of a term that has none": (
        text(contract=f"contract: {{{FORM},\n  readings: {{maintenance_charge.amont: x}}}} {MARK}\n"),
        "contract.readings.maintenance_charge.amont", "no such reading; the terms have"),
    "a role that is none": (
        text(contract=f"contract: {{{FORM},\n  parties: [{{id: a, role: uncle}}]}} {MARK}\n"),
        "contract.parties.0.role", "'owner'"),
    "an allocation in dollars": (
        text(contract=f"contract: {{{FORM},\n  allocation: {{equity: 100}}}} {MARK}\n"), "contract.allocation.equity",
        "is not a percentage"),
    "issued twice": (
        text(contract=f"contract: {{{FORM},\n  issued: 2000-01-03}} {MARK}\n",
             events="events: [{kind: issue, on: 2000-01-03}]\n"),
        "contract.issued", "stands beside an `issue` event"),
    "delivered twice": (
        text(contract=f"contract: {{{FORM},\n  delivered: 2000-01-05}} {MARK}\n",
             events="events: [{kind: issue, on: 2000-01-03}]\n"),
        "contract.delivered", "stands beside an `issue` event"),
    # the opening
    "an opening without a contract date": (
        text(contract=f"contract: {{{FORM}}}\n", opening=f"opening: {{on: 2000-01-03, accounts: {{}}, {MARK}\n"
             "  payments: [{on: 2000-01-03, amount: 1.00}]}\n", events=""),
        "opening", "needs the contract's `issued:` date"),
    "an opening before the contract date": (
        text(**opening(f"{{accounts: {{}}, payments: [{{on: 1998-01-05, amount: 1.00}}],\n  on: 1999-01-01}} {MARK}")),
        "opening.on", "is before the contract date 1999-01-04"),
    "an opening without payments": (
        text(**opening(f"{{on: 2000-01-03, accounts: {{}},\n  payments: []}} {MARK}")), "opening.payments",
        "at least 1 item"),
    "more left than was paid": (
        text(**opening("{on: 2000-01-03, accounts: {}, payments: [\n"
                       f"  {{on: 1999-01-04, amount: 1.00, left: 2.00}}]}} {MARK}")),
        "opening.payments.0", "more is left than was paid"),
    "payments out of order": (
        text(**opening(f"{{on: 2000-01-03, accounts: {{}}, {MARK}\n  payments: [{{on: 1999-06-01, amount: 1.00}}, "
                       "{on: 1999-01-04, amount: 1.00}]}")),
        "opening", "oldest first"),
    "a payment after the opening": (
        text(**opening(f"{{on: 2000-01-03, accounts: {{}}, payments: [{{on: 2000-01-04, amount: 1.00}}]}} {MARK}")),
        "opening", "none after the opening of 2000-01-03"),
    "units and value": (
        text(**opening(f"{{on: 2000-01-03, payments: [{{on: 1999-01-04, amount: 1.00}}],\n"
                       f"  accounts: {{equity: {{units: 1, value: 1.00}}}}}} {MARK}")),
        "opening.accounts.equity", "give one of units, value and segments"),
    "units of a fixed account": (
        text(**opening(f"{{on: 2000-01-03, payments: [{{on: 1999-01-04, amount: 1.00}}],\n"
                       f"  accounts: {{guaranteed-principal-account: {{units: 1}}}}}} {MARK}")),
        "opening.accounts.guaranteed-principal-account", "is a fixed account; give its value"),
    "units too fine": (
        text(**opening(f"{{on: 2000-01-03, payments: [{{on: 1999-01-04, amount: 1.00}}],\n"
                       f"  accounts: {{equity: {{units: 1.0000001}}}}}} {MARK}")),
        "opening.accounts.equity", "has more decimals than the product's units"),
    "an account there is not, opened": (
        text(**opening(f"{{on: 2000-01-03, payments: [{{on: 1999-01-04, amount: 1.00}}],\n"
                       f"  accounts: {{growth: {{units: 1}}}}}} {MARK}")),
        "opening.accounts.growth", "is no account of this product; it has"),
    "a value without a price": (
        text(**opening(f"{{on: 2000-01-03, payments: [{{on: 1999-01-04, amount: 1.00}}],\n"
                       f"  accounts: {{blend: {{value: 1.00}}}}}} {MARK}")),
        "opening.accounts.blend", "No unit values of blend"),
    "an event before the opening": (
        text(**{**opening("{on: 2000-01-03, accounts: {}, payments: [{on: 1999-01-04, amount: 1.00}]}"),
                "events": f"events:\n  - {{kind: surrender, on: 2000-01-03}} {MARK}\n"}),
        "events.0", "is of 2000-01-03, not after the opening of 2000-01-03"),
    # the market
    "prices of an account there is not": (
        text(market=f"market: {{unit_values: {{growth: {{2000-01-03: 10}}}}}} {MARK}\n"), "market.unit_values.growth",
        "is no account of this product; it has global-securities"),
    "rates of a sub-account": (
        text(market=f"market: {{declared_rates: {{equity: {{2000-01: 3%}}}}}} {MARK}\n"),
        "market.declared_rates.equity", "it has guaranteed-principal-account"),
    "a price of zero": (text(market=f"market: {{unit_values: {{equity: {{2000-01-03: 0}}}}}} {MARK}\n"), "market", "0"),
    "a price below zero": (
        text(market=f"market: {{unit_values: {{equity: {{2000-01-03: -1}}}}}} {MARK}\n"), "market", "-1"),
    "a price finer than unit values": (
        text(market=f"market: {{unit_values: {{equity: {{2000-01-03: 10.0000001}}}}}} {MARK}\n"), "market", "decimals"),
    "a price on a Saturday": (
        text(market=f"market: {{unit_values: {{equity: {{2000-01-08: 10}}}}}} {MARK}\n"), "market", "2000-01-08"),
    "a price of no day": (
        text(market=f"market: {{unit_values: {{equity: {{2000-01-33: 10}}}}}} {MARK}\n"),
        "market.unit_values.equity.2000-01-33.[key]", "is not a date"),
    "a month that is none": (
        text(market=f"market: {{declared_rates: {{guaranteed-principal-account: {{2000-13: 3%}}}}}} {MARK}\n"),
        "market", "2000-13"),
    "a year that is none": (
        text(market=f"market: {{secondary_rates: {{guaranteed-principal-account: {{MM: 3%}}}}}} {MARK}\n"), "market",
            "MM"),
    "unit values and growth": (
        text(market=f"market: {{unit_values: {{equity: {{2000-01-03: 10}}}}, {MARK}\n"
             "  growth: {equity: {from: 2000-01-03, factors: {2000-01-04: 1.01}}}}\n"),
        "market", "both unit values and growth factors"),
    "a file there is not": (text(market=f"market: {{files: [prices.csv]}} {MARK}\n"), "market.files.0",
        "no file or folder"),
    "a table the product does not have": (
        text(market=f"market: {{files: [product:prices.csv]}} {MARK}\n"), "market.files.0", "no file or folder"),
    "another rule for days between": (
        text(market=f"market: {{between: guess}} {MARK}\n"), "market.between", "'hold' or 'refuse'"),
    # events
    "a kind that is none": (
        text(events=f"events:\n  - {{kind: withdraw, on: 2000-01-03}} {MARK}\n"), "events.0",
            "'withdraw' is not one of"),
    "no kind": (text(events=f"events:\n  - {{on: 2000-01-03, amount: 5.00}} {MARK}\n"), "events.0", "has no kind"),
    "no day": (text(events=f"events:\n  - {{kind: surrender}} {MARK}\n"), "events.0.on", "is missing"),
    "an amount below zero": (
        text(events="events:\n  - kind: purchase_payment\n    on: 2000-01-03\n" f"    amount: -5.00 {MARK}\n"),
        "events.0.amount", "below zero"),
    "a thousands separator": (
        text(events="events:\n  - kind: purchase_payment\n    on: 2000-01-03\n" f"    amount: 1,000.00 {MARK}\n"),
        "events.0.amount", "is not an amount of money"),
    "a key of another kind": (
        text(events=f"events:\n  - kind: surrender\n    on: 2000-01-03\n    amount: 5.00 {MARK}\n"), "events.0.amount",
        "is not a known key"),
    "the same id twice": (
        text(events="events:\n  - {kind: surrender, id: s, on: 2000-01-03}\n"
             f"  - {{kind: surrender, id: s, on: 2000-01-04}} {MARK}\n"),
        "events.1", "'s' is recorded already; ids are used once"),
    "the same key for another event": (
        text(events="events:\n  - {kind: surrender, key: k, on: 2000-01-03}\n"
             f"  - {{kind: surrender, key: k, on: 2000-01-04}} {MARK}\n"),
        "events.1", "key 'k' stands already for another event"),
    # expectations
    "an expectation of nothing": (text(expect=f"expect:\n  - {{on: 2000-01-03}} {MARK}\n"), "expect.0",
        "expects nothing"),
    "an expectation of no day": (text(expect=f"expect:\n  - {{net: 5.00}} {MARK}\n"), "expect.0",
        "neither `on:` nor `event:`"),
    "of an event and of a quote": (
        text(expect=f"expect:\n  - {{event: pay, on: 2000-01-03, quote: {{kind: surrender}}, net: 1.00}} {MARK}\n"),
        "expect.0", "one of them"),
    "a figure there is not": (
        text(expect=f"expect:\n  - on: 2000-01-03\n    value: 5.00 {MARK}\n"), "expect.0.value", "is not a known key"),
    "a figure in words": (
        text(expect=f"expect:\n  - on: 2000-01-03\n    net: five {MARK}\n"), "expect.0.net", "not an amount of money"),
    "a quote of nothing": (
        text(expect=f"expect:\n  - on: 2000-01-03\n    net: 5.00\n    quote: {{kind: withdrawal}} {MARK}\n"),
        "expect.0.quote", "names an amount"),
    "a surrender quote of an amount": (
        text(expect="expect:\n  - on: 2000-01-03\n    net: 5.00\n"
             f"    quote: {{kind: surrender, amount: 5.00}} {MARK}\n"),
        "expect.0.quote", "takes neither amount nor net nor from"),
    "a tolerance below zero": (
        text(expect=f"expect:\n  - on: 2000-01-03\n    net: 5.00\n    tolerance: -1 {MARK}\n"), "expect.0.tolerance",
        "is below 0"),
    "an expected account there is not": (
        text(expect=f"expect:\n  - on: 2000-01-03\n    accounts: {{growth: 5.00}} {MARK}\n"),
            "expect.0.accounts.growth",
        "is no account of this product"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "at", "says"), BAD.values(), ids=list(BAD))
def test_case_is_refused(content: str, at: str, says: str, tmp_path: Path) -> None:
    refused(tmp_path, content, at, says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("date,fund,unit_value\n2000-01-03,equity,ten\n", "ten"),
        ("date,fund,unit_value\n2000-01-03,equity,0\n", "above zero"),
        ("date,fund,unit_value\n2000-01-03,equity,10\n2000-01-03,equity,11\n", "line 2"),
        ("", "is empty"),
    ],
)
def test_market_file_of_a_case_is_refused_with_its_own_name(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(content)
    (tmp_path / "case.yaml").write_text(text(market="market: {files: [prices.csv]}\n"))
    with pytest.raises(BadMarketData, match=r"prices\.csv") as caught:
        load_case(tmp_path / "case.yaml")
    assert says in str(caught.value)


def test_two_files_that_give_the_same_price(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("date,fund,unit_value\n2000-01-03,equity,10\n")
    (tmp_path / "case.yaml").write_text(text(market="market: {files: [a.csv, b.csv]}\n"))
    with pytest.raises(BadMarketData, match=r"b\.csv.*a\.csv"):
        load_case(tmp_path / "case.yaml")


def test_folder_of_prices_without_any(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "case.yaml").write_text(text(market="market: {files: [prices]}\n"))
    with pytest.raises(BadMarketData, match=r"no \.csv file"):
        load_case(tmp_path / "case.yaml")


def test_case_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match=r"lost\.yaml: cannot be read \(No such file or directory\)"):
        load_case(tmp_path / "lost.yaml")


def test_case_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match="cannot be read"):
        load_case(tmp_path)


def test_case_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(BadCase, match="is not UTF-8 text"):
        load_case(tmp_path / "case.yaml")


def test_case_of_a_product_that_is_wrong_names_the_products_file(tmp_path: Path) -> None:
    folder = product_folder(tmp_path, name="mine")
    (folder / "terms" / "more.yaml").write_text("nonsense: {}\n")
    (tmp_path / "case.yaml").write_text(text(product="mine"))
    with pytest.raises(BadTerms, match=r"more\.yaml:1: nonsense"):
        load_case(tmp_path / "case.yaml")


def test_reading_that_is_none_is_refused_at_the_case(tmp_path: Path) -> None:
    content = text(contract=f"contract: {{{FORM},\n  readings: {{maintenance_charge.amount: x}}}} {MARK}\n")
    refused(tmp_path, content, "contract.readings.maintenance_charge.amount", "standardized_text, contract_level_text")


@pytest.mark.parametrize("on", ["0001-01-01", "1979-12-31", "9999-12-31"])
@pytest.mark.parametrize("part", ["event", "expect"])
def test_day_at_an_end_of_the_calendar_is_no_accident(on: str, part: str, tmp_path: Path) -> None:
    """Whatever becomes of such a case, it is an answer or an error of ours in words."""
    parts = {
        "event": {"events": f"events: [{{kind: purchase_payment, on: {on}, amount: 5.00}}]\n"},
        "expect": {"expect": f"expect: [{{on: {on}, contract_value: 5.00}}]\n"},
    }
    (tmp_path / "case.yaml").write_text(text(**parts[part]))
    try:
        assert not run_case(load_case(tmp_path / "case.yaml")).passed
    except InforceError as error:
        assert str(error)
