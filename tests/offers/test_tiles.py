"""Tiles of offers, read back by GDAL, beside counts by hand."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import h3
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.database.engine import transaction
from geoneighbour.offers import clusters, service
from tests.offers.made import bring_file, feature, features, feed, many

COUNT = 300
ALL = {
    0: [(0, 0)],
    5: [(15, 11), (15, 10), (16, 11)],
    8: [(x, y) for x in (124, 125, 126, 127) for y in (88, 89, 90)],
}
RESOLUTIONS = {0: 2, 5: 3, 8: 5}
MERCATOR = Transformer.from_crs(3857, 4326, always_xy=True)


@pytest.fixture
def brittany(database: Engine, tmp_path: Path) -> tuple[Engine, list[dict[str, Any]], int]:
    of, rows = feed(database), many(COUNT)
    bring_file(database, tmp_path, of, features(rows))
    return database, rows, of


def read(body: bytes, folder: Path, z: int, x: int, y: int) -> dict[str, list[dict[str, Any]]]:
    """Layers of a tile, as GDAL has them: properties, with `at` in degrees."""
    path = folder / str(z) / str(x) / f"{y}.mvt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    if not body:
        return {}
    found = {}
    for name, _ in pyogrio.list_layers(path):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=name)
        rows = zip(*columns, strict=True)
        found[str(name)] = [
            dict(zip(meta["fields"], row, strict=True))
            | {"at": MERCATOR.transform(*shapely.get_coordinates(shapely.from_wkb(shape))[0])}
            for row, shape in zip(rows, shapes, strict=True)
        ]
    return found


def tile(database: Engine, z: int, x: int, y: int, category: str | None = None) -> bytes:
    with Session(database) as session:
        asked = text("SELECT nearness.offer_tile(:z, :x, :y, :category)")
        return bytes(session.scalar(asked, {"z": z, "x": x, "y": y, "category": category}))


def drawn(database: Engine, folder: Path, z: int, category: str | None = None) -> dict[str, int]:
    """Counts by cell over the tiles of Brittany: none is in two tiles."""
    shown = [
        one
        for x, y in ALL[z]
        for one in read(tile(database, z, x, y, category), folder, z, x, y).get("clusters", [])
    ]
    counts = {one["cell"]: int(one["n"]) for one in shown}
    assert len(counts) == len(shown)
    return counts


def by_hand(rows: list[dict[str, Any]], res: int, category: str | None = None) -> dict[str, int]:
    places = [
        one["geometry"]["coordinates"] for one in rows if category in (None, one["properties"]["category"])
    ]
    return dict(
        Counter(h3.int_to_str(h3.str_to_int(h3.latlng_to_cell(lat, lon, res))) for lon, lat in places)
    )


def of_tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile that holds a place, as web maps number them."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return math.floor(x), math.floor(y)


def test_clusters_count_what_stands(
    brittany: tuple[Engine, list[dict[str, Any]], int], tmp_path: Path
) -> None:
    database, rows, of = brittany
    for z, res in RESOLUTIONS.items():
        for category in (None, "amap"):
            assert drawn(database, tmp_path, z, category) == by_hand(rows, res, category)
    # The next import counts anew: one fewer, one that moved, one of another category.
    rows = rows[1:]
    rows[0]["geometry"]["coordinates"] = [-1.5, 48.1]
    rows[1]["properties"]["category"] = "hive"
    bring_file(database, tmp_path, of, features(rows))
    assert drawn(database, tmp_path, 8) == by_hand(rows, 5)
    assert drawn(database, tmp_path, 5, "hive") == by_hand(rows, 3, "hive")


def test_clusters_leave_out_what_is_not_shown(
    brittany: tuple[Engine, list[dict[str, Any]], int], tmp_path: Path
) -> None:
    database, rows, _ = brittany
    with transaction(database) as session:
        over = "UPDATE offer SET valid_to = now() - interval '1 hour' WHERE external_id = 'n5'"
        session.execute(text(over))
        session.execute(
            text("UPDATE offer SET valid_from = now() + interval '1 hour' WHERE external_id = 'n6'")
        )
        session.execute(text("UPDATE offer SET reach_only = true WHERE external_id = 'n7'"))
    # A period begins or ends: the map from afar follows when it is counted again.
    assert sum(drawn(database, tmp_path, 5).values()) == COUNT
    with transaction(database) as session:
        clusters.count_anew(session)
        before = session.scalars(text("SELECT xmin::text FROM offer_cluster")).all()
    assert drawn(database, tmp_path, 8) == by_hand(rows[:5] + rows[8:], 5)
    with transaction(database) as session:
        clusters.count_anew(session)
        assert session.scalars(text("SELECT xmin::text FROM offer_cluster")).all() == before
        service.pause(session, "ferme")
    assert tile(database, 5, 15, 11) == tile(database, 9, 251, 178) == b""
    with transaction(database) as session:
        service.pause(session, "ferme", paused=False)
    assert drawn(database, tmp_path, 8) == by_hand(rows[:5] + rows[8:], 5)


def test_single_offers_are_each_in_one_tile_where_they_stand(
    brittany: tuple[Engine, list[dict[str, Any]], int], tmp_path: Path
) -> None:
    database, rows, _ = brittany
    wanted: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for one in rows:
        lon, lat = one["geometry"]["coordinates"]
        wanted.setdefault(of_tile(lon, lat, 9), []).append(one)
    for (x, y), there in wanted.items():
        layers = read(tile(database, 9, x, y), tmp_path, 9, x, y)
        assert layers.keys() == {"offers"}
        shown = {one["title"]: one for one in layers["offers"]}
        assert sorted(one["title"] for one in layers["offers"]) == sorted(
            one["properties"]["title"] for one in there
        )
        for one in there:
            properties, (lon, lat) = one["properties"], one["geometry"]["coordinates"]
            told = shown[properties["title"]]
            assert (told["category"], told["partner"], told["stale"]) == (
                properties["category"],
                "ferme",
                False,
            )
            # Half a unit of 4096 at zoom 9.
            assert told["at"] == pytest.approx((lon, lat), abs=360 / 2**9 / 4096)
    assert sum(map(len, wanted.values())) == COUNT


def test_a_crowded_tile_is_counted_until_zoom_13(database: Engine, tmp_path: Path) -> None:
    of, rows = feed(database), many(2001)
    for number, one in enumerate(rows):
        one["geometry"]["coordinates"] = [-2 + number % 50 * 1e-5, 48.5 + number // 50 * 1e-5]
    bring_file(database, tmp_path, of, features(rows))
    for z in (9, 12):
        layers = read(tile(database, z, *of_tile(-2, 48.5, z)), tmp_path, z, *of_tile(-2, 48.5, z))
        assert [int(one["n"]) for one in layers.pop("clusters")] == [2001]
        assert layers == {}
    at = of_tile(-2, 48.5, 13)
    assert len(read(tile(database, 13, *at), tmp_path, 13, *at)["offers"]) == 2001
    with transaction(database) as session:
        session.execute(text("UPDATE offer SET gone_at = now() WHERE external_id = 'n0'"))
    at = of_tile(-2, 48.5, 12)
    assert len(read(tile(database, 12, *at), tmp_path, 12, *at)["offers"]) == 2000


def test_on_a_border_an_offer_is_in_one_tile(database: Engine, tmp_path: Path) -> None:
    """Greenwich is the border of two tiles at every zoom, the equator as well."""
    rows = [
        feature(1, geometry={"type": "Point", "coordinates": [0, 48.5]}),
        feature(2, geometry={"type": "Point", "coordinates": [9.1, 0]}),
    ]
    bring_file(database, tmp_path, feed(database), features(rows))
    for z in (3, 8, 9, 14):
        for lon, lat in ((0, 48.5), (9.1, 0)):
            x, y = of_tile(lon, lat, z)
            around = [(x, y), (x - 1, y)] if lon == 0 else [(x, y), (x, y - 1)]
            held = [
                len(next(iter(read(tile(database, z, *one), tmp_path, z, *one).values()), []))
                for one in around
            ]
            assert sorted(held) == [0, 1], (z, lon, lat)
