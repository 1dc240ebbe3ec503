"""Zones of made members: neighbourhoods that somebody drew, and the surroundings of every home."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session
from tqdm import tqdm

from geoneighbour.database.engine import copying
from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import queries
from tests.bench import ground

COPY_NEIGHBOURHOODS = "COPY neighbourhood (id, name, state, geom, anchor, cover, opened_at) FROM STDIN"
COPY_ZONES = "COPY zone (id, anchor) FROM STDIN"
COPY_ZONE_CELLS = "COPY zone_cell (cell, zone) FROM STDIN"
OPENED = "2024-01-01"
AT_ONCE = 20_000


def draw(session: Session, seats: Sequence[tuple[float, float]], seed: int) -> int:
    """Open neighbourhoods around homes that are as good as chosen by lot: many in towns, some over borders and over each other."""
    largest = queries.largest_km2(session)
    drawn: list[tuple[int, int, list[int]]] = []
    with copying(session, COPY_NEIGHBOURHOODS) as copy:
        for number, (lon, lat) in enumerate(tqdm(seats, desc="neighbourhoods", disable=None), start=1):
            rng = np.random.default_rng([seed, 3, number])
            while True:
                shape = ground.neighbourhood(lon, lat, largest, rng)
                if ground.fits(shape, largest):
                    break
            cover, anchor = sorted(cells.cover(shape)), cells.anchor(shape)
            drawn.append((number, anchor, cover))
            listed = ",".join(map(str, cover))
            outline = shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True)
            copy.write(f"{number}\tQuartier {number}\topen\t{outline}\t{anchor}\t{{{listed}}}\t{OPENED}\n")
    copy_zones(session, drawn)
    session.execute(
        text("SELECT setval(pg_get_serial_sequence('neighbourhood', 'id'), :last)"),
        {"last": max(1, len(drawn))},
    )
    return len(drawn)


def surroundings(session: Session, ids: Sequence[int]) -> int:
    """The surroundings of every home, in the order of the grid."""
    for start in tqdm(range(0, len(ids), AT_ONCE), desc="surroundings", disable=None):
        copy_zones(
            session,
            [(cell, cell, sorted(cells.surroundings_cover(cell))) for cell in ids[start : start + AT_ONCE]],
        )
    return len(ids)


def copy_zones(session: Session, made: Sequence[tuple[int, int, list[int]]]) -> None:
    """Zones with their anchors and covers."""
    with copying(session, COPY_ZONES) as copy:
        copy.write("".join(f"{zone}\t{anchor}\n" for zone, anchor, _ in made))
    with copying(session, COPY_ZONE_CELLS) as copy:
        for zone, _, cover in made:
            copy.write("".join(f"{cell}\t{zone}\n" for cell in cover))
