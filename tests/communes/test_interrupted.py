"""An import that is stopped at any moment leaves nothing behind; one that runs says how it gets on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from tests.communes.files import geojson, square, star

Stored = Callable[[], list[str]]


@contextmanager
def started(
    database_url: str,
    *arguments: object,
    command: tuple[str, str] = ("communes", "import"),
    stderr: int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """`geoneighbour communes import ...` in a group of its own, as a terminal starts it."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from geoneighbour.cli import main; main()", *command, *map(str, arguments)],
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
        # A shell that put the tests into the background has told them to ignore Ctrl+C; a terminal's command does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until(happens: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def running(connection: psycopg.Connection, statement: str) -> bool:
    """Whether another connection to this database is busy with such a statement (or holds a transaction after it)."""
    row = connection.execute(
        """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE %s""",
        [f"%{statement}%"],
    ).fetchone()
    return bool(row and row[0])


@pytest.fixture
def slow_file(tmp_path: Path) -> Path:
    """Good communes, and stars whose repair takes seconds."""
    rows = [(str(35000 + number), square(number / 10, 48)) for number in range(1, 9)]
    return geojson(tmp_path / "c.geojson", *rows, *((str(36000 + number), star(501)) for number in range(6)))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment", ["COPY", "follow_communes"])
def test_stopped_in_the_middle(
    how: signal.Signals, moment: str, database_url: str, stored: Stored, slow_file: Path, tmp_path: Path
) -> None:
    """While files are read; and when all rows are written, held up there as by a member who moves."""
    before = stored()
    path = slow_file if moment == "COPY" else geojson(tmp_path / "quick.geojson", ("35001", square(0, 48)))
    with psycopg.connect(database_url) as holder, psycopg.connect(database_url, autocommit=True) as watcher:
        if moment != "COPY":
            holder.execute("SELECT nearness.hold_communes()")
        with started(database_url, path, "--vintage", 2020) as process:
            wait_until(lambda: running(watcher, moment))
            # Ctrl+C reaches the whole group, a kill only the one that is named.
            (os.killpg if how == signal.SIGINT else os.kill)(process.pid, how)
            out, err = process.communicate(timeout=20)
        holder.rollback()
        if how == signal.SIGINT:
            assert (process.returncode, out, err.strip()) == (130, b"", b"Interrupted; nothing was changed.")
        wait_until(lambda: not running(watcher, ""))
    assert stored() == before == []
    # Nothing goes on reading or repairing for nobody.
    wait_until(lambda: not left_running(process.pid))


def test_ctrl_c_in_a_statement_of_another_command(database_url: str) -> None:
    """The weekly review, held up in its first statement: no word about a database that does not answer."""
    with psycopg.connect(database_url) as holder, psycopg.connect(database_url, autocommit=True) as watcher:
        holder.execute("SELECT pg_advisory_xact_lock(hashtext('nearness.review'))")
        with started(database_url, command=("nearness", "review")) as process:
            wait_until(lambda: running(watcher, "hashtext($1"))
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (130, b"", b"Interrupted; nothing was changed.")


def left_running(session: int) -> list[str]:
    """Processes of that session, by name; not those that only wait to be taken note of."""
    found = []
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = process.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, its_session, *_ = rest.split()
        if int(its_session) == session and state != "Z":
            found.append(name)
    return found


def test_it_can_be_run_again_after_a_kill(
    database_url: str, database: Engine, slow_file: Path, tmp_path: Path
) -> None:
    with psycopg.connect(database_url, autocommit=True) as watcher:
        with started(database_url, slow_file, "--vintage", 2020) as process:
            wait_until(lambda: running(watcher, "COPY"))
            os.kill(process.pid, signal.SIGKILL)
        path = geojson(tmp_path / "quick.geojson", ("35001", square(0, 48)))
        with started(database_url, path, "--vintage", 2020) as process:
            out, _ = process.communicate(timeout=20)
    assert out.endswith(b"\n1 read, 1 added\n")
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM commune")) == 1


def test_progress_is_for_terminals(database_url: str, tmp_path: Path) -> None:
    path = geojson(tmp_path / "c.geojson", ("35001", square(0, 48)))
    with started(database_url, path, "--vintage", 2020) as process:
        out, err = process.communicate(timeout=20)
    assert out.endswith(b"\n1 read, 1 added\n")
    assert err == b""
    ours, theirs = pty.openpty()
    # A terminal without columns shows no bar; and nothing to read shall be an error, not a wait.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    os.set_blocking(ours, False)
    with started(database_url, path, "--vintage", 2020, stderr=theirs) as process:
        out, _ = process.communicate(timeout=20)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    assert out.endswith(b"\n1 read, 1 unchanged\n")
    for stage in (
        "reading",
        "comparing",
        "storing",
        "finding who shares a border",
        "following homes and posts",
    ):
        assert re.search(stage, shown)
