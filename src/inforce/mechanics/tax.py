"""Income tax on what a contract pays before annuitization: the taxable part. (Internal Revenue Code, section 72(e))

What goes straight to another contract (section 1035; Rev. Proc. 2011-38) or plan is no income; its basis goes with it.
"""

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
def basis_carried(basis: int, gross: int, value: int) -> int:
    """The basis that goes with money to another contract or plan: with the whole value all of it, else in proportion.

    Basis $1,000, $600 of a value of $1,500: $400 go with it, more than what is left after a surrender charge or not.
    """
    if gross >= value:
        return basis
    return ratio(basis, gross, value)


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
