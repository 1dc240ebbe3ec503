"""Questions: a file each in questions/, with the cases that are asked and every way to answer them in SQL.

A file has sections that begin with `-- == name`: title, cases, operations (how many answers one statement gives; 1),
variants (a question each, with commas), then one way each. Parameters are written as psql writes them (`:member`); the columns of `cases` give them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

FOLDER = Path(__file__).parent / "questions"
OURS = "this project"
FLOOR = "floor"
Case = Mapping[str, Any]
Answer = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Question:
    key: str
    title: str
    cases: str
    ways: Mapping[str, str]
    operations: int = 1
    variant: str = ""
    """What `:variant` stands for in the cases, of a question that is asked in several ways."""


@dataclass
class Way:
    """One way to answer a question on one database: who answers (a process), how, and whether its answer must be equal."""

    name: str
    pid: int
    ask: Callable[[Case], Answer]
    equal: bool = True
    wrong: int = 0
    """Rows too many or too few, where the way is known to be inexact."""
    inexact: bool = False
    answers: list[Answer] = field(default_factory=list)


def load(only: Sequence[str] = (), folder: Path = FOLDER) -> list[Question]:
    """The questions whose file name begins with one of `only`, in the order of their names; all without."""
    found = [question for path in sorted(folder.glob("*.sql")) for question in _read(path)]
    return [question for question in found if not only or question.key.startswith(tuple(only))]


def _read(path: Path) -> list[Question]:
    parts = re.split(r"^-- == (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = {name.strip(): words.strip() for name, words in zip(parts[1::2], parts[2::2], strict=True)}
    title, operations, variants = (
        re.sub(r"^-- ", "", sections.pop(name, ""), flags=re.MULTILINE)
        for name in ("title", "operations", "variants")
    )
    cases = sections.pop("cases")
    if not variants:
        return [Question(path.stem, title, cases, sections, int(operations or 1))]
    return [
        Question(
            f"{path.stem}_{variant.replace(' ', '_')}",
            f"{title}: {variant}",
            cases,
            sections,
            int(operations or 1),
            variant,
        )
        for variant in variants.split(", ")
    ]


def for_psycopg(statement: str) -> str:
    """`:member` becomes `%(member)s`; casts (`::`) stay."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", statement.replace("%", "%%"))


def sql_way(name: str, connection: psycopg.Connection[Any], statement: str) -> Way:
    """A prepared statement on a connection of its own database."""
    words = for_psycopg(statement)

    def ask(case: Case) -> Answer:
        return connection.execute(words, case, prepare=True).fetchall()

    def ask_and_undo(case: Case) -> Answer:
        with connection.transaction(force_rollback=True):
            # Into an empty table each time: what was undone before would stand in the way.
            connection.execute("TRUNCATE bench.delivery")
            return ask(case)

    changes = "INSERT INTO" in statement
    return Way(
        name, connection.info.backend_pid, ask_and_undo if changes else ask, equal=not name.startswith(FLOOR)
    )
