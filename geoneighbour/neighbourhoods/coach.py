"""Looks at a shape while it is drawn, and says what would make a good neighbourhood of it. It advises; `service` decides."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely import affinity
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidShape
from geoneighbour.ground import shapes
from geoneighbour.ground.metres import area_m2
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import queries
from geoneighbour.neighbourhoods.models import OPEN

SLIVER_M, LEAST_SLIVER_M2 = 60.0, 200.0
"""A gap to a neighbouring border narrower than this is nobody's wish, unless it is smaller still."""
ODD = 0.2
"""Of 4π area / perimeter²: 1 is a disc, a square has 0.79, a street's worth 0.1."""
MUCH = 0.5
"""Of a shape: so much in common is the same neighbourhood under two names."""
SOME = 0.03
BEYOND = 0.05
"""Of a shape: so much beyond a river is no accident."""
FAR_OFF = 4.0
"""Times larger or smaller than those around."""
_THROUGH = text(
    "SELECT kind, name, ST_AsBinary(geom) AS geom FROM nearness.barriers_through(ST_GeomFromWKB(:drawn, 4326))"
)


@dataclass(frozen=True)
class Advice:
    """`kind` chooses the words, `about` fills them in. `level`: stop (it cannot be sent so), look (better otherwise), fine.

    Of kind "shape", `refusal` has the words.
    """

    kind: str
    level: str
    about: dict[str, Any] = field(default_factory=dict)
    refusal: InvalidShape | None = None


def look(session: Session, member_id: int, geometry: Any, redrawn: int | None = None) -> list[Advice]:
    """At a GeoJSON Polygon or MultiPolygon (EPSG:4326), for the member who draws it. What stops it comes first.

    `redrawn` is the neighbourhood that it is a new outline of. Numbers of people are those of published cells, rounded; of homes only the member's own is asked for.
    """
    members.get(session, member_id)
    try:
        shape = shapes.neighbourhood_shape(geometry, queries.largest_km2(session))
    except InvalidShape as error:
        return [Advice("shape", "stop", {"reason": error.reason}, error)]
    drawn = func.ST_GeomFromWKB(shape.wkb, 4326)
    inside = session.scalar(select(func.nearness.home_in(member_id, drawn)))
    people = session.scalar(select(func.nearness.rounded(func.nearness.people_in(drawn))))
    communes = session.execute(
        select(func.nearness.communes_under(drawn).table_valued("name", "share"))
    ).all()
    beside = [other for other in queries.beside(session, member_id, shape) if other.id != redrawn]
    usual = session.execute(text("SELECT * FROM nearness.usual_size(:member)"), {"member": member_id}).one()
    advice = [
        Advice("home", "fine" if inside else "stop"),
        *_overlaps(beside),
        *_slivers(shape, beside),
        *_barriers(session, shape),
        *_form(shape),
        _size(area_m2(shape) / 1e6, usual),
        Advice("people", "fine", {"people": people}),
        Advice(
            "communes", "fine", {"communes": [{"name": name, "share": share} for name, share in communes]}
        ),
    ]
    return sorted(advice, key=lambda one: ("stop", "look", "fine").index(one.level))


def _overlaps(beside: Sequence[Row[Any]]) -> Iterator[Advice]:
    trodden = []
    for other in beside:
        if max(other.of_drawn, other.of_theirs) < SOME:
            continue
        same = min(other.of_drawn, other.of_theirs) >= MUCH
        if same and other.covers_home:
            kind = "join_instead" if other.state == OPEN else "support_instead"
            yield Advice(kind, "look", {"id": other.id, "name": other.name})
        else:
            trodden.append(other.name)
    if trodden:
        yield Advice("overlap", "look", {"names": trodden})


def _slivers(shape: shapely.MultiPolygon, beside: Sequence[Row[Any]]) -> Iterator[Advice]:
    """Narrow strips between this border and the next ones; the shape that takes them in is offered."""
    if not beside:
        return
    # Degrees of longitude are shortened to those of latitude: lengths are then the same in all directions.
    shortened = math.cos(math.radians(shape.centroid.y))
    metre = 1 / 111_195.0
    own, *others = (
        affinity.scale(one, shortened, 1, origin=(0, 0))
        for one in (shape, *(shapely.from_wkb(bytes(other.outline)) for other in beside))
    )
    ground = shapely.union_all([own, *others])
    half = SLIVER_M / 2 * metre
    closed = ground.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")
    strips = [
        strip
        for strip in shapely.get_parts(closed.difference(ground))
        if strip.area > LEAST_SLIVER_M2 * metre**2
        and strip.distance(own) < metre
        and any(strip.distance(other) < metre for other in others)
    ]
    if strips:
        whole = shapely.union_all([own, *(strip.buffer(metre / 10) for strip in strips)]).simplify(metre)
        whole = _largest(whole.difference(shapely.union_all(others).difference(own)))
        better = shapely.set_precision(affinity.scale(whole, 1 / shortened, 1, origin=(0, 0)), 1e-7)
        yield Advice("sliver", "look", {"geometry": json.loads(shapely.to_geojson(better))})


def _barriers(session: Session, shape: shapely.MultiPolygon) -> Iterator[Advice]:
    """What parts the shape, with ground on both sides and no crossing inside: rings walk around it, and so do people."""
    rows = session.execute(_THROUGH, {"drawn": shape.wkb}).all()
    if not rows:
        return
    lines = [shapely.from_wkb(bytes(row.geom)) for row in rows]
    # Whose border follows a river has slivers beyond it.
    if sum(_cut_off(piece, lines) for piece in shape.geoms) >= BEYOND * shape.area:
        told = dict.fromkeys((row.name, row.kind) for row in rows)
        yield Advice("barrier", "look", {"barriers": [{"name": name, "kind": kind} for name, kind in told]})


def _cut_off(piece: shapely.Polygon, lines: Sequence[Any]) -> float:
    """The ground of a polygon that lines part from the largest of its parts, in square degrees."""
    net = shapely.union_all([piece.boundary, *lines])
    parts = [
        part.area
        for part in shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
        if piece.covers(part.representative_point())
    ]
    return sum(parts) - max(parts)


def _form(shape: shapely.MultiPolygon) -> Iterator[Advice]:
    pieces = len(shape.geoms)
    if pieces > 1:
        yield Advice("pieces", "look", {"pieces": pieces})
    flat = affinity.scale(shape, math.cos(math.radians(shape.centroid.y)), 1)
    if pieces == 1 and 4 * math.pi * flat.area / flat.length**2 < ODD:
        yield Advice("odd_shape", "look")


def _size(km2: float, usual: Row[Any]) -> Advice:
    about = {"km2": km2, "usual_km2": usual.middle}
    if usual.many and km2 > FAR_OFF * usual.largest:
        return Advice("large", "look", about)
    if usual.many and km2 * FAR_OFF < usual.smallest:
        return Advice("small", "look", about)
    return Advice("size", "fine", about)


def _largest(shape: Any) -> Any:
    return max(shapely.get_parts(shape), key=lambda part: part.area)
