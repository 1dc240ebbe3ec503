"""Small pictures for docs/img: what Chromium shows, as WebP."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Browser, Page

QUALITY = 0.86
_TO_WEBP = """async ([png, quality]) => {
  const picture = new Image();
  picture.src = 'data:image/png;base64,' + png;
  await picture.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: picture.width, height: picture.height});
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.toDataURL('image/webp', quality).split(',')[1];
}"""


def save(browser: Browser, page: Page, path: Path) -> None:
    """The visible part of a page, once it has come to rest."""
    page.wait_for_timeout(300)
    png = base64.b64encode(page.screenshot(animations="disabled")).decode()
    blank = browser.new_page()
    webp = base64.b64decode(blank.evaluate(_TO_WEBP, [png, QUALITY]))
    blank.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(webp)
