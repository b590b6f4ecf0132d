"""Many paths at once: the step of `inforce.mechanics`, compiled, over contracts, paths and months.

The rules are not written again here: `compiled` lets Numba read the same functions that post the ledger, and tests
hold the two equal in every cent. Importing this package loads NumPy and Numba.
"""

from .calendar import Month, contract_months
from .months import Months, project_months
from .paths import Path, market_path
from .plans import Plan
from .segments import Guarantees, guarantees_of

__all__ = [
    "Guarantees",
    "Month",
    "Months",
    "Path",
    "Plan",
    "contract_months",
    "guarantees_of",
    "market_path",
    "project_months",
]
