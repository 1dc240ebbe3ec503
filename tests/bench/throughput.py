"""Questions a second with four clients at once: pgbench, so that no client in Python is in the way."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from geoneighbour.database import programs
from tests.bench.questions import FOLDER, OURS

CLIENTS = 4
NOTHING = "SELECT 1"


class Rates:
    """Neighbours of random viewers on one database: ours, the fenced baseline, and a statement that asks nothing."""

    def __init__(self, members: int, url: str) -> None:
        self.members = members
        self.rates: dict[str, list[float]] = defaultdict(list)
        self._given = conninfo_to_dict(url)
        with psycopg.connect(url) as connection:
            self.viewers = connection.execute("SELECT count(*) FROM bench.viewer").fetchone()[0]  # type: ignore[index]
            self._server = connection.info.server_version // 10_000
        self._scripts = {
            path.stem.removeprefix("viewers_").replace("_", " "): path
            for path in sorted((FOLDER.parent / "pgbench").glob("*.sql"))
        }

    def measure(self, seconds: float, turn: int) -> None:
        names = sorted(self._scripts)
        for at in range(len(names)):
            name = names[(at + turn) % len(names)]
            self.rates[name].append(self._pgbench(self._scripts[name], seconds))

    def median(self, name: str) -> float:
        return statistics.median(self.rates[name])

    def _pgbench(self, script: Path, seconds: float) -> float:
        environment = {**os.environ, "PGOPTIONS": "-c jit=off"}
        for name, variable in {
            "host": "PGHOST",
            "port": "PGPORT",
            "user": "PGUSER",
            "password": "PGPASSWORD",
        }.items():
            if name in self._given:
                environment[variable] = str(self._given[name])
        command = [
            str(programs.of_version(self._server) / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
            "-T", str(max(1, round(seconds))), "-D", f"viewers={self.viewers}", "-f", str(script), str(self._given["dbname"]),
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                command, env=environment, cwd=folder, capture_output=True, text=True, check=False
            )
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        if done.returncode or not found:
            raise RuntimeError(f"pgbench: {done.stderr.strip()}")
        return float(found.group(1))


__all__ = ["CLIENTS", "NOTHING", "OURS", "Rates"]
