"""How long the first projection of a process takes: with nothing compiled before, and from the disk cache."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, Options

FIRST = """
import time
before = time.perf_counter()
import numpy as np
from benchmarks.month import run, setting
arguments = setting(np.array([1_000_000]), np.array([1]), 8, 5)
c, p, start, *scratch = arguments
run(c, p, start, np.full((1, 12, 8), 10**12), *scratch, np.zeros(1, np.int64))
print(time.perf_counter() - before)
"""


def figures(options: Options) -> list[Figure]:
    """Seconds from import to the first result; the reference of the cached start is the cold one."""
    with tempfile.TemporaryDirectory() as folder:
        cold = _first(folder)
        cached = min(_first(folder) for _ in range(options.runs))
    return [
        Figure("first compiled month, cold", cold, "s"),
        Figure("first compiled month, cached", cached, "s", cold, "cold"),
    ]


def _first(folder: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": folder, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", FIRST], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)
