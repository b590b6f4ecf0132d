"""A contract as a file of records opens it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from inforce.cases.schema import ContractCard
from inforce.contracts import Contract
from inforce.contracts.events import Issue


class ContractRecord(ContractCard):
    """Opens a contract. Its fields are those of a contract file, and `contract` is its id."""

    kind: Literal["contract"] = "contract"

    id: str = Field(alias="contract", description="Id of the contract", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    product: str = Field(description="The product's id")

    @model_validator(mode="after")
    def _delivered_after_issue(self) -> Self:
        if self.delivered is not None and self.issued is None:
            raise ValueError("`delivered` goes with `issued`; give both, or an event of kind issue")
        return self

    @property
    def contract(self) -> Contract:
        """The contract."""
        return Contract(
            self.id, self.product, self.form, self.qualification, self.issue_state, self.residence_state,
            self.selling_firm, self.allocation, tuple(self.parties), self.readings, self.replacement,
        )  # fmt: skip

    @property
    def issue(self) -> Issue | None:
        """The event that `issued` stands for."""
        return None if self.issued is None else Issue(id="issue", on=self.issued, delivered=self.delivered)

    @classmethod
    def of(cls, contract: Contract) -> "ContractRecord":
        """The record that opens a contract."""
        fields = {name: getattr(contract, name) for name in Contract.__dataclass_fields__}
        return cls.model_construct(**fields | {"parties": list(contract.parties)})
