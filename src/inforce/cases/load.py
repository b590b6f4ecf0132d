"""From a case file to a journal, a market and a product; strictly, with the place of whatever is wrong."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from inforce.contracts import Contract
from inforce.contracts.events import Issue
from inforce.cycle import Position, Pricer, advance, pricing_day
from inforce.cycle.position import Observer
from inforce.cycle.schedule import calendar_items
from inforce.dates import MonthEnd, anniversary, day_number
from inforce.errors import BadCase, BadInput, BadMarketData, InforceError, NotFound, Refused
from inforce.ledger import MemoryJournal, Snapshot
from inforce.market import (
    DayCount,
    Market,
    MarketData,
    Navs,
    Rates,
    Series,
    SubAccount,
    earned_between,
    guaranteed_growth,
    load_market_file,
    load_market_folder,
    unit_values_from_growth,
    whole_number,
)
from inforce.market.exact import above_zero, zero_or_more
from inforce.mechanics.interest import INDEX_SCALE
from inforce.mechanics.records import Annuity, new_annuity
from inforce.mechanics.units import units_for
from inforce.terms import ContractTerms, Product, find_product
from inforce.terms.source import Source, read_yaml
from inforce.terms.values import parsed

from .schema import Case, ContractCard, MarketCard, OpeningSegment
from .schema import Opening as OpeningCard


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case, ready to run: its contract in a journal of its own."""

    file: Path
    card: Case
    product: Product
    contract: Contract
    journal: MemoryJournal
    market: Market
    opening: Snapshot | None

    def advance(self, through: date, known_at: date | None = None, observer: Observer | None = None) -> Position:
        """The contract with everything due up to a day, by what was entered up to `known_at`.

        Refused before the opening day.
        """
        if self.opening is not None and through < self.opening.on:
            raise Refused("before_opening", f"the contract is opened on {self.opening.on}; before it nothing is known")
        events = self.journal.events(self.contract.id, known_at)
        return advance(
            self.contract, self.product, events, self.market, through, observer, self.opening, filed_by=known_at
        )


def load_case(file: Path | str) -> Loaded:
    """Read a case or contract file.

    Raises:
        BadCase: what is wrong, with file and line.
        BadMarketData, BadTerms, NotFound: a market file or product that it names.
    """
    file = Path(file)
    source = read_yaml(file, BadCase)
    card = parsed(Case, source.content, lambda at, message: _bad(source, at, message))
    try:
        product = find_product(card.product, beside=file.parent)
    except NotFound as missing:
        raise _bad(source, ("product",), str(missing)) from None
    contract = _contract(card, product)
    if card.contract.form not in product.card.forms:
        forms = ", ".join(product.card.forms)
        raise _bad(source, ("contract", "form"), f"{card.contract.form!r} is no form of {product.id}; it has {forms}")
    _check_readings(source, card, product)
    issued = _issued(source, card)
    terms = product.terms(contract.cohort(issued), issued)
    _check_mentions(source, card, terms)
    market = _market(source, card.market, product, contract, terms)
    journal = MemoryJournal()
    journal.open(contract)
    _record(source, card, journal)
    opening = None
    if card.opening is not None:
        opening = _opening(source, card, card.opening, terms, market, product)
    return Loaded(file, card, product, contract, journal, market, opening)


def _bad(source: Source, at: tuple[str, ...], message: str) -> BadCase:
    path: tuple[str, ...] = ()
    for key in at:  # the kind of an event stands in a validation path, not in the file
        path = (*path, key) if (*path, key) in source.places or key == at[-1] else path
    place = source.place(path)
    return BadCase(message, file=place.file, line=place.line, at=".".join(path))


def _contract(card: Case, product: Product) -> Contract:
    c: ContractCard = card.contract
    return Contract(
        c.id, product.id, c.form, c.qualification, c.issue_state, c.residence_state, c.selling_firm, c.allocation,
        tuple(c.parties), c.readings, c.replacement,
    )  # fmt: skip


def _issued(source: Source, card: Case) -> date:
    """The contract date, from the contract or its issue event; else the first day of anything."""
    issue = next((event for event in card.events if isinstance(event, Issue)), None)
    if issue is not None and card.contract.issued is not None:
        raise _bad(source, ("contract", "issued"), "stands beside an `issue` event; give one of the two")
    if issue is not None and card.contract.delivered is not None:
        raise _bad(source, ("contract", "delivered"), "stands beside an `issue` event; give it there")
    if card.opening is not None and card.contract.issued is None:
        raise _bad(source, ("opening",), "needs the contract's `issued:` date")
    if issue is not None:
        return issue.contract_date or issue.on
    return card.contract.issued or min((event.on for event in card.events), default=date(2000, 1, 3))


def _record(source: Source, card: Case, journal: MemoryJournal) -> None:
    if card.contract.issued is not None and card.opening is None:
        issue = Issue(id="issue", on=card.contract.issued, delivered=card.contract.delivered)
        journal.record(card.contract.id, issue)
    for i, event in enumerate(card.events):
        if card.opening is not None and event.on <= card.opening.on:
            raise _bad(source, ("events", str(i)), f"is of {event.on}, not after the opening of {card.opening.on}")
        try:
            journal.record(card.contract.id, event if event.id else event.model_copy(update={"id": f"e{i + 1}"}))
        except BadInput as bad:
            raise _bad(source, ("events", str(i)), str(bad)) from None


def _market(source: Source, card: MarketCard, product: Product, contract: Contract, terms: ContractTerms) -> Market:
    decimals = terms.sections.rounding.unit_value_decimals
    market = Market(MarketData(decimals=decimals), between=card.between)
    for i, name in enumerate(card.files):
        path = source.file.parent / name
        if name.startswith("product:"):
            path = product.folder / "tables" / name.removeprefix("product:")
        if not path.exists():
            raise _bad(source, ("market", "files", str(i)), f"there is no file or folder {path}")
        part = (
            load_market_folder(path, decimals=decimals).data
            if path.is_dir()
            else load_market_file(path, decimals=decimals)
        )
        market = market.with_data(part)
    try:
        market = market.with_data(_written_out(card, decimals, terms.sections.separate_account_charge.start_unit_value))
    except BadMarketData as bad:
        raise _bad(source, ("market",), str(bad)) from None
    except ValueError as bad:
        raise _bad(source, ("market",), str(bad)) from None
    _check_names(source, card, terms)
    try:
        return _with_derived(market, product, contract, terms)
    except BadMarketData as bad:
        raise _bad(source, ("market",), str(bad)) from None


def _written_out(card: MarketCard, decimals: int, start_unit_value: Decimal) -> MarketData:
    unit_values = {
        SubAccount(fund): Series.of({day: above_zero(text, decimals) for day, text in values.items()}, "case")
        for fund, values in card.unit_values.items()
    }
    for fund, growth in card.growth.items():
        if SubAccount(fund) in unit_values:
            raise BadMarketData(f"{fund} has both unit values and growth factors; give one of the two.")
        start = whole_number(growth.unit_value or str(start_unit_value), decimals)
        unit_values[SubAccount(fund)] = unit_values_from_growth(growth.from_, start, growth.factors, source="case")
    navs = {
        fund: Navs.of(
            {day: above_zero(nav.nav, 6) for day, nav in days.items()},
            {day: zero_or_more(nav.dividend, 6) for day, nav in days.items()},
            {day: zero_or_more(nav.capital_gain, 6) for day, nav in days.items()},
            "case",
        )
        for fund, days in card.navs.items()
    }
    declared = {account: Rates.by_month(rates, "case") for account, rates in card.declared_rates.items()}
    secondary = {
        account: Rates.by_year({int(year): rate for year, rate in rates.items()}, "case")
        for account, rates in card.secondary_rates.items()
    }
    return MarketData(unit_values, navs, declared, secondary, decimals)


def _check_names(source: Source, card: MarketCard, terms: ContractTerms) -> None:
    funds, fixed = list(terms.sections.sub_accounts), list(terms.sections.fixed_accounts)
    for group in ("unit_values", "navs", "growth", "declared_rates", "secondary_rates"):
        known = fixed if group.endswith("rates") else funds
        for name in getattr(card, group):
            if name not in known:
                raise _bad(source, ("market", group, name), f"is no account of this product; it has {', '.join(known)}")


def _check_readings(source: Source, card: Case, product: Product) -> None:
    """The readings that the case chooses exist."""
    for path, wrong in product.wrong_readings(card.contract.readings):
        raise _bad(source, ("contract", "readings", path), wrong)


def _check_mentions(source: Source, card: Case, terms: ContractTerms) -> None:
    """The accounts and events that the case names exist."""
    events = {event.id or f"e{i + 1}" for i, event in enumerate(card.events)} | {"issue"}
    for i, expectation in enumerate(card.expect):
        if expectation.event is not None and expectation.event not in events:
            raise _bad(source, ("expect", str(i), "event"), f"there is no event {expectation.event!r}")
    accounts = [*terms.sections.sub_accounts, *terms.sections.fixed_accounts]
    for i, expectation in enumerate(card.expect):
        for group in ("accounts", "units", "unit_values", "by_account"):
            for name in getattr(expectation, group) or ():
                if name not in accounts:
                    at = ("expect", str(i), group, name)
                    raise _bad(source, at, f"is no account of this product; it has {', '.join(accounts)}")


def _with_derived(market: Market, product: Product, contract: Contract, terms: ContractTerms) -> Market:
    """Unit values worked out from net asset values, with the product's charge, where only those are given."""
    charge = terms.sections.separate_account_charge
    start = int(charge.start_unit_value * 10**market.decimals)
    for fund in terms.sections.sub_accounts:
        key = SubAccount(fund, product.separate_account(contract.qualification, contract.issue_state))
        if market.has_navs(fund) and market.has_prices(key):
            raise BadMarketData(f"{fund} has both net asset values and unit values; give one of the two.")
        if market.has_navs(fund):
            market = market.derive(key, annual_charge=charge.total, start=start, days_in_year=charge.days_in_year)
    return market


def _opening(
    source: Source, card: Case, opening: OpeningCard, terms: ContractTerms, market: Market, product: Product
) -> Snapshot:
    issued = card.contract.issued or opening.on
    if opening.on < issued:
        raise _bad(source, ("opening", "on"), f"is before the contract date {issued}")
    state = new_annuity(len(terms.sections.sub_accounts), len(terms.sections.fixed_accounts), day_number(issued))
    _open_accounts(source, opening, state, terms, Pricer(market, product, _contract(card, product)))
    for payment in opening.payments:
        state.layer_paid.append(payment.amount)
        state.layer_left.append(payment.amount if payment.left is None else payment.left)
        state.layer_day.append(day_number(payment.on))
        state.layers += 1
    state.payments = sum(state.layer_paid)
    state.withdrawals, state.free_used, state.transfers = opening.withdrawals, opening.free_used, opening.transfers
    state.deductions = opening.deductions
    left = sum(state.layer_left)
    state.payments_floor = left if opening.payments_floor is None else opening.payments_floor
    state.reset_floor = state.payments_floor if opening.reset_floor is None else opening.reset_floor
    years = _years_ended(issued, opening.on, terms)
    state.years_since_reset = years % (terms.record.reset_years or 1)
    carried = state.payments if card.contract.qualification == "non_qualified" else 0
    state.basis = carried if opening.basis is None else opening.basis
    state.anniversary_value = _anniversary_value(source, opening, state, terms, years)
    return Snapshot(opening.on, issued, state, card.contract.delivered, card.contract.allocation)


def _years_ended(issued: date, on: date, terms: ContractTerms) -> int:
    """Anniversaries done by the opening; one on a day without prices may be done only after it."""
    due = calendar_items(issued, lambda day: terms.sections, on)
    return sum(item.operation == "anniversary" for item in due)


def _anniversary_value(source: Source, opening: OpeningCard, state: Annuity, terms: ContractTerms, years: int) -> int:
    if opening.anniversary_value is not None:
        return opening.anniversary_value
    if years and terms.sections.free_withdrawal.of == "value_at_last_anniversary":
        raise _bad(source, ("opening",), "needs `anniversary_value:`, of which the free amount is a share")
    return 0 if years else state.payments


def _open_accounts(source: Source, opening: OpeningCard, state: Annuity, terms: ContractTerms, pricer: Pricer) -> None:
    funds, fixed = list(terms.sections.sub_accounts), list(terms.sections.fixed_accounts)
    for name, account in opening.accounts.items():
        at = ("opening", "accounts", name)
        if name in funds:
            k = funds.index(name)
            if account.units is not None:
                scaled = account.units * 10**terms.sections.rounding.unit_decimals
                if scaled != int(scaled):
                    raise _bad(source, at, "has more decimals than the product's units")
                state.units[k] = int(scaled)
            else:
                state.units[k] = _units(source, at, account.value or 0, pricer, name, pricing_day(opening.on), terms)
        elif name in fixed:
            i = fixed.index(name)
            if (account.segments is None) == bool(terms.record.guarantee_years[i]) or account.units is not None:
                wanted = "segments" if terms.record.guarantee_years[i] else "value"
                raise _bad(source, at, f"is a fixed account; give its {wanted}")
            _open_segments(account.segments or [], i, state, opening.on, terms)
            state.balance[i], state.fixed_out_count[i] = account.value or 0, account.transfers_out
            state.anchor[i] = pricer.index(name, opening.on, terms) if account.value else INDEX_SCALE
            if account.last_transfer_out is not None:
                state.fixed_out_serial[i] = account.last_transfer_out.toordinal()
        else:
            raise _bad(source, at, f"is no account of this product; it has {', '.join([*funds, *fixed])}")


def _open_segments(segments: list[OpeningSegment], i: int, state: Annuity, on: date, terms: ContractTerms) -> None:
    account = list(terms.sections.fixed_accounts.values())[i]
    for segment in segments:
        index = guaranteed_growth(segment.rate, earned_between(segment.began, on, DayCount(account.day_count)))
        month_end = MonthEnd(terms.sections.calendar.month_end)
        ends = anniversary(segment.began, account.guarantee_years, month_end)
        state.segments += 1
        state.segment_account.append(i)
        state.segment_balance.append(segment.value)
        state.segment_anchor.append(index)
        state.segment_rate.append(segment.rate)
        state.segment_start.append(segment.began.toordinal())
        state.segment_end.append(ends.toordinal())


def _units(
    source: Source, at: tuple[str, ...], value: int, pricer: Pricer, fund: str, day: date, terms: ContractTerms
) -> int:
    try:
        return units_for(value, pricer.unit_value(fund, day), terms.record.value_scale)
    except InforceError as missing:
        raise _bad(source, at, str(missing)) from None
