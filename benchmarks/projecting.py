"""Months of a LifeTrust contract along paths, with a segment at the rates of each path and without."""

import time
from datetime import date
from statistics import median
from typing import Any

import numba
import numpy as np
from benchmarks.figures import Figure, Options

from inforce.contracts import Contract
from inforce.dates import MonthEnd, anniversary
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.records import new_annuity
from inforce.projection import Plan, contract_months, guarantees_of, project_months
from inforce.terms import ContractTerms, find_product

PATHS, MONTHS = 100, 240
ISSUED = date(2005, 1, 3)
SHARES = {"equity": 500_000_000, "blend": 500_000_000}


def figures(options: Options) -> list[Figure]:
    """Contract-months per second of CPU time on one thread; the reference of a segment is the same without."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        without, one = (_measured(segments, options.runs) for segments in (0, 1))
    finally:
        numba.set_num_threads(threads)
    unit = "M contract-months/s"
    return [Figure("projected month", without, unit), Figure("the same, a segment", one, unit, without, "without")]


def _measured(segments: int, runs: int) -> float:
    contract = Contract("B", "lifetrust", "standard", "non_qualified", "MA", allocation=SHARES)
    terms = find_product("lifetrust").terms(contract.cohort(ISSUED), ISSUED)
    arguments, scenario = _setting(terms, segments)
    times = []
    for _ in range(runs + 1):  # the first one compiles
        before = time.process_time()
        project_months(*arguments, **scenario)
        times.append(time.process_time() - before)
    return PATHS * MONTHS / 1e6 / median(times[1:])


def _setting(terms: ContractTerms, segments: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of `project_months`: $20,000 in two sub-accounts, and $5,000 in a segment."""
    accounts = terms.sections.fixed_accounts
    names = [*terms.sections.sub_accounts, *accounts]
    funds, fixed = len(terms.sections.sub_accounts), len(accounts)
    c = new_annuity(funds, fixed, 744_000)
    c.units = [1_000_000_000 if name in SHARES else 0 for name in names[:funds]]
    c.layers, c.layer_paid, c.layer_left, c.layer_day = 1, [2_000_000], [2_000_000], [744_000]
    c.payments = c.payments_floor = c.basis = c.anniversary_value = 2_000_000
    c.segments = segments
    c.segment_account, c.segment_balance = [list(accounts).index("mva-5")] * segments, [500_000] * segments
    c.segment_anchor, c.segment_rate = [INDEX_SCALE] * segments, [50_000_000] * segments
    c.segment_start = [ISSUED.toordinal()] * segments
    c.segment_end = [anniversary(ISSUED, 5, MonthEnd.LAST_DAY).toordinal()] * segments
    chance = np.random.default_rng(1)
    growth = chance.normal(0.003, 0.04, (PATHS, MONTHS, funds)).cumsum(axis=1)
    steps = chance.integers(-4, 5, (PATHS, MONTHS, fixed)).cumsum(axis=1)
    calendar = contract_months(ISSUED, ISSUED, MONTHS, MonthEnd.LAST_DAY, accounts.values())
    unit_values = np.rint(10_000_000 * np.exp(growth)).astype(np.int64)
    plan = Plan([SHARES.get(name, 0) for name in names])
    rates = np.clip(40 + steps, 5, 90) * 1_000_000
    book = [c], [terms.record], [plan], [calendar]
    indices = np.full((PATHS, MONTHS, fixed), INDEX_SCALE)
    return (*book, unit_values, indices), {"declared": rates, "guarantees": [guarantees_of(c, terms)]}
