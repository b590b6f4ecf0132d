"""Fixed accounts with a guarantee period: their segments, and the market value adjustment of what leaves one early."""

from .interest import INDEX_SCALE, with_interest
from .money import greater_of, lesser_of, ratio
from .records import Annuity, Breakdown, Due, Market, Terms
from .rule import rule


@rule
def months_left(today: int, end: int) -> int:
    """Whole months from one day number to another, a part of a month counting as a whole one: 31 days a month."""
    return (greater_of(0, end - today) + 30) // 31


@rule
def years_for(months: int) -> int:
    """Years whose rate counts for so many months left, a part of a year counting as a whole one: 25 months, 3 years."""
    return (months + 11) // 12


@rule
def rate_between(years: int, below: int, rate_below: int, above: int, rate_above: int) -> int:
    """The rate for a term of `years` between two terms that have one, in proportion.

    4 years between 3 at 2 % and 5 at 3 %: 2.5 %.
    """
    if above <= below:
        return rate_below
    if rate_above < rate_below:
        return rate_below - ratio(rate_below - rate_above, years - below, above - below)
    return rate_below + ratio(rate_above - rate_below, years - below, above - below)


@rule
def adjustment_factor(p: Terms, market: int, floor: int, days_left: int) -> int:
    """What 1 taken from a segment comes to: the market's factor, not below the floor's; 1 near the end. At 1e-15.

    Guaranteed 5 %, current rate 4 %, two years left: (1.05 / 1.04) ^ 2 = 1.019323…, a gain. Where the guaranteed rate
    is below the least rate the floor is above 1: by the terms it then forbids a loss, or makes up the difference.
    """
    if days_left <= p.adjustment_window:
        return INDEX_SCALE
    if p.least_rate_raises == 1:
        return greater_of(market, floor)
    return greater_of(market, lesser_of(floor, INDEX_SCALE))


@rule
def adjusted(amount: int, factor: int) -> int:
    """An amount taken from a segment after its adjustment to market value, rounded once."""
    return ratio(amount, factor, INDEX_SCALE)


@rule
def segment_value(c: Annuity, m: Market, s: int) -> int:
    """What segment `s` is worth today, before any adjustment; one that began today has earned nothing."""
    if c.segment_start[s] >= m.serial:
        return c.segment_balance[s]
    return with_interest(c.segment_balance[s], m.segment_index[s], c.segment_anchor[s])


@rule
def segment_factor(c: Annuity, p: Terms, m: Market, d: Due, s: int) -> int:
    """Today's factor of segment `s`."""
    return adjustment_factor(p, m.market_factor[s], m.floor_factor[s], c.segment_end[s] - d.serial)


@rule
def adjustment_on(c: Annuity, p: Terms, m: Market, d: Due, i: int, amount: int) -> int:
    """The market value adjustment on `amount` out of fixed account `i`: the oldest segment first."""
    rest = amount
    total = 0
    for s in range(c.segments):
        if c.segment_account[s] == i:
            taken = lesser_of(rest, segment_value(c, m, s))
            total += adjusted(taken, segment_factor(c, p, m, d, s)) - taken
            rest -= taken
    return total


@rule
def adjustment_on_parts(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> int:
    """The market value adjustment on what is taken from each account (`b.part`)."""
    if c.segments == 0:
        return 0
    total = 0
    for i in range(c.fixed):
        total += adjustment_on(c, p, m, d, i, b.part[c.funds + i])
    return total


@rule
def begin_segment(c: Annuity, m: Market, d: Due, i: int, amount: int) -> None:
    """A deposit into fixed account `i`: a segment of its own, at today's rate."""
    c.segment_account[c.segments] = i
    c.segment_balance[c.segments] = amount
    c.segment_anchor[c.segments] = INDEX_SCALE
    c.segment_rate[c.segments] = m.new_rate[i]
    c.segment_start[c.segments] = d.serial
    c.segment_end[c.segments] = d.segment_end[i]
    c.segments += 1


@rule
def take_from_segments(c: Annuity, m: Market, b: Breakdown) -> None:
    """Take the part of each account that has segments (`b.part`) out of them: the oldest first."""
    for i in range(c.fixed):
        rest = b.part[c.funds + i]
        for s in range(c.segments):
            if c.segment_account[s] == i:
                taken = lesser_of(rest, segment_value(c, m, s))
                rest -= taken
                if taken > 0:
                    strike_segment(c, m, b, s)
                    c.segment_balance[s] -= taken


@rule
def strike_segment(c: Annuity, m: Market, b: Breakdown, s: int) -> None:
    """Strike segment `s`'s balance: interest since its anchor is added and accrues from today."""
    grown = segment_value(c, m, s)
    b.interest[c.segment_account[s]] += grown - c.segment_balance[s]
    c.segment_balance[s] = grown
    if c.segment_start[s] < m.serial:
        c.segment_anchor[s] = m.segment_index[s]


@rule
def renew_segments(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown) -> None:
    """Segments that end and stay in their account begin again today, at today's rate. Nothing is adjusted."""
    for s in range(c.segments):
        i = c.segment_account[s]
        if c.segment_balance[s] > 0 and c.segment_end[s] <= d.serial and p.ends_into[i] < 0:
            strike_segment(c, m, b, s)
            c.segment_anchor[s] = INDEX_SCALE
            c.segment_rate[s] = m.new_rate[i]
            c.segment_start[s] = d.serial
            c.segment_end[s] = d.segment_end[i]
