"""What messages are made of."""

import pytest

from inforce.errors import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1_200, "1,200 entries")]
)
def test_what_is_counted_agrees_with_its_number(number: int, said: str) -> None:
    assert counted(number, "entry", "entries") == said
    assert counted(number, "contract") == said.replace("entries", "contracts").replace("entry", "contract")
