"""Which port the web service takes."""

from __future__ import annotations

import errno
import socket

from geoneighbour.errors import GeoneighbourError
from geoneighbour.settings import Settings

FIRST = 8000
TRIED = 100
MOST = 65535


class PortTaken(GeoneighbourError):
    """The port is taken by another program."""


def choose(settings: Settings) -> tuple[int, str | None]:
    """The port, and what to say of it: PORT, which must be free, or the first free one from 8000 on."""
    if settings.port:
        if is_taken(settings.host, settings.port):
            raise PortTaken(f"Port {settings.port} is taken by another program; choose another PORT.")
        return settings.port, None
    for port in range(FIRST, FIRST + TRIED):
        if not is_taken(settings.host, port):
            return port, None if port == FIRST else f"Port {FIRST} is taken; using {port}."
    raise PortTaken(f"The ports {FIRST} to {FIRST + TRIED - 1} are all taken; choose a PORT.")


def next_free(host: str, port: int) -> int:
    """The next one above that is free. PortTaken where a hundred are not."""
    for one in range(port + 1, port + 1 + TRIED):
        if one <= MOST and not is_taken(host, one):
            return one
    raise PortTaken(f"The ports above {port} are all taken; choose a LIVE_PORT.")


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens there. `localhost` may also mean ::1, which must not lead elsewhere."""
    hosts = [host, "::1"] if host == "127.0.0.1" else [host]
    return any(_refuses(each, port) for each in hosts)


def _refuses(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        # A machine without IPv6 has no ::1 to take.
        return error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
    return False
