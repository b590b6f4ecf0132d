"""Field types of terms, contracts and cases: exact, read from text."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from inforce.dates import FIRST_DAY
from inforce.mechanics.money import PPB

LONGEST: Final = 30
"""Characters of a number: longer ones are mistakes, and would not be worked out exactly."""
_PERCENT = re.compile(r"-?\d+(\.\d+)?\s?%")
_MONEY = re.compile(r"-?\$?\d+(\.\d{1,2})?")
_WHOLE = re.compile(r"-?\d+")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


class Strict(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


def number_text(value: Any) -> str:
    """A number as it is written, without the space around it."""
    text = str(value).strip()
    if len(text) > LONGEST:
        raise ValueError(f"{text[:12]!r}… has {len(text)} characters, too many for a number")
    return text


def rate(value: Any) -> int:
    """`"8%"` as parts per billion: 80,000,000. A rate finer than that is refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = number_text(value)
    if not _PERCENT.fullmatch(text):
        raise ValueError(f"{text!r} is not a percentage: write it with its sign, like 7% or 1.30%")
    exact = Decimal(text.rstrip("% ")) * PPB / 100
    if exact != exact.to_integral_value():
        raise ValueError(f"{text!r} is finer than a billionth")
    return int(exact)


def cents(value: Any) -> int:
    """`"35.00"` or `"$35"` as whole cents. No thousands separators: YAML reads `{a: 1,000.00}` as two things."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = number_text(value)
    if not _MONEY.fullmatch(text):
        raise ValueError(f"{text!r} is not an amount of money: write dollars with at most two decimals, like 1000.00")
    return int(Decimal(text.replace("$", "")) * 100)


def amount(value: Any) -> int:
    """Money that is not below zero."""
    result = cents(value)
    if result < 0:
        raise ValueError(f"{value!r} is below zero")
    return result


def whole(value: Any) -> int:
    """A whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = number_text(value)
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{value!r} is not a whole number")
    return int(text)


def day(value: Any) -> date:
    """An ISO date."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as YYYY-MM-DD") from None


def calendar_day(value: Any) -> date:
    """An ISO date that the calendar of valuation dates covers: what counts from another could never be priced."""
    found = day(value)
    if found < FIRST_DAY:
        raise ValueError(f"{found} is before {FIRST_DAY}, where the calendar of valuation dates begins")
    return found


def month_day(value: Any) -> str:
    """A day that every year has, `MM-DD`."""
    text = str(value).strip()
    try:
        if not re.fullmatch(r"\d{2}-\d{2}", text):
            raise ValueError
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise ValueError(f"{text!r} is no day of every year: write it as MM-DD, like 01-31") from None
    return text


def yes_no(value: Any) -> bool:
    """`yes` or `no`."""
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return bool(value == "yes")
    raise ValueError(f"{value!r}: write yes or no")


def decimal(value: Any) -> Decimal:
    """An exact decimal number, no exponent."""
    if isinstance(value, Decimal):
        return value
    text = number_text(value)
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{value!r} is not a decimal number")
    return Decimal(text)


def or_none(parse: Any) -> Any:
    """The parser, with `none` for no limit."""

    def read(value: Any) -> Any:
        if value is None:
            raise ValueError("is left blank; write `none` where there is no limit")
        return None if value == "none" else parse(value)

    return read


Rate = Annotated[int, BeforeValidator(rate)]
"""Parts per billion, written as a percentage."""
Cents = Annotated[int, BeforeValidator(cents)]
Amount = Annotated[int, BeforeValidator(amount)]
"""Cents, not below zero."""
Whole = Annotated[int, BeforeValidator(whole)]
Day = Annotated[date, BeforeValidator(day)]
CalendarDay = Annotated[date, BeforeValidator(calendar_day)]
MonthDay = Annotated[str, BeforeValidator(month_day)]
YesNo = Annotated[bool, BeforeValidator(yes_no)]
Exact = Annotated[Decimal, BeforeValidator(decimal)]
AmountOrNone = Annotated[int | None, BeforeValidator(or_none(amount))]
RateOrNone = Annotated[int | None, BeforeValidator(or_none(rate))]
WholeOrNone = Annotated[int | None, BeforeValidator(or_none(whole))]
DayOrNone = Annotated[date | None, BeforeValidator(or_none(day))]


M = TypeVar("M", bound=BaseModel)
BOUNDS: Final = {
    "less_than_equal": ("le", "above"),
    "greater_than_equal": ("ge", "below"),
    "greater_than": ("gt", "not above"),
}
"""What is said of a number out of its bounds, by the validator's name for it."""


def parsed(model: type[M], plain: Any, fail: Callable[[tuple[str, ...], str], Exception]) -> M:
    """`model` from plain values. Raises what `fail` makes of the path and message of the first thing that is wrong."""
    try:
        return model.model_validate(plain)
    except ValidationError as failure:
        raise fail(*first_wrong(failure)) from None


def first_wrong(failure: ValidationError) -> tuple[tuple[str, ...], str]:
    """Path and message of the first thing that is wrong."""
    errors = failure.errors()
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])  # misspelt, mostly
    return tuple(str(part) for part in first["loc"]), _message(first)


def _message(error: Any) -> str:
    """One validation error in our words."""
    kind = error["type"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is not a known key here"
    if kind == "union_tag_not_found":
        return "has no kind; say `kind:`"
    if kind == "union_tag_invalid":
        return f"kind {error['ctx']['tag']!r} is not one of {error['ctx']['expected_tags']}"
    if kind == "list_type":
        return "must be a list"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "must be a mapping of keys to values"
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        bound = error["ctx"][key]
        return f"is {words} {'100%' if bound == PPB else bound}"
    return str(error["msg"]).removeprefix("Value error, ")


class Pricing(StrEnum):
    """What happens to something that falls on a day without prices."""

    PRECEDING = "preceding"
    FOLLOWING = "following"
    LAST_PRICE = "last_price"
