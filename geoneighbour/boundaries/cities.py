"""Paris, Lyon and Marseille: each is one commune, whether a file brings it, its arrondissements, or both."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely

from geoneighbour.boundaries.kinds import ARRONDISSEMENT, CITIES, COMMUNE, City
from geoneighbour.boundaries.rows import Row


class Cities:
    """Keeps arrondissements back until all files are read: only then is it known whether their city came."""

    def __init__(self) -> None:
        self._there: set[str | None] = set()
        self._waiting: dict[str, list[tuple[str, Row]]] = defaultdict(list)

    def passing(self, file: str, found: list[Row]) -> list[Row]:
        """The rows without arrondissements."""
        passed = []
        for row in found:
            if row.kind == ARRONDISSEMENT and row.within is not None:
                self._waiting[row.within].append((file, row))
            else:
                self._there.add(row.code if row.kind == COMMUNE else None)
                passed.append(row)
        return passed

    def settled(self) -> list[tuple[str, list[Row], str | None]]:
        """(file, rows, what to tell) for each file and city: a city that did not come is made of its arrondissements.

        If some of them are missing they are refused: half a city would be a wrong one.
        """
        settled: list[tuple[str, list[Row], str | None]] = []
        for city in (city for city in CITIES if city.code in self._waiting):
            waiting = self._waiting[city.code]
            note = None
            if city.code not in self._there:
                missing = sorted(
                    set(city.arrondissements) - {str(row.code) for _, row in waiting if row.shape}
                )
                if missing:
                    _refuse(waiting, city, missing)
                else:
                    file, first = waiting[0]
                    settled.append((file, [_made(city, [row for _, row in waiting], first.position)], None))
                    note = (
                        f"{city.code} {city.name} is made of its {len(city.arrondissements)} arrondissements"
                    )
            for file in dict.fromkeys(file for file, _ in waiting):
                settled.append((file, [row for name, row in waiting if name == file], note))
                note = None
        return settled


def _made(city: City, arrondissements: list[Row], position: int) -> Row:
    """Once each: two files may bring the same."""
    shapes = {row.code: row.shape for row in arrondissements if row.shape is not None}
    whole = shapely.union_all(np.array(list(shapes.values()), dtype=object))
    return Row(position, len(arrondissements), city.code, city.name, whole)


def _refuse(waiting: list[tuple[str, Row]], city: City, missing: list[str]) -> None:
    for _, row in waiting:
        if row.refusal is None:
            row.refusal = f"neither {city.name} ({city.code}) is there nor all of its arrondissements ({missing[0]} is not)"
            row.shape = None
