"""`inforce product`: what the terms say."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inforce.errors import counted

from .options import AsJson, one_of, parse_day

if TYPE_CHECKING:
    from datetime import date

    from inforce.terms import Cohort, ContractTerms

app = typer.Typer(help="Products and their terms.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="PRODUCT", help="A packaged product or a product folder.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """The products that come with Inforce."""
    from inforce.terms import coverage, load_product, packaged_products

    from .output import console, print_json, table

    products = [load_product(folder) for folder in packaged_products().values()]
    if as_json:
        print_json(
            [{"id": p.id, "name": p.card.name, "forms": list(p.card.forms), "version": p.version} for p in products]
        )
        return
    levels = {name: str(entry["level"]) for name, entry in coverage().items()}
    rows = table("product", "name", "kind", "forms", "level", "assumptions", right=("assumptions",))
    for p in products:
        kind = p.card.kind.replace("_", " ")
        rows.add_row(p.id, p.card.name, kind, ", ".join(p.card.forms), levels[p.id], str(len(p.assumptions())))
    console().print(rows)


@app.command()
def show(
    name: Name,
    form: Annotated[str | None, typer.Option(help="Contract form; the first if not given.")] = None,
    qualification: Annotated[str, typer.Option(help="qualified or non_qualified.")] = "non_qualified",
    state: Annotated[str, typer.Option(help="Issue state.")] = "MA",
    issued: Annotated[
        str | None, typer.Option(help="Contract date; the form's first day of sale if not given.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The day; the contract date if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every term of a contract on a day, with its citation or assumption."""
    from .output import console, print_json, table

    terms, day = _terms(name, form, qualification, state, issued, on)
    product, cohort = terms.product, terms.cohort
    values = _flat(terms.sections.model_dump(mode="json", by_alias=True), "")
    written = {path: values.get(path, "") for path in terms.sources}
    if as_json:
        sources = {
            path: {"value": written[path], **{k: str(v) for k, v in asdict(source).items() if v and k != "path"}}
            for path, source in terms.sources.items()
        }
        print_json({"product": product.version, "contract": describe(cohort),
                    "on": str(day), "terms": sources})  # fmt: skip
        return
    out = console()
    out.print(f"[bold]{product.card.name}[/], {describe(cohort)}, on {day}")
    account = product.separate_account(qualification, state)
    out.print(f"issuer {product.issuer(state)}; {account}; terms {product.version}\n")
    rows = table("term", "value", "source")
    shown: dict[str, list[str]] = {}
    for path in terms.sources:
        shown.setdefault(_list_of(path), []).append(_shown(path, written[path]))
    for path, values_here in shown.items():
        source = terms.source(path) or terms.sources[path]
        rows.add_row(path, ", ".join(values_here), f"[yellow]{source}[/]" if source.assumed else str(source))
    out.print(rows)
    out.print(f"\n{counted(len(terms.sources), 'value')}, {counted(len(terms.assumptions()), 'assumption')}.")


@app.command()
def diff(
    name: Name,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Another product, or the same with other options.")],
    form: Annotated[str | None, typer.Option(help="Contract form of the first.")] = None,
    other_form: Annotated[str | None, typer.Option(help="Form of the other; as the first if it has it.")] = None,
    qualification: Annotated[str, typer.Option(help="qualified or non_qualified.")] = "non_qualified",
    other_qualification: Annotated[str | None, typer.Option(help="Of the other; the same if not given.")] = None,
    state: Annotated[str, typer.Option(help="Issue state.")] = "MA",
    other_state: Annotated[str | None, typer.Option(help="Of the other; the same if not given.")] = None,
    issued: Annotated[str | None, typer.Option(help="Contract date.")] = None,
    other_issued: Annotated[str | None, typer.Option(help="Of the other; the same if not given.")] = None,
    on: Annotated[str | None, typer.Option(help="The day.")] = None,
    other_on: Annotated[str | None, typer.Option(help="Of the other; the same if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Terms that differ between two products, or between forms, states, contract dates or days of one."""
    from .output import console, print_json, table

    left, day = _terms(name, form, qualification, state, issued, on)
    right, other_day = _terms(
        other, other_form or form, other_qualification or qualification, other_state or state, other_issued or issued,
        other_on or on,
    )  # fmt: skip
    found = _differences(left, right)
    if as_json:
        print_json([{"term": path, "first": a, "other": b} for path, a, b in found])
        return
    out = console()
    out.print(f"first: {left.product.card.name}, {describe(left.cohort)}, on {day}")
    out.print(f"other: {right.product.card.name}, {describe(right.cohort)}, on {other_day}\n")
    rows = table("term", "first", "other")
    rows.columns[0].no_wrap = True
    for path, a, b in found:
        rows.add_row(path, a, b)
    out.print(rows)
    out.print(f"\n{counted(len(found), 'term differs', 'terms differ')}.")


def _differences(left: "ContractTerms", right: "ContractTerms") -> list[tuple[str, str, str]]:
    """Path, value here, value there; a dash where a term is not there. The terms of a section stand together."""
    here, there = _shown_terms(left), _shown_terms(right)
    here, there = _year_by_year(here, there), _year_by_year(there, here)
    sections = list(dict.fromkeys(path.partition(".")[0] for path in [*here, *there]))
    paths = sorted(dict.fromkeys([*here, *there]), key=lambda path: sections.index(path.partition(".")[0]))
    return [(p, here.get(p, "-"), there.get(p, "-")) for p in paths if here.get(p) != there.get(p)]


def _year_by_year(shown: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """The same with the last rate of each schedule, `8+`, year by year up to where the other's schedule ends."""
    ends = {m["schedule"]: int(m["year"]) for m in map(_LAST_YEAR.fullmatch, other) if m}
    aligned = {}
    for path, value in shown.items():
        m = _LAST_YEAR.fullmatch(path)
        if m is None:
            aligned[path] = value
            continue
        schedule, first = m["schedule"], int(m["year"])
        last = max(first, ends.get(schedule, first))
        aligned |= {f"{schedule}.{year}": value for year in range(first, last)} | {f"{schedule}.{last}+": value}
    return aligned


_LAST_YEAR = re.compile(r"(?P<schedule>.+\.by_\w+)\.(?P<year>\d+)\+")


def _shown_terms(terms: "ContractTerms") -> dict[str, str]:
    values = _flat(terms.sections.model_dump(mode="json", by_alias=True), "")
    product, cohort = terms.product, terms.cohort
    account = product.separate_account(cohort.qualification, cohort.issue_state)
    shown = {"issuer": [product.issuer(cohort.issue_state)], "separate_account": [account]}
    for path in terms.sources:
        shown.setdefault(_list_of(path), []).append(_shown(path, values.get(path, "")))
    return {path: ", ".join(parts) for path, parts in shown.items()}


def _terms(
    name: str, form: str | None, qualification: str, state: str, issued: str | None, on: str | None
) -> "tuple[ContractTerms, date]":
    """The terms that options on the command line ask for, and the day."""
    from inforce.errors import BadInput
    from inforce.terms import STATES, Cohort, find_product

    product = find_product(name)
    known = tuple(product.card.forms)
    form = one_of(form or known[0], known, f"form of {product.id}")
    one_of(qualification, ("qualified", "non_qualified"), "qualification")
    one_of(state, tuple(sorted(STATES)), "state")
    issue_day = parse_day(issued) if issued else product.card.forms[form].from_
    day = parse_day(on) if on else issue_day
    if day < issue_day:
        raise BadInput(f"--on {day} is before the contract date {issue_day}")
    return product.terms(Cohort(form, qualification, state, issue_day), day), day


def describe(cohort: "Cohort") -> str:
    """A cohort in words."""
    return f"{cohort.form}, {cohort.qualification}, {cohort.issue_state}, issued {cohort.issued}"


@app.command()
def check(
    names: Annotated[list[str], typer.Argument(metavar="PRODUCT…", help="Packaged products or folders.")],
) -> None:
    """Load products strictly: citations, gaps, overlaps, disclosures; every cohort and day that terms tell apart."""
    from inforce.documents.wording import disclosures
    from inforce.terms import find_product

    for name in names:
        product = find_product(name)
        if (product.folder / "disclosures.yaml").is_file():
            disclosures(product)
        typer.echo(
            f"{product.id}: good. {counted(len(product.citations()), 'citation')} of "
            f"{counted(len(product.documents), 'document')}, {counted(len(product.assumptions()), 'assumption')}; "
            f"terms {product.version}"
        )


@app.command()
def assumptions(name: Name, as_json: AsJson = False) -> None:
    """Everything assumed or fitted, with the reason and its place."""
    from inforce.terms import find_product

    from .output import console, print_json, table

    product = find_product(name)
    if as_json:
        print_json([{"term": a.path, "reason": a.assumption, "file": _near(a.place.file, product.folder),
                     "line": a.place.line} for a in product.assumptions()])  # fmt: skip
        return
    rows = table("term", "assumption", "where")
    for a in product.assumptions():
        rows.add_row(a.path, a.assumption, f"{_near(a.place.file, product.folder)}:{a.place.line}")
    console().print(rows)


@app.command()
def documents(name: Name) -> None:
    """The filings that the terms cite."""
    from inforce.terms import find_product

    from .output import console, table

    product = find_product(name)
    cited = [c.document for c in product.citations()]
    rows = table("document", "date", "kind", "title", "cited", right=("cited",))
    for key, document in product.documents.items():
        rows.add_row(key, str(document.date), document.kind, document.title, str(cited.count(key)))
    console().print(rows)


def _list_of(path: str) -> str:
    """The path of the list that a list item stands in; else the path itself. Years of a schedule stay apart."""
    parent, _, name = path.rpartition(".")
    return parent if name.isdigit() and ".by_" not in path else path


def _near(file: Path, folder: Path) -> str:
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)


def _flat(node: object, path: str) -> dict[str, object]:
    if isinstance(node, dict):
        inner: dict[str, object] = {}
        for key, value in node.items():
            inner |= _flat(value, f"{path}.{key}" if path else str(key))
        return inner
    if isinstance(node, list):
        inner = {}
        for i, value in enumerate(node):
            inner |= _flat(value, f"{path}.{i}")
        return inner
    return {path: node}


MONEY = ("amount", "waived_from", "fee", "minimum", "minimum_first", "maximum_total", "minimum_value_after")
RATES = ("mortality_and_expense", "administration", "share", "minimum_rate", "rate", "addition", "least_rate",
         "price_share")  # fmt: skip


def _shown(path: str, value: object) -> str:
    from .output import dollars, percent

    name = path.rsplit(".", 1)[-1]
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and (name in RATES or ".by_" in path or "_shares." in path):
        return percent(value)
    return dollars(value) if isinstance(value, int) and name in MONEY else str(value)
