"""Random lives of Flex Extra, advanced in stages; after each stage what must hold of any contract holds.

The checks know dates and dollars only: rates of the surrender charge, the free tenth, the limits of the principal
account and the charges are written here again from the update and the product's assumptions.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from tests.products.lives import GPA, Life, event, kept

from inforce.contracts import Event
from inforce.cycle import Applied, Position, advance
from inforce.dates import valuation_dates
from inforce.ledger import balances
from inforce.market import Market, MarketData, Rates, Series, SubAccount
from inforce.mechanics.records import Status
from inforce.terms import find_product
from inforce.valuation import value

FUNDS = ("equity", "blend", "managed-bond")
ACCOUNTS = (*FUNDS, GPA)
FIRST, LAST = date(1995, 1, 3), date(2010, 12, 31)
RATES = {"flexible": (8, 8, 7, 6, 5, 4, 3, 2, 1, 0), "single": (5, 4, 3, 2, 1, 0)}
FEES = {"flexible": 35_00, "single": 30_00}
LIVES = 150
PRODUCT = find_product("flex-extra")


def a_market() -> Market:
    chance = Random(11)
    levels, values = dict.fromkeys(FUNDS, 10_000_000), {fund: dict[date, int]() for fund in FUNDS}
    for on in valuation_dates(FIRST, LAST):
        for fund in FUNDS:
            levels[fund] = levels[fund] * chance.randrange(985_000, 1_015_600) // 1_000_000
            values[fund][on] = levels[fund]
    declared = {f"{year}-{month:02}": chance.randrange(20, 60) * 1_000_000 for year in range(1995, 2011)
                for month in range(1, 13)}  # fmt: skip
    return Market(
        MarketData(
            {SubAccount(fund): Series.of(series) for fund, series in values.items()},
            {},
            {GPA: Rates.by_month(declared)},
        )
    )


MARKET = a_market()


@dataclass(frozen=True)
class Story:
    """A life before it is lived: what is asked, and the days on which somebody looks."""

    form: str
    qualification: str
    issued: date
    events: tuple[Event, ...]
    stages: tuple[date, ...]

    def __repr__(self) -> str:
        asked = "\n".join(f"  {e.id} {e.on} {e.at}: {e.model_dump(exclude_defaults=True)}" for e in self.events)
        return f"{self.form}, {self.qualification}, issued {self.issued}, looked at {self.stages}\n{asked}"


def parts(chance: Random) -> dict[str, str]:
    """An allocation over one to four accounts."""
    names = chance.sample(ACCOUNTS, chance.randint(1, 4))
    cuts = sorted(chance.sample(range(1, 100), len(names) - 1))
    return {name: f"{b - a}%" for name, a, b in zip(names, [0, *cuts], [*cuts, 100], strict=True)}


def dollars(chance: Random, low: int, high: int) -> str:
    cents = chance.randint(low * 100, high * 100)
    return f"{cents // 100}.{cents % 100:02}"


KINDS = {
    "saver": {"purchase_payment": 12, "withdrawal": 3, "transfer": 2, "allocation": 1, "surrender": 0.3},
    "spender": {"purchase_payment": 3, "withdrawal": 12, "transfer": 2, "surrender": 0.5, "free_look": 0.3},
    "trader": {"purchase_payment": 1, "withdrawal": 1, "transfer": 20, "allocation": 1},
    "mortal": {"purchase_payment": 3, "withdrawal": 3, "transfer": 2, "death_notice": 1, "death_proof": 1},
    "mover": {"purchase_payment": 3, "withdrawal": 8, "transfer": 2, "freeze": 1, "delivery": 1, "free_look": 0.5},
}
"""How often somebody asks for what."""


def request(chance: Random, habit: str, number: int, on: date) -> Event:
    kind = chance.choices(list(KINDS[habit]), list(KINDS[habit].values()))[0]
    at = chance.choice(["10:00", "15:59", "16:00", "18:30"])
    fields: dict[str, Any] = {"id": f"{kind} {number}", "at": at}
    if kind == "purchase_payment":
        fields["amount"] = dollars(chance, 1, 20_000)
        fields |= {"allocation": parts(chance)} if chance.random() < 0.5 else {}
    elif kind == "withdrawal":
        paid = [{"withholding": share} for share in ("0%", "10%", "33.3%")]
        fields |= chance.choice([*paid, {"exchange_to": "Acme Life"}, {"rollover_to": "a plan"}])
        if chance.random() < 0.7:
            fields |= {"amount": dollars(chance, 1, 4_000), "net": chance.choice(["yes", "no"])}
        else:
            chosen = chance.sample(ACCOUNTS, chance.randint(1, 2))
            fields["from_"] = {name: chance.choice(["100.00", "7%", "50%", "all"]) for name in chosen}
    elif kind == "transfer":
        source = chance.choice(ACCOUNTS)
        fields |= {"from_": {source: chance.choice(["100.00", "5%", "25%", "all"])}, "to": parts(chance)}
    elif kind == "allocation":
        fields["allocation"] = parts(chance)
    elif kind == "freeze":
        fields |= {"cause": "legal_order", "refuses": chance.sample(["withdrawal", "transfer", "free_look"], 1)}
    elif kind == "death_notice":
        fields["date_of_death"] = str(on)
    return event(kind, str(on), **fields)


def story(seed: int) -> Story:
    chance = Random(seed)
    issued = date(1996, 1, 2) + timedelta(days=chance.randrange(800))
    span, habit = chance.choice([300, 1500, 4200]), chance.choice(list(KINDS)[:4]) if seed % 6 else "mover"
    asked = [
        chance.choice([chance.randint(-3, 14), chance.randint(-3, span), chance.randint(-3, span)])
        for _ in range(chance.randint(3, 40 if habit == "trader" else 20))
    ]
    amount, form = dollars(chance, 2_000, 50_000), chance.choice(["flexible", "flexible", "flexible", "single"])
    # Each life begins with money, so that most of what follows has something to act on.
    first = event("purchase_payment", str(issued), id="first", amount=amount, allocation=parts(chance))
    events = (first, *(request(chance, habit, i, issued + timedelta(days=n)) for i, n in enumerate(asked)))
    looked_at = sorted({issued + timedelta(days=chance.randint(0, span + 100)) for _ in range(4)})
    return Story(form, chance.choice(["qualified", "non_qualified"]), issued, events, tuple(looked_at))


def begun(told: Story, events: tuple[Event, ...] | None = None) -> Life:
    life = Life(
        PRODUCT, MARKET, str(told.issued), form=told.form, qualification=told.qualification,
        allocation={"equity": 400_000_000, "blend": 350_000_000, GPA: 250_000_000},
    )  # fmt: skip
    for each in told.events if events is None else events:
        life.record(each)
    return life


# What must hold


def check_money(position: Position) -> None:
    """Entries add up to the state; every dollar received is in suspense, in the contract, or returned."""
    state = position.state
    cents, units = balances(position.entries), dict[str, int]()
    for entry in position.entries:
        for line in entry.lines:
            units[line.account] = units.get(line.account, 0) + line.units
    assert cents.get("suspense", 0) == position.suspense >= 0
    paid = state.payments if state else 0
    assert -cents.get("owner/paid_in", 0) == position.suspense + cents.get("owner/returned", 0) + paid
    if state is not None:
        names = list(position.terms(position.through).sections.sub_accounts)
        assert [units.get(f"contract/{name}", 0) for name in names] == state.units
        assert cents.get(f"contract/{GPA}", 0) == state.balance[0]


def check_state(position: Position) -> None:
    state = position.state
    if state is None:
        return
    assert min([*state.units, *state.balance, state.basis, state.payments_floor, state.free_used, state.transfers]) >= 0
    assert state.payments == sum(state.layer_paid)
    assert state.payments_floor <= state.payments
    assert state.basis <= state.payments
    if state.status > Status.DEATH_NOTIFIED:
        assert not any(state.units) and not any(state.balance)


def check_value(position: Position, told: Story, on: date) -> None:
    if position.issued is None or on < position.issued:
        return
    v = value(position, MARKET, on)
    assert sum(account.value for account in v.accounts) == v.contract_value
    assert 0 <= v.surrender_value <= v.contract_value
    if v.status == "in_force":
        assert v.death_benefit >= v.contract_value
        year = completed(told.issued, on - timedelta(days=1))
        rate = RATES[told.form][min(year, len(RATES[told.form]) - 1)]
        base = v.contract_value - v.maintenance_charge
        free = min(base, max(0, (base + 5) // 10 - free_used(position)))
        assert abs(Decimal(v.surrender_charge) - Decimal(base - free) * rate / 100) <= Decimal("0.5")
        assert v.maintenance_charge in (0, min(FEES[told.form], v.contract_value))
        assert v.surrender_value == v.contract_value - v.maintenance_charge - v.surrender_charge
    elif v.status != "death_notified":
        assert v.contract_value == v.death_benefit == 0


def check_steps(position: Position, told: Story) -> None:
    for applied in position.applied:
        b = applied.breakdown
        assert b.fault == 0
        if applied.item.operation in ("withdrawal", "surrender", "death_proof", "free_look"):
            assert b.gross + b.company == b.surrender_charge + b.premium_tax + b.withholding + b.net
            assert 0 <= b.free <= b.gross
            assert not getattr(applied.item.event, "carried_to", "") or b.taxable == 0
            assert 0 <= b.withholding <= b.taxable <= b.net + b.withholding
        if applied.item.operation == "withdrawal":
            check_withdrawal(applied, told)
        if applied.item.operation == "transfer":
            assert sum(b.account_change) == -b.transfer_fee
            assert abs(b.before - b.transfer_fee - b.value) <= len(ACCOUNTS)
        if applied.item.operation == "maintenance_charge":
            assert b.maintenance <= FEES[told.form]
            assert sum(b.account_change) == -b.maintenance


def check_withdrawal(applied: Applied, told: Story) -> None:
    b, asked = applied.breakdown, applied.item.event
    year = completed(told.issued, applied.item.day - timedelta(days=1))
    rate = RATES[told.form][min(year, len(RATES[told.form]) - 1)]
    assert abs(Decimal(b.surrender_charge) - Decimal(b.gross - b.free) * rate / 100) <= Decimal("0.5")
    assert b.free == min(b.gross, b.free_available)
    assert b.free_available <= (b.before + 5) // 10
    assert sum(b.account_change) == -b.gross
    assert getattr(asked, "amount", None) is None or (b.net >= asked.amount if asked.net else b.gross == asked.amount)


def check_limits(position: Position, told: Story) -> None:
    """One transfer a contract year out of the principal account, a quarter at most, none back within 90 days."""
    out: list[date] = []
    by_year: dict[int, int] = {}
    for applied in position.applied:
        change = applied.breakdown.account_change[-1]
        if applied.item.operation != "transfer":
            continue
        year = completed(told.issued, applied.item.day)
        by_year[year] = by_year.get(year, 0) + 1
        assert (applied.breakdown.transfer_fee > 0) == (by_year[year] > 12)
        if GPA in getattr(applied.item.event, "to", {}) and GPA not in getattr(applied.item.event, "from_", {}):
            assert not out or applied.item.day - out[-1] >= timedelta(days=90)
        if GPA in getattr(applied.item.event, "from_", {}):
            assert year not in [completed(told.issued, on) for on in out]
            worth_before = applied.breakdown.account_value[-1] - change
            assert -change <= (worth_before + 3) // 4
            out.append(applied.item.day)


def check_every_event_has_one_fate(position: Position, told: Story) -> None:
    fates = [a.item.event.id for a in position.applied if a.item.event]
    fates += [i.event.id for i in position.administered if i.event]
    fates += [d.recorded.event.id for d in position.declined] + [w.recorded.event.id for w in position.waiting]
    arrived = [e.id for e in told.events if e.on <= position.through]
    assert sorted(fates) == sorted([*arrived, *(["issue"] if told.issued <= position.through else [])])


def check_nothing_follows_the_end(position: Position) -> None:
    ended = False
    for applied in position.applied:
        assert not ended, f"{applied.name} after the contract's end"
        ended = applied.item.operation in ("surrender", "free_look", "death_proof")


def free_used(position: Position) -> int:
    return position.state.free_used if position.state else 0


def completed(start: date, on: date) -> int:
    """Whole years; an anniversary of 29 February lies on the 28th."""
    years = on.year - start.year
    try:
        reached = start.replace(year=on.year) <= on
    except ValueError:
        reached = date(on.year, 2, 28) <= on
    return max(0, years if reached else years - 1)


# The lives


@pytest.mark.parametrize("seed", range(LIVES))
def test_what_must_hold_holds_after_every_stage(seed: int) -> None:
    told = story(seed)
    life = begun(told)
    for on in told.stages:
        position = life.at(str(on))
        assert position.stalled is None
        check_money(position)
        check_state(position)
        check_value(position, told, on)
        check_steps(position, told)
        check_limits(position, told)
        check_every_event_has_one_fate(position, told)
        check_nothing_follows_the_end(position)


@pytest.mark.parametrize("seed", range(LIVES))
def test_advancing_in_stages_is_advancing_in_one_go(seed: int) -> None:
    told = story(seed)
    life, entries = begun(told), []
    events, snapshot = life.journal.events("C"), None
    for on in told.stages:
        staged = advance(life.contract, PRODUCT, events, MARKET, on, opening=snapshot)
        entries += staged.entries
        snapshot = staged.snapshot()
    direct = life.at(str(told.stages[-1]))
    assert (staged.issued, staged.suspense, staged.allocation) == (direct.issued, direct.suspense, direct.allocation)
    assert staged.state is None or kept(staged) == kept(direct)
    assert balances(entries) == balances(direct.entries)


@pytest.mark.parametrize("seed", range(LIVES))
def test_order_of_recording_does_not_matter_where_days_differ(seed: int) -> None:
    told = story(seed)
    one = begun(told)
    # Requests of one weekend, or of an evening and the morning after it, count from the same day: keep the first.
    first_of_its_day: dict[date, str] = {}
    position = one.at(str(told.stages[-1]))
    for day, name in [(a.item.day, a.name) for a in position.applied if a.item.event] + [
        (d.day, d.recorded.event.id) for d in position.declined
    ]:
        first_of_its_day.setdefault(day, name)
    ordered = [each for each in told.events if each.id in first_of_its_day.values()]
    shuffled = list(ordered)
    Random(seed).shuffle(shuffled)
    positions = [begun(told, tuple(events)).at(str(told.stages[-1])) for events in (ordered, shuffled)]
    assert [(d.day, d.refused.reason) for d in positions[0].declined] == [
        (d.day, d.refused.reason) for d in positions[1].declined
    ]
    assert kept(positions[0]) == kept(positions[1])
    assert balances(positions[0].entries) == balances(positions[1].entries)


@pytest.mark.parametrize("seed", range(LIVES))
def test_what_was_entered_later_was_not_known_before(seed: int) -> None:
    """As known on a day, a life is the life of the events entered by then."""
    told, chance = story(seed), Random(seed)
    entered = {each.id: each.on + timedelta(days=chance.choice([0, 0, 30, 400])) for each in told.events}
    known_at = told.issued + timedelta(days=chance.randrange(500))
    whole = begun(told, ())
    for each in told.events:
        whole.record(each, str(entered[each.id]))
    early = begun(told, tuple(each for each in told.events if entered[each.id] <= known_at))
    on = str(told.stages[-1])
    one, other = whole.at(on, str(known_at)), early.at(on)
    assert kept(one) == kept(other)
    assert [d.recorded.event.id for d in one.declined] == [d.recorded.event.id for d in other.declined]


def test_the_lives_do_all_there_is_to_do() -> None:
    """What the lives above meet: every operation, charges, fees, limits and refusals."""
    positions = [begun(story(seed)).at(str(story(seed).stages[-1])) for seed in range(LIVES)]
    applied = [a for position in positions for a in position.applied]
    done = Counter(a.item.operation for a in applied)
    assert min(done[name] for name in ("purchase_payment", "withdrawal", "transfer", "maintenance_charge")) > 100
    assert min(done[name] for name in ("surrender", "death_notice", "death_proof", "free_look")) > 0
    assert sum(a.breakdown.surrender_charge > 0 for a in applied) > 50
    assert sum(a.breakdown.transfer_fee > 0 for a in applied) > 5
    assert sum(a.breakdown.company > 0 for a in applied) > 0
    assert sum(a.breakdown.basis_carried > 0 for a in applied) > 20
    refused = {d.refused.reason for position in positions for d in position.declined}
    assert refused >= {
        "not_in_force", "single_payment_made", "amount_exceeds_value", "amount_exceeds_account", "nothing_to_transfer",
        "fixed_transfer_count", "fixed_transfer_share", "fixed_return_wait", "free_look_over", "frozen",
        "not_exchangeable", "not_rollable",
    }  # fmt: skip
