"""The shape of a variable annuity's terms: one model a section of `terms/*.yaml`, after every choice is made.

The field descriptions make the terms reference, `docs/reference/terms.md`.
"""

from typing import Any, Literal

from pydantic import Field, model_validator

from .corrections import Corrections
from .performance import Performance
from .values import (
    Amount,
    AmountOrNone,
    Day,
    DayOrNone,
    Exact,
    Pricing,
    Rate,
    RateOrNone,
    Strict,
    Whole,
    WholeOrNone,
    YesNo,
)

OPERATIONS = (
    "anniversary",
    "maintenance_charge",
    "purchase_payment",
    "transfer",
    "withdrawal",
    "surrender",
    "free_look",
    "death_notice",
    "death_proof",
    "segment_end",
    "spousal_continuation",
)
"""Names of the mechanics' operations, in the order of `mechanics.records.Operation`."""
LONGEST_SCHEDULE = 16


class Rounding(Strict):
    """Decimals and the residual rule."""

    unit_decimals: Whole = Field(description="Decimals of accumulation units; 0 to 9", ge=0, le=9)
    unit_value_decimals: Whole = Field(description="Decimals of accumulation unit values; 0 to 9", ge=0, le=9)
    split: Literal["running_total"] = Field(
        description="Residual rule of an amount split over accounts: each part is the rounded running total less what "
        "was given before, so that the parts add up"
    )

    @model_validator(mode="after")
    def _cents_at_least(self) -> "Rounding":
        if self.unit_decimals + self.unit_value_decimals < 2:
            raise ValueError("units and unit values have at least two decimals together, or no cent could be told")
        return self


class NonValuationDays(Strict):
    """For each kind of event on a day without prices: the preceding or following valuation date, or with `last_price`
    the day itself at the last price before it."""

    purchase_payment: Pricing = Field(description="Purchase payments and the contract date's first payment")
    transfer: Pricing = Field(description="Transfers")
    withdrawal: Pricing = Field(description="Partial withdrawals")
    surrender: Pricing = Field(description="Full surrenders")
    free_look: Pricing = Field(description="Returns under the free look")
    death_proof: Pricing = Field(
        description="Proofs of death and spousal continuations: the day on which the death benefit is worked out"
    )
    death_notice: Pricing = Field(description="Death notices: from then on requests are refused")
    anniversary: Pricing = Field(
        description="Contract anniversaries, when what is counted by contract year starts again, and ends of segments"
    )
    maintenance_charge: Pricing = Field(description="Maintenance charges taken on contract anniversaries")


class Calendar(Strict):
    """Valuation dates and contract days."""

    at_close: Literal["same_day", "next_day"] = Field(
        description="The price that a request received exactly at the close of the New York Stock Exchange gets"
    )
    month_end: Literal["last_day", "first_of_next_month"] = Field(
        description="The contract day in a month that lacks the day (29, 30, 31; 29 February)"
    )
    non_valuation_day: NonValuationDays = Field(description="What happens on a day without prices, by kind")


class SeparateAccountCharge(Strict):
    """Charges taken in the unit values, a year."""

    mortality_and_expense: Rate = Field(description="Mortality and expense risk charge, a year")
    administration: Rate = Field(description="Administration charge, a year")
    days_in_year: Whole = Field(description="The daily charge is the annual one divided by this", ge=360, le=366)
    start_unit_value: Exact = Field(description="Unit value of a sub-account on its first day", gt=0)

    @property
    def total(self) -> int:
        """Annual charge, parts per billion."""
        return self.mortality_and_expense + self.administration


class MaintenanceCharge(Strict):
    """The annual maintenance charge."""

    amount: Amount = Field(description="Dollars a contract year")
    waived_from: AmountOrNone = Field(description="Contract value at or above which it is waived, or `none`")
    when: Literal["contract_year_end", "calendar_year_end"] = Field(
        description="Taken on contract anniversaries, or on the last valuation date of the calendar year"
    )
    on_surrender: YesNo = Field(description="Taken in full on a surrender, unless taken that same day")
    from_: Literal["all_accounts", "sub_accounts"] = Field(
        alias="from", description="Accounts it is taken from, in proportion to their values"
    )


class SurrenderCharge(Strict):
    """The surrender charge (contingent deferred sales charge)."""

    clock: Literal["contract_issue", "each_payment"] = Field(description="From when its years are counted")
    charged_on: Literal["payment", "value", "amount_above_free"] = Field(
        description="`payment`: purchase payments withdrawn, oldest first, once the free amount is used; `value`: the "
        "whole amount withdrawn; `amount_above_free`: the amount withdrawn above the free amount. With the clock "
        "`each_payment` what is charged is drawn from the payments, oldest first; beyond them it is free of charge"
    )
    on_full_surrender: Literal["amount_withdrawn", "remaining_payments"] = Field(
        default="amount_withdrawn",
        description="With `payment`, on a full surrender: charge no more than the amount withdrawn covers, or every "
        "payment still in the contract",
    )
    anniversary_belongs_to: Literal["year_ending", "year_beginning"] = Field(
        description="The year whose rate holds on the anniversary itself"
    )
    by_contract_year: dict[str, Rate] | None = Field(
        default=None, description="Rate by contract year: 1, 2, … and a last `N+`; for the clock `contract_issue`"
    )
    by_payment_year: dict[str, Rate] | None = Field(
        default=None, description="Rate by year since the payment; for the clock `each_payment`"
    )

    @model_validator(mode="after")
    def _schedule(self) -> "SurrenderCharge":
        wanted = "by_contract_year" if self.clock == "contract_issue" else "by_payment_year"
        given = [name for name in ("by_contract_year", "by_payment_year") if getattr(self, name) is not None]
        if given != [wanted]:
            raise ValueError(f"the clock {self.clock} needs {wanted}, and only it")
        if self.on_full_surrender == "remaining_payments" and self.charged_on != "payment":
            raise ValueError("on_full_surrender: remaining_payments needs charged_on: payment")
        schedule_rates(self.by_contract_year or self.by_payment_year or {})
        return self

    @property
    def rates(self) -> list[int]:
        """Rates of the first, second, … year, parts per billion; the last one stays."""
        return schedule_rates(self.by_contract_year or self.by_payment_year or {})


def schedule_rates(by_year: dict[str, int]) -> list[int]:
    """The rates of a schedule `{1: …, 2: …, 3+: …}` without gap; ValueError otherwise."""
    n = len(by_year)
    wanted = [*(str(i) for i in range(1, n)), f"{n}+"]
    if list(by_year) != wanted:
        raise ValueError(f"years must run 1, 2, … and end with a year and a plus sign; expected {', '.join(wanted)}")
    if n > LONGEST_SCHEDULE:
        raise ValueError(f"a schedule has at most {LONGEST_SCHEDULE} years")
    if any(not 0 <= r <= 1_000_000_000 for r in by_year.values()):
        raise ValueError("rates lie between 0% and 100%")
    return list(by_year.values())


class FreeWithdrawal(Strict):
    """The free withdrawal amount: what may be withdrawn in a contract year without surrender charge."""

    share: Rate = Field(description="Share of what `of` names", ge=0, le=1_000_000_000)
    of: Literal["nothing", "value", "value_at_last_anniversary", "purchase_payments"] = Field(
        description="`value`: contract value just before the request; `value_at_last_anniversary`: in the first "
        "contract year the purchase payments made; `purchase_payments`: all made so far. What the contract year has "
        "used is deducted; nothing is carried over"
    )
    on_full_surrender: YesNo = Field(description="Does a full surrender have it too?")


class Applications(Strict):
    """Applications, and the money that comes with them. Business days are valuation dates, as in the calendar."""

    days_to_price: Whole = Field(
        description="Business days after receipt of money and complete application by which the first payment gets its "
        "price", ge=0,
    )  # fmt: skip
    days_to_complete: Whole = Field(
        description="Business days after receipt of an incomplete application on which money that came with it goes "
        "back, unless the applicant consents to its being held", ge=0,
    )  # fmt: skip


class ReturnedPayments(Strict):
    """Payments that the bank returns unpaid. They are taken back as if they had never been made."""

    loss_borne_by: Literal["company", "owner"] = Field(
        description="Who bears what the units that the payment bought have lost meanwhile; `owner`: it is owed. A gain "
        "is nobody's but the company's"
    )


class PurchasePayments(Strict):
    """Which purchase payments a contract takes."""

    kind: Literal["flexible", "single"] = Field(description="Any number of payments, or one only")
    minimum_first: Amount = Field(description="Minimum of the first payment")
    minimum: Amount = Field(description="Minimum of later payments")
    maximum_total: AmountOrNone = Field(description="Maximum of all payments together, or `none`")
    returned: ReturnedPayments = Field(description="Payments that the bank returns unpaid")


class Withdrawals(Strict):
    """Limits of partial withdrawals."""

    minimum: Amount = Field(description="Minimum of what is asked for: gross, or net where the request says `net`")
    minimum_value_after: Amount = Field(description="Contract value that must remain")


class Transfers(Strict):
    """Transfers between accounts."""

    minimum: Amount = Field(description="Minimum of all that one transfer takes out of its accounts")
    free_each_contract_year: WholeOrNone = Field(description="Transfers without fee; `none`: every one is free")
    fee: Amount = Field(description="For each transfer beyond the free ones, out of the amount transferred")
    limit_each_contract_year: WholeOrNone = Field(description="Transfers allowed; `none`: no limit")


class SubAccount(Strict):
    """One sub-account: a fund within a separate account."""

    name: str = Field(description="Name as printed")
    asset_class: str = Field(description="Asset class as printed")
    fund_inception: Day = Field(description="First day of the fund")
    added: Day = Field(description="First day it takes money in this contract")
    closed_to_new_money_from: DayOrNone = Field(
        default=None, description="First day it takes no more payments and transfers; what it holds stays"
    )
    closed_to_contracts_issued_from: DayOrNone = Field(
        default=None, description="Contracts with this contract date or a later one cannot use it"
    )
    kinds: list[Literal["money_market", "high_yield", "international"]] = Field(
        default=[], description="What a reader of its returns must be told about; decides endnotes and yields"
    )
    returns_usable_from: DayOrNone = Field(
        default=None, description="Day from which returns can be worked out, where that is after the fund's first day"
    )
    current_fund_from: DayOrNone = Field(
        default=None, description="First day of the current fund's own history; what comes before is a prior fund's"
    )
    share_class_later: YesNo = Field(
        default=False, description="Did the share class begin after the fund, so that earlier returns are another's?"
    )


class TransfersOut(Strict):
    """Limits on transfers out of a fixed account."""

    limit_each_contract_year: WholeOrNone = Field(description="Transfers out allowed; `none`: no limit")
    share: Rate = Field(description="Share of the account that one transfer may take", ge=0, le=1_000_000_000)
    days_before_return: Whole = Field(description="Days after a transfer out before money may be transferred in", ge=0)


class FixedAccount(Strict):
    """An account of the general account with declared interest."""

    name: str = Field(description="Name as printed")
    added: Day = Field(description="First day it takes money in this contract")
    minimum_rate: Rate = Field(description="The contract's own minimum; the declared rate and a year's secondary "
                               "guarantee raise it", ge=0)  # fmt: skip
    day_count: Literal["actual/365", "no_leap", "actual/actual"] = Field(
        description="Part of a year that a day is; `no_leap`: 29 February earns nothing, so that each year from a day "
        "to the same day earns exactly the annual rate"
    )
    transfers_out: TransfersOut = Field(description="Limits on transfers out")
    guarantee_years: Whole = Field(
        default=0,
        description="Years for which each deposit keeps the rate of its day, as a segment that is adjusted to market "
        "value when money leaves it early; 0: no segments, the rate is declared by month",
        ge=0,
    )
    at_end: str = Field(
        default="same_account",
        description="Where the money of a segment goes that ends: a new segment of the same account, or a sub-account",
    )
    closed_to_new_money_from: DayOrNone = Field(
        default=None, description="First day it takes no more payments and transfers; what it holds stays"
    )


class MarketValueAdjustment(Strict):
    """What leaves a segment before its end is multiplied by
    ((1 + guaranteed rate) / (1 + current rate + addition)) ^ (months left / 12).

    It falls on withdrawals, surrenders and transfers, before any surrender charge; not on death benefits, maintenance
    charges and the free look. The current rate is that of a new segment for the years left, a part of a year counting
    as a whole one, between two accounts in proportion. Months left count whole, a part of a month as a whole one.
    """

    window_days: Whole = Field(description="Days before a segment's end in which nothing is adjusted", ge=0)
    addition: Rate = Field(description="Added to the current rate", ge=0)
    least_rate: RateOrNone = Field(
        description="The adjustment takes no payment below the segment's money at this rate since it began, or `none`"
    )
    least_rate_raises: YesNo = Field(
        default=True, description="Does the least rate also raise what leaves a segment whose guaranteed rate is "
        "lower? `no`: it only limits what the adjustment takes away"
    )  # fmt: skip


class DeathBenefitTerms(Strict):
    """Death before annuitization."""

    amount: Literal["contract_value", "greater_of_value_and_payments"] = Field(
        description="The contract value on the day of proof, or the greater of it and the payments floor"
    )
    reset_years: Whole = Field(
        default=0, description="Contract years from one reset to the next: the contract value then, with payments and "
        "less withdrawals since, is a floor beside the payments floor; 0: no resets", ge=0
    )  # fmt: skip
    withdrawals_reduce_payments: Literal["dollar_for_dollar", "proportional"] = Field(
        description="How a withdrawal, charges included, lowers the payments floor: by its dollars, or by the share of "
        "the contract value that it takes"
    )
    several_beneficiaries: Literal["each_proof", "first_proof"] = Field(
        description="`each_proof`: the benefit of each is worked out by their own proof, from what is left; "
        "`first_proof`: by the first proof the value is raised to the death benefit, and rises and falls from there"
    )
    requests_after_death: Literal["stand", "void"] = Field(
        description="What an owner's death that becomes known late does to requests received after the day of death: "
        "they stand, or are taken back (`void`): transfers, allocations, withdrawals, surrender, return of the contract"
    )


class FreeLook(Strict):
    """The right to return the contract."""

    days: Whole = Field(description="Calendar days from delivery (the contract date where none is recorded)", ge=0)
    refund: Literal["value_plus_deductions", "payments", "greater_of_value_and_payments"] = Field(
        description="What is paid back: the contract value and what was deducted from payments, the purchase payments, "
        "or the greater of the two"
    )


class PremiumTax(Strict):
    """State premium tax."""

    rate: Rate = Field(description="Of the amount it is taken from", ge=0, le=1_000_000_000)
    taken: list[Literal["purchase_payment", "withdrawal", "death", "annuitization"]] = Field(
        description="When the contract takes it; `withdrawal` includes surrenders"
    )


class IncomeTax(Strict):
    """Which part of a payment is income."""

    taxation: Literal["earnings_first", "pro_rata"] = Field(
        description="Earnings (value above the basis) come out first, or basis and earnings in proportion"
    )


class OrderOfOperations(Strict):
    """The order in which one day's operations happen."""

    operations: list[str] = Field(description="Each of the operations once")

    @model_validator(mode="after")
    def _each_once(self) -> "OrderOfOperations":
        if sorted(self.operations) != sorted(OPERATIONS):
            raise ValueError(f"must name each of these once: {', '.join(OPERATIONS)}")
        return self


class VariableAnnuityTerms(Strict):
    """All sections of a deferred variable annuity."""

    rounding: Rounding
    calendar: Calendar
    order_of_operations: OrderOfOperations
    separate_account_charge: SeparateAccountCharge
    maintenance_charge: MaintenanceCharge
    surrender_charge: SurrenderCharge
    free_withdrawal: FreeWithdrawal
    applications: Applications
    purchase_payments: PurchasePayments
    withdrawals: Withdrawals
    transfers: Transfers
    sub_accounts: dict[str, SubAccount]
    fixed_accounts: dict[str, FixedAccount]
    market_value_adjustment: MarketValueAdjustment | None = None
    death_benefit: DeathBenefitTerms
    free_look: FreeLook
    premium_tax: PremiumTax
    income_tax: IncomeTax
    corrections: Corrections
    performance: Performance | None = None

    @model_validator(mode="after")
    def _segments_can_be_worked(self) -> "VariableAnnuityTerms":
        for name, account in self.fixed_accounts.items():
            if account.guarantee_years and self.market_value_adjustment is None:
                raise ValueError(f"fixed_accounts.{name} has a guarantee period: add market_value_adjustment")
            if account.at_end != "same_account" and account.at_end not in self.sub_accounts:
                raise ValueError(f"fixed_accounts.{name}.at_end is {account.at_end!r}: same_account, or a sub-account")
        return self

    @model_validator(mode="after")
    def _shares_of_each_sub_account(self) -> "VariableAnnuityTerms":
        shares = self.performance.maintenance_charge_shares if self.performance else None
        if shares is not None and set(shares) != set(self.sub_accounts):
            raise ValueError("performance.maintenance_charge_shares must give each sub-account its share, no other")
        return self


class Sale(Strict):
    """When contracts of a form are sold."""

    from_: Day = Field(alias="from", description="First day of sale")
    to: DayOrNone = Field(default=None, description="Last day of sale")
    payments_continue: YesNo = Field(
        default=True, description="Do existing contracts take payments after the last day?"
    )
    cite: list[str] | None = Field(default=None, description="Document and place in it")
    assumption: str | None = Field(default=None, description="Or the reason for what is assumed")


class SeparateAccount(Strict):
    """A separate account and the contracts it holds."""

    name: str = Field(description="Name as filed")
    qualification: Literal["qualified", "non_qualified"] | None = Field(
        default=None, description="The qualification it holds; any where not given"
    )
    issuer: str | None = Field(
        default=None, description="The issuing company whose contracts it holds; any if not given"
    )
    sec_file: str | None = Field(default=None, description="File number of its registration")
    cite: list[str] | None = Field(default=None, description="Document and place in it")
    assumption: str | None = Field(default=None, description="Or the reason for what is assumed")


class Issuer(Strict):
    """An issuing company, and the states where it issues; the one without states issues elsewhere."""

    name: str = Field(description="Name of the company")
    address: str = Field(default="", description="Its address as printed")
    states: list[str] | None = Field(default=None, description="Postal codes; where not given: all other states")
    cite: list[str] | None = Field(default=None, description="Document and place in it")
    assumption: str | None = Field(default=None, description="Or the reason for what is assumed")


class ProductCard(Strict):
    """`product.yaml`: what the product is, before its terms."""

    id: str = Field(description="Short name, used in contracts and ledgers")
    name: str = Field(description="Name as sold")
    kind: Literal["variable_annuity"] = Field(description="What the contract is; decides which sections the terms have")
    version: Whole = Field(description="Ours; goes up with each correction of the terms as loaded")
    issuers: list[Issuer] = Field(description="Issuing companies; a contract has the first that fits its issue state")
    separate_accounts: dict[str, SeparateAccount] = Field(
        description="By id; a contract has the first that fits its qualification and issuer"
    )
    forms: dict[str, Sale] = Field(description="Contract forms and their dates of sale")
    contract_forms: list[str] = Field(default=[], description="Form numbers as filed")
    identifiers: dict[str, str] = Field(default={}, description="File and contract numbers, under any name")


class Document(Strict):
    """A filing that terms cite."""

    kind: str = Field(description="What it is: prospectus, supplement, report, law, …")
    title: str = Field(description="Title as printed")
    date: Day = Field(description="Date it carries")
    filed: DayOrNone = Field(default=None, description="Day it was filed")
    effective: DayOrNone = Field(default=None, description="Day from which it holds")
    amends: str | None = Field(default=None, description="Id of the document that it amends")
    where: str = Field(default="", description="Where it can be read")


OPTIONAL_SECTIONS = frozenset({"market_value_adjustment", "performance"})
"""Sections that a product may lack."""
NOT_OF_VALUES = frozenset({"performance", "corrections"})
"""Sections on which no value of a contract rests: they are for readers, or for what is done about an error."""
DESCRIBING = frozenset({"sub_accounts"})
"""Sections whose readings are of names and dates of funds."""


def section_fields() -> dict[str, Any]:
    """Section name → model."""
    models = {name: info.annotation for name, info in VariableAnnuityTerms.model_fields.items()}
    return {**models, "market_value_adjustment": MarketValueAdjustment, "performance": Performance}
