"""The same questions asked of the service and of the oracle: all members, all pairs, all posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.nearness import oracle_reaches
from tests.nearness.oracle import World

Tier = tuple[str, int | None]


@dataclass
class Answers:
    """Keys are ids of members, zones, communes, posts and cells; every relation in both directions."""

    communes: dict[int, int | None]
    """The commune of each member."""
    adjacent: set[tuple[int, int]]
    zones: dict[int, int]
    """The home neighbourhood of each member: a neighbourhood, or a resolution-8 cell."""
    covers: dict[int, frozenset[int]]
    """The cells in which the rings of each zone start, and those that each proposed neighbourhood touches."""
    anchors: dict[int, int]
    spreads: dict[int, int]
    wider: dict[tuple[int, int], int]
    """Two zones in each other's wider area, with the rings between them."""
    published: dict[int, int]
    placed: dict[int, int | None]
    """The published cell of each member."""
    tiers: dict[tuple[int, int], Tier]
    audience: dict[tuple[int, int], Tier]
    """(post, member): the members that a post reaches, open or closed."""
    watchers: dict[tuple[int, int], str]
    """(post, member): who reads a post by an area they watch, and how near they are."""
    feeds: dict[int, list[int]]
    """The open posts that each member sees, her own too, newest first."""
    proposals: dict[int, set[int]]
    stages: dict[int, str]
    rolls: dict[int, set[int]]
    leaving: set[int]
    """Members whom a redraw left outside."""
    origins: dict[int, int]
    """The zone in which each post goes on."""


def asked(session: Session) -> Answers:
    """What the service says."""

    def rows(query: str) -> list[Any]:
        return [tuple(row) for row in session.execute(text(query))]

    residences = rows(
        "SELECT member_id, commune_id, zone, nearness.published_cell(home_cell) FROM residence ORDER BY member_id"
    )
    members = [row[0] for row in residences]
    covers: dict[int, set[int]] = {zone: set() for (zone,) in rows("SELECT id FROM zone")}
    for zone, cell in rows("SELECT zone, cell FROM zone_cell"):
        covers[zone].add(cell)
    for neighbourhood, cells in rows("SELECT id, cover FROM neighbourhood WHERE state = 'proposed'"):
        covers[neighbourhood] = set(cells)
    feeds: dict[int, list[int]] = {member: [] for member in members}
    for member, post in rows(
        "SELECT r.member_id, f.post_id FROM residence AS r, nearness.feed(r.member_id, NULL, 100000) AS f"
    ):
        feeds[member].append(post)
    proposals: dict[int, set[int]] = {member: set() for member in members}
    for member, neighbourhood in rows(
        "SELECT r.member_id, p FROM residence AS r, nearness.proposals_for(r.member_id) AS p"
    ):
        proposals[member].add(neighbourhood)
    rolls: dict[int, set[int]] = {member: set() for member in members}
    for member, other in rows(
        "SELECT r.member_id, o.id FROM residence AS r, nearness.roll(r.member_id) AS o"
    ):
        rolls[member].add(other)
    return Answers(
        communes={row[0]: row[1] for row in residences},
        adjacent=set(rows("SELECT commune_id, other_id FROM commune_adjacency")),
        zones={row[0]: row[2] for row in residences},
        covers={zone: frozenset(cells) for zone, cells in covers.items()},
        anchors=dict(rows("SELECT id, anchor FROM zone")),
        spreads=dict(rows("SELECT cell, rings FROM spread")),
        wider={
            (one, other): rings for one, other, rings in rows("SELECT zone, other, rings FROM wider_area")
        },
        published=dict(rows("SELECT cell, members FROM published_cell")),
        placed={row[0]: row[3] for row in residences},
        tiers={
            (one, other): (tier, rings)
            for one, other, tier, rings in rows(
                "SELECT a.member_id, b.member_id, t.* FROM residence AS a, residence AS b,"
                " nearness.tier(a.member_id, b.member_id) AS t"
            )
        },
        audience={
            (post, member): (tier, rings)
            for post, member, tier, rings in rows(
                "SELECT post_id, member_id, tier, rings FROM nearness.reached"
            )
        },
        watchers={
            (post, member): tier
            for post, member, tier in rows(
                "SELECT post_id, member_id, tier FROM nearness.readable WHERE watch_id IS NOT NULL"
            )
        },
        feeds=feeds,
        proposals=proposals,
        stages=dict(
            rows("SELECT id, nearness.proposal_stage(id) FROM neighbourhood WHERE state = 'proposed'")
        ),
        rolls=rolls,
        leaving={row[0] for row in rows("SELECT member_id FROM leaving")},
        origins=dict(rows("SELECT id, origin_zone FROM post")),
    )


def tier(session: Session, viewer: int, other: int) -> str:
    session.flush()
    return str(session.scalar(text("SELECT tier FROM nearness.tier(:a, :b)"), {"a": viewer, "b": other}))


def tiers(session: Session, viewer: int, others: Mapping[str, int]) -> dict[str, str]:
    """How near each of the named members is, seen from the viewer; fails where it is not the same seen from the other."""
    found = {name: tier(session, viewer, other) for name, other in others.items()}
    assert found == {name: tier(session, other, viewer) for name, other in others.items()}
    return found


def readers(session: Session, post: int) -> set[int]:
    """The audience of a post."""
    return {
        row[0]
        for row in session.execute(
            text("SELECT member_id FROM nearness.reached WHERE post_id = :post"), {"post": post}
        )
    }


def expected(world: World) -> Answers:
    """What the oracle says, every pair looked at."""
    zone_pairs = [(one, other) for one in world.zones for other in world.zones]
    audience = {
        (key, member): reached
        for key, post in world.posts.items()
        for member in world.people
        if (reached := world.reached(post, member))
    }
    watchers = {
        (key, member): oracle_reaches.nearest(world, post, member)
        for key, post in world.posts.items()
        for member in world.people
        if oracle_reaches.watches(world, post, member)
    }
    return Answers(
        communes={member: world.commune_of(member) for member in world.people},
        adjacent={(a, b) for a in world.communes for b in world.communes if world.adjacent(a, b)},
        zones={member: person.zone for member, person in world.people.items()},
        covers={
            zone: world.start(zone) if zone in world.zones else world.cover(zone)
            for zone in world.zones | world.neighbourhoods.keys()
        },
        anchors={zone: world.anchor(zone) for zone in world.zones},
        spreads=dict(world.standing.spreads),
        wider={pair: rings for pair in zone_pairs if (rings := world.wider(*pair)) is not None},
        published=dict(world.standing.published),
        placed={member: world.published_cell(member) for member in world.people},
        tiers={pair: world.tier(*pair) for pair in world.pairs()},
        audience=audience,
        watchers=watchers,
        feeds={
            member: [
                key
                for key, post in sorted(world.posts.items(), reverse=True)
                if not post.closed
                and (
                    post.author == member
                    or (key, member) in audience
                    or (key, member) in watchers
                    or world.visits(post, member)
                )
            ]
            for member in world.people
        },
        proposals={member: world.shown_proposals(member) for member in world.people},
        stages={key: world.stage(key) for key, drawn in world.neighbourhoods.items() if not drawn.open},
        rolls={member: world.roll(member) for member in world.people},
        leaving=set(world.life.leaving),
        origins={key: post.zone for key, post in world.posts.items()},
    )


def differences(said: Any, meant: Any) -> list[str]:
    """The first few differences of two dicts or sets, to be read; empty when there are none."""
    said, meant = (
        value if isinstance(value, dict) else dict.fromkeys(value, "yes") for value in (said, meant)
    )
    nothing = "nothing"
    return [
        f"{key}: the service says {said.get(key, nothing)}, the oracle {meant.get(key, nothing)}"
        for key in said.keys() | meant.keys()
        if said.get(key, nothing) != meant.get(key, nothing)
    ][:5]
