"""What the map shows from afar, where 35,000 communes would be four seconds and a megabyte a tile: their ground alone."""

from __future__ import annotations

from typing import Any

import shapely
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune, Land

COARSE = 0.01
"""Degrees: what coverage_simplify leaves out, a pixel of a tile below zoom 8."""


def refresh(session: Session) -> None:
    """Draws the land anew from the current communes, joined by the first two letters of their codes.

    Communes share their borders' vertices, so joining them is matching edges; where a file's do not, the slower
    union answers. For a map, never for a decision.
    """
    groups: dict[str, list[bytes]] = {}
    outlines = select(func.left(Commune.code, 2), func.ST_AsBinary(Commune.geom)).where(
        Commune.valid_to.is_(None)
    )
    for group, outline in session.execute(outlines):
        groups.setdefault(group, []).append(bytes(outline))
    joined = [_join(shapely.get_parts(shapely.from_wkb(group))) for group in groups.values()]
    coarse = shapely.make_valid(shapely.coverage_simplify(joined, COARSE))
    pieces = [
        piece for piece in shapely.get_parts(shapely.get_parts(coarse)) if isinstance(piece, shapely.Polygon)
    ]
    session.execute(delete(Land))
    if pieces:
        session.execute(insert(Land), [{"geom": f"SRID=4326;{piece.wkt}"} for piece in pieces])


def _join(parts: Any) -> shapely.Geometry:
    try:
        ground = shapely.coverage_union_all(parts)
    except shapely.GEOSException:
        return shapely.union_all(parts)
    return ground if ground.is_valid else shapely.union_all(parts)
