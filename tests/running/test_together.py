"""`geoneighbour run`: what it starts answers, comes back when it is killed, and is gone at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, text

from geoneighbour.running import ports

A_COMMUNE = text("""
    INSERT INTO commune (country, code, name, vintage, valid_from, source, geom)
    VALUES ('FR', '00001', 'Essai', 2018, 2018, 'a test', ST_Multi(ST_MakeEnvelope(-2, 48, -1, 49, 4326)))
""")


@pytest.fixture
def running(database_url: str, database: Engine, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command on a database that holds something: no demonstration is loaded into that one."""
    with database.begin() as connection:
        connection.execute(A_COMMUNE)
    process = subprocess.Popen(
        [sys.executable, "-m", "geoneighbour", "run"],
        env=os.environ | {"DATABASE_URL": database_url, "STATE_DIR": str(tmp_path / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a script's background does: what Ctrl+C sends is ignored unless the command asks for it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    yield process
    process.kill()
    process.communicate()


def address(running: subprocess.Popen[str]) -> str:
    said = []
    assert running.stdout
    for line in running.stdout:
        said.append(line)
        if found := re.search(r"ready: http://localhost:(\d+)", line):
            return f"http://127.0.0.1:{found[1]}"
    raise AssertionError(f"it ended before it was ready: {''.join(said)}")


def children(pid: int) -> dict[str, int]:
    """Command -> pid of a process's children; one that has ended has no command any more."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    words = {int(child): Path(f"/proc/{child}/cmdline").read_text().split("\0") for child in pids}
    return {line[-2]: child for child, line in words.items() if len(line) > 1}


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(running: subprocess.Popen[str], ending: signal.Signals) -> None:
    url = address(running)
    assert urlopen(f"{url}/api/v1/openapi.json").status == 200
    started = children(running.pid)
    assert set(started) == {"serve", "live", "worker"}
    running.send_signal(ending)
    rest, _ = running.communicate(timeout=30)
    assert (running.returncode, rest.split("\n")[-2]) == (0, "Stopped.")
    assert not any(Path(f"/proc/{pid}").exists() for pid in started.values())
    assert not ports.is_taken("127.0.0.1", int(url.rsplit(":", 1)[1]))


def test_a_process_that_ends_is_started_again(running: subprocess.Popen[str]) -> None:
    address(running)
    killed = children(running.pid)["worker"]
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: children(running.pid).get("worker", killed) != killed)


def test_its_processes_do_not_outlive_it(running: subprocess.Popen[str]) -> None:
    address(running)
    started = children(running.pid)
    running.kill()
    running.wait()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started.values()))
