"""How large a photo may come and how large it is kept, in pixels and bytes."""

from __future__ import annotations

MOST_PIXELS = 40_000_000
"""Of what is sent; looked at before anything is decoded."""
MOST_BYTES = 10 * 1024**2
"""Of one photo as it is sent."""
MOST_BYTES_TOGETHER = 25 * 1024**2
"""Of a whole form with its photos."""
LONGEST, SMALL = 1600, 480
"""The longer side of the large file and of the small one."""


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size with the same proportions whose longer side is `longest`; never larger than it was."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
