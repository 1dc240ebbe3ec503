"""A mail server that can be away: it takes mails and counts them by Message-ID, puts all of them off, drips, or hangs up."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

WAYS = ("refuses", "drips", "hangs up")
"""How it is away: 4xx for each mail, a byte a second for ever, or no word at all."""


class MailServer(Controller):
    """Works until `way` is one of WAYS, and again when it is None."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        super().__init__(self, hostname="127.0.0.1", port=port)
        self.way: str | None = None
        self.came, self.turned_away = Counter[str](), 0

    def factory(self) -> SMTP:
        # Each connection asks for one. What drips is no SMTP, but talks to the same port.
        if self.way in ("drips", "hangs up"):
            self.turned_away += 1
            return cast(SMTP, Dripping(hangs_up=self.way == "hangs up"))
        return super().factory()  # type: ignore[no-any-return]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.way:
            self.turned_away += 1
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode("ascii")
        self.came[head.partition("Message-ID: <")[2].partition("@")[0]] += 1
        return "250 OK"


class Dripping(asyncio.Protocol):
    """Says a byte a second, whatever it is told; until who called hangs up."""

    def __init__(self, hangs_up: bool) -> None:
        self._hangs_up = hangs_up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._hangs_up:
            self._transport.close()
        else:
            self._drip()

    def _drip(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"2")
            asyncio.get_running_loop().call_later(1, self._drip)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
