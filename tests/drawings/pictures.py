"""The pictures: each says one sentence of docs/nearness.md with what the demonstration holds."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import h3.api.basic_int as h3
import pyproj
import shapely
from sqlalchemy import text

from geoneighbour.ground import cells
from geoneighbour.ground import steps as barred_steps
from geoneighbour.ground.metres import circle
from geoneighbour.ground.points import Point
from tests.drawings.ground import Ground
from tests.drawings.sheet import Panel, Sheet

HOME = "Le Sillon"
STRENGTH = [0.85, 0.6, 0.42, 0.27, 0.17, 0.12, 0.09, 0.06, 0.04]
"""How strongly a ring is coloured, from the cover outwards."""
RANCE = [
    (-2.034, 48.652),
    (-2.034, 48.634),
    (-2.024, 48.622),
    (-2.021, 48.606),
    (-2.008, 48.597),
    (-1.996, 48.585),
    (-1.99, 48.57),
]
"""The middle of the river, from the sea upstream; drawn by hand."""
BRIDGE = Point(-2.0235, 48.6185)
"""The dam that carries the road."""
ASIDE = {"Saint-Servan": 38, "Courtoisville": -14, "Intra-Muros": 16, "Marville": 12}
"""Pixels: how far down a name stands, where names would meet."""
TOWN = (-2.062, 48.612, -1.925, 48.695)


def rings(ground: Ground) -> Path:
    """Sentence 6: rings around a cover, and who they reach."""
    home = ground.quarters[HOME]
    sheet = Sheet(
        f"Rings around {HOME}",
        f"The cells that {HOME} touches are its cover; each ring is a step on. With a spread of {home.spread} it reaches those within.",
        760,
        640,
    )
    town = sheet.panel(TOWN)
    sheet.height = int(town.height)
    land(town, ground)
    around = cells.rings_around(home.cover, home.spread)
    for cell, steps in around.items():
        town.area(cells.outline(cell), "teal cell", STRENGTH[steps])
    for quarter in ground.quarters.values():
        town.area(quarter.shape, "own" if quarter is home else "quarter")
    wider = ground.wider(home.id)
    for quarter in ground.quarters.values():
        middle = quarter.shape.representative_point()
        if not shapely.box(*TOWN).contains(middle):
            continue
        steps = wider.get(quarter.id)
        down = ASIDE.get(quarter.name, 0)
        town.label(middle, quarter.name, "strong" if quarter is home else "", down)
        if quarter is not home:
            town.label(middle, "beyond" if steps is None else told(steps), "soft", down + 15)
    key = [("teal", STRENGTH[0], f"the cover of {HOME}: the cells it touches")]
    key += [("teal", STRENGTH[step], f"ring {step}") for step in range(1, home.spread + 1)]
    sheet.key(key, 14, sheet.height - 21 * len(key) - 8)
    return sheet.save("rings")


def barrier(ground: Ground) -> Path:
    """Sentence 6, decision 021: rings walk around a barrier, and over its crossings."""
    home, river = ground.quarters["Saint-Servan"], shapely.LineString(RANCE)
    sheet = Sheet(
        "Rings walk around barriers",
        "Without a line rings cross the river Rance; with it they walk by the bridge, and the other bank is further away.",
        760,
        470,
    )
    passing = barred_steps.passed([river])
    barred: dict[int, set[int]] = defaultdict(set)
    bridge = cells.cell_at(BRIDGE, cells.COVER)
    for one, other in barred_steps.met([river], passing)[0].tolist():
        if bridge not in (one, other):
            barred[one].add(other)
            barred[other].add(one)
    # From the cells that the river does not cut off from the neighbourhood.
    ways = {cell: shapely.shortest_line(cells.outline(cell).centroid, home.shape) for cell in home.cover}
    start = {cell for cell, way in ways.items() if not way.intersects(river)}
    bounds = (-2.088, 48.588, -1.983, 48.662)
    for left, title, around in (
        (0, "no barrier", cells.rings_around(home.cover, 20)),
        (386, "the river is a barrier, the dam its crossing", cells.rings_around(start, 20, barred)),
    ):
        map_ = sheet.panel(bounds, left, 30, 374)
        land(map_, ground)
        for steps, strength in enumerate(STRENGTH):
            ring = [cell for cell, far in around.items() if far == steps]
            map_.area(cells.union(ring), "teal cell", strength)
        map_.area(home.shape, "own")
        if left:
            map_.area(river, "way")
            map_.dot(BRIDGE, "hole", 5)
        for name in ("Dinard, les halles", "Aleth et Solidor", "La Flourie"):
            quarter = ground.quarters[name]
            map_.area(quarter.shape, "quarter")
            steps = min((around[cell] for cell in quarter.cover if cell in around), default=None)
            middle = quarter.shape.representative_point()
            down = 30 if name == "Aleth et Solidor" else 0
            map_.label(middle, name.split(",")[0], "", down)
            map_.label(middle, "beyond 20" if steps is None else told(steps), "soft", down + 15)
        map_.label(home.shape.representative_point(), home.name, "strong")
        sheet.write(left, 20, title, "title")
        sheet.height = int(30 + map_.height)
    return sheet.save("nearness-barrier")


def tiers(ground: Ground) -> Path:
    """Sentence 7: what everyone is to one member."""
    home = ground.quarters[HOME]
    sheet = Sheet(
        f"Tiers around a member of {HOME}",
        "Neighbours share the neighbourhood; the wider area goes by rings; then the commune, those it touches, and what is beyond.",
        760,
        700,
    )
    adjacent = ground.adjacent("Saint-Malo")
    whole = sheet.panel((-2.13, 48.56, -1.84, 48.715))
    for name, shape in ground.communes.items():
        whole.area(shape, "land")
        if name == "Saint-Malo" or name in adjacent:
            whole.area(shape, "sun", 0.85 if name == "Saint-Malo" else 0.4)
    # Surroundings first: what is drawn lies over them, and they have people who chose none of it.
    for zone in sorted(ground.wider(home.id), reverse=True):
        whole.area(ground.zone_shape(zone), "teal cell", 0.42)
    whole.area(home.shape, "sail", 0.8)
    for name in ("Saint-Malo", *adjacent, "Dinard", "Saint-Coulomb", "Cancale"):
        shape = ground.communes[name].intersection(shapely.box(-2.12, 48.57, -1.85, 48.71))
        if name != "Saint-Malo" and not shape.is_empty:
            whole.label(shape.representative_point(), name, "soft")
    whole.label(ground.quarters["La Madeleine"].shape.representative_point(), "Saint-Malo", "strong")
    whole.label(home.shape.centroid, HOME, "strong", down=-10)
    key = [
        ("sail", 0.8, "neighbour: the same neighbourhood"),
        ("teal", 0.42, "wider: in its wider area"),
        ("sun", 0.85, "commune: Saint-Malo"),
        ("sun", 0.4, "adjacent commune: a common border"),
        ("land", 1, "beyond"),
    ]
    sheet.height = int(whole.height)
    sheet.key(key, 14, 16)
    return sheet.save("nearness-tiers")


def cells_split(ground: Ground) -> Path:
    """Sentence 11: a cell is split while each child that holds anybody holds k; one newcomer in an empty child merges it."""
    now = ground.published()
    parent = max(
        {h3.cell_to_parent(cell) for cell in now},
        key=lambda one: sum(h3.cell_to_parent(cell) == one for cell in now),
    )
    children = sorted(h3.cell_to_children(parent))
    empty = next(child for child in children if child not in now)
    with ground.session.begin_nested() as attempt:
        ground.session.execute(
            text("INSERT INTO census (cell, members) VALUES (:cell, 1)"),
            {"cell": h3.cell_to_center_child(empty, 9)},
        )
        then = dict(ground.rows("SELECT cell, members FROM nearness.cells_to_publish()"))
        attempt.rollback()
    sheet = Sheet(
        "Published cells split and merge",
        "While each child that holds anybody holds k, the children are published; one newcomer in an empty child merges them.",
        760,
        460,
    )
    west, south, east, north = cells.outline(parent).bounds
    bounds = (west - 0.012, south - 0.006, east + 0.012, north + 0.006)
    for left, title, published in ((0, "this week", now), (386, "after one settles in an empty child", then)):
        map_ = sheet.panel(bounds, left, 30, 374)
        land(map_, ground)
        for cell, members in published.items():
            shape = cells.outline(cell)
            if not shape.intersects(shapely.box(*bounds)):
                continue
            map_.area(shape, "teal cell", min(0.25 + members / 120, 0.8))
            if shapely.box(*bounds).buffer(-0.02).contains(shape.centroid):
                map_.label(shape.centroid, f"about {round(members / 10) * 10}")
        for child in children:
            map_.area(cells.outline(child), "hex")
        map_.area(cells.outline(parent), "frame")
        if published is then:
            map_.dot(cells.centre(empty), "hole", 5)
        sheet.write(left, 20, title, "title")
        sheet.height = int(30 + map_.height)
    return sheet.save("nearness-cells")


def radius(ground: Ground) -> Path:
    """Sentence 10: a radius compares the middles of published cells, not homes."""
    home = ground.quarters[HOME]
    (own,) = (
        cell for cell in ground.published() if cells.outline(cell).contains(home.shape.representative_point())
    )
    metres = 3_500
    middle = cells.outline(own).centroid
    sheet = Sheet(
        "A radius of 3.5 km",
        "It comes to whoever is placed in a cell whose middle lies within 3.5 km of the middle of the author's cell.",
        760,
        640,
    )
    map_ = sheet.panel((-2.085, 48.595, -1.90, 48.70))
    sheet.height = int(map_.height)
    land(map_, ground)
    ellipsoid = pyproj.Geod(ellps="WGS84")
    for cell in ground.published():
        shape = cells.outline(cell)
        *_, apart = ellipsoid.inv(middle.x, middle.y, shape.centroid.x, shape.centroid.y)
        map_.area(shape, ("sail" if cell == own else "teal" if apart <= metres else "none") + " cell", 0.42)
        map_.area(shape, "hex")
    map_.area(circle(middle, metres), "way none")
    for cell in ground.published():
        shape = cells.outline(cell)
        *_, apart = ellipsoid.inv(middle.x, middle.y, shape.centroid.x, shape.centroid.y)
        if not shapely.box(-2.08, 48.6, -1.905, 48.697).contains(shape.centroid):
            continue
        map_.dot(shape.centroid, "dot" if apart <= metres else "hole")
        if cell != own:
            map_.label(shape.centroid, f"{apart / 1000:.1f} km", "soft", down=17)
    map_.label(middle, "the author's cell", "strong", down=17)
    key = [
        ("sail", 0.42, "where the author may be placed"),
        ("teal", 0.42, "reached: its middle is within 3.5 km"),
        ("land", 1, "not reached, though its edge may be"),
    ]
    sheet.key(key, 14, 14)
    return sheet.save("nearness-radius")


def land(map_: Panel, ground: Ground) -> None:
    for shape in ground.communes.values():
        map_.area(shape, "land")


def told(steps: int) -> str:
    return "touches it" if steps == 0 else f"{steps} ring{'s' * (steps > 1)} away"
