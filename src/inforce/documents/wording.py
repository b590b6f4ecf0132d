"""`disclosures.yaml` of a product: what its performance update says, in our words, and by which rule.

A text may name facts in braces, like {as_of} or {phone}; a paragraph or note may carry the rule that calls for it.
"""

import hashlib
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from inforce.errors import BadTerms, NotFound
from inforce.terms import Product
from inforce.terms.source import read_yaml
from inforce.terms.values import Strict, Whole, YesNo, parsed

FundFact = Literal[
    "money_market", "high_yield", "international", "returns_usable_from", "current_fund_from", "share_class_later",
    "closed_to_new_money", "closed_to_contracts", "renamed", "added_later", "history_before_contract",
]  # fmt: skip
ProductFact = Literal["closed_to_new_business", "payments_continue", "money_market", "history_before_contract"]
Level = Literal["account", "contract"]


class Paragraph(Strict):
    """A text, and the fact of the product that calls for it."""

    text: str = Field(description="The text; facts in braces")
    when: ProductFact | None = Field(default=None, description="Printed only where this is so; always if not given")


def _paragraph(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Text = Annotated[Paragraph, BeforeValidator(_paragraph)]


class NoteRule(Strict):
    """An endnote, and what it hangs on: sub-accounts with a fact, a column, or the names of the sub-accounts."""

    text: str = Field(description="The note; facts of the sub-account in braces. The same text has the same number")
    funds: FundFact | None = Field(default=None, description="Sub-accounts of which this is so")
    only: list[str] = Field(default=[], description="Of these only those sub-accounts; all if not given")
    columns: list[str] = Field(default=[], description="Columns, by key")
    names: YesNo = Field(default=False, description="On the heading of the sub-accounts' names")
    tables: list[str] = Field(default=[], description="In these tables only; in all if not given")


class ReturnsTable(Strict):
    """A table of returns."""

    kind: Literal["returns"]
    title: str = Field(description="Title of the table")
    level: Level = Field(description="`account`: change of a unit; `contract`: a contract bought and surrendered")
    form: str = Field(default="", description="Contract form, for the level `contract`")
    as_of: Literal["month_end", "quarter_end"] = Field(description="Last day of its periods")
    starts: Literal["fund_inception", "added"] = Field(description="Day printed beside a name, and first of `since`")
    columns: list[str] = Field(description="`ytd`, years, `since`, or `10_or_since`")
    text: list[Text] = Field(default=[], description="Above the table")
    after: list[Text] = Field(default=[], description="Below the table")
    readings: dict[str, str] = Field(default={}, description="Readings of the terms that the printed table follows")
    strict_readings: dict[str, str] = Field(default={}, description="Readings by the text of the document instead")
    yields: YesNo = Field(default=False, description="7-day yields beside money market sub-accounts?")


class RatesTable(Strict):
    """A table of rates or indices that is printed as given."""

    kind: Literal["market_indices", "declared_rates", "mva_rates"]
    title: str = Field(description="Title of the table")
    account: str = Field(default="", description="Fixed account, for declared rates")
    months: Whole = Field(default=6, description="Months of declared rates", ge=1)
    text: list[Text] = Field(default=[], description="Above the table")
    after: list[Text] = Field(default=[], description="Below the table")
    unavailable: str = Field(default="", description="Note on accounts that take no money at present")


class Disclosures(Strict):
    """The whole file."""

    title: str
    contact: dict[str, str] = Field(description="Names used in braces: website, phone, hours, …")
    uninsured: list[str] = Field(description="The boxed statements")
    legends: list[Text]
    introduction: list[Text]
    tables: dict[str, Annotated[ReturnsTable | RatesTable, Field(discriminator="kind")]]
    notes: dict[str, NoteRule]
    underwriters: list[str]
    closing: list[Text]


def disclosures(product: Product) -> Disclosures:
    """The wording of a product's updates. NotFound where it has none."""
    file = product.folder / "disclosures.yaml"
    if not file.is_file():
        raise NotFound(f"{product.id} has no wording for a performance update: there is no disclosures.yaml in it")
    return _read(file, file.stat().st_mtime_ns)


def fingerprint(product: Product) -> str:
    """Eight digits that change with the wording."""
    return hashlib.sha256((product.folder / "disclosures.yaml").read_bytes()).hexdigest()[:8]


@lru_cache(maxsize=64)
def _read(file: Path, _stamp: int) -> Disclosures:
    source = read_yaml(file)

    def wrong(path: tuple[str, ...], message: str) -> BadTerms:
        return BadTerms(message, file=file, line=source.place(path).line, at=".".join(path))

    return parsed(Disclosures, source.content, wrong)


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        raise BadTerms(f"{{{name}}} names no fact; there are {', '.join(sorted(self))}", at="disclosures.yaml")


def filled_in(text: str, facts: Mapping[str, str]) -> str:
    """A text with its facts."""
    return " ".join(string.Formatter().vformat(text, (), _Facts(facts)).split())


def paragraphs(texts: Iterable[Paragraph], holding: set[str], facts: Mapping[str, str]) -> tuple[str, ...]:
    """The paragraphs whose fact holds, filled in."""
    return tuple(filled_in(p.text, facts) for p in texts if p.when is None or p.when in holding)
