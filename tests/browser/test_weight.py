"""What comes down a slow line for the start page, and what comes only when it is wanted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE
from tests.browser.site import Site
from tests.browser.slow_line import slow_line
from tests.browser.weight import at_rest

pytestmark = pytest.mark.browser


def test_start_page_is_light_and_its_map_comes_when_touched(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="fr-FR")
    with slow_line(site.server.server_port) as line:
        page = context.new_page()
        page.goto(line.url)
        page.locator("#open-map").wait_for()
        # The picture of the territory is there, with names, and the map's library is not.
        expect(page.locator("#sketch text").first).to_be_visible()
        assert at_rest(line) < 150_000
        page.locator("#sketch").tap(position={"x": 190, "y": 200})
        # The place that was touched is asked about without waiting for the map.
        expect(page.locator("#answers article")).to_be_visible()
        assert page.locator("#map[data-ready]").count() == 0
        page.wait_for_selector("#map[data-ready=yes]")
        assert at_rest(line) < 550_000
    context.close()
