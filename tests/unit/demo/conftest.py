"""The book and its contracts on the last day, built once."""

import pytest

from inforce.cycle import Position
from inforce.demo import DemoBook, demo_book


class Positions(dict[str, Position]):
    """Says little of itself, so that a failing test need not write out three hundred contracts."""

    def __repr__(self) -> str:
        return f"{len(self)} positions"


@pytest.fixture(scope="session")
def book() -> DemoBook:
    return demo_book()


@pytest.fixture(scope="session")
def positions(book: DemoBook) -> dict[str, Position]:
    return Positions(book.positions())
