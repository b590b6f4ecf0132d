"""Prices and rates in the book. Nothing is changed: a correction is a later row for the same day."""

from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from inforce.errors import BadMarketData
from inforce.ledger.prices import KINDS, Key, Price, market_data, news, prices_in
from inforce.market import MarketData

from . import schema
from .bulk import chunks
from .database import AnyRow
from .encoding import canonical
from .failures import changed_outside
from .writing import Writing

_KEYS_AT_ONCE = 200


def add(writing: Writing, data: MarketData, source: str, known_on: date) -> int:
    """Add what is new; how many that is. BadMarketData where a correction would be known too early."""
    connection = writing.connection
    held_at = decimals(connection)
    if data.unit_values and held_at not in (None, data.decimals):
        raise BadMarketData(f"unit values at {data.decimals} decimals; the book's are at {held_at}")
    given = list(prices_in(data, source))
    new = list(news(given, _held(connection, given), known_on))
    if not new:
        return 0
    digest = sha256()
    for price in new:
        writing.prices += 1
        row = (*price.key, price.at, *price.numbers, price.file, price.line)
        writing.add(schema.prices, (writing.prices, writing.seal, *row))
        digest.update(price_bytes((writing.prices, *row)))
    kept = data.decimals if data.unit_values else -1
    batch = (source, known_on.isoformat(), kept, len(new))
    writing.add(schema.price_batches, (writing.seal, *batch))
    writing.finish({"prices": [*batch, digest.hexdigest()]})
    return len(new)


def price_bytes(row: tuple[Any, ...]) -> bytes:
    """A price as its batch's hash covers it: every column but the seal."""
    return canonical(row)


def decimals(connection: Connection) -> int | None:
    """Decimals of the book's unit values; None before the first."""
    b = schema.price_batches.c
    return connection.execute(select(b.decimals).where(b.decimals >= 0).order_by(b.seal).limit(1)).scalar()


def known(connection: Connection, known_by: date | None) -> MarketData:
    """Every price as it was known on a day; of several the latest."""
    p, b = schema.prices.c, schema.price_batches.c
    query = select(schema.prices, b.known).join(schema.price_batches)
    if known_by is not None:
        query = query.where(b.known <= known_by)
    order = (p.kind, p.name, p.separate_account, p.charge_class, p.at, p.number)
    rows = connection.execution_options(stream_results=True).execute(query.order_by(*order))
    scale = decimals(connection)
    return market_data(((_price(row), row[-1]) for row in rows), MarketData().decimals if scale is None else scale)


def _price(row: AnyRow) -> Price:
    kind, name, separate_account, charge_class, at, value, dividend, gain, file, line = tuple(row)[2:12]
    if kind not in KINDS:
        raise changed_outside(f"price {row.number} is of no kind that there is, {kind!r}")
    return Price((kind, name, separate_account, charge_class), at, (value, dividend, gain), file, line)


def _held(connection: Connection, given: list[Price]) -> dict[tuple[Key, int], tuple[Price, date]]:
    """What the book holds of the same accounts and days, with the day it became known."""
    spans: dict[Key, tuple[int, int]] = {}
    for price in given:
        first, last = spans.get(price.key, (price.at, price.at))
        spans[price.key] = min(first, price.at), max(last, price.at)
    p, b = schema.prices.c, schema.price_batches.c
    found = {}
    for part in chunks(spans.items(), _KEYS_AT_ONCE):
        wanted = or_(*(_between(key, *span) for key, span in part))
        query = select(schema.prices, b.known).join(schema.price_batches).where(wanted).order_by(p.number)
        for row in connection.execute(query):
            price = _price(row)
            found[price.key, price.at] = price, row[-1]
    return found


def _between(key: Key, first: int, last: int) -> Any:
    p = schema.prices.c
    kind, name, separate_account, charge_class = key
    return and_(p.kind == kind, p.name == name, p.separate_account == separate_account,
                p.charge_class == charge_class, p.at.between(first, last))  # fmt: skip
