"""Cases: worked examples as files, and contract files for those who have no book yet."""

from .load import Loaded, load_case
from .run import Check, Outcome, run_case
from .schema import Case, Expectation, quote_event

__all__ = ["Case", "Check", "Expectation", "Loaded", "Outcome", "load_case", "quote_event", "run_case"]
