"""Contracts month by month along many paths of prices, by the step that also posts the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inforce.errors import Fault
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Annuity, Breakdown, Due, Market, Terms, new_market

from . import compiled
from .calendar import Month
from .plans import Plan, run_month
from .segments import Guarantees, check_guarantees, most_growth, segments_begun

CHUNK: Final = 16
"""Contracts that share a path while it is in the processor's cache. Results do not depend on it, nor on threads."""

SCRATCH: Final = (Annuity, Guarantees, Market, Due, Breakdown)
"""What a chunk works on."""

Cents = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Months:
    """Whole cents by contract, path and month; where paths are summed, there is one, their sum."""

    value: Cents
    surrender_value: Cents
    death_benefit: Cents
    refused: Cents
    """By contract: planned payments, withdrawals and transfers that the contract did not allow, over all paths."""


def project_months(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    plans: Sequence[Plan],
    calendars: Sequence[Sequence[Month]],
    unit_values: npt.ArrayLike,
    indices: npt.ArrayLike,
    *,
    declared: npt.ArrayLike | None = None,
    guarantees: Sequence[Guarantees] | None = None,
    sum_paths: bool = True,
) -> Months:
    """Run contracts that stay in force through every month of every path.

    Each contract has its terms, plan and calendar; all hold the same funds. `unit_values` are whole numbers at the
    terms' scale by path, month and fund, `indices` interest indices at 1e-15 by path, month and fixed account. Fixed
    accounts with a guarantee period need the rates `declared` in each month, in parts per billion by path (or one for
    all), month and fixed account, and what each contract has `guarantees` of.

    Raises:
        Fault: a contract or path for which 64-bit arithmetic would not be exact, or that holds more segments than
            compiled code has room for.
        ValueError: paths, months or accounts do not fit each other, or declared rates or guarantees are missing.
    """
    unit_values, indices = np.asarray(unit_values, np.int64), np.asarray(indices, np.int64)
    paths, months, _ = unit_values.shape
    _check_shapes(contracts, calendars, unit_values, indices)
    _check_plans(plans)
    rates, guarantees = _rates(terms, declared, guarantees, indices)
    for together in zip(contracts, terms, guarantees, calendars, strict=True):
        check_guarantees(*together)
    most = _most_growth(contracts, terms, guarantees, calendars, int(rates.max(initial=0)))
    _check(contracts, terms, plans, calendars, unit_values, indices, most)
    room = _room(contracts, terms, plans, months)
    chunks = -(-len(contracts) // CHUNK)
    out = np.zeros((4, len(contracts), 1 if sum_paths else paths, months), np.int64)
    overflow = np.zeros(len(contracts), np.int64)
    _project(
        _packed(contracts, terms, plans, guarantees, calendars, room),
        tuple(np.ascontiguousarray(numbers) for numbers in (unit_values, indices, rates)),
        tuple(np.zeros(chunks, compiled.dtype_of(cls, **room)) for cls in SCRATCH),
        _most_money(terms, plans, unit_values, indices, most),
        out,
        overflow,
    )
    for place in np.flatnonzero(overflow):
        raise Fault(f"Contract {place} of {len(contracts)} grew beyond exact 64-bit arithmetic.")
    return Months(out[0], out[1], out[2], out[3].sum(axis=(1, 2)))


def _packed(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    plans: Sequence[Plan],
    guarantees: Sequence[Guarantees],
    calendars: Sequence[Sequence[Month]],
    room: dict[str, int],
) -> tuple[compiled.Records, ...]:
    months = compiled.packed_all([m for c in calendars for m in c], compiled.dtype_of(Month, **room))
    return (
        compiled.packed_all(contracts, compiled.dtype_of(Annuity, **room)),
        compiled.packed_all(terms, compiled.dtype_of(Terms, **room)),
        compiled.packed_all(plans, compiled.dtype_of(Plan, **room)),
        compiled.packed_all(guarantees, compiled.dtype_of(Guarantees, **room)),
        months.reshape(len(contracts), -1),
    )


def _payments(plan: Plan) -> int:
    return max(0, plan.payment_until - plan.payment_from + 1) if plan.payment > 0 else 0


def _room(contracts: Sequence[Annuity], terms: Sequence[Terms], plans: Sequence[Plan], months: int) -> dict[str, int]:
    needed = {"funds": contracts[0].funds, "fixed": contracts[0].fixed, "layers": 0, "segments": 0}
    for c, p, plan in zip(contracts, terms, plans, strict=True):
        paid = min(months, _payments(plan))
        moved = min(months, max(0, plan.transfer_until - plan.transfer_from + 1))
        begun = paid * segments_begun(p, c.funds, plan.payment_into)
        begun += moved * segments_begun(p, c.funds, plan.transfer_into)
        needed["layers"] = max(needed["layers"], len(c.layer_paid) + paid + 1)
        needed["segments"] = max(needed["segments"], len(c.segment_balance), c.segments + begun)
    return {kind: compiled.bucket(kind, count) for kind, count in needed.items()}


def _check_shapes(
    contracts: Sequence[Annuity], calendars: Sequence[Sequence[Month]], unit_values: Cents, indices: Cents
) -> None:
    paths, months, funds = unit_values.shape
    if indices.shape[:2] != (paths, months):
        raise ValueError(f"Indices are for {indices.shape[:2]} paths and months, unit values for {(paths, months)}.")
    for c, calendar in zip(contracts, calendars, strict=True):
        if (c.funds, c.fixed, len(calendar)) != (funds, indices.shape[2], months):
            raise ValueError("A contract's funds, fixed accounts or months are not those of the paths.")


def _check_plans(plans: Sequence[Plan]) -> None:
    for plan in plans:
        for amount, into in ((plan.payment, plan.payment_into), (plan.transfer_until, plan.transfer_into)):
            if amount > 0 and sum(into) != PPB:
                raise ValueError(f"A plan's shares {into} add up to {sum(into)}, not {PPB} parts per billion.")


def _rates(
    terms: Sequence[Terms],
    declared: npt.ArrayLike | None,
    guarantees: Sequence[Guarantees] | None,
    indices: Cents,
) -> tuple[Cents, Sequence[Guarantees]]:
    """The declared rates by path, month and fixed account, and the guarantees; none where nobody needs them."""
    if declared is None or guarantees is None:
        if any(any(p.guarantee_years) for p in terms):
            raise ValueError("Fixed accounts with a guarantee period need declared rates on the paths and guarantees.")
        return np.zeros(indices.shape, np.int64), [Guarantees([0] * indices.shape[2], [], []) for _ in terms]
    rates = np.asarray(declared, np.int64)
    if rates.min(initial=0) < 0:
        raise ValueError("A declared rate is below 0.")
    if rates.shape not in (indices.shape, (1, *indices.shape[1:])):
        raise ValueError(f"Declared rates are for {rates.shape} paths, months and accounts, not {indices.shape}.")
    return np.broadcast_to(rates, indices.shape), guarantees


def _check(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    plans: Sequence[Plan],
    calendars: Sequence[Sequence[Month]],
    unit_values: Cents,
    indices: Cents,
    most: Sequence[int],
) -> None:
    lowest, highest = (
        new_market(of(unit_values, axis=(0, 1)).tolist(), of(indices, axis=(0, 1)).tolist()) for of in (np.min, np.max)
    )
    for c, p, plan, calendar, growth in zip(contracts, terms, plans, calendars, most, strict=True):
        for m in (lowest, highest):
            m.serial = calendar[-1].serial
            m.segment_index = m.market_factor = m.floor_factor = [growth] * max(1, c.segments)
        compiled.check_range(c, p, lowest, highest, paid_in=plan.payment * _payments(plan))


def _most_growth(
    contracts: Sequence[Annuity],
    terms: Sequence[Terms],
    guarantees: Sequence[Guarantees],
    calendars: Sequence[Sequence[Month]],
    declared: int,
) -> list[int]:
    together = zip(contracts, terms, guarantees, calendars, strict=True)
    return [most_growth(c, p, g, calendar[0].serial, declared) for c, p, g, calendar in together]


def _most_money(
    terms: Sequence[Terms], plans: Sequence[Plan], unit_values: Cents, indices: Cents, most: Sequence[int]
) -> Cents:
    """What each contract may be worth in a month so that the next one, and the sum over the paths, is exact."""
    growth = max(float((a[:, 1:] / a[:, :-1]).max(initial=1.0)) for a in (unit_values, indices))
    cheapest = int(unit_values.min())
    money = []
    for p, plan, most_of_segments in zip(terms, plans, most, strict=True):
        factor = most_of_segments / INDEX_SCALE
        exact = compiled.AMOUNT_LIMIT * min(1.0, cheapest / p.value_scale) / (max(growth, factor) * factor**2)
        money.append(min(exact - plan.payment * _payments(plan), 2**62 / unit_values.shape[0]))
    return np.array(money, np.int64)


@compiled.kernel()
def _run_chunk(book, paths, scratch, most_money, out, overflow, chunk):  # type: ignore[no-untyped-def]
    """Run the contracts of one chunk; `scratch` holds one record of each kind a chunk to work in."""
    contracts, terms, plans, guarantees, calendar = book
    unit_values, indices, rates = paths
    c, g, m, d, b = scratch
    for path in range(unit_values.shape[0]):
        for n in range(chunk * CHUNK, min(contracts.shape[0], (chunk + 1) * CHUNK)):
            c[chunk] = contracts[n]
            g[chunk] = guarantees[n]
            for t in range(unit_values.shape[1]):
                month, declared = calendar[n, t], rates[path, t]
                for k in range(unit_values.shape[2]):
                    m[chunk].unit_value[k] = unit_values[path, t, k]
                for i in range(indices.shape[2]):
                    m[chunk].index[i] = indices[path, t, i]
                refused = run_month(
                    c[chunk], terms[n], plans[n], g[chunk], month, declared, m[chunk], d[chunk], b[chunk], t + 1
                )
                if b[chunk].value > most_money[n]:
                    overflow[n] = 1
                    break
                out[0, n, path % out.shape[2], t] += b[chunk].value
                out[1, n, path % out.shape[2], t] += b[chunk].surrender_value
                out[2, n, path % out.shape[2], t] += b[chunk].death_benefit
                out[3, n, path % out.shape[2], t] += refused


@compiled.kernel(parallel=True)
def _project(book, paths, scratch, most_money, out, overflow):  # type: ignore[no-untyped-def]
    """All chunks, each on any thread."""
    for chunk in compiled.prange(scratch[0].shape[0]):
        _run_chunk(book, paths, scratch, most_money, out, overflow, chunk)
