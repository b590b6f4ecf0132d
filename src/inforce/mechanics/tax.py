"""Income tax on what a contract pays before annuitization: the taxable part. (Internal Revenue Code, section 72(e))"""

from .money import greater_of, lesser_of, ratio
from .records import Annuity, Taxation, Terms
from .rule import rule


@rule
def basis_part(basis: int, payable: int, value: int) -> int:
    """The part of a payment that returns the basis in proportion: basis x payable / value."""
    if payable >= value:
        return lesser_of(basis, payable)
    return lesser_of(payable, ratio(basis, payable, value))


@rule
def taxable_on_surrender(c: Annuity, payable: int) -> int:
    """A full surrender is income as far as it exceeds the basis: $1,200 paid, basis $1,000: $200."""
    return greater_of(0, payable - c.basis)


@rule
def taxable_part(c: Annuity, p: Terms, payable: int, value: int) -> int:
    """The part of `payable` that is income: earnings first, or all but the basis in proportion.

    Value $1,500, basis $1,000, $600 paid: $500 are earnings, $100 return the basis. The value is taken before any
    surrender charge.
    """
    if p.taxation == Taxation.EARNINGS_FIRST:
        return lesser_of(payable, greater_of(0, value - c.basis))
    return payable - basis_part(c.basis, payable, value)
