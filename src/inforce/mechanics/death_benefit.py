"""Death benefits before annuitization."""

from .money import greater_of, pro_rata_reduction
from .records import DeathBenefit, Floor, Refund, Terms
from .rule import rule


@rule
def floor_after(p: Terms, floor: int, withdrawn: int, before: int) -> int:
    """A floor of the death benefit after a withdrawal: less the dollars withdrawn, or less the same share as the value.

    $100,000 paid, $20,000 of a value of $80,000 withdrawn: $80,000 dollar for dollar, $75,000 in proportion.
    """
    if p.floor == Floor.PROPORTIONAL:
        return pro_rata_reduction(floor, withdrawn, before)
    return greater_of(0, floor - withdrawn)


@rule
def death_benefit(p: Terms, value: int, floor: int, reset: int) -> int:
    """The contract value, or the greater of it and the payments floor; with resets also of the reset floor."""
    if p.death_benefit == DeathBenefit.CONTRACT_VALUE:
        return value
    if p.reset_years > 0:
        return greater_of(greater_of(value, floor), reset)
    return greater_of(value, floor)


@rule
def free_look_refund(p: Terms, value: int, payments: int, deductions: int) -> int:
    """What a contract returned in the free look period pays; `payments` are net of what was withdrawn."""
    if p.refund == Refund.PAYMENTS:
        return payments
    if p.refund == Refund.GREATER_OF_VALUE_AND_PAYMENTS:
        return greater_of(value + deductions, payments)
    return value + deductions
