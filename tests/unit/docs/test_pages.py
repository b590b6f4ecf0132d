"""The documentation says what is so: tables, printed outputs, examples, links, words."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from tools import reference

from inforce.cases import Expectation, load_case, run_case
from inforce.contracts import EVENT_KINDS
from inforce.terms.schema import section_fields

ROOT = reference.ROOT
PAGES = sorted(file for file in reference.DOCS.rglob("*.md") if reference.PARTS not in file.parents)
WRITTEN = sorted({*PAGES, *(reference.PARTS.parent / part.name for part in reference.PARTS.glob("*.md"))})
GLOSSARY = (reference.DOCS / "glossary.md").read_text(encoding="utf-8")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
MODULE = re.compile(r"`((?:cases|contracts|cycle|dates|ledger|market|mechanics|terms)(?:\.\w+)+)`")

sources = cache(reference.sources)


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", WRITTEN, ids=name_of)
def test_a_page_is_what_the_tool_writes(file: Path) -> None:
    page = reference.with_outputs(sources()[file])
    assert reference.same(file.read_text(encoding="utf-8"), page), "run tools/reference.py and read the difference"


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_every_case_on_a_page_holds(file: Path, tmp_path: Path) -> None:
    for n, found in enumerate(reference.FENCE.finditer(file.read_text(encoding="utf-8"))):
        rest, body = found["rest"].strip(), found["body"]
        reference.write_block(tmp_path, rest, body)
        if found["language"] == "yaml" and body.startswith("case: 1"):
            case = tmp_path / (rest.partition("=")[2] or f"block-{n}.yaml")
            case.write_text(body, encoding="utf-8")
            wrong = [check for check in run_case(load_case(case)).checks if not check.passed]
            assert wrong == []


@pytest.mark.parametrize("file", [*PAGES, ROOT / "README.md"], ids=name_of)
def test_links_lead_somewhere(file: Path) -> None:
    for target in LINK.findall(reference.FENCE.sub("", file.read_text(encoding="utf-8"))):
        if "://" not in target:
            path, _, fragment = target.partition("#")
            page = (file.parent / path).resolve() if path else file
            assert page.exists(), target
            assert not fragment or fragment in anchors(page), target


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings."""
    text = reference.FENCE.sub("", page.read_text(encoding="utf-8"))
    return {reference.anchor(heading) for heading in reference.HEADING.findall(text)}


@pytest.mark.parametrize("name", [*section_fields(), *EVENT_KINDS])
def test_the_glossary_has_the_words_of_terms_and_events(name: str) -> None:
    words = re.sub(r"[-\s]+", " ", GLOSSARY.lower())
    assert name.replace("_", " ").removesuffix("s") in words


@pytest.mark.parametrize("path", sorted(set(MODULE.findall(GLOSSARY))))
def test_what_the_glossary_names_is_there(path: str) -> None:
    module, _, name = path.rpartition(".")
    try:
        import_module(f"inforce.{path}")
    except ModuleNotFoundError:
        assert hasattr(import_module(f"inforce.{module}"), name)


@pytest.mark.parametrize("name", sorted(Expectation.model_fields))
def test_the_case_format_explains_every_figure(name: str) -> None:
    assert f"`{name}`" in (reference.DOCS / "reference" / "case-files.md").read_text(encoding="utf-8")
