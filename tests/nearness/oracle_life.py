"""Sentences 3 and 8 by brute force: what a review makes of accepted changes, and of members left outside (decision 011)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from geoneighbour.ground import shapes
from tests.nearness.grid_steps import Shape, cell_of, touched

if TYPE_CHECKING:
    from tests.nearness.oracle import World

MONTH = 31
LARGEST_KM2 = 25.0


@dataclass
class Wanted:
    """An accepted change: a new shape, the neighbourhood to go into, or neither (the archive)."""

    neighbourhood: int
    shape: Shape | None = None
    into: int | None = None


@dataclass
class Life:
    today: float = 0
    accepted: list[Wanted] = field(default_factory=list)
    redrawn: dict[int, list[float]] = field(default_factory=dict)
    """The days on which the outline of a neighbourhood changed."""
    leaving: dict[int, float] = field(default_factory=dict)
    """Members left outside, and the day on which they leave."""
    asked: set[int] = field(default_factory=set)
    """Members left outside whose lot is not known yet: the service draws it."""

    def review(self, world: World) -> None:
        for member, day in sorted(self.leaving.items()):
            if day <= self.today:
                world.people[member].chosen = None
                del self.leaving[member]
        for wanted in list(self.accepted):
            if wanted in self.accepted and self._may(wanted):
                self.accepted.remove(wanted)
                self._carry_out(world, wanted)
        for key, drawn in list(world.neighbourhoods.items()):
            if not drawn.open and not world.supporters(key):
                del world.neighbourhoods[key]

    def _may(self, wanted: Wanted) -> bool:
        changed = wanted.into or wanted.neighbourhood
        lately = [day for day in self.redrawn.get(changed, []) if self.today - day < MONTH]
        return (wanted.shape is None and wanted.into is None) or len(lately) < 2

    def _carry_out(self, world: World, wanted: Wanted) -> None:
        key = wanted.neighbourhood
        if wanted.shape is not None:
            self._redraw(world, key, wanted.shape)
        elif wanted.into is not None:
            union = together(world, key, wanted.into)
            if union is None:
                return
            for person in world.people.values():
                if person.chosen == key:
                    person.chosen = wanted.into
            for post in world.posts.values():
                if post.zone == key:
                    post.zone = wanted.into
            for watch in world.watches.values():
                if watch.neighbourhood == key:
                    watch.neighbourhood = wanted.into
            self._end(world, key)
            self._redraw(world, wanted.into, union)
        else:
            for member, person in world.people.items():
                if person.chosen == key:
                    person.chosen = None
                    self.leaving.pop(member, None)
            for post in world.posts.values():
                if post.zone == key:
                    post.zone = post.surroundings
            world.watches = {one: watch for one, watch in world.watches.items() if watch.neighbourhood != key}
            self._end(world, key)

    def _redraw(self, world: World, key: int, shape: Shape) -> None:
        drawn, inside = world.neighbourhoods[key], shapely.point_on_surface(shape)
        drawn.shape, drawn.cover, drawn.anchor = shape, touched(shape), cell_of(inside.x, inside.y, 8)
        self.redrawn.setdefault(key, []).append(self.today)
        for member, person in world.people.items():
            if person.chosen == key:
                if world.covers_home(key, member):
                    self.leaving.pop(member, None)
                elif member not in self.leaving:
                    self.asked.add(member)
                    # Until the service has drawn the lot.
                    self.leaving[member] = float("inf")

    def _end(self, world: World, key: int) -> None:
        del world.neighbourhoods[key]
        world.zones.remove(key)
        self.accepted = [one for one in self.accepted if key not in (one.neighbourhood, one.into)]


def together(world: World, one: int, other: int) -> shapely.MultiPolygon | None:
    """What two neighbourhoods make together; None when that is too large or too stretched for one."""
    union = shapely.union(world.neighbourhoods[one].shape, world.neighbourhoods[other].shape)
    whole = shapely.MultiPolygon(shapely.get_parts(union).tolist())
    return None if shapes.fault_of_size(whole, LARGEST_KM2) else whole
