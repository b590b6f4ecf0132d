"""Prices and declared rates into a book, from CSV and Parquet."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.formats.conftest import Write
from tests.formats.files import KNOWN, contents

from inforce.errors import BadInput, BadMarketData, BadRecord
from inforce.formats import Imported, check_file, import_file
from inforce.ledger import Book
from inforce.market import BadMarketFile, SubAccount

DAY, NEXT = date(2008, 7, 30), date(2008, 7, 31)
UNIT_VALUES = "date,fund,unit_value\n2008-07-30,equity,10.5\n2008-07-31,equity,10.123456\n"
RATES = "account,month,rate\ngeneral,2008-07,3.5%\n"


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_csv(book: Book, write: Write) -> None:
    prices, rates = write("prices.csv", UNIT_VALUES), write("rates.csv", RATES)
    assert import_file(book, prices, KNOWN) == Imported(prices, prices=2)
    assert import_file(book, rates, KNOWN).prices == 1
    market = book.market()
    assert market.unit_value(SubAccount("equity"), NEXT) == 10_123_456
    assert market.source_of(SubAccount("equity"), NEXT) == f"{prices}:3"
    assert import_file(book, prices, KNOWN) == Imported(prices, known_already=2)


@pytest.mark.parametrize(
    "columns",
    [
        {"date": pa.array([DAY, NEXT]), "fund": ["equity"] * 2,
         "unit_value": [Decimal("10.500000"), Decimal("10.123456")]},
        {"unit_value": ["10.5", "10.123456"], "date": ["2008-07-30", "2008-07-31"], "fund": ["equity"] * 2},
        {"date": pa.array([DAY, NEXT]).cast(pa.timestamp("us")), "equity": ["10.5", "10.123456"], "bond": [None, "9"]},
        {"date": pa.array([DAY, NEXT]), "fund": pa.array(["equity"] * 2).dictionary_encode(),
         "separate_account": pa.nulls(2), "unit_value": ["10.5", "10.123456"]},
    ],
)  # fmt: skip
def test_parquet(book: Book, tmp_path: Path, columns: Any) -> None:
    path = parquet(tmp_path / "prices.parquet", **columns)
    import_file(book, path, KNOWN)
    market = book.market()
    assert market.unit_value(SubAccount("equity"), DAY) == 10_500_000
    assert market.unit_value(SubAccount("equity"), NEXT) == 10_123_456
    assert market.source_of(SubAccount("equity"), NEXT) == f"{path}:2"


def test_rates_and_navs_in_parquet(book: Book, tmp_path: Path) -> None:
    rates = parquet(tmp_path / "r.parquet", account=["general"], month=["2008-07"], rate_pct=[Decimal("3.50")])
    navs = parquet(tmp_path / "n.parquet", date=[DAY], fund=["equity"], nav=["24.11"], dividend=[None])
    assert import_file(book, rates, KNOWN).prices == import_file(book, navs, KNOWN).prices == 1
    assert list(book.market().data.declared["general"].columns[0]) == [35_000_000]


def test_parquet_says_the_same_as_csv(book: Book, write: Write, tmp_path: Path) -> None:
    import_file(book, write("prices.csv", UNIT_VALUES), KNOWN)
    path = parquet(tmp_path / "p.parquet", date=[DAY, NEXT], fund=["equity"] * 2, unit_value=["10.50", "10.123456"])
    assert import_file(book, path, KNOWN) == Imported(path, known_already=2)


@pytest.mark.parametrize(
    ("columns", "line", "at", "says"),
    [
        ({"date": [DAY], "fund": ["a"], "unit_value": [10.5]}, None, "unit_value", "(double), which are not exact"),
        ({"date": [DAY], "equity": [10.5], "bond": ["1"]}, None, "equity", "not exact"),
        ({"account": ["g"], "month": ["2008-07"], "rate_pct": [3.5]}, None, "rate_pct", "not exact"),
        ({"date": [DAY], "fund": ["a"], "unit_value": ["10,5"]}, 1, "unit_value", "no plain decimal"),
        ({"date": [DAY], "fund": ["a"], "unit_value": [None]}, 1, "unit_value", "is empty"),
        ({"date": [None], "fund": ["a"], "unit_value": ["1"]}, 1, "date", "is no date"),
        ({"date": [date(2008, 7, 4)], "fund": ["a"], "unit_value": ["1"]}, 1, "date", "Independence Day"),
        ({"date": [DAY, DAY], "fund": ["a", "a"], "unit_value": ["1", "2"]}, 2, "date", "was already given at line 1"),
        ({"day": [DAY], "fund": ["a"], "unit_value": ["1"]}, 0, "day", "is no column"),
        ({"price": ["1"]}, 0, "", "it must be date,fund"),
        ({"date": pa.array([], pa.date32()), "fund": pa.array([], pa.string()),
          "unit_value": pa.array([], pa.string())}, None, "", "nothing below it"),
    ],
)  # fmt: skip
def test_bad_parquet(memory: Book, tmp_path: Path, columns: Any, line: int | None, at: str, says: str) -> None:
    path = parquet(tmp_path / "bad.parquet", **columns)
    before = contents(memory)
    with pytest.raises((BadMarketData, BadRecord)) as caught:
        import_file(memory, path, KNOWN)
    assert (caught.value.file, caught.value.line, caught.value.at) == (str(path), line, at)
    assert says in caught.value.message
    assert contents(memory) == before
    assert says in str(check_file(path)[0])


def test_bad_csv(book: Book, write: Write) -> None:
    path = write("prices.csv", UNIT_VALUES + "2008-08-01,equity,-1\n2008-08-04,equity,x\n")
    before = contents(book)
    with pytest.raises(BadMarketFile) as caught:
        import_file(book, path, KNOWN)
    assert [each.line for each in caught.value.problems] == [4, 5]
    assert [each.line for each in check_file(path)] == [4, 5]
    assert contents(book) == before


def test_another_price_is_refused_unless_it_is_a_correction(book: Book, write: Write) -> None:
    import_file(book, write("prices.csv", UNIT_VALUES), KNOWN)
    path = write("again.csv", UNIT_VALUES.replace("10.5", "10.6") + "2008-08-01,equity,10.2\n")
    before = contents(book)
    with pytest.raises(BadMarketFile) as caught:
        import_file(book, path, KNOWN)
    assert (caught.value.line, caught.value.count) == (2, 1)
    assert "unit value of equity for 2008-07-30 is in the book with another value" in caught.value.message
    assert len(check_file(path, book)) == 1 and check_file(path) == []
    assert contents(book) == before
    later = date(2008, 10, 1)
    assert import_file(book, path, later, corrections=True) == Imported(path, prices=2, known_already=1)
    assert book.market().unit_value(SubAccount("equity"), DAY) == 10_600_000
    assert book.market(KNOWN).unit_value(SubAccount("equity"), DAY) == 10_500_000


def test_prices_need_a_day(book: Book, write: Write) -> None:
    with pytest.raises(BadInput, match="need the day on which they became known"):
        import_file(book, write("prices.csv", UNIT_VALUES), None)


def test_progress_of_prices(book: Book, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = parquet(tmp_path / "p.parquet", date=[DAY, NEXT], fund=["equity"] * 2, unit_value=["1", "2"])
    import_file(book, path, KNOWN, lambda done, total: told.append((done, total)))
    assert told == [(2, 2), (2, 2)]
