"""The compiled reader: every contract rule becomes callable from Numba code; CPython keeps its own functions.

`@rule` only registers a function. Here each registered rule is offered to Numba with `numba.extending.overload`, so a
kernel calls `step(...)` as CPython does and the same text is compiled. Only `money.ratio` and the power of a rate have
a second text, because CPython's numbers have no end and a processor's have 64 bits; tests hold the two equal.

A record becomes a NumPy record whose lists have a capacity. `packed` refuses what is longer; nothing is truncated.
`check_range` holds a contract to the numbers for which the 64-bit arithmetic is exact.
"""

import hashlib
import importlib
import inspect
import os
import pkgutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_type_hints

import numba
import numpy as np
import numpy.typing as npt
from numba.extending import overload

from inforce import mechanics
from inforce.errors import Fault
from inforce.market import guarantees
from inforce.mechanics import money
from inforce.mechanics.interest import INDEX_SCALE, with_interest
from inforce.mechanics.market_value import adjusted, segment_value
from inforce.mechanics.records import Annuity, Market, Terms
from inforce.mechanics.rule import RULES
from inforce.mechanics.units import value_of

from . import powers

T = TypeVar("T")
Records = npt.NDArray[Any]
"""A one-dimensional array of NumPy records."""

OPTIONS: Final[Any] = {"error_model": "numpy"}
prange = numba.prange
_config: Any = numba.config
_sizes_of: dict[type, dict[str, str | int | None]] = {}

CAPACITIES: Final[Mapping[str, tuple[int, ...]]] = {
    "funds": (8, 16, 32, 64, 128),
    "fixed": (2, 8),
    "layers": (8, 32, 128, 512, 2048),
    "segments": (1, 8, 64, 512),
}
"""Sizes that lists are compiled for. Each combination in use is compiled once (and kept on disk)."""

AMOUNT_LIMIT: Final = 1 << 50
"""Amounts and units stay below it: 11 million million dollars, 1.1 thousand million units at 1e-6."""
SCALE_LIMIT: Final = 1 << 61
"""Unit values, interest indices and scales stay below it."""


def ratio_int64(a: int, b: int, c: int) -> int:
    """The 64-bit twin of `money.ratio`: exact while the quotient is below 2**50 and `c` below 2**61.

    float64 gives the quotient with a relative error below 6 / 2**53, so within one of the right whole number. The
    residual `a * b - q * c` is then at most 1.5 x `c`, and so right although the products wrap round at 2**64.
    Operands are not negative, so cutting off the fraction rounds down.
    """
    q = int(float(a) * float(b) / float(c) + 0.5)
    twice = 2 * (a * b - q * c)
    return q + (1 if twice >= c else 0) - (1 if twice < -c else 0)


TWINS: Final[Mapping[Callable[..., Any], Callable[..., Any]]] = {
    money.ratio: ratio_int64,
    guarantees.power: powers.power_int64,
}
"""The only functions with a second text."""


OFFERED: Final[tuple[Callable[..., Any], ...]] = (
    *(guarantees.power, guarantees.guaranteed_growth, guarantees.market_factor, guarantees.floor_factor),
    *(powers.natural_logarithm, powers.exponential, powers.total, powers.product),
    *(powers.quotient, powers.quotient_by, powers.exact_sum, powers.exact_product),
)
"""What kernels call beside the rules: powers of rates, and what their twin is made of."""


def offer(rule: Callable[..., Any]) -> None:
    """Let kernels call a plain function. Rules are offered already."""
    text = TWINS.get(rule, inspect.unwrap(rule))
    overload(rule, jit_options=OPTIONS, strict=False)(lambda *_args: text)


for _module in pkgutil.iter_modules(mechanics.__path__, f"{mechanics.__name__}."):
    importlib.import_module(_module.name)  # an import fills RULES
for _rule in (*RULES, *OFFERED):
    offer(_rule)


# Kernels


@cache
def fingerprint() -> str:
    """Names the text of all rules and all that decides how it is compiled; Numba's own key looks at one file only."""
    files = {Path(inspect.unwrap(called).__code__.co_filename) for called in (*RULES, *OFFERED)}
    files |= set(Path(__file__).parent.glob("*.py"))
    text = b"\0".join(file.read_bytes() for file in sorted(files))
    text += f"{numba.__version__} {_config.BOUNDSCHECK} {sorted(OPTIONS.items())}".encode()
    return hashlib.sha256(text).hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels are kept; for this run only where the user's own folder cannot be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inforce"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        home = Path(_folder_of_this_run().name)
    return home / fingerprint()


@cache
def _folder_of_this_run() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="inforce-")


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`numba.njit` that can call rules, and whose disk cache lives and dies with their text."""

    def compile_lazily(fn: Callable[..., Any]) -> Callable[..., Any]:
        before = _config.CACHE_DIR
        _config.CACHE_DIR = str(cache_folder())
        try:
            return numba.njit(cache=True, **{**OPTIONS, **options})(fn)
        finally:
            _config.CACHE_DIR = before

    return compile_lazily


# Records


def bucket(kind: str, needed: int) -> int:
    """The smallest capacity for `needed` funds, fixed accounts, layers or segments."""
    for size in CAPACITIES[kind]:
        if needed <= size:
            return size
    raise Fault(f"{needed} {kind} are more than the largest compiled capacity, {CAPACITIES[kind][-1]}.")


@cache
def dtype_of(cls: type, *, funds: int, fixed: int, layers: int, segments: int) -> np.dtype[Any]:
    """The compiled layout of a record class: 64-bit integers, lists with room for so many entries."""
    room = {"funds": funds, "fixed": fixed, "layers": layers, "segments": segments, "accounts": funds + fixed}
    columns: list[Any] = []
    for name, size in _sizes(cls).items():
        columns.append((name, "i8") if size is None else (name, "i8", (room.get(str(size)) or int(size),)))
    return np.dtype(columns, align=True)


def _sizes(cls: type) -> dict[str, str | int | None]:
    """Each field with the size of its list: a word, a number, or None for a plain number."""
    if cls not in _sizes_of:
        hints = get_type_hints(cls, include_extras=True)
        _sizes_of[cls] = {f.name: (get_args(hints[f.name]) or (None, None))[1] for f in fields(cls)}
    return _sizes_of[cls]


def packed(record: Any, dtype: np.dtype[Any]) -> Records:
    """A record as an array of one NumPy record. Refuses a list that is longer than its room."""
    return packed_all([record], dtype)


def packed_all(records: Sequence[Any], dtype: np.dtype[Any]) -> Records:
    """Records as an array of NumPy records. Refuses a list that is longer than its room."""
    rooms = [(name, dtype[name].shape[0] if dtype[name].shape else None) for name in dtype.names or ()]
    rows = []
    for record in records:
        row: list[int] = []
        for name, room in rooms:
            value = getattr(record, name)
            if room is None:
                row.append(value)
                continue
            if len(value) > room:
                text = f"{type(record).__name__}.{name} has {len(value)} entries, the compiled record holds {room}."
                raise Fault(text)
            row += value
            row += [0] * (room - len(value))
        rows.append(row)
    return np.array(rows, np.int64).reshape(-1).view(dtype)


def unpacked(cls: type[T], record: Any, **counts: int) -> T:
    """A NumPy record as a plain one. `counts` (funds, fixed, layers, accounts) cut the lists to what is in use."""
    values: dict[str, Any] = {}
    for name, size in _sizes(cls).items():
        value = record[name].tolist()
        values[name] = value if size is None else value[: counts.get(str(size), len(value))]
    return cls(**values)


# Ranges


def check_range(c: Annuity, p: Terms, *markets: Market, paid_in: int = 0) -> None:
    """Refuse a contract for which 64-bit arithmetic would not be exact, `paid_in` cents being paid in at such prices.

    Every amount stays below 2**50 cents, and so do the units that all the money would buy in any one fund. Money of
    segments may leave one at its market value for another, and that one too, in one step.
    """
    _within(c, AMOUNT_LIMIT, besides={"anchor": SCALE_LIMIT, "segment_anchor": SCALE_LIMIT})
    _within(p, AMOUNT_LIMIT, below=-1)
    if not (1 <= p.surrender_years <= len(p.surrender_rate) and 0 <= p.operations <= len(p.order)):
        raise Fault(f"Terms.surrender_years = {p.surrender_years} or operations = {p.operations} is out of range.")
    if any(into >= c.funds for into in p.ends_into) or any(i >= c.fixed for i in c.segment_account[: c.segments]):
        raise Fault(
            f"Terms.ends_into = {p.ends_into} or Annuity.segment_account = {c.segment_account} names no account."
        )
    held, cheapest, factor = 0, p.value_scale, INDEX_SCALE
    for m in markets:
        _within(m, SCALE_LIMIT)
        anchors = c.anchor[: c.fixed] + c.segment_anchor[: c.segments]
        if min([*m.unit_value[: c.funds], *m.index[: c.fixed], *anchors, p.value_scale]) <= 0:
            raise Fault("A unit value, an interest index or the value scale is not above 0.")
        held = max(held, _held(c, p, m))
        factor = max([factor, *m.market_factor, *m.floor_factor])
        cheapest = min(cheapest, *m.unit_value[: c.funds])
    money_in = held + paid_in + max(c.payments, c.reset_floor)
    for _ in range(2):
        money_in = adjusted(money_in, factor)
    if money_in * p.value_scale >= AMOUNT_LIMIT * cheapest:
        raise Fault(f"{money_in} cents at a unit value of {cheapest} are beyond exact 64-bit arithmetic.")


def _held(c: Annuity, p: Terms, m: Market) -> int:
    funds = sum(value_of(c.units[k], m.unit_value[k], p.value_scale) for k in range(c.funds))
    segments = sum(segment_value(c, m, s) for s in range(c.segments))
    return funds + sum(with_interest(c.balance[i], m.index[i], c.anchor[i]) for i in range(c.fixed)) + segments


def _within(record: Any, limit: int, *, below: int = 0, besides: Mapping[str, int] | None = None) -> None:
    for name, size in _sizes(type(record)).items():
        value = getattr(record, name)
        largest = (besides or {}).get(name, limit)
        for number in [value] if size is None else value:
            if not below <= number < largest:
                raise Fault(f"{type(record).__name__}.{name} = {number} is outside {below} … {largest - 1}.")
