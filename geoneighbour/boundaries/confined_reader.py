"""The confined process behind ``boundaries.reader``: `python -m geoneighbour.boundaries.confined_reader`, told in JSON what to read."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from typing import IO

import numpy as np

from geoneighbour.boundaries import quality
from geoneighbour.boundaries.gathering import Import
from geoneighbour.boundaries.lines import Lines
from geoneighbour.boundaries.quarters import Quarters
from geoneighbour.boundaries.reader import Request
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.files import BoundaryFile
from geoneighbour.geofiles.frames import END, QUALITY, REFUSAL, SIZE, plain, send
from geoneighbour.ground.confined import answers, limit

# A small file gets the least of time and memory, so that a hostile one cannot have more; an honest large one its share.
SECONDS, MEGABYTES_A_SECOND = 7, 4
MEGABYTES, WITHOUT_FILE, PER_MEGABYTE = 512, 300, 8
OF_LINES = 8
"""Seconds for a megabyte of lines with few corners: some 25,000 km."""
REPAIRS = 5
"""Seconds for mending outlines, by the clock, as long as the files are small."""
LOOK, LAST_STEP = 10, 8
"""Seconds for the look at the outlines, and those of them to keep: it cannot be stopped in the middle of a step."""


def answer(request: Request, files: list[BoundaryFile], out: IO[bytes]) -> None:
    """Reads all files and writes the frames. UnusableFile when one of them cannot serve."""
    sizes = [file.size for file in files]
    # Quarters are small, and the cells of each are found: there is twice the work in a megabyte.
    more = (sum(sizes) >> 20) * (2 if request.scheme else 1) // MEGABYTES_A_SECOND
    seconds = SECONDS + (OF_LINES * (1 + (sum(sizes) >> 20)) if request.lines else more)
    limit(seconds + LOOK, max(MEGABYTES, WITHOUT_FILE + PER_MEGABYTE * (max(sizes) >> 20)))
    _end_after(seconds, seconds + LOOK)
    send(out, SIZE, str(sum(sizes)).encode())
    made = (
        Lines(request, out)
        if request.lines
        else (Quarters if request.scheme else Import)(request, out, REPAIRS + more)
    )
    for file in files:
        made.read(file)
    made.finish()
    send(out, END)
    if not isinstance(made, Import):
        return
    # From here on the database is at work, and this process looks how the outlines fit together.
    _end_after(seconds + LOOK, seconds + LOOK)
    codes = [str(row.code) for row in made.communes]
    shapes = np.array([row.shape for row in made.communes], dtype=object)
    left = seconds + LOOK - time.process_time()
    send(out, QUALITY, quality.look(codes, shapes, left - LAST_STEP).as_json().encode())


def _end_after(seconds: int, most: int) -> None:
    """Processor seconds from the start of the process; `most` cannot be raised later."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most + 1))


def main() -> None:
    out = answers()
    # Nothing here goes in circles, and the process is short: no need to look for any among 35,000 shapes.
    gc.disable()
    order = json.load(sys.stdin)
    try:
        answer(Request(**order["request"]), [BoundaryFile(**file) for file in order["files"]], out)
    except UnusableFile as error:
        send(out, REFUSAL, plain(error.reason).encode())
    except MemoryError:
        send(out, REFUSAL, b"the file needs too much memory for its size")


if __name__ == "__main__":
    main()
