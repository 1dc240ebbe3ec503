"""Where to centre a map: bounding boxes (west, south, east, north; degrees, EPSG:4326) of current communes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune

Box = tuple[float, float, float, float]

_found: dict[tuple[Engine, int | None], Box | None] = {}
"""The last extent of each database, kept until an import brings a newer row: every page asks for it."""


def boxes(session: Session, commune_ids: Iterable[int]) -> dict[int, Box]:
    """The box of each of some communes, by id."""
    corners = [corner(Commune.geom) for corner in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
    rows = session.execute(select(Commune.id, *corners).where(Commune.id.in_(commune_ids)))
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def extent(session: Session) -> Box | None:
    """The box that holds the current communes but the outermost half per cent; None while there are none.

    Without these, the first view of France would stretch from Guadeloupe to La Réunion.
    """
    key = (session.get_bind().engine, session.scalar(select(func.max(Commune.id))))
    if key not in _found:
        _found.clear()
        _found[key] = _extent(session)
    return _found[key]


def _extent(session: Session) -> Box | None:
    def most(corner: ColumnElement[float], share: float) -> ColumnElement[float]:
        return func.percentile_disc(share).within_group(corner)

    geom = Commune.geom
    row = session.execute(
        select(
            most(func.ST_XMin(geom), 0.005),
            most(func.ST_YMin(geom), 0.005),
            most(func.ST_XMax(geom), 0.995),
            most(func.ST_YMax(geom), 0.995),
        ).where(Commune.valid_to.is_(None))
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])
