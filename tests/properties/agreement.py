"""Holds the numbers of the decimal oracle against the mechanics', step by step along a life."""

from collections import Counter
from decimal import localcontext
from typing import Any

from tests.properties.oracle import Contract
from tests.properties.oracle_accounts import EXACT, ZERO, Money, Outcome, dollars

from inforce.mechanics.records import Annuity, Breakdown, Market

BREAKDOWN = (
    "payment maintenance transfer transfer_fee gross free_available free surrender_charge premium_tax taxable "
    "market_value_adjustment withholding basis_carried net company surrender_value death_benefit"
).split()


def follow(life: Any, seen: Counter[str] | None = None) -> list[str]:
    """Follow a life step by step; the first step's differences. `seen` counts how often each new rule mattered."""
    with localcontext(EXACT):
        contract = Contract(life.start, life.terms)
        contract.seen = Counter() if seen is None else seen
        for t, step in enumerate(life.steps):
            d, m = step.requested, step.market
            refused = [
                bool(d.payment and contract.refuses_payment(d)),
                bool(d.transfer and contract.refuses_transfer(m, d)),
                contract.refuses_withdrawal(m, d) if d.withdrawal else False,
                bool(d.spousal_continuation and contract.refuses_continuation()),
            ]
            found = [reason != 0 for reason in step.reasons]
            if any(r is not None and r != f for r, f in zip(refused, found, strict=True)):
                return [f"step {t}: refused {step.reasons}, oracle {refused}"]
            if step.breakdown.fault:
                return []
            out = contract.step(m, step.due, dollars(step.breakdown.gross))
            unequal = differences(contract, step.after, step.breakdown, out, m)
            if unequal:
                return [f"step {t}: {text}" for text in unequal]
    return []


def as_integers(contract: Contract) -> dict[str, Any]:
    def cents(amount: Money) -> int:
        return int(amount * 100)

    return {
        "status": int(contract.status),
        "units": [int(u / contract.unit) for u in contract.units],
        "balance": [cents(b) for b in contract.balances],
        "anchor": [int(a) for a in contract.anchors],
        "fixed_out_count": contract.out_count,
        "fixed_out_serial": contract.out_serial,
        "layers": len(contract.payments),
        "layer_paid": [cents(pay.paid) for pay in contract.payments],
        "layer_left": [cents(pay.left) for pay in contract.payments],
        "layer_day": [pay.day for pay in contract.payments],
        "payments": cents(contract.paid_in),
        "withdrawals": cents(contract.withdrawn),
        "payments_floor": cents(contract.floor),
        "basis": cents(contract.basis),
        "deductions": cents(contract.deductions),
        "anniversary_value": cents(contract.anniversary_value),
        "free_used": cents(contract.free_used),
        "transfers": contract.transfers,
        "maintenance_day": contract.maintenance_day,
        "reset_floor": cents(contract.reset),
        "years_since_reset": contract.years_since_reset,
        "claimed": int(contract.claimed * 10**9),
        "segments": len(contract.segments),
        "segment_account": [segment.account for segment in contract.segments],
        "segment_balance": [cents(segment.balance) for segment in contract.segments],
        "segment_anchor": [int(segment.anchor) for segment in contract.segments],
        "segment_rate": [segment.rate for segment in contract.segments],
        "segment_start": [segment.start for segment in contract.segments],
        "segment_end": [segment.end for segment in contract.segments],
    }


def differences(contract: Contract, c: Annuity, b: Breakdown, out: Outcome, m: Market) -> list[str]:
    """Every number that the mechanics have and that is not the oracle's."""
    expected, found = as_integers(contract), {}
    for name in expected:
        in_use = c.layers if name.startswith("layer_") else c.segments if name.startswith("segment_") else None
        found[name] = getattr(c, name) if in_use is None else getattr(c, name)[:in_use]
    for name in BREAKDOWN:
        expected[name], found[name] = int(out.numbers.get(name, ZERO) * 100), getattr(b, name)
    values = contract.values(m)
    lists = {
        "account_value": [int(v * 100) for v in values],
        "account_change": [int(v * 100) for v in out.change],
        "units_change": [int(u / contract.unit) for u in out.units_change],
        "interest": [int(v * 100) for v in out.interest],
        "layer_taken": [int(out.taken.get(j, ZERO) * 100) for j in range(len(b.layer_taken))],
        "layer_charge": [int(out.charges.get(j, ZERO) * 100) for j in range(len(b.layer_charge))],
        "value": int(sum(values, ZERO) * 100),
    }
    for name, number in lists.items():
        expected[name], found[name] = number, getattr(b, name)
    return [f"{name}: {found[name]}, oracle {expected[name]}" for name in expected if expected[name] != found[name]]
