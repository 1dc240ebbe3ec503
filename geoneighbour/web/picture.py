"""A small picture of a place, for whoever shares its page: 1200 × 630 PNG, drawn here, no map service asked."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
BAND = 190
"""Pixels at the foot, for the words."""
MARGIN = 46
SEA, LAND, BORDER, QUILT, CHOSEN, PAPER, INK, SOFT = (
    "#c9e0e0",
    "#f5eee0",
    "#c9b99d",
    "#b9d3cb",
    "#0b5c66",
    "#fffdf9",
    "#1e2a31",
    "#55605f",
)

Ground = Iterable[tuple[str, int, shapely.Geometry]]


def box(place: Any) -> shapely.Polygon:
    """What a picture of this place (EPSG:4326) shows: its surroundings, in the picture's own proportion, degrees."""
    west, south, east, north = place.bounds
    narrow = math.cos(math.radians((south + north) / 2))
    width, height = SIZE[0], SIZE[1] - BAND
    degree = min(
        (width - 2 * MARGIN) / max((east - west) * narrow, 1e-6),
        (height - 2 * MARGIN) / max(north - south, 1e-6),
    )
    x, y = (west + east) / 2, (south + north) / 2
    return shapely.box(
        x - width / 2 / degree / narrow,
        y - height / 2 / degree,
        x + width / 2 / degree / narrow,
        y + height / 2 / degree,
    )


def draw(place: shapely.Geometry, ground: Ground, title: str, words: str) -> bytes:
    """PNG of a place in its surroundings; `ground` holds (layer, id, shape), shapes in EPSG:4326, communes first."""
    west, south, east, north = box(place).bounds
    width, height = SIZE[0], SIZE[1] - BAND
    picture = Image.new("RGB", SIZE, SEA)
    pen = ImageDraw.Draw(picture, "RGBA")

    def pixels(ring: shapely.LinearRing) -> list[tuple[float, float]]:
        return [
            ((x - west) / (east - west) * width, (north - y) / (north - south) * height)
            for x, y in ring.coords
        ]

    def fill(shape: shapely.Geometry, colour: str, line: str, thick: int) -> None:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                pen.polygon(pixels(part.exterior), fill=colour)
                pen.line(pixels(part.exterior), fill=line, width=thick, joint="curve")

    for layer, _, shape in ground:
        fill(shape, *((LAND, BORDER, 2) if layer == "commune" else (QUILT + "b0", PAPER, 2)))
    fill(place, CHOSEN + "70", CHOSEN, 5)
    pen.rectangle((0, height, width, SIZE[1]), fill=PAPER)
    pen.rectangle((0, height, width, height + 6), fill=CHOSEN)
    pen.text((MARGIN, height + 38), _fitting(title, 700, 62), fill=INK, font=_font(700, 62))
    pen.text((MARGIN, height + 122), _fitting(words, 400, 34), fill=SOFT, font=_font(400, 34))
    file = io.BytesIO()
    picture.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _fitting(words: str, weight: int, size: int) -> str:
    """As much of a line as there is room for."""
    room, font = SIZE[0] - 2 * MARGIN, _font(weight, size)
    if font.getlength(words) <= room:
        return words
    while font.getlength(words + "…") > room:
        words = words[:-1]
    return words + "…"


@lru_cache
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    (file,) = (Path(__file__).parent / "static/vendor").glob(f"atkinson-*/*-latin-{weight}-normal.woff2")
    return ImageFont.truetype(file, size)
