"""How many offers stand in each H3 cell, counted ahead for maps from afar (docs/decisions/033)."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells

RESOLUTIONS = range(2, 8)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('offer_cluster'))")
_PLACES = text(
    "SELECT category, array_agg(ST_X(point)) AS lons, array_agg(ST_Y(point)) AS lats"
    " FROM nearness.offer_standing WHERE point IS NOT NULL GROUP BY category"
)


def count_anew(session: Session) -> None:
    """Counts what stands now, as anybody may be shown it; what is as it was is not written. One at a time, until the transaction ends."""
    session.execute(_LOCK)
    counted: dict[str, list[Any]] = {
        name: [] for name in ("res", "cells", "categories", "counts", "lons", "lats")
    }
    for category, lons, lats in session.execute(_PLACES):
        xs, ys = np.array(lons), np.array(lats)
        for res in RESOLUTIONS:
            found, of, counts = np.unique(
                cells.cells_at(xs, ys, res), return_inverse=True, return_counts=True
            )
            counted["res"] += [res] * found.size
            counted["cells"] += found.tolist()
            counted["categories"] += [category] * found.size
            counted["counts"] += counts.tolist()
            # The middle, to a centimetre: the same whatever order they were read in.
            counted["lons"] += (np.bincount(of, xs) / counts).round(7).tolist()
            counted["lats"] += (np.bincount(of, ys) / counts).round(7).tolist()
    session.execute(select(func.nearness.store_clusters(*counted.values())))
