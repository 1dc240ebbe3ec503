"""A web server of the tests' own that keeps to HTTP, or breaks it on purpose."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What it serves, and how it misbehaves; `asked` holds (path, Range) of each request, `sent` the body's bytes."""

    body: bytes = b""
    etag: str = '"one"'
    break_after: int | None = None
    breaks: int = 0
    behaviour: Callable[[Reply], None] | None = None
    address: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    sent: int = 0

    @property
    def url(self) -> str:
        return f"{self.address}/communes.geojson"


class Reply(BaseHTTPRequestHandler):
    """One answer: the honest one with ranges, unless the site has a behaviour."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self.close_connection = True
        self.site.asked.append((self.path, self.headers.get("Range")))
        (self.site.behaviour or Reply.honest)(self)

    def honest(self) -> None:
        site, asked = self.site, re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if self.headers.get("If-None-Match") == site.etag:
            self.head(304)
        elif asked and self.headers.get("If-Range") == site.etag:
            start, size = int(asked[1]), len(site.body)
            self.head(206, {"Content-Range": f"bytes {start}-{size - 1}/{size}", "ETag": site.etag})
            self.body(site.body[start:])
        else:
            self.head(200, {"Content-Length": str(len(site.body)), "ETag": site.etag})
            self.body(site.body)

    def head(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def body(self, content: bytes) -> None:
        """Sends it, or the beginning of it where the site is to break off."""
        if self.site.breaks and self.site.break_after is not None:
            self.site.breaks -= 1
            content = content[: self.site.break_after]
        self.wfile.write(content)
        self.site.sent += len(content)

    def drip(self) -> None:
        self.head(200, {"Content-Length": str(len(self.site.body))})
        for byte in self.site.body[:200]:
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SiteReply", (Reply,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def answers(status: int, content: bytes = b"", **headers: str) -> Callable[[Reply], None]:
    """A behaviour: always the same answer, whatever was asked."""

    def behave(reply: Reply) -> None:
        reply.head(status, {name.replace("_", "-"): value for name, value in headers.items()})
        reply.body(content)

    return behave
