"""7-day yields of money market sub-accounts, recurring charges of the contract included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from inforce.cycle import Pricer
from inforce.dates import previous_valuation_date
from inforce.errors import BadInput
from inforce.market import Market
from inforce.terms import Product

from .method import share_of_charge
from .purchase import buyer

DAYS = 7
_DIGITS = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Yields:
    """Percent, unrounded."""

    current: Decimal
    effective: Decimal

    @property
    def printed(self) -> tuple[Decimal, Decimal]:
        """Both to two decimals, half up by size."""
        return _printed(self.current), _printed(self.effective)


def _printed(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.01"), ROUND_HALF_UP)


def yields_of(start: Decimal, end: Decimal, charge: Decimal, days_in_year: int = 365) -> Yields:
    """Yields from the unit values of the first and last of seven days and the contract's charge for one unit.

    Base = (end - start - charge) / start; current = base x 365 / 7; effective = (1 + base) ^ (365 / 7) - 1. From
    10.785244 to 10.79618 at a charge of 0.0000051815 the base is 0.10135 % and the effective yield 5.42 %.
    """
    base = _DIGITS.divide(end - start - charge, start)
    year = _DIGITS.divide(Decimal(days_in_year), Decimal(DAYS))
    grown = _DIGITS.exp(_DIGITS.multiply(_DIGITS.ln(1 + base), year))
    return Yields(100 * _DIGITS.multiply(base, year), 100 * (grown - 1))


def seven_day_yields(
    product: Product,
    market: Market,
    sub_account: str,
    form: str,
    as_of: date,
    readings: Mapping[str, str] | None = None,
) -> Yields:
    """Yields of a sub-account over the seven days to the last price of `as_of`.

    The contract's charge is the maintenance charge that the payment of the returns tables bears: 2.14 on 1,000 takes
    0.2143 % a year off the yield.

    Raises:
        MissingPrice: no unit value at one of the ends.
    """
    last = previous_valuation_date(as_of)
    contract = buyer(product, form, sub_account, readings)
    pricer = Pricer(market, product, contract)
    start, end = (Decimal(pricer.unit_value(sub_account, day))
                  for day in (previous_valuation_date(last - timedelta(days=DAYS)), last))  # fmt: skip
    terms = product.terms(contract.cohort(as_of), as_of).sections
    if terms.performance is None:
        raise BadInput(f"{product.id} has no `performance` terms, so that its charge in yields is not defined")
    times = terms.performance.worked_at
    cents = share_of_charge(terms.maintenance_charge.amount * times, terms.performance, sub_account)
    part = _DIGITS.divide(Decimal(cents * DAYS), Decimal(terms.performance.purchase_payment * times * 365))
    return yields_of(start, end, start * part)
