"""Change one thing in a rule and a test must fail; here for a sample, `make mutants` for all."""

import subprocess
import sys

import pytest
from tools import mutants

from inforce.mechanics.money import pro_rata_reduction

SAMPLE = ["--sample", "40", "--seed", "1", "--tests", "tests/unit/mechanics"]


@pytest.mark.slow
def test_a_sample_of_mutants_is_found() -> None:
    command = [sys.executable, str(mutants.ROOT / "tools" / "mutants.py"), *SAMPLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=mutants.ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_mutants_of_a_rule() -> None:
    changes = [m.change for m in mutants.mutants_of(pro_rata_reduction.__wrapped__)]  # type: ignore[attr-defined]
    assert sorted(changes) == [
        "if taken >= before: -> if taken < before:",
        "if taken >= before: -> if taken > before:",
        "return 0 -> return 1",
        "return base - ratio(base, taken, before) -> return base + ratio(base, taken, before)",
    ]


def test_a_survivor_is_named_and_an_outdated_reason_too(monkeypatch, capsys, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(mutants, "oracle_disagrees", lambda *_seeds: False)
    monkeypatch.setattr(mutants, "fast_tests_fail", lambda: False)
    reviewed = tmp_path / "equivalent.txt"
    reviewed.write_text("# a note\nmoney.portion: nothing | no reason\n")
    monkeypatch.setattr(mutants, "EQUIVALENT", reviewed)
    assert mutants.main(["--only", "pro_rata_reduction: return 0"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith("money.pro_rata_reduction: return 0 -> return 1")
    assert out[0].startswith("src/inforce/mechanics/money.py:")
    assert out[1].startswith("1 mutants, 0 found, 0 equivalent, 1 survive")
    reviewed.write_text("money.pro_rata_reduction: return 0 -> return 1 | only here\n")
    assert mutants.main(["--only", "pro_rata_reduction: return 0"]) == 0


def test_every_reviewed_survivor_is_a_mutant_with_a_reason() -> None:
    reviewed = mutants.reviewed()
    assert set(reviewed) <= {m.name for m in mutants.all_mutants()}
    assert all(reviewed.values())
