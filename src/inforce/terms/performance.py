"""The section `performance` of the terms: how standardized and contract-level returns are worked out."""

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from .values import Amount, Exact, Pricing, Rate, Strict, Whole, YesNo


class Performance(Strict):
    """How standardized and contract-level returns are worked out: what is bought, and what of the charges it bears.

    Only the returns read it; no contract's value rests on it. Where a document's figures follow another rule than the
    contract's text, `as_published` and `strict` are two readings of the option.
    """

    purchase_payment: Amount = Field(description="The one payment at the start of the period", gt=0)
    worked_at: Whole = Field(
        description="Multiple at which the contract is bought, maintenance charge and payment alike, so that rounding "
        "to the cent cannot show in the printed decimals; 1: the payment itself",
        ge=1,
    )
    maintenance_charge_shares: dict[str, Rate] | None = Field(
        default=None, description="Part of the annual maintenance charge that a contract wholly in one sub-account "
        "bears, by sub-account; this or one of the next two",
    )  # fmt: skip
    maintenance_charge_parts: Whole | None = Field(
        default=None, description="Or: equal parts of the charge, one for each of so many sub-accounts", ge=1
    )
    maintenance_charge_average_account: Amount | None = Field(
        default=None, description="Or: the average account, whose charge the payment bears by its size", gt=0
    )
    surrender_charge_on: Literal["of_contract", "payment", "value", "amount_above_free"] = Field(
        default="of_contract", description="What the surrender charge is taken of; `of_contract`: as the contract does"
    )
    surrender_charge_year: Literal["of_contract", "year_ending", "year_beginning"] = Field(
        default="of_contract", description="The contract year whose rate a surrender at the end of a whole year bears"
    )
    year_to_date_rate: Literal["of_contract", "of_whole_year"] = Field(
        default="of_contract",
        description="Surrender charge rate of the year to date: the first contract year's, or that of one whole year",
    )
    free_amount: Literal["of_contract", "none"] = Field(
        default="of_contract", description="Is a free withdrawal amount taken into account on the surrender?"
    )
    on_non_valuation_day: Pricing = Field(
        description="The price of a period's first or last day where that day has none; `last_price`: the contract is "
        "dated that day and bought at the price before it, so that its years end on the days of the table"
    )
    sold_throughout: YesNo = Field(
        description="Are the figures also for periods that begin when the form was not sold any more?"
    )
    days_in_year: Exact = Field(
        default=Decimal("365.25"), description="A period since a day is its days divided by this", gt=0
    )

    @model_validator(mode="after")
    def _one_share_mode(self) -> "Performance":
        modes = (self.maintenance_charge_shares, self.maintenance_charge_parts, self.maintenance_charge_average_account)
        if sum(mode is not None for mode in modes) != 1:
            raise ValueError(
                "give one of maintenance_charge_shares, maintenance_charge_parts and maintenance_charge_average_account"
            )
        return self
