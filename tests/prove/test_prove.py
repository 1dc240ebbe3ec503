"""The short version of `make prove`; and the proof itself is not blind."""

from __future__ import annotations

import random
from collections import Counter

import h3.api.basic_int as h3
import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.prove import hexagons, points
from tests.prove.ground import Ground, add_demonstration, lay
from tests.prove.points import Mismatch

# What the rule must not become: each is another reading of "covers".
BLIND = {
    "a border does not cover": ("commune", "ST_Contains(commune.geom, place)", ""),
    "the greatest code": ("commune", "ST_Covers(commune.geom, place)", "DESC"),
}


@pytest.fixture
def ground(session: Session) -> Ground:
    add_demonstration(session)
    return lay(session, random.Random(7), neighbourhoods=120)


def test_points_at_random_and_on_edges(session: Session, ground: Ground, checked: Counter[str]) -> None:
    rnd = np.random.default_rng(7)
    counts: Counter[str] = Counter()
    points.compare(session, ground, points.at_random(rnd, ground, 1_500), counts, "at random")
    points.compare(session, ground, points.on_edges(rnd, ground, 2_500), counts, "on and beside edges")
    assert ground.borders > 100, "many points lie exactly on a border"
    assert counts["points in several neighbourhoods"] > 100
    checked.update(counts)

    # Were the rule another, the same points would tell.
    session.execute(
        text(
            "CREATE OR REPLACE FUNCTION nearness.commune_at(place geometry) RETURNS bigint LANGUAGE sql STABLE STRICT"
            " RETURN (SELECT id FROM commune WHERE valid_to IS NULL AND ST_Contains(geom, place)"
            ' ORDER BY country COLLATE "C", code COLLATE "C" LIMIT 1)'
        )
    )
    with pytest.raises(Mismatch, match="commune at"):
        points.compare(session, ground, points.on_edges(rnd, ground, 500), counts, "")


def test_cells_by_geometry_alone() -> None:
    """A point a hand's breadth over the edge is in the other cell, near a pentagon too."""
    for lon, lat in ((-2.0, 48.63), (10.536199, 64.7), (55.45, -20.9)):
        side = np.linspace(-2e-3, 2e-3, 41)
        at = np.array([(lon + x, lat + y) for x in side for y in side])
        cells = np.array([h3.latlng_to_cell(y, x, 9) for x, y in at])
        assert hexagons.named_wrongly(at[:, 0], at[:, 1], cells, 9).size == 0
        others = np.array([next(iter(set(h3.grid_ring(int(cell), 1)))) for cell in cells])
        assert hexagons.named_wrongly(at[:, 0], at[:, 1], others, 9).size == len(at)
