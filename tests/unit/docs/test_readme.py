"""The README's session is real: its commands, run on its file, print what it prints."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inforce.cli import app

README = Path(__file__).parents[3] / "README.md"
TEXT = README.read_text(encoding="utf-8")
SESSIONS = [block for block in re.findall(r"```console\n(\$ inforce .*?)```", TEXT, re.S)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    contract = re.search(r"```yaml\n(case: 1\n.*?)```", TEXT, re.S)
    assert contract is not None
    (tmp_path / "mine.yaml").write_text(contract[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_sessions() -> None:
    assert len(SESSIONS) >= 3


@pytest.mark.parametrize("session", SESSIONS, ids=lambda s: s.splitlines()[0][2:40])
def test_session(session: str, folder: Path) -> None:
    command, _, printed = session.partition("\n")
    result = CliRunner().invoke(app, shlex.split(command)[2:], env={"COLUMNS": "140"})
    ours = "\n".join(line.rstrip() for line in result.output.rstrip().splitlines())
    assert result.exit_code == 0
    assert _without_fingerprint(ours) == _without_fingerprint(printed.rstrip())


def test_python_session(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", TEXT, re.S)
    assert code is not None
    exec(code[1], {})
    assert capsys.readouterr().out.strip() == re.search(r"# (\d+) cents", code[1])[1]  # type: ignore[index]


def _without_fingerprint(text: str) -> str:
    """The hash of the terms changes with every word of them."""
    return re.sub(r"@(\d+)\+[0-9a-f]{8}", r"@\1", text)
