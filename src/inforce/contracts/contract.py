"""A contract: what it is, who stands in which role, and the elections that decide its terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import Field

from inforce.terms import Cohort
from inforce.terms.values import Day, Strict

Role = Literal["owner", "joint_owner", "annuitant", "joint_annuitant", "beneficiary", "agent", "firm"]


class Party(Strict):
    """Somebody in a role. The id is opaque; names and tax numbers live elsewhere."""

    id: str = Field(description="Opaque id; no name, no tax number")
    role: Role = Field(description="What the party is in this contract")
    born: Day | None = Field(default=None, description="Date of birth")


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

    def cohort(self, issued: date) -> Cohort:
        """The cohort that decides the contract's terms."""
        return Cohort(self.form, self.qualification, self.issue_state, issued, self.selling_firm, self.readings)
