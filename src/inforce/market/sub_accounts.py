"""Sub-accounts: what a unit value belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass

from inforce.errors import BadMarketData


@dataclass(frozen=True, slots=True, order=True)
class SubAccount:
    """A fund in a separate account at one level of charges. A blank part means any.

    Features that an owner elects change the charges, so the same fund has several unit values.
    Raises `BadMarketData` without a fund.
    """

    fund: str
    separate_account: str = ""
    charge_class: str = ""

    def __post_init__(self) -> None:
        if not self.fund:
            raise BadMarketData("a sub-account without a fund; name the fund.", at="fund")

    def most_specific_first(self) -> Iterator["SubAccount"]:
        """This sub-account, then the more general ones whose prices hold for it too."""
        yield self
        if self.charge_class and self.separate_account:
            yield SubAccount(self.fund, self.separate_account)
            yield SubAccount(self.fund, "", self.charge_class)
        if self.charge_class or self.separate_account:
            yield SubAccount(self.fund)

    def __str__(self) -> str:
        parts = [("separate account", self.separate_account), ("charge class", self.charge_class)]
        given = ", ".join(f"{word} {name}" for word, name in parts if name)
        return f"{self.fund} ({given})" if given else self.fund
