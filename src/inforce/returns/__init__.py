"""Returns: a payment bought and surrendered over history, by the contract's own rules, beside the printed figures.

The package can be called: `inforce.returns("lifetrust", date(2020, 10, 31))` gives an Arrow table.
"""

import sys
from types import ModuleType
from typing import Any

from .arrow import returns as returns_as_arrow
from .figures import Figure, printed_figures
from .groups import GROUPS, group_of
from .periods import SINCE, YEAR_TO_DATE, Period, Return, period, since
from .published import Row, Summary, published_table, summaries
from .purchase import Redemption, account_level, contract_level, redeem
from .reconstructed import month_end_file, reconstructed_market, reconstructed_unit_values

__all__ = [
    "GROUPS",
    "SINCE",
    "YEAR_TO_DATE",
    "Figure",
    "Period",
    "Redemption",
    "Return",
    "Row",
    "Summary",
    "account_level",
    "contract_level",
    "group_of",
    "month_end_file",
    "period",
    "printed_figures",
    "published_table",
    "reconstructed_market",
    "reconstructed_unit_values",
    "redeem",
    "returns_as_arrow",
    "since",
    "summaries",
]


class _Returns(ModuleType):
    """This package, that it can be called as well as imported from."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return returns_as_arrow(*args, **options)


sys.modules[__name__].__class__ = _Returns
returns = sys.modules[__name__]
