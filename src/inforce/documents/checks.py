"""What keeps an update from being made: each refusal says which rule, which sub-account, which day."""

from datetime import date, timedelta

from inforce.dates import last_valuation_date_of_month, valuation_date_after
from inforce.errors import Refused
from inforce.market import Market, SubAccount

RULE_482 = "rule-482, performance current to the latest month ended at least seven business days earlier"
BUSINESS_DAYS = 7


def check_month_end(as_of: date) -> None:
    """An update is as of the last day of a month."""
    if (as_of + timedelta(days=1)).day != 1:
        raise Refused("not_a_month_end", f"{as_of} is not the last day of a month; an update is as of a month end")


def check_prices(market: Market, keys: dict[str, SubAccount], as_of: date, quarter_end: date) -> None:
    """Every sub-account has its price at the month end and at the quarter end."""
    last = last_valuation_date_of_month(as_of.year, as_of.month)
    unknown = [fund for fund, key in keys.items() if not market.has_prices(key)]
    if unknown:
        raise Refused("no_price", f"no unit values at all of {', '.join(unknown)}")
    early = [f"{fund} (last {market.last_day(key)})" for fund, key in keys.items() if market.last_day(key) < last]
    if early:
        raise Refused("month_end_incomplete", f"the month to {as_of} is not complete: its last prices are those of "
                      f"{last}, and there are none yet of {', '.join(early)}")  # fmt: skip
    for day in (last, last_valuation_date_of_month(quarter_end.year, quarter_end.month)):
        missing = [fund for fund, key in keys.items() if not market.has_unit_value(key, day)]
        if missing:
            raise Refused("no_price", f"no unit value on {day} of {', '.join(missing)}")


def check_age(as_of: date, used_on: date | None) -> None:
    """No newer month end is due on the day of use."""
    if used_on is None:
        return
    if used_on < as_of:
        raise Refused("not_ended", f"the month to {as_of} has not ended on {used_on}, the day of use")
    until = current_until(as_of)
    if used_on > until:
        late = f"those of {_month_end_after(as_of)} or later are due, {BUSINESS_DAYS} business days after their month"
        message = f"figures as of {as_of} may be used to {until}, not on {used_on}: {late}"
        raise Refused("data_too_old", message, citation=RULE_482)


def current_until(as_of: date) -> date:
    """The last day before the next month end's figures are due: those of July 2008 to 9 September 2008."""
    due = _month_end_after(as_of)
    for _ in range(BUSINESS_DAYS):
        due = valuation_date_after(due)
    return due - timedelta(days=1)


def _month_end_after(as_of: date) -> date:
    first = as_of + timedelta(days=1)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
