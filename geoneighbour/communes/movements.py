"""INSEE's file of the communes' movements: which code was followed by which, and when.

One row an event and commune: MOD, DATE_EFF, then TYPECOM, COM and names before (_AV) and after (_AP). Of use here are the
rows from a commune (COM) to a commune; the others are about delegated and associated communes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.database.engine import copying
from geoneighbour.errors import UnusableFile

LARGEST = 50_000_000
"""Bytes. INSEE's file, of all movements since 1943, has some two million."""

COLUMNS = ("mod", "date_eff", "typecom_av", "com_av", "typecom_ap", "com_ap")
RECODINGS = ("41", "50")
"""MOD: another code for the same commune, since the département or the chief town of it changed."""

_CODE = re.compile(r"[0-9A-Z]{1,12}")
_COPY = "COPY pg_temp.commune_movement (effective, before, after, recoding) FROM STDIN"


@dataclass(frozen=True)
class Movement:
    """From this day the ground of `before`, or some of it, is in `after`."""

    effective: date
    before: str
    after: str
    recoding: bool


def read(path: Path) -> list[Movement]:
    """The movements from commune to commune, in the order of the file. UnusableFile when it is not such a file."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnusableFile(f"{path.name} is too large for a movement file")
        content = path.read_bytes()
    except OSError as error:
        raise UnusableFile(f"{path.name} cannot be read: {error.strerror}") from None
    return list(_movements(path.name, _text(content)))


def stage(session: Session, movements: Iterable[Movement]) -> None:
    """Hands them to the import of this transaction (sql/18_commune_movements.sql)."""
    session.execute(text("SELECT nearness.stage_movements()"))
    with copying(session, _COPY) as copy:
        for movement in movements:
            copy.write_row((movement.effective, movement.before, movement.after, movement.recoding))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # As INSEE wrote until 2018; it decodes anything, and only codes and dates are read.
        return content.decode("latin-1")


def _movements(file: str, content: str) -> Iterator[Movement]:
    head, _, _ = content.partition("\n")
    rows = csv.reader(io.StringIO(content), delimiter=max(",;\t", key=head.count))
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if missing := [column.upper() for column in COLUMNS if column not in names]:
            raise UnusableFile(f"{file} is no movement file: it has no column {', '.join(missing)}")
        places = [names.index(column) for column in COLUMNS]
        for row in rows:
            if not any(row):
                continue
            if len(row) <= max(places):
                raise UnusableFile(f"{file}, line {rows.line_num}: it has {len(row)} columns of {len(names)}")
            kind, day, kind_before, before, kind_after, after = (row[place].strip() for place in places)
            if kind_before == kind_after == "COM":
                yield Movement(_day(day), _code(before), _code(after), kind in RECODINGS)
    except (csv.Error, ValueError) as error:
        raise UnusableFile(f"{file}, line {rows.line_num}: {error}") from None


def _day(written: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"):
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
    raise ValueError(f"{written[:20]!r} is no date")


def _code(written: str) -> str:
    """A code as text, with the nought that a spreadsheet took from 01001."""
    code = written.upper()
    if not _CODE.fullmatch(code):
        raise ValueError(f"{written[:20]!r} is no code of a commune")
    return code.zfill(5) if code.isdigit() else code
