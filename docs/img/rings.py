"""Draws rings.svg: the rings around one neighbourhood of the demonstration, and the neighbourhoods they reach.

Run from the project's root: .venv/bin/python docs/img/rings.py
"""

import json
import math
from pathlib import Path

import shapely
from shapely.geometry import shape

from geoneighbour.ground import cells

HOME, SPREAD = "Le Sillon", 3
SHADES = ["#0b6e75", "#4f9ca0", "#8fc2c4", "#c4e0e0"]
WIDTH = 760
WORDS = {0: "le touche", 1: "à 1 anneau", 2: "à 2 anneaux", 3: "à 3 anneaux"}

quarters = {
    feature["properties"]["name"]: shape(feature["geometry"])
    for feature in json.loads(Path("data/communes/quartiers.geojson").read_text())["features"]
}
land = shapely.union_all(list(quarters.values()))
west, south, east, north = land.buffer(0.004).bounds
narrow = math.cos(math.radians((south + north) / 2))
scale = WIDTH / ((east - west) * narrow)
height = (north - south) * scale
around = cells.rings_around(cells.cover(shapely.MultiPolygon([quarters[HOME]])))


def path(ground, **style):
    rings = [ring for part in shapely.get_parts(ground) for ring in (part.exterior, *part.interiors)]
    lines = " ".join(
        "M"
        + " ".join(f"{(x - west) * narrow * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring.coords)
        + "Z"
        for ring in rings
    )
    return f'<path d="{lines}" ' + " ".join(f'{k.replace("_", "-")}="{v}"' for k, v in style.items()) + "/>"


def label(point, words, size, weight="normal", fill="#12343b"):
    x, y = (point.x - west) * narrow * scale, (north - point.y) * scale
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" fill="{fill}" text-anchor="middle"'
        f' stroke="#fff" stroke-width="3" paint-order="stroke">{words}</text>'
    )


drawn = [f'<rect width="{WIDTH}" height="{height:.0f}" fill="#eaf3f6"/>', path(land, fill="#f7f4ec")]
for ring, shade in reversed(list(enumerate(SHADES[: SPREAD + 1]))):
    for cell in (cell for cell, steps in around.items() if steps == ring):
        drawn.append(
            path(cells.outline(cell), fill=shade, fill_opacity="0.85", stroke="#fff", stroke_width="1")
        )
for name, ground in quarters.items():
    drawn.append(path(ground, fill="none", stroke="#12343b", stroke_width="2.4" if name == HOME else "1.2"))
for name, ground in quarters.items():
    rings = min(around.get(cell, 99) for cell in cells.cover(shapely.MultiPolygon([ground])))
    reached = "" if name == HOME else WORDS.get(rings, "au-delà")
    middle = ground.representative_point()
    drawn.append(label(middle, name, 13, "bold" if name == HOME else "normal"))
    if reached:
        drawn.append(label(shapely.Point(middle.x, middle.y - 15 / scale), reached, 11, fill="#5b3a12"))
Path("docs/img/rings.svg").write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif">'
    + "\n".join(drawn)
    + "</svg>\n"
)
