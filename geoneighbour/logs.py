"""What is logged names nobody: libraries that would write down addresses asked for, statements or rows keep quiet."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn.glogging import Logger

TALKATIVE = (
    "httpx",
    "httpcore",
    "sqlalchemy.engine",
    "sqlalchemy.pool",
    "psycopg",
    "fontTools",
    "weasyprint",
)


def keep_quiet() -> None:
    """Whatever level an operator chooses for all: these stay at warnings."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class Discreet(Logger):
    """gunicorn's, without the address that was asked for and without what an error says: both may be somebody's."""

    def access(self, *_: Any, **__: Any) -> None:
        """Nothing: paths hold what lets people in."""

    def exception(self, msg: Any, *_: Any, **__: Any) -> None:
        error = sys.exc_info()[0]
        self.error("a request failed outside the application: %s", error.__name__ if error else "unknown")
