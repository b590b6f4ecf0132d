"""Rows as what they mean: a contract to open, or an event of one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from inforce.contracts import EVENT_KINDS, Contract, Event
from inforce.errors import BadInput, BadRecord, NotFound
from inforce.market.problems import Problems
from inforce.terms import Product
from inforce.terms.values import parsed

from .columns import dollars
from .schema import ContractRecord
from .text import Row, Tell

FindProduct = Callable[[str], Product]
KINDS: Final = ("contract", *EVENT_KINDS)
MOST: Final = 10**12
"""Cents of one amount, at most: ten billion dollars. Units and sums of more might not fit 64 bits."""


class Reader(Protocol):
    """What reads one file."""

    size: int
    """How much there is to read: bytes, or rows of a Parquet file."""
    columns: tuple[str, ...]
    """Names in the header; none where each record names its own."""

    def rows(self, problems: Problems, tell: Tell) -> Iterator[Row]:
        """Every row that can be read; others are noted as problems."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A row that opens a contract."""

    line: int
    contract: Contract


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that is an event of a contract."""

    line: int
    contract: str
    event: Event


Record = Opened | Asked


@dataclass(slots=True)
class Records:
    """The records of a file. Each pass over it reads it anew, so that a file of any size fits in memory."""

    reader: Reader
    problems: Problems
    product: FindProduct | None
    """Finds a contract's product; None: products are not looked up."""
    _products: dict[str, Product | str] = field(default_factory=dict)
    """Those looked up; why not where there is none."""

    def read(self, tell: Tell) -> Iterator[Record]:
        """Every record that is right by itself; what is wrong is noted."""
        default = "contract" if "product" in self.reader.columns and "kind" not in self.reader.columns else None
        for line, content in self.reader.rows(self.problems, tell):
            if default:
                content["kind"] = default
            try:
                yield from self._records(line, content)
            except BadRecord as bad:
                self.problems.note(bad)

    def _records(self, line: int, content: dict[str, Any]) -> Iterator[Record]:
        kind = content.get("kind")
        if kind == "contract":
            record = parsed(ContractRecord, content, lambda at, message: self._bad(line, at, message))
            self._check_product(line, record)
            yield Opened(line, record.contract)
            if record.issue is not None:
                yield Asked(line, record.id, record.issue)
            return
        model = EVENT_KINDS.get(kind) if isinstance(kind, str) else None
        if model is None:
            raise self._bad(line, ("kind",), _no_kind(kind))
        yield self._asked(line, model, content)

    def _asked(self, line: int, model: type[Event], content: dict[str, Any]) -> Asked:
        contract = content.pop("contract", "")
        if not isinstance(contract, str) or not contract:
            raise self._bad(line, ("contract",), "is missing; each record names its contract")
        event = parsed(model, content, lambda at, message: self._bad(line, at, message))
        if not event.key and not event.id:
            raise self._bad(
                line, ("key",), "is missing; without `key` or `id` a second import would add the event again"
            )
        for name, value in event.__dict__.items():
            if (type(value) is int or type(value) is dict) and _largest(value) > MOST:
                raise self._bad(line, (name.rstrip("_"),), f"{dollars(_largest(value))} is above {dollars(MOST)}")
        return Asked(line, contract, event)

    def _check_product(self, line: int, record: ContractRecord) -> None:
        if self.product is None:
            return
        if record.product not in self._products:
            try:
                self._products[record.product] = self.product(record.product)
            except (BadInput, NotFound) as bad:
                self._products[record.product] = str(bad)
        product = self._products[record.product]
        if isinstance(product, str):
            raise self._bad(line, ("product",), product)
        if record.form not in product.card.forms:
            known = ", ".join(product.card.forms)
            raise self._bad(line, ("form",), f"{record.form!r} is no form of {record.product}; it has {known}")
        for path, wrong in product.wrong_readings(record.readings):
            raise self._bad(line, ("readings", path), wrong)

    def _bad(self, line: int, at: tuple[str, ...], message: str) -> BadRecord:
        return BadRecord(message, file=self.problems.file, line=line, at=".".join(at))


def _largest(value: Any) -> int:
    """The largest whole number in a field; 0 where it has none."""
    if type(value) is int:
        return value
    return max(map(_largest, value.values()), default=0) if isinstance(value, dict) else 0


def _no_kind(kind: Any) -> str:
    if kind is None:
        return f"is missing; say which of {', '.join(KINDS)}"
    return f"{kind!r} is not one of {', '.join(KINDS)}"
