"""The book and its contracts on the last day, built once."""

import pytest

from inforce.cycle import Position
from inforce.demo import DemoBook, demo_book


@pytest.fixture(scope="session")
def book() -> DemoBook:
    return demo_book()


@pytest.fixture(scope="session")
def positions(book: DemoBook) -> dict[str, Position]:
    return book.positions()
