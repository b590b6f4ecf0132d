"""Every way in which a market file is refused: what is said, at which line and column, and that nothing stays."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from inforce.market import (
    BadMarketData,
    BadMarketFile,
    Market,
    SubAccount,
    load_declared_rates,
    load_market,
    load_market_file,
    load_market_folder,
    load_navs,
    load_secondary_rates,
    load_unit_values,
)

Write = Callable[..., Path]

UNIT_VALUES = "date,fund,unit_value\n2001-05-01,Growth,10.1\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(content: str | bytes, name: str = "prices.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file


@pytest.mark.parametrize(
    ("header", "column", "says"),
    [
        ("date,fund,unit_value,colour", "colour", "no column"),
        ("date,fund,fund,unit_value", "fund", "twice"),
        ("date,unit_value", "fund", "is missing"),
        ("fund,unit_value", "date", "is missing"),
        ("date,Fund,unit_value", "Fund", "no column"),
        ("date,fund,,unit_value", "column 3", "no name"),
        ("date,fund,price", "", "it must be date,fund[,separate_account][,charge_class],unit_value or"),
        ("date;fund;unit_value", "", "separated by commas"),
        ("date", "", "separated by commas"),
        ("date,nav", "fund", "is missing"),
        ("date,fund,nav,coupon", "coupon", "no column"),
        ("account,rate", "month", "is missing"),
        ("account,month,rate,rate_pct", "rate_pct", "no column"),
        ("account,secondary_rate", "year", "is missing"),
        ("date,Growth,Growth", "Growth", "twice"),
        ("date,Growth,", "column 3", "no name"),
        ("date,Gro\x07wth", "'Gro\\x07wth'", "cannot be printed"),
    ],
)
def test_header(write: Write, header: str, column: str, says: str) -> None:
    path = write(header + "\n2001-05-01,a,b,c\n")
    with pytest.raises(BadMarketData, match=re.escape(says)) as caught:
        load_market_file(path)
    assert (caught.value.file, caught.value.line, caught.value.at) == (str(path), 1, column)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("nan", "no plain decimal"),
        ("inf", "no plain decimal"),
        ("-inf", "no plain decimal"),
        ("1e5", "no plain decimal"),
        ('"1,000"', "thousands separator"),
        ("+10.5", "no sign"),
        ("$10.5", "currency"),
        ("10.5.1", "no plain decimal"),
        (".5", "no plain decimal"),
        ("5.", "no plain decimal"),
        ("10 000", "no plain decimal"),
        ("1_000", "no plain decimal"),
        ("0x10", "no plain decimal"),
        ("\u0661\u0660", "no plain decimal"),
        ("0", "is zero"),
        ("0.000000", "is zero"),
        ("-10.5", "is negative"),
        ("10.1234567", "more than 6 decimals"),
        ("1234567890", "more than 9 digits"),
        ("9" * 5000, "more than 9 digits"),
    ],
)
@pytest.mark.parametrize(("column", "load"), [("unit_value", load_unit_values), ("nav", load_navs)])
def test_price(write: Write, cell: str, says: str, column: str, load: Callable[[Path], object]) -> None:
    path = write(f"date,fund,{column}\n2001-05-01,Growth,10.1\n2001-05-02,Growth,{cell}\n")
    with pytest.raises(BadMarketFile, match=says) as caught:
        load(path)
    assert (caught.value.file, caught.value.line, caught.value.at, caught.value.count) == (str(path), 3, column, 1)
    assert str(caught.value).startswith(f"{path}:3: {column}: ")


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("", "no date"),
        ("20010502", "YYYY-MM-DD"),
        ("2001-5-2", "YYYY-MM-DD"),
        ("05/02/2001", "YYYY-MM-DD"),
        ("2001-W18-3", "YYYY-MM-DD"),
        ("2001-02-30", "no day of the calendar"),
        ("0000-01-01", "no day of the calendar"),
        ("1979-12-31", "before 1980"),
        ("2001-05-05", "Saturday"),
        ("2001-09-11", "New York Stock Exchange is closed (Attacks"),
        ("2024-03-29", "Good Friday"),
    ],
)
@pytest.mark.parametrize("header", ["date,fund,unit_value", "date,fund,nav", "date,Growth,Bond"])
def test_date(write: Write, day: str, says: str, header: str) -> None:
    cells = "10,11" if header.endswith("Bond") else "Growth,10"
    with pytest.raises(BadMarketFile, match=re.escape(says)) as caught:
        load_market_file(write(f"{header}\n{day},{cells}\n"))
    assert (caught.value.line, caught.value.at) == (2, "date")


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("date,fund,unit_value\n2001-05-01,Growth\n", 2, "2 cells where the header has 3 columns"),
        ("date,fund,unit_value\n2001-05-01,Growth,1,000\n", 2, "4 cells where the header has 3 columns"),
        ("date,fund,unit_value\n2001-05-01,,10\n", 2, "is empty; give the name"),
        ("date,fund,unit_value\n2001-05-01,a\tb,10\n", 2, "cannot be printed"),
        ('date,fund,unit_value\n\n2001-05-01,"Gro\nwth",10\n', 3, "cannot be printed"),
        ('date,fund,unit_value\n2001-05-01,"Growth,10\n', 2, "check its quotes"),
        ('date,fund,unit_value\n2001-05-01,"Growth"x,10\n', 2, "check its quotes"),
        ("date,fund,unit_value\n" + "x" * 200_000 + "\n", 2, "cannot be read as CSV"),
        ("", None, "is empty"),
        ("\n \n", None, "is empty"),
        ("\ufeff", None, "is empty"),
        ("date,fund,unit_value\n", None, "nothing below"),
        ("date,Growth\n2001-05-01,\n", None, "nothing below"),
        (b"date,fund,unit_value\n2001-05-01,Caf\xe9,10\n", 2, "not in UTF-8"),
        (b"date,fund,unit_value\n2001-05-01,Gro\0wth,10\n", 2, "NUL"),
        ("date,fund,unit_value\n".encode("utf-16"), 1, "UTF-8"),
    ],
)
def test_shape_and_encoding(write: Write, content: str | bytes, line: int | None, says: str) -> None:
    path = write(content)
    with pytest.raises(BadMarketData, match=re.escape(says)) as caught:
        load_market_file(path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


@pytest.mark.parametrize("load", [load_market_file, load_unit_values, load_navs, load_declared_rates])
def test_unreadable(tmp_path: Path, load: Callable[[Path | str], object]) -> None:
    for path in (tmp_path / "none.csv", tmp_path, "a\0b"):
        with pytest.raises(BadMarketData, match="cannot be read"):
            load(path)


def test_decimals_out_of_range(write: Write) -> None:
    with pytest.raises(BadMarketData, match="0 to 9"):
        load_unit_values(write(UNIT_VALUES), decimals=10)


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        ("account,month,rate\nGPA,2008-03,3.5\n", "rate", "no percent sign"),
        ("account,month,rate\nGPA,2008-03,0.035\n", "rate", "no percent sign"),
        ("account,month,rate\nGPA,2008-03,\n", "rate", "is empty"),
        ("account,month,rate\nGPA,2008-03,%\n", "rate", "is empty"),
        ("account,month,rate\nGPA,2008-03,-1%\n", "rate", "is negative"),
        ("account,month,rate\nGPA,2008-03,350%\n", "rate", "above 100"),
        ("account,month,rate\nGPA,2008-03,3.12345678%\n", "rate", "more than 7 decimals"),
        ("account,month,rate_pct\nGPA,2008-03,3.5%\n", "rate_pct", "no plain decimal"),
        ("account,month,rate\nGPA,2008-13,3.5%\n", "month", "YYYY-MM"),
        ("account,month,rate\nGPA,2008-03-01,3.5%\n", "month", "YYYY-MM"),
        ("account,month,rate\nGPA,1979-12,3.5%\n", "month", "before 1980"),
        ("account,month,rate\n,2008-03,3.5%\n", "account", "is empty"),
        ("account,year,secondary_rate\nGPA,07,3.5%\n", "year", "four digits"),
        ("account,year,secondary_rate\nGPA,1979,3.5%\n", "year", "before 1980"),
        ("account,year,secondary_rate\nGPA,2007,3.5\n", "secondary_rate", "no percent sign"),
        (
            "account,month,rate\nGPA,2008-03,3%\nGPA,2008-03,3%\n",
            "month",
            "declared rate of GPA for 2008-03 was already",
        ),
        (
            "account,year,secondary_rate_pct\nGPA,2007,3\nGPA,2007,4\n",
            "year",
            "of GPA for 2007 was already given at line 2",
        ),
    ],
)
def test_rates(write: Write, content: str, at: str, says: str) -> None:
    with pytest.raises(BadMarketFile, match=re.escape(says)) as caught:
        load_market_file(write(content))
    assert (caught.value.line, caught.value.at) == (content.count("\n"), at)


@pytest.mark.parametrize("cell", ["-1", "nan", "0.1234567", "1e-2"])
@pytest.mark.parametrize("column", ["dividend", "capital_gain"])
def test_distributions(write: Write, cell: str, column: str) -> None:
    with pytest.raises(BadMarketFile) as caught:
        load_navs(write(f"date,fund,nav,{column}\n2001-05-01,Growth,10,{cell}\n"))
    assert caught.value.at == column


@pytest.mark.parametrize("load", [load_unit_values, load_navs, load_declared_rates, load_secondary_rates])
def test_a_file_of_another_kind(write: Write, load: Callable[[Path], object]) -> None:
    kinds = {load_unit_values: UNIT_VALUES, load_navs: "date,fund,nav\n2001-05-01,Growth,10\n"}
    kinds[load_declared_rates] = "account,month,rate\nGPA,2008-03,3%\n"
    kinds[load_secondary_rates] = "account,year,secondary_rate\nGPA,2007,3%\n"
    for kind, content in kinds.items():
        if kind is load:
            load(write(content))
        else:
            with pytest.raises(BadMarketData, match="the header has the columns"):
                load(write(content))


def test_same_day_twice_in_a_file(write: Write) -> None:
    rows = ["2001-05-02,Growth,10.2", "2001-05-01,Growth,10.1", "2001-05-02,Bond,9", "2001-05-02,Growth,10.2"]
    with pytest.raises(
        BadMarketFile, match="unit value of Growth for 2001-05-02 was already given at line 2"
    ) as caught:
        load_unit_values(write("\n".join(["date,fund,unit_value", *rows])))
    assert (caught.value.line, caught.value.at) == (5, "date")


def test_same_day_twice_over_files(write: Write) -> None:
    first, second = write(UNIT_VALUES), write(UNIT_VALUES + "2001-05-02,Growth,10.2\n", "more.csv")
    market = load_market([first])
    with pytest.raises(BadMarketFile) as caught:
        market.with_data(load_unit_values(second))
    assert (caught.value.file, caught.value.line) == (str(second), 2)
    assert f"already given at {first}:2" in str(caught.value)
    assert len(market.price_days(SubAccount("Growth"))) == 1
    with pytest.raises(BadMarketFile):
        load_market([first, second])


def test_same_rate_twice_over_files(write: Write) -> None:
    paths = [write("account,month,rate\nGPA,2008-03,3%\n", name) for name in ("a.csv", "b.csv")]
    with pytest.raises(BadMarketFile, match=re.escape(f"{paths[1]}:2: the declared rate of GPA for 2008-03")):
        load_market(paths)


def test_unit_values_at_two_scales(write: Write) -> None:
    one, other = load_unit_values(write(UNIT_VALUES)), load_unit_values(write(UNIT_VALUES), decimals=8)
    with pytest.raises(BadMarketData, match=re.escape("[6, 8] decimals")):
        Market.of(one, other)


def test_all_problems_at_once_up_to_ten(write: Write) -> None:
    bad = "2001-05-01,Growth,0\n2001-05-05,,x\n"
    with pytest.raises(BadMarketFile) as caught:
        load_unit_values(write("date,fund,unit_value\n" + bad))
    assert [(p.line, p.at) for p in caught.value.problems] == [
        (2, "unit_value"), (3, "date"), (3, "fund"), (3, "unit_value"),
    ]  # fmt: skip
    assert str(caught.value).count("\n") == 3
    with pytest.raises(BadMarketFile) as caught:
        load_unit_values(write("date,fund,unit_value\n" + bad * 1_000))
    assert (len(caught.value.problems), caught.value.count) == (10, 4_000)
    assert str(caught.value).endswith("and 3990 more like these.")


def test_problems_come_in_the_order_of_lines(write: Write) -> None:
    rows = ["2001-05-01,B,1", "2001-05-01,B,1", "2001-05-01,A,0", "2001-05-01,C,2", "2001-05-01,C,2"]
    with pytest.raises(BadMarketFile) as caught:
        load_unit_values(write("\n".join(["date,fund,unit_value", *rows])))
    assert [problem.line for problem in caught.value.problems] == [3, 4, 6]


def test_folder(write: Write, tmp_path: Path) -> None:
    with pytest.raises(BadMarketData, match=r"no \.csv file"):
        load_market_folder(tmp_path)
    with pytest.raises(BadMarketData, match="cannot be read"):
        load_market_folder(tmp_path / "none")
    write("anything", "notes.txt")
    write(UNIT_VALUES)
    write("name,born\nx,y\n", "people.csv")
    with pytest.raises(BadMarketData, match=r"people\.csv:1"):
        load_market_folder(tmp_path)
