"""Random territories: communes, clumps of members and lonely ones, some on borders; then weeks in which much happens."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import shapely
from sqlalchemy.orm import Session

from geoneighbour.ground import shapes
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from tests.grid import as_multipolygon
from tests.nearness import land, town_barriers, town_changes
from tests.nearness.answers import Answers, asked, expected
from tests.nearness.grid_steps import COARSE, FINE, cell_of, outline
from tests.nearness.oracle_life import LARGEST_KM2
from tests.nearness.oracle_reaches import Beside, middle
from tests.nearness.oracle_review import Numbers
from tests.nearness.town import Town

REACHES = ("neighbourhood", "wider", "commune", "commune_adjacent")
LEAST = 1e-7
"""Degrees: the grid on which homes are stored."""


@dataclass(frozen=True)
class Moment:
    """A state of the territory, and what both sides say of it."""

    name: str
    said: Answers
    meant: Answers


class Territory:
    """`live()` plays three weeks; `moments` keeps the answers in between."""

    def __init__(self, session: Session, seed: int) -> None:
        self.rnd = rnd = random.Random(seed)
        self.place = land.PLACES[seed % len(land.PLACES)]
        # Small numbers let a few dozen members fill cells and rings; every third territory has the real ones.
        numbers = Numbers() if seed % 3 == 0 else Numbers(k=rnd.randint(2, 5), m=rnd.randint(4, 14))
        self.town = Town(session, numbers)
        self.moments: list[Moment] = []
        self.barriers = random.Random(seed) if seed % 5 == 0 else None
        """Two territories of the first six have rivers and motorways, by dice of their own."""
        self.scattered = rnd.choice([0.01, 0.04, 0.12])
        """The share of people who live anywhere; the others live in clumps, some of them on a line."""
        self.centres = [self._anywhere(0.35) for _ in range(rnd.randint(2, 4))]

    @property
    def people(self) -> list[int]:
        return sorted(self.town.world.people)

    def live(self) -> None:
        rnd, town = self.rnd, self.town
        communes = town.found(land.communes(self.place, rnd))
        for _ in range(2):
            town.link(*rnd.sample(communes, 2))
        for _ in range(rnd.randint(40, 80) if rnd.random() < 0.9 else 160):
            self._join()
        for _ in range(rnd.randint(3, 15)):
            self._draw()
        for role in ("association", "operator", "commune_agent", "commune_agent"):
            self.town.grant(self._someone(), role, rnd.choice(communes) if role == "commune_agent" else None)
        self._week(10)
        town.review()
        if self.barriers:
            self._dam("river", 2)
            self._dam("motorway", 1)
        self._week(30)
        self._look("between reviews")
        town.review()
        self._look("reviewed")
        if self.barriers:
            self._dam("river", 1)
        self._week(35)
        town.review()
        self._look("reviewed again")

    def write_on(self, pairs: int) -> None:
        """More posts of every reach, until they make so many pairs with those who may read them; then looks once more."""
        while len(self.town.world.posts) * len(self.people) < pairs:
            self.rnd.choice((self._write, self._write_far, self._speak))()
        self._look("written on")

    def _look(self, name: str) -> None:
        self.town.session.flush()
        self.moments.append(Moment(name, asked(self.town.session), expected(self.town.world)))

    def _week(self, events: int) -> None:
        acts: list[Callable[[], object]] = [
            self._join, self._join, self._move, self._move, self._delete, self._verify, self._verify, self._pause,
            self._hide, self._list, self._block, self._choose, self._choose, self._leave, self._draw, self._support,
            self._support, self._write, self._write, self._write, self._write, self._write, self._close,
            self._redraw, self._redraw, self._redraw, self._redraw, self._merge, self._merge, self._end,
            self._write_far, self._write_far, self._write_far, self._speak, self._watch, self._watch, self._watch,
        ]  # fmt: skip
        for _ in range(events):
            self.rnd.choice(acts)()
        self.town.days_pass(self.rnd.choice([7, 7, 7, 14, 35]))

    # What members do.

    def _join(self) -> None:
        self.town.join(self._home(), verified=self.rnd.random() < 0.85)

    def _move(self) -> None:
        self.town.move(self._someone(), self._home())

    def _delete(self) -> None:
        self.town.delete(self._someone())

    def _verify(self) -> None:
        self.town.verify(self._someone())

    def _pause(self) -> None:
        self.town.pause(self._someone(), self.rnd.random() < 0.7)

    def _hide(self) -> None:
        self.town.hide(self._someone(), self.rnd.random() < 0.7)

    def _list(self) -> None:
        self.town.list(self._someone(), self.rnd.random() < 0.3)

    def _block(self) -> None:
        pairs = sorted(self.town.world.blocks)
        if pairs and self.rnd.random() < 0.2:
            self.town.unblock(*self.rnd.choice(pairs))
        else:
            self.town.block(*self.rnd.sample(self.people, 2))

    def _write(self) -> None:
        self.town.write(self._someone(), self.rnd.choice(REACHES))

    def _write_far(self) -> None:
        """To a radius, an area, or all; sizes and borders such that some cell's middle is just inside or just outside."""
        rnd, author = self.rnd, self._someone()
        reach = rnd.choice(("radius", "radius", "area", "area", "all"))
        beside = Beside()
        if reach == "radius":
            place = self._home() if rnd.random() < 0.4 else None
            beside = Beside(radius_m=self._radius(author, place), place=place)
        elif reach == "area":
            beside = Beside(area=self._area())
        self.town.write(author, reach, beside)

    def _speak(self) -> None:
        """An authority, or somebody who would be one, to exact homes: a home is on the side of some, or 1e-7 outside."""
        rnd, world = self.rnd, self.town.world
        granted = sorted(member for member in world.roles if member in world.people)
        author = rnd.choice(granted) if granted and rnd.random() < 0.8 else self._someone()
        if rnd.random() < 0.2:
            self.town.write(author, "commune", Beside(on_homes=True))
        else:
            area = as_multipolygon(
                shapely.transform(self._outline(world.people[self._someone()].home), lambda at: at.round(7))
            )
            self.town.write(author, "area", Beside(area=area, on_homes=True))

    def _watch(self) -> None:
        rnd, world, member = self.rnd, self.town.world, self._someone()
        drawn = sorted(world.neighbourhoods)
        match rnd.randrange(3):
            case 0 if drawn:
                self.town.watch(member, neighbourhood=rnd.choice(drawn))
            case 1:
                self.town.watch(member, commune=rnd.choice(sorted(world.communes)))
            case _:
                self.town.watch(member, shape=self._area())

    def _radius(self, author: int, place: Point | None) -> int:
        """Some up to a metre around the distance of a published cell's middle; some too small."""
        published = sorted(self.town.world.standing.published)
        cell = self.town.world.published_cell(author)
        centre = place.shape if place else middle(cell) if cell is not None else None
        if centre is None or not published or self.rnd.random() < 0.3:
            return self.rnd.choice([499, 500, 1_500, 4_000, 50_000, 50_001])
        return math.floor(distance_m(centre, middle(self.rnd.choice(published)))) + self.rnd.choice([0, 1])

    def _area(self) -> shapely.MultiPolygon:
        """A box of which a corner or a side is 1e-7 beside the middle of a published cell, where there is one; some too small."""
        rnd = self.rnd
        published = sorted(self.town.world.standing.published)
        at = middle(rnd.choice(published)) if published else self._home().shape
        here = land.Place("", at.x, at.y)
        far = here.at(rnd.choice([900, 2_000, 4_500]), rnd.choice([900, 2_000, 4_500]))
        back = here.at(0, -rnd.choice([0, 0, 1_500]))
        beside = rnd.choice([-LEAST, LEAST])
        box = shapely.box(
            at.x + beside, back.lat + (beside if back.lat == round(at.y, 7) else 0), far.lon, far.lat
        )
        return as_multipolygon(shapely.transform(box, lambda corner: corner.round(7)))

    def _close(self) -> None:
        if self.town.world.posts:
            self.town.close(self.rnd.choice(sorted(self.town.world.posts)))

    def _leave(self) -> None:
        self.town.leave(self._someone())

    def _choose(self) -> None:
        """Somebody picks a neighbourhood around home; now and then one that is elsewhere, or not open."""
        drawn = self.town.world.neighbourhoods
        if drawn:
            key = self.rnd.choice(sorted(drawn))
            inside = [member for member in self.people if self.town.world.covers_home(key, member)]
            for member in self.rnd.sample(inside, min(3, len(inside))) or [self._someone()]:
                self.town.choose(member, key)

    def _support(self) -> None:
        drawn = self.town.world.neighbourhoods
        if drawn:
            self.town.support(self._someone(), self.rnd.choice(sorted(drawn)))

    def _draw(self) -> None:
        """A neighbourhood around somebody, supported by some of those inside and by someone else."""
        rnd, town = self.rnd, self.town
        author = self._someone()
        drawn = town.propose(author, self._outline(town.world.people[author].home))
        if drawn is not None:
            inside = [member for member in self.people if town.world.covers_home(drawn, member)]
            for member in rnd.sample(inside, min(len(inside), rnd.choice([2, 5, 40]))):
                if not town.world.neighbourhoods[drawn].open:
                    town.support(member, drawn)
            town.support(self._someone(), drawn)

    # How neighbourhoods change.

    def _redraw(self) -> None:
        """A part of the ground goes, or some comes; now and then by somebody who lives elsewhere."""
        if (found := self._lived_in()) is None:
            return
        member, drawn = found
        before = self.town.world.neighbourhoods[drawn].shape
        neighbour = self.rnd.choice(
            [one for one, person in sorted(self.town.world.people.items()) if person.chosen == drawn]
        )
        other = self._outline(self.town.world.people[neighbour].home)
        shape = before.union(other) if self.rnd.random() < 0.4 else before.difference(other)
        shape = as_multipolygon(shapely.transform(shape, lambda at: at.round(7)))
        if shape.is_valid and not shape.is_empty and not shapes.fault_of_size(shape, LARGEST_KM2):
            town_changes.redraw(self.town, member, drawn, shape)

    def _merge(self) -> None:
        if (found := self._lived_in()) is not None:
            opened = [key for key, drawn in sorted(self.town.world.neighbourhoods.items()) if drawn.open]
            town_changes.merge(self.town, *found, self.rnd.choice(opened))

    def _end(self) -> None:
        if self.rnd.random() < 0.3 and (found := self._lived_in()) is not None:
            town_changes.archive(self.town, *found)

    def _lived_in(self) -> tuple[int, int] | None:
        """Somebody, and mostly their own neighbourhood."""
        world = self.town.world
        at_home = [(member, world.people[member].chosen) for member in self.people]
        settled = [(member, chosen) for member, chosen in at_home if chosen is not None]
        if not settled:
            return None
        member, drawn = self.rnd.choice(settled)
        return (member, drawn) if self.rnd.random() < 0.9 else (self._someone(), drawn)

    def _dam(self, source: str, lines: int) -> None:
        """Barriers near where people live; another import of the same source takes their place."""
        assert self.barriers is not None
        centres = [(centre.lon, centre.lat) for centre in self.centres]
        drawn = [town_barriers.line(self.barriers, *self.barriers.choice(centres)) for _ in range(lines)]
        town_barriers.bring(self.town, source, drawn, town_barriers.bridges(self.barriers, drawn))

    # Where.

    def _someone(self) -> int:
        return self.rnd.choice(self.people)

    def _anywhere(self, share: float = 0.6) -> Point:
        """A share above 0.5 reaches out to sea."""
        rnd = self.rnd
        return self.place.at(
            rnd.uniform(-share, share) * land.WIDTH_M, rnd.uniform(-share, share) * land.HEIGHT_M
        )

    def _home(self) -> Point:
        if self.rnd.random() < self.scattered:
            return self._anywhere()
        if self.rnd.random() < 0.12:
            return self._on_a_line()
        return self._around(self.rnd.choice(self.centres), self.rnd.choice([60, 60, 450]))

    def _around(self, centre: Point, metres: float) -> Point:
        near = land.Place("", centre.lon, centre.lat)
        return near.at(self.rnd.gauss(0, metres), self.rnd.gauss(0, metres))

    def _on_a_line(self) -> Point:
        """A corner or the middle of a side of a commune, neighbourhood or cell near a clump; or 1e-7 beside it."""
        rnd, centre, world = self.rnd, self.rnd.choice(self.centres), self.town.world
        cells = [outline(cell_of(centre.lon, centre.lat, level)) for level in (COARSE, FINE)]
        communes = [world.communes[key].shape for key in sorted(world.communes)]
        drawn = [world.neighbourhoods[key].shape for key in sorted(world.neighbourhoods)]
        shape = rnd.choice([min(communes, key=centre.shape.distance), rnd.choice(cells + drawn)])
        ring = rnd.choice(
            [line for part in shapely.get_parts(shape) for line in [part.exterior, *part.interiors]]
        )
        at = rnd.randrange(len(ring.coords) - 1)
        (x, y), (x2, y2) = ring.coords[at][:2], ring.coords[at + 1][:2]
        if rnd.random() < 0.5:
            x, y = (x + x2) / 2, (y + y2) / 2
        return Point(x + rnd.choice([-LEAST, 0, 0, LEAST]), y + rnd.choice([-LEAST, 0, 0, LEAST]))

    def points_near_borders(self) -> list[Point]:
        """Corners of all communes and points along their sides, on them and 1e-7 beside."""
        rnd, points = random.Random(len(self.people)), []
        for commune in self.town.world.communes.values():
            lines = shapely.get_parts(commune.shape.boundary)
            coordinates = [line.coords[at] for line in lines for at in range(len(line.coords) - 1)]
            coordinates += [
                line.interpolate(rnd.choice([0.5, rnd.random()]), normalized=True).coords[0]
                for line in (
                    shapely.LineString(line.coords[at : at + 2])
                    for line in lines
                    for at in range(len(line.coords) - 1)
                )
            ]
            points += [
                Point(x + rnd.choice([-LEAST, 0, 0, LEAST]), y + rnd.choice([-LEAST, 0, 0, LEAST]))
                for x, y in coordinates
            ]
        return sorted(set(points), key=lambda point: (point.lon, point.lat))

    def _outline(self, home: Point) -> shapely.Polygon:
        """A box with the home on its side or 1e-7 outside, or a star-shaped ring around the home, some with a hole."""
        rnd = self.rnd
        here = land.Place("", home.lon, home.lat)
        radius = rnd.choice([350, 600, 900, 1800])
        if rnd.random() < 0.3:
            edge = home.lon + rnd.choice([0, 0, LEAST])
            south, north = here.at(0, -radius), here.at(0, radius * rnd.uniform(0, 1))
            return shapely.box(edge, south.lat, here.at(2 * radius, 0).lon, north.lat)
        corners = rnd.randint(5, 14)

        def ring(size: float) -> list[shapely.Point]:
            turns = [2 * math.pi * corner / corners for corner in range(corners)]
            reach = [radius * size * rnd.uniform(0.8, 1.2) for _ in turns]
            return [
                here.at(r * math.cos(turn), r * math.sin(turn)).shape
                for r, turn in zip(reach, turns, strict=True)
            ]

        return shapely.Polygon(ring(1), [ring(rnd.choice([0.1, 0.4]))] if rnd.random() < 0.3 else [])
