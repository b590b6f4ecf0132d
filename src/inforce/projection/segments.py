"""Segments on the paths: a month's growth and market value factors, from the rates declared in it.

The ledger's prices of a segment (`cycle.prices`), for compiled code: the same rules and the same powers of rates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Annotated, Final

from inforce.cycle.prices import accounts_between
from inforce.dates import day_number
from inforce.errors import Fault
from inforce.market import DayCount, earned_before
from inforce.market.guarantees import floor_factor, guaranteed_growth, market_factor, power
from inforce.mechanics.accounts import share_into
from inforce.mechanics.interest import INDEX_SCALE, credited_rate
from inforce.mechanics.market_value import months_left, rate_between, years_for
from inforce.mechanics.money import PPB, lesser_of
from inforce.mechanics.records import Annuity, Due, Market, Operation, Terms
from inforce.mechanics.rule import record
from inforce.terms import ContractTerms

from . import compiled
from .calendar import Month
from .powers import MOST_POWER

NO_LEAST_RATE: Final = -1
LONGEST: Final = 40
"""Years of guarantee, at most."""


@record
class Guarantees:
    """What is guaranteed to a contract's segments: by its terms, and by the days on which they began and end."""

    minimum_rate: Annotated[list[int], "fixed"]
    earned: Annotated[list[int], "segments"]
    """Parts of a year that had earned interest before each segment began (`market.earned_before`)."""
    end_day: Annotated[list[int], "segments"]
    """Day number of each segment's end."""
    below: Annotated[list[int], LONGEST + 1] = field(default_factory=list)
    above: Annotated[list[int], LONGEST + 1] = field(default_factory=list)
    """The fixed accounts between which a term of so many years lies, the first for 0."""
    addition: int = 0
    least_rate: int = NO_LEAST_RATE


def guarantees_of(c: Annuity, terms: ContractTerms) -> Guarantees:
    """The guarantees of a contract by its terms."""
    accounts = list(terms.sections.fixed_accounts.values())
    counts = [DayCount(accounts[i].day_count) for i in c.segment_account[: c.segments]]
    began = [date.fromordinal(serial) for serial in c.segment_start[: c.segments]]
    g = Guarantees(
        minimum_rate=[account.minimum_rate for account in accounts],
        earned=[earned_before(day, count) for day, count in zip(began, counts, strict=True)],
        end_day=[day_number(date.fromordinal(serial)) for serial in c.segment_end[: c.segments]],
    )
    g.below, g.above = terms_between({n: a.guarantee_years for n, a in terms.sections.fixed_accounts.items()})
    adjustment = terms.sections.market_value_adjustment
    if adjustment is not None:
        g.addition = adjustment.addition
        g.least_rate = NO_LEAST_RATE if adjustment.least_rate is None else adjustment.least_rate
    return g


def terms_between(guarantee_years: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """The fixed accounts between which a term of 0, 1, 2 … years lies: those below, and those above."""
    if not any(guarantee_years.values()):
        return [], []
    places = {name: i for i, name in enumerate(guarantee_years)}
    between = [accounts_between(years, guarantee_years) for years in range(LONGEST + 1)]
    return [places[below] for below, _ in between], [places[above] for _, above in between]


def segments_begun(p: Terms, funds: int, allocation: Sequence[int]) -> int:
    """How many segments money begins that is allocated so."""
    shares = allocation[funds:]
    return sum(share > 0 and years > 0 for share, years in zip(shares, p.guarantee_years, strict=False))


def check_guarantees(c: Annuity, p: Terms, g: Guarantees, calendar: Sequence[Month]) -> None:
    """Raises ValueError where guarantees or calendar lack what the contract's segments need, Fault beyond `LONGEST`."""
    if not any(p.guarantee_years):
        return
    if max(p.guarantee_years) > LONGEST:
        raise Fault(f"A guarantee period of {max(p.guarantee_years)} years is longer than {LONGEST}.")
    needed = (c.fixed, c.segments, c.segments, LONGEST + 1)
    if (len(g.minimum_rate), len(g.earned), len(g.end_day), len(g.below)) != needed:
        raise ValueError("Guarantees are not those of the contract; make them by `guarantees_of` from its state.")
    if any(len(month.segment_end) != c.fixed for month in calendar):
        raise ValueError("A calendar has no ends of segments; give `contract_months` the fixed accounts of the terms.")


def most_growth(c: Annuity, p: Terms, g: Guarantees, first: int, declared: int) -> int:
    """More than 1 in a segment can grow to or be adjusted to, 1e-15, at rates of at most `declared`.

    `first` is the serial day of the first month. Raises Fault where it is beyond the powers of compiled code.
    """
    held = [s for s in range(c.segments) if c.segment_balance[s]]
    lasting = [max(first, c.segment_end[s]) - c.segment_start[s] for s in held]
    years = max([*p.guarantee_years, *(days // 365 + 1 for days in lasting)], default=0)
    if years == 0:
        return INDEX_SCALE
    rate = max([declared, g.least_rate, *g.minimum_rate, *c.segment_rate[: c.segments]]) + g.addition
    most = power(PPB + rate, PPB, years + 1, 1)
    if most >= MOST_POWER:
        raise Fault(f"A rate of {rate} parts per billion over {years} years is beyond exact 64-bit arithmetic.")
    return most


# What the kernel runs; plain Python that CPython runs too


def price_segments(c: Annuity, p: Terms, g: Guarantees, month: Month, declared: Sequence[int], m: Market) -> None:
    """Today's rates of new segments, and growth and factors of those that hold money.

    The factors of one that is renewed today are those of its new guarantee; before that it is in its last days.
    """
    m.serial = month.serial
    for i in range(c.fixed):
        m.new_rate[i] = credited_rate(declared[i], 0, g.minimum_rate[i])
    for s in range(c.segments):
        i = c.segment_account[s]
        m.segment_index[s] = INDEX_SCALE
        if c.segment_balance[s] > 0:
            earned = month.earned[i] - g.earned[s]
            m.segment_index[s] = guaranteed_growth(c.segment_rate[s], earned)
            if c.segment_end[s] <= month.serial and p.ends_into[i] < 0:
                price_adjustment(c, p, g, month, m, s, m.new_rate[i], month.segment_end_day[i], 0)
            elif c.segment_end[s] - month.serial > p.adjustment_window:
                price_adjustment(c, p, g, month, m, s, c.segment_rate[s], g.end_day[s], earned)
            else:
                m.market_factor[s] = INDEX_SCALE
                m.floor_factor[s] = 0


def price_adjustment(
    c: Annuity, p: Terms, g: Guarantees, month: Month, m: Market, s: int, rate: int, end_day: int, earned: int
) -> None:
    """Market and floor factor of segment `s` with this guaranteed rate and end."""
    months = months_left(month.day, end_day)
    years = lesser_of(LONGEST, years_for(months))
    low = g.below[years]
    high = g.above[years]
    current = rate_between(years, p.guarantee_years[low], m.new_rate[low], p.guarantee_years[high], m.new_rate[high])
    m.market_factor[s] = market_factor(rate, current + g.addition, months)
    m.floor_factor[s] = 0
    if g.least_rate > rate or (g.least_rate >= 0 and m.market_factor[s] < INDEX_SCALE):  # else it is below the market's
        m.floor_factor[s] = floor_factor(g.least_rate, rate, earned)


def price_new_segments(c: Annuity, p: Terms, g: Guarantees, month: Month, d: Due, m: Market) -> None:
    """Factors of the segments that the month's payment and transfer begin, in the order in which they will stand."""
    s = c.segments
    for n in range(p.operations):
        paid = p.order[n] == Operation.PAYMENT and d.payment > 0
        transferred = p.order[n] == Operation.TRANSFER and d.transfer == 1
        for i in range(c.fixed):
            begins = (paid or transferred) and share_into(d, c.funds + i, 1 if transferred else 0) > 0
            if begins and p.guarantee_years[i] > 0:
                m.segment_index[s] = INDEX_SCALE
                price_adjustment(c, p, g, month, m, s, m.new_rate[i], month.segment_end_day[i], 0)
                s += 1


def keep_days(c: Annuity, g: Guarantees, month: Month) -> None:
    """The days of segments that began this month, or began again."""
    for s in range(c.segments):
        if c.segment_start[s] == month.serial:
            g.earned[s] = month.earned[c.segment_account[s]]
            g.end_day[s] = month.segment_end_day[c.segment_account[s]]


for _function in (price_segments, price_adjustment, price_new_segments, keep_days):
    compiled.offer(_function)
