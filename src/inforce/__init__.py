"""Variable annuities and variable universal life, run from their own prospectuses."""

__version__ = "0.1.0"
