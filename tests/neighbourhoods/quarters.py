"""Files of quarters, as IGN and others write them, and a town where they are imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.communes import files
from tests.communes.conftest import Answer


def iris(
    letter: str, shape: BaseGeometry, name: str | None = None, commune: str = "35238 Rennes", kind: str = "H"
) -> files.Feature:
    """A row of the contours IRIS, as of 2024: A is 352380101, B 352380102 ..."""
    code, _, place = commune.partition(" ")
    return files.Feature(
        shape,
        {
            "code_insee": code,
            "nom_commune": place,
            "iris": f"01{ord(letter) - 64:02}",
            "code_iris": f"{code}01{ord(letter) - 64:02}",
            "nom_iris": name or f"Quartier {letter}",
            "type_iris": kind,
        },
    )


@dataclass
class City:
    """`imports(rows, 2024)` writes the rows to a file, imports it dry, then really, and compares what was said."""

    run: Callable[..., Answer]
    folder: Path
    session: Session

    def imports(self, rows: list[files.Feature], vintage: int, *options: object) -> dict[str, Any]:
        """What the real run counted, without the noughts."""
        path = self.folder / f"iris-{vintage}-{len(list(self.folder.iterdir()))}.gpkg"
        files.write(path, rows, epsg=2154, layer="contours_iris")
        command = (
            "neighbourhoods",
            "import",
            path,
            "--scheme",
            "IRIS",
            "--vintage",
            vintage,
            "--json",
            *options,
        )
        before = self.stored()
        dry = self.run(*command, "--dry-run")
        assert dry.code == 0, dry.err
        assert self.stored() == before, "a dry run changes nothing"
        real = self.run(*command)
        assert (real.code, real.out) == (0, dry.out)
        found: Mapping[str, Any] = json.loads(real.out)
        return {name: value for name, value in found.items() if value}

    def stored(self) -> list[tuple[Any, ...]]:
        self.session.rollback()
        return [
            tuple(row)
            for query in (
                "SELECT neighbourhood.*, xmin::text, ST_AsEWKB(geom) FROM neighbourhood ORDER BY id",
                "SELECT *, xmin::text FROM support ORDER BY 1",
                "SELECT * FROM notice ORDER BY 1",
            )
            for row in self.session.execute(text(query))
        ]

    def living(self) -> dict[str, Any]:
        """Row by official code."""
        self.session.rollback()
        rows = self.session.execute(
            text(
                "SELECT * FROM neighbourhood WHERE scheme = 'IRIS' AND state <> 'archived' ORDER BY official_code"
            )
        )
        return {row.official_code: row for row in rows}


def reasons(answer: Mapping[str, Any]) -> dict[str | None, str]:
    return {detail["code"]: detail["reason"] for detail in answer["details"]}
