"""The market a contract lives in: unit values, net asset values and declared rates, looked up by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Literal, Self, get_args

from inforce.dates import closure_reason
from inforce.errors import BadMarketData, DateOutOfRange, MissingPrice
from inforce.market.data import MarketData
from inforce.market.exact import month_of
from inforce.market.histories import Navs, Rates, Series
from inforce.market.interest import CreditedRate, DayCount, FixedAccounts
from inforce.market.sub_accounts import SubAccount
from inforce.market.unit_values import unit_values_from_navs

Between = Literal["hold", "refuse"]
"""What a day without a price, or a month without a declared rate, gets: the last one before it, or nothing."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A unit value of a day that became known in place of another one."""

    sub_account: SubAccount
    day: date
    known: date
    before: int
    after: int


@dataclass(frozen=True)
class Market:
    """Prices and rates. Never changes: what adds something gives a new market, or raises and adds nothing."""

    data: MarketData = field(default_factory=MarketData, repr=False)
    between: Between = "refuse"
    _fixed: FixedAccounts = field(default_factory=FixedAccounts, repr=False, compare=False)
    _found: dict[SubAccount, Series] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.between not in get_args(Between):
            raise BadMarketData(f"between is {self.between!r}; it is hold or refuse.", at="between")
        fixed, data = self._fixed, self.data
        hold = self.between == "hold"
        if fixed.declared is not data.declared or fixed.secondary is not data.secondary or fixed.hold != hold:
            object.__setattr__(self, "_fixed", FixedAccounts(data.declared, data.secondary, hold))

    @classmethod
    def of(cls, *parts: MarketData, between: Between = "refuse") -> Self:
        """A market from loaded files. Raises `BadMarketFile` where two of them give the same thing."""
        return cls(MarketData.joined(*parts), between)

    def with_data(self, *parts: MarketData) -> Self:
        """This market and more. Raises `BadMarketFile` where something is given already."""
        return replace(self, data=MarketData.joined(self.data, *parts))

    def with_unit_values(self, sub_account: SubAccount, series: Series) -> Self:
        """This market and the unit values of one more sub-account. Raises `BadMarketData` where it has some already."""
        if sub_account in self.data.unit_values:
            raise BadMarketData(f"{sub_account} has unit values already; give them once.")
        return replace(self, data=replace(self.data, unit_values={**self.data.unit_values, sub_account: series}))

    def known_before(self, day: date) -> Self:
        """This market with unit values and rates as they were known before a day; nothing that is new since is lost."""
        data = self.data
        before = replace(
            data,
            unit_values={key: series.known_before(day) for key, series in data.unit_values.items()},
            declared={name: rates.known_before(day) for name, rates in data.declared.items()},
            secondary={name: rates.known_before(day) for name, rates in data.secondary.items()},
        )
        return replace(self, data=before)

    def with_navs(self, fund: str, navs: Navs) -> Self:
        """This market and net asset values of a fund. Raises `BadMarketFile` where a day is given already."""
        return self.with_data(MarketData(navs={fund: navs}))

    def with_rates(self, account: str, declared: Rates, secondary: Rates | None = None) -> Self:
        """This market and rates of a fixed account. Raises `BadMarketFile` where a month or year is given already."""
        return self.with_data(
            MarketData(declared={account: declared}, secondary={account: secondary} if secondary else {})
        )

    def derive(
        self,
        sub_account: SubAccount,
        *,
        annual_charge: int,
        start: int | None = None,
        days_in_year: int = 365,
    ) -> Self:
        """This market with a sub-account's unit values worked out from its fund's net asset values.

        `annual_charge` in parts per billion; `start` is the unit value on the fund's first day, 10 unless given.
        Raises `MissingPrice` where the fund has no net asset values, `BadMarketData` where the sub-account has unit
        values already.
        """
        first = 10 * 10**self.decimals if start is None else start
        navs = self.navs(sub_account.fund)
        return self.with_unit_values(sub_account, unit_values_from_navs(navs, first, annual_charge, days_in_year))

    @property
    def decimals(self) -> int:
        """Decimals of the unit values."""
        return self.data.decimals

    def unit_value(self, sub_account: SubAccount, day: date) -> int:
        """The unit value that holds on a day, at `decimals`. Raises `MissingPrice`."""
        series, position = self._look_up(sub_account, day)
        return series.values[position]

    def unit_values_given(self, sub_account: SubAccount, day: date) -> tuple[int, ...]:
        """The unit value that holds on a day and those that it corrects, first known first. Raises `MissingPrice`."""
        series, position = self._look_up(sub_account, day)
        given = series.corrected.get(series.at[position], ())
        return tuple(value for _, value in given) or (series.values[position],)

    def corrections(self) -> Iterator[Corrected]:
        """Every unit value that was corrected."""
        for sub_account, series in self.data.unit_values.items():
            for at, given in series.corrected.items():
                for (_, before), (known, after) in pairwise(given):
                    yield Corrected(sub_account, date.fromordinal(at), known, before, after)

    @property
    def has_corrections(self) -> bool:
        """Was any unit value corrected?"""
        return any(series.corrected for series in self.data.unit_values.values())

    def has_unit_value(self, sub_account: SubAccount, day: date) -> bool:
        """Whether `unit_value` would give one: with `hold` also a day after the last price."""
        series = self._series(sub_account)
        return series is not None and self._position(series, day) is not None

    def has_prices(self, sub_account: SubAccount) -> bool:
        """Whether the sub-account has any unit value, under its own key or a more general one."""
        return self._series(sub_account) is not None

    def price_day(self, sub_account: SubAccount, day: date) -> date:
        """The day whose price `unit_value` gives: `day`, or with `hold` one before. Raises `MissingPrice`."""
        series, position = self._look_up(sub_account, day)
        return date.fromordinal(series.at[position])

    def source_of(self, sub_account: SubAccount, day: date) -> str | None:
        """Where the price that `unit_value` gives was read, `prices.csv:12`; None where it is from no file.

        Of a derived unit value it is where the net asset value stands. Raises `MissingPrice`.
        """
        series, position = self._look_up(sub_account, day)
        return series.sources.text(position)

    def price_days(self, sub_account: SubAccount) -> tuple[date, ...]:
        """The days with a unit value of its own, in order; empty where there is none."""
        series = self._series(sub_account)
        return series.days if series else ()

    def first_day(self, sub_account: SubAccount) -> date:
        """The first day with a unit value. Raises `MissingPrice` where there is none."""
        return date.fromordinal(self._known_series(sub_account).at[0])

    def last_day(self, sub_account: SubAccount) -> date:
        """The last day with a unit value. Raises `MissingPrice` where there is none."""
        return date.fromordinal(self._known_series(sub_account).at[-1])

    def navs(self, fund: str) -> Navs:
        """A fund's net asset values. Raises `MissingPrice` where there are none."""
        navs = self.data.navs.get(fund)
        if navs is None:
            raise MissingPrice(
                f"No net asset values of {fund}; given for: {_names(self.data.navs)}."
                " Add a file with the header date,fund,nav."
            )
        return navs

    def has_navs(self, fund: str) -> bool:
        """Whether the fund has net asset values."""
        return fund in self.data.navs

    def declared_rate(self, account: str, day: date) -> int:
        """The rate declared for the day's month, parts per billion a year. Raises `MissingRate`."""
        return self._fixed.declared_rate(account, month_of(day))

    def credited(self, account: str, day: date, minimum: int) -> CreditedRate:
        """The rate credited on a day under a contract's minimum, and its parts. Raises `MissingRate`."""
        return self._fixed.credited(account, month_of(day), minimum)

    def source_of_rate(self, account: str, day: date) -> str | None:
        """Where the day's declared rate was read; None where it is from no file. Raises `MissingRate`."""
        return self._fixed.source_of_rate(account, month_of(day))

    def interest_index(self, account: str, day: date, minimum: int, day_count: DayCount) -> int:
        """What 1 at the start of the account's first declared month is worth on a day, at 1e-15.

        Interest for a day is earned by the next: the index counts the days from the start up to, not with, `day`.
        `minimum` is the contract's, in parts per billion. Raises `MissingRate`.
        """
        return self._fixed.interest_index(account, day, minimum, day_count)

    def _look_up(self, sub_account: SubAccount, day: date) -> tuple[Series, int]:
        series = self._known_series(sub_account)
        position = self._position(series, day)
        if position is None:
            raise MissingPrice(self._no_price(sub_account, series, day))
        return series, position

    def _position(self, series: Series, day: date) -> int | None:
        ordinal = day.toordinal()
        position = series.position_by(ordinal)
        if position < 0 or (self.between == "refuse" and series.at[position] != ordinal):
            return None
        return position

    def _known_series(self, sub_account: SubAccount) -> Series:
        series = self._series(sub_account)
        if series is None:
            raise MissingPrice(
                f"No unit values of {sub_account}; given for: {_names(self.data.unit_values)}."
                " Add a file with the header date,fund,unit_value, or check the names."
            )
        return series

    def _series(self, sub_account: SubAccount) -> Series | None:
        """The unit values under the sub-account's own key, else under the first more general one that has any."""
        known = self._found.get(sub_account)
        if known is None:
            given = (self.data.unit_values.get(key) for key in sub_account.most_specific_first())
            known = next(filter(None, given), None)
            if known is not None:
                self._found[sub_account] = known
        return known

    def _no_price(self, sub_account: SubAccount, series: Series, day: date) -> str:
        position = series.position_by(day.toordinal())
        near = [date.fromordinal(series.at[n]) for n in (position, position + 1) if 0 <= n < len(series.at)]
        message = (
            f"No unit value of {sub_account} on {day}{_closure(day)}. Nearest given: {' and '.join(map(str, near))}."
        )
        if position < 0:
            return f"{message} Prices begin there: add earlier ones or begin later."
        return f"{message} Add the price, ask for a day that has one, or hold the last price (between: hold)."


def _closure(day: date) -> str:
    try:
        reason = closure_reason(day)
    except DateOutOfRange:
        return ""
    return f", when the New York Stock Exchange is closed ({reason})" if reason else ""


def _names(known: Mapping[SubAccount, Series] | Mapping[str, Navs]) -> str:
    names = sorted(map(str, known))
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more if names else "none"
