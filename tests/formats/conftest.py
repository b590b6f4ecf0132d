"""A book, in memory and in SQLite, with one contract in it; files to import."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.formats.files import with_contract

from inforce.ledger import Book, MemoryBook
from inforce.stores import open_book

Write = Callable[..., Path]


@pytest.fixture(params=["memory", "sqlite"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    if request.param == "memory":
        yield with_contract(MemoryBook())
        return
    with open_book(tmp_path / "book.db") as opened:
        yield with_contract(opened)


@pytest.fixture
def memory() -> Book:
    """A book in memory, for what is refused before any book is asked."""
    return with_contract(MemoryBook())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file; for `.jsonl` from dicts or lines."""

    def file(name: str, content: str | bytes | list[Any]) -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(each + "\n" if isinstance(each, str) else json.dumps(each) + "\n" for each in content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file
