"""Who is near whom, by brute force: the sentences of docs/nearness.md in plain Python, every pair looked at.

Written from the sentences and the decision records, not from sql/, so that a mistake in one of the two shows.
Keys are those of the database (members, neighbourhoods, communes, posts), so that answers can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import shapely

from geoneighbour.ground.points import Point
from tests.nearness.grid_steps import (
    COARSE,
    FINE,
    Shape,
    cell_of,
    outline,
    steps_from,
    surroundings_touched,
    touched,
)
from tests.nearness.oracle_barriers import Barriers
from tests.nearness.oracle_life import Life
from tests.nearness.oracle_reaches import FAR, Beside, Watch, holds, nearest, speaks_for
from tests.nearness.oracle_review import Numbers, Standing

VISIT_DAYS = 2


@dataclass
class Commune:
    country: str
    code: str
    shape: Shape


@dataclass
class Neighbourhood:
    """What somebody drew: proposed, then open."""

    shape: Shape
    cover: frozenset[int]
    anchor: int
    open: bool = False


@dataclass
class Person:
    home: Point
    verified: bool
    paused: bool = False
    hidden: bool = False
    listed: bool = True
    chosen: int | None = None
    supports: int | None = None
    came: float = 0
    """The day of the sign-up, as life.today counts."""

    @property
    def surroundings(self) -> int:
        return cell_of(self.home.lon, self.home.lat, COARSE)

    @property
    def zone(self) -> int:
        """Sentence 1: the chosen neighbourhood, else the surroundings."""
        return self.surroundings if self.chosen is None else self.chosen

    @property
    def fine_cell(self) -> int:
        return cell_of(self.home.lon, self.home.lat, FINE)


@dataclass
class Post:
    kind: str
    author: int
    reach: str
    zone: int
    surroundings: int
    commune: int | None
    cell: int | None
    beside: Beside
    closed: bool = False


@dataclass
class World:
    numbers: Numbers = field(default_factory=Numbers)
    communes: dict[int, Commune] = field(default_factory=dict)
    linked: set[frozenset[int]] = field(default_factory=set)
    people: dict[int, Person] = field(default_factory=dict)
    neighbourhoods: dict[int, Neighbourhood] = field(default_factory=dict)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    posts: dict[int, Post] = field(default_factory=dict)
    roles: dict[int, set[tuple[str, int | None]]] = field(default_factory=dict)
    """Of members: role, and commune where it is for one."""
    watches: dict[int, Watch] = field(default_factory=dict)
    standing: Standing = field(init=False)
    life: Life = field(default_factory=Life)
    barriers: Barriers = field(default_factory=Barriers)
    zones: set[int] = field(default_factory=set)
    """Every surroundings where somebody lives or has lived, and every open neighbourhood."""
    _at: dict[Point, int | None] = field(default_factory=dict)
    _border: dict[frozenset[int], bool] = field(default_factory=dict)
    """Remembered: communes are given before anyone settles, and stay."""

    def __post_init__(self) -> None:
        self.standing = Standing(self.numbers)

    # Sentence 4: communes.

    def commune_at(self, point: Point) -> int | None:
        """The least (country, code) in byte order among the communes that cover the point, border included."""
        if point not in self._at:
            covering = [
                (commune.country.encode(), commune.code.encode(), key)
                for key, commune in self.communes.items()
                if commune.shape.covers(point.shape)
            ]
            self._at[point] = min(covering)[2] if covering else None
        return self._at[point]

    def commune_of(self, member: int) -> int | None:
        return self.commune_at(self.people[member].home)

    def adjacent(self, one: int, other: int) -> bool:
        """By a common border that has a length, or by an operator's entry."""
        pair = frozenset((one, other))
        if len(pair) == 2 and pair not in self._border:
            borders = self.communes[one].shape.boundary, self.communes[other].shape.boundary
            self._border[pair] = borders[0].intersection(borders[1]).length > 0
        return pair in self.linked or self._border.get(pair, False)

    # Sentences 1 and 2: homes and neighbourhoods.

    def settle(self, member: int, home: Point) -> None:
        """What was chosen or supported before is kept where it covers the new home."""
        person = self.people[member]
        person.home = home
        self._appears(person.surroundings)
        self.life.leaving.pop(member, None)
        if person.chosen is not None and not self.covers_home(person.chosen, member):
            person.chosen = None
        if person.supports is not None and not self.covers_home(person.supports, member):
            person.supports = None

    def covers_home(self, neighbourhood: int, member: int) -> bool:
        return bool(self.neighbourhoods[neighbourhood].shape.covers(self.people[member].home.shape))

    def draw(self, neighbourhood: int, shape: Shape) -> None:
        inside = shapely.point_on_surface(shape)
        anchor = cell_of(inside.x, inside.y, COARSE)
        self.neighbourhoods[neighbourhood] = Neighbourhood(shape, touched(shape), anchor)

    def supporters(self, neighbourhood: int) -> set[int]:
        return {member for member, person in self.people.items() if person.supports == neighbourhood}

    def verified_supporters(self, neighbourhood: int) -> int:
        return sum(self.people[member].verified for member in self.supporters(neighbourhood))

    def open_when_ready(self, neighbourhood: int) -> None:
        """All of its supporters move in together; nobody else does."""
        drawn = self.neighbourhoods[neighbourhood]
        if drawn.open or self.verified_supporters(neighbourhood) < self.numbers.k:
            return
        drawn.open = True
        self._appears(neighbourhood)
        for member in self.supporters(neighbourhood):
            self.life.leaving.pop(member, None)
            self.people[member].supports = None
            self.people[member].chosen = neighbourhood

    def stage(self, neighbourhood: int) -> str:
        """ "Bientôt ouvert" from half of the supporters needed (decision 003)."""
        half = self.verified_supporters(neighbourhood) >= self.numbers.k / 2
        return "soon_open" if half else "launched"

    def shown_proposals(self, member: int) -> set[int]:
        """Those that touch the published cell, or the resolution-5 cell of who has none; and the supported one."""
        person = self.people[member]
        here = self.published_cell(member)
        if here is None:
            here = Standing.ancestor(person.fine_cell, 5)
        level = Standing.level(here)
        return {
            key
            for key, drawn in self.neighbourhoods.items()
            if not drawn.open
            and (
                person.supports == key or any(Standing.ancestor(cell, level) == here for cell in drawn.cover)
            )
        }

    def _appears(self, zone: int) -> None:
        if zone not in self.zones:
            self.zones.add(zone)
            self.standing.first_spread(self.anchor(zone))

    # Sentences 5, 6 and 11: what the weekly review sets, and wider areas.

    def review(self) -> None:
        verified = [person.fine_cell for person in self.people.values() if person.verified]
        self.life.review(self)
        self.standing.review(verified, {self.anchor(zone) for zone in self.zones})

    def published_cell(self, member: int) -> int | None:
        return self.standing.published_cell(self.people[member].fine_cell)

    def anchor(self, zone: int) -> int:
        drawn = self.neighbourhoods.get(zone)
        return drawn.anchor if drawn else zone

    def cover(self, zone: int) -> frozenset[int]:
        drawn = self.neighbourhoods.get(zone)
        return drawn.cover if drawn else surroundings_touched(zone)

    def wider(self, one: int, other: int) -> int | None:
        """The rings between two zones in each other's wider area; None when they are not."""
        if one == other:
            return None
        rings = self.rings_between(one, other)
        furthest = max(self.standing.spreads[self.anchor(zone)] for zone in (one, other))
        return rings if rings is not None and rings <= furthest else None

    def rings_around(self, zone: int) -> dict[int, int]:
        """Each cell within 20 rings, around barriers where there are any (decision 021)."""
        if not self.barriers.lines:
            return steps_from(self.cover(zone))
        return self.barriers.steps_from(self.start(zone))

    def rings_between(self, one: int, other: int) -> int | None:
        from_one = self.rings_around(one)
        return min((from_one[cell] for cell in self.start(other) if cell in from_one), default=None)

    def start(self, zone: int) -> frozenset[int]:
        """The cells in which a zone's rings start."""
        drawn = self.neighbourhoods.get(zone)
        if not self.barriers.lines:
            return self.cover(zone)
        return self.barriers.start(self.cover(zone), drawn.shape if drawn else outline(zone))

    # Sentence 7: tiers.

    def present(self, member: int) -> bool:
        return self.people[member].verified and not self.people[member].paused

    def parted(self, one: int, other: int) -> bool:
        """Nothing is between two members of whom one is absent or blocks the other."""
        blocked = (one, other) in self.blocks or (other, one) in self.blocks
        return blocked or not (self.present(one) and self.present(other))

    def hiding(self, one: int, other: int) -> bool:
        return self.people[one].hidden or self.people[other].hidden

    def tier(self, viewer: int, other: int) -> tuple[str, int | None]:
        """The nearest tier that holds, with the rings between the zones for `wider`."""
        if viewer == other:
            return "self", None
        if self.parted(viewer, other):
            return "beyond", None
        zones = self.people[viewer].zone, self.people[other].zone
        if zones[0] == zones[1]:
            return "neighbour", None
        rings = self.wider(*zones)
        if rings is not None and not self.hiding(viewer, other):
            return "wider", rings
        communes = self.commune_of(viewer), self.commune_of(other)
        if communes[0] is None or communes[1] is None:
            return "beyond", None
        if communes[0] == communes[1]:
            return "commune", None
        return ("adjacent_commune", None) if self.adjacent(communes[0], communes[1]) else ("beyond", None)

    # Sentences 8 and 9: posts and whom they reach (decision 004).

    def freeze(self, author: int, reach: str, kind: str, beside: Beside) -> Post:
        person = self.people[author]
        if beside.on_homes:
            # Written by an authority: from a commune, and from nobody's home.
            commune, cell = speaks_for(self, author, beside), None
        else:
            commune, cell = self.commune_of(author), self.published_cell(author)
        return Post(kind, author, reach, person.zone, person.surroundings, commune, cell, beside)

    def reached(self, post: Post, reader: int) -> tuple[str, int | None] | None:
        """By which tier of its origin a post comes to a member; None: it does not, or it is her own."""
        if reader == post.author or self.parted(reader, post.author):
            return None
        home, commune = self.people[reader].zone, self.commune_of(reader)
        if post.reach in FAR:
            return (nearest(self, post, reader), None) if holds(self, post, reader) else None
        if post.reach in ("neighbourhood", "wider"):
            if home == post.zone:
                return "neighbour", None
            rings = self.wider(post.zone, home)
            if post.reach == "wider" and rings is not None and not self.hiding(reader, post.author):
                return "wider", rings
        elif commune is not None and post.commune is not None:
            if commune == post.commune:
                return "commune", None
            if post.reach == "commune_adjacent" and self.adjacent(post.commune, commune):
                return "adjacent_commune", None
        return None

    def visits(self, post: Post, reader: int) -> bool:
        """Decision 014: a visitor reads what began in their open neighbourhood and came to it."""
        person = self.people[reader]
        return (
            not person.verified
            and not person.paused
            and self.life.today - person.came < VISIT_DAYS
            and person.chosen is not None
            and person.chosen == post.zone
            and post.reach in ("neighbourhood", "wider")
            and self.present(post.author)
            and not {(reader, post.author), (post.author, reader)} & self.blocks
        )

    # Sentence 12: the one exact number (the others: oracle_numbers.py).

    def roll(self, member: int) -> set[int]:
        """Whom a verified member may count by name: the others of her own open neighbourhood."""
        person = self.people[member]
        if not self.present(member) or not person.listed or person.chosen is None:
            return set()
        return {
            other
            for other, neighbour in self.people.items()
            if other != member
            and neighbour.listed
            and neighbour.chosen == person.chosen
            and not self.parted(member, other)
        }

    def pairs(self) -> Iterable[tuple[int, int]]:
        return ((one, other) for one in self.people for other in self.people)
