"""What somebody sends as a photo -> two clean WebP files, or a refusal in words."""

from __future__ import annotations

import json
from dataclasses import dataclass

from geoneighbour.errors import InvalidInput
from geoneighbour.ground.confined import answer_to
from geoneighbour.pictures.sizes import MOST_PIXELS
from geoneighbour.posts.sizes import MOST_BYTES

FIELD = "photos"


@dataclass(frozen=True)
class Picture:
    """`width` and `height` in pixels, of the large file; both files are WebP."""

    width: int
    height: int
    large: bytes
    small: bytes


def read(data: bytes) -> Picture:
    """A JPEG, PNG or WebP by its content, made anew. InvalidInput: anything else, too heavy, too large."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            "Cette photo est trop lourde : %(most)s Mo au plus.", field=FIELD, most=MOST_BYTES >> 20
        )
    answer = answer_to("geoneighbour.posts.confined_picture", data)
    if answer is None:
        raise InvalidInput(
            "Cette image ne peut pas être lue : envoyez une photo au format JPEG, PNG ou WebP.", field=FIELD
        )
    head, files = answer
    told = json.loads(head)
    if told is None:
        raise InvalidInput(
            "Cette image est trop grande : %(most)s millions de pixels au plus.",
            field=FIELD,
            most=MOST_PIXELS // 1_000_000,
        )
    return Picture(told["width"], told["height"], files[: told["large"]], files[told["large"] :])
