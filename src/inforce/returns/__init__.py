"""Returns: a payment bought and surrendered over history, by the contract's own rules, beside the printed figures."""

from .figures import GROUPS, Figure, printed_figures
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
    "month_end_file",
    "period",
    "printed_figures",
    "published_table",
    "reconstructed_market",
    "reconstructed_unit_values",
    "redeem",
    "since",
    "summaries",
]
