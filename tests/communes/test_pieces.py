"""Decision 027: pieces answer what whole communes would, to the last bit, and follow whoever writes communes."""

from __future__ import annotations

import random

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from tests.prove.ground import add_demonstration, lay

ASKED = text("""
    SELECT count(*) AS points, count(*) FILTER (WHERE answer.whole IS NULL) AS nowhere,
      count(*) FILTER (WHERE answer.pieces <> 1) AS at_edges,
      array_agg(ST_AsText(answer.geom, 17)) FILTER (WHERE answer.quick IS DISTINCT FROM answer.whole) AS wrong
    FROM (
      SELECT at.geom, nearness.commune_at(at.geom) AS quick, nearness.commune_of_whole(at.geom) AS whole,
        (SELECT count(*) FROM commune_piece AS piece
         WHERE piece.square = nearness.square_of(x, y) AND ST_DWithin(piece.geom, at.geom, 1e-9)) AS pieces
      FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) AS given (x, y)
      CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(x, y), 4326) AS geom) AS at
    ) AS answer
""")
PIECES = text("SELECT square, commune_id, ST_AsBinary(geom) FROM commune_piece ORDER BY 1, 2")
CUT = text("SELECT nearness.cut_communes(ARRAY(SELECT DISTINCT square FROM commune_piece))")
STEPS = [0.0, 0.0, 1e-15, 1e-12, 9e-10, 1.1e-9, 1e-7, 1e-5]
"""Degrees beside an edge."""


def test_pieces_answer_what_whole_communes_would(session: Session) -> None:
    """Corners, sides and what lies beside them, where borders and sides of squares meet, where communes overlap and at the sea."""
    rng = np.random.default_rng(27)
    add_demonstration(session)
    ground = lay(session, random.Random(27), neighbourhoods=1)
    sides = np.concatenate([outline.sides for outline in ground.commune_outlines])
    chosen = sides[rng.integers(len(sides), size=12_000)]
    along = rng.choice([0.0, 0.25, 0.5, 0.7], size=len(chosen))[:, None]
    points = chosen[:, :2] + along * (chosen[:, 2:] - chosen[:, :2])
    # A third lie on the sides of squares, as near to the border as they are.
    snapped = np.floor(points * 32) / 32
    either = rng.integers(6, size=len(points))
    points = np.where(np.column_stack([either == 0, either == 1]), snapped, points)
    points += rng.choice([-1, 1], points.shape) * rng.choice(STEPS, points.shape)
    asked = session.execute(ASKED, {"x": points[:, 0].tolist(), "y": points[:, 1].tolist()}).one()
    assert asked.wrong is None
    assert asked.points - 2_000 > asked.at_edges > 2_000
    assert asked.nowhere > 500


def test_pieces_follow_whoever_writes_communes(session: Session) -> None:
    for code, west in (("1", 2.0), ("2", 2.05)):
        outline = from_shape(shapely.MultiPolygon([shapely.box(west, 48.0, west + 0.05, 48.05)]), srid=4326)
        session.add(
            Commune(
                country="FR",
                code=code,
                name=code,
                vintage=2018,
                valid_from=2018,
                source="made up",
                geom=outline,
            )
        )
    session.flush()
    cut = session.execute(PIECES).all()
    assert {row.commune_id for row in cut} == {0, *session.scalars(text("SELECT id FROM commune"))}
    changed = session.scalar(text("SELECT id FROM commune WHERE code = '1'"))
    for change in (
        "UPDATE commune SET geom = ST_Multi(ST_MakeEnvelope(2.0, 48.0, 2.03, 48.2, 4326)) WHERE id = :id",
        "UPDATE commune SET valid_to = 2020, fate = 'reshaped' WHERE id = :id",
        "UPDATE commune SET valid_to = NULL, fate = NULL WHERE id = :id",
        "DELETE FROM commune WHERE id = :id",
    ):
        session.execute(text(change), {"id": changed})
        followed = session.execute(PIECES).all()
        assert followed != cut
        session.execute(CUT)
        cut = session.execute(PIECES).all()
        assert followed == cut
    # What confirms a commune cuts nothing.
    written = session.scalars(text("SELECT xmin::text || ctid::text FROM commune_piece ORDER BY 1")).all()
    session.execute(text("UPDATE commune SET vintage = 2030"))
    assert (
        session.scalars(text("SELECT xmin::text || ctid::text FROM commune_piece ORDER BY 1")).all()
        == written
    )
