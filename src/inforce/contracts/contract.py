"""A contract: what it is, who stands in which role, and the elections that decide its terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from inforce.mechanics.money import PPB
from inforce.terms import Cohort
from inforce.terms.values import Day, Rate, Strict

Role = Literal["owner", "joint_owner", "annuitant", "joint_annuitant", "beneficiary", "agent", "firm"]


class Party(Strict):
    """Somebody in a role. The id is opaque; names and tax numbers live elsewhere."""

    id: str = Field(description="Opaque id; no name, no tax number")
    role: Role = Field(description="What the party is in this contract")
    born: Day | None = Field(default=None, description="Date of birth")
    share: Rate | None = Field(
        default=None,
        description="Of a beneficiary: percentage of the death benefit; equal parts where none of its class has one",
        gt=0,
        le=PPB,
    )
    beneficiary_class: Literal["primary", "contingent"] | None = Field(
        default=None, description="Of a beneficiary: `contingent` ones are paid where no `primary` one (the default) is"
    )

    @model_validator(mode="after")
    def _of_a_beneficiary(self) -> Self:
        if self.role != "beneficiary" and (self.share is not None or self.beneficiary_class is not None):
            raise ValueError(f"`share` and `beneficiary_class` are of a beneficiary; {self.id!r} is {self.role}")
        return self

    @property
    def contingent(self) -> bool:
        return self.beneficiary_class == "contingent"


def wrong_parties(parties: Sequence[Party]) -> str:
    """What is wrong with a contract's beneficiaries, in words; empty where nothing is."""
    beneficiaries = [party for party in parties if party.role == "beneficiary"]
    ids = [party.id for party in beneficiaries]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        return f"beneficiary {twice!r} is named twice"
    if beneficiaries and all(party.contingent for party in beneficiaries):
        return "there are contingent beneficiaries and no primary one"
    wrong = (_wrong_shares([p for p in beneficiaries if p.contingent == later]) for later in (False, True))
    return next((text for text in wrong if text), "")


def _wrong_shares(parties: Sequence[Party]) -> str:
    shares = [party.share for party in parties if party.share is not None]
    which = "contingent" if parties and parties[0].contingent else "primary"
    if shares and len(shares) < len(parties):
        return f"give each {which} beneficiary a share, or none of them"
    if shares and sum(shares) != PPB:
        return f"the shares of the {which} beneficiaries add up to {sum(shares) / 10_000_000:g} %, not 100 %"
    return ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as its product's terms see it."""

    id: str
    product: str
    form: str
    qualification: str
    issue_state: str
    residence_state: str = ""
    selling_firm: str = ""
    allocation: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Standing allocation at application, parts per billion by account."""
    parties: tuple[Party, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict, hash=False)
    replacement: bool = False
    """Does it replace an existing policy or contract?"""

    def owned_by(self, party: str) -> bool:
        """Is that one an owner? `party` is a role or the id of a party."""
        return party in ("owner", "joint_owner") or any(p.id == party and "owner" in p.role for p in self.parties)

    @property
    def beneficiaries(self) -> list[Party]:
        """Those who stand as beneficiaries, in order."""
        return [party for party in self.parties if party.role == "beneficiary"]

    def share_of(self, party: str) -> int:
        """A beneficiary's share of the death benefit, parts per billion: equal parts where no shares are given."""
        mine = next(p for p in self.beneficiaries if p.id == party)
        if mine.share is not None:
            return mine.share
        peers = [p.id for p in self.beneficiaries if p.contingent == mine.contingent]
        place = peers.index(party)
        return PPB * (place + 1) // len(peers) - PPB * place // len(peers)

    def cohort(self, issued: date) -> Cohort:
        """The cohort that decides the contract's terms."""
        return Cohort(self.form, self.qualification, self.issue_state, issued, self.selling_firm, self.readings,
                      self.replacement)  # fmt: skip
