"""Random lives run again by the compiled reader, and compared with CPython field by field."""

from typing import Any

import numpy as np
from tests.properties import histories
from tests.properties.histories import Life

from inforce.mechanics.records import Annuity, Breakdown, Due, Market, Terms
from inforce.projection import compiled

CAPACITY = {"funds": 8, "fixed": 2, "layers": 32, "segments": 64}

compiled.offer(histories.ask)
_replay = compiled.kernel()(histories.replay)


def differences(seed: int, capacity: dict[str, int] | None = None, **options: Any) -> tuple[int, list[str]]:
    """Run one life twice: how many steps it has, and the first step's fields that are not the same."""
    room = capacity or CAPACITY
    most = {**room, "layers": room["layers"] - 1}
    life = histories.life(seed, **most, in_range=compiled.check_range, **options)
    states, breakdowns, reasons = compiled_run(life, room)
    python = (
        rows([step.after for step in life.steps], states.dtype),
        rows([step.breakdown for step in life.steps], breakdowns.dtype),
        np.array([step.reasons for step in life.steps], np.int64).reshape(-1, 4),
    )
    other = [a.view(np.int64).reshape(len(life.steps), -1) for a in (states, breakdowns, reasons)]
    unequal = np.zeros(len(life.steps), bool)
    for a, b in zip(python, other, strict=True):
        unequal |= (a != b).any(axis=1)
    if not unequal.any():
        return len(life.steps), []
    t = int(unequal.argmax())
    text = [f"seed {seed}, step {t}: reasons {python[2][t]}, compiled {reasons[t]}"]
    for a, b, dtype in zip(python, other, (states.dtype, breakdowns.dtype), strict=False):
        names = [name for name in dtype.names or () for _ in range(dtype[name].itemsize // 8)]
        text += [f"{names[i]}: {a[t, i]}, compiled {b[t, i]}" for i in np.flatnonzero(a[t] != b[t])]
    return len(life.steps), text


def compiled_run(life: Life, room: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """States, breakdowns and refusals of a life, step by step, from the kernel."""
    n = len(life.steps)
    state, terms, market, due, breakdown = (
        compiled.dtype_of(cls, **room) for cls in (Annuity, Terms, Market, Due, Breakdown)
    )
    markets = records([step.market for step in life.steps], market)
    dues = records([step.requested for step in life.steps], due)
    states, breakdowns, reasons = np.zeros(n, state), np.zeros(n, breakdown), np.zeros((n, 4), np.int64)
    c, p, b = compiled.packed(life.start, state), compiled.packed(life.terms, terms), np.zeros(1, breakdown)
    _replay(c, p, markets, dues, b, states, breakdowns, reasons)
    return states, breakdowns, reasons


def records(plain: list[Any], dtype: np.dtype) -> np.ndarray:
    """Plain records as an array of NumPy records."""
    return rows(plain, dtype).reshape(-1).view(dtype)


def rows(plain: list[Any], dtype: np.dtype) -> np.ndarray:
    """Each record as a row of its numbers, lists filled up with zeros to their room."""
    sizes = [(name, dtype[name].shape[0] if dtype[name].shape else 0) for name in dtype.names or ()]
    table = []
    for record in plain:
        row: list[int] = []
        for name, size in sizes:
            value = getattr(record, name)
            if size:
                row += value
                row += [0] * (size - len(value))
            else:
                row.append(value)
        table.append(row)
    return np.array(table, np.int64).reshape(len(plain), dtype.itemsize // 8)
