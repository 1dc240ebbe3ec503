"""Fingers on a map: where a place is on the screen, and a tap or a click there."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

Place = tuple[float, float]


def spot(page: Page, place: Place) -> tuple[float, float]:
    """Pixels of a place (longitude, latitude) in the window, the map scrolled into view."""
    page.locator("#map").scroll_into_view_if_needed()
    found = page.evaluate(
        """place => {
          const map = document.getElementById('map').map;
          const at = map.project(place), box = map.getCanvas().getBoundingClientRect();
          return [box.left + at.x, box.top + at.y];
        }""",
        list(place),
    )
    return found[0], found[1]


def go_to(page: Page, place: Place, zoom: float) -> None:
    """Moves the map there, as a person would with two fingers, and waits until it stands still."""
    page.evaluate(
        """([place, zoom]) => new Promise((done) => {
          const map = document.getElementById('map').map;
          map.once('idle', done);
          map.jumpTo({center: place, zoom});
        })""",
        [list(place), zoom],
    )


def click(page: Page, place: Place) -> None:
    page.mouse.click(*spot(page, place))


def tap(page: Page, place: Place) -> None:
    page.touchscreen.tap(*spot(page, place))


def until(page: Page, question: str, arg: Any = None, patience_s: float = 20) -> None:
    """Waits until a JavaScript function answers true (Playwright's own waiting needs eval, which the pages forbid)."""
    end = time.monotonic() + patience_s
    while not page.evaluate(question, arg):
        assert time.monotonic() < end, f"never true: {question}"
        page.wait_for_timeout(50)


def until_drawn(page: Page, layer: str) -> None:
    """Waits until the page's script has put this layer on the map."""
    until(page, "layer => Boolean(document.getElementById('map').map.getLayer(layer))", layer)
