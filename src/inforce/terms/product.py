"""A product: its card, the filings it cites, and the terms that a contract of it has."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from inforce.errors import BadTerms
from inforce.mechanics.records import Terms

from .clocks import (
    Amendment,
    Cohort,
    Provenance,
    Reading,
    Resolver,
    Tree,
    marked,
    provenance_of,
)
from .record import Field, record_sources, terms_record
from .schema import (
    DESCRIBING,
    NOT_OF_VALUES,
    Document,
    ProductCard,
    Sale,
    VariableAnnuityTerms,
    section_fields,
)
from .source import Plain, TermPath
from .values import parsed

M = TypeVar("M", bound=BaseModel)
FIRST_DAY = date(1980, 1, 1)


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """The terms of one contract on one day: typed sections, the record of mechanics, and every value's source."""

    product: "Product"
    cohort: Cohort
    sections: VariableAnnuityTerms
    record: Terms
    sources: Mapping[str, Provenance]
    """Source of each value by its path, like `surrender_charge.by_contract_year.3`."""
    record_sources: Mapping[Field, str]

    def source(self, path: str) -> Provenance | None:
        """The source of a term, or of the first value below it."""
        if path in self.sources:
            return self.sources[path]
        below = (source for name, source in self.sources.items() if name.startswith(path + "."))
        return next(below, None)

    def citation(self, path: str) -> str:
        """The source in words; empty where the path names no term."""
        source = self.source(path)
        return str(source) if source else ""

    def assumptions(self) -> list[Provenance]:
        """The assumptions a contract's values rest on, each once."""
        held = [s for s in self.sources.values() if s.path.split(".")[0] not in NOT_OF_VALUES]
        return list({s.assumption: s for s in held if s.assumed}.values())

    def readings(self) -> list[Reading]:
        """The readings that a contract's values rest on, each once, in the order of the terms."""
        held = (s.reading for s in self.sources.values() if s.path.split(".")[0] not in NOT_OF_VALUES | DESCRIBING)
        return list(dict.fromkeys(reading for reading in held if reading is not None))


@dataclass(slots=True)
class Product:
    """A product as its folder describes it."""

    folder: Path
    card: ProductCard
    documents: dict[str, Document]
    tree: Tree
    fingerprint: str
    """Hash of every file of the terms: what a posting's terms version names."""
    epochs: list[date] = field(default_factory=list)
    """Days on which some term may change."""
    issue_epochs: list[date] = field(default_factory=list)
    """Days of issue from which contracts may have other terms than those issued before."""
    _resolved: dict[Any, ContractTerms] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.card.id

    @property
    def version(self) -> str:
        """Name of these terms as loaded."""
        return f"{self.card.id}@{self.card.version}+{self.fingerprint[:8]}"

    def terms(self, cohort: Cohort, on: date, filed_by: date | None = None) -> ContractTerms:
        """The terms that a contract has on a day, by what was filed up to `filed_by` (default: everything).

        Raises:
            BadTerms: no value or more than one holds, or a value does not fit its section.
        """
        readings = tuple(sorted(cohort.readings.items()))
        key = (cohort, readings, bisect_right(self.epochs, on), filed_by)
        if key not in self._resolved:
            first = self._first_alike(cohort)
            shared = (first, *key[1:])
            if shared not in self._resolved:
                self._resolved[shared] = replace(self._resolve(cohort, on, filed_by), cohort=first)
            self._resolved[key] = replace(self._resolved[shared], cohort=cohort)
        return self._resolved[key]

    def _first_alike(self, cohort: Cohort) -> Cohort:
        """The same of the first day of issue that no term tells apart from the cohort's: terms are resolved once."""
        epoch = bisect_right(self.issue_epochs, cohort.issued)
        return replace(cohort, issued=self.issue_epochs[epoch - 1] if epoch else date.min)

    def _resolve(self, cohort: Cohort, on: date, filed_by: date | None) -> ContractTerms:
        resolver = Resolver(self.tree, cohort, on, filed_by)
        plain = {name: resolver.section(name) for name in section_fields() if name in self.tree.content}
        sections = validated(VariableAnnuityTerms, plain, resolver, ())
        sources = {".".join(path): source for path, source in resolver.provenance.items()}
        return ContractTerms(self, cohort, sections, terms_record(sections), sources, record_sources(sections))

    def supposing(self, changes: Mapping[str, Plain], why: str, *, sold_throughout: bool = False) -> "Product":
        """This product with some terms changed, as an assumption: a hypothetical contract, not a filing.

        `changes` gives plain values by term path, like `{"maintenance_charge.amount": "9.73"}`; `sold_throughout`
        sells every form on every day. Everything else, and every rule, stays as it is; a later supposition about a
        term takes the place of an earlier one.
        """
        tree = Tree(self.tree.content, dict(self.tree.places), dict(self.tree.amendments))
        for name, becomes in changes.items():
            path = tuple(name.split("."))
            source = Provenance(name, tree.place(path), assumption=why)
            filed = [a for a in tree.amendments.get(path, ()) if a.filed < date.max]
            tree.amendments[path] = [*filed, Amendment(path, becomes, date.max, {}, {}, source, path)]
        card = self.card
        if sold_throughout:
            forms = {form: Sale.model_validate({"from": str(FIRST_DAY), "assumption": why}) for form in card.forms}
            card = card.model_copy(update={"forms": forms})
        return replace(self, card=card, tree=tree, _resolved={})

    def sub_accounts(self) -> list[str]:
        """Ids of the sub-accounts, in the order of the mechanics."""
        return list(as_mapping(self.tree.content["sub_accounts"]))

    def readings(self) -> dict[str, list[str]]:
        """The terms whose documents can be read in more than one way, with the names of the readings."""
        found: dict[str, list[str]] = {}
        for path, node in marked(self.tree.content):
            if isinstance(node.get("reading"), str):
                found.setdefault(".".join(p for p in path if not p.isdigit() and p != "is"), []).append(
                    str(node["reading"])
                )
        return found

    def wrong_readings(self, chosen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The path of each chosen reading that there is not, and what there is."""
        if not chosen:
            return
        readings = self.readings()
        known = "; ".join(f"{path}: {', '.join(names)}" for path, names in readings.items()) or "none"
        for path, name in chosen.items():
            if name not in readings.get(path, ()):
                yield path, f"no such reading; the terms have {known}"

    def issuer(self, issue_state: str) -> str:
        """The company that issues in a state."""
        for issuer in self.card.issuers:
            if issuer.states is not None and issue_state in issuer.states:
                return issuer.name
        return next((issuer.name for issuer in self.card.issuers if issuer.states is None), "")

    def separate_account(self, qualification: str, issue_state: str) -> str:
        """Id of the separate account that holds contracts of a qualification issued in a state."""
        issuer = self.issuer(issue_state)
        for name, account in self.card.separate_accounts.items():
            if account.qualification in (None, qualification) and account.issuer in (None, issuer):
                return name
        raise BadTerms(f"no separate account holds {qualification} contracts of {issuer}",
                       file=self.folder / "product.yaml")  # fmt: skip

    def assumptions(self) -> list[Provenance]:
        """Every assumption in the terms, in file order."""
        return [s for s in self._marks() if s.assumed]

    def citations(self) -> list[Provenance]:
        """Every citation in the terms, in file order."""
        return [s for s in self._marks() if not s.assumed]

    def _marks(self) -> Iterator[Provenance]:
        for path, node in marked(self.tree.content):
            source = provenance_of(self.tree, node, tuple(p for p in path if not p.isdigit() and p != "is"), path)
            if source is not None:
                yield source


def validated(model: type[M], plain: Any, known: Tree | Resolver, path: TermPath) -> M:
    """`model` from plain values; the first thing that does not fit becomes an error at its file and line."""
    return parsed(model, plain, lambda at, message: known.error((*path, *at), message))


def as_mapping(content: Plain) -> dict[str, Plain]:
    """A mapping as it is, anything else as an empty one."""
    return content if isinstance(content, dict) else {}
