"""The first schema."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from inforce.stores.schema import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    _journal()
    _ledger()
    _positions()
    _cycle()
    _prices()
    op.create_table(
        "seals",
        _number("number"),
        sa.Column("written", Instant, nullable=False),
        _text("what"),
        _whole("contracts"),
        _whole("sequence"),
        _whole("prices"),
        _bytes("heads"),
        _bytes("digest"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _day(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=nullable)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _contract(primary_key: bool = False) -> sa.Column[int]:
    owner: Final = sa.ForeignKey("contracts.number")
    return sa.Column("contract", sa.BigInteger, owner, nullable=False, primary_key=primary_key, autoincrement=False)


def _journal() -> None:
    op.create_table(
        "meta",
        sa.Column("book", sa.Text, primary_key=True),
        _whole("schema"),
        sa.Column("created", Instant, nullable=False),
        _text("engine"),
    )
    op.create_table(
        "contracts",
        _number("number"),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _whole("spread"),
        _text("payload"),
        _whole("seal"),
        _bytes("hash"),
    )
    op.create_table(
        "events",
        _number("sequence"),
        _contract(),
        _whole("place"),
        _text("id"),
        sa.Column("key", sa.Text),
        _text("kind"),
        _day("on"),
        sa.Column("received", Instant, nullable=False),
        _day("known"),
        *(_text(name) for name in ("who", "channel", "reason", "maker", "checker", "payload")),
        _whole("seal"),
        _bytes("hash"),
        sa.UniqueConstraint("contract", "place", name="events_place"),
        sa.UniqueConstraint("contract", "id", name="events_id"),
        sa.UniqueConstraint("contract", "key", name="events_key"),
    )


def _ledger() -> None:
    op.create_table(
        "entries",
        _contract(primary_key=True),
        _number("place"),
        _text("event"),
        _text("operation"),
        _day("effective"),
        _day("known"),
        _text("period"),
        _text("terms"),
        _text("engine"),
        _whole("seal"),
        _bytes("hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lines",
        _number("contract"),
        _number("place"),
        _number("line"),
        _text("account"),
        _whole("cents"),
        _whole("units"),
        sa.ForeignKeyConstraint(["contract", "place"], ["entries.contract", "entries.place"]),
        sqlite_with_rowid=False,
    )


def _positions() -> None:
    op.create_table(
        "positions",
        _contract(primary_key=True),
        _whole("events"),
        _bytes("event_hash"),
        _whole("entries"),
        _bytes("entry_hash"),
        _whole("version"),
        _day("on", nullable=True),
        _day("issued", nullable=True),
        _day("delivered", nullable=True),
        sa.Column("allocation", sa.Text),
        sa.Column("suspense", sa.BigInteger),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("waiting", sa.Text),
        sa.Column("state", sa.Text),
        _day("next_due", nullable=True),
    )
    op.create_index("positions_next_due", "positions", ["next_due"])
    op.create_table(
        "inbox",
        _contract(primary_key=True),
        _number("sequence"),
        _day("on"),
        _day("ready"),
        sqlite_with_rowid=False,
    )
    op.create_index("inbox_ready", "inbox", ["ready"])


def _cycle() -> None:
    op.create_table(
        "declined",
        _contract(primary_key=True),
        _number("seal"),
        _number("place"),
        _whole("sequence"),
        _text("reason"),
    )
    op.create_table(
        "runs",
        _number("seal"),
        _day("day"),
        *(_whole(name) for name in ("partition", "partitions", "contracts", "entries")),
        sa.Column("finished", Instant, nullable=False),
    )
    op.create_index("runs_day", "runs", ["day", "partition", "partitions"])
    op.create_table(
        "periods",
        _number("seal"),
        *(_text(name) for name in ("action", "period", "who")),
        sa.Column("closed_through", sa.Text),
    )


def _prices() -> None:
    op.create_table("price_batches", _number("seal"), _text("source"), _day("known"), _whole("decimals"),
                    _whole("prices"))  # fmt: skip
    op.create_table(
        "prices",
        _number("number"),
        sa.Column("seal", sa.BigInteger, sa.ForeignKey("price_batches.seal"), nullable=False),
        *(_text(name) for name in ("kind", "name", "separate_account", "charge_class")),
        *(_whole(name) for name in ("at", "value", "dividend", "capital_gain")),
        _text("file"),
        sa.Column("line", sa.Integer, nullable=False),
    )
    op.create_index("prices_at", "prices", ["kind", "name", "separate_account", "charge_class", "at"])
