"""Connections under guard: an address that somebody names must not lead into the operator's own network, nor keep us waiting.

Each name is resolved once, all its addresses must be public, and the connection goes to exactly what was checked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from geoneighbour.errors import InvalidInput, Unavailable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Limits:
    """`seconds` for all of a request and its answer. In each `idle_seconds` at least `least_bytes` must come."""

    seconds: float = 3600
    idle_seconds: float = 30
    least_bytes: int = 32 * 1024


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, also when it is written inside an IPv6 one (mapped, 6to4, NAT64)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


@dataclass
class Clock:
    """Ends what takes too long in all, and what only drips: no single wait would."""

    deadline: float
    limits: Limits
    _came: int = 0
    _since: float | None = None

    def left(self, wait: float | None) -> float:
        """How long to wait for the next bytes at most."""
        rest = self.deadline - time.monotonic()
        if rest <= 0:
            raise self.over()
        return rest if wait is None else min(rest, wait)

    def begin(self) -> None:
        """For one more request over the same connection."""
        self.deadline = time.monotonic() + self.limits.seconds
        self._came, self._since = 0, None

    def over(self) -> Unavailable:
        return Unavailable(f"takes longer than {self.limits.seconds:.3g} seconds")

    def came(self, count: int) -> None:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        self._came += count
        if now - self._since >= self.limits.idle_seconds:
            if self._came < self.limits.least_bytes:
                raise httpcore.ReadTimeout("sends too slowly")
            self._came, self._since = 0, now


class Checked(httpcore.NetworkBackend):
    """Resolves a name once, and connects to what it has looked at."""

    def __init__(self, clock: Clock, inner_too: Collection[str]) -> None:
        self._clock, self._inner_too, self._plain = clock, inner_too, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("this name cannot be found") from error
        addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
        if host.lower() not in self._inner_too and not all(map(is_public, addresses)):
            raise InvalidInput(f"{host}: is an inner address, which is not opened (FETCH_ALLOWED_HOSTS)")
        for last, address in enumerate(addresses, start=1):
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._clock.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
            else:
                return _Watched(stream, self._clock)
        raise httpcore.ConnectError("this name has no address")


class _Watched(httpcore.NetworkStream):
    """A connection under the clock, with or without TLS."""

    def __init__(self, plain: httpcore.NetworkStream, clock: Clock) -> None:
        self._plain, self._clock = plain, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wait = self._clock.left(timeout)
        try:
            read = self._plain.read(max_bytes, wait)
        except httpcore.ReadTimeout:
            if timeout is None or wait < timeout:
                raise self._clock.over() from None
            raise
        self._clock.came(len(read))
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._plain.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _Watched(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
