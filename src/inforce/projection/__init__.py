"""Many paths at once: the step of `inforce.mechanics`, compiled, over contracts, paths and months.

The rules are not written again here: `compiled` lets Numba read the same functions that post the ledger, and tests
hold the two equal in every cent. Importing this package loads NumPy and Numba.
"""

from .months import Month, Months, Plan, contract_months, project_months

__all__ = ["Month", "Months", "Plan", "contract_months", "project_months"]
