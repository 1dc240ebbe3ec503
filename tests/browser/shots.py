"""Small pictures for docs/img: what Chromium shows, as WebP."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

LARGEST = 60_000
"""Bytes of a picture; what is busier is kept coarser."""
QUALITIES = (80, 68, 56, 44, 32)


def save(page: Page, path: Path, widest: int = 1280, largest: int = LARGEST) -> None:
    """The visible part of a page, once it has come to rest, at most so many pixels wide and so many bytes large."""
    page.wait_for_timeout(300)
    picture = Image.open(BytesIO(page.screenshot(animations="disabled")))
    if picture.width > widest:
        picture = picture.resize((widest, round(picture.height * widest / picture.width)))
    path.parent.mkdir(parents=True, exist_ok=True)
    for quality in QUALITIES:
        picture.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size < largest:
            return
    raise AssertionError(f"{path} does not get smaller than {largest} bytes")
