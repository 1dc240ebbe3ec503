"""An HTTP server of the tests that answers as it is told, for gateways and push services."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Peer:
    """`answers` are taken in turn (a status; "silent": none, having read all; "cut": none at all), then 201 for ever."""

    answers: list[int | str] = field(default_factory=list)
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class Reply(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer: Peer

    def setup(self) -> None:
        super().setup()
        self.peer.connections += 1

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.peer.came.append(
            (self.path, {name.lower(): value for name, value in self.headers.items()}, content)
        )
        answer = self.peer.answers.pop(0) if self.peer.answers else 201
        if isinstance(answer, str):
            self.close_connection = True
            if answer == "silent":
                self.peer.over.wait(5)
            return
        self.send_response(answer)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving() -> Iterator[Peer]:
    peer = Peer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("PeerReply", (Reply,), {"peer": peer}))
    peer.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield peer
    finally:
        peer.over.set()
        server.shutdown()
        server.server_close()
