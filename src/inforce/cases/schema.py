"""The case file, version 1: a worked example anyone can write. Without expectations it is a contract file.

The field descriptions are the case reference (`docs/reference/case-files.md`).
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from inforce.contracts import AnyEvent, Party, wrong_parties
from inforce.contracts.events import Allocation, DeathProof, Part, Positive, Surrender, Withdrawal, Withholding
from inforce.terms.values import Amount, CalendarDay, Cents, Day, Exact, Rate, Strict, Whole, YesNo

ABOUT = frozenset({"on", "event", "operation", "quote", "known_at", "tolerance"})
"""Keys of an expectation that say what it is about; all others are expected figures."""


def _version(value: Any) -> str:
    if str(value) != "1":
        raise ValueError(f"case format {value!r} is not known; this Inforce reads version 1")
    return "1"


class ContractCard(Strict):
    """The contract: what was applied for."""

    id: str = Field(default="CASE", description="Name of the contract", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    form: str = Field(description="One of the product's forms")
    qualification: Literal["qualified", "non_qualified"] = Field(description="Held in a tax-advantaged plan or not")
    issue_state: str = Field(description="Postal code of the state of issue")
    residence_state: str = Field(default="", description="Where the owner lives")
    selling_firm: str = Field(default="", description="Firm that sold it, where terms depend on it")
    issued: CalendarDay | None = Field(
        default=None, description="Contract date: stands for an `issue` event of that day. Else give the event"
    )
    delivered: Day | None = Field(default=None, description="Delivery, from which the free look counts")
    allocation: Allocation = Field(default={}, description="Standing allocation of payments, percentages of 100%")
    parties: list[Party] = Field(default=[], description="Who is what in the contract")
    readings: dict[str, str] = Field(default={}, description="Chosen reading of a term, by the term's path")
    replacement: YesNo = Field(default=False, description="`yes`: it replaces an existing policy or contract")

    @model_validator(mode="after")
    def _parties_fit(self) -> Self:
        wrong = wrong_parties(self.parties)
        if wrong:
            raise ValueError(wrong)
        return self


class OpeningSegment(Strict):
    """A segment of a fixed account with a guarantee period, on the opening day."""

    began: Day = Field(description="Day of the deposit, or of its last renewal")
    rate: Rate = Field(description="Guaranteed rate a year", ge=0)
    value: Amount = Field(description="Dollars with interest to the opening day, before any adjustment")


class OpeningAccount(Strict):
    """An account on the opening day: units, value, or segments."""

    units: Exact | None = Field(default=None, description="Accumulation units", ge=0)
    value: Amount | None = Field(default=None, description="Dollars; of a sub-account at that day's unit value")
    transfers_out: Whole = Field(default=0, description="Fixed account: transfers out in this contract year", ge=0)
    last_transfer_out: Day | None = Field(default=None, description="Fixed account: day of the last transfer out")
    segments: list[OpeningSegment] | None = Field(
        default=None, description="Fixed account with a guarantee period: its segments, the oldest first"
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "OpeningAccount":
        if sum(each is not None for each in (self.units, self.value, self.segments)) != 1:
            raise ValueError("give one of units, value and segments")
        return self


class OpeningPayment(Strict):
    """A purchase payment made before the opening day."""

    on: Day = Field(description="Day of the payment")
    amount: Positive = Field(description="Dollars paid")
    left: Amount | None = Field(default=None, description="Not yet withdrawn; all of it where not given")

    @model_validator(mode="after")
    def _left_of_it(self) -> "OpeningPayment":
        if self.left is not None and self.left > self.amount:
            raise ValueError("more is left than was paid")
        return self


class Opening(Strict):
    """The contract at the end of a day in mid-life; what happened before is not replayed."""

    on: Day = Field(description="The opening day; events come after it")
    accounts: dict[str, OpeningAccount] = Field(description="What each account holds; one that is not named is empty")
    payments: list[OpeningPayment] = Field(description="Every purchase payment made so far", min_length=1)
    withdrawals: Amount = Field(default=0, description="All withdrawals so far, charges included")
    deductions: Amount = Field(default=0, description="Premium tax taken from payments before they were allocated")
    payments_floor: Amount | None = Field(default=None, description="For the death benefit; default the payments left")
    reset_floor: Amount | None = Field(
        default=None, description="Death benefit with resets: the value at the last one, with payments and less "
        "withdrawals since; default the payments floor"
    )  # fmt: skip
    basis: Amount | None = Field(default=None, description="For tax; default payments (non-qualified) or 0 (qualified)")
    anniversary_value: Amount | None = Field(
        default=None, description="Contract value at the last anniversary; default the payments of the first contract "
        "year while in it. Needed later only where the free amount is a share of it"
    )  # fmt: skip
    free_used: Amount = Field(default=0, description="Free amount used in this contract year")
    transfers: Whole = Field(default=0, description="Transfers in this contract year", ge=0)

    @model_validator(mode="after")
    def _payments_in_order(self) -> "Opening":
        days = [payment.on for payment in self.payments]
        if days != sorted(days) or days[-1] > self.on:
            raise ValueError(f"payments stand oldest first, none after the opening of {self.on}")
        return self


class NavDay(Strict):
    """A fund's net asset value a share, with what it distributed that day."""

    nav: str = Field(description="Net asset value of a share")
    dividend: str = Field(default="0", description="Distributed a share, on the ex-date")
    capital_gain: str = Field(default="0", description="Distributed a share, on the ex-date")


def _nav_day(value: Any) -> Any:
    return {"nav": value} if isinstance(value, str) else value


class Growth(Strict):
    """Growth factors of a sub-account from a unit value on a day."""

    from_: Day = Field(alias="from", description="The first day")
    unit_value: str | None = Field(default=None, description="On that day; the product's start value if not given")
    factors: dict[Day, str] = Field(description="By day: that day's unit value over the one given before it")


class MarketCard(Strict):
    """Prices and rates: in files, or written out."""

    between: Literal["hold", "refuse"] = Field(
        default="refuse", description="A day without a price: the last one before it, or an error"
    )
    files: list[str] = Field(
        default=[],
        description="Market files or folders, relative to the case; `product:NAME` is one of the product's tables",
    )
    unit_values: dict[str, dict[Day, str]] = Field(default={}, description="By sub-account, by valuation date")
    navs: dict[str, dict[Day, Annotated[NavDay, BeforeValidator(_nav_day)]]] = Field(
        default={}, description="Net asset values by fund: the unit value is worked out with the product's charge"
    )
    growth: dict[str, Growth] = Field(default={}, description="By sub-account: unit values as a start and factors")
    declared_rates: dict[str, dict[str, Rate]] = Field(default={}, description="By fixed account, by month YYYY-MM")
    secondary_rates: dict[str, dict[str, Rate]] = Field(default={}, description="By fixed account, by year")


class QuoteRequest(Strict):
    """A what-if whose outcome is expected."""

    kind: Literal["surrender", "withdrawal", "death"] = Field(description="What is asked for; `death`: the claim")
    amount: Positive | None = Field(default=None, description="Of a withdrawal: dollars")
    net: YesNo = Field(default=False, description="Of a withdrawal: the amount is what the owner is to receive")
    from_: dict[str, Part] | None = Field(default=None, alias="from", description="Of a withdrawal: as in the event")
    withholding: Withholding = 0
    exchange_to: str = Field(default="", description="Of a withdrawal or surrender: as in the event")
    rollover_to: str = Field(default="", description="Of a withdrawal or surrender: as in the event")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "QuoteRequest":
        if self.kind != "withdrawal" and (self.amount is not None or self.net or self.from_ is not None):
            raise ValueError(f"a {self.kind} quote takes neither amount nor net nor from")
        if self.kind == "death" and (self.exchange_to or self.rollover_to):
            raise ValueError("a death quote takes neither exchange_to nor rollover_to")
        quote_event(self, date(2000, 1, 3))
        return self


class Expectation(Strict):
    """What must hold on a day, of an event, or of a quote on a day."""

    on: Day | None = Field(default=None, description="The day of a valuation, quote or calendar operation")
    event: str | None = Field(default=None, description="An event's id; with `on` as it stands on that day")
    operation: Literal["maintenance_charge", "anniversary", "segment_end"] | None = Field(
        default=None, description="What the calendar did on the day `on`"
    )
    quote: QuoteRequest | None = Field(default=None, description="What a request would do on the day `on`")
    known_at: Day | None = Field(default=None, description="Only what was entered by then counts")
    tolerance: Exact | None = Field(
        default=None, description="Dollars by which an amount of money may differ; the case's own if not given", ge=0
    )
    # of a day
    contract_value: Cents | None = None
    surrender_value: Cents | None = None
    death_benefit: Cents | None = None
    free_amount: Cents | None = None
    purchase_payments: Cents | None = None
    withdrawals: Cents | None = None
    basis: Cents | None = Field(default=None, description="Investment in the contract")
    suspense: Cents | None = None
    status: Literal["in_force", "death_notified", "surrendered", "cancelled", "death_paid"] | None = None
    contract_year: Whole | None = None
    accounts: dict[str, Cents] | None = Field(default=None, description="Value by account")
    units: dict[str, Exact] | None = Field(default=None, description="Accumulation units by sub-account")
    unit_values: dict[str, Exact] | None = None
    # of a day, an event or a quote
    market_value_adjustment: Cents | None = Field(default=None, description="Of a day: what a surrender would bear")
    surrender_charge: Cents | None = None
    maintenance_charge: Cents | None = Field(default=None, description="Of a day: what a surrender would take")
    premium_tax: Cents | None = None
    # of an event or a quote
    outcome: Literal["applied", "refused", "waiting", "reversed"] | None = None
    refused: str | None = Field(default=None, description="The named reason of the refusal")
    effective: Day | None = Field(default=None, description="The day the event counts from")
    amount: Cents | None = Field(default=None, description="Payment received, amount transferred, or gross amount")
    value_before: Cents | None = None
    value_after: Cents | None = None
    gross: Cents | None = None
    free_available: Cents | None = Field(default=None, description="Free withdrawal amount before the request")
    free: Cents | None = Field(default=None, description="The part that the free withdrawal amount covers")
    transfer_fee: Cents | None = None
    taxable: Cents | None = None
    withholding: Cents | None = None
    basis_carried: Cents | None = Field(default=None, description="Basis that goes with an exchange or rollover")
    net: Cents | None = None
    benefit_beyond_value: Cents | None = None
    by_account: dict[str, Cents] | None = Field(default=None, description="What went into (+) or out of (-) accounts")

    @model_validator(mode="after")
    def _of_what(self) -> "Expectation":
        if self.event is None and self.on is None:
            raise ValueError("says neither `on:` nor `event:`")
        if sum(x is not None for x in (self.event, self.quote, self.operation)) > 1:
            raise ValueError("is of an event, of a calendar operation or of a quote: one of them")
        if not self.model_fields_set - ABOUT:
            raise ValueError("expects nothing; name at least one figure, `refused:` or `outcome:`")
        return self


class Case(Strict):
    """A case file."""

    case: Annotated[Literal["1"], BeforeValidator(_version)] = Field(description="Version of the format: 1")
    title: str = Field(default="", description="What the case shows, in a sentence")
    source: str = Field(default="", description="Where the expected figures come from")
    product: str = Field(description="A packaged product, or a product folder relative to the case")
    contract: ContractCard = Field(description="What was applied for")
    opening: Opening | None = Field(default=None, description="Where the contract is taken over in mid-life")
    market: MarketCard = Field(default=MarketCard(), description="Prices and declared rates")
    events: list[AnyEvent] = Field(default=[], description="What was asked of the contract, in the order of entry")
    tolerance: Exact = Field(default=Decimal(0), description="Dollars by which any amount may differ", ge=0)
    expect: list[Expectation] = Field(default=[], description="What must hold; nothing: a contract file")


def quote_event(request: QuoteRequest, on: date) -> Withdrawal | Surrender | DeathProof:
    """The request that a quote stands for. ValueError where a withdrawal does not say how much."""
    carried = {"exchange_to": request.exchange_to, "rollover_to": request.rollover_to}
    if request.kind == "surrender":
        return Surrender(id="quote", on=on, withholding=request.withholding, **carried)
    if request.kind == "death":
        return DeathProof(id="quote", on=on, withholding=request.withholding)
    return Withdrawal.model_validate(
        {"id": "quote", "on": on, "amount": request.amount, "net": request.net, "from": request.from_,
         "withholding": request.withholding, **carried}
    )  # fmt: skip
