"""The section `corrections` of the terms: what follows where something was wrong."""

from datetime import date
from typing import Literal

from pydantic import Field

from inforce.mechanics.money import PPB

from .values import Exact, MonthDay, Rate, Strict


class Corrections(Strict):
    """What follows where something was wrong: a closed tax year, a price that was not right."""

    tax_year_closes: MonthDay = Field(
        description="Day of the next calendar year, MM-DD, after which a tax year is closed: a correction that changes "
        "what was reported of it is held for approval"
    )
    price_share: Rate = Field(
        description="A corrected unit value reprocesses contracts where it differs by this part of the one in use, or "
        "more; below it posted transactions keep their price, and the company bears the difference", ge=0,
    )  # fmt: skip
    price_amount: Exact = Field(description="And by this many dollars a unit, or more", ge=0)
    overpaid_borne_by: Literal["company", "owner"] = Field(
        description="Who bears what was paid out too much at a wrong price; what was paid too little is owed to the "
        "owner in any case"
    )

    def closed(self, tax_year: int, on: date) -> bool:
        """Is a tax year closed on a day?"""
        return on > date.fromisoformat(f"{tax_year + 1:04}-{self.tax_year_closes}")

    def reprocesses(self, corrected: int, used: int, decimals: int) -> bool:
        """Does a corrected unit value count for contracts? Both at so many decimals."""
        change = abs(corrected - used)
        return change * PPB >= self.price_share * used and change >= self.price_amount.scaleb(decimals)
