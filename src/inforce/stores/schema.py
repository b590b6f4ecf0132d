"""The tables of a book, the same in SQLite and PostgreSQL. `migrations` makes them; a test compares the two.

Money and units are 64-bit integers. Everything but `positions`, `inbox` and `fund_totals` is only ever added to; those
are worked out from the rest and save time. `seal` names the transaction in which a row was written.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SCHEMA: Final = 3
"""Version of the schema. Each one has a migration; its revision is this number in four digits."""

HEAD: Final = f"{SCHEMA:04}"
VERSION_TABLE: Final = "schema_version"

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An instant in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


def _whole(name: str, **options: Any) -> Column[int]:
    return Column(name, BigInteger, nullable=False, **options)


def _number(name: str) -> Column[int]:
    """A primary key that is given, not drawn."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _contract(**options: Any) -> Column[int]:
    return Column(
        "contract", BigInteger, ForeignKey("contracts.number"), nullable=False, autoincrement=False, **options
    )


def _hash(name: str = "hash") -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


meta = Table(
    "meta", metadata,
    _text("book", primary_key=True),
    _whole("schema"),
    Column("created", Instant, nullable=False),
    _text("engine"),
)  # fmt: skip

contracts = Table(
    "contracts", metadata,
    _number("number"),
    _text("id", unique=True),
    _whole("spread"),
    _text("payload"),
    _whole("seal"),
    _hash(),
)  # fmt: skip
"""`spread` modulo a number of partitions is the contract's partition."""

events = Table(
    "events", metadata,
    _number("sequence"),
    _contract(),
    _whole("place"),
    _text("id"),
    Column("key", Text),
    _text("kind"),
    Column("on", Date, nullable=False),
    Column("received", Instant, nullable=False),
    Column("known", Date, nullable=False),
    _text("who"),
    _text("channel"),
    _text("reason"),
    _text("maker"),
    _text("checker"),
    _text("payload"),
    _whole("seal"),
    _hash(),
    UniqueConstraint("contract", "place", name="events_place"),
    UniqueConstraint("contract", "id", name="events_id"),
    UniqueConstraint("contract", "key", name="events_key"),
)  # fmt: skip
"""`place` counts within the contract; an event without a key has none here."""

entries = Table(
    "entries", metadata,
    _contract(primary_key=True),
    _number("place"),
    _text("event"),
    _text("operation"),
    Column("effective", Date, nullable=False),
    Column("known", Date, nullable=False),
    _text("period"),
    _text("terms"),
    _text("engine"),
    _whole("seal"),
    _hash(),
    sqlite_with_rowid=False,
)  # fmt: skip

lines = Table(
    "lines", metadata,
    Column("contract", BigInteger, primary_key=True, autoincrement=False),
    _number("place"),
    _number("line"),
    _text("account"),
    _whole("cents"),
    _whole("units"),
    ForeignKeyConstraint(["contract", "place"], ["entries.contract", "entries.place"]),
    sqlite_with_rowid=False,
)  # fmt: skip

positions = Table(
    "positions", metadata,
    _contract(primary_key=True),
    _whole("events"),
    _hash("event_hash"),
    _whole("entries"),
    _hash("entry_hash"),
    _whole("version"),
    Column("on", Date),
    Column("issued", Date),
    Column("delivered", Date),
    Column("allocation", Text),
    Column("suspense", BigInteger),
    Column("sequence", BigInteger),
    Column("waiting", Text),
    Column("state", Text),
    Column("next_due", Date),
    Column("held", Text),
    Column("proved", Text),
    Column("reached", Date),
    Index("positions_next_due", "next_due"),
)  # fmt: skip
"""Of each contract the heads of its two chains with their counts, and its stored position; `on` is null before one.
`held` is a correction that waits for approval; `proved` is null where the position is older than that column."""

inbox = Table(
    "inbox", metadata,
    _contract(primary_key=True),
    _number("sequence"),
    Column("on", Date, nullable=False),
    Column("ready", Date, nullable=False),
    Index("inbox_ready", "ready"),
    sqlite_with_rowid=False,
)  # fmt: skip
"""Events that the stored position has not seen; `ready` is the later of the days received and known."""

declined = Table(
    "declined", metadata,
    _contract(primary_key=True),
    _number("seal"),
    _number("place"),
    _whole("sequence"),
    _text("reason"),
)  # fmt: skip

runs = Table(
    "runs", metadata,
    _number("seal"),
    Column("day", Date, nullable=False),
    _whole("partition"),
    _whole("partitions"),
    _whole("contracts"),
    _whole("entries"),
    Column("finished", Instant, nullable=False),
    _whole("rebuilt", server_default="0"),
    Index("runs_day", "day", "partition", "partitions"),
)  # fmt: skip

traded = Table(
    "traded", metadata,
    _number("seal"),
    Column("separate_account", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    _whole("bought_units"),
    _whole("bought_cents"),
    _whole("cancelled_units"),
    _whole("cancelled_cents"),
)  # fmt: skip
"""What the entries of one run bought and cancelled."""

fund_totals = Table(
    "fund_totals", metadata,
    Column("separate_account", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    _whole("units"),
)  # fmt: skip
"""Units of all contracts: the sum of `traded`, of the positions and of the entries."""

periods = Table(
    "periods", metadata,
    _number("seal"),
    _text("action"),
    _text("period"),
    _text("who"),
    Column("closed_through", Text),
)  # fmt: skip

price_batches = Table(
    "price_batches", metadata,
    _number("seal"),
    _text("source"),
    Column("known", Date, nullable=False),
    _whole("decimals"),
    _whole("prices"),
)  # fmt: skip

prices = Table(
    "prices", metadata,
    _number("number"),
    Column("seal", BigInteger, ForeignKey("price_batches.seal"), nullable=False),
    _text("kind"),
    _text("name"),
    _text("separate_account"),
    _text("charge_class"),
    _whole("at"),
    _whole("value"),
    _whole("dividend"),
    _whole("capital_gain"),
    _text("file"),
    Column("line", Integer, nullable=False),
    Index("prices_at", "kind", "name", "separate_account", "charge_class", "at"),
)  # fmt: skip
"""`at` is the ordinal of a day (1 is 1 January of year 1), the number of a month (year x 12 + month - 1), or a year."""

seals = Table(
    "seals", metadata,
    _number("number"),
    Column("written", Instant, nullable=False),
    _text("what"),
    _whole("contracts"),
    _whole("sequence"),
    _whole("prices"),
    _hash("heads"),
    _hash("digest"),
)  # fmt: skip
"""One row a transaction: what was done, how far the numbers had come, a hash over the heads that it changed, and a hash
over all of that and the seal before."""
