"""`python -m tests.boundaries.table --data FOLDER`: every source in every format, made from real communes, and what was found.

The folder holds GeoJSON files with `code` and `nom`, EPSG:4326. For Belgian sources the communes are moved to Belgium and numbered anew.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import shapely

from tests.boundaries.sources import SOURCES, Commune, by_code, cases, made, read_here

ACCURATE = 1e-5
"""Degrees, about a metre: what a change of coordinate system may do."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    french = real(parser.parse_args().data)
    belgian = moved(french)
    print("| source | as | format | layer | code | name | system | country | rows | communes | worst | s |")  # noqa: T201
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")  # noqa: T201
    for name, form in cases():
        communes = belgian if SOURCES[name].country == "BE" else french
        with tempfile.TemporaryDirectory() as folder:
            path, began = made(Path(folder), name, form, communes), time.monotonic()
            read = read_here(path)
            took = time.monotonic() - began
        found, layer = by_code(read.rows), read.used[0]
        right = [
            c for c in communes if c.code in found and (found[c.code].name or "").upper() == c.name.upper()
        ]
        worst = max(c.shape.hausdorff_distance(found[c.code].shape) for c in right)
        ignored = (
            f", not {', '.join(one.layer for one in read.layers if one.ignored)}"
            if len(read.layers) > 1
            else ""
        )
        cells = (
            *(
                name,
                form,
                layer.format,
                f"{layer.layer}{ignored}",
                layer.code,
                " or ".join(layer.names),
                layer.crs,
                layer.country,
            ),
            *(
                layer.rows,
                f"{len(right)} of {len(communes)}",
                "under 1 m" if worst < ACCURATE else f"{worst:.1e}°",
                f"{took:.1f}",
            ),
        )
        print(f"| {' | '.join(map(str, cells))} |", flush=True)  # noqa: T201


def real(folder: Path) -> list[Commune]:
    """Mended, so that what comes back can be compared."""
    communes = []
    for file in sorted(folder.rglob("*.geojson")):
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            shape = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
            communes.append(Commune(feature["properties"]["code"], feature["properties"]["nom"], shape))
    return communes


def moved(communes: list[Commune]) -> list[Commune]:
    """The same shapes around Brussels, with codes as there."""
    middle = shapely.union_all([c.shape for c in communes]).centroid
    # Degrees of longitude are shorter there: a little narrower on the ground, which nobody minds here.
    here = [shapely.transform(c.shape, lambda xy: xy - (middle.x, middle.y) + (4.4, 50.7)) for c in communes]
    return [
        Commune(str(21001 + number), c.name, shape, f"{c.name} (nl)")
        for number, (c, shape) in enumerate(zip(communes, here, strict=True))
    ]


if __name__ == "__main__":
    main()
