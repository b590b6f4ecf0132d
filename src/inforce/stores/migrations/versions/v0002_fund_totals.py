"""Running totals of units by separate account and fund, what each run traded, and how many positions it replayed."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Key = tuple[int | None, str, str]
"""Seal of the run, separate account, fund."""


def upgrade() -> None:
    op.create_table("traded", _number("seal"), *_fund(), *map(_whole, AMOUNTS))
    op.create_table("fund_totals", *_fund(), _whole("units"))
    op.add_column("runs", sa.Column("rebuilt", sa.BigInteger, nullable=False, server_default="0"))
    _fill()


AMOUNTS = ("bought_units", "bought_cents", "cancelled_units", "cancelled_cents")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _fund() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("separate_account", sa.Text, primary_key=True), sa.Column("fund", sa.Text, primary_key=True)


def _fill() -> None:
    """From what is posted already. Entries that no run posted count in the totals only."""
    traded: dict[Key, list[int]] = {}
    for key, amounts in _moved():
        held = traded.setdefault(key, [0, 0, 0, 0])
        held[:] = map(sum, zip(held, amounts, strict=True))
    totals: dict[tuple[str, str], int] = {}
    for (_, *fund), (bought, _, cancelled, _) in traded.items():
        totals[fund[0], fund[1]] = totals.get((fund[0], fund[1]), 0) + bought - cancelled
    connection = op.get_bind()
    names = ("seal", "separate_account", "fund", *AMOUNTS)
    rows = [dict(zip(names, (*key, *amounts), strict=True)) for key, amounts in traded.items() if key[0] is not None]
    if rows:
        connection.execute(sa.table("traded", *map(sa.column, names)).insert(), rows)
    if totals:
        table = sa.table("fund_totals", *map(sa.column, ("separate_account", "fund", "units")))
        connection.execute(table.insert(), [dict(separate_account=a, fund=f, units=n) for (a, f), n in totals.items()])


def _moved() -> Iterator[tuple[Key, tuple[int, ...]]]:
    """What each contract's entries of each seal did to each fund."""
    accounts: dict[int, str] = {}
    for seal, number, payload, account, *amounts in op.get_bind().execute(sa.text(_LINES)):
        if number not in accounts:
            accounts[number] = _separate_account(json.loads(payload))
        yield (seal, accounts[number], account.removeprefix("contract/")), tuple(map(int, amounts))


_LINES = """
SELECT r.seal, c.number, c.payload, x.account,
       SUM(CASE WHEN x.units > 0 THEN x.units ELSE 0 END), SUM(CASE WHEN x.units > 0 THEN x.cents ELSE 0 END),
       SUM(CASE WHEN x.units < 0 THEN -x.units ELSE 0 END), SUM(CASE WHEN x.units < 0 THEN -x.cents ELSE 0 END)
FROM lines AS x JOIN entries AS e ON e.contract = x.contract AND e.place = x.place
JOIN contracts AS c ON c.number = x.contract LEFT JOIN runs AS r ON r.seal = e.seal
WHERE x.units <> 0 GROUP BY r.seal, c.number, c.payload, x.account
"""


def _separate_account(contract: dict[str, str]) -> str:
    from inforce.errors import BadBook, InforceError
    from inforce.terms import find_product

    try:
        return find_product(contract["product"]).separate_account(contract["qualification"], contract["issue_state"])
    except InforceError as missing:
        raise BadBook(f"the book cannot be upgraded without the product of contract {contract['id']}: {missing}. "
                      "Nothing was changed") from None  # fmt: skip
