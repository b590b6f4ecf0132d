"""Ages of the people in a contract, and the days on which they turn an age.

A person born on 29 February has a birthday every year; in other years it lies on 1 March (`NEXT_MONTH`, the default) or
on 28 February (`LAST_DAY`), as the contract or the law of the state has it.
"""

from datetime import date
from typing import Literal

from inforce.dates.contract_days import MonthEnd, anniversary, completed_years, monthly_date


def age_last_birthday(born: date, on: date, month_end: MonthEnd = MonthEnd.NEXT_MONTH) -> int:
    """Age in completed years on the day `on`; the birthday itself counts. Raises `DateOutOfRange` before birth."""
    return completed_years(born, on, month_end)


def age_nearest_birthday(
    born: date, on: date, tie: Literal["older", "younger"], month_end: MonthEnd = MonthEnd.NEXT_MONTH
) -> int:
    """Age at whichever birthday is nearer to the day `on`, in days; `tie` decides where both are as near.

    Born 1 January 1960: on 2 July 2019 (182 days after one birthday, 183 before the next) 59, on 3 July 60. In the 366
    days from 1 January 2020, 2 July is 183 days from both. Raises `DateOutOfRange` before birth.
    """
    age = completed_years(born, on, month_end)
    since = on - anniversary(born, age, month_end)
    ahead = anniversary(born, age + 1, month_end) - on
    nearer_to_next = ahead < since or (ahead == since and tie == "older")
    return age + 1 if nearer_to_next else age


def turns(born: date, years: int, months: int = 0, month_end: MonthEnd = MonthEnd.NEXT_MONTH) -> date:
    """The day on which a person is `years` years and `months` months old: so many months after that birthday."""
    return monthly_date(anniversary(born, years, month_end), months, month_end)


def reaches_59_half(born: date, month_end: MonthEnd = MonthEnd.NEXT_MONTH) -> date:
    """The day on which a person attains age 59½ (Internal Revenue Code, sections 72(q)(2)(A) and 72(t)(2)(A)(i)).

    It is six calendar months after the 59th birthday, as 26 CFR 1.401(a)(9)-2 counts age 70½ from the 70th: born on
    30 June 1960, 30 December 2019. Born on 31 August 1960: 1 March 2020, or 29 February with `LAST_DAY`.
    """
    return turns(born, 59, 6, month_end)
