"""Whatever is changed, removed or inserted behind the book's back is found."""

from datetime import date

import pytest
from sqlalchemy import text
from tests.stores import samples
from tests.stores.conftest import DATABASES, Place
from tests.stores.samples import DAY, MAY_2

from inforce.errors import BadBook
from inforce.market import MarketData, Rates, Series, SubAccount
from inforce.stores import SqlBook, open_book, verify

pytestmark = pytest.mark.parametrize("place", DATABASES, indirect=True)


def filled(book: SqlBook) -> SqlBook:
    samples.fill(book)
    book.record("C-2", samples.payment(MAY_2 + DAY))
    book.post([samples.entry("C-1"), samples.entry("C-3", cents=0)])
    data = MarketData(
        {SubAccount("growth"): Series.of({MAY_2: 10, MAY_2 + DAY: 11})},
        declared={"gpa": Rates.by_month({"2001-05": 5})},
    )
    book.add_prices(data, "feed", MAY_2)
    book.add_prices(MarketData({SubAccount("growth"): Series.of({MAY_2: 12})}), "fix", MAY_2 + DAY)
    book.close_period("2001-03", "controller")
    return book


def tampered(book: SqlBook, *statements: str) -> list[str]:
    """What is found after raw changes, with foreign keys off."""
    with book.database.engine.connect() as connection:
        off = "PRAGMA foreign_keys = OFF" if book.database.sqlite else "SET session_replication_role = replica"
        connection.execute(text(off))
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    return [str(finding) for finding in verify(book)]


def test_a_book_that_nobody_touched_is_whole(sql_book: SqlBook) -> None:
    assert verify(sql_book) == []
    assert verify(filled(sql_book)) == []


TAMPERING = {
    "UPDATE contracts SET payload = replace(payload, 'NY', 'NJ') WHERE number = 2": "contracts, contract C-2: changed",
    "UPDATE contracts SET id = 'C-7' WHERE number = 2": "contracts, contract C-7: changed",
    "DELETE FROM contracts WHERE number = 2": "contracts, number 2 to 2: removed",
    "DELETE FROM contracts WHERE number = 3": "contracts, number 3 to 3: removed from the end",
    "UPDATE events SET payload = replace(payload, '100000', '900000') WHERE sequence = 2":
        "events, contract C-2, number 1: changed",
    "UPDATE events SET who = 'somebody' WHERE sequence = 2": "events, contract C-2, number 1: changed",
    "UPDATE events SET known = '1999-01-04' WHERE sequence = 2": "events, contract C-2, number 1: changed",
    "UPDATE events SET \"on\" = '1999-01-04' WHERE sequence = 2": "events, contract C-2, number 1: changed",
    "UPDATE events SET key = 'other' WHERE sequence = 2": "events, contract C-2, number 1: changed",
    "UPDATE events SET contract = 3, place = 3, id = 'x' WHERE sequence = 2": "events, contract C-3, number 3: changed",
    "UPDATE events SET seal = 3 WHERE sequence = 2": "seals, seal 2 of",
    "DELETE FROM events WHERE sequence = 2": "events, contract C-2, number 1: removed",
    "DELETE FROM events WHERE sequence = 4": "events, contract C-1, number 2 to 2: removed from the end",
    "DELETE FROM events WHERE sequence = 7": "events, number 7 to 7: removed from the end",
    "UPDATE entries SET effective = '1999-01-04' WHERE contract = 1 AND place = 2":
        "entries, contract C-1, number 2: changed",
    "UPDATE entries SET engine = 'other' WHERE contract = 1 AND place = 4": "entries, contract C-1, number 4: changed",
    "DELETE FROM entries WHERE contract = 1 AND place = 2": "entries, contract C-1, number 2: removed",
    "DELETE FROM entries WHERE contract = 1 AND place = 4":
        "entries, contract C-1, number 4 to 4: removed from the end",
    "UPDATE lines SET cents = cents + 1 WHERE contract = 1 AND place = 2 AND line = 0":
        "entries, contract C-1, number 2: changed",
    "UPDATE lines SET cents = cents + 1 WHERE contract = 1 AND place = 2 AND line < 2":
        "entries, contract C-1, number 2: changed",
    "UPDATE lines SET units = 0 WHERE contract = 3 AND place = 4 AND line = 1":
        "entries, contract C-3, number 4: changed",
    "DELETE FROM lines WHERE contract = 3 AND place = 4 AND line = 2": "entries, contract C-3, number 4: changed",
    "DELETE FROM lines WHERE contract = 2 AND place = 1": "entries, contract C-2, number 1: changed",
    "INSERT INTO lines VALUES (1, 1, 3, 'owner/paid_out', 0, 0)": "entries, contract C-1, number 1: changed",
    "INSERT INTO lines VALUES (1, 9, 0, 'owner/paid_out', 0, 0)":
        "lines, contract number 1, number 9: belongs to no entry",
    "UPDATE positions SET entries = 3 WHERE contract = 1": "entries, contract C-1, number 4 to 4: inserted at the end",
    "UPDATE positions SET entry_hash = event_hash WHERE contract = 1":
        "positions, contract C-1: the head of its entries",
    "DELETE FROM positions WHERE contract = 1": "positions, contract C-1: removed",
    "UPDATE prices SET value = 13 WHERE number = 2": "prices, batch",
    "UPDATE prices SET file = 'other.csv' WHERE number = 4": "prices, batch",
    "DELETE FROM prices WHERE number = 2": "prices, number 2 to 2: removed",
    "DELETE FROM prices WHERE number = 4": "prices, number 4 to 4: removed from the end",
    "UPDATE price_batches SET known = '1999-01-04'": "prices, batch",
    "DELETE FROM price_batches WHERE source = 'fix'": "price_batches, seal",
    "UPDATE runs SET entries = 7 WHERE day = '2001-05-03'": "runs, run of 2001-05-03",
    "DELETE FROM runs WHERE day = '2001-05-03'": "runs, seal",
    "UPDATE periods SET closed_through = '2009-01'": "periods, period 2001-03",
    "DELETE FROM periods": "periods, seal",
    "UPDATE seals SET what = '{}' WHERE number = 2": "seals, seal 2: changed",
    "UPDATE seals SET digest = heads WHERE number = 2": "seals, seal 2: changed",
    "DELETE FROM seals WHERE number = 2": "seals, seal 2 to 2: removed",
    "DELETE FROM seals WHERE number > 5": "seals, seal 6: rows carry its number",
}  # fmt: skip


@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_is_found(statement: str, sql_book: SqlBook) -> None:
    found = tampered(filled(sql_book), statement)
    assert any(finding.startswith(TAMPERING[statement]) for finding in found), found


def test_an_inserted_entry(sql_book: SqlBook) -> None:
    copy = "SELECT contract, 5, event, operation, effective, known, period, terms, engine, seal, hash FROM entries"
    found = tampered(filled(sql_book), f"INSERT INTO entries {copy} WHERE contract = 1 AND place = 4")
    assert "entries, contract C-1, number 5: changed, or not written by Inforce" in found
    assert "entries, contract C-1, number 5 to 5: inserted at the end" in found


def test_a_contract_that_was_wiped_out(sql_book: SqlBook) -> None:
    tables = ("lines", "entries", "events", "inbox", "declined", "positions")
    wiped = [f"DELETE FROM {table} WHERE contract = 2" for table in tables]
    found = tampered(filled(sql_book), *wiped, "DELETE FROM contracts WHERE number = 2")
    assert "contracts, number 2 to 2: removed" in found
    assert any(finding.startswith("seals, seal 1 of") for finding in found)


def test_one_finding_for_one_change(sql_book: SqlBook) -> None:
    found = tampered(filled(sql_book), "UPDATE lines SET units = 1 WHERE contract = 1 AND place = 2 AND line = 0")
    assert found == ["entries, contract C-1, number 2: changed, or not written by Inforce"]


def test_a_tail_with_its_seals_is_missed_only_without_a_noted_seal(place: Place) -> None:
    """Everything after a transaction cut off and the heads put back: the book is one that was whole once."""
    with open_book(place()) as book:
        book.open(samples.contract())
        book.record("C-1", samples.payment())
        early, noted = book.seal(), None
        book.commit(samples.run(), [samples.done("C-1")])
        noted = book.seal()
        assert verify(book, noted) == verify(book, str(early)) == []
        found = tampered(
            book,
            "DELETE FROM lines", "DELETE FROM entries", "DELETE FROM runs", "DELETE FROM seals WHERE number = 3",
            "UPDATE positions SET entries = 0, entry_hash = (SELECT hash FROM contracts)",
        )  # fmt: skip
        assert found == []
        assert verify(book, early) == []
        assert ["it is not in the book, which ends at 2" in str(f) for f in verify(book, noted)] == [True]


def test_many_contracts(sql_book: SqlBook) -> None:
    names = samples.fill(sql_book, contracts=1_203, days=2)
    assert verify(sql_book) == []
    assert len(sql_book.entries(names[-1])) == 2
    found = tampered(
        sql_book, "UPDATE lines SET units = 1 WHERE contract IN (1, 500, 501, 1203) AND place = 2 AND line = 0"
    )
    assert len(found) == 4


def test_dates_are_written_as_they_are(sql_book: SqlBook) -> None:
    sql_book.open(samples.contract())
    sql_book.post([samples.entry("C-1", date(9999, 12, 31)), samples.entry("C-1", date(1, 1, 1))])
    assert [e.effective.year for e in sql_book.entries("C-1")] == [9999, 1]
    assert verify(sql_book) == []


def test_what_is_gone_is_said_where_it_is_needed(sql_book: SqlBook) -> None:
    """Whoever reads or writes is told what is wrong, and to verify the book; nothing is written."""
    filled(sql_book)
    assert tampered(
        sql_book, "DELETE FROM positions WHERE contract = 1", "UPDATE prices SET kind = 'x' WHERE number = 1"
    )
    before = sql_book.seal()

    def read_ahead() -> None:
        with sql_book.ahead(["C-1"]):
            sql_book.events("C-1")

    lost = "contract C-1 has no row in positions", "contract number 1 has no row in positions"
    for work, said in (
        (lambda: sql_book.stored("C-1"), lost[0]),
        (read_ahead, lost[0]),
        (lambda: sql_book.record("C-1", samples.payment(id="new")), lost[1]),
        (lambda: sql_book.commit(samples.run(MAY_2 + 9 * DAY), [samples.done("C-1", MAY_2 + 9 * DAY)]), lost[1]),
        (sql_book.market, "price 1 is of no kind that there is, 'x'"),
    ):
        with pytest.raises(BadBook, match=f"{said}: the book was changed from outside; `inforce ledger verify` finds"):
            work()
    assert sql_book.seal() == before
