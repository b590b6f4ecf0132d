"""Run a case: every expectation beside what Inforce says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from inforce.cycle import Applied, Position, Pricer
from inforce.cycle.requests import account_names
from inforce.errors import MissingData, Refused
from inforce.quote import Quote, quote
from inforce.valuation import Valuation, value

from .load import Loaded
from .schema import ABOUT, Expectation, QuoteRequest, quote_event

COUNTS = frozenset({"contract_year"})


@dataclass(frozen=True, slots=True)
class Check:
    """One expected figure."""

    about: str
    figure: str
    expected: str
    actual: str
    passed: bool
    tolerance: str = ""


@dataclass(slots=True)
class Outcome:
    """A case that was run."""

    loaded: Loaded
    checks: list[Check] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Did every check hold?"""
        return all(check.passed for check in self.checks)


def run_case(loaded: Loaded) -> Outcome:
    """Check every expectation of a case. What cannot be worked out fails its check with the reason."""
    runner = _Runner(loaded)
    outcome = Outcome(loaded)
    for expectation in loaded.card.expect:
        outcome.checks += runner.checks(expectation)
    return outcome


class _Runner:
    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.positions: dict[tuple[date, date | None], Position] = {}
        days = [event.on for event in loaded.card.events] + [e.on for e in loaded.card.expect if e.on]
        last = max(days, default=date(2000, 1, 3))
        self.horizon = last + timedelta(days=min(14, (date.max - last).days))

    def position(self, through: date, known_at: date | None) -> Position:
        key = (through, known_at)
        if key not in self.positions:
            self.positions[key] = self.loaded.advance(through, known_at)
        return self.positions[key]

    def checks(self, e: Expectation) -> Iterator[Check]:
        about, figures = self._figures(e)
        tolerance = self.loaded.card.tolerance if e.tolerance is None else e.tolerance
        for name in sorted(e.model_fields_set - ABOUT, key=list(Expectation.model_fields).index):
            yield from _compare(about, name, getattr(e, name), figures, tolerance)

    def _figures(self, e: Expectation) -> tuple[str, dict[str, Any]]:
        known = f" as known on {e.known_at}" if e.known_at else ""
        on = e.on or self.horizon
        about = e.event or e.operation or (f"{e.quote.kind} quote" if e.quote else "")
        try:
            position = self.position(on, e.known_at)
        except Refused as refused:
            return f"{about} {on}{known}".strip(), {
                "outcome": "refused",
                "refused": refused.reason,
                "why": str(refused),
            }
        if e.event is not None:
            return f"{e.event}{f' on {e.on}' if e.on else ''}{known}", event_figures(self.loaded, position, e.event)
        if e.operation is not None:
            later = self.position(self.horizon, e.known_at)
            return f"{e.operation} {on}{known}", operation_figures(later, e.operation, on)
        about = f"{e.quote.kind} quote {on}{known}" if e.quote else f"{on}{known}"
        try:
            if e.quote is not None:
                return about, quote_figures(position, self.loaded, e.quote, on)
            return about, valuation_figures(value(position, self.loaded.market, on), self.loaded, position)
        except Refused as refused:
            return about, {"outcome": "refused", "refused": refused.reason, "suspense": position.suspense,
                           "why": str(refused)}  # fmt: skip
        except MissingData as missing:
            return about, {"outcome": "waiting", "suspense": position.suspense, "why": str(missing)}


def valuation_figures(v: Valuation, loaded: Loaded, position: Position) -> dict[str, Any]:
    """The figures of a valuation under their names in case files."""
    figures = {name: getattr(v, name) for name in Valuation.__dataclass_fields__}
    pricer = Pricer(loaded.market, loaded.product, loaded.contract)
    funds = [
        f
        for f in position.terms(v.on).sections.sub_accounts
        if loaded.market.has_unit_value(pricer.key(f), v.priced_on)
    ]
    figures["accounts"] = {account.id: account.value for account in v.accounts}
    figures["units"] = {account.id: account.units for account in v.accounts if account.units is not None}
    figures["unit_values"] = {
        fund: Decimal(pricer.unit_value(fund, v.priced_on)).scaleb(-loaded.market.decimals) for fund in funds
    }
    return figures


def quote_figures(position: Position, loaded: Loaded, request: QuoteRequest, on: date) -> dict[str, Any]:
    """The figures of a quote under their names in case files."""
    q = quote(position, loaded.market, quote_event(request, on))
    figures = {name: getattr(q, name) for name in Quote.__dataclass_fields__}
    by_account = {each.account: -each.taken for each in q.by_account}
    return {**figures, "by_account": by_account, "value_before": q.contract_value, "outcome": "applied"}


def event_figures(loaded: Loaded, position: Position, event: str) -> dict[str, Any]:
    """What became of an event."""
    for applied in position.applied:
        if applied.item.event and applied.item.event.id == event:
            return breakdown_figures(applied)
    for item in position.administered:
        if item.event and item.event.id == event:
            return {"outcome": "applied", "effective": item.day, "why": f"{item.operation} moves no money"}
    return _not_applied(position, event) or _not_there(loaded, event)


def _not_applied(position: Position, event: str) -> dict[str, Any] | None:
    """Refused, taken back or waiting; None where the position does not know the event."""
    for declined in position.declined:
        if declined.recorded.event.id == event:
            return {"outcome": "refused", "refused": declined.refused.reason, "effective": declined.day,
                    "why": str(declined.refused)}  # fmt: skip
    if event in position.taken_back:
        return {"outcome": "reversed", "why": f"was taken back by {position.taken_back[event]}"}
    if event in position.taken_back.values():
        return {"outcome": "applied", "why": "takes an event back"}
    for waiting in position.waiting:
        if waiting.recorded.event.id == event:
            return {"outcome": "waiting", "effective": waiting.day, "why": f"waits for {waiting.waits_for}"}
    return None


def _not_there(loaded: Loaded, event: str) -> dict[str, Any]:
    for recorded in loaded.journal.events(loaded.contract.id):
        if recorded.event.id == event:
            return {"outcome": "waiting", "why": f"is received on {recorded.event.on}, known from {recorded.known}, "
                    "or was taken back"}  # fmt: skip
    return {"why": "there is no such event"}


def operation_figures(position: Position, operation: str, on: date) -> dict[str, Any]:
    """What the calendar did on a day."""
    for applied in position.applied:
        if not applied.item.event and (applied.item.operation, applied.item.day) == (operation, on):
            return breakdown_figures(applied)
    days = [str(a.item.day) for a in position.applied if not a.item.event and a.item.operation == operation]
    return {"why": f"not on that day; it happened on {', '.join(days) or 'no day'}"}


def breakdown_figures(applied: Applied) -> dict[str, Any]:
    """The figures of an applied step under their names in case files."""
    b = applied.breakdown
    names = account_names(applied.terms.sections)
    return {
        "outcome": "applied",
        "effective": applied.item.day,
        "amount": b.payment or b.transfer or b.gross,
        "value_before": b.before,
        "value_after": b.value,
        "gross": b.gross,
        "free_available": b.free_available,
        "free": b.free,
        "market_value_adjustment": b.market_value_adjustment,
        "surrender_charge": b.surrender_charge,
        "maintenance_charge": b.maintenance,
        "premium_tax": b.premium_tax,
        "transfer_fee": b.transfer_fee,
        "taxable": b.taxable,
        "withholding": b.withholding,
        "basis_carried": b.basis_carried,
        "net": b.net,
        "benefit_beyond_value": b.company,
        "by_account": {name: b.account_change[k] for k, name in enumerate(names)},
    }


def _compare(about: str, name: str, expected: Any, figures: dict[str, Any], tolerance: Decimal) -> Iterator[Check]:
    if isinstance(expected, dict):
        given = figures.get(name)
        absent = None if name == "unit_values" else 0
        for key, each in expected.items():
            actual = given.get(key, absent) if isinstance(given, dict) else None
            yield _check(about, f"{name}.{key}", each, actual, figures, tolerance)
    else:
        yield _check(about, name, expected, figures.get(name), figures, tolerance)


def _check(about: str, name: str, expected: Any, actual: Any, figures: dict[str, Any], tolerance: Decimal) -> Check:
    if actual is None:
        return Check(about, name, shown(name, expected), figures.get("why", "not a figure of this"), False)
    money = isinstance(expected, int) and name not in COUNTS
    passed = abs(expected - actual) <= tolerance * 100 if money else expected == actual
    slack = f"±{tolerance}" if tolerance and money else ""
    return Check(about, name, shown(name, expected), shown(name, actual), passed, slack)


def shown(name: str, figure: Any) -> str:
    """A figure as people write it: cents as dollars."""
    if isinstance(figure, int) and name not in COUNTS:
        return f"{'-' if figure < 0 else ''}{abs(figure) // 100:,}.{abs(figure) % 100:02d}"
    return str(figure)
