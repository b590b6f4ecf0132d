"""Plain contracts for worked examples: two funds at a unit value of $1, one fixed account, nothing charged."""

from inforce.mechanics.annuity import step
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import PPB
from inforce.mechanics.records import (
    Annuity,
    Breakdown,
    Due,
    Market,
    Operation,
    Terms,
    make_room,
    new_annuity,
    new_breakdown,
    new_due,
    new_market,
)

ISSUE = 744_000
YEAR = 372
FLAT = new_market([1_000_000, 1_000_000], [INDEX_SCALE])


def terms(**changes: object) -> Terms:
    """Terms without any charge, limit or tax, but for what is given."""
    p = Terms(
        value_scale=10_000_000_000,
        operations=11,
        order=[int(operation) for operation in Operation],
        anniversary_year=0,
        surrender_clock=0,
        surrender_on=2,
        surrender_base=0,
        surrender_years=1,
        surrender_rate=[0] * 16,
        free_of=0,
        free_share=0,
        free_on_surrender=0,
        maintenance=0,
        maintenance_waiver=-1,
        maintenance_on_surrender=0,
        maintenance_from=0,
        death_benefit=1,
        reset_years=0,
        determined=0,
        floor=0,
        refund=0,
        taxation=0,
        premium_tax=0,
        premium_tax_on_payment=0,
        premium_tax_on_withdrawal=0,
        premium_tax_on_death=0,
        single_payment=0,
        minimum_first_payment=0,
        minimum_payment=0,
        maximum_payments=-1,
        minimum_withdrawal=0,
        minimum_value_after=0,
        minimum_transfer=0,
        free_transfers=-1,
        transfer_fee=0,
        transfer_limit=-1,
        fixed_out_share=[PPB],
        fixed_out_limit=[-1],
        fixed_wait_days=[0],
        guarantee_years=[0],
        ends_into=[-1],
    )
    for name, value in changes.items():
        assert hasattr(p, name), name
        setattr(p, name, value)
    return p


def rates(*percents: int) -> dict[str, object]:
    """Surrender charge rates in percent by year."""
    return {
        "surrender_years": len(percents),
        "surrender_rate": [r * 10_000_000 for r in percents] + [0] * (16 - len(percents)),
    }


def contract(*cents: int, paid: tuple[int, ...] = (), paid_on: tuple[int, ...] = ()) -> Annuity:
    """A contract holding `cents` in its two funds and its fixed account; its payments are of that sum, or `paid`."""
    first, second, fixed = (*cents, 0, 0, 0)[:3]
    c = new_annuity(2, 1, ISSUE)
    c.units = [first * 10_000, second * 10_000]
    c.balance, c.anchor = [fixed], [INDEX_SCALE]
    paid = paid or (first + second + fixed,)
    c.layers, c.layer_paid, c.layer_left = len(paid), list(paid), list(paid)
    c.layer_day = list(paid_on) or [ISSUE] * len(paid)
    c.payments = c.payments_floor = c.basis = c.anniversary_value = sum(paid)
    return c


START = ISSUE - 1_000
"""Serial day on which the segments of `segmented` begin."""


def segmented(*cents: int, ends: int = ISSUE + 500, held: tuple[int, ...] = (0, 0)) -> Annuity:
    """A contract with a segment of each amount in its fixed account, ending on day `ends`, and `held` in its funds."""
    c = contract(*held)
    c.layers, c.layer_paid, c.layer_left = 1, [sum(cents) + sum(held)], [sum(cents) + sum(held)]
    c.payments = c.payments_floor = c.basis = c.anniversary_value = sum(cents) + sum(held)
    n = c.segments = len(cents)
    c.segment_account, c.segment_balance, c.segment_anchor = [0] * n, list(cents), [INDEX_SCALE] * n
    c.segment_rate, c.segment_start, c.segment_end = [50_000_000] * n, [START] * n, [ends] * n
    return c


def market(*factors: float, growth: float = 1, floor: float = 0, day: int = ISSUE + 10, rate: int = 0) -> Market:
    """Unit values of $1; a market factor for each segment, others have the last one; `rate` for a segment of today."""

    def scaled(number: float) -> int:
        return round(number * 1_000_000) * INDEX_SCALE // 1_000_000

    each = [scaled(factor) for factor in (*factors, *[factors[-1] if factors else 1] * (8 - len(factors)))]
    return Market([1_000_000] * 2, [INDEX_SCALE], [rate], [scaled(growth)] * 8, each, [scaled(floor)] * 8, serial=day)


def due(day: int = ISSUE + 10, **changes: object) -> Due:
    """Nothing due but what is given."""
    d = new_due(2, 1)
    d.day, d.eve, d.serial = day, day - 1, day
    for name, value in changes.items():
        assert hasattr(d, name), name
        setattr(d, name, value)
    return d


def run(c: Annuity, p: Terms, d: Due, m: Market = FLAT) -> Breakdown:
    """One step."""
    make_room(c, p)
    b = new_breakdown(c)
    step(c, p, m, d, b)
    return b


def valued(c: Annuity, p: Terms, m: Market = FLAT) -> Breakdown:
    """A breakdown that holds today's values, as the `may_…` rules need it."""
    return run(c, p, due(), m)
