"""The accounts of the decimal oracle's contract: what they are worth, money in and out, segments at market value."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from itertools import accumulate, pairwise

from inforce.mechanics.interest import INDEX_ERROR, INDEX_SCALE
from inforce.mechanics.records import Annuity, Due, Market, Terms

Money = Decimal
ByPayment = dict[int, Decimal]
CENT = Decimal("0.01")
ZERO = Decimal(0)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def dollars(cents: int) -> Money:
    return Decimal(int(cents)) / 100


def percent(billionths: int) -> Decimal:
    return Decimal(int(billionths)) / 10**9


def to_cent(amount: Decimal) -> Money:
    return amount.quantize(CENT, ROUND_HALF_UP)


def shared_out(amount: Money, weights: list[Decimal]) -> list[Money]:
    """Split in proportion: the parts up to each account, rounded together, so that nothing is lost."""
    whole = sum(weights)
    if whole <= 0:
        return [ZERO] * len(weights)
    upto = [ZERO] + [to_cent(amount * weight / whole) for weight in accumulate(weights)]
    return [after - before for before, after in pairwise(upto)]


@dataclass
class Payment:
    """A purchase payment and what of it has not been withdrawn."""

    day: int
    paid: Money
    left: Money


@dataclass
class Segment:
    """Money of one deposit into an account with a guarantee period."""

    account: int
    balance: Money
    anchor: Decimal
    """What 1 had grown to when the balance last changed."""
    rate: int
    start: int
    end: int


@dataclass
class Outcome:
    """What one step did, in dollars."""

    change: list[Money]
    units_change: list[Decimal]
    interest: list[Money]
    taken: dict[int, Money] = field(default_factory=dict)
    charges: dict[int, Money] = field(default_factory=dict)
    numbers: dict[str, Money] = field(default_factory=dict)

    def note(self, **numbers: Money) -> None:
        for name, number in numbers.items():
            self.numbers[name] = self.numbers.get(name, ZERO) + number


class Accounts:
    """Sub-accounts, fixed accounts and segments."""

    def __init__(self, c: Annuity, p: Terms) -> None:
        self.p = p
        self.unit = Decimal(10) ** (4 - (len(str(p.value_scale)) - 1))
        """The smallest part of a unit; unit values are millionths of a dollar."""
        self.units = [Decimal(u) * self.unit for u in c.units]
        self.balances = [dollars(b) for b in c.balance]
        self.anchors = [Decimal(a) for a in c.anchor]
        self.segments: list[Segment] = []
        self.seen: Counter[str] = Counter()
        """How often each rule of segments, resets and several claims mattered."""

    # What the contract is worth

    def values(self, m: Market) -> list[Money]:
        funds = [to_cent(u * Decimal(price) / 10**6) for u, price in zip(self.units, m.unit_value, strict=True)]
        return funds + [self.balance(i, m) for i in range(len(self.balances))]

    def balance(self, i: int, m: Market) -> Money:
        growth = Decimal(m.index[i] + INDEX_ERROR) / self.anchors[i]
        return to_cent(self.balances[i] * growth) + sum((worth for _, worth in self.held(i, m)), ZERO)

    def held(self, i: int, m: Market) -> list[tuple[int, Money]]:
        """The segments of an account by number, in the order of their deposits, with what each is worth."""
        return [(s, self.worth(s, m)) for s, segment in enumerate(self.segments) if segment.account == i]

    def worth(self, s: int, m: Market) -> Money:
        segment = self.segments[s]
        if segment.start == m.serial:
            return segment.balance
        return to_cent(segment.balance * Decimal(m.segment_index[s] + INDEX_ERROR) / segment.anchor)

    def value(self, m: Market) -> Money:
        return sum(self.values(m), ZERO)

    # Moving money

    def move(self, out: Outcome, m: Market, parts: list[Money]) -> None:
        """Positive parts buy, negative ones sell; what goes into segments is a deposit."""
        values = self.values(m)
        for k, part in enumerate(parts):
            if part == 0:
                continue
            out.change[k] += part
            if k < len(self.units):
                self.trade(out, k, part, Decimal(m.unit_value[k]) / 10**6, values[k])
            elif not self.p.guarantee_years[k - len(self.units)]:
                i = k - len(self.units)
                out.interest[i] += values[k] - self.balances[i]
                self.balances[i], self.anchors[i] = values[k] + part, Decimal(m.index[i])
            elif part < 0:
                for s, taken in self.oldest_first(k - len(self.units), m, -part):
                    self.strike(out, s, m)
                    self.segments[s].balance -= taken

    def trade(self, out: Outcome, k: int, part: Money, price: Decimal, worth: Money) -> None:
        traded = (part / price).quantize(self.unit, ROUND_HALF_UP)
        if part < 0 and (-part >= worth or -traded > self.units[k]):
            traded = -self.units[k]
        self.units[k] += traded
        out.units_change[k] += traded

    def oldest_first(self, i: int, m: Market, amount: Money) -> list[tuple[int, Money]]:
        """What `amount` takes of each segment of an account: all of the first before any of the next."""
        held = self.held(i, m)
        ends = list(accumulate((worth for _, worth in held), initial=ZERO))
        parts = [min(amount, end) - min(amount, begin) for begin, end in pairwise(ends)]
        return [(s, part) for (s, _), part in zip(held, parts, strict=True) if part > 0]

    def strike(self, out: Outcome, s: int, m: Market) -> None:
        segment, worth = self.segments[s], self.worth(s, m)
        out.interest[segment.account] += worth - segment.balance
        segment.balance = worth
        if segment.start != m.serial:
            segment.anchor = Decimal(m.segment_index[s])

    def deposit(self, out: Outcome, m: Market, d: Due, amount: Money, shares: list[int]) -> None:
        """Money by an allocation. Each account with a guarantee period that is named gets a segment of its own."""
        parts = shared_out(amount, [percent(share) for share in shares])
        for i, years in enumerate(self.p.guarantee_years):
            k = len(self.units) + i
            if years and shares[k]:
                start = Decimal(INDEX_SCALE)
                self.segments.append(Segment(i, parts[k], start, m.new_rate[i], d.serial, d.segment_end[i]))
        self.move(out, m, parts)

    # Market value

    def factor(self, s: int, m: Market, d: Due) -> Decimal:
        if self.segments[s].end - d.serial <= self.p.adjustment_window:
            return Decimal(1)
        floor = m.floor_factor[s] if self.p.least_rate_raises else min(m.floor_factor[s], INDEX_SCALE)
        return Decimal(max(m.market_factor[s], floor)) / INDEX_SCALE

    def adjustment(self, m: Market, d: Due, parts: list[Money]) -> Money:
        """What the parts of all accounts gain or lose by leaving early."""
        total = ZERO
        for i in range(len(self.balances)):
            for s, part in self.oldest_first(i, m, parts[len(self.units) + i]):
                total += to_cent(part * self.factor(s, m, d)) - part
        return total

    def count(self, what: str, m: Market, d: Due, parts: list[Money], adjustment: Money) -> None:
        """Note what an adjustment that is really made rests on."""
        self.seen[f"a {what} gains"] += adjustment > 0
        self.seen[f"a {what} loses"] += adjustment < 0
        for i in range(len(self.balances)):
            taken = self.oldest_first(i, m, parts[len(self.units) + i])
            self.seen["several segments"] += len(taken) > 1
            for s, _ in taken:
                left = self.segments[s].end - d.serial - self.p.adjustment_window
                self.seen["in the window"] += left < 0
                self.seen["first day of the window"] += left == 0
                self.seen["last day before the window"] += left == 1
                self.seen["the floor binds"] += left > 0 and m.market_factor[s] < m.floor_factor[s]
                above = left > 0 and m.market_factor[s] < INDEX_SCALE < m.floor_factor[s]
                self.seen[f"a floor above 1 {'raises' if self.p.least_rate_raises else 'forbids a loss'}"] += above

    def slack(self, m: Market, d: Due) -> Money:
        """How much smaller a gross amount might do beside the one found: 0 without segments.

        A part is off its exact share by less than a cent, times its factor; each segment rounds by half a cent; and
        that many cents are gone through at the least factor.
        """
        held = [(s, segment.account) for s, segment in enumerate(self.segments) if segment.balance]
        factors = [self.factor(s, m, d) for s, _ in held]
        accounts = len({account for _, account in held})
        off = accounts * (max(factors, default=ZERO) + 1) + Decimal(len(held)) / 2
        return (2 * off / min([Decimal(1), *factors])).to_integral_value(ROUND_CEILING) * CENT

    def empty(self, out: Outcome, m: Market) -> None:
        self.move(out, m, [-v for v in self.values(m)])
        for k, units in enumerate(self.units):
            out.units_change[k] -= units
            self.units[k] = ZERO
