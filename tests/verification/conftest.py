"""The application and people on it, as the tests of the web have them."""

from tests.web.conftest import app, logged_in, visitor, world  # noqa: F401  (fixtures)
