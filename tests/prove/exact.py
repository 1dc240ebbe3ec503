"""Where does a point lie, seen from a polygon? By counting crossings, in exact numbers where it is close."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Array = np.ndarray[Any, Any]
OUTSIDE, BORDER, INSIDE = 0, 1, 2


class Outline:
    """The sides of a valid polygon or multipolygon, those of its holes too."""

    def __init__(self, shape: BaseGeometry) -> None:
        rings = [
            np.array(ring.coords)[:, :2]
            for part in shapely.get_parts(shape)
            for ring in (part.exterior, *part.interiors)
        ]
        self.sides = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
        """x, y, x2, y2 of each side."""
        self._low = np.minimum(self.sides[:, 1], self.sides[:, 3])
        self._high = np.maximum(self.sides[:, 1], self.sides[:, 3])

    def place(self, x: float, y: float) -> int:
        """OUTSIDE, BORDER or INSIDE. Coordinates are the doubles they are: nothing is rounded, nothing is near enough."""
        crossed = 0
        for x1, y1, x2, y2 in self.sides[(self._low <= y) & (y <= self._high)].tolist():
            if x > max(x1, x2):
                continue
            if x < min(x1, x2):
                # All of the side is to the right: it is crossed when its ends are above and not above.
                crossed += (y1 > y) != (y2 > y)
                continue
            turn = _turn(x1, y1, x2, y2, x, y)
            if turn == 0:
                return BORDER
            if (y1 > y) != (y2 > y):
                crossed += (turn > 0) == (y2 > y1)
        return INSIDE if crossed % 2 else OUTSIDE


def _turn(x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> Fraction:
    """Above 0 where the point lies left of the way from 1 to 2, 0 where it lies on that line."""
    ax, ay, bx, by, px, py = (Fraction(number) for number in (x1, y1, x2, y2, x, y))
    return (bx - ax) * (py - ay) - (px - ax) * (by - ay)
