"""A compiled month of `inforce.mechanics` beside the reference month, in one run."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from benchmarks.figures import Figure, Options
from benchmarks.prototype_month import months as reference

from inforce.mechanics.annuity import step
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.records import (
    AnniversaryYear,
    Annuity,
    Breakdown,
    ChargedOn,
    ChargeFrom,
    Clock,
    DeathBenefit,
    Due,
    Floor,
    FreeOf,
    Market,
    Operation,
    SurrenderBase,
    Taxation,
    Terms,
)
from inforce.mechanics.units import FACTOR_SCALE, next_unit_value
from inforce.projection import compiled


@compiled.kernel()
def run(contracts, terms, start_month, factors, c, m, d, b, out):  # type: ignore[no-untyped-def]
    """Every contract through every scenario: unit values grow, then the step of each month."""
    for s in range(factors.shape[0]):
        for i in range(contracts.shape[0]):
            c[0] = contracts[i]
            m[0] = m[1]
            total = 0
            for t in range(factors.shape[1]):
                for k in range(c[0].funds):
                    m[0].unit_value[k] = next_unit_value(m[0].unit_value[k], factors[s, t, k])
                month = t + 1
                d[0].day = contracts[i].issue_day + 31 * month
                d[0].eve = d[0].day - 1
                d[0].serial = 30 * month
                d[0].anniversary = 1 if month % 12 == 0 else 0
                d[0].maintenance = d[0].anniversary
                d[0].withdrawal = 1 if month > start_month[i] else 0
                d[0].amount = contracts[i].payments // 240
                step(c[0], terms[0], m[0], d[0], b[0])
                total += b[0].maintenance + b[0].net + b[0].surrender_charge
                total += b[0].surrender_value + b[0].death_benefit
            out[i] += total


def setting(premiums: Any, start: Any, funds: int, layers: int) -> tuple[Any, ...]:
    """Arguments of `run`: one contract a premium, its withdrawals from month `start` on."""
    room = {
        "funds": compiled.bucket("funds", funds),
        "fixed": compiled.bucket("fixed", 0),
        "layers": compiled.bucket("layers", layers + 1),
        "segments": compiled.bucket("segments", 0),
    }
    c = np.zeros(len(premiums), compiled.dtype_of(Annuity, **room))
    c["issue_day"], c["funds"], c["layers"] = 744_000, funds, layers
    c["anchor"] = 1
    c["units"][:, :funds] = (premiums * 1000 // funds)[:, None]
    c["layer_paid"][:, :layers] = c["layer_left"][:, :layers] = (premiums // layers)[:, None]
    c["layer_day"][:, :layers] = 744_000 - 93 * np.arange(layers)[::-1]
    for field in ("payments", "payments_floor", "basis", "anniversary_value"):
        c[field] = premiums
    p = compiled.packed(terms(), compiled.dtype_of(Terms, **room))
    m = np.zeros(2, compiled.dtype_of(Market, **room))
    m["unit_value"], m["index"] = 10_000_000, INDEX_SCALE
    d = np.zeros(1, compiled.dtype_of(Due, **room))
    d["valuation"] = 1
    return c, p, np.asarray(start), c[:1].copy(), m, d, np.zeros(1, compiled.dtype_of(Breakdown, **room))


def terms() -> Terms:
    """A contract with the charges of the reference: by payment, eight years, 10 % free, $30 a year below $100,000."""
    rates = [70_000_000, 70_000_000, 60_000_000, 60_000_000, 50_000_000, 40_000_000, 30_000_000, 0]
    return Terms(
        value_scale=10_000_000_000,
        operations=len(Operation),
        order=[int(op) for op in Operation],
        anniversary_year=AnniversaryYear.ENDING,
        surrender_clock=Clock.EACH_PAYMENT,
        surrender_on=ChargedOn.PAYMENT,
        surrender_base=SurrenderBase.AMOUNT_WITHDRAWN,
        surrender_years=8,
        surrender_rate=rates + [0] * 8,
        free_of=FreeOf.PAYMENTS,
        free_share=100_000_000,
        free_on_surrender=1,
        maintenance=3_000,
        maintenance_waiver=10_000_000,
        maintenance_on_surrender=1,
        maintenance_from=ChargeFrom.ALL_ACCOUNTS,
        death_benefit=DeathBenefit.GREATER_OF_VALUE_AND_PAYMENTS,
        reset_years=0,
        determined=0,
        floor=Floor.PROPORTIONAL,
        refund=0,
        taxation=Taxation.EARNINGS_FIRST,
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
        fixed_out_share=[],
        fixed_out_limit=[],
        fixed_wait_days=[],
        guarantee_years=[],
        ends_into=[],
    )


def figures(options: Options) -> list[Figure]:
    """Contract-months per second of CPU time on one thread, for a small and a large contract."""
    found = []
    for funds, layers, scenarios in ((8, 5, 48), (61, 120, 8)):
        ours, theirs = measure(funds, layers, scenarios, options.runs)
        name = f"month, {funds} funds, {layers} payments"
        found.append(Figure(name, ours, "M contract-months/s", theirs, "reference month", at_least=0.5))
    return found


def measure(funds: int, layers: int, scenarios: int, runs: int, contracts: int = 16) -> tuple[float, float]:
    """Million contract-months a second of CPU time, ours and the reference's, run by turns; medians.

    Withdrawals begin after a start month in half of the contracts.
    """
    rng = np.random.default_rng(1)
    premiums = rng.integers(5_000_000, 50_000_000, contracts)
    start = np.where(np.arange(contracts) % 2 == 0, rng.integers(12, 140, contracts), 1_000_000)
    growth = np.exp(rng.normal(0.004, 0.045, (scenarios, 360, funds)))
    out = np.zeros(contracts, np.int64)
    c, p, start_month, *scratch = setting(premiums, start, funds, layers)
    our_arguments = (c, p, start_month, np.rint(growth * FACTOR_SCALE).astype(np.int64), *scratch, out)
    c, p, *scratch = reference.setting(premiums, start, funds, layers)
    their_arguments = (c, p, np.rint(growth * 1e9).astype(np.int64), *scratch, out)
    ours, theirs = [], []
    for turn in range(runs + 1):
        times = (cpu_time(run, our_arguments), cpu_time(reference.run, their_arguments))
        if turn > 0:  # the first one compiles
            ours.append(times[0])
            theirs.append(times[1])
    months = contracts * scenarios * 360 / 1e6
    return months / median(ours), months / median(theirs)


def cpu_time(function: Callable[..., None], arguments: tuple[Any, ...]) -> float:
    before = time.process_time()
    function(*arguments)
    return time.process_time() - before
