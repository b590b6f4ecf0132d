"""Strict YAML: every scalar stays text, duplicate keys are refused, and every value knows its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from inforce.errors import BadCase, BadTerms, Located

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
TermPath: TypeAlias = tuple[str, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Source:
    """One YAML file as plain text values, with the place of each."""

    file: Path
    content: Plain
    places: dict[TermPath, Place] = field(default_factory=dict)

    def place(self, path: TermPath) -> Place:
        """The place of `path`, or of the nearest enclosing value."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file, 1))


def read_yaml(file: Path, error: type[Located] = BadTerms) -> Source:
    """Read a YAML file strictly.

    Raises:
        BadTerms (or `error`): unreadable, not UTF-8, not YAML, more than one document, an alias,
            a duplicate or non-text key.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as reason:
        raise error(f"cannot be read ({reason.strerror})", file=file) from None
    except UnicodeDecodeError:
        raise error("is not UTF-8 text", file=file) from None
    return parse_yaml(text, file, error)


def parse_yaml(text: str, file: Path, error: type[Located] = BadTerms) -> Source:
    """The same for text that is at hand; `file` names it in errors."""
    source = Source(file, None)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as reason:
        line = reason.problem_mark.line + 1 if reason.problem_mark else None
        raise error(f"is not valid YAML: {reason.problem}", file=file, line=line) from None
    except yaml.YAMLError as reason:
        raise error(f"is not valid YAML: {str(reason).splitlines()[0]}", file=file) from None
    if node is not None:
        source.content = _plain(node, (), source, error, set())
    return source


def _plain(node: yaml.Node, path: TermPath, source: Source, error: type[Located], seen: set[int]) -> Plain:
    line = node.start_mark.line + 1
    source.places[path] = Place(source.file, line)
    at = ".".join(path)
    if id(node) in seen:
        raise error("YAML aliases are not allowed: write the value out", file=source.file, line=line, at=at)
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        quoted = node.style in ("'", '"', "|", ">")
        return None if not quoted and node.value in ("", "~", "null") else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, str(i)), source, error, seen) for i, item in enumerate(node.value)]
    return dict(_pairs(node, path, source, error, seen))


def _pairs(
    node: yaml.Node, path: TermPath, source: Source, error: type[Located], seen: set[int]
) -> Iterator[tuple[str, Plain]]:
    keys: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise error("a key must be plain text", file=source.file, line=line, at=".".join(path))
        if key.value in keys:
            raise error(f"key {key.value!r} stands here twice", file=source.file, line=line, at=".".join(path))
        keys.add(key.value)
        yield key.value, _plain(value, (*path, key.value), source, error, seen)


__all__ = ["BadCase", "Place", "Plain", "Source", "TermPath", "parse_yaml", "read_yaml"]
