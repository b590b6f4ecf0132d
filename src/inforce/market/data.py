"""Prices and rates as given, by file or by code: what a market is made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inforce.errors import BadMarketData
from inforce.market.exact import day_text, month_text
from inforce.market.histories import History, Navs, Rates, Series
from inforce.market.problems import SHOWN, BadMarketFile
from inforce.market.sub_accounts import SubAccount

K = TypeVar("K")
H = TypeVar("H", bound=History)


@dataclass(frozen=True, slots=True)
class MarketData:
    """The contents of one file, or of several. Nothing in it is given twice."""

    unit_values: Mapping[SubAccount, Series] = field(default_factory=dict)
    navs: Mapping[str, Navs] = field(default_factory=dict)
    """By fund."""
    declared: Mapping[str, Rates] = field(default_factory=dict)
    """Declared rates by fixed account, then month."""
    secondary: Mapping[str, Rates] = field(default_factory=dict)
    """Secondary guaranteed rates by fixed account, then calendar year."""
    decimals: int = 6
    """Decimals of the unit values."""

    @classmethod
    def joined(cls, *parts: "MarketData") -> "MarketData":
        """Several as one. Raises `BadMarketFile` where two of them give the same thing, naming both places."""
        whole = cls(
            unit_values=_joined(part.unit_values for part in parts),
            navs=_joined(part.navs for part in parts),
            declared=_joined(part.declared for part in parts),
            secondary=_joined(part.secondary for part in parts),
            decimals=_one_scale(parts),
        )
        repeated = list(whole._repeated())
        if repeated:
            raise BadMarketFile(repeated[:SHOWN], len(repeated))
        return whole

    def _repeated(self) -> Iterator[BadMarketData]:
        """What stands in it twice, at the place given later."""
        yield from _clashes(self.unit_values, "unit value", day_text)
        yield from _clashes(self.navs, "net asset value", day_text)
        yield from _clashes(self.declared, "declared rate", month_text)
        yield from _clashes(self.secondary, "secondary guaranteed rate", str)


def repeat_message(what: str, whose: object, when: str, earlier: str | None) -> str:
    """What to say of something given twice; `earlier` is where it stands already."""
    place = f" at {earlier}" if earlier else ""
    return f"the {what} of {whose} for {when} was already given{place}; keep one of the two."


def _joined(parts: Iterable[Mapping[K, H]]) -> dict[K, H]:
    found: dict[K, list[H]] = {}
    for part in parts:
        for key, history in part.items():
            found.setdefault(key, []).append(history)
    return {key: type(histories[0]).joined(histories) for key, histories in found.items()}


def _one_scale(parts: Iterable[MarketData]) -> int:
    """The decimals of those parts that have unit values, else of the first part."""
    parts = list(parts)
    scales = {part.decimals for part in parts if part.unit_values}
    if len(scales) > 1:
        raise BadMarketData(f"unit values at {sorted(scales)} decimals in one market; load them all with the same.")
    return scales.pop() if scales else parts[0].decimals if parts else MarketData().decimals


def _clashes(histories: Mapping[Any, History], what: str, when: Callable[[int], str]) -> Iterator[BadMarketData]:
    for whose, history in histories.items():
        for earlier, later in history.repeats():
            message = repeat_message(what, whose, when(history.at[later]), history.sources.text(earlier))
            sources = history.sources
            yield BadMarketData(message, file=sources.file(later) or None, line=sources.lines[later] or None)
