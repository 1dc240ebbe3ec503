"""Where to centre a map: bounding boxes (west, south, east, north; degrees, EPSG:4326) of current communes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune

Box = tuple[float, float, float, float]


def boxes(session: Session, commune_ids: Iterable[int]) -> dict[int, Box]:
    """The box of each of some communes, by id."""
    corners = [corner(Commune.geom) for corner in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
    rows = session.execute(select(Commune.id, *corners).where(Commune.id.in_(commune_ids)))
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def extent(session: Session) -> Box | None:
    """The box around all current communes; None while there are none."""
    box = select(func.ST_Extent(Commune.geom).label("box")).where(Commune.valid_to.is_(None)).subquery()
    row = session.execute(
        select(*(corner(box.c.box) for corner in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)))
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])
