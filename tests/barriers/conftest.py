"""The command line, as the tests of communes have it."""

from tests.communes.conftest import run  # noqa: F401  (a fixture)
