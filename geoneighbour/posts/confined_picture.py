"""The confined process behind ``posts.pictures``: an image from a stranger on standard input, clean ones on standard output.

Each photo is decoded here alone, with little memory and time.
"""

from __future__ import annotations

import json
import sys

from PIL import Image

from geoneighbour.ground.confined import answers, limit
from geoneighbour.pictures.clean import clean, packed
from geoneighbour.pictures.sizes import fitted
from geoneighbour.posts.sizes import LONGEST, SMALL

SECONDS, MEGABYTES = 10, 900


def main() -> None:
    out = answers()
    limit(SECONDS, MEGABYTES)
    large = clean(sys.stdin.buffer.read(), LONGEST)
    if large is None:
        out.write(b"null\n")
        return
    small = large.resize(fitted(*large.size, SMALL), Image.Resampling.LANCZOS)
    files = [packed(large), packed(small)]
    head = {"width": large.width, "height": large.height, "large": len(files[0])}
    out.write(json.dumps(head).encode() + b"\n" + b"".join(files))
    out.flush()


if __name__ == "__main__":
    main()
