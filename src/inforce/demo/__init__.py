"""A demonstration: the packaged product with a reconstructed market and a small book of invented contracts."""

from .book import DemoBook, demo_book, write_book
from .lives import LAST_DAY
from .market import demo_market, write_market

__all__ = ["LAST_DAY", "DemoBook", "demo_book", "demo_market", "write_book", "write_market"]
