"""Many zones beside barriers come out as each of them alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.barriers import service
from geoneighbour.boundaries.reader import Request
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods import batches, walking, zones
from geoneighbour.neighbourhoods.models import Neighbourhood
from tests.nearness.town_barriers import Silent, written

RIVER = shapely.LineString([(-2.03, 48.5), (-2.0, 48.6), (-2.01, 48.7)])
BRIDGE = shapely.Point(-2.0, 48.6)
MIDDLE = Point(-2.0, 48.6)


def stored(session: Session) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
    queries = "SELECT zone, cell FROM zone_cell", "SELECT zone, other, rings FROM wider_area"
    starts, pairs = ({tuple(row) for row in session.execute(text(query))} for query in queries)
    return starts, pairs


def test_a_batch_is_each_zone_alone(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eights = sorted({cells.cell_at(cells.centre(near), 8) for near in cells.rings_around([cells.cell_at(MIDDLE, 9)], 12)})  # fmt: skip
    for cell in eights[::3]:
        zones.ensure_surroundings(session, cell)
    for west in (-2.03, -2.012, -2.001, -1.98):
        drawn = shapely.MultiPolygon([shapely.box(west, 48.595, west + 0.012, 48.61)])
        quarter = Neighbourhood(
            name="Le quai", state="open", opened_at=datetime.now(UTC), geom=from_shape(drawn, srid=4326),
            anchor=cells.anchor(drawn), cover=sorted(cells.cover(drawn)),
        )  # fmt: skip
        session.add(quarter)
        session.flush()
        zones.add(session, quarter.id, quarter.anchor, quarter.cover)
    # Some look far, some near.
    session.execute(text("UPDATE spread SET rings = (ARRAY[3, 8, 20])[1 + abs(hashint8(cell)) % 3]"))
    ids = session.scalars(text("SELECT id FROM zone ORDER BY id")).all()
    batches.relate(session, ids)
    straight = stored(session)
    # Zones of one batch, and of several.
    monkeypatch.setattr(batches, "SIZE", 7)
    request = Request(
        (str(written(tmp_path, "rance", [(RIVER, "La Rance"), (BRIDGE, "Le pont")])),), lines=True
    )
    service.import_barriers(session, request, "rance", "river", progress=Silent())
    together = stored(session)
    assert [one != other for one, other in zip(together, straight, strict=True)] == [True, True]
    for zone in ids:
        zones.place(session, zone, walking.cover(session, zone))
    for zone in ids:
        zones.relate(session, zone)
    assert stored(session) == together
    service.remove(session, "rance")
    assert stored(session) == straight
