"""CPython and compiled code run the same text: every field of every record is equal after every step."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from random import Random

import numpy as np
import pytest
from tests.properties import replays
from tests.properties.histories import SURRENDER_SHAPES, life

from inforce.errors import Fault
from inforce.market.guarantees import YEAR, power
from inforce.mechanics.money import PPB, ratio
from inforce.mechanics.records import Annuity, Breakdown, Market, make_room, new_annuity, new_breakdown
from inforce.projection import compiled
from inforce.projection.powers import MOST_POWER, power_int64

pytestmark = pytest.mark.compiled

HISTORIES = int(os.environ.get("INFORCE_HISTORIES", "300"))
"""How many random lives are compared; the benchmark takes 10,000."""


@pytest.mark.slow
def test_random_lives_are_equal_in_every_field() -> None:  # one test, so that one worker compiles
    for seed in range(HISTORIES):
        _steps, unequal = replays.differences(seed)
        assert unequal == []


@pytest.mark.slow
def test_no_rule_reads_or_writes_beyond_a_list() -> None:
    code = "from tests.properties.replays import differences as d; assert not [u for s in range(40) for u in d(s)[1]]"
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# The 64-bit twin of the one rounding


@compiled.kernel()
def ratios(a, b, c, out):  # type: ignore[no-untyped-def]
    for i in range(a.size):
        out[i] = ratio(a[i], b[i], c[i])


def twin(operands: list[tuple[int, int, int]]) -> list[int]:
    table = np.array(operands, np.int64)
    out = np.zeros(len(operands), np.int64)
    ratios(*table.T.copy(), out)
    return out.tolist()


def operands(r: Random) -> tuple[int, int, int]:
    """Any size of divisor and quotient within the documented range, with the factors that make it."""
    c = r.randrange(1, 1 << r.randint(1, 61))
    product = r.randrange(0, min(1 << r.randint(1, 50), (1 << 63) - 1)) * c + r.randrange(c)
    b = r.randrange(1, 1 << r.randint(1, 62))
    a = min(product // b, (1 << 63) - 1)
    return a, b, c


def ties(r: Random) -> tuple[int, int, int]:
    """Quotients exactly between two whole numbers, and one part off to either side."""
    b, half = r.randrange(1, 1 << r.randint(1, 20)), r.randrange(1, 1 << r.randint(1, 30))
    c = 2 * half * b
    q = r.randrange(1 << r.randint(1, 30))
    return (2 * q + 1) * half + r.choice([0, 0, 0, -1, 1]), b, c


@pytest.mark.parametrize("draw", [operands, ties])
def test_the_twin_of_ratio_equals_it(draw) -> None:  # type: ignore[no-untyped-def]
    r = Random(7)
    cases = [draw(r) for _ in range(200_000)]
    expected = [ratio(*case) for case in cases]
    assert max(expected) < compiled.AMOUNT_LIMIT + 1
    wrong = [(case, e, t) for case, e, t in zip(cases, expected, twin(cases), strict=True) if e != t]
    assert wrong == []


def test_the_twin_of_ratio_at_its_limits() -> None:
    most = compiled.AMOUNT_LIMIT - 1
    cases = [(most, c, c) for c in (1, 2, 3, 10**15, (1 << 61) - 1)]
    cases += [(most, 1, 2), (most - 1, 1, 2), (1, 1, (1 << 61) - 1), (0, (1 << 61) - 1, 1), (1, 1, 2), (1, 1, 3)]
    assert twin(cases) == [ratio(*case) for case in cases]


# The 64-bit twin of the powers of rates


@compiled.kernel()
def powers(a, b, parts, of, out):  # type: ignore[no-untyped-def]
    for i in range(a.size):
        out[i] = power(a[i], b[i], parts[i], of[i])


def rates(r: Random) -> tuple[int, int, int, int]:
    """Growth, market factors and floors, often over whole years at round rates, where results can be halves."""
    exponent = r.choice([(r.randrange(130), 12), (r.randrange(11 * YEAR), YEAR), (r.randrange(11) * YEAR, YEAR)])
    a, b = (PPB + r.choice([r.randrange(150_000_000), r.randrange(3000) * 50_000, 0]) for _ in range(2))
    return (a, b if r.random() < 0.7 else PPB, *exponent)


@pytest.mark.slow
def test_the_twin_of_the_power_of_a_rate_equals_it() -> None:
    r = Random(11)
    cases = [rates(r) for _ in range(20_000)]
    cases += [(PPB + 34_500_000, PPB, 4, 1), (PPB + 50_000_000, PPB, 8, 1), (PPB, PPB, 7, 3), (PPB, 2 * PPB, 6, 1)]
    cases += [(1_660_000_000, PPB, 9, 1), (PPB, 1_660_000_000, 9, 1), (PPB + 1, PPB, 1, YEAR)]
    table, out = np.array(cases, np.int64), np.zeros(len(cases), np.int64)
    powers(*table.T.copy(), out)
    expected = [power(*case) for case in cases]
    assert [(c, e, t) for c, e, t in zip(cases, expected, out.tolist(), strict=True) if e != t] == []
    assert [power_int64(*case) for case in cases[:2000]] == expected[:2000]
    assert max(expected) < MOST_POWER
    assert expected[20_000:20_002] == [1_145_307_171_195_063, 1_477_455_443_789_063]  # halves, rounded up


# Records and ranges

ROOM = replays.CAPACITY


def test_a_record_comes_back_as_it_was_packed() -> None:
    step = life(3).steps[-1]
    c, b = step.after, step.breakdown
    counts = {"funds": c.funds, "fixed": c.fixed, "accounts": c.funds + c.fixed}
    state = compiled.packed(c, compiled.dtype_of(Annuity, **ROOM))
    done = compiled.packed(b, compiled.dtype_of(Breakdown, **ROOM))
    held = {"layers": len(c.layer_paid), "segments": len(c.segment_balance)}
    assert asdict(compiled.unpacked(Annuity, state[0], **counts, **held)) == asdict(c)
    assert asdict(compiled.unpacked(Breakdown, done[0], **counts, layers=len(b.layer_taken))) == asdict(b)


def test_a_list_longer_than_its_room_is_refused_not_cut() -> None:
    c = new_annuity(ROOM["funds"] + 1, 0, 744_000)
    with pytest.raises(Fault, match=r"Annuity\.units has 9 entries, the compiled record holds 8"):
        compiled.packed(c, compiled.dtype_of(Annuity, **ROOM))


def test_capacities_grow_in_steps_up_to_the_largest() -> None:
    assert [compiled.bucket("funds", n) for n in (1, 8, 9, 61, 128)] == [8, 8, 16, 64, 128]
    assert compiled.bucket("fixed", 0) == 2
    with pytest.raises(Fault, match="129 funds are more than the largest compiled capacity, 128"):
        compiled.bucket("funds", 129)


def test_a_breakdown_has_room_for_one_payment_more() -> None:
    c = new_annuity(1, 0, 744_000)
    make_room(c, life(0).terms)
    assert (len(c.layer_paid), len(new_breakdown(c).layer_taken)) == (1, 1)


def _in_range(units: int = 1_000_000, unit_value: int = 1_000_000, paid_in: int = 0, **changes: object) -> None:
    """Check a contract with a segment of $10; `changes` go into its terms, its state and the market."""
    p = life(0, steps=(1, 1)).terms
    p.value_scale, p.guarantee_years, p.ends_into = 10_000_000_000, [5], [-1]
    c = new_annuity(1, 1, 744_000)
    c.units[0], c.segments = units, 1
    c.segment_account, c.segment_balance, c.segment_anchor = [0], [1_000], [10**15]
    c.segment_rate, c.segment_start, c.segment_end = [30_000_000], [700_000], [720_000]
    m = Market([unit_value], [10**15], [30_000_000], [10**15], [10**15], [0], 710_000)
    for name, value in changes.items():
        setattr(next(record for record in (p, c, m) if hasattr(record, name)), name, value)
    compiled.check_range(c, p, m, paid_in=paid_in)


def test_a_contract_in_range_is_accepted() -> None:
    _in_range()
    _in_range(units=10**15, paid_in=10**9)
    _in_range(unit_value=10**12, paid_in=100_000_000_000)
    _in_range(unit_value=10**12, units=0, segment_balance=[(1 << 50) - 1], segment_index=[999 * 10**12])
    _in_range(unit_value=10**12, units=0, segment_balance=[1 << 46], market_factor=[3 * 10**15])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": 1 << 50}, r"Annuity\.units = 1125899906842624 is outside 0 … 1125899906842623"),
        ({"units": -1}, r"Annuity\.units = -1 is outside"),
        ({"unit_value": 0}, "is not above 0"),
        ({"unit_value": 1, "paid_in": 1_000_000}, "1001000 cents at a unit value of 1 are beyond"),
        ({"paid_in": 1 << 50}, "beyond exact"),
        ({"maintenance": -2}, r"Terms\.maintenance = -2 is outside -1"),
        ({"surrender_years": 0}, "surrender_years = 0"),
        ({"surrender_years": 17}, "surrender_years = 17"),
        ({"segment_balance": [1 << 50]}, r"Annuity\.segment_balance = 1125899906842624 is outside"),
        ({"segment_balance": [-1]}, r"Annuity\.segment_balance = -1 is outside"),
        ({"segment_anchor": [0]}, "is not above 0"),
        ({"segment_anchor": [1 << 61]}, r"Annuity\.segment_anchor = 2305843009213693952 is outside"),
        ({"segment_index": [1 << 61]}, r"Market\.segment_index = 2305843009213693952 is outside"),
        ({"market_factor": [1 << 61]}, r"Market\.market_factor = 2305843009213693952 is outside"),
        ({"floor_factor": [-1]}, r"Market\.floor_factor = -1 is outside"),
        ({"unit_value": 10**12, "segment_balance": [1 << 46], "market_factor": [4 * 10**15]}, "beyond exact"),
        ({"unit_value": 10**12, "segment_balance": [1 << 46], "floor_factor": [4 * 10**15]}, "beyond exact"),
        ({"unit_value": 10**12, "units": 0, "reset_floor": (1 << 50) - 1}, "beyond exact"),
        ({"ends_into": [1]}, "names no account"),
        ({"segment_account": [1]}, "names no account"),
    ],
)
def test_a_contract_out_of_range_is_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(Fault, match=message):
        _in_range(**change)


def test_the_cache_folder_is_named_by_the_rules_and_can_be_written(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled.cache_folder() == tmp_path / "inforce" / compiled.fingerprint()
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert compiled.cache_folder().name == compiled.fingerprint()
    assert blocked not in compiled.cache_folder().parents


def test_the_lives_go_through_every_surrender_shape() -> None:
    seen = set()
    for seed in range(len(SURRENDER_SHAPES)):
        p = life(seed, steps=(1, 1)).terms
        clock_and_base = (p.surrender_clock, p.surrender_on, p.surrender_base)
        seen.add((*clock_and_base, p.free_of, p.free_on_surrender, p.anniversary_year))
    assert seen == set(SURRENDER_SHAPES)


def test_the_lives_hold_segments_and_end_in_shares() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        for one in life(seed, in_range=compiled.check_range).steps:
            seen["adjusted"] += one.breakdown.market_value_adjustment != 0
            seen["several segments"] += sum(balance > 0 for balance in one.after.segment_balance) > 1
            seen["a segment ends"] += one.due.segments_end
            seen["a share"] += 0 < one.after.claimed < PPB
            seen["continued"] += one.due.spousal_continuation
            seen["not continued"] += one.requested.spousal_continuation - one.due.spousal_continuation
    assert {what: count for what, count in seen.items() if count < 5} == {}
