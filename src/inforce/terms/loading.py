"""Products from their folders: read strictly, and checked whole for every cohort and day."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import product as combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from inforce.errors import BadTerms, NotFound

from .clocks import (
    COHORT_KEYS,
    CONDITIONS,
    Amendment,
    Cohort,
    Resolver,
    Tree,
    marked,
    mixed_lists,
    provenance_of,
    within,
)
from .product import M, Product, as_mapping, validated
from .schema import (
    OPTIONAL_SECTIONS,
    Document,
    Issuer,
    ProductCard,
    Sale,
    SeparateAccount,
    section_fields,
)
from .source import Plain, Source, TermPath, read_yaml
from .states import STATES
from .values import day as read_day


def load_product(folder: Path) -> Product:
    """Load a product folder and check it whole.

    Raises:
        BadTerms: file, line and path of the first thing wrong: an unknown or duplicate key, a missing citation,
            a citation of a filing that `documents.yaml` lacks, a gap or overlap in years, states, dates or cohorts.
    """
    files = [folder / "product.yaml", folder / "documents.yaml", *sorted((folder / "terms").glob("*.yaml"))]
    amendments = sorted((folder / "amendments").glob("*.yaml"))
    card_source, document_source, *terms = [read_yaml(file) for file in files]
    card = _model(ProductCard, card_source)
    documents = {name: _model(Document, document_source, name) for name in _mapping(document_source)}
    tree = _tree(terms)
    _amend(tree, [read_yaml(file) for file in amendments], documents)
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in [*files, *amendments])).hexdigest()
    conditions = list(_conditions(tree))
    product = Product(folder, card, documents, tree, digest, _epochs(effective for _, _, effective in conditions),
                      _epochs(where["issued"] for _, where, _ in conditions if "issued" in where))  # fmt: skip
    _check_card(product, card_source)
    _check_marks(product)
    _check_choices(product)
    return product


@lru_cache(maxsize=32)
def _load_once(folder: Path, stamp: tuple[int, ...]) -> Product:
    return load_product(folder)


def packaged_products() -> dict[str, Path]:
    """Folders of the products that come with Inforce, by id."""
    root = Path(str(resources.files("inforce"))) / "products"
    return {f.parent.name: f.parent for f in sorted(root.glob("*/product.yaml"))}


def coverage() -> dict[str, dict[str, Plain]]:
    """What each packaged product covers: `products/products.yaml`, by product id."""
    content = read_yaml(Path(str(resources.files("inforce"))) / "products" / "products.yaml").content
    return {name: entry for name, entry in as_mapping(content).items() if isinstance(entry, dict)}


def find_product(name: str | Path, beside: Path | None = None) -> Product:
    """The packaged product `name`, or the product in a folder (relative to `beside`).

    Raises:
        NotFound: neither; says which products there are.
        BadTerms: its terms are wrong.
    """
    packaged = packaged_products()
    folder = packaged.get(str(name)) or ((beside or Path()) / name)
    if not (folder / "product.yaml").is_file():
        raise NotFound(f"no product {str(name)!r}: neither packaged ({', '.join(packaged)}) nor a folder with a "
                       "product.yaml")  # fmt: skip
    files = sorted(folder.rglob("*.yaml"))
    return _load_once(folder.resolve(), tuple(f.stat().st_mtime_ns for f in files))


def _mapping(source: Source) -> dict[str, Plain]:
    if not isinstance(source.content, dict):
        raise BadTerms("must be a mapping of keys", file=source.file, line=1)
    return source.content


def _model(model: type[M], source: Source, key: str = "") -> M:
    content = _mapping(source)
    tree = Tree(content, source.places)
    return validated(model, content[key] if key else content, tree, (key,) if key else ())


def _tree(sources: list[Source]) -> Tree:
    tree = Tree({}, {})
    for source in sources:
        for name, node in _mapping(source).items():
            if name not in section_fields():
                raise BadTerms(f"is not a section; sections are {', '.join(section_fields())}",
                               file=source.file, line=source.place((name,)).line, at=name)  # fmt: skip
            if name in tree.content:
                raise BadTerms(f"section stands already in {tree.place((name,))}", file=source.file,
                               line=source.place((name,)).line, at=name)  # fmt: skip
            tree.content[name] = node
        tree.places.update(source.places)
    missing = [name for name in section_fields() if name not in tree.content and name not in OPTIONAL_SECTIONS]
    if missing:
        raise BadTerms(f"sections are missing from terms/: {', '.join(missing)}",
                       file=sources[0].file.parent if sources else None)  # fmt: skip
    return tree


def _amend(tree: Tree, sources: list[Source], documents: Mapping[str, Document]) -> None:
    for source in sources:
        content = _mapping(source)
        file = Tree(content, source.places)
        if set(content) != {"amends", "filed", "changes"} or not isinstance(content["changes"], list):
            raise file.error((), "an amendment has the keys amends, filed and changes (a list)")
        filed = _date(file, ("filed",), content["filed"])
        if content["amends"] not in documents:
            raise file.error(("amends",), f"amends {content['amends']!r}, which documents.yaml does not list")
        for i, change in enumerate(content["changes"]):
            at = ("changes", str(i))
            allowed = {"term", "becomes", "for", "effective", "cite", "assumption", "note"}
            if not isinstance(change, dict) or not {"term", "becomes"} <= change.keys() <= allowed:
                raise file.error(at, f"a change has `term`, `becomes` and maybe {', '.join(sorted(allowed))}")
            path = tuple(str(change["term"]).split("."))
            source_of = provenance_of(file, change, path, at)
            if source_of is None:
                raise file.error(at, "has neither `cite:` nor `assumption:`")
            where: Any = change.get("for") or {}
            effective: Any = change.get("effective") or {"from": str(filed)}
            raw = (f"amendment {source.file.name} {i}", *path)
            amendment = Amendment(path, change["becomes"], filed, where, effective, source_of, raw)
            tree.amendments.setdefault(path, []).append(amendment)
            for key, place in source.places.items():
                if key[:3] == (*at, "becomes"):
                    tree.places[(*raw, *key[3:])] = place
            tree.places[raw] = source.place((*at, "becomes"))


def _date(tree: Tree, path: TermPath, value: Any) -> date:
    try:
        return read_day(value)
    except ValueError as reason:
        raise tree.error(path, str(reason)) from None


def _conditions(tree: Tree) -> Iterator[tuple[TermPath, dict[str, Any], dict[str, Any]]]:
    """Each `for:` and `effective:` of the terms, amendments included."""
    for path, node in marked(tree.content):
        yield path, _condition(tree, (*path, "for"), node.get("for")), _span(tree, path, node.get("effective"))
    for amendments in tree.amendments.values():
        for a in amendments:
            raw = a.raw
            yield raw, _condition(tree, raw, a.where), _span(tree, raw, a.effective)


def _condition(tree: Tree, path: TermPath, where: Any) -> dict[str, Any]:
    if where is None:
        return {}
    if not isinstance(where, dict):
        raise tree.error(path, "`for:` must be a mapping, like {form: flexible}")
    for key, wanted in where.items():
        if key not in COHORT_KEYS:
            raise tree.error((*path, key), f"is not known here; `for:` takes {', '.join(sorted(COHORT_KEYS))}")
        if key == "issued":
            _span(tree, path, wanted)
        elif isinstance(wanted, dict) and set(wanted) != {"not"}:
            raise tree.error((*path, key), "takes a value, a list of values, or {not: values}")
    return where


def _span(tree: Tree, path: TermPath, span: Any) -> dict[str, Any]:
    if span is None:
        return {}
    if not isinstance(span, dict) or not set(span) <= {"from", "to"}:
        raise tree.error(path, "dates are given as {from: YYYY-MM-DD, to: YYYY-MM-DD}, either may be left out")
    for value in span.values():
        _date(tree, path, value)
    return span


def _epochs(spans: Iterable[Mapping[str, Plain]]) -> list[date]:
    """Days on which some span begins or has ended, in order."""
    days: set[date] = set()
    for span in spans:
        if "from" in span:
            days.add(read_day(span["from"]))
        if "to" in span:
            days.add(read_day(span["to"]) + timedelta(days=1))
    return sorted(days)


def _check_card(product: Product, source: Source) -> None:
    """Every issuer, form and separate account has a source, and the filings they cite are listed."""
    tree, card = Tree(_mapping(source), source.places), product.card
    entries: list[tuple[TermPath, Issuer | Sale | SeparateAccount]] = [
        *((("issuers", str(i)), issuer) for i, issuer in enumerate(card.issuers)),
        *((("forms", name), sale) for name, sale in card.forms.items()),
        *((("separate_accounts", name), account) for name, account in card.separate_accounts.items()),
    ]
    for path, entry in entries:
        if (entry.cite is None) == (entry.assumption is None):
            raise tree.error(path, "needs a source: either `cite: [document, place]` or `assumption:`")
        if entry.cite is not None and (len(entry.cite) != 2 or entry.cite[0] not in product.documents):
            raise tree.error((*path, "cite"), "must be [document, place], the document listed in documents.yaml")


def _check_marks(product: Product) -> None:
    tree, card = product.tree, product.card
    for path, node in marked(tree.content):
        conditions = CONDITIONS & node.keys()
        if conditions and not (path and path[-1].isdigit()):
            raise tree.error(path, f"`{min(conditions)}:` stands outside a choice; make it an item of a list")
    for path in mixed_lists(tree.content):
        raise tree.error(
            path, "some items carry `for:`, `effective:` or `reading:` and some nothing; a choice marks all"
        )
    known: dict[str, Any] = {"form": set(card.forms), "qualification": {"qualified", "non_qualified"},
                             "issue_state": STATES, "replacement": {"yes", "no"}}  # fmt: skip
    for path, where, _ in _conditions(tree):
        for key, wanted in where.items():
            for value in _values(wanted) if key in known else ():
                if value not in known[key]:
                    raise tree.error((*path, "for", key), f"{value!r} is not one of {', '.join(sorted(known[key]))}")
    amended = (a.provenance for amendments in tree.amendments.values() for a in amendments)
    for source in [*product.citations(), *(s for s in amended if not s.assumed)]:
        if source.document not in product.documents:
            raise BadTerms(f"cites {source.document!r}, which documents.yaml does not list", file=source.place.file,
                           line=source.place.line, at=source.path)  # fmt: skip


def _values(wanted: Any) -> list[str]:
    if isinstance(wanted, dict):
        wanted = wanted["not"]
    return wanted if isinstance(wanted, list) else [wanted]


def _check_choices(product: Product) -> None:
    """Resolve every section for every cohort and day that it tells apart."""
    amended = {path: False for path in product.tree.amendments}
    for name, model in ((n, m) for n, m in section_fields().items() if n in product.tree.content):
        for cohort, on in _cohorts(product, name):
            resolver = Resolver(product.tree, cohort, on)
            plain = resolver.section(name)
            _validate_section(resolver, name, model, plain)
            for path in amended:
                amended[path] = amended[path] or (path[0] == name and _present(plain, path[1:]))
    for path, found in amended.items():
        if not found:
            place = product.tree.place(product.tree.amendments[path][0].raw)
            raise product.tree.error(path, "is amended, and is no term", place=place)


def _present(plain: Plain, path: TermPath) -> bool:
    for key in path:
        if not isinstance(plain, dict) or key not in plain:
            return False
        plain = plain[key]
    return True


def _validate_section(resolver: Resolver, name: str, model: Any, plain: Plain) -> None:
    if isinstance(model, type) and issubclass(model, BaseModel):
        validated(model, plain, resolver, (name,))
        return
    inner = model.__args__[1]
    if not isinstance(plain, dict):
        raise resolver.error((name,), "must be a mapping from id to account")
    for key, value in plain.items():
        validated(inner, value, resolver, (name, key))


def _cohorts(product: Product, section: str) -> Iterator[tuple[Cohort, date]]:
    """A contract and a day for every combination of what the section's conditions tell apart."""
    conditions = [(w, e) for path, w, e in _conditions(product.tree) if section in (path[0], *path[1:2])]
    used = {key for where, _ in conditions for key in where}
    states = {v for where, _ in conditions if "issue_state" in where for v in _values(where["issue_state"])}
    other = next((s for s in sorted(STATES) if s not in states), "")
    firms = {v for where, _ in conditions if "selling_firm" in where for v in _values(where["selling_firm"])}
    issue_spans = [where["issued"] for where, _ in conditions if "issued" in where]
    effective_days = _turning_days([e for _, e in conditions])
    for form, qualification, state, firm, replacement in combinations(
        product.card.forms if "form" in used else list(product.card.forms)[:1],
        ("qualified", "non_qualified") if "qualification" in used else ("non_qualified",),
        sorted(states | ({other} if other else set())) if "issue_state" in used else (other,),
        sorted(firms | {""}) if "selling_firm" in used else ("",),
        (False, True) if "replacement" in used else (False,),
    ):
        sale = product.card.forms[form]
        for issued in {sale.from_, *_turning_days(issue_spans)}:
            if within({"from": str(sale.from_), **({"to": str(sale.to)} if sale.to else {})}, issued):
                for on in {issued, *(d for d in effective_days if d >= issued)}:
                    yield Cohort(form, qualification, state, issued, firm, replacement=replacement), on


def _turning_days(spans: list[Any]) -> set[date]:
    days: set[date] = set()
    for span in spans:
        if "from" in span:
            days |= {read_day(span["from"]), read_day(span["from"]) - timedelta(days=1)}
        if "to" in span:
            days |= {read_day(span["to"]), read_day(span["to"]) + timedelta(days=1)}
    return days
