"""Made-up offers, as many as wanted: python -m tests.offers.generate 200000 > offers.geojson. The same each time."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from typing import Any

BOX = (-2.3, 48.4, -1.7, 48.8)
KINDS = ("amap", "hive", "producer", "shop", "car_sharing", "storage", "carpool", "group_buying")


def offers(count: int) -> Iterator[dict[str, Any]]:
    """GeoJSON features around Saint-Malo: a third stand alone, a third serve a radius, the rest polygons and communes."""
    chance = random.Random(1)
    for number in range(count):
        lon, lat = chance.uniform(BOX[0], BOX[2]), chance.uniform(BOX[1], BOX[3])
        told: dict[str, Any] = {
            "external_id": f"offer-{number}",
            "title": f"Offre {number}",
            "category": chance.choice(KINDS),
            "words": "Des légumes de saison, cueillis le matin. " * chance.randrange(1, 5),
            "price_words": f"{chance.randrange(2, 60)} € le panier",
            "url": f"https://example.org/offres/{number}",
            "opening_hours": chance.choice(["Mo-Fr 09:00-18:00", "Tu,Fr 17:30-19:30; PH off", "24/7"]),
        }
        geometry: dict[str, Any] = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
        kind = number % 6
        if kind in (2, 3):
            told["serves_m"] = chance.randrange(300, 8000)
        elif kind == 4:
            wide = chance.uniform(0.005, 0.05)
            ring = [
                [lon - wide, lat],
                [lon, lat - wide],
                [lon + wide, lat],
                [lon, lat + wide],
                [lon - wide, lat],
            ]
            geometry = {
                "type": "GeometryCollection",
                "geometries": [geometry, {"type": "Polygon", "coordinates": [ring]}],
            }
        elif kind == 5:
            told["serves_communes"] = chance.sample(["35288", "35049", "35093", "35181"], 2)
        yield {"type": "Feature", "geometry": geometry, "properties": told}


def main(count: int) -> None:
    sys.stdout.write('{"type": "FeatureCollection", "features": [\n')
    for number, offer in enumerate(offers(count)):
        sys.stdout.write((",\n" if number else "") + json.dumps(offer, ensure_ascii=False))
    sys.stdout.write("\n]}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
