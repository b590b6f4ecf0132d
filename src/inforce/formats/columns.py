"""Fields of contracts and events as text and back: the columns that a file of records may have.

A field's text is what its validator reads, so that what is written is read as the same. New kinds of events need
nothing here, unless they bring a new type of field.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from inforce.contracts.events import EVENT_KINDS, Clock, Part, Positive
from inforce.errors import Fault
from inforce.mechanics.money import PPB
from inforce.terms.values import Amount, CalendarDay, Cents, Day, Exact, Rate, Whole, YesNo

from .schema import ContractRecord

Shape = Literal["value", "mapping", "list"]
Write = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of some record."""

    name: str
    """As files write it: `from`, not `from_`."""
    shape: Shape
    kind: str
    """What a value is: money, rate, part, day, clock, whole, yes_no, decimal, text or, of a list, model."""


def dollars(cents: int) -> str:
    """Cents as dollars: `1234.50`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def units_text(units: int, places: int) -> str:
    """Units as a decimal number: `12.345000`."""
    return f"{Decimal(units).scaleb(-places):.{places}f}"


def percent(rate: int) -> str:
    """Parts per billion as a percentage, exact: `7%`, `33.3333333%`."""
    return f"{(Decimal(rate) * 100 / PPB).normalize():f}%"


def part_text(part: int) -> str:
    """What leaves an account: `all`, a percentage or dollars."""
    if part == -PPB:
        return "all"
    return percent(-part) if part < 0 else dollars(part)


def clock_text(at: time) -> str:
    """`HH:MM`, with seconds and their fractions where there are any."""
    return at.isoformat("auto" if at.second or at.microsecond else "minutes")


WRITE: Final[dict[str, Write]] = {
    "money": dollars,
    "rate": percent,
    "part": part_text,
    "day": date.isoformat,
    "clock": clock_text,
    "whole": str,
    "yes_no": lambda yes: "yes" if yes else "no",
    "decimal": "{:f}".format,
    "text": str,
    "model": lambda models: [plain(model) for model in models],
}
_KIND_OF: Final = {
    get_args(alias)[1].func: kind
    for alias, kind in (
        (Amount, "money"), (Cents, "money"), (Positive, "money"), (Rate, "rate"), (Part, "part"), (Day, "day"),
        (CalendarDay, "day"), (Clock, "clock"), (Whole, "whole"), (YesNo, "yes_no"), (Exact, "decimal"),
    )
}  # fmt: skip
"""What a value is, by the function that reads it."""


def plain(model: BaseModel) -> dict[str, Any]:
    """A contract's or event's fields as text, those that are not at their default."""
    return {
        column.name: written(column, value)
        for name, column, default in fields_of(type(model))
        if (value := getattr(model, name)) is not None and value != default
    }


def written(column: Column, value: Any) -> Any:
    """One field's value as text, or text by text."""
    write = WRITE[column.kind]
    if column.shape == "mapping":
        return {name: write(each) for name, each in value.items()}
    return list(value) if (column.shape, column.kind) == ("list", "text") else write(value)


def flat(column: Column, text: str) -> Any:
    """A cell's text as what its field takes. Raises ValueError."""
    if column.shape == "mapping":
        return _named(text)
    return _listed(text) if column.shape == "list" else text


def flat_text(column: Column, value: Any) -> str:
    """What `written` gave as the text of one cell; `flat` reads it."""
    if column.shape == "mapping":
        return ";".join(f"{name}={each}" for name, each in value.items())
    return json.dumps(value, ensure_ascii=False) if column.shape == "list" else str(value)


def _named(text: str) -> dict[str, str]:
    """`equity=60%;blend=40%`."""
    found: dict[str, str] = {}
    for each in text.split(";"):
        name, equals, value = each.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ValueError(f"{text!r} is not NAME=VALUE;NAME=VALUE, like equity=60%;blend=40%")
        if name.strip() in found:
            raise ValueError(f"{text!r} names {name.strip()} twice")
        found[name.strip()] = value.strip()
    return found


def _listed(text: str) -> list[Any]:
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise ValueError(f"{text!r} is no list; write it as JSON: [{{…}}, {{…}}]")
    return found


@cache
def columns() -> dict[str, Column]:
    """Every column that a file of records may have, in the order of the documentation."""
    found = {name: Column(name, "value", "text") for name in ("contract", "kind")}
    for model in (ContractRecord, *EVENT_KINDS.values()):
        for _, column, _ in fields_of(model):
            if found.setdefault(column.name, column) != column:
                raise Fault(f"column {column.name} is of two kinds, {found[column.name].kind} and {column.kind}")
    return found


@cache
def fields_of(model: type[BaseModel]) -> tuple[tuple[str, Column, Any], ...]:
    """A model's fields: name in Python, column, default."""
    return tuple(
        (
            name,
            _column(info.alias or name, info),
            info.get_default(call_default_factory=True) if not info.is_required() else ...,
        )
        for name, info in model.model_fields.items()
        if name != "kind"
    )


def _column(name: str, info: FieldInfo) -> Column:
    for metadata in info.metadata:
        if isinstance(metadata, BeforeValidator):
            return Column(name, "value", _KIND_OF[metadata.func])
    for annotation in _members(info.annotation):
        if get_origin(annotation) is dict:
            return Column(name, "mapping", _value_kind(get_args(annotation)[1]))
        if get_origin(annotation) is list:
            of = get_args(annotation)[0]
            return Column(name, "list", "model" if isinstance(of, type) and issubclass(of, BaseModel) else "text")
        return Column(name, "value", _value_kind(annotation))
    raise Fault(f"field {name} has no type that a file can hold")


def _members(annotation: Any) -> Iterator[Any]:
    """The annotation, or the members of a union that are not None."""
    if get_origin(annotation) in (Union, UnionType):
        yield from (member for member in get_args(annotation) if member is not type(None))
    else:
        yield annotation


def _value_kind(annotation: Any) -> str:
    for metadata in getattr(annotation, "__metadata__", ()):
        if isinstance(metadata, BeforeValidator):
            return _KIND_OF[metadata.func]
    return "text"
