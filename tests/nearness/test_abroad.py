"""The same rule overseas, abroad, far north and around pentagons of the grid: nothing knows where France is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import h3.api.basic_int as h3
import pyproj
import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.communes import queries
from geoneighbour.database import scratch, upgrade
from geoneighbour.database.engine import make_engine
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import service as posts
from tests.conftest import Template
from tests.grid import METRES_A_DEGREE, Grid, as_multipolygon, geojson
from tests.nearness.answers import Answers, asked, differences, expected, readers
from tests.nearness.grid_steps import steps_from, surroundings_touched
from tests.nearness.oracle_review import Numbers
from tests.nearness.town import Town

ELLIPSOID = pyproj.Geod(ellps="WGS84")
PENTAGON = h3.cell_to_center_child(sorted(h3.get_pentagons(0))[1], 9)
PLACES = {
    "Réunion": (55.45, -20.9),
    "Guyane": (-52.33, 4.93),
    "Mayotte": (45.23, -12.78),
    "Guadeloupe": (-61.53, 16.24),
    "Brussels": (4.35, 50.85),
    "65° north": (25.5, 65.0),
    "a pentagon": h3.cell_to_latlng(PENTAGON)[::-1],
}
LAND = """
    A A A B B
    A A A B B
    A A A B B
    A A A B B
"""


@dataclass
class Story:
    """What was settled and drawn at a place."""

    home: Point
    neighbourhood: int
    ground: shapely.Polygon
    communes: dict[str, int]
    shapes: dict[str, shapely.MultiPolygon]
    people: list[int]


@dataclass
class Abroad:
    town: Town
    stories: dict[str, Story]
    said: Answers
    meant: Answers


@pytest.fixture(scope="module")
def abroad(template: Template) -> Iterator[Abroad]:
    """All places on one database, after one review; k = 2 and M = 6."""
    name = next(template.clones)
    engine = make_engine(scratch.create(template.server, name, template.name))
    with engine.begin() as connection:
        upgrade.apply_file(connection, upgrade.sql_files()[0])
    with Session(engine) as session:
        town = Town(session, Numbers(k=2, m=6))
        stories = {place: settled(town, number, *at) for number, (place, at) in enumerate(PLACES.items())}
        town.review()
        session.flush()
        yield Abroad(town, stories, asked(session), expected(town.world))
    engine.dispose()
    scratch.drop(template.server, name)


def settled(town: Town, number: int, lon: float, lat: float) -> Story:
    """Two communes of 12 and 8 km²: a neighbourhood and six people who share one cell of resolution 8, four people some 1,500 m off."""
    grid = Grid(LAND, lon, lat, 1000)
    # The middle of the place is the middle of a cell, at the pentagon of the pentagon.
    west, south = grid.at(-1.5, -2).lon, grid.at(-1.5, -2).lat
    grid = Grid(LAND, west, south, 1000)
    shapes = grid.areas()
    ids = town.found([("FR", f"97{number}0{at}", shape) for at, shape in enumerate(shapes.values())])
    home = cells.centre(cells.cell_at(Point(lon, lat), 9))
    people = town.crowd(home, 5)
    middle = cells.cell_at(home, 9)
    sibling = next(one for one in h3.cell_to_children(h3.cell_to_parent(middle, 8)) if one != middle)
    people += town.crowd_in(sibling, 1)
    there = grid.at(3.4, 2.2)
    people += town.crowd(cells.centre(cells.cell_at(there, 9)), 4)
    ground = Grid("Q", grid.at(1.0, 1.5).lon, grid.at(1.0, 1.5).lat, 1000).areas()["Q"]
    drawn = town.propose(people[0], ground)
    assert drawn is not None
    town.support(people[1], drawn)
    return Story(home, drawn, ground, dict(zip(shapes, ids, strict=True)), shapes, people)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_far_away(abroad: Abroad, place: str) -> None:
    story, town = abroad.stories[place], abroad.town
    world, people = town.world, story.people
    assert [world.tier(people[0], other)[0] for other in people[1:5]] == [
        "neighbour",
        "wider",
        "wider",
        "wider",
    ]
    zones = {world.people[member].zone for member in people}
    for what in ("zones", "communes", "placed"):
        said, meant = getattr(abroad.said, what), getattr(abroad.meant, what)
        assert {one: said[one] for one in people} == {one: meant[one] for one in people}, what
    for what in ("covers", "anchors"):
        said, meant = getattr(abroad.said, what), getattr(abroad.meant, what)
        assert {zone: said[zone] for zone in zones} == {zone: meant[zone] for zone in zones}, what
    anchors = {abroad.meant.anchors[zone] for zone in zones}
    assert {at: abroad.said.spreads[at] for at in anchors} == {at: abroad.meant.spreads[at] for at in anchors}
    for what in ("wider", "tiers"):
        # Also with all that is elsewhere: nothing is between two places.
        assert differences(getattr(abroad.said, what), getattr(abroad.meant, what)) == [], what
    assert any(pair[0] in zones for pair in abroad.said.wider)


@pytest.mark.parametrize("place", PLACES)
def test_square_kilometres_are_of_the_ellipsoid(abroad: Abroad, place: str) -> None:
    story, session = abroad.stories[place], abroad.town.session
    for letter, commune in story.communes.items():
        area, _ = ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(story.shapes[letter]))
        assert queries.area_km2(session, commune) == pytest.approx(area / 1e6, rel=1e-9)
    middle = text("SELECT middle FROM nearness.usual_size(:member)")
    area, _ = ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(story.ground))
    assert session.scalar(middle, {"member": story.people[0]}) == pytest.approx(area / 1e6, rel=1e-9)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_told_of_a_place(abroad: Abroad, place: str) -> None:
    """Decision 016: a published cell is even over its ground, and a pentagon has six children, not seven."""
    story, town = abroad.stories[place], abroad.town
    anchor = cells.cell_at(story.home, 8)
    told = town.session.scalar(select(func.nearness.spread_published(*disc(anchor))))
    assert told == town.world.standing.spread_told(anchor)


@pytest.mark.parametrize("place", PLACES)
def test_a_radius_ends_where_the_ellipsoid_says(abroad: Abroad, place: str) -> None:
    """Sentence 10: the middles of published cells, to the metre; and a strip of ground that ends a metre short."""
    story, session = abroad.stories[place], abroad.town.session
    near, far = (abroad.said.placed[member] for member in (story.people[0], story.people[-1]))
    assert near
    assert far
    (x, y), (x2, y2) = (cells.outline(cell).centroid.coords[0] for cell in (near, far))
    *_, apart_m = ELLIPSOID.inv(x, y, x2, y2)
    assert apart_m > 500
    east_m = 1 / METRES_A_DEGREE / math.cos(math.radians(y2))
    for beyond_m in (0, 1):
        metres = math.floor(apart_m) + beyond_m
        post = posts.write(session, story.people[0], "news", f"À {metres} m", "radius", radius_m=metres)
        assert (story.people[-1] in readers(session, post.id)) == bool(beyond_m)
        side = x2 + (2 * beyond_m - 1) * east_m
        ground = geojson(shapely.box(side - 0.05, y - 0.02, side, y + 0.02))
        post = posts.write(session, story.people[0], "news", f"À l'ouest de {side}", "area", area=ground)
        assert (story.people[-1] in readers(session, post.id)) == bool(beyond_m)


@cache
def disc(anchor: int) -> tuple[list[int], list[int]]:
    steps = steps_from(surroundings_touched(anchor))
    return list(steps), list(steps.values())


def test_a_pentagon_is_published_in_its_own_shape(abroad: Abroad) -> None:
    story = abroad.stories["a pentagon"]
    cell = abroad.said.placed[story.people[0]]
    assert cell is not None
    assert (h3.is_pentagon(cell), h3.get_resolution(cell)) == (True, 8)
    assert len(abroad.said.covers[cells.cell_at(story.home, 8)]) == 16


def test_descendants_of_a_cell(abroad: Abroad) -> None:
    fine = [h3.cell_to_center_child(base, 9) for base in h3.get_pentagons(0)] + [
        h3.latlng_to_cell(48.6, -2.0, 9)
    ]
    many = [h3.cell_to_parent(cell, level) for cell in fine for level in range(10)]
    said = abroad.town.session.scalars(
        text(
            "SELECT nearness.cells_within(cell) FROM unnest(:many) WITH ORDINALITY AS m (cell, at) ORDER BY at"
        ),
        {"many": many},
    )
    assert said.all() == [h3.cell_to_children_size(cell, 9) for cell in many]


def test_a_hundred_metres_are_as_long_in_the_far_north(abroad: Abroad) -> None:
    """Neighbourhoods that may merge: at 78 degrees north 90 m are 0.004 degrees of longitude."""
    session, lat = abroad.town.session, 78.2
    narrow = METRES_A_DEGREE * math.cos(math.radians(lat))

    def opened(west_m: float) -> int:
        ground = shapely.box(15 + west_m / narrow, lat, 15 + (west_m + 500) / narrow, lat + 0.005)
        drawn = Neighbourhood(
            name="Longyearbyen",
            state="open",
            opened_at=datetime.now(UTC),
            geom=from_shape(as_multipolygon(ground), srid=4326),
            anchor=0,
            cover=[0],
        )
        session.add(drawn)
        session.flush()
        return drawn.id

    home, near, _ = opened(0), opened(590), opened(-610)
    assert session.scalars(select(func.nearness.beside(home))).all() == [near]
