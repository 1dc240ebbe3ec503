"""How many cases were compared is told at the end, with those of the territories."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import CHECKED


@pytest.fixture
def checked() -> Counter[str]:
    return CHECKED
