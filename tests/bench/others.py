"""Ways that are not SQL: Redis with its GEOSEARCH, and shapely's STRtree in this process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import shapely

from tests.bench.questions import Answer, Case, Question, Way

CHECKER = Path("/usr/bin/redis-check-rdb")
"""Debian's redis-tools holds the server's program under this name; called redis-server it serves."""


class Redis:
    """A private server on a unix socket, without a disk, and one connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], path: str) -> None:
        import hiredis

        self.pid = process.pid
        self._pack, self._reader = hiredis.pack_command, hiredis.Reader()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)

    def ask(self, *words: Any) -> Any:
        self._socket.sendall(self._pack(words))
        while (answer := self._reader.gets()) is False:
            self._reader.feed(self._socket.recv(1 << 20))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fill(self, key: str, places: Iterable[tuple[int, float, float]]) -> None:
        """Members and where they stand: id, longitude, latitude."""
        batch: list[Any] = []
        for member, lon, lat in places:
            batch += [repr(lon), repr(lat), str(member)]
            if len(batch) >= 3000:
                self.ask("GEOADD", key, *batch)
                batch = []
        if batch:
            self.ask("GEOADD", key, *batch)

    def within(self, key: str, case: Case) -> Answer:
        found = self.ask(
            "GEOSEARCH",
            key,
            "FROMLONLAT",
            repr(case["lon"]),
            repr(case["lat"]),
            "BYRADIUS",
            case["metres"],
            "m",
        )
        return [(int(member),) for member in found if int(member) != case["author"]]


@contextmanager
def redis() -> Iterator[Redis | None]:
    """A server of one's own while it is needed; None where this machine has none (`make bench` brings it)."""
    program = shutil.which("redis-server") or (str(CHECKER) if CHECKER.exists() else None)
    if program is None:
        yield None
        return
    folder = tempfile.mkdtemp(prefix="bench-redis-")
    path = f"{folder}/socket"
    options = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder]
    server = subprocess.Popen(["redis-server", *options], executable=program, stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(path):
            time.sleep(0.02)
            if server.poll() is not None:
                raise RuntimeError("redis-server ended as it began")
        yield Redis(server, path)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


class Tree:
    """All current communes in an STRtree: the commune of each of the database's places."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        rows = connection.execute(
            'SELECT id, ST_AsBinary(geom) FROM commune WHERE valid_to IS NULL ORDER BY country COLLATE "C", code COLLATE "C"'
        ).fetchall()
        self._ids = [row[0] for row in rows]
        self._tree = shapely.STRtree(shapely.from_wkb([bytes(row[1]) for row in rows]))
        shapely.prepare(self._tree.geometries)
        places = connection.execute("SELECT n, ST_AsBinary(geom) FROM bench.place ORDER BY n").fetchall()
        self._numbers = [row[0] for row in places]
        self._places = shapely.from_wkb([bytes(row[1]) for row in places])

    def communes(self, _: Case) -> Answer:
        places, covering = self._tree.query(self._places, predicate="covered_by")
        least: dict[int, int] = {}
        # The tree's numbers are in the order of (country, code): the least is the commune.
        for place, commune in zip(places.tolist(), covering.tolist(), strict=True):
            least[place] = min(commune, least.get(place, commune))
        return [
            (number, self._ids[least[at]] if at in least else None) for at, number in enumerate(self._numbers)
        ]


def ways(
    question: Question, members: int, connection: psycopg.Connection[Any], redis_: Redis | None
) -> list[Way]:
    """What these can answer."""
    if question.key == "q1_commune":
        return [Way("STRtree", os.getpid(), Tree(connection).communes)]
    if question.key.startswith("radius") and redis_ is not None:
        key = f"members:{members}"
        if not redis_.ask("EXISTS", key):
            redis_.fill(
                key,
                connection.execute(
                    "SELECT member_id, ST_X(middle), ST_Y(middle) FROM bench.person WHERE middle IS NOT NULL"
                ),
            )
        return [Way("Redis", redis_.pid, lambda case: redis_.within(key, case), inexact=True)]
    return []
