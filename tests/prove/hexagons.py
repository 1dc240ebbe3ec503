"""In which H3 cell does a point lie? Answered by plain geometry on the icosahedron, without asking the library that decides.

H3 lays a lattice of hexagons on each face of an icosahedron by gnomonic projection: a face's corners are two steps from its
centre at resolution 0; each finer lattice is sqrt(7) times denser and, at odd resolutions, turned by 19.1 degrees. Taken from
the library are the twelve corners alone, and at the end the centre of the cell it named, for comparison.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import h3.api.basic_int as h3
import numpy as np

Array = np.ndarray[Any, Any]

TURN = np.arctan(np.sqrt(3) / 5)
"""Radians: how far the lattice of an odd resolution is turned."""
SAME = 1e-12
"""On the unit sphere (6 micrometres): centres nearer than this are one."""


def named_wrongly(lon: Array, lat: Array, cells: Array, resolution: int) -> Array:
    """Which of these points (degrees, EPSG:4326) do not lie in the cell beside them: their places in the arrays."""
    named = np.array([h3.cell_to_latlng(int(cell)) for cell in cells]).reshape(-1, 2)
    apart = np.linalg.norm(centres(lon, lat, resolution) - _unit(named[:, 1], named[:, 0]), axis=1)
    return np.flatnonzero(apart > SAME)


def centres(lon: Array, lat: Array, resolution: int) -> Array:
    """The centre of the hexagon (or pentagon) of each point: unit vectors, one a row."""
    points = _unit(lon, lat)
    faces = np.argmax(points @ _CENTRES.T, axis=1)
    found = np.empty_like(points)
    for face in np.unique(faces):
        here = faces == face
        found[here] = _on_face(points[here], int(face), resolution)
    return found


def _unit(lon: Array, lat: Array) -> Array:
    lon, lat = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _on_face(points: Array, face: int, resolution: int) -> Array:
    middle, corners = _CENTRES[face], _CORNERS[_FACES[face]]
    east = _towards(middle, corners[0])
    north = np.cross(middle, east)
    flat = points / (points @ middle)[:, None] - middle
    edge = np.tan(np.arccos(middle @ corners[0])) / 2
    step, turn = edge / np.sqrt(7) ** resolution, (TURN if resolution % 2 else 0.0)
    one = step * np.array([np.cos(turn), np.sin(turn)])
    two = step * np.array([np.cos(turn + np.pi / 3), np.sin(turn + np.pi / 3)])
    at = _rounded(np.column_stack([flat @ east, flat @ north]) @ np.linalg.inv(np.array([one, two])))
    x, y = (at @ np.array([one, two])).T
    found = middle + x[:, None] * east + y[:, None] * north
    # A centre beyond an edge of the face lies on the face behind that edge: fold it over.
    for corner in range(3):
        outward = -_towards(middle, corners[corner])
        beyond = (found - middle) @ outward
        folds = beyond > edge * (1 + 1e-12)
        if folds.any():
            shared = np.delete(corners, corner, axis=0)
            behind = _CENTRES[_other_face(face, corner)]
            along = (shared[1] - shared[0]) / np.linalg.norm(shared[1] - shared[0])
            back = _towards(behind, shared.sum(axis=0))
            found[folds] = (
                behind
                + (2 * edge - beyond[folds])[:, None] * back
                + ((found[folds] - middle) @ along)[:, None] * along
            )
    return found / np.linalg.norm(found, axis=1)[:, None]


def _rounded(at: Array) -> Array:
    """The nearest lattice point, both axes 60 degrees apart."""
    third = -at.sum(axis=1, keepdims=True)
    whole = np.column_stack([at, third])
    near = np.round(whole)
    off = np.abs(near - whole)
    for axis in range(2):
        worst = (off[:, axis] > off[:, (axis + 1) % 3]) & (off[:, axis] > off[:, (axis + 2) % 3])
        near[worst, axis] = -near[worst][:, [(axis + 1) % 3, (axis + 2) % 3]].sum(axis=1)
    return near[:, :2]


def _towards(middle: Array, point: Array) -> Array:
    """The unit vector that touches the sphere at `middle` and points to `point`."""
    across = point - (point @ middle) * middle
    towards: Array = across / np.linalg.norm(across)
    return towards


def _other_face(face: int, corner: int) -> int:
    """The face that shares the two other corners."""
    shared = set(_FACES[face]) - {_FACES[face][corner]}
    return next(other for other, held in enumerate(_FACES) if other != face and shared <= set(held))


_pentagons = np.array([h3.cell_to_latlng(cell) for cell in sorted(h3.get_pentagons(0))])
_CORNERS = _unit(_pentagons[:, 1], _pentagons[:, 0])
_FACES = [
    list(three)
    for three in combinations(range(12), 3)
    if all(_CORNERS[a] @ _CORNERS[b] > 0.4 for a, b in combinations(three, 2))
]
_sums = np.array([_CORNERS[three].sum(axis=0) for three in _FACES])
_CENTRES = _sums / np.linalg.norm(_sums, axis=1)[:, None]
