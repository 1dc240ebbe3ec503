"""PostgreSQL's hashint8extended(value, seed), for many values: the lots that population.sql draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]


def lots(values: NDArray[Any], seed: int | NDArray[Any]) -> NDArray[np.int64]:
    """One signed lot for each value; `seed` is one for all, not negative, or one for each."""
    value, salt = np.asarray(values, np.int64), np.asarray(seed, np.int64)
    low, high = (value & 0xFFFFFFFF).astype(np.uint32), (value >> 32).astype(np.uint32)
    low = low ^ np.where(value >= 0, high, ~high)
    a = np.full(value.shape, 0x9E3779B9 + 4 + 3923095, np.uint32)
    b, c = a.copy(), a.copy()
    if salt.any():
        a, b, c = _mixed(a + (salt >> 32).astype(np.uint32), b + (salt & 0xFFFFFFFF).astype(np.uint32), c)
    _, b, c = _final(a + low, b, c)
    return ((b.astype(np.uint64) << np.uint64(32)) | c.astype(np.uint64)).view(np.int64)


def _turned(word: Words, by: int) -> Words:
    return (word << np.uint32(by)) | (word >> np.uint32(32 - by))


def _mixed(a: Words, b: Words, c: Words) -> tuple[Words, Words, Words]:
    for first, second, third in ((4, 6, 8), (16, 19, 4)):
        a = (a - c) ^ _turned(c, first)
        c = c + b
        b = (b - a) ^ _turned(a, second)
        a = a + c
        c = (c - b) ^ _turned(b, third)
        b = b + a
    return a, b, c


def _final(a: Words, b: Words, c: Words) -> tuple[Words, Words, Words]:
    c = (c ^ b) - _turned(b, 14)
    a = (a ^ c) - _turned(c, 11)
    b = (b ^ a) - _turned(a, 25)
    c = (c ^ b) - _turned(b, 16)
    a = (a ^ c) - _turned(c, 4)
    b = (b ^ a) - _turned(a, 14)
    c = (c ^ b) - _turned(b, 24)
    return a, b, c
