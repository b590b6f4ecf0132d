"""The reference run: contracts x scenarios x months of the reference step."""

from typing import Any

import numpy as np

from . import compiled
from .annuity import Annuity, Month, Terms, step


@compiled.kernel()
def run(contracts, terms, growth, work, b, out):  # type: ignore[no-untyped-def]
    """Every contract through every scenario; the sum of what each month says."""
    for s in range(growth.shape[0]):
        for i in range(contracts.shape[0]):
            work[0] = contracts[i]
            total = 0
            for t in range(growth.shape[1]):
                step(work[0], terms[0], growth[s, t], 0, b[0])
                total += b[0].rider + b[0].maint + b[0].cdsc + b[0].glwb_claim * 3 + b[0].gmdb + b[0].csv
            out[i] += total


def setting(premiums: Any, start: Any, funds: int, layers: int) -> tuple[Any, ...]:
    """Arguments of `run`: one contract a premium, its withdrawals from month `start` on."""
    capacity = {"funds": funds, "layers": layers}
    c = np.zeros(len(premiums), compiled.dtype_of(Annuity, **capacity))
    c["funds"], c["layers"] = funds, layers
    for field in ("prem", "rop", "ratchet", "rollup", "bb"):
        c[field] = premiums
    c["maw"], c["free_left"] = premiums // 20, premiums // 10
    c["uv"], c["units"] = 10_000_000, (premiums * 1000 // funds)[:, None]
    c["lay_amt"], c["lay_month"] = (premiums // layers)[:, None], -3 * np.arange(layers)[::-1]
    c["age_m"], c["wd_start"] = 700, start
    p = np.zeros(1, compiled.dtype_of(Terms))
    p["maint"], p["maint_waive"], p["rider_q"] = 3000, 10_000_000, 3_625_000
    p["wd_pct"], p["free_pct"] = 50_000_000, 100_000_000
    p["cdsc"][0] = [70_000_000, 70_000_000, 60_000_000, 60_000_000, 50_000_000, 40_000_000, 30_000_000, 0]
    p["roll_m"], p["roll_cap"], p["max_age_m"] = 1_004_074_124, 2_000_000_000, 960
    return c, p, c[:1].copy(), np.zeros(1, compiled.dtype_of(Month))
