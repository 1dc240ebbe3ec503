"""Draws member-cells.svg: the published cells of the demonstration, as an analyst sees them.

Run from the project's root: .venv/bin/python docs/img/member_cells.py "$(.venv/bin/geoneighbour db url --role analyst)"
"""

import math
import sys
from pathlib import Path

import psycopg
import shapely

WIDTH = 760
SHADES = {10: "#fbe3c0", 20: "#f3c38b", 30: "#e59b62", 40: "#cf7148", 50: "#a8472f"}

with psycopg.connect(sys.argv[1]) as connection:
    communes = [
        shapely.from_wkb(geom) for (geom,) in connection.execute("SELECT ST_AsBinary(geom) FROM gis.communes")
    ]
    cells = connection.execute(
        "SELECT ST_AsBinary(geom), people FROM gis.member_cells ORDER BY resolution"
    ).fetchall()

west, south, east, north = shapely.union_all(communes).buffer(0.02).bounds
narrow = math.cos(math.radians((south + north) / 2))
scale = WIDTH / ((east - west) * narrow)


def path(ground, style):
    rings = [ring for part in shapely.get_parts(ground) for ring in (part.exterior, *part.interiors)]
    lines = " ".join(
        "M"
        + " ".join(f"{(x - west) * narrow * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring.coords)
        + "Z"
        for ring in rings
    )
    return f'<path d="{lines}" {style}/>'


drawn = [path(commune, 'fill="#f7f4ec" stroke="#b9b19d" stroke-width="0.8"') for commune in communes]
for geom, people in cells:
    shade = SHADES.get(min(people or 10, 50), "#fbe3c0")
    drawn.append(
        path(shapely.from_wkb(geom), f'fill="{shade}" fill-opacity="0.75" stroke="#fff" stroke-width="1.5"')
    )
    middle = shapely.from_wkb(geom).centroid
    x, y = (middle.x - west) * narrow * scale, (north - middle.y) * scale
    words = f"~{people}" if people else "&lt;11"
    drawn.append(
        f'<text x="{x:.0f}" y="{y + 4:.0f}" font-size="12" text-anchor="middle" fill="#3b1d10">{words}</text>'
    )
height = (north - south) * scale
Path("docs/img/member-cells.svg").write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif">'
    f'<rect width="{WIDTH}" height="{height:.0f}" fill="#eaf3f6"/>' + "\n".join(drawn) + "</svg>\n"
)
