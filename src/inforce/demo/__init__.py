"""A demonstration: both packaged products with reconstructed markets, and a book of invented contracts."""

from .book import DemoBook, demo_book, write_book
from .lives import Life, lives, telling_lives
from .market import demo_market, joint_market, write_market
from .plans import LAST_DAY

__all__ = [
    "LAST_DAY",
    "DemoBook",
    "Life",
    "demo_book",
    "demo_market",
    "joint_market",
    "lives",
    "telling_lives",
    "write_book",
    "write_market",
]
