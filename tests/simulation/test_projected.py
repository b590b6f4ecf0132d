"""A projection along the path that the market took is the ledger: value, surrender value and death benefit to the cent.

Contracts of LifeTrust with segments, on their monthly dates. Events and anniversaries stay on these days (at the last
price where the Exchange is closed), as a monthly calendar has them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inforce.contracts import Contract, Event
from inforce.contracts.events import Issue, PurchasePayment, Surrender, Transfer, Withdrawal
from inforce.cycle import Position, Pricer, advance
from inforce.dates import MonthEnd, monthly_date, valuation_dates
from inforce.errors import MissingPrice, MissingRate
from inforce.ledger import Recorded
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.mechanics.interest import INDEX_SCALE
from inforce.projection import Months, Plan, contract_months, guarantees_of, market_path, project_months
from inforce.terms import find_product
from inforce.valuation import value

pytestmark = [pytest.mark.compiled, pytest.mark.slow]

MONTHS = 62
FUNDS = ("equity", "blend", "mml-government-money")
SEGMENTS = ("mva-1", "mva-3", "mva-5", "mva-7")
ACCOUNTS = (*FUNDS, *SEGMENTS)
KINDS = "purchase_payment transfer withdrawal surrender free_look death_proof anniversary maintenance_charge".split()
STAYING = {f"calendar.non_valuation_day.{kind}": "last_price" for kind in KINDS}
PRODUCT = find_product("lifetrust").supposing(STAYING, "a monthly calendar does not ask when the Exchange trades")
ENDING = PRODUCT.supposing(
    {f"fixed_accounts.{name}.at_end": "blend" for name in SEGMENTS[:2]}, "segments that end otherwise"
)
"""Segments of one and three years end into a sub-account."""
FIRST, LAST = date(2003, 1, 6), date(2019, 12, 31)


@lru_cache
def market(seed: int) -> Market:
    """Prices of every valuation date, and declared rates of every month, that rise and fall."""
    chance, level, values = Random(seed), dict.fromkeys(FUNDS, 10_000_000), {}
    days = list(valuation_dates(FIRST, LAST))
    for fund in FUNDS:
        values[fund] = {}
        for day in days:
            level[fund] = level[fund] * (1_000_000 + chance.randrange(-15_000, 15_700)) // 1_000_000
            values[fund][day] = level[fund]
    months = [f"{year}-{month:02}" for year in range(FIRST.year, LAST.year + 1) for month in range(1, 13)]
    rate, rates = 45, {}
    for month in months:
        rate = min(95, max(2, rate + chance.randrange(-6, 7)))
        rates[month] = rate
    declared = {name: Rates.by_month({m: (r + 3 * k) * 1_000_000 for m, r in rates.items()})
                for k, name in enumerate(SEGMENTS)}  # fmt: skip
    return Market(MarketData({SubAccount(f): Series.of(v) for f, v in values.items()}, {}, declared))


@dataclass
class Course:
    """A contract with some money in it, and what its owner goes on doing each month."""

    product: Any
    contract: Contract
    issued: date
    events: list[Event]
    """Up to the month after which the projection begins."""
    begun: int
    """That month, counted from the issue."""
    market: Market
    payment: int = 0
    withdrawal: int = 0
    net: bool = False
    out: tuple[str, int] | None = None
    """An account, and cents or a negative share of it, transferred each month of the second year."""
    into: str = "mva-5"

    def month(self, number: int) -> date:
        return monthly_date(self.issued, self.begun + number, MonthEnd.LAST_DAY)

    def requests(self, number: int) -> Iterator[Event]:
        """What the owner asks for in a month of the projection."""
        on = self.month(number)
        if self.payment and 3 <= number <= 12:
            yield PurchasePayment(id=f"pay{number}", on=on, amount=self.payment)
        if self.out and 13 <= number <= 24:
            account, part = self.out
            yield Transfer(id=f"move{number}", on=on, **{"from": {account: part}}, to={self.into: 1_000_000_000})
        if self.withdrawal and number >= 5:
            yield Withdrawal(id=f"take{number}", on=on, amount=self.withdrawal, net=self.net)

    def plan(self, names: list[str]) -> Plan:
        plan = Plan([self.contract.allocation.get(name, 0) for name in names], self.payment, 3, 12)
        plan.withdrawal, plan.withdrawal_net = self.withdrawal, int(self.net)
        plan.withdrawal_from, plan.withdrawal_until = 5, MONTHS
        if self.out:
            plan.transfer_out = [self.out[1] if name == self.out[0] else 0 for name in names]
            plan.transfer_into = [1_000_000_000 if name == self.into else 0 for name in names]
            plan.transfer_from, plan.transfer_until = 13, 24
        return plan


def position(course: Course, through: date, events: list[Event], after: Position | None) -> Position:
    recorded = [Recorded(n + 1, course.contract.id, event.on, event) for n, event in enumerate(events)]
    return advance(
        course.contract, course.product, recorded, course.market, through, opening=after and after.snapshot()
    )


def administered(course: Course, seen: Counter[str]) -> tuple[list[tuple[int, int, int]], int]:
    """Value, surrender value and death benefit of each month in the ledger; what it declined."""
    events, months, declined = list(course.events), [], 0
    now = position(course, course.month(0), events, None)
    for number in range(1, MONTHS + 1):
        events += course.requests(number)
        now = position(course, course.month(number), events, now)
        v = value(now, course.market, now.through)
        months.append((v.contract_value, v.surrender_value, v.death_benefit))
        declined += len(now.declined)
        for applied in now.applied:
            adjusted = applied.breakdown.market_value_adjustment
            seen[applied.item.operation] += 1
            seen["gain"] += adjusted > 0
            seen["loss"] += adjusted < 0
    last = Surrender(id="end", on=now.through)
    ended = position(course, now.through, [*events, last], None)
    assert ended.applied[-1].breakdown.net == months[-1][1]
    return months, declined


def projected(course: Course) -> Months:
    start = position(course, course.month(0), course.events, None)
    assert start.state is not None and not start.declined
    terms = start.terms(start.through)
    names = [*terms.sections.sub_accounts, *terms.sections.fixed_accounts]
    calendar = contract_months(
        course.issued, start.through, MONTHS, MonthEnd.LAST_DAY, terms.sections.fixed_accounts.values()
    )
    pricer = Pricer(course.market, course.product, course.contract)
    path = market_path(pricer, terms, calendar, ACCOUNTS)
    return project_months(
        *([one] for one in (start.state, terms.record, course.plan(names), calendar)),
        path.unit_values,
        path.indices,
        declared=path.declared,
        guarantees=[guarantees_of(start.state, terms)],
    )


def agree(course: Course, seen: Counter[str]) -> None:
    found = projected(course)
    months, declined = administered(course, seen)
    assert [*zip(found.value[0, 0], found.surrender_value[0, 0], found.death_benefit[0, 0], strict=True)] == months
    assert found.refused[0] == declined


def course(seed: int) -> Course:
    chance = Random(seed)
    issued = date(chance.randrange(2003, 2012), chance.randrange(1, 13), chance.randrange(6, 29))
    names = chance.sample(ACCOUNTS, 4)
    parts = [400_000_000, 300_000_000, 200_000_000, 100_000_000]
    contract = Contract(f"P{seed}", "lifetrust", "standard", chance.choice(["qualified", "non_qualified"]), "MA",
                        allocation=dict(zip(names, parts, strict=True)))  # fmt: skip
    events: list[Event] = [
        Issue(id="issue", on=issued),
        PurchasePayment(id="first", on=issued, amount=chance.randrange(500_000, 20_000_000)),
    ]
    if chance.random() < 0.5:  # between monthly dates; it does not end within the projection
        moved = Transfer(id="early", on=issued + timedelta(days=10), **{"from": {names[0]: -250_000_000}},
                         to={"mva-7": 1_000_000_000})  # fmt: skip
        events.append(moved)
    out = chance.choice([None, (names[0], -100_000_000), (names[1], -50_000_000), (names[1], 7_500)])
    return Course(
        chance.choice([PRODUCT, PRODUCT, ENDING]),
        contract,
        issued,
        events,
        chance.randrange(1, 15),
        market(seed % 3),
        payment=chance.choice([500, 12_345]),
        withdrawal=chance.choice([0, 1_000, 4_321]),
        net=chance.random() < 0.3,
        out=out,
        into=chance.choice(ACCOUNTS),
    )


# Worked


def alone(account: str, *more: Event) -> Course:
    """$10,000 in one account from 2 May 2005, projected from that day."""
    issued = date(2005, 5, 2)
    contract = Contract("W", "lifetrust", "standard", "non_qualified", "MA", allocation={account: 1_000_000_000})
    events = [Issue(id="issue", on=issued), PurchasePayment(id="first", on=issued, amount=1_000_000), *more]
    return Course(PRODUCT, contract, issued, events, 0, flat(), payment=500)


def flat(later: int = 50_000_000) -> Market:
    """5 % in all accounts up to April 2006, then `later`; unit values of $10."""
    declared = {name: Rates.by_month({"2003-01": 50_000_000, "2006-05": later}) for name in SEGMENTS}
    values = {SubAccount(fund): Series.of({date(2003, 1, 6): 10_000_000}) for fund in FUNDS}
    return Market(MarketData(values, {}, declared), "hold")


def test_a_segment_on_paths_on_which_rates_fall_rise_and_stay() -> None:
    course = alone("mva-5")
    start = position(course, course.month(0), course.events, None)
    terms = start.terms(start.through)
    assert start.state is not None
    accounts = terms.sections.fixed_accounts
    calendar = contract_months(course.issued, start.through, MONTHS, MonthEnd.LAST_DAY, accounts.values())
    plan = course.plan([*terms.sections.sub_accounts, *accounts])
    plan.payment_from, plan.payment_until = MONTHS + 1, MONTHS + 10  # room as in the other tests, to compile once
    paths = np.full((4, MONTHS, len(accounts)), 50_000_000)
    paths[:, 20:] = np.array([40, 60, 90, 50])[:, None, None] * 1_000_000
    found = project_months(
        *([one] for one in (start.state, terms.record, plan, calendar)),
        np.full((4, MONTHS, len(terms.sections.sub_accounts)), 10_000_000),
        np.full(paths.shape, INDEX_SCALE),
        declared=paths,
        guarantees=[guarantees_of(start.state, terms)],
        sum_paths=False,
    )
    worth = 10_000 * 1.05 ** (2 + 184 / 365)  # 2 November 2007: 184 days into the third year
    assert (found.value[0, :, 29] == round(worth * 100)).all()
    adjusted = found.surrender_value[0, :, 29] - found.surrender_value[0, 3, 29]
    floor = (1.03 / 1.05) ** (2 + 184 / 365)  # the least that is paid, which path 3 would fall below
    factors = [(1.05 / 1.04) ** 2.5, (1.05 / 1.06) ** 2.5, max(floor, (1.05 / 1.09) ** 2.5), 1]
    assert floor > (1.05 / 1.09) ** 2.5
    assert adjusted.tolist() == [round((worth - 30) * 100 * factor) - round(worth * 100 - 3_000) for factor in factors]
    assert round(10_000 * 1.05**5, 2) == 12_762.82  # to the cent, from where the new rate counts
    renewed = [12_762.82 * (1 + rate) ** (31 / 365) for rate in (0.04, 0.06, 0.09, 0.05)]
    assert found.value[0, :, 60].tolist() == [round(value * 100) for value in renewed]


def test_a_segment_that_ends_between_monthly_dates_is_renewed_on_the_next() -> None:
    """Until then it earns the rate that it had; the ledger renews it on its day. Before that they agree."""
    late = Transfer(id="late", on=date(2005, 5, 12), **{"from": {"blend": -1_000_000_000}}, to={"mva-1": 1_000_000_000})
    course = alone("blend", late)
    course = replace(course, begun=1, market=flat(70_000_000), payment=500)
    found, (months, _) = projected(course), administered(course, Counter())
    differences = found.value[0, 0] - np.array([value for value, _, _ in months])
    assert (differences[:11] == 0).all()
    days = 21 / 365  # 12 May to 2 June 2006
    assert differences[11] == round(1_050_000 * 1.05**days) - round(1_050_000 * 1.07**days)


def test_a_path_has_the_rates_of_the_accounts_held_and_of_shorter_ones() -> None:
    """What is left of five years can be four: the rate lies between those of three years and five."""
    course = alone("mva-5")
    rates = {name: course.market.data.declared[name] for name in ("mva-1", "mva-5")}
    bare = Market(MarketData({}, {}, rates), "hold")
    terms = position(course, course.month(0), course.events, None).terms(course.issued)
    calendar = contract_months(
        course.issued, course.issued, 2, MonthEnd.LAST_DAY, terms.sections.fixed_accounts.values()
    )
    pricer = Pricer(bare, course.product, course.contract)
    path = market_path(pricer, terms, calendar, {"mva-1"})
    assert path.declared.tolist() == [[[50_000_000, 0, 0, 0]] * 2]
    assert set(path.unit_values.flat) == {1_000_000}
    with pytest.raises(MissingRate, match="mva-3"):
        market_path(pricer, terms, calendar, {"mva-5"})
    with pytest.raises(MissingPrice, match="equity"):
        market_path(pricer, terms, calendar, {"mva-1", "equity"})


# Random


def test_courses_with_gains_and_losses_payments_transfers_and_ends_are_the_ledger() -> None:
    seen: Counter[str] = Counter()
    for seed in range(6):
        agree(course(seed), seen)
    assert all(
        seen[what] > 10 for what in ("purchase_payment", "transfer", "withdrawal", "segment_end", "gain", "loss")
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_a_projection_of_what_happened_is_the_ledger(seed: int) -> None:
    agree(course(seed), Counter())
