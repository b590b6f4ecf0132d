"""CPython and compiled code run the same text: every field of every record is equal after every step."""

import itertools
import os
import subprocess
import sys
from dataclasses import fields
from random import Random

import numpy as np
import pytest

from inforce.errors import Fault
from inforce.mechanics.money import ratio
from inforce.mechanics.records import Annuity, Breakdown, Market, new_annuity
from inforce.projection import compiled
from tests.properties import replays

pytestmark = [pytest.mark.compiled, pytest.mark.xdist_group("compiled")]

HISTORIES = int(os.environ.get("INFORCE_HISTORIES", "300"))
"""How many random lives are compared; `make bench` runs 10,000."""
GROUPS = 10


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_random_lives_are_equal_in_every_field(group: int) -> None:
    for seed in range(group, HISTORIES, GROUPS):
        _steps, unequal = replays.differences(seed)
        assert unequal == []
