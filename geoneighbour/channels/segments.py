"""What a text costs by SMS: segments of GSM 03.38, or of UCS-2 where it has a letter that GSM lacks."""

from __future__ import annotations

import unicodedata

from gsm0338 import Codec

ALONE_GSM, EACH_GSM = 160, 153
ALONE_UCS2, EACH_UCS2 = 70, 67
"""Septets, or 16-bit units: of a text in one segment, and of each of several."""
NEAR = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "…": "...",
        "–": "-",
        "—": "-",
        "œ": "oe",
        "Œ": "OE",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
_GSM = Codec()


def said(text: str) -> str:
    """As it is sent: letters that GSM lacks give way to plain ones (`ê` to `e`, `’` to `'`), which more than halves what
    French costs; unless something is left that none would say."""
    plain = "".join(letter if _septets(letter) else _plain(letter) for letter in text)
    return plain if all(map(_septets, plain)) else text


def segments(text: str) -> int:
    """How many segments this very text takes; at least one. No letter is cut in two."""
    widths = [_septets(letter) for letter in text]
    alone, each = ALONE_GSM, EACH_GSM
    if not all(widths):
        widths = [len(letter.encode("utf-16-be")) // 2 for letter in text]
        alone, each = ALONE_UCS2, EACH_UCS2
    if sum(widths) <= alone:
        return 1
    count, filled = 1, 0
    for width in widths:
        if filled + width > each:
            count, filled = count + 1, 0
        filled += width
    return count


def _septets(letter: str) -> int:
    """Two for those of the extension table, none where GSM has no such letter."""
    try:
        return len(_GSM.encode(letter)[0])
    except UnicodeError:
        return 0


def _plain(letter: str) -> str:
    near = letter.translate(NEAR)
    return "".join(one for one in unicodedata.normalize("NFKD", near) if not unicodedata.combining(one))
