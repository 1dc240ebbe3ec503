"""The command line on a test's own database, as an operator meets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geoneighbour import cli, settings


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The JSON object on the last line."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def counts(self) -> dict[str, int]:
        """What the summary counts, without the noughts and `read`."""
        return {
            name: count
            for name, count in self.summary.items()
            if isinstance(count, int) and name != "read" and count
        }

    @property
    def reasons(self) -> dict[str | None, str]:
        return {detail["code"]: detail["reason"] for detail in self.summary["details"]}


Run = Callable[..., Answer]


@pytest.fixture
def run(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """`run("communes", "at", -2, 48)`: exit code and what was printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.load.cache_clear()

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["geoneighbour", *map(str, arguments)])
        capfd.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    yield run
    settings.load.cache_clear()


@pytest.fixture
def imported(run: Run) -> Run:
    """`imported(path, 2020)`: an import that must succeed, with its summary."""

    def imported(path: object, vintage: int = 2020, *options: object) -> Answer:
        answer = run("communes", "import", path, "--vintage", vintage, "--json", *options)
        assert answer.code == 0, answer.err
        return answer

    return imported


TOUCHED = (
    "commune",
    "commune_succession",
    "commune_part",
    "commune_adjacency",
    "land",
    "residence",
    "post",
    "notice",
)
"""The tables that an import may write to."""


@pytest.fixture
def stored(database: Engine) -> Callable[[], list[str]]:
    """Every row that an import may touch, and who wrote it: two calls that are equal saw no change.

    Not the sequences: what was tried and taken back leaves gaps in the numbering, which mean nothing.
    """

    def stored() -> list[str]:
        with database.connect() as connection:
            return [
                row
                for table in TOUCHED
                for row in connection.scalars(
                    text(f"SELECT concat_ws(' ', '{table}', t.xmin, t) FROM {table} AS t ORDER BY t::text")
                )
            ]

    return stored
