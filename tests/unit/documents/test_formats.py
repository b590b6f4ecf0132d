"""The formats print the same figures; the page and the PDF are accessible."""

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from inforce.documents import PerformanceUpdate, performance_update
from inforce.documents.formats import as_csv, as_html, as_json, as_pdf


@pytest.fixture(scope="module", params=[("flex-extra", date(2008, 7, 31)), ("lifetrust", date(2020, 10, 31))])
def update(request: pytest.FixtureRequest) -> PerformanceUpdate:
    return performance_update(*request.param)


class Page(HTMLParser):
    """What the tests look at in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._cell is not None:
            self.cells.append("".join(self._cell))
            self._cell = None

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def printed(update: PerformanceUpdate) -> list[str]:
    return [cell.text for table in update.tables for row in table.rows for cell in row.cells[1:]]


def test_csv_has_every_cell(update: PerformanceUpdate) -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(update))))
    assert [line["printed"] for line in lines if not line["column"].startswith("7_day")] == printed(update)
    assert all(line["printed"] == f"{line['percent']}%" for line in lines if line["percent"])
    assert {line["warning"] for line in lines} == {update.warning}


def test_json_has_every_cell(update: PerformanceUpdate) -> None:
    read = json.loads(as_json(update))
    cells = [cell["text"] for table in read["tables"] for row in table["rows"] for cell in row["cells"][1:]]
    assert cells == printed(update)
    assert read["as_of"] == str(update.as_of)


def test_html_has_every_cell(update: PerformanceUpdate) -> None:
    assert [cell.replace("−", "-") for cell in Page(as_html(update)).cells] == printed(update)


def test_html_is_accessible(update: PerformanceUpdate) -> None:
    page = Page(as_html(update))
    assert page.all("html")[0]["lang"] == "en-US"
    assert len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table")) == len(update.tables)
    assert all(head.get("scope") in ("col", "row", "rowgroup") for head in page.all("th"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {str(link["href"]).removeprefix("#") for link in page.all("a")}
    assert links == {f"note-{note.number}" for note in update.endnotes} <= set(ids)


def test_html_is_self_contained(update: PerformanceUpdate) -> None:
    page = Page(as_html(update))
    assert not page.all("script") and not page.all("link") and not page.all("img")
    assert "url(" not in as_html(update)


def test_pdf_is_tagged_and_has_a_title(update: PerformanceUpdate) -> None:
    made = as_pdf(update)
    assert made.startswith(b"%PDF-")
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", made)
    assert b"/Lang" in made


def test_the_same_pdf_twice(update: PerformanceUpdate) -> None:
    assert as_pdf(update) == as_pdf(update)


def test_markup_in_a_name_is_text(update: PerformanceUpdate) -> None:
    from dataclasses import replace

    odd = replace(update, closing=("<b>#text[x] & $1$",))
    assert "&lt;b&gt;#text[x] &amp; $1$" in as_html(odd)
    assert as_pdf(odd)
