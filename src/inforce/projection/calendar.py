"""The calendar of a projection: a contract's monthly dates as the numbers that mechanics reads."""

from collections.abc import Iterable
from dataclasses import field
from datetime import date, timedelta
from typing import Annotated

from inforce.dates import MonthEnd, anniversary, day_number, monthly_date, today_number
from inforce.market import DayCount, earned_before
from inforce.mechanics.rule import record
from inforce.terms.schema import FixedAccount


@record
class Month:
    """What the calendar says of one month of one contract: `inforce.mechanics.records.Due` has the meanings."""

    day: int
    eve: int
    serial: int
    payment_day: int
    anniversary: int
    maintenance: int
    segment_end: Annotated[list[int], "fixed"] = field(default_factory=list)
    segment_end_day: Annotated[list[int], "fixed"] = field(default_factory=list)
    """Day number of the same."""
    earned: Annotated[list[int], "fixed"] = field(default_factory=list)
    """Parts of a year that earned interest before today (`market.earned_before`), as each account counts days."""


def contract_months(
    issued: date, after: date, months: int, month_end: MonthEnd, fixed_accounts: Iterable[FixedAccount] = ()
) -> list[Month]:
    """The calendar of a contract: its monthly dates after a day, with the anniversaries among them.

    With the fixed accounts of its terms it also says when segments end that begin in a month.
    """
    number = 0
    while monthly_date(issued, number, month_end) <= after:
        number += 1
    accounts = list(fixed_accounts)
    return [_month(issued, n, month_end, accounts) for n in range(number, number + months)]


def _month(issued: date, n: int, month_end: MonthEnd, accounts: list[FixedAccount]) -> Month:
    day = monthly_date(issued, n, month_end)
    yearly = int(n > 0 and n % 12 == 0)
    ends = [anniversary(day, account.guarantee_years, month_end) for account in accounts]
    return Month(
        day=today_number(day, month_end),
        eve=today_number(day - timedelta(days=1), month_end),
        serial=day.toordinal(),
        payment_day=day_number(day),
        anniversary=yearly,
        maintenance=yearly,
        segment_end=[end.toordinal() for end in ends],
        segment_end_day=[day_number(end) for end in ends],
        earned=[earned_before(day, DayCount(account.day_count)) for account in accounts],
    )
