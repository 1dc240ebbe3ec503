"""A short run of the outlines of shapes.py, in one process; a million: `make fuzz`."""

from __future__ import annotations

import subprocess
import sys
import time

from geoneighbour.errors import InvalidShape
from tests.fuzz.shapes import MOST_MB, MOST_SECONDS, batch


def test_two_thousand_outlines(record_property):
    found = batch(seed=1, many=2000)
    record_property("figure", f"fuzz: {found}")
    assert not found.wrong
    assert found.slowest_s < MOST_SECONDS
    assert found.memory_mb < MOST_MB
    assert min(found.ends[end] for end in ("taken", "refused", "not read")) > 20


def test_control_errors_and_slowness_are_seen():
    def breaks(value: object, _: float) -> object:
        if isinstance(value, dict) and value.get("type") == "Point":
            raise ZeroDivisionError
        if value is None:
            end = time.process_time() + 0.05
            while time.process_time() < end:
                pass
        raise InvalidShape

    found = batch(seed=1, many=2000, parse=breaks)
    assert any(end.startswith("ZeroDivisionError") for end in found.wrong)
    assert found.slowest_s >= 0.05


def test_control_memory_is_confined():
    code = "from tests.fuzz.shapes import confine; confine(); print(len(bytearray(200 << 20))); bytearray(300 << 20)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout.strip() == str(200 << 20)
    assert "MemoryError" in ended.stderr
