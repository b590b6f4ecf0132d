"""Contracts month by month along many paths of prices, by the step that also posts the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from inforce.dates import MonthEnd, day_number, monthly_date, today_number
from inforce.errors import Fault
from inforce.mechanics.accounts import revalue
from inforce.mechanics.annuity import step
from inforce.mechanics.limits import may_pay, may_withdraw
from inforce.mechanics.records import Annuity, Breakdown, Due, Market, Terms, new_market
from inforce.mechanics.rule import record

from . import compiled

CHUNK: Final = 16
"""Contracts that share a path while it is in the processor's cache. Results do not depend on it, nor on threads."""

Cents = npt.NDArray[np.int64]


@record
class Month:
    """What the calendar says of one month of one contract: `inforce.mechanics.records.Due` has the meanings."""

    day: int
    eve: int
    serial: int
    payment_day: int
    anniversary: int
    maintenance: int


@record
class Plan:
    """What an owner means to pay and withdraw each month; months count from 1, the first of the projection."""

    payment_into: Annotated[list[int], "accounts"]
    payment: int = 0
    payment_from: int = 1
    payment_until: int = 0
    withdrawal: int = 0
    withdrawal_net: int = 0
    withdrawal_from: int = 1
    withdrawal_until: int = 0


@dataclass(frozen=True, slots=True)
class Months:
    """Whole cents by contract, path and month; where paths are summed, there is one, their sum."""

    value: Cents
    surrender_value: Cents
    death_benefit: Cents
    refused: Cents
    """By contract: planned payments and withdrawals that the contract did not allow, over all paths."""


def contract_months(issued: date, after: date, months: int, month_end: MonthEnd) -> list[Month]:
    """The calendar of a contract: its monthly dates after a day, with the anniversaries among them."""
    number = 0
    while monthly_date(issued, number, month_end) <= after:
        number += 1
    calendar = []
    for n in range(number, number + months):
        day = monthly_date(issued, n, month_end)
        yearly = int(n > 0 and n % 12 == 0)
        eve = today_number(day - timedelta(days=1), month_end)
        calendar.append(Month(today_number(day, month_end), eve, day.toordinal(), day_number(day), yearly, yearly))
    return calendar


def project_months(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    plans: Sequence[Plan],
    calendars: Sequence[Sequence[Month]],
    unit_values: npt.ArrayLike,
    indices: npt.ArrayLike,
    *,
    sum_paths: bool = True,
) -> Months:
    """Run contracts that stay in force through every month of every path.

    Each contract has its terms, plan and calendar; all hold the same funds. `unit_values` are whole numbers at the
    terms' scale by path, month and fund, `indices` interest indices at 1e-15 by path, month and fixed account.

    Raises:
        Fault: a contract or path for which 64-bit arithmetic would not be exact.
    """
    unit_values, indices = np.asarray(unit_values, np.int64), np.asarray(indices, np.int64)
    paths, months, _ = unit_values.shape
    room = _room(contracts, plans, unit_values.shape[2], indices.shape[2])
    _check(contracts, terms, plans, calendars, unit_values, indices)
    markets = np.zeros((paths, months), compiled.dtype_of(Market, **room))
    markets["unit_value"][..., : unit_values.shape[2]] = unit_values
    markets["index"][..., : indices.shape[2]] = indices
    calendar = compiled.packed_all([m for c in calendars for m in c], compiled.dtype_of(Month, **room))
    chunks = -(-len(contracts) // CHUNK)
    out = np.zeros((4, len(contracts), 1 if sum_paths else paths, months), np.int64)
    overflow = np.zeros(len(contracts), np.int64)
    _project(
        compiled.packed_all(contracts, compiled.dtype_of(Annuity, **room)),
        compiled.packed_all(terms, compiled.dtype_of(Terms, **room)),
        compiled.packed_all(plans, compiled.dtype_of(Plan, **room)),
        calendar.reshape(len(contracts), months),
        markets,
        _most_money(terms, plans, unit_values, indices),
        np.zeros(chunks, compiled.dtype_of(Annuity, **room)),
        np.zeros(chunks, compiled.dtype_of(Due, **room)),
        np.zeros(chunks, compiled.dtype_of(Breakdown, **room)),
        out,
        overflow,
    )
    for place in np.flatnonzero(overflow):
        raise Fault(f"Contract {place} of {len(contracts)} grew beyond exact 64-bit arithmetic.")
    return Months(out[0], out[1], out[2], out[3].sum(axis=(1, 2)))


def _payments(plan: Plan) -> int:
    return max(0, plan.payment_until - plan.payment_from + 1) if plan.payment > 0 else 0


def _room(contracts: Sequence[Annuity], plans: Sequence[Plan], funds: int, fixed: int) -> dict[str, int]:
    layers = max(len(c.layer_paid) + _payments(plan) for c, plan in zip(contracts, plans, strict=True))
    needed = {"funds": funds, "fixed": fixed, "layers": layers + 1, "segments": 0}
    return {kind: compiled.bucket(kind, count) for kind, count in needed.items()}


def _check(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    plans: Sequence[Plan],
    calendars: Sequence[Sequence[Month]],
    unit_values: Cents,
    indices: Cents,
) -> None:
    paths, months, funds = unit_values.shape
    if indices.shape[:2] != (paths, months):
        raise ValueError(f"Indices are for {indices.shape[:2]} paths and months, unit values for {(paths, months)}.")
    lowest = new_market(unit_values.min(axis=(0, 1)).tolist(), indices.min(axis=(0, 1)).tolist())
    highest = new_market(unit_values.max(axis=(0, 1)).tolist(), indices.max(axis=(0, 1)).tolist())
    for c, p, plan, calendar in zip(contracts, terms, plans, calendars, strict=True):
        if (c.funds, c.fixed, len(calendar)) != (funds, indices.shape[2], months):
            raise ValueError("A contract's funds, fixed accounts or months are not those of the paths.")
        if c.segments or any(p.guarantee_years):
            raise Fault("Fixed accounts with a guarantee period are not projected: their rates are not on the paths.")
        compiled.check_range(c, p, lowest, highest, paid_in=plan.payment * _payments(plan))


def _most_money(terms: Sequence[Terms], plans: Sequence[Plan], unit_values: Cents, indices: Cents) -> Cents:
    """What each contract may be worth in a month so that the next one, and the sum over the paths, is exact."""
    growth = max(float((a[:, 1:] / a[:, :-1]).max(initial=1.0)) for a in (unit_values, indices))
    cheapest = int(unit_values.min())
    most = [
        min(
            compiled.AMOUNT_LIMIT * min(1.0, cheapest / p.value_scale) / growth - plan.payment * _payments(plan),
            2**62 / unit_values.shape[0],
        )
        for p, plan in zip(terms, plans, strict=True)
    ]
    return np.array(most, np.int64)


@compiled.kernel()
def _run_chunk(  # type: ignore[no-untyped-def]
    contracts, terms, plans, calendar, markets, most_money, c, d, b, out, overflow, chunk
):
    """Run the contracts of one chunk; `c`, `d`, `b` hold one record a chunk to work in."""
    for path in range(markets.shape[0]):
        for n in range(chunk * CHUNK, min(contracts.shape[0], (chunk + 1) * CHUNK)):
            c[chunk] = contracts[n]
            for t in range(markets.shape[1]):
                refused = plan_month(
                    c[chunk], terms[n], plans[n], calendar[n, t], markets[path, t], d[chunk], b[chunk], t + 1
                )
                step(c[chunk], terms[n], markets[path, t], d[chunk], b[chunk])
                if b[chunk].value > most_money[n]:
                    overflow[n] = 1
                    break
                out[0, n, path % out.shape[2], t] += b[chunk].value
                out[1, n, path % out.shape[2], t] += b[chunk].surrender_value
                out[2, n, path % out.shape[2], t] += b[chunk].death_benefit
                out[3, n, path % out.shape[2], t] += refused + (1 if b[chunk].fault != 0 else 0)


@compiled.kernel(parallel=True)
def _project(  # type: ignore[no-untyped-def]
    contracts, terms, plans, calendar, markets, most_money, c, d, b, out, overflow
):
    """All chunks, each on any thread."""
    for chunk in compiled.prange(c.shape[0]):
        _run_chunk(contracts, terms, plans, calendar, markets, most_money, c, d, b, out, overflow, chunk)


def plan_month(c: Annuity, p: Terms, plan: Plan, month: Month, m: Market, d: Due, b: Breakdown, number: int) -> int:
    """Set out what is due in a month; how many planned requests the contract does not allow.

    They are asked about before the month's own charges. A withdrawal for which these then leave too little is not
    taken by the step, which reports a fault; it counts as refused too.
    """
    d.day = month.day
    d.eve = month.eve
    d.serial = month.serial
    d.anniversary = month.anniversary
    d.maintenance = month.maintenance
    d.valuation = 1
    d.payment = 0
    d.withdrawal = 0
    refused = 0
    if plan.payment > 0 and plan.payment_from <= number <= plan.payment_until:
        if may_pay(c, p, plan.payment) == 0:
            d.payment = plan.payment
            d.payment_day = month.payment_day
            d.payment_basis = plan.payment
            for k in range(c.funds + c.fixed):
                d.payment_into[k] = plan.payment_into[k]
        else:
            refused += 1
    if plan.withdrawal > 0 and plan.withdrawal_from <= number <= plan.withdrawal_until:
        d.amount = plan.withdrawal
        d.net = plan.withdrawal_net
        revalue(c, p, m, b)
        if may_withdraw(c, p, m, d, b) == 0:
            d.withdrawal = 1
        else:
            refused += 1
    return refused


compiled.offer(plan_month)
