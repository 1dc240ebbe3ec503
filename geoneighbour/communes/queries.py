"""Reading communes: which one is here, which bear this code or name, who is around, what they were before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from sqlalchemy import Select, Text, cast, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session, aliased

from geoneighbour.communes.models import DEMONSTRATION, Commune, CommuneAdjacency, CommunePart
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.ground.points import Point


@dataclass(frozen=True)
class Version:
    """A row of `commune` without its outline, light enough to list."""

    id: int
    country: str
    code: str
    name: str
    vintage: int
    valid_from: int
    valid_to: int | None
    successor_id: int | None
    fate: str | None
    source: str
    names: dict[str, str] = field(default_factory=dict, hash=False)
    """By language, where the source tells several."""


_VERSION = select(
    Commune.id,
    Commune.country,
    Commune.code,
    Commune.name,
    Commune.vintage,
    Commune.valid_from,
    Commune.valid_to,
    Commune.successor_id,
    Commune.fate,
    Commune.source,
    Commune.names,
)
_BECAME = text(
    "SELECT * FROM nearness.commune_became WHERE commune_id = ANY(CAST(:ids AS bigint[]))"
    " ORDER BY share DESC NULLS LAST, successor_id"
)
_CURRENT = Commune.valid_to.is_(None)


def at(session: Session, lon: float, lat: float) -> Version | None:
    """The commune of a place (degrees), by the rule in SQL; None in the sea or abroad. InvalidInput out of range."""
    place = func.ST_GeomFromText(Point(lon, lat).wkt, 4326)
    found = session.scalar(select(func.nearness.commune_at(place)))
    return None if found is None else _one(session, _VERSION.where(Commune.id == found))


@dataclass(frozen=True)
class Part:
    """What stands inside a commune; `kind` is arrondissement, associated or delegated."""

    kind: str
    code: str
    name: str


def parts_at(session: Session, lon: float, lat: float) -> Sequence[Part]:
    """Where inside its commune a place (degrees) lies: one part of each kind at most."""
    place = func.ST_GeomFromText(Point(lon, lat).wkt, 4326)
    found = func.nearness.parts_at(place).table_valued("kind", "code", "name")
    return [Part(*row) for row in session.execute(select(found))]


def parts(session: Session, version: Version) -> Sequence[Part]:
    """What stands inside a commune today, by kind and code."""
    statement = (
        select(CommunePart.kind, CommunePart.code, CommunePart.name)
        .where(CommunePart.country == version.country, CommunePart.commune_code == version.code)
        .where(CommunePart.valid_to.is_(None))
        .order_by(CommunePart.kind, CommunePart.code)
    )
    return [Part(*row) for row in session.execute(statement)]


def by_code(session: Session, code: str, country: str | None = None) -> Version:
    """The current commune of a code. NotFound; InvalidInput when communes of several countries bear it."""
    for version in history(session, code, country):
        if version.valid_to is None:
            return version
    raise NotFound(f"no current commune has the code {code}")


def history(session: Session, code: str, country: str | None = None) -> Sequence[Version]:
    """All versions that bore a code, oldest first. NotFound; InvalidInput when communes of several countries bear it."""
    statement = _VERSION.where(Commune.code == code.upper()).order_by(Commune.valid_from, Commune.id)
    if country:
        statement = statement.where(Commune.country == country.upper())
    found = _all(session, statement)
    if not found:
        raise NotFound(f"no commune has the code {code}")
    countries = sorted({version.country for version in found})
    if len(countries) > 1:
        raise InvalidInput(
            f"{code} is a code in {' and '.join(countries)}: say which country", field="country"
        )
    return found


def successors(session: Session, version: Version) -> Sequence[Version]:
    """The rows that this one led to, one after the other; the last is current. Empty for a current row."""
    chain = []
    while version.valid_to is not None and version.successor_id is not None:
        version = _one(session, _VERSION.where(Commune.id == version.successor_id))
        chain.append(version)
    return chain


def predecessors(session: Session, version: Version) -> Sequence[Version]:
    """The closed rows whose ground went, for the most part, straight into this one."""
    return _all(
        session, _VERSION.where(Commune.successor_id == version.id).order_by(Commune.country, Commune.code)
    )


@dataclass(frozen=True)
class Generation:
    """A version in a line of descent, and who has its ground since, with shares (0 to 1; None: not known)."""

    version: Version
    heirs: Sequence[tuple[Version, float | None]]


def descent(session: Session, versions: Sequence[Version]) -> Sequence[Generation]:
    """Where these versions came from and what became of them, oldest first; the heirs with the largest shares first."""
    ids = session.scalars(select(func.nearness.commune_line([version.id for version in versions]))).all()
    line = {version.id: version for version in _all(session, _VERSION.where(Commune.id.in_(ids)))}
    heirs = session.execute(_BECAME, {"ids": ids}).all()
    # Heirs may stand beside the line: what a predecessor gave to others.
    others = {heir.successor_id for heir in heirs} - line.keys()
    known = line | {v.id: v for v in _all(session, _VERSION.where(Commune.id.in_(others)))}
    return [
        Generation(
            version,
            [(known[heir.successor_id], heir.share) for heir in heirs if heir.commune_id == version.id],
        )
        for version in sorted(line.values(), key=lambda v: (v.valid_from, v.valid_to or 9999, v.code))
    ]


def neighbours(session: Session, commune_id: int) -> Sequence[tuple[Version, bool]]:
    """Adjacent communes in the order of their codes; True where an operator entered it."""
    other = aliased(CommuneAdjacency)
    statement = (
        _VERSION.add_columns(other.by_operator)
        .join(other, other.other_id == Commune.id)
        .where(other.commune_id == commune_id)
        .order_by(Commune.country, Commune.code)
    )
    return [(Version(*row[:-1]), row[-1]) for row in session.execute(statement)]


def area_km2(session: Session, commune_id: int) -> float:
    """Geodesic area on the ellipsoid."""
    square_metres = func.ST_Area(func.geography(Commune.geom))
    return float(session.scalars(select(square_metres / 1e6).where(Commune.id == commune_id)).one())


def outline(session: Session, commune_id: int) -> shapely.Geometry:
    """MultiPolygon, EPSG:4326."""
    return shapely.from_wkb(
        bytes(session.scalars(select(func.ST_AsBinary(Commune.geom)).where(Commune.id == commune_id)).one())
    )


def search(session: Session, prefix: str, limit: int = 10) -> Sequence[Version]:
    """Current communes whose code, name, or a word of whose name begins so: « st malo », « le rheu », « 352 ».

    Names in all languages are looked at.
    """
    typed = session.scalar(select(func.nearness.plain_name(prefix))) or ""
    # Some sources drop the article of a name; people write Saint in short.
    wanted = re.sub(r"\bst(e?)\b", r"saint\1", re.sub(r"^(le|la|les|l)\b ", "", typed))
    if not wanted:
        return []
    plain = func.nearness.plain_name(Commune.name)
    in_all_languages = (
        Commune.name + " " + cast(func.jsonb_path_query_array(Commune.names, cast("$.*", JSONPATH)), Text)
    )
    words = (" " + func.nearness.plain_name(in_all_languages)).contains(f" {wanted}", autoescape=True)
    code = Commune.code.startswith(wanted.upper(), autoescape=True)
    exactly, begins = plain.in_([wanted, typed]), plain.startswith(wanted, autoescape=True)
    statement = (
        _VERSION.where(_CURRENT, or_(code, words))
        .order_by(exactly.desc(), begins.desc(), plain, Commune.country, Commune.code)
        .limit(limit)
    )
    return _all(session, statement)


def is_demonstration(session: Session) -> bool:
    """True while any current commune is made up: the pages must say so."""
    return bool(session.scalar(select(exists().where(_CURRENT, Commune.source == DEMONSTRATION))))


def _all(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Version]:
    return [Version(*row) for row in session.execute(statement)]


def _one(session: Session, statement: Select[*tuple[Any, ...]]) -> Version:
    return Version(*session.execute(statement).one())
