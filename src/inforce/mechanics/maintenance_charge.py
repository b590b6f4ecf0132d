"""The annual maintenance charge of a contract."""

from .money import lesser_of
from .records import Annuity, Due, Reason, Terms
from .rule import rule


@rule
def maintenance_reason(c: Annuity, p: Terms, d: Due, value: int, surrendering: int) -> int:
    """Why no maintenance charge is taken (a `Reason`); 0 where it is."""
    if p.maintenance == 0:
        return Reason.NO_CHARGE_IN_TERMS
    if surrendering == 1 and p.maintenance_on_surrender == 0:
        return Reason.NOT_TAKEN_ON_SURRENDER
    if c.maintenance_day == d.day:
        return Reason.ALREADY_TAKEN_TODAY
    if p.maintenance_waiver >= 0 and value >= p.maintenance_waiver:
        return Reason.VALUE_AT_WAIVER
    return Reason.NONE


@rule
def maintenance_charge(c: Annuity, p: Terms, d: Due, value: int, available: int, surrendering: int) -> int:
    """The maintenance charge due today, no more than is `available` in the accounts it is taken from."""
    if maintenance_reason(c, p, d, value, surrendering) != Reason.NONE:
        return 0
    return lesser_of(p.maintenance, available)
