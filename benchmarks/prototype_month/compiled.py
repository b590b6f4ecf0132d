"""The reference's own compiled reader."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numba
import numpy as np
from numba.extending import overload

from . import annuity as _annuity  # noqa: F401  imports fill RULES
from . import money
from .rule import RULES

OPTIONS = {"error_model": "numpy"}


def ratio_int64(a: int, b: int, c: int) -> int:
    """Nearest whole number from float64, give or take one; the int64 residual settles it."""
    q = int(math.floor(float(a) * float(b) / float(c) + 0.5))  # noqa: RUF046  an int64, not a float, in Numba
    twice = 2 * (a * b - q * c)
    return q + (1 if twice >= c else 0) - (1 if twice < -c else 0)


def _offer(fn: Any) -> None:
    text = ratio_int64 if fn is money.ratio else fn.__wrapped__
    overload(fn, jit_options=OPTIONS, strict=False)(lambda *args: text)


for _fn in RULES:
    _offer(_fn)


def dtype_of(cls: type, **capacity: int) -> np.dtype[Any]:
    def column(name: str, hint: Any) -> Any:
        size = get_args(hint)[1] if get_args(hint) else None
        return (name, "i8") if size is None else (name, "i8", (capacity.get(size, size),))

    return np.dtype([column(n, h) for n, h in get_type_hints(cls, include_extras=True).items()], align=True)


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """numba.njit whose disk cache lives and dies with the text of these files."""
    text = b"\0".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    text += f"{numba.__version__} {numba.config.BOUNDSCHECK} {OPTIONS}".encode()
    folder = Path.home() / ".cache" / "inforce" / f"reference-{hashlib.sha256(text).hexdigest()[:16]}"

    def wrap(fn: Callable[..., Any]) -> Callable[..., Any]:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            return numba.njit(cache=True, **OPTIONS, **options)(fn)
        finally:
            numba.config.CACHE_DIR = before

    return wrap
