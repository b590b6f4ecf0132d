"""What owners, companies and calendars ask of a contract. Events are data: the journal keeps them for ever.

Each was received at an instant (New York date `on` and time `at`; before the close where no time is given). The
field descriptions make the event reference, `docs/reference/events.md`.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from inforce.mechanics.money import PPB
from inforce.terms.values import Amount, CalendarDay, Day, Rate, Strict, Whole, YesNo, amount, rate

NEW_YORK = ZoneInfo("America/New_York")
NOON = time(12)


def _clock(value: Any) -> time:
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise ValueError(f"{value!r} has a time zone; give New York time without one")
        return value
    if not re.fullmatch(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", str(value)):
        raise ValueError(f"{value!r} is not a time: write New York time as HH:MM")
    return time.fromisoformat(str(value))


def _part(value: Any) -> int:
    if isinstance(value, int):
        return value
    if value == "all":
        return -PPB
    if str(value).strip().endswith("%"):
        share = rate(value)
        if not 0 < share <= PPB:
            raise ValueError(f"{value!r}: a share lies above 0% and up to 100%")
        return -share
    cents = amount(value)
    if cents == 0:
        raise ValueError("an amount must be above zero")
    return cents


def _positive(value: Any) -> int:
    cents = amount(value)
    if cents == 0:
        raise ValueError("an amount must be above zero")
    return cents


Positive = Annotated[int, BeforeValidator(_positive)]
Part = Annotated[int, BeforeValidator(_part)]
"""Cents, or minus a share in parts per billion; written as dollars, a percentage of the account, or `all`."""
Clock = Annotated[time, BeforeValidator(_clock)]
Allocation = dict[str, Rate]
Freezable = Literal[
    "purchase_payment", "allocation", "transfer", "withdrawal", "surrender", "free_look", "death_proof",
    "spousal_continuation"
]  # fmt: skip
EXCHANGE = "exchange_1035"
"""Source of a payment that comes from another contract. (Internal Revenue Code, section 1035)"""
Withholding = Annotated[Rate, Field(ge=0, le=PPB, description="Part of the taxable amount withheld for income tax")]


def same_person(one: str, other: str) -> bool:
    """Are two names of one person? Capitals and blanks around them make no difference."""
    return one.strip().casefold() == other.strip().casefold()


class Event(Strict):
    """What all events have in common."""

    kind: str

    id: str = Field(default="", description="Name of the event within its contract; numbered where not given")
    on: CalendarDay = Field(description="New York date on which it was received")
    at: Clock = Field(default=NOON, description="New York time at which it was received; noon where not given")
    entered: Day | None = Field(default=None, description="Day it was entered here, where later than it was received")
    who: str = Field(default="", description="Who asked for or entered it")
    checker: str = Field(default="", description="Who checked it; another person than `who`")
    channel: str = Field(default="", description="How it came: mail, web, phone, feed")
    reason: str = Field(default="", description="Why, in words")
    key: str = Field(default="", description="Idempotency key: an event with a key already known is the same event")

    @model_validator(mode="after")
    def _entered_later(self) -> Self:
        if self.entered is not None and self.entered < self.on:
            raise ValueError(f"entered on {self.entered}, before it was received on {self.on}")
        return self

    @model_validator(mode="after")
    def _checked_by_another(self) -> Self:
        if self.checker and same_person(self.checker, self.who):
            raise ValueError(f"checked by {self.checker!r}, who entered it: the checker must be somebody else")
        return self

    @property
    def received(self) -> datetime:
        """The instant, in UTC."""
        return datetime.combine(self.on, self.at, NEW_YORK).astimezone(UTC)


class Application(Event):
    """An application for a contract."""

    kind: Literal["application"] = "application"
    complete: YesNo = Field(default=True, description="`no`: something is missing; money with it waits, or goes back")
    missing: str = Field(default="", description="What an incomplete application lacks, in words")
    consents_to_hold: YesNo = Field(
        default=False, description="`yes`: the applicant agrees that money is held until the application is complete"
    )

    @model_validator(mode="after")
    def _says_what_is_missing(self) -> Self:
        if self.complete == bool(self.missing):
            raise ValueError("an application with `complete: no` says what is `missing`, a complete one does not")
        return self


class ApplicationCompleted(Event):
    """What an incomplete application lacked has come: it is in good order."""

    kind: Literal["application_completed"] = "application_completed"


class Consent(Event):
    """The applicant agrees that money is held until the application is complete."""

    kind: Literal["consent"] = "consent"


class Issue(Event):
    """The contract is issued."""

    kind: Literal["issue"] = "issue"
    contract_date: Day | None = Field(
        default=None, description="Contract date, not after the day of this event; that day if not given"
    )
    delivered: Day | None = Field(default=None, description="Delivery to the owner, from which the free look counts")

    @model_validator(mode="after")
    def _contract_date_by_then(self) -> Self:
        if self.contract_date is not None and self.contract_date > self.on:
            raise ValueError(f"contract date {self.contract_date} is after the issue of {self.on}")
        return self


class Delivery(Event):
    """The contract was delivered to the owner; the free look counts from then, also where it is known late."""

    kind: Literal["delivery"] = "delivery"
    delivered: Day | None = Field(default=None, description="Day of delivery, where earlier than `on`")

    @model_validator(mode="after")
    def _delivered_before(self) -> Self:
        if self.delivered is not None and self.delivered > self.on:
            raise ValueError(f"delivered on {self.delivered}, after the {self.on} on which that was known")
        return self

    @property
    def day(self) -> date:
        """The day of delivery."""
        return self.delivered or self.on


class PurchasePayment(Event):
    """Money for the contract. Before issue it waits in suspense."""

    kind: Literal["purchase_payment"] = "purchase_payment"
    amount: Positive = Field(description="Dollars paid, before premium tax")
    allocation: Allocation | None = Field(default=None, description="For this payment; else the standing allocation")
    source: str = Field(
        default="", description="Check, rollover, employer, …; `exchange_1035`: from another contract, with its basis"
    )
    tax_year: Whole | None = Field(default=None, description="Tax year it counts for")
    basis: Amount | None = Field(
        default=None,
        description="Investment in the contract it carries; if not given the payment (non-qualified) or 0 (qualified, "
        "and an `exchange_1035` until a `basis_report` comes)",
    )

    @property
    def exchanged(self) -> bool:
        """Does it come from another contract, with that contract's basis?"""
        return self.source == EXCHANGE


class BasisReport(Event):
    """The ceding carrier reports the basis that a payment carried; it counts from the day of the payment."""

    kind: Literal["basis_report"] = "basis_report"
    of: str = Field(description="Id of the purchase payment")
    basis: Amount = Field(description="Investment in the contract that it carried")


class PaymentReturned(Event):
    """The bank returns a payment unpaid: it is taken back as if it had never been made."""

    kind: Literal["payment_returned"] = "payment_returned"
    of: str = Field(description="Id of the purchase payment")


class AllocationChange(Event):
    """A new standing allocation for payments from now on."""

    kind: Literal["allocation"] = "allocation"
    allocation: Allocation = Field(description="Percentage by account, together 100%")


class Transfer(Event):
    """Money moves between accounts."""

    kind: Literal["transfer"] = "transfer"
    from_: dict[str, Part] = Field(alias="from", description="What leaves each account: dollars, a percentage, `all`")
    to: Allocation = Field(description="Where it goes, in percentages that add up to 100%")


class _PaidOut(Event):
    """What a withdrawal and a surrender have in common: where the money goes."""

    withholding: Withholding = 0
    exchange_to: str = Field(
        default="", description="Non-qualified: the company whose contract gets the money in a 1035 exchange, with its "
        "part of the basis; not income, nothing withheld",
    )  # fmt: skip
    rollover_to: str = Field(
        default="", description="Qualified: the plan or company that gets the money in a direct rollover; likewise"
    )

    @model_validator(mode="after")
    def _one_destination(self) -> Self:
        if self.exchange_to and self.rollover_to:
            raise ValueError("names both `exchange_to` and `rollover_to`; a contract is qualified or it is not")
        if self.carried_to and self.withholding:
            raise ValueError(
                "money that goes straight to another contract or plan is not income; leave out withholding"
            )
        return self

    @property
    def carried_to(self) -> str:
        """The company or plan that gets the money with its basis; empty where the owner is paid."""
        return self.exchange_to or self.rollover_to


class Withdrawal(_PaidOut):
    """A partial withdrawal."""

    kind: Literal["withdrawal"] = "withdrawal"
    amount: Positive | None = Field(default=None, description="Dollars; may be left out where `from` names dollars")
    net: YesNo = Field(default=False, description="`yes`: the owner is to receive this amount after charges and taxes")
    from_: dict[str, Part] | None = Field(
        default=None,
        alias="from",
        description="Named accounts. With `amount`: percentages of it that add up to 100%. Without: what each gives, "
        "dollars, a percentage of the account, or `all`. If not given: all accounts, in proportion to their values",
    )

    @model_validator(mode="after")
    def _some_amount(self) -> "Withdrawal":
        if self.amount is None and not self.from_:
            raise ValueError("a withdrawal names an amount, or what to take from which accounts")
        if self.amount is not None and self.from_ is not None and sum(self.from_.values()) != -PPB:
            raise ValueError("beside `amount`, `from` gives percentages of it that add up to 100%")
        return self


class Surrender(_PaidOut):
    """The owner gives the contract up for its surrender value."""

    kind: Literal["surrender"] = "surrender"


class FreeLook(Event):
    """The owner returns the contract within the free look period."""

    kind: Literal["free_look"] = "free_look"


class DeathNotice(Event):
    """The company hears of a death; requests wait from now on."""

    kind: Literal["death_notice"] = "death_notice"
    date_of_death: Day = Field(description="Not after the notice")
    party: str = Field(default="owner", description="Who died: owner, annuitant or a party's id")

    @model_validator(mode="after")
    def _died_before(self) -> "DeathNotice":
        if self.date_of_death > self.on:
            raise ValueError(f"date of death {self.date_of_death} is after the notice of {self.on}")
        return self


class DeathProof(Event):
    """Proof of death and election are in good order: the death benefit is paid, or a beneficiary's share of it."""

    kind: Literal["death_proof"] = "death_proof"
    withholding: Withholding = 0
    party: str = Field(
        default="", description="The beneficiary who proves, by the party's id; if not given all that is not paid yet"
    )
    allocation: Allocation | None = Field(
        default=None,
        description="Where the first proof raises the contract value to the death benefit: where the excess goes; "
        "else by the standing allocation",
    )


class SpousalContinuation(Event):
    """The spouse, sole beneficiary, goes on with the contract: its value is raised to the death benefit."""

    kind: Literal["spousal_continuation"] = "spousal_continuation"
    party: str = Field(default="", description="The spouse, by the beneficiary's party id; the only one if not given")
    allocation: Allocation | None = Field(
        default=None, description="Where the excess of the death benefit goes; else by the standing allocation"
    )


class Freeze(Event):
    """Requests are refused until a release: a legal order, a missing tax number, a death that is only suspected."""

    kind: Literal["freeze"] = "freeze"
    cause: Literal["legal_order", "missing_tax_number", "suspected_death", "suspected_fraud", "other"] = Field(
        description="Why"
    )
    refuses: list[Freezable] = Field(
        default=["withdrawal", "surrender", "free_look", "death_proof"],
        min_length=1,
        description="Kinds of requests that are refused; if not given those that pay money out",
    )


class Release(Event):
    """A freeze ends."""

    kind: Literal["release"] = "release"
    of: str = Field(description="Id of the freeze")


class Reversal(Event):
    """An earlier event was wrong: everything is as if it had never happened, but for the history."""

    kind: Literal["reversal"] = "reversal"
    of: str = Field(description="Id of the event that is taken back")


class Approval(Event):
    """A correction that is held may be posted: it was looked at by somebody who did not enter what it comes from."""

    kind: Literal["approval"] = "approval"
    who: str = Field(description="Who approves; nobody who entered what the correction comes from")
    of: str = Field(description="Id of the held correction, as `inforce cycle held` prints it")

    @model_validator(mode="after")
    def _by_somebody(self) -> "Approval":
        if not self.who.strip():
            raise ValueError("an approval names who approves")
        return self


class Rejection(Event):
    """An event is declined for a reason; money that it brought is returned."""

    kind: Literal["rejection"] = "rejection"
    who: str = Field(description="Who rejects it")
    of: str = Field(description="Id of the event that is declined")
    reason: str = Field(description="Why, in words")

    @model_validator(mode="after")
    def _by_somebody_for_a_reason(self) -> "Rejection":
        if not self.who.strip() or not self.reason.strip():
            raise ValueError("a rejection names who rejects and the reason")
        return self


AnyEvent = Annotated[
    Application
    | ApplicationCompleted
    | Consent
    | Issue
    | Delivery
    | PurchasePayment
    | BasisReport
    | PaymentReturned
    | AllocationChange
    | Transfer
    | Withdrawal
    | Surrender
    | FreeLook
    | DeathNotice
    | DeathProof
    | SpousalContinuation
    | Freeze
    | Release
    | Reversal
    | Approval
    | Rejection,
    Field(discriminator="kind"),
]
EVENT_KINDS: dict[str, type[Event]] = {
    "application": Application,
    "application_completed": ApplicationCompleted,
    "consent": Consent,
    "issue": Issue,
    "delivery": Delivery,
    "purchase_payment": PurchasePayment,
    "basis_report": BasisReport,
    "payment_returned": PaymentReturned,
    "allocation": AllocationChange,
    "transfer": Transfer,
    "withdrawal": Withdrawal,
    "surrender": Surrender,
    "free_look": FreeLook,
    "death_notice": DeathNotice,
    "death_proof": DeathProof,
    "spousal_continuation": SpousalContinuation,
    "freeze": Freeze,
    "release": Release,
    "reversal": Reversal,
    "approval": Approval,
    "rejection": Rejection,
}
PRICED = frozenset(
    {
        "purchase_payment",
        "transfer",
        "withdrawal",
        "surrender",
        "free_look",
        "death_notice",
        "death_proof",
        "spousal_continuation",
    }
)
"""Kinds that the mechanics applies, on a valuation date."""
STOPPED_BY_DEATH = PRICED - {"death_notice", "death_proof", "spousal_continuation"}
"""Those that a contract does not take any more once a death was notified."""
REACHING_BACK = frozenset({"reversal", "rejection", "payment_returned", "basis_report", "death_notice"})
"""Kinds that may change what earlier events did: a contract that has done them is replayed."""
ABOUT_EVENTS = REACHING_BACK | {"approval"}
"""Kinds that say something of other events. They count as soon as they are known, for every day."""
LASTING = REACHING_BACK | {"freeze", "release"}
"""Kinds that bear on events to come: whoever goes on from a stored position reads them again."""
BEFORE_ISSUE = frozenset({"application", "application_completed", "consent", "issue"})
"""Kinds that bear on events to come as long as the contract is not issued."""
