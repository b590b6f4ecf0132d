"""A demonstration: the packaged product with a reconstructed market and a small book of invented contracts."""

from .market import demo_market, write_market

__all__ = ["demo_market", "write_market"]
