"""The prices of a step: which rates count for what is left of a segment."""

import pytest

from inforce.cycle.prices import accounts_between


@pytest.mark.parametrize(
    ("years", "between"), [(0, "bb"), (1, "bb"), (2, "ba"), (3, "aa"), (4, "ac"), (5, "cc"), (6, "cc"), (40, "cc")]
)
def test_the_accounts_between_which_a_term_lies(years: int, between: str) -> None:
    """Accounts of 3 years, none, 1 and 5: a term outside their periods takes the nearest twice."""
    assert accounts_between(years, {"a": 3, "none": 0, "b": 1, "c": 5}) == tuple(between)
