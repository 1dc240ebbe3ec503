"""How heavy a photo may come and how large it is kept."""

from __future__ import annotations

from geoneighbour.pictures.sizes import fitted as fitted

MOST_BYTES = 10 * 1024**2
"""Of one photo as it is sent."""
MOST_BYTES_TOGETHER = 25 * 1024**2
"""Of a whole form with its photos."""
LONGEST, SMALL = 1600, 480
"""The longer side of the large file and of the small one, in pixels."""
