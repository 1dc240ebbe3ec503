"""Work on files from strangers runs in a process of its own, with limits on time and memory.

There it may hang, run out of memory or crash: the one who asked reads a plain answer, and no database is near.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import IO, cast

# Drivers by which a file could make GDAL open other files or addresses, or run something.
_SKIPPED_DRIVERS = "OGR_VRT,GDALG,HTTP,WFS,OAPIF,OGCAPI,CSW,EEDA,NGW,ADBC,Elasticsearch,Carto,AmigoCloud,PLSCENES,MapML,OSM,PDF"
_TURNS: dict[str, threading.Lock] = {}
_ENVIRONMENT = {
    "GDAL_SKIP": _SKIPPED_DRIVERS,
    "OGR_SKIP": _SKIPPED_DRIVERS,
    "PROJ_NETWORK": "OFF",
    # Threads of numpy's own would only take room from the limit.
    "OPENBLAS_NUM_THREADS": "1",
}


def limit(seconds: int, megabytes: int) -> None:
    """Called by the confined process itself: processor seconds (a hard stop) and address space."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl+C reaches the whole group: the parent speaks, the child just ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def answers() -> IO[bytes]:
    """Where the confined process answers: standard output, kept from what libraries print, which goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


@dataclass(frozen=True)
class Confined:
    """A running process: what is written to `question` it reads, what it writes is read from `answer`."""

    question: IO[bytes]
    answer: IO[bytes]
    _process: Popen[bytes]
    _complaints: IO[bytes]

    def give(self, question: bytes) -> None:
        """All it is to read, at once; a process that ended before has its own answer."""
        with suppress(BrokenPipeError):
            self.question.write(question)
            self.question.close()

    def end(self) -> tuple[int, str]:
        """Waits; gives the exit code (-n: ended by signal n) and the last line it wrote to standard error."""
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        # That a skipped driver is not even there is nobody's complaint.
        told = [line.strip()[:200] for line in lines if line.strip() and "GDAL_SKIP" not in line]
        return code, told[-1] if told else ""


@contextmanager
def confined(module: str, *arguments: str) -> Iterator[Confined]:
    """Runs `python -m module arguments`. It ends with the block, at the latest."""
    with tempfile.TemporaryFile() as complaints:
        process = Popen(  # noqa: S603 (our own module, no shell)
            [sys.executable, "-m", module, *arguments],
            stdin=PIPE,
            stdout=PIPE,
            stderr=complaints,
            env={**os.environ, **_ENVIRONMENT},
        )
        with process:
            try:
                yield Confined(
                    cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout), process, complaints
                )
            finally:
                process.kill()


def answer_to(module: str, question: bytes) -> tuple[bytes, bytes] | None:
    """What a confined module makes of a file: its first line, and the rest. None: it failed."""
    # Decoding takes memory: of several people's files at once each waits its turn in this process.
    with _TURNS.setdefault(module, threading.Lock()), confined(module) as process:
        process.give(question)
        head, rest = process.answer.readline(), process.answer.read()
        code, _ = process.end()
    return (head, rest) if head and not code else None
