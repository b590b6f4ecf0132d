"""Random lives of contracts: random terms, prices and requests, with amounts from a cent to a billion dollars.

`life(seed)` runs one in CPython and gives back every step. The same seed is always the same life, and the seed also
goes through all shapes of surrender charge in turn. `ask` and `replay` are plain Python that a kernel can compile too.
"""

import itertools
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from inforce.errors import Fault
from inforce.mechanics.accounts import revalue
from inforce.mechanics.annuity import step
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.limits import may_continue, may_pay, may_transfer, may_withdraw
from inforce.mechanics.money import PPB
from inforce.mechanics.records import (
    AnniversaryYear,
    Annuity,
    Breakdown,
    ChargedOn,
    ChargeFrom,
    Clock,
    DeathBenefit,
    Determined,
    Due,
    Floor,
    FreeOf,
    Market,
    Operation,
    Refund,
    Status,
    SurrenderBase,
    Taxation,
    Terms,
    make_room,
    new_annuity,
    new_breakdown,
    new_due,
)

BILLION_DOLLARS = 100_000_000_000
SURRENDER_SHAPES = tuple(itertools.product(Clock, ChargedOn, SurrenderBase, FreeOf, (0, 1), AnniversaryYear))
"""Every clock x what it is charged on x base x free of what x free on surrender x year an anniversary belongs to."""


@dataclass(slots=True)
class Step:
    """One step of a life: what was asked for, and state and breakdown after it."""

    market: Market
    requested: Due
    """As it was asked for."""
    due: Due
    """What is left of it when the `may_…` rules have refused the rest."""
    reasons: list[int]
    """What they answered: payment, transfer, withdrawal, continuation."""
    before: Annuity
    after: Annuity
    breakdown: Breakdown


@dataclass(slots=True)
class Life:
    """A random contract with all its steps."""

    terms: Terms
    start: Annuity
    steps: list[Step]


# What CPython and the compiled kernel both run


def ask(c: Annuity, p: Terms, m: Market, d: Due, b: Breakdown, reasons: list[int]) -> None:
    """Ask the `may_…` rules about each request, note the answers and drop what they refuse."""
    revalue(c, p, m, b)
    reasons[0] = may_pay(c, p, d.payment) if d.payment > 0 else 0
    reasons[1] = may_transfer(c, p, d, b) if d.transfer == 1 else 0
    reasons[2] = may_withdraw(c, p, m, d, b) if d.withdrawal == 1 else 0
    reasons[3] = may_continue(c) if d.spousal_continuation == 1 else 0
    if reasons[0] != 0:
        d.payment = 0
    if reasons[1] != 0:
        d.transfer = 0
    if reasons[2] != 0:
        d.withdrawal = 0
    if reasons[3] != 0:
        d.spousal_continuation = 0


def replay(c, p, markets, dues, b, states, breakdowns, reasons):  # type: ignore[no-untyped-def]
    """Run a recorded life again (arrays of NumPy records), keeping state and breakdown after every step."""
    for t in range(markets.shape[0]):
        ask(c[0], p[0], markets[t], dues[t], b[0], reasons[t])
        step(c[0], p[0], markets[t], dues[t], b[0])
        states[t] = c[0]
        breakdowns[t] = b[0]


# One life


def life(
    seed: int,
    *,
    funds: int = 8,
    fixed: int = 2,
    layers: int = 31,
    segments: int = 64,
    steps: tuple[int, int] = (60, 300),
    one_at_a_time: bool = False,
    in_range: Callable[..., None] | None = None,
) -> Life:
    """A random life of at most so many funds, fixed accounts, payments and segments, as CPython runs it.

    `one_at_a_time` keeps to one request a step, as the ledger does. `in_range` raises `Fault` where the life is to end.
    """
    r = Random(seed)
    c = new_annuity(r.randint(1, funds), max(r.randint(0, fixed), r.randint(0, fixed)), r.randint(700_000, 760_000))
    scale = 10 ** r.choice([10, 10, 10, 8, 12])
    prices = Prices(r, c, scale)
    p = random_terms(r, SURRENDER_SHAPES[seed % len(SURRENDER_SHAPES)], c, scale, prices.most_money)
    result = Life(p, deepcopy(c), [])
    day = c.issue_day
    serial = r.randint(720_000, 750_000)
    room = r.choice([1, 3, 8, layers, layers])
    planned = r.randint(*steps)
    for left in range(planned, 0, -1):
        gap = 0 if not result.steps else days_to_next(r, c, p, serial)
        before_day, day, serial = day, day + gap, serial + gap
        make_room(c, p)
        m = prices.now(c, p, serial)
        b = new_breakdown(c)
        revalue(c, p, m, b)
        d = new_due(c.funds, c.fixed)
        d.day, d.serial, d.eve = day, serial, day - r.choice([1, 1, 1, 3])
        d.valuation = r.randint(0, 3) > 0
        if (day - c.issue_day) // 372 > (before_day - c.issue_day) // 372:
            d.anniversary = d.maintenance = 1
        d.segment_end = [serial + 365 * years if years else 0 for years in p.guarantee_years]
        ended = any(c.segment_balance[s] and c.segment_end[s] <= serial for s in range(c.segments))
        d.segments_end = ended and r.random() < 0.9
        may_begin = c.segments + 4 * sum(years > 0 for years in p.guarantee_years) <= segments
        Requests(r, c, p, b, d, prices.most_money, room, may_begin, one_at_a_time, 0.5 if left < 6 else 0.005).fill()
        requested = deepcopy(d)
        if in_range is not None:
            try:
                in_range(c, p, m, paid_in=d.payment)
            except Fault:
                break
        before = deepcopy(c)
        b = new_breakdown(c)
        reasons = [0, 0, 0, 0]
        ask(c, p, m, d, b, reasons)
        step(c, p, m, d, b)
        result.steps.append(Step(m, requested, d, reasons, before, deepcopy(c), b))
        if c.status not in (Status.IN_FORCE, Status.DEATH_NOTIFIED) and r.random() < 0.5:
            break
    return result


def days_to_next(r: Random, c: Annuity, p: Terms, serial: int) -> int:
    """How many days later the next step is; now and then right at a segment's end, or at the edge of its window."""
    held = [c.segment_end[s] for s in range(c.segments) if c.segment_balance[s]]
    if held and r.random() < 0.2:
        edge = r.choice(held) - r.choice([0, 0, 1, p.adjustment_window, p.adjustment_window, p.adjustment_window + 1])
        if 0 <= edge - serial <= 2_000:
            return edge - serial
    return r.choice([0, 1, 1, 2, 5, 31, 62, 186, 372])


class Prices:
    """Unit values between 0.000001 and 1,000,000 and interest indices, moving gently, wildly or not at all.

    Market value factors lie between a half and two.
    """

    def __init__(self, r: Random, c: Annuity, scale: int) -> None:
        self.r = r
        exponent = r.choice([7, 7, 7, 6, 0, 3, 11, r.uniform(0, 12)])
        self.low = max(1, int(10**exponent / r.choice([2, 10, 1000])))
        self.high = min(10**12, int(10**exponent * r.choice([2, 10, 1000])) + 1)
        self.unit_value = [min(self.high, max(self.low, int(10**exponent * r.uniform(0.5, 2)))) for _ in range(c.funds)]
        self.index = [INDEX_SCALE] * c.fixed
        self.growth: dict[int, tuple[int, int]] = {}
        """What 1 in each segment has grown to, with the day on which it began."""
        self.wildness = r.choice([0.0, 0.01, 0.1, 1.0])
        self.most_money = max(100, min(BILLION_DOLLARS, (1 << 50) * self.low // scale // r.choice([5, 20, 400])))

    def now(self, c: Annuity, p: Terms, serial: int) -> Market:
        """Today's; there is a number for each segment, also for one that begins in this step."""
        r = self.r
        for k in range(c.funds):
            moved = int(self.unit_value[k] * 10 ** r.gauss(0, self.wildness / 2))
            self.unit_value[k] = min(self.high, max(self.low, moved))
        for i in range(c.fixed):
            self.index[i] += int(self.index[i] * self.rise())
        rates = [r.choice([0, 30_000_000, r.randint(0, 150_000_000)]) if years else 0 for years in p.guarantee_years]
        numbers = [(self.grown(c, s, serial), self.factor(), self.floor()) for s in range(len(c.segment_balance))]
        growth, market, floor = ([each[n] for each in numbers] for n in range(3))
        return Market(list(self.unit_value), list(self.index), rates, growth, market, floor, serial)

    def rise(self) -> float:
        return self.r.choice([0, 0.0001, 0.001, 0.03 * self.wildness])

    def grown(self, c: Annuity, s: int, serial: int) -> int:
        """1 on the day on which a segment began, and no less from there on."""
        began, grown = self.growth.get(s, (0, INDEX_SCALE))
        if s >= c.segments or c.segment_start[s] == serial:
            return INDEX_SCALE
        if began != c.segment_start[s]:
            grown = INDEX_SCALE
        self.growth[s] = c.segment_start[s], grown + int(grown * self.rise())
        return self.growth[s][1]

    def factor(self) -> int:
        return self.r.choice([INDEX_SCALE, *(int(INDEX_SCALE * 2 ** self.r.uniform(-1, 1)) for _ in range(5))])

    def floor(self) -> int:
        below, above = (int(INDEX_SCALE * self.r.uniform(*bounds)) for bounds in ((0.5, 1), (1, 1.5)))
        return self.r.choice([0, 0, below, below, above, INDEX_SCALE])


def random_terms(r: Random, shape: tuple[int, ...], c: Annuity, scale: int, money: int) -> Terms:
    """Random terms with this shape of surrender charge."""
    clock, on, base, free_of, free_on_surrender, anniversary_year = shape
    years = r.randint(1, 16)
    rates = sorted(
        (r.choice([0, 10_000_000, 75_000_000, r.randint(0, 150_000_000)]) for _ in range(years)), reverse=True
    )
    order = list(Operation)
    if r.random() < 0.7:
        r.shuffle(order)
    size = max(1, money // 1000)
    return Terms(
        value_scale=scale,
        operations=len(order),
        order=order,
        anniversary_year=anniversary_year,
        surrender_clock=clock,
        surrender_on=on,
        surrender_base=base,
        surrender_years=years,
        surrender_rate=rates + [0] * (16 - years),
        free_of=free_of,
        free_share=r.choice([100_000_000, 0, PPB, r.randint(0, PPB)]),
        free_on_surrender=free_on_surrender,
        maintenance=r.choice([0, 3_000, 3_000, r.randint(1, size)]),
        maintenance_waiver=r.choice([-1, 0, size * 20, r.randint(1, money)]),
        maintenance_on_surrender=r.randint(0, 1),
        maintenance_from=r.choice(list(ChargeFrom)),
        death_benefit=r.choice(list(DeathBenefit)),
        reset_years=r.choice([0, 1, 2, 7]),
        determined=r.choice(list(Determined)),
        floor=r.choice(list(Floor)),
        refund=r.choice(list(Refund)),
        taxation=r.choice(list(Taxation)),
        premium_tax=r.choice([0, 23_500_000, 35_000_000, r.randint(0, 100_000_000)]),
        premium_tax_on_payment=r.randint(0, 1),
        premium_tax_on_withdrawal=r.randint(0, 1),
        premium_tax_on_death=r.randint(0, 1),
        single_payment=r.randint(0, 9) == 0,
        minimum_first_payment=r.choice([0, 0, size]),
        minimum_payment=r.choice([0, 0, size // 10]),
        maximum_payments=r.choice([-1, money]),
        minimum_withdrawal=r.choice([0, 0, size // 10]),
        minimum_value_after=r.choice([0, 0, 0, size]),
        minimum_transfer=r.choice([0, 0, size // 10]),
        free_transfers=r.choice([-1, 0, 4]),
        transfer_fee=r.choice([0, 2_500, r.randint(0, size)]),
        transfer_limit=r.choice([-1, -1, 3]),
        fixed_out_share=[r.choice([PPB, 250_000_000, r.randint(0, PPB)]) for _ in range(c.fixed)],
        fixed_out_limit=[r.choice([-1, 1, 4]) for _ in range(c.fixed)],
        fixed_wait_days=[r.choice([0, 90, 180]) for _ in range(c.fixed)],
        guarantee_years=[r.choice([0, 1, 3, 7]) for _ in range(c.fixed)],
        ends_into=[r.choice([-1, r.randrange(c.funds)]) for _ in range(c.fixed)],
        adjustment_window=r.choice([0, 30, 60]),
        least_rate_raises=r.randint(0, 1),
    )


@dataclass(slots=True)
class Requests:
    """Draws what is asked for in one step; `b` holds the values before it."""

    r: Random
    c: Annuity
    p: Terms
    b: Breakdown
    d: Due
    money: int
    layers: int
    may_begin: bool
    """Whether there is room for new segments."""
    one: bool
    ending: float
    """How likely this step ends the contract."""

    def fill(self) -> None:
        if self.c.status == Status.DEATH_NOTIFIED and self.r.random() < 0.5:
            self.r.choice([self.claim, self.claim, self.claim, self.go_on])()
            return
        if self.c.status != Status.IN_FORCE and self.one:
            return
        kinds = [
            self.pay,
            self.pay,
            self.transfer,
            self.transfer,
            self.withdraw,
            self.withdraw,
            self.withdraw,
            self.rest,
        ]
        if self.r.random() < self.ending:
            kinds = [self.end]
        elif self.r.random() < 0.02:
            self.d.death_notice = 1
            return
        elif self.c.layers == 0:
            kinds = [self.pay]
        self.r.choice(kinds)()
        while not self.one and self.r.random() < 0.1:
            self.r.choice(kinds)()

    def rest(self) -> None:
        """Nothing is asked for."""

    def pay(self) -> None:
        if self.c.layers >= self.layers:
            return
        d, r = self.d, self.r
        d.payment = self.amount(self.money // max(2, self.layers), [1, self.p.minimum_payment, self.money // 2])
        d.payment_day = d.day - r.choice([0, 0, 0, 1, 2, 31, -1])
        d.payment_basis = r.choice([d.payment, d.payment, 0, r.randint(0, d.payment)])
        d.payment_into = self.allocation()

    def transfer(self) -> None:
        d, r, values = self.d, self.r, self.b.account_value
        d.transfer = 1
        for k in range(len(values)):
            if r.random() < (0.3 if k < self.c.funds else 0.6):
                d.transfer_out[k] = self.named(values[k], most=PPB // 4 if r.random() < 0.5 else PPB)
        d.transfer_into = self.allocation()
        for k in range(len(values)):
            if d.transfer_into[k] and r.random() < 0.8:
                d.transfer_out[k] = 0

    def withdraw(self) -> None:
        d, r, b = self.d, self.r, self.b
        d.withdrawal = 1
        d.net = r.random() < 0.15
        d.named = r.random() < 0.3
        d.withholding = r.choice([0, 0, 100_000_000, 200_000_000, r.randint(0, PPB)])
        self.carry()
        if d.named:
            for k in range(len(b.account_value)):
                if r.random() < 0.4:
                    d.withdraw_from[k] = self.named(b.account_value[k], r.choice([PPB, PPB // 10, PPB // 100]))
        if not d.named or r.random() < 0.5:
            edges = [b.value + 1, self.p.minimum_withdrawal, *self.c.layer_left[:2], b.value // 10]
            edges += [b.value, b.value - 1] if r.random() < 0.1 else []
            d.amount = self.amount(max(1, b.value // r.choice([1, 10, 20, 50, 100])), edges)

    def end(self) -> None:
        d, r = self.d, self.r
        d.withholding = r.choice([0, 100_000_000])
        self.carry()
        what = r.choice(
            ["surrender", "surrender", "surrender", "free_look", "death_notice", "death_notice", "death_claim"]
        )
        if what == "death_claim":
            self.claim()
        else:
            setattr(d, what, 1)

    def claim(self) -> None:
        """A beneficiary's share: all that is left, or part of it."""
        d, r, left = self.d, self.r, PPB - self.c.claimed
        if left == 0:
            return
        d.death_claim = 1
        d.withholding = r.choice([0, 100_000_000])
        d.claim_share = r.choice([left, left, (left + 1) // 2, r.randint(1, left), min(left, 600_000_000)])
        d.payment_into = self.allocation()

    def go_on(self) -> None:
        self.d.spousal_continuation = 1
        self.d.payment_into = self.allocation()

    def carry(self) -> None:
        """Sometimes the money goes straight to another contract: nothing is withheld."""
        self.d.carried = int(self.r.random() < 0.2)
        if self.d.carried:
            self.d.withholding = 0

    def amount(self, largest: int, edges: list[int]) -> int:
        """Mostly of the size asked for, often tiny, sometimes right at an edge."""
        if self.r.random() < 0.15:
            return max(1, self.r.choice(edges))
        return max(1, int(largest ** self.r.choice([1.0, self.r.random()]) * self.r.random()))

    def named(self, value: int, most: int = PPB) -> int:
        """Cents or a share of an account."""
        if self.r.random() < 0.5:
            return -self.r.choice([most, 1, *(self.r.randint(1, most) for _ in range(4))])
        edges = [0, 1, value * most // PPB, value + 1 if most == PPB else 0]
        return self.r.choice([*edges, *(self.r.randint(0, value * most // PPB) for _ in range(4))])

    def allocation(self) -> list[int]:
        """Shares of accounts that add up to the whole."""
        n = self.c.funds + self.c.fixed
        weights = [self.r.choice([0, 1, self.r.random()]) for _ in range(n)]
        weights[self.r.randrange(n)] += 0.5
        if not self.may_begin:
            closed = [self.c.funds + i for i, years in enumerate(self.p.guarantee_years) if years]
            weights = [0 if k in closed else w for k, w in enumerate(weights)]
            weights[0] += sum(weights) == 0
        shares = [int(PPB * w / sum(weights)) for w in weights]
        shares[max(range(n), key=shares.__getitem__)] += PPB - sum(shares)
        return shares
