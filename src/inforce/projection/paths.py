"""The one path that a market has seen: its prices and rates on the days of a contract's calendar."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from inforce.cycle import Pricer, pricing_day
from inforce.mechanics.interest import INDEX_SCALE
from inforce.terms import ContractTerms

from .calendar import Month

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Path:
    """Arguments of `project_months` for one path: by path (there is one), month and account."""

    unit_values: Numbers
    indices: Numbers
    declared: Numbers


def market_path(pricer: Pricer, terms: ContractTerms, calendar: Sequence[Month], accounts: Collection[str]) -> Path:
    """A market's own numbers for a contract that holds money in these accounts, or moves some into them.

    A sub-account that is none of them, nor where a segment's money goes in the end, has a unit value of $1 throughout.

    Raises:
        MissingPrice, MissingRate: one that is needed is not known.
    """
    days = [date.fromordinal(month.serial) for month in calendar]
    return Path(
        unit_values=np.array([[_unit_values(pricer, terms, day, accounts) for day in days]], np.int64),
        indices=np.array([[_indices(pricer, terms, day, accounts) for day in days]], np.int64),
        declared=np.array([[_declared(pricer, terms, day, accounts) for day in days]], np.int64),
    )


def _unit_values(pricer: Pricer, terms: ContractTerms, day: date, accounts: Collection[str]) -> list[int]:
    sections = terms.sections
    needed = {
        *accounts,
        *(sections.fixed_accounts[name].at_end for name in accounts if name in sections.fixed_accounts),
    }
    return [
        pricer.unit_value(fund, pricing_day(day), sections.corrections)
        if fund in needed
        else 10**pricer.market.decimals
        for fund in sections.sub_accounts
    ]


def _indices(pricer: Pricer, terms: ContractTerms, day: date, accounts: Collection[str]) -> list[int]:
    return [
        pricer.index(name, day, terms) if name in accounts and not fixed.guarantee_years else INDEX_SCALE
        for name, fixed in terms.sections.fixed_accounts.items()
    ]


def _declared(pricer: Pricer, terms: ContractTerms, day: date, accounts: Collection[str]) -> list[int]:
    """Rates of new segments in these accounts and in shorter ones, whose rates count for what is left of a segment."""
    fixed = terms.sections.fixed_accounts
    longest = max((fixed[name].guarantee_years for name in accounts if name in fixed), default=0)
    return [
        pricer.new_rate(name, day, terms) if 0 < account.guarantee_years <= longest else 0
        for name, account in fixed.items()
    ]
