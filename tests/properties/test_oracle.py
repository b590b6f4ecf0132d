"""The mechanics against a second reading of the rules in decimal dollars, over random lives."""

import pytest
from tests.properties import oracle
from tests.properties.histories import life

from inforce.projection.compiled import check_range

LIVES = 200


@pytest.mark.slow
@pytest.mark.parametrize("group", range(4))
def test_the_oracle_agrees_step_by_step(group: int) -> None:
    for seed in range(group, LIVES, 4):
        assert oracle.follow(life(seed, one_at_a_time=True, steps=(20, 80), in_range=check_range)) == [], seed
