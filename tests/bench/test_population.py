"""Made members are in the state that the services would have made: each stored answer is asked for again, one by one."""

from __future__ import annotations

from typing import Any

import pytest
from geoalchemy2.shape import to_shape
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods import zones
from geoneighbour.neighbourhoods.models import Neighbourhood
from tests.bench import population
from tests.world import communes

MEMBERS, NEIGHBOURHOODS, POSTS = 150, 4, 60


@pytest.fixture
def filled(database: Engine) -> Engine:
    with Session(database) as session:
        communes(session, ["AB", "C."])
        session.commit()
    population.fill(database, MEMBERS, seed=3, posts=POSTS, neighbourhoods=NEIGHBOURHOODS)
    return database


def test_it_is_as_the_services_would_have_made_it(filled: Engine) -> None:
    with Session(filled) as session:

        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in session.execute(text(query))]

        homes = rows("SELECT member_id, ST_X(geom), ST_Y(geom), nearness.commune_at(geom) FROM private.home")
        assert len(homes) == MEMBERS
        assert sorted(rows("SELECT member_id, home_cell, surroundings, commune_id FROM residence")) == sorted(
            (member, cells.cell_at(Point(lon, lat), cells.COVER), cells.cell_at(Point(lon, lat), 8), commune)
            for member, lon, lat, commune in homes
        )
        # Who chose one lives in it; who chose none, in the surroundings.
        living = rows(
            "SELECT member_id, zone, surroundings, home_neighbourhood.id FROM residence JOIN nearness.home_neighbourhood USING (member_id)"
        )
        chosen = {member: zone for member, zone, around, _ in living if zone != around}
        assert chosen.items() <= {(member, drawn) for member, _, _, drawn in living}
        assert chosen
        assert all(Point(lon, lat) == Point(round(lon, 7), round(lat, 7)) for _, lon, lat, _ in homes)

        drawn = session.scalars(select(Neighbourhood)).all()
        assert len(drawn) == NEIGHBOURHOODS
        anchors = {row.id: cells.anchor(to_shape(row.geom)) for row in drawn}
        covers = {row.id: cells.cover(to_shape(row.geom)) for row in drawn}
        assert {row.id: (row.anchor, frozenset(row.cover)) for row in drawn} == {
            key: (anchors[key], covers[key]) for key in covers
        }
        around = {
            cell: cells.surroundings_cover(cell)
            for (cell,) in rows("SELECT DISTINCT surroundings FROM residence")
        }
        assert dict(rows("SELECT id, anchor FROM zone")) == anchors | {cell: cell for cell in around}
        assert sorted(rows("SELECT zone, cell FROM zone_cell")) == sorted(
            (zone, cell) for zone, cover in (covers | around).items() for cell in cover
        )

        spreads = dict(rows("SELECT cell, rings FROM spread"))
        assert spreads.keys() == {*anchors.values(), *around}
        assert min(spreads.values()) < 20
        for anchor, spread in spreads.items():
            rings = cells.rings_around(cells.surroundings_cover(anchor))
            found = func.nearness.spread_found(anchor, [*rings.keys()], [*rings.values()])
            assert session.scalar(select(found)) == spread

        wider = sorted(rows("SELECT zone, other, rings FROM wider_area"))
        assert wider
        for zone in covers | around:
            zones.relate(session, zone)
        assert sorted(rows("SELECT zone, other, rings FROM wider_area")) == wider

        census = "SELECT home_cell, count(*) FROM residence JOIN member ON id = member_id WHERE verified_at IS NOT NULL GROUP BY 1"
        assert sorted(rows("SELECT cell, members FROM census")) == sorted(rows(census))
        published = sorted(rows("SELECT cell, members FROM published_cell"))
        assert published == sorted(rows("SELECT cell, members FROM nearness.cells_to_publish()"))
        assert published

        origins = """SELECT post.id FROM post JOIN residence ON member_id = author_id
            WHERE (origin_zone, origin_surroundings, origin_commune_id) IS NOT DISTINCT FROM (zone, surroundings, commune_id)
            AND origin_cell IS NOT DISTINCT FROM nearness.published_cell(home_cell)"""
        assert len(rows(origins)) == len(rows("SELECT id FROM post")) > POSTS / 2
        kept = sorted(rows("SELECT by, cell, post_id FROM post_cell"))
        assert kept
        session.execute(text("DELETE FROM post_cell"))
        session.execute(text("SELECT nearness.place_post(id) FROM post"))
        assert sorted(rows("SELECT by, cell, post_id FROM post_cell")) == kept


def test_the_same_seed_makes_the_same_members_and_none_among_others(filled: Engine) -> None:
    told = "SELECT array_agg(ROW(id, name, geom::text) ORDER BY id)::text FROM member JOIN private.home ON member_id = id"
    with Session(filled) as session:
        first = session.scalar(text(told))
        with pytest.raises(Conflict):
            population.fill(filled, MEMBERS, seed=3)
        session.execute(text("TRUNCATE member, neighbourhood, zone, spread, census, published_cell CASCADE"))
        session.commit()
        population.fill(filled, MEMBERS, seed=3, posts=POSTS, neighbourhoods=NEIGHBOURHOODS)
        assert session.scalar(text(told)) == first
        # What was left out while it was filled is there again.
        assert session.scalar(text("SELECT to_regclass('private.ix_home_geom') IS NOT NULL"))
