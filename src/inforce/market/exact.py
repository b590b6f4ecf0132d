"""Text to exact whole numbers, days, months and years. Nothing is rounded and nothing is guessed."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from inforce.dates import closure_reason
from inforce.errors import BadMarketData, DateOutOfRange

FIRST_YEAR: Final = 1980
"""The calendar of valuation dates begins here, and so do prices and rates."""

WHOLE_DIGITS: Final = 9
"""Digits before the point of a price or rate: whole numbers at 9 decimals still fit 64 bits."""

MOST_DECIMALS: Final = 9
"""Decimals of a unit value, at most."""

PERCENT_DECIMALS: Final = 7
"""Decimals of a percentage that a rate in parts per billion can hold."""

ONE_HUNDRED_PERCENT: Final = 1_000_000_000

_PLAIN = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")


def whole_number(text: str, decimals: int) -> int:
    """A plain decimal as a whole number at `decimals`: "10.123456" at 6 is 10_123_456.

    Zeros at the end carry no value and may be more than `decimals`. Raises `BadMarketData` on anything else than
    digits and one point, on more decimals, and on more than nine digits before the point.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise BadMarketData(_not_plain(text))
    whole, fraction = match[1].lstrip("0"), (match[2] or "").rstrip("0")
    if len(fraction) > decimals:
        raise BadMarketData(
            f"{shown(text)} has more than {decimals} decimals; round it at its source, or ask for more."
        )
    if len(whole) > WHOLE_DIGITS:
        raise BadMarketData(f"{shown(text)} has more than {WHOLE_DIGITS} digits before the point; correct it.")
    return int(whole + fraction.ljust(decimals, "0") or "0")


def above_zero(text: str, decimals: int) -> int:
    """As `whole_number`, and above zero. Raises `BadMarketData`."""
    value = whole_number(text, decimals)
    if value == 0:
        raise BadMarketData(f"{shown(text)} is zero; a price is above zero. Leave the day out where there is none.")
    return value


def zero_or_more(text: str, decimals: int) -> int:
    """As `whole_number`, where an empty text is zero. Raises `BadMarketData`."""
    return whole_number(text, decimals) if text else 0


def rate_of(text: str) -> int:
    """A rate written with its percent sign, in parts per billion: "3.5%" is 35_000_000. Raises `BadMarketData`."""
    if text and not text.endswith("%"):
        raise BadMarketData(f"{shown(text)} has no percent sign; write 3.5% (or name the column with _pct at its end).")
    return rate_of_percent(text.removesuffix("%").rstrip())


def rate_of_percent(text: str) -> int:
    """A rate as a number of percent, in parts per billion: "3.5" is 35_000_000. Raises `BadMarketData`."""
    rate = whole_number(text, PERCENT_DECIMALS)
    if rate > ONE_HUNDRED_PERCENT:
        raise BadMarketData(f"{shown(text)} percent a year is above 100; correct it.")
    return rate


@lru_cache(maxsize=20_000)
def valuation_day(text: str) -> int:
    """A valuation date written YYYY-MM-DD, as the ordinal of its day. Raises `BadMarketData`."""
    if _DAY.fullmatch(text) is None:
        raise BadMarketData(f"{shown(text)} is no date; write it YYYY-MM-DD, as 2001-05-02.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadMarketData(f"{text} is no day of the calendar; correct it.") from None
    return checked_day(day)


def checked_day(day: date) -> int:
    """The ordinal of a valuation date. Raises `BadMarketData` before 1980 and where the Exchange is closed."""
    try:
        closed = closure_reason(day)
    except DateOutOfRange:
        raise BadMarketData(f"{day} is before {FIRST_YEAR}, where prices can begin; leave it out.") from None
    if closed:
        raise BadMarketData(
            f"{day} is no valuation date: the New York Stock Exchange is closed ({closed}). Correct the date or leave"
            " the price out; a market with `between: hold` uses the last price before it."
        )
    return day.toordinal()


def day_text(ordinal: int) -> str:
    """YYYY-MM-DD of a day's ordinal."""
    return date.fromordinal(ordinal).isoformat()


def month_number(text: str) -> int:
    """A month written YYYY-MM as year x 12 + month - 1. Raises `BadMarketData`."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise BadMarketData(f"{shown(text)} is no month; write it YYYY-MM, as 2008-03.")
    return year_number(match[1]) * 12 + int(match[2]) - 1


def year_number(text: str) -> int:
    """A calendar year, 1980 to 9999. Raises `BadMarketData`."""
    if _YEAR.fullmatch(text) is None:
        raise BadMarketData(f"{shown(text)} is no year; write four digits, as 2007.")
    if int(text) < FIRST_YEAR:
        raise BadMarketData(f"{text} is before {FIRST_YEAR}, where rates can begin; leave it out.")
    return int(text)


def month_of(day: date) -> int:
    """The number of the month of a day, as `month_number` counts."""
    return day.year * 12 + day.month - 1


def month_text(month: int) -> str:
    """YYYY-MM of a month's number."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def name_of(text: str) -> str:
    """The name of a fund or an account. Raises `BadMarketData` where it is empty or cannot be printed."""
    if not text:
        raise BadMarketData("is empty; give the name or leave the row out.")
    return name_or_any(text)


def name_or_any(text: str) -> str:
    """A name that may be blank. Raises `BadMarketData` where it cannot be printed (a tab, a line break)."""
    if not text.isprintable():
        raise BadMarketData(f"{shown(text)} has characters that cannot be printed; remove them.")
    return text


def shown(text: str) -> str:
    """A cell as a message shows it, cut where it is long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _not_plain(text: str) -> str:
    if not text:
        return "is empty; give the number or leave the row out."
    if text.startswith("-") and _PLAIN.fullmatch(text[1:]):
        return f"{shown(text)} is negative; correct it or leave the row out."
    return (
        f"{shown(text)} is no plain decimal number; write digits and one point, as 10.123456"
        " (no sign, exponent, thousands separator or currency)."
    )
