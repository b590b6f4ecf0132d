"""Interest of fixed accounts: declared rates, the rate credited, and the index that balances grow by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import partial
from typing import Final

from inforce.errors import BadMarketData, MissingRate
from inforce.market.exact import month_of, month_text
from inforce.market.histories import Rates
from inforce.mechanics.interest import INDEX_SCALE, credited_rate
from inforce.mechanics.money import PPB

FIFTY_DIGITS: Final = Context(prec=50, rounding=ROUND_HALF_UP)
_GUARD: Final = Decimal("1e-35")
_WHOLE: Final = Decimal(1)


class DayCount(StrEnum):
    """Which part of a year's interest each day earns."""

    ACTUAL_365 = "actual/365"
    """Every day 1/365: a leap year earns one day more than the annual rate."""
    NO_LEAP = "no_leap"
    """29 February earns nothing: from anniversary to anniversary is exactly the annual rate.

    Except for a contract of 29 February whose anniversaries move to the 28th: its years then have 364 to 366 days.
    """
    ACTUAL_ACTUAL = "actual/actual"
    """Each day 1/366 in leap years, else 1/365: a calendar year is exactly the annual rate."""

    def days_in(self, year: int) -> int:
        """Days by which the annual rate is divided."""
        return 366 if self is DayCount.ACTUAL_ACTUAL and _is_leap(year) else 365

    def earned_before(self, day: date) -> int:
        """Days of its month that earn interest before `day`: interest for the 1st is earned by the 2nd."""
        leap_day = self is DayCount.NO_LEAP and day.month == 2 and day.day > 28
        return 28 if leap_day else day.day - 1

    def earned_in(self, month: int) -> int:
        """Days of a whole month (by its number) that earn interest."""
        year, month = divmod(month, 12)
        if month == 1:
            return 29 if _is_leap(year) and self is not DayCount.NO_LEAP else 28
        return 30 if month in (3, 5, 8, 10) else 31


@dataclass(frozen=True, slots=True)
class CreditedRate:
    """The rate credited in a month, and the three it is the greatest of; parts per billion a year."""

    declared: int
    secondary: int
    """The secondary guaranteed rate of the calendar year; 0 where none is given."""
    minimum: int
    """The contract's guaranteed minimum."""
    credited: int


class InterestIndex:
    """What 1 put into an account at the start of its first month has grown to, by day.

    (1 + rate) ^ (days / 365) over the months, in 50 decimal digits, rounded once. Months and days are kept once
    worked out; what is kept never changes, so that threads may share it.
    """

    def __init__(self, first_month: int, rate_in: Callable[[int], int], day_count: DayCount) -> None:
        """`rate_in` gives a month's credited rate by the month's number, or raises `MissingRate`."""
        self._first, self._rate_in, self._count = first_month, rate_in, day_count
        self._starts: dict[int, Decimal] = {first_month: Decimal(1)}
        self._days: dict[date, int] = {}
        self._logs: dict[int, Decimal] = {}
        self._powers: dict[tuple[int, int, int], Decimal] = {}

    def on(self, day: date) -> int:
        """The index on a day, 1e-15. Raises `MissingRate` where a month before it has no rate."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._work_out(day)
        return known

    def _work_out(self, day: date) -> int:
        month = month_of(day)
        exact = self._at_start_of(month)
        earned = self._count.earned_before(day)
        if earned:
            exact = FIFTY_DIGITS.multiply(exact, self._growth(month, earned))
        return rounded(exact)

    def _at_start_of(self, month: int) -> Decimal:
        """The index at the start of a month, unrounded."""
        if month < self._first:
            self._rate_in(month)
        for known in range(self._first + len(self._starts) - 1, month):
            grown = self._growth(known, self._count.earned_in(known))
            self._starts[known + 1] = FIFTY_DIGITS.multiply(self._starts[known], grown)
        return self._starts[month]

    def _growth(self, month: int, days: int) -> Decimal:
        """(1 + rate of the month) ^ (days / days in year), unrounded."""
        rate, year = self._rate_in(month), self._count.days_in(month // 12)
        power = self._powers.get((rate, days, year))
        if power is None:
            exponent = FIFTY_DIGITS.divide(FIFTY_DIGITS.multiply(self._log(rate), Decimal(days)), Decimal(year))
            power = self._powers[rate, days, year] = FIFTY_DIGITS.exp(exponent)
        return power

    def _log(self, rate: int) -> Decimal:
        if rate not in self._logs:
            self._logs[rate] = FIFTY_DIGITS.ln(Decimal(PPB + rate) / PPB)
        return self._logs[rate]


@dataclass(frozen=True)
class FixedAccounts:
    """Declared rates by month and secondary guaranteed rates by calendar year, of every fixed account."""

    declared: Mapping[str, Rates] = field(default_factory=dict)
    secondary: Mapping[str, Rates] = field(default_factory=dict)
    hold: bool = False
    """A month without a declared rate has the last one declared before it."""
    _indices: dict[tuple[str, int, DayCount], InterestIndex] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def declared_rate(self, account: str, month: int) -> int:
        """The rate declared for a month (by its number), parts per billion. Raises `MissingRate`."""
        rates = self._declared(account)
        rate = rates.rate_by(month) if self.hold else rates.rate(month)
        if rate is None:
            raise MissingRate(
                f"No declared rate for {account} in {month_text(month)}. Rates are given from"
                f" {month_text(rates.at[0])} to {month_text(rates.at[-1])}; add the month to the declared rates."
            )
        return rate

    def credited(self, account: str, month: int, minimum: int) -> CreditedRate:
        """The rate credited in a month (by its number) under a contract's minimum. Raises `MissingRate`."""
        declared = self.declared_rate(account, month)
        guaranteed = self.secondary.get(account)
        secondary = (guaranteed.rate(month // 12) if guaranteed else None) or 0
        return CreditedRate(declared, secondary, minimum, credited_rate(declared, secondary, minimum))

    def interest_index(self, account: str, day: date, minimum: int, day_count: DayCount) -> int:
        """The account's interest index on a day, 1e-15: interest of every day before it. Raises `MissingRate`."""
        index = self._indices.get((account, minimum, day_count))
        if index is None:
            index = self._new_index(account, minimum, DayCount(day_count))
        return index.on(day)

    def source_of_rate(self, account: str, month: int) -> str | None:
        """File and line of a month's declared rate. Raises `MissingRate` as `declared_rate` does."""
        self.declared_rate(account, month)
        return self._declared(account).sources.text(self._declared(account).position_by(month))

    def _new_index(self, account: str, minimum: int, day_count: DayCount) -> InterestIndex:
        if minimum < 0:
            raise BadMarketData(f"a guaranteed minimum of {minimum} parts per billion; it is zero or more.")
        first_month = self._declared(account).at[0]
        index = InterestIndex(first_month, partial(self._rate_in, account, minimum), day_count)
        self._indices[account, minimum, day_count] = index
        return index

    def _rate_in(self, account: str, minimum: int, month: int) -> int:
        return int(self.credited(account, month, minimum).credited)

    def _declared(self, account: str) -> Rates:
        rates = self.declared.get(account)
        if rates is None:
            known = ", ".join(sorted(self.declared)) or "none"
            raise MissingRate(
                f"No declared rates for the fixed account {account}; accounts with rates: {known}."
                " Add a file with the header account,month,rate."
            )
        return rates


def rounded(exact: Decimal) -> int:
    """An index to 1e-15, halves up. What 50 digits leave open at the far end is cut first: a half is seen as one."""
    clean = FIFTY_DIGITS.quantize(exact, _GUARD)
    return int(FIFTY_DIGITS.quantize(FIFTY_DIGITS.multiply(clean, Decimal(INDEX_SCALE)), _WHOLE))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
