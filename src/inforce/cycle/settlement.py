"""What late trades and wrong prices cost the company: the separate account trades at its price of the day it hears."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from inforce.dates import Adjust, adjusted, is_valuation_date, previous_valuation_date
from inforce.errors import MissingPrice
from inforce.ledger import Entry, Line
from inforce.market import Market
from inforce.mechanics.units import value_of
from inforce.terms import ContractTerms, Pricing
from inforce.terms.schema import Calendar

from .position import Position
from .posting import LATE_TRADE, PRICE_ERROR, SEPARATE_ACCOUNT, SETTLEMENT, engine_version, entry_for
from .prices import Pricer
from .schedule import pricing_day

CONTRACT: Final = "contract/"
Amounts = dict[str, int]


def settlements(
    position: Position, market: Market, entries: Iterable[Entry], settled: Iterable[Entry], day: date
) -> list[Entry]:
    """Entries, known on `day`, for the gain or loss on what `entries` traded, less what was `settled` of it already.

    An owner's units count at the price in use of the effective day. The separate account trades them on the valuation
    date on which they are known, at that day's right price. The difference is the company's:

        late trade: units x (price in use, effective day - price in use, day of the trade)
        price error: units x (price in use, day of the trade - price given last for it)

    100 units bought for an owner at 20.00 and traded a day late at 20.50 lose 50.00.

    Raises:
        MissingPrice: the price of a trade is not known yet.
    """
    settler = _Settler(position, market, day)
    first: dict[str, Entry] = {}
    totals: dict[str, Amounts] = {}
    for entry in entries:
        for account, cents in settler.of(entry):
            first.setdefault(entry.event, entry)
            _add(totals.setdefault(entry.event, {}), account, cents)
    for entry in settled:
        first.setdefault(entry.event, entry)
        for line in entry.lines:
            _add(totals.setdefault(entry.event, {}), line.account, -line.cents)
    return [
        entry_for(entry.contract, event, SETTLEMENT, entry.effective, day, entry.terms, engine_version(), lines)
        for event, entry in first.items()
        if (lines := tuple(Line(account, cents) for account, cents in totals[event].items() if cents))
    ]


def _add(totals: Amounts, account: str, cents: int) -> None:
    totals[account] = totals.get(account, 0) + cents


class _Settler:
    def __init__(self, position: Position, market: Market, day: date) -> None:
        self.position = position
        self.corrected = market.has_corrections
        self.pricer = Pricer(market, position.product, position.contract)
        self.through = day

    def of(self, entry: Entry) -> Iterator[tuple[str, int]]:
        """Accounts and cents, together zero, of what one entry traded."""
        units = [line for line in entry.lines if line.units and line.account.startswith(CONTRACT)]
        if not units or (entry.known <= entry.effective and not self.corrected):
            return
        priced = pricing_day(entry.effective)
        traded = max(priced, self._traded(entry))
        for line in units:
            fund = line.account.removeprefix(CONTRACT)
            if traded > priced or self._was_corrected(fund, traded):
                yield from self._line(line, fund, priced, traded)

    def _traded(self, entry: Entry) -> date:
        """The valuation date on which the separate account trades."""
        if entry.known <= entry.effective:
            return pricing_day(entry.effective)
        traded = trade_day(entry.known, entry.operation, self._terms(entry.known).sections.calendar)
        if traded > self.through:
            raise MissingPrice(f"what became known on {entry.known} trades on {traded}")
        return traded

    def _line(self, line: Line, fund: str, priced: date, traded: date) -> Iterator[tuple[str, int]]:
        used, at_trade = self._in_use(fund, priced), self._in_use(fund, traded)
        right = self.pricer.unit_value(fund, traded)
        scale = self._terms(traded).record.value_scale
        late, error = (_signed(line.units, each, scale) for each in (used - at_trade, at_trade - right))
        yield from ((LATE_TRADE, late), (PRICE_ERROR, error), (f"{SEPARATE_ACCOUNT}/{fund}", -late - error))

    def _terms(self, on: date) -> ContractTerms:
        """The contract's terms on a day; where its issue was taken back, those of a contract of that day."""
        position = self.position
        cohort = position.contract.cohort(position.issued or on)
        return position.product.terms(cohort, on, position.filed_by)

    def _was_corrected(self, fund: str, day: date) -> bool:
        return self.corrected and len(self.pricer.market.unit_values_given(self.pricer.key(fund), day)) > 1

    def _in_use(self, fund: str, day: date) -> int:
        return self.pricer.unit_value(fund, day, self._terms(day).sections.corrections)


def trade_day(known: date, operation: str, calendar: Calendar) -> date:
    """The valuation date on which what is known on a day is traded; on a day without prices as the terms say."""
    rule = getattr(calendar.non_valuation_day, operation, Pricing.FOLLOWING)
    if is_valuation_date(known):
        return known
    return previous_valuation_date(known) if rule == Pricing.LAST_PRICE else adjusted(known, Adjust(str(rule)))


def _signed(units: int, difference: int, scale: int) -> int:
    """Cents of units at a difference of prices, with its sign: gained above zero."""
    cents = value_of(abs(units), abs(difference), scale)
    return cents if (units < 0) == (difference < 0) else -cents
