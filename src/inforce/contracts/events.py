"""What owners, companies and calendars ask of a contract. Events are data: the journal keeps them for ever.

Each was received at an instant (New York date `on` and time `at`; before the close where no time is given). The
field descriptions make the event reference, `docs/reference/events.md`.
"""

import re
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from inforce.mechanics.money import PPB
from inforce.terms.values import Amount, Day, Rate, Strict, Whole, YesNo, amount, rate

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
Withholding = Annotated[Rate, Field(ge=0, le=PPB, description="Part of the taxable amount withheld for income tax")]


def same_person(one: str, other: str) -> bool:
    """Are two names of one person? Capitals and blanks around them make no difference."""
    return one.strip().casefold() == other.strip().casefold()


class Event(Strict):
    """What all events have in common."""

    kind: str

    id: str = Field(default="", description="Name of the event within its contract; numbered where not given")
    on: Day = Field(description="New York date on which it was received")
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


class Issue(Event):
    """The contract is issued."""

    kind: Literal["issue"] = "issue"
    contract_date: Day | None = Field(default=None, description="Contract date; the day of this event if not given")
    delivered: Day | None = Field(default=None, description="Delivery to the owner, from which the free look counts")


class PurchasePayment(Event):
    """Money for the contract. Before issue it waits in suspense."""

    kind: Literal["purchase_payment"] = "purchase_payment"
    amount: Positive = Field(description="Dollars paid, before premium tax")
    allocation: Allocation | None = Field(default=None, description="For this payment; else the standing allocation")
    source: str = Field(default="", description="Check, rollover, exchange, employer, …")
    tax_year: Whole | None = Field(default=None, description="Tax year it counts for")
    basis: Amount | None = Field(
        default=None,
        description="Investment in the contract it carries; if not given the payment (non-qualified) or 0 (qualified)",
    )


class AllocationChange(Event):
    """A new standing allocation for payments from now on."""

    kind: Literal["allocation"] = "allocation"
    allocation: Allocation = Field(description="Percentage by account, together 100%")


class Transfer(Event):
    """Money moves between accounts."""

    kind: Literal["transfer"] = "transfer"
    from_: dict[str, Part] = Field(alias="from", description="What leaves each account: dollars, a percentage, `all`")
    to: Allocation = Field(description="Where it goes, in percentages that add up to 100%")


class Withdrawal(Event):
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
    withholding: Withholding = 0

    @model_validator(mode="after")
    def _some_amount(self) -> "Withdrawal":
        if self.amount is None and not self.from_:
            raise ValueError("a withdrawal names an amount, or what to take from which accounts")
        if self.amount is not None and self.from_ is not None and sum(self.from_.values()) != -PPB:
            raise ValueError("beside `amount`, `from` gives percentages of it that add up to 100%")
        return self


class Surrender(Event):
    """The owner gives the contract up for its surrender value."""

    kind: Literal["surrender"] = "surrender"
    withholding: Withholding = 0


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
    """Proof of death and election are in good order: the death benefit is paid."""

    kind: Literal["death_proof"] = "death_proof"
    withholding: Withholding = 0


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
    | Issue
    | PurchasePayment
    | AllocationChange
    | Transfer
    | Withdrawal
    | Surrender
    | FreeLook
    | DeathNotice
    | DeathProof
    | Reversal
    | Approval
    | Rejection,
    Field(discriminator="kind"),
]
EVENT_KINDS: dict[str, type[Event]] = {
    "application": Application,
    "issue": Issue,
    "purchase_payment": PurchasePayment,
    "allocation": AllocationChange,
    "transfer": Transfer,
    "withdrawal": Withdrawal,
    "surrender": Surrender,
    "free_look": FreeLook,
    "death_notice": DeathNotice,
    "death_proof": DeathProof,
    "reversal": Reversal,
    "approval": Approval,
    "rejection": Rejection,
}
ABOUT_EVENTS = frozenset({"reversal", "approval", "rejection"})
"""Kinds that say something of other events. They count as soon as they are known, for every day."""
PRICED = frozenset(
    {"purchase_payment", "transfer", "withdrawal", "surrender", "free_look", "death_notice", "death_proof"}
)
"""Kinds that the mechanics applies, on a valuation date."""
