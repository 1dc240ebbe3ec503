"""The application and people on it, as the tests of the web have them; Zoé, and her letter."""
# ruff: noqa: F811  (fixtures that take fixtures)

from __future__ import annotations

import pytest

from geoneighbour.verification import letters
from tests.verification.post import post_of, printed, resident
from tests.web.conftest import app, logged_in, visitor, world  # noqa: F401  (fixtures)
from tests.world import communes


@pytest.fixture
def post(app):
    return post_of(app)


@pytest.fixture
def zoe(world, post):
    communes(world, ["A"])
    return resident(world, post, "Zoé")


@pytest.fixture
def code(world, post, zoe):
    """That of Zoé's letter, which was printed."""
    letters.ask(world, post, zoe, "fr")
    return printed(world, post)[0]
