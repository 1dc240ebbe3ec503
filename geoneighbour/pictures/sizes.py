"""How large a picture may come, and how it fits a smaller size, in pixels."""

from __future__ import annotations

MOST_PIXELS = 40_000_000
"""Of what is sent; looked at before anything is decoded."""


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size with the same proportions whose longer side is `longest`; never larger than it was."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
