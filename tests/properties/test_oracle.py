"""The mechanics against a second reading of the rules in decimal dollars, over random lives."""

import pytest
from tests.properties import oracle
from tests.properties.histories import Life, life

from inforce.mechanics.rule import watcher
from inforce.projection.compiled import check_range

LIVES = 200
GROUPS = 4


def ledger_like(seed: int) -> Life:
    """A life with one request a step, as the ledger posts them."""
    return life(seed, one_at_a_time=True, steps=(20, 80), in_range=check_range)


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_the_oracle_agrees_step_by_step(group: int) -> None:
    for seed in range(group, LIVES, GROUPS):
        assert oracle.follow(ledger_like(seed)) == [], seed


def test_no_money_is_made_or_lost() -> None:
    for seed in range(60):
        for t, step in enumerate(ledger_like(seed).steps):
            b = step.breakdown
            if b.fault:
                continue
            kept = b.maintenance + b.transfer_fee + b.surrender_charge
            out = kept + b.premium_tax + b.withholding + b.net
            assert b.payment + b.company == sum(b.account_change) + out, (seed, t)


def test_the_one_rounding_is_never_given_a_negative_number() -> None:
    given: list[tuple[int, ...]] = []

    def watch(fn, *args):  # type: ignore[no-untyped-def]
        if fn.__name__ == "ratio" and (min(args) < 0 or args[2] == 0):
            given.append(args)
        return fn(*args)

    token = watcher.set(watch)
    try:
        for seed in range(20):
            life(seed, steps=(20, 60), in_range=check_range)
    finally:
        watcher.reset(token)
    assert given == []
