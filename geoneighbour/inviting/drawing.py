"""A neighbourhood's own map for paper: outlines and names in millimetres, laid out so that nothing is squeezed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.ground.metres import Plane
from geoneighbour.neighbourhoods.models import OPEN, Neighbourhood

FILLS = 0.62
"""How much of the sheet's width or height the neighbourhood takes."""
FINEST_MM = 0.08
LETTER = 0.57
"""Width of a letter, for a height of 1."""
LARGEST, SMALLEST = {"own": 7.0, "neighbourhood": 3.6, "commune": 4.4}, 1.9
"""Height of letters in millimetres on a map that is 130 mm wide; larger maps have larger ones."""
TINTS = 6
_COMMUNE = text(
    "SELECT nearness.said_name(commune.name, commune.names) FROM neighbourhood"
    " JOIN commune ON commune.id = nearness.commune_at(ST_PointOnSurface(neighbourhood.geom))"
    " WHERE neighbourhood.id = :neighbourhood"
)
_GROUND = text("SELECT * FROM nearness.paper_ground(ST_GeomFromWKB(:box, 4326))")


@dataclass(frozen=True)
class Label:
    """A name in one line or two, centred on x, y."""

    layer: str
    x: float
    y: float
    size: float
    lines: list[str]


@dataclass
class Drawing:
    """All in millimetres from the upper left; north is up."""

    width: float
    height: float
    commune: str | None = None
    """In which the middle of the neighbourhood lies, in the reader's language."""
    shapes: list[tuple[str, int, str, str]] = field(default_factory=list)
    """Layer (commune, neighbourhood, own), tint, SVG paths of the ground and of its border, where that is not the sheet's."""
    labels: list[Label] = field(default_factory=list)
    bar_mm: float = 0
    """Length of the scale bar, which stands for `bar_m` metres."""
    bar_m: int = 0


def draw(
    session: Session, neighbourhood_id: int, width: float, height: float, fills: float = FILLS
) -> Drawing:
    """The map of an open neighbourhood on so many millimetres, with the ground around it. NotFound for no such.

    `fills`: how much of the sheet's width or height the neighbourhood takes.
    """
    neighbourhood = session.get(Neighbourhood, neighbourhood_id)
    if neighbourhood is None or neighbourhood.state != OPEN:
        raise NotFound
    outline = to_shape(neighbourhood.geom)
    middle = shapely.box(*outline.bounds).centroid
    plane = Plane(middle.x, middle.y)
    own = plane.flat(outline)
    west, south, east, north = own.bounds
    metres = max((east - west) / width, (north - south) / height) / fills
    x, y = (west + east) / 2, (south + north) / 2
    frame = shapely.box(
        x - width / 2 * metres, y - height / 2 * metres, x + width / 2 * metres, y + height / 2 * metres
    )
    paper = Drawing(width, height, commune=session.scalar(_COMMUNE, {"neighbourhood": neighbourhood_id}))
    paper.bar_m = _round(width / 4 * metres)
    paper.bar_mm = paper.bar_m / metres

    def on_paper(shape: BaseGeometry) -> BaseGeometry:
        inside = shapely.clip_by_rect(shape, *frame.bounds)
        left, _, _, top = frame.bounds
        drawn = shapely.transform(inside, lambda xy: (xy - (left, top)) / (metres, -metres))
        return drawn.simplify(FINEST_MM)

    # Wider than the sheet, so that no cut edge is drawn as a border; and the plane's box is a little askew on the globe.
    around = shapely.box(*plane.back(frame.buffer(metres * width / 10)).bounds)
    rows = session.execute(_GROUND, {"box": around.wkb}).all()
    named: list[tuple[str, str, BaseGeometry]] = []
    for row in rows:
        layer = "own" if row.layer == "neighbourhood" and row.id == neighbourhood_id else row.layer
        whole = own if layer == "own" else plane.flat(shapely.from_wkb(bytes(row.shape)))
        shape = on_paper(whole)
        if shape.is_empty:
            continue
        paper.shapes.append((layer, row.id % TINTS, path(shape), path(on_paper(whole.boundary))))
        named.append((layer, row.name, shape))
    paper.shapes.sort(key=lambda one: one[0] == "own")
    taken = shapely.union_all([shape for layer, _, shape in named if layer != "commune"])
    paper.labels = _labels(paper, named, taken)
    return paper


def path(shape: BaseGeometry) -> str:
    """An SVG path of polygons or lines, to a hundredth of a unit."""
    lines: list[tuple[shapely.LineString, str]] = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            lines += [(ring, "Z") for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            lines.append((part, ""))
    return "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line.coords) + end for line, end in lines)


def _labels(
    paper: Drawing, named: Iterable[tuple[str, str, BaseGeometry]], taken: BaseGeometry
) -> list[Label]:
    """Names that fit into what they name, the neighbourhood's own first, none over another."""
    order = {"own": 0, "neighbourhood": 1, "commune": 2}
    placed: list[Label] = []
    large = paper.width / 130
    # Room for the scale and the north in the corners.
    kept = [
        shapely.box(0, paper.height - 11 * large, paper.bar_mm + 10 * large, paper.height),
        shapely.box(paper.width - 14 * large, 0, paper.width, 18 * large),
    ]
    for layer, name, shape in sorted(named, key=lambda one: (order[one[0]], -one[2].area)):
        # A commune's name stands where no neighbourhood is.
        free = shape.difference(taken) if layer == "commune" else shape
        label = _label(layer, name, free, large)
        if label is None:
            continue
        words = _room(label)
        if not any(words.intersects(other) for other in kept):
            kept.append(words.buffer(1.2 * large))
            placed.append(label)
    return placed


def _label(layer: str, name: str, shape: BaseGeometry, large: float) -> Label | None:
    """The name as large as it fits around the middle of its ground, in one line or two; None where it would be too small."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not parts:
        return None
    ground = max(parts, key=lambda part: part.area)
    x, y = shapely.maximum_inscribed_circle(ground).coords[0]
    size = LARGEST[layer] * large
    while size >= SMALLEST * large:
        for lines in _broken(name):
            label = Label(layer, x, y, size, lines)
            if ground.covers(_room(label)):
                return label
        size *= 0.94
    return None


def _broken(name: str) -> list[list[str]]:
    """The name in one line, and in two that are about as long."""
    words = name.replace("-", "- ").split()
    cuts = [
        [" ".join(part).replace("- ", "-") for part in (words[:n], words[n:])] for n in range(1, len(words))
    ]
    return [[name], *sorted(cuts, key=lambda cut: max(map(len, cut)))[:1]]


def _room(label: Label) -> shapely.Polygon:
    half = max(map(len, label.lines)) * LETTER * label.size / 2
    high = len(label.lines) * 1.1 * label.size / 2
    return shapely.box(label.x - half, label.y - high, label.x + half, label.y + high)


def _round(metres: float) -> int:
    """The largest of 1, 2, 5 times a power of ten that is not more."""
    power = 10 ** math.floor(math.log10(max(metres, 1)))
    return int(max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1)))
