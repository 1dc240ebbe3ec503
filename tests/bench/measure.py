"""Time of a batch: on the wall, and on the processor of the one process that answers."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Median and quartiles, in seconds an operation."""

    median: float
    low: float
    high: float


@dataclass
class Times:
    """Of one way to answer one question: seconds an operation, one figure a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def spread(self, of: str) -> Spread:
        figures: list[float] = getattr(self, of)
        if len(figures) < 2:
            return Spread(figures[0], figures[0], figures[0])
        low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
        return Spread(median, low, high)


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has had: to the nanosecond where the kernel tells (schedstat), else in ticks."""
    try:
        return sum(
            int(stat.read_text().split()[0]) for stat in Path(f"/proc/{pid}/task").glob("*/schedstat")
        ) / 1e9 or _ticks(pid)
    except OSError:
        return _ticks(pid)


def _ticks(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(pid: int, batch: Callable[[], Any], operations: int) -> tuple[float, float]:
    """Seconds of wall and processor that each operation of a batch took; `pid` is who answers."""
    cpu, wall = cpu_seconds(pid), time.perf_counter()
    batch()
    wall, cpu = time.perf_counter() - wall, cpu_seconds(pid) - cpu
    return wall / operations, cpu / operations
