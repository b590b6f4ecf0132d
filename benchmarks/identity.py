"""CPython and compiled code on random lives: every field of state and breakdown after every step."""

import multiprocessing
import os
import time

from benchmarks.figures import Figure, Options

LARGE = {"funds": 64, "fixed": 8, "layers": 128, "segments": 512}
SHARE_LARGE = 50
"""One life in so many has up to 64 funds, 127 payments and 512 segments."""


def figures(options: Options) -> list[Figure]:
    """How many lives, steps and numbers were compared; any difference ends the run with the first of them."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    started = time.perf_counter()
    small, large = range(options.histories), range(options.histories // SHARE_LARGE)
    with multiprocessing.get_context("spawn").Pool(cpus) as pool:
        _compare(0), _compare_large(0)  # compile once, for the disk cache
        results = [*pool.imap_unordered(_compare, small, 50), *pool.imap_unordered(_compare_large, large, 5)]
    steps = sum(count for count, _ in results)
    unequal = [text for _, text in results if text]
    for text in unequal[:3]:
        print("\n".join(text))
    return [
        Figure("random lives, CPython = compiled", len(results) - len(unequal), "lives", len(results), "of", 1.0),
        Figure("steps compared in every field", steps, "steps"),
        Figure("time for it", time.perf_counter() - started, "s"),
    ]


def _compare(seed: int) -> tuple[int, list[str]]:
    from tests.properties.replays import differences

    return differences(seed)


def _compare_large(seed: int) -> tuple[int, list[str]]:
    from tests.properties.replays import differences

    return differences(seed, LARGE)
