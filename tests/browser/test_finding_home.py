"""Other ways to say where one lives: an address, the device's own position."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

SILLON = (-2.012, 48.6565)


class Addresses(BaseHTTPRequestHandler):
    """A geocoder that knows one street."""

    def do_GET(self) -> None:
        found = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": list(SILLON)},
                    "properties": {"label": "12 Chaussée du Sillon 35400 Saint-Malo"},
                }
            ],
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def geocoder_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Addresses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/search"
    server.shutdown()


def test_by_address(visit: Visit) -> None:
    page = visit("/")
    page.get_by_label("Mon adresse").fill("12 chaussée du sillon")
    page.get_by_role("button", name="12 Chaussée du Sillon").click()
    expect(page.locator("#answers h2")).to_have_text("Le Sillon")


def test_by_the_devices_position(visit: Visit) -> None:
    lon, lat = SILLON
    page = visit("/", geolocation={"longitude": lon, "latitude": lat}, permissions=["geolocation"])
    page.get_by_role("button", name="Me localiser").click()
    expect(page.locator("#answers h2")).to_have_text("Le Sillon")


def test_a_position_that_is_refused_is_said(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("button", name="Me localiser").click()
    expect(page.locator("#place-status")).to_contain_text("Touchez plutôt la carte")
