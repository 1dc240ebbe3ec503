"""A place where everything happens twice: by the services on the database, and in the oracle's world.

What the oracle forbids must be refused by the services, with a domain error that leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.communes import queries as communes
from geoneighbour.communes.models import Commune
from geoneighbour.errors import GeoneighbourError
from geoneighbour.ground import cells, shapes
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.members.models import Block
from geoneighbour.nearness import review
from geoneighbour.nearness.models import NearnessSetting
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts import service as posts
from geoneighbour.posts import watching
from geoneighbour.posts.models import KINDS
from geoneighbour.roles import service as roles
from tests.grid import as_multipolygon, geojson
from tests.nearness import oracle
from tests.nearness.oracle_reaches import Beside, Watch, km2, may_write
from tests.nearness.oracle_review import Numbers

T = TypeVar("T")
NOTHING = Beside()


class Town:
    def __init__(self, session: Session, numbers: Numbers | None = None) -> None:
        self.session = session
        self.world = oracle.World(numbers or Numbers())
        session.execute(
            update(NearnessSetting).values(k=self.world.numbers.k, spread_members=self.world.numbers.m)
        )

    # Communes.

    def found(self, communes: Iterable[tuple[str, str, BaseGeometry]]) -> list[int]:
        """Brings communes (country, code, outline) and finds who touches whom; returns their ids."""
        communes = list(communes)
        rows = [
            Commune(
                country=country,
                code=code,
                name=f"Commune {code}",
                vintage=2018,
                valid_from=2018,
                source="made up",
                geom=from_shape(as_multipolygon(shape), srid=4326),
            )
            for country, code, shape in communes
        ]
        self.session.add_all(rows)
        self.session.flush()
        for row, (country, code, shape) in zip(rows, communes, strict=True):
            self.world.communes[row.id] = oracle.Commune(country, code, shape)
        self.session.execute(select(func.nearness.refresh_commune_adjacency([row.id for row in rows])))
        return [row.id for row in rows]

    def found_french(self, areas: Mapping[str, shapely.MultiPolygon]) -> dict[str, int]:
        """Communes drawn as letters: A has the code 35001, B 35002 and so on. Their ids by letter."""
        letters = sorted(areas)
        ids = self.found(("FR", f"35{ord(letter) - 64:03}", areas[letter]) for letter in letters)
        return dict(zip(letters, ids, strict=True))

    def link(self, one: int, other: int) -> None:
        self.session.execute(select(func.nearness.link_communes(one, other)))
        self.world.linked.add(frozenset((one, other)))

    # Members.

    def join(self, home: Point, verified: bool = True, name: str = "Camille") -> int:
        member = members.create(self.session, name)
        if verified:
            member.verified_at = func.now()
        self.session.flush()
        self.world.people[member.id] = oracle.Person(home, verified, came=self.world.life.today)
        self.move(member.id, home)
        return member.id

    def crowd(self, home: Point, people: int) -> list[int]:
        return [self.join(home) for _ in range(people)]

    def crowd_in(self, cell: int, people: int) -> list[int]:
        """So many members at the centre of a cell."""
        centre = cells.outline(cell).centroid
        return self.crowd(Point(centre.x, centre.y), people)

    def move(self, member: int, home: Point) -> None:
        neighbourhoods.settle(self.session, member, home)
        self.world.settle(member, home)

    def delete(self, member: int) -> None:
        """The member's account and all that hangs on it go away."""
        self.session.delete(members.get(self.session, member))
        self.session.flush()
        self.session.expire_all()
        world = self.world
        del world.people[member]
        world.life.leaving.pop(member, None)
        world.blocks = {pair for pair in world.blocks if member not in pair}
        world.posts = {key: post for key, post in world.posts.items() if post.author != member}
        world.watches = {key: watch for key, watch in world.watches.items() if watch.member != member}

    def verify(self, member: int) -> None:
        person = self.world.people[member]
        if not person.verified:
            members.get(self.session, member).verified_at = func.now()
            self.session.flush()
            neighbourhoods.verified(self.session, member)
            person.verified = True
            if person.supports is not None:
                self.world.open_when_ready(person.supports)

    def pause(self, member: int, paused: bool = True) -> None:
        members.pause(self.session, member, paused)
        self.session.flush()
        self.world.people[member].paused = paused

    def hide(self, member: int, hidden: bool = True) -> None:
        members.hide_from_wider(self.session, member, hidden)
        self.session.flush()
        self.world.people[member].hidden = hidden

    def list(self, member: int, listed: bool = True) -> None:
        members.list_on_roll(self.session, member, listed)
        self.session.flush()
        self.world.people[member].listed = listed

    def block(self, member: int, other: int) -> None:
        """Whoever the other is: `members.block` wants them to have met."""
        self.session.merge(Block(blocker_id=member, blocked_id=other))
        self.session.flush()
        self.world.blocks.add((member, other))

    def unblock(self, member: int, other: int) -> None:
        members.unblock(self.session, member, other)
        self.session.flush()
        self.world.blocks.discard((member, other))

    # Neighbourhoods.

    def propose(self, member: int, shape: BaseGeometry) -> int | None:
        """The new neighbourhood; None when it was refused, as it should be."""
        person = self.world.people[member]
        drawn = self._agree(
            person.verified and shape.covers(person.home.shape),
            lambda: neighbourhoods.propose(self.session, member, "Le Sillon", "", geojson(shape)),
        )
        if drawn is None:
            return None
        self.world.draw(drawn.id, shape)
        self._supported(member, drawn.id)
        return drawn.id

    def support(self, member: int, neighbourhood: int) -> None:
        allowed = self._covers(member, neighbourhood) and not self.world.neighbourhoods[neighbourhood].open
        self._agree(allowed, lambda: neighbourhoods.support(self.session, member, neighbourhood))
        if allowed:
            self._supported(member, neighbourhood)

    def open(self, shape: BaseGeometry, supporters: Iterable[int]) -> int:
        """Proposed by the first, supported by the others: open, if they are k."""
        first, *others = supporters
        neighbourhood = self.propose(first, shape)
        assert neighbourhood is not None
        for member in others:
            self.support(member, neighbourhood)
        return neighbourhood

    def choose(self, member: int, neighbourhood: int) -> None:
        allowed = self._covers(member, neighbourhood) and self.world.neighbourhoods[neighbourhood].open
        self._agree(allowed, lambda: neighbourhoods.choose(self.session, member, neighbourhood))
        if allowed and self.world.people[member].chosen != neighbourhood:
            self.world.people[member].chosen = neighbourhood
            self.world.life.leaving.pop(member, None)

    def leave(self, member: int) -> None:
        neighbourhoods.leave(self.session, member)
        self.world.people[member].chosen = None
        self.world.life.leaving.pop(member, None)

    def _covers(self, member: int, neighbourhood: int) -> bool:
        return self.world.covers_home(neighbourhood, member)

    def _supported(self, member: int, neighbourhood: int) -> None:
        self.world.people[member].supports = neighbourhood
        self.world.open_when_ready(neighbourhood)

    # Posts and reviews.

    def write(self, author: int, reach: str, beside: Beside = NOTHING) -> int | None:
        person = self.world.people[author]
        allowed = self.world.present(author) and may_write(self.world, author, reach, beside)
        # Other words each time: the same ones at once would be one post.
        words = f"Une échelle de {len(self.world.posts) + 2} m ?"
        kind = KINDS[len(self.world.posts) % len(KINDS)]
        post = self._agree(
            allowed,
            lambda: posts.write(
                self.session,
                author,
                kind,
                words,
                reach,
                radius_m=beside.radius_m,
                place=beside.place,
                area=None if beside.area is None else geojson(beside.area),
                on_homes=beside.on_homes,
            ),
        )
        if post is None:
            return None
        self.world.posts[post.id] = self.world.freeze(author, reach, kind, beside)
        assert post.origin_zone == person.zone
        return post.id

    def grant(self, member: int, role: str, commune: int | None = None) -> None:
        code, country = None, None
        if commune is not None:
            code, country = self.world.communes[commune].code, self.world.communes[commune].country
        roles.grant(self.session, member, role, code, country)
        self.world.roles.setdefault(member, set()).add((role, commune))

    def watch(
        self,
        member: int,
        *,
        neighbourhood: int | None = None,
        commune: int | None = None,
        shape: shapely.MultiPolygon | None = None,
    ) -> int | None:
        """The new watch; None when it was refused, as it should be."""
        world = self.world
        allowed = (
            world.people[member].verified
            and (neighbourhood is None or world.neighbourhoods[neighbourhood].open)
            and (shape is None or (1 <= km2(shape) <= 25 and not shapes.fault_of_size(shape, 25)))
            and (
                Watch(member, neighbourhood, commune, shape) in world.watches.values()
                or sum(watch.member == member for watch in world.watches.values()) < 5
            )
        )
        version = None
        if commune is not None:
            found = world.communes[commune]
            version = communes.by_code(self.session, found.code, found.country)
        watched = self._agree(
            allowed,
            lambda: watching.add(
                self.session,
                member,
                name="Ici",
                neighbourhood_id=neighbourhood,
                commune=version,
                area=None if shape is None else geojson(shape),
            ),
        )
        if watched is None:
            return None
        world.watches[watched.id] = Watch(member, neighbourhood, commune, shape)
        return watched.id

    def close(self, post: int) -> None:
        author = self.world.posts[post].author
        posts.close(self.session, author, post)
        self.session.flush()
        self.world.posts[post].closed = True

    def review(self) -> dict[str, int]:
        """The weekly review; returns what the service says it changed."""
        changes = review.run(self.session)
        self.world.review()
        self._learn_lots()
        return changes

    def days_pass(self, days: float) -> None:
        """What has been waiting has waited longer."""
        later = {"days": timedelta(days=days)}
        for what in (
            "neighbourhood_outline SET until = until",
            "leaving SET leaves_at = leaves_at",
            "neighbourhood_change SET proposed_at = proposed_at",
            "member SET moved_at = moved_at",
            "member SET created_at = created_at",
        ):
            self.session.execute(text(f"UPDATE {what} - :days"), later)
        self.session.expire_all()
        self.world.life.today += days

    def _learn_lots(self) -> None:
        """When those leave whom a redraw left outside is drawn by lot: two to six weeks on."""
        life = self.world.life
        days = text("SELECT member_id, extract(epoch FROM leaves_at - now()) / 86400 FROM leaving")
        lots = {member: float(lot) for member, lot in self.session.execute(days)}
        for member in life.asked & life.leaving.keys():
            assert 14 <= lots[member] <= 42
            life.leaving[member] = life.today + lots[member]
        life.asked.clear()

    def _agree(self, allowed: bool, act: Callable[[], T]) -> T | None:
        """Does what is allowed; what is not must be refused."""
        try:
            with self.session.begin_nested():
                result = act()
        except GeoneighbourError as refusal:
            if allowed:
                raise AssertionError("refused, though it is allowed") from refusal
            return None
        assert allowed, "allowed, though it should be refused"
        return result
