"""Neighbourhoods as they are shown. Rows have the columns of nearness.neighbourhood_shown:
id, name, story, state, stage, people, mine, supported, covers_home, scheme, vintage, source, geometry (GeoJSON).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.neighbourhoods.models import OPEN, Neighbourhood, Support

_AROUND = text(
    "SELECT shown.* FROM nearness.neighbourhoods_around(:member) AS around (id),"
    " nearness.neighbourhood_shown(around.id, :member) AS shown"
    ' ORDER BY shown.covers_home DESC, shown.state DESC, shown.name COLLATE "fr-x-icu", shown.id'
)
_NAMED = text(
    "SELECT shown.* FROM nearness.neighbourhoods_named(:begins, :most) AS named (id),"
    ' nearness.neighbourhood_shown(named.id, NULL) AS shown ORDER BY shown.name COLLATE "fr-x-icu", shown.id'
)
_ONE = text("SELECT * FROM nearness.neighbourhood_shown(:neighbourhood, :member)")
_OF_COMMUNE = text(
    "SELECT shown.* FROM nearness.neighbourhoods_of_commune(:commune) AS inside (id),"
    " nearness.neighbourhood_shown(inside.id, NULL) AS shown"
)
_CHANGE = text("SELECT * FROM nearness.change_shown(:change, :member)")
_CHANGES = text(
    "SELECT shown.* FROM nearness.changes_of(:neighbourhood, :member) WITH ORDINALITY AS listed (id, place),"
    " nearness.change_shown(listed.id, :member) AS shown ORDER BY listed.place"
)
_REMARKS = text("SELECT * FROM nearness.remarks_on(:change, :member)")
_OUTLINES = text("SELECT * FROM nearness.outlines_of(:neighbourhood)")
_MODERATORS = text(
    "SELECT member.id, member.name, nearness.voices_about(:neighbourhood, member.id) AS voices,"
    " nearness.voices_needed(:neighbourhood, member.id) AS needed,"
    " EXISTS (SELECT FROM moderator_voice AS voice WHERE voice.neighbourhood_id = :neighbourhood"
    " AND voice.about_id = member.id AND voice.member_id = :member) AS mine"
    " FROM nearness.moderators_of(:neighbourhood) AS moderator (id)"
    " JOIN member USING (id) WHERE nearness.lives_in(:member, :neighbourhood) ORDER BY member.name, member.id"
)
_CANDIDATES = text("SELECT * FROM nearness.candidates_of(:neighbourhood, :member)")
_BESIDE = text(
    "SELECT *, ST_AsBinary(geom) AS outline FROM nearness.neighbourhoods_by(:member, ST_GeomFromWKB(:ground, 4326))"
)
_BESIDE_ONE = text(
    "SELECT id, name FROM nearness.beside(:neighbourhood) WITH ORDINALITY AS listed (id, place)"
    " JOIN neighbourhood USING (id) ORDER BY place"
)
_ACTIVE = text("SELECT * FROM nearness.active_communes(:begins, :most)")
_PICTURE = text("SELECT * FROM nearness.picture_ground(ST_GeomFromWKB(:box, 4326))")


def around(session: Session, member_id: int) -> list[Row[Any]]:
    """Those among which a member picks and looks, the ones that cover the home first."""
    return list(session.execute(_AROUND, {"member": member_id}))


def to_join(session: Session, member_id: int) -> list[Row[Any]]:
    """The open ones that cover the home: any of them may be chosen at once."""
    return [row for row in around(session, member_id) if row.covers_home and row.state == OPEN]


def named(session: Session, begins: str, most: int) -> list[Row[Any]]:
    """Open neighbourhoods whose name begins so, for anyone."""
    return list(session.execute(_NAMED, {"begins": begins, "most": most}))


def one(session: Session, neighbourhood_id: int, member_id: int | None = None) -> Row[Any]:
    """An open neighbourhood, or a proposed one near the member; NotFound for others."""
    row = session.execute(_ONE, {"neighbourhood": neighbourhood_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound("Ce quartier n'existe pas, ou ne vous est pas montré.")
    return row


def supported(session: Session, member_id: int) -> Neighbourhood | None:
    """The proposed neighbourhood that a member supports, for this member alone."""
    return session.scalar(
        select(Neighbourhood)
        .join(Support, Support.neighbourhood_id == Neighbourhood.id)
        .where(Support.member_id == member_id, Neighbourhood.state == "proposed")
    )


def beside(session: Session, member_id: int, ground: shapely.MultiPolygon) -> Sequence[Row[Any]]:
    """Those that a shape (EPSG:4326) overlaps or nearly touches, as far as the member is shown them.

    Columns of nearness.neighbourhoods_by, and `outline`, WKB.
    """
    return session.execute(_BESIDE, {"member": member_id, "ground": ground.wkb}).all()


def beside_neighbourhood(session: Session, neighbourhood_id: int) -> dict[int, str]:
    """The open neighbourhoods that one can merge into: names by id, in order."""
    return {row.id: row.name for row in session.execute(_BESIDE_ONE, {"neighbourhood": neighbourhood_id})}


def change(session: Session, change_id: int, member_id: int) -> Row[Any]:
    """A change (columns of nearness.change_shown) for who lives there; NotFound for others."""
    row = session.execute(_CHANGE, {"change": change_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound
    return row


def changes(session: Session, neighbourhood_id: int, member_id: int) -> Sequence[Row[Any]]:
    """What is proposed or accepted first, then the latest; empty for who does not live there."""
    return session.execute(_CHANGES, {"neighbourhood": neighbourhood_id, "member": member_id}).all()


def remarks(session: Session, change_id: int, member_id: int) -> Sequence[Row[Any]]:
    """The discussion of a change, oldest first: id, author_id, author_name, body, made_at, mine."""
    return session.execute(_REMARKS, {"change": change_id, "member": member_id}).all()


def outlines(session: Session, neighbourhood_id: int) -> Sequence[Row[Any]]:
    """How an open neighbourhood was drawn before, the latest first: version, until, geometry (GeoJSON)."""
    return session.execute(_OUTLINES, {"neighbourhood": neighbourhood_id}).all()


def moderators(session: Session, neighbourhood_id: int, member_id: int) -> Sequence[Row[Any]]:
    """Its moderators (id, name), for who lives there; nobody for others.

    `mine`: the reader wants them to be none any more, as do `voices` of the `needed`; told to nobody else.
    """
    return session.execute(_MODERATORS, {"neighbourhood": neighbourhood_id, "member": member_id}).all()


def candidates(session: Session, neighbourhood_id: int, member_id: int) -> Sequence[Row[Any]]:
    """Who would be one, for who lives there: id, name, voices, needed, mine (the reader's is among them)."""
    return session.execute(_CANDIDATES, {"neighbourhood": neighbourhood_id, "member": member_id}).all()


def lives_in(session: Session, member_id: int, neighbourhood_id: int) -> bool:
    """Whether the member, verified and not paused, lives in this open neighbourhood."""
    return bool(session.scalar(select(func.nearness.lives_in(member_id, neighbourhood_id))))


def may_take_effect(session: Session, change_id: int) -> bool:
    """Whether a review held now would carry out the change."""
    return bool(session.scalar(select(func.nearness.may_take_effect(change_id))))


def heir(session: Session, neighbourhood_id: int) -> int | None:
    """The open neighbourhood that an archived one went into."""
    return session.scalar(select(func.nearness.heir_of(neighbourhood_id)))


def largest_km2(session: Session) -> float:
    """How large a neighbourhood may be."""
    return session.scalar(text("SELECT largest_neighbourhood_km2 FROM nearness_setting")) or 0


def of_commune(session: Session, commune_id: int) -> list[Row[Any]]:
    """The open ones of a commune, for anyone."""
    return list(session.execute(_OF_COMMUNE, {"commune": commune_id}))


def commune_people(session: Session, commune_id: int) -> int | None:
    """About how many members live in a commune; None: fewer than k."""
    return session.scalar(select(func.nearness.commune_people(commune_id)))


def active_communes(session: Session, begins: str, most: int) -> list[Row[Any]]:
    """Where neighbourhoods are open, the liveliest first: country, code, name, neighbourhoods, people (None: fewer than k)."""
    return list(session.execute(_ACTIVE, {"begins": begins, "most": most}))


def picture_ground(session: Session, box: bytes) -> list[tuple[str, int, shapely.Geometry]]:
    """Communes and open neighbourhoods within a box (WKB, EPSG:4326): layer, id, shape."""
    rows = session.execute(_PICTURE, {"box": box})
    return [(row.layer, row.id, shapely.from_wkb(bytes(row.shape))) for row in rows]
