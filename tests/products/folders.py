"""Product folders for tests: the packaged Flex Extra with some values replaced, or one of its files edited as text."""

import shutil
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from inforce.terms import packaged_products

FLEX_EXTRA = packaged_products()["flex-extra"]
SOURCE = "made up for a test"
Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Terms without cohorts, readings and dates, so that a test says everything it depends on.
PLAIN: Mapping[str, Any] = {
    "maintenance_charge.amount": "0.00",
    "premium_tax": {"rate": "0%", "taken": [], "assumption": SOURCE},
    "income_tax.taxation": "earnings_first",
}


def product_folder(parent: Path, changes: Mapping[str, Any] | None = None, name: str = "test-product") -> Path:
    """A product folder like Flex Extra, the values at these paths replaced (`PLAIN` ones unless given here)."""
    folder = copied(parent, name)
    terms = deepcopy(_packaged_terms())
    for file in (folder / "terms").glob("*.yaml"):
        file.unlink()
    for path, value in {**PLAIN, **(changes or {})}.items():
        _replace(terms, path.split("."), value)
    (folder / "terms" / "all.yaml").write_text(yaml.dump(terms, Dumper=Dumper, sort_keys=False), encoding="utf-8")
    return folder


@cache
def _packaged_terms() -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for file in sorted((FLEX_EXTRA / "terms").glob("*.yaml")):
        terms |= yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    return terms


def copied(parent: Path, name: str = "test-product") -> Path:
    """Flex Extra as it is packaged, in a folder of its own."""
    folder = parent / name
    shutil.copytree(FLEX_EXTRA, folder, ignore=shutil.ignore_patterns("cases", "published", "__pycache__"))
    return folder


def with_sections(parent: Path, text: str, name: str = "test-product") -> Path:
    """A product folder whose `terms/section.yaml` holds these sections as written; all others as in Flex Extra."""
    folder = product_folder(parent, name=name)
    rest = folder / "terms" / "all.yaml"
    terms = yaml.load(rest.read_text(encoding="utf-8"), yaml.BaseLoader)
    for section in [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]:
        terms.pop(section, None)
    rest.write_text(yaml.dump(terms, Dumper=Dumper, sort_keys=False), encoding="utf-8")
    (folder / "terms" / "section.yaml").write_text(text, encoding="utf-8")
    return folder


def amended(folder: Path, text: str, name: str = "amendment.yaml") -> Path:
    """The folder with one more amendment."""
    (folder / "amendments").mkdir(exist_ok=True)
    (folder / "amendments" / name).write_text(text, encoding="utf-8")
    return folder


def _replace(terms: dict[str, Any], path: list[str], value: Any) -> None:
    node = terms
    for key in path[:-1]:
        if not isinstance(node.get(key), dict) or "is" in node[key]:
            node[key] = {}
        node = node[key]
    if not isinstance(value, dict):
        value = {"is": value, "assumption": SOURCE}
    elif not {"cite", "assumption"} & value.keys():
        value = {**value, "assumption": SOURCE}
    node[path[-1]] = value
