"""A geocoder that knows a few addresses of Saint-Malo, and answers as BAN's does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

PLACES = {
    "12 Chaussée du Sillon 35400 Saint-Malo": (-2.0123, 48.6561),
    "12 Rue du Sillon 35400 Saint-Malo": (-2.0199, 48.6502),
    "3 Rue des Lices 35400 Saint-Malo": (-2.0500, 48.5500),
}
"""Degrees, EPSG:4326."""


class Addresses(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)["q"][0].lower().split()
        found = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": place},
                "properties": {"label": label},
            }
            for label, place in PLACES.items()
            if all(word in label.lower() for word in asked)
        ]
        body = json.dumps({"type": "FeatureCollection", "features": found}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""


@contextmanager
def serving() -> Iterator[str]:
    """Its address, as GEOCODER_URL."""
    server = HTTPServer(("127.0.0.1", 0), Addresses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/search"
    server.shutdown()
    server.server_close()
