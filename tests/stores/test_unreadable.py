"""SQLite takes anything in any column: a value that is none of its column is found and said, and is no fault."""

import pytest
from sqlalchemy import text
from tests.stores.test_verify import filled, tampered

from inforce.errors import BadBook
from inforce.stores import SqlBook

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

UNREADABLE = {
    "UPDATE events SET known = '2001-05-00' WHERE sequence = 2": "events or entries, contract C-2: a value",
    "UPDATE events SET received = 'noon' WHERE sequence = 2": "events or entries, contract C-2: a value cannot be read",
    "UPDATE entries SET effective = '' WHERE contract = 3 AND place = 4": "events or entries, contract C-3: a value",
    "UPDATE lines SET cents = 'ten' WHERE contract = 1 AND place = 2": "entries, contract C-1, number 2: changed",
    "UPDATE runs SET day = '2001-13-01'": "runs, a row: a value cannot be read",
    "UPDATE price_batches SET known = 'x'": "prices, a row: a value cannot be read",
    "UPDATE seals SET written = 'x' WHERE number = 2": "seals, a row: a value cannot be read",
}


@pytest.mark.parametrize("statement", UNREADABLE)
def test_a_value_that_cannot_be_read_is_found(statement: str, sql_book: SqlBook) -> None:
    """The other contracts are still looked at."""
    found = tampered(filled(sql_book), statement, "UPDATE events SET who = 'somebody' WHERE sequence = 1")
    assert any(finding.startswith(UNREADABLE[statement]) for finding in found), found
    assert "events, contract C-1, number 1: changed, or not written by Inforce" in found


def test_a_book_with_such_a_value_says_so_when_it_is_read(sql_book: SqlBook) -> None:
    tampered(filled(sql_book), "UPDATE events SET known = '2001-05-00' WHERE sequence = 2")
    with pytest.raises(BadBook, match=r"cannot be read .* `inforce ledger verify` says where"):
        sql_book.events("C-2")
    with sql_book.database.engine.begin() as connection:
        connection.execute(text("UPDATE events SET known = '2001-05-02', payload = CAST(x'ff' AS TEXT)"))
    with pytest.raises(BadBook, match=r"the file is damaged; restore it"):
        sql_book.events("C-2")
