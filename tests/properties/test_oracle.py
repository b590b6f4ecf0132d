"""The mechanics against a second reading of the rules in decimal dollars, over random lives."""

from collections import Counter

import pytest
from tests.properties.agreement import follow
from tests.properties.histories import Life, life

from inforce.mechanics.rule import watcher
from inforce.projection.compiled import check_range

LIVES = 600
GROUPS = 4
MATTERED = """
a withdrawal gains, a withdrawal loses, a transfer gains, a transfer loses, a surrender gains, a surrender loses,
several segments, the floor binds, in the window, first day of the window, last day before the window,
a segment is renewed, a segment goes into a sub-account, a maintenance charge from segments, net of segments,
sub-accounts too small for the charge, a reset raises the floor, a reset lowers the floor,
the reset floor is the greatest, a reset floor falls dollar for dollar, a reset floor falls in proportion,
a first claim by each proof, a middle claim by each proof, a last claim by each proof,
a first claim by the first proof, a middle claim by the first proof, a last claim by the first proof,
raised by the first proof, a spouse continues as it is, a spouse continues with more,
no reset while a claim is pending, a floor above 1 raises, a floor above 1 forbids a loss
"""
"""What the lives must come to again and again; the oracle counts each."""


def ledger_like(seed: int) -> Life:
    """A life with one request a step, as the ledger posts them."""
    return life(seed, one_at_a_time=True, steps=(20, 80), in_range=check_range)


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_the_oracle_agrees_step_by_step(group: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(group, LIVES, GROUPS):
        assert follow(ledger_like(seed), seen) == [], seed
    names = [name.strip() for name in MATTERED.split(",")]
    assert {name: seen[name] for name in names if seen[name] < 2} == {}
    assert seen["a net amount at a limit"] < seen["net of segments"]


def test_no_money_is_made_or_lost() -> None:
    for seed in range(60):
        for t, step in enumerate(ledger_like(seed).steps):
            b = step.breakdown
            if b.fault:
                continue
            kept = b.maintenance + b.transfer_fee + b.surrender_charge
            out = kept + b.premium_tax + b.withholding + b.net
            assert b.payment + b.company + b.market_value_adjustment == sum(b.account_change) + out, (seed, t)


def test_the_one_rounding_is_never_given_a_negative_number() -> None:
    given: list[tuple[int, ...]] = []

    def watch(fn, *args):  # type: ignore[no-untyped-def]
        if fn.__name__ == "ratio" and (min(args) < 0 or args[2] == 0):
            given.append(args)
        return fn(*args)

    token = watcher.set(watch)
    try:
        for seed in range(40):
            life(seed, steps=(20, 60), in_range=check_range)
    finally:
        watcher.reset(token)
    assert given == []
