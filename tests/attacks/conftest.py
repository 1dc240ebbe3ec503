"""The real application on the country of country.py, and the figures that the attacks print at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.attacks.country import Country
from tests.web.conftest import app, logged_in, visitor, world  # noqa: F401  (fixtures)


@pytest.fixture
def country(world) -> Country:  # noqa: F811
    return Country(world).build()


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Tells a figure: printed with all others at the end of the run, from whatever process."""
    return lambda words: record_property("figure", words)
