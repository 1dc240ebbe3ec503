"""Requests that leave this machine, guarded: an address that somebody names must not lead into the operator's own network.

Each name is resolved once, all its addresses must be public, and the connection goes to exactly what was checked; every hop
of a redirect is checked anew. Proxies that the environment names are not used: behind one, none of this could be checked.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx

from geoneighbour.errors import BrokenOff, InvalidInput, NotReached, Unavailable

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Limits:
    """`seconds` for all of a request and its answer. In each `idle_seconds` at least `least_bytes` must come."""

    seconds: float = 3600
    idle_seconds: float = 30
    least_bytes: int = 32 * 1024


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case name; `chunks` are the body's bytes as they come, in whatever encoding was sent."""

    url: str
    status: int
    headers: dict[str, str]
    chunks: Iterator[bytes]


@contextmanager
def get(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    allowed_hosts: Collection[str] = (),
    limits: Limits | None = None,
) -> Iterator[Answer]:
    """Opens an address (https; http and inner addresses for `allowed_hosts` alone) and follows redirects, five at most.

    InvalidInput for an address that must not be opened, BrokenOff for a connection that may work the next time,
    Unavailable for all else. They may also come while `chunks` are read.
    """
    limits = limits or Limits()
    clock = _Clock(time.monotonic() + limits.seconds, limits)
    place = _parse(url)
    for _ in range(MOST_REDIRECTS + 1):
        with _one_hop(place, headers or {}, allowed_hosts, clock) as answer:
            if answer.status not in REDIRECTS:
                yield answer
                return
            place = _parse(answer.headers.get("location", ""), place)
    raise Unavailable(f"{url}: leads on and on, more than {MOST_REDIRECTS} times")


def json_from(
    url: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    allowed_hosts: Collection[str] = (),
    limits: Limits | None = None,
    most_bytes: int = 256 * 1024,
) -> tuple[int, Any]:
    """Status and JSON of an address; with `fields` they are posted as a form. No redirects.

    InvalidInput for an address that must not be opened, Unavailable for what is no JSON or too long.
    """
    limits = limits or Limits(seconds=10, idle_seconds=5)
    clock = _Clock(time.monotonic() + limits.seconds, limits)
    sent = {"Accept": "application/json", **(headers or {})}
    content = None
    if fields is not None:
        content = urlencode(fields).encode()
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(content))}
    with _one_hop(_parse(url), sent, allowed_hosts, clock, content) as answer:
        body = b""
        for chunk in answer.chunks:
            body += chunk
            if len(body) > most_bytes:
                raise Unavailable(f"{httpx.URL(url).host}: answers at too great length")
    try:
        return answer.status, json.loads(body)
    except ValueError as error:
        raise Unavailable(f"{httpx.URL(url).host}: does not answer in JSON") from error


class Caller:
    """Posts one thing after the other over connections that stay open; for one thread at a time. No redirects."""

    def __init__(
        self, allowed_hosts: Collection[str] = (), limits: Limits | None = None, most_bytes: int = 64 * 1024
    ) -> None:
        self._limits = limits or Limits(seconds=10, idle_seconds=5)
        self._allowed, self._most_bytes = {host.lower() for host in allowed_hosts}, most_bytes
        self._clock = _Clock(0, self._limits)
        self._pool = httpcore.ConnectionPool(_tls(), network_backend=_Checked(self._clock, self._allowed))

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer.

        NotReached where nothing can have been sent, InvalidInput for an address that must not be opened, else Unavailable:
        then it may have arrived.
        """
        self._clock.begin()
        sent = {"Content-Length": str(len(content)), **headers}
        with _request(self._pool, _parse(url), sent, self._allowed, self._clock, content) as answer:
            body = b""
            for chunk in answer.chunks:
                body += chunk
                if len(body) > self._most_bytes:
                    raise Unavailable(f"{httpx.URL(url).host}: answers at too great length")
            return answer.status, body

    def close(self) -> None:
        self._pool.close()


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


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        place = base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise InvalidInput(f"{url[:200]}: no address that can be opened") from error
    if place.scheme not in ("http", "https") or not place.host:
        raise InvalidInput(f"{url[:200]}: only https addresses are opened")
    if place.userinfo:
        raise InvalidInput(f"{place.host}: an address with a name and password in it is not opened")
    return place


@contextmanager
def _one_hop(
    place: httpx.URL,
    headers: Mapping[str, str],
    allowed_hosts: Collection[str],
    clock: _Clock,
    content: bytes | None = None,
) -> Iterator[Answer]:
    allowed = {host.lower() for host in allowed_hosts}
    with (
        httpcore.ConnectionPool(_tls(), network_backend=_Checked(clock, allowed)) as pool,
        _request(pool, place, headers, allowed, clock, content) as answer,
    ):
        yield answer


@contextmanager
def _request(
    pool: httpcore.ConnectionPool,
    place: httpx.URL,
    headers: Mapping[str, str],
    allowed: Collection[str],
    clock: _Clock,
    content: bytes | None,
) -> Iterator[Answer]:
    if place.scheme != "https" and place.host.lower() not in allowed:
        raise InvalidInput(f"{place.host}: http is not safe, only https addresses are opened")
    sent = [("Host", place.netloc.decode()), ("User-Agent", "geoneighbour"), ("Accept-Encoding", "identity")]
    # httpx is for parsing; its engine below lets the connection itself be chosen, without proxies or redirects of its own.
    target = httpcore.URL(
        scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path
    )
    waits = dict.fromkeys(("connect", "read", "write", "pool"), clock.limits.idle_seconds)
    try:
        with pool.stream(
            "GET" if content is None else "POST",
            target,
            headers=[*sent, *headers.items()],
            content=content,
            extensions={"timeout": waits},
        ) as answer:
            names = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers
            }
            yield Answer(str(place), answer.status, names, answer.iter_stream())
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise NotReached(f"{place.host}: {str(error)[:200] or 'does not answer'}") from error
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError) as error:
        raise BrokenOff(f"{place.host}: {str(error)[:200] or 'does not answer'}") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise Unavailable(f"{place.host}: {str(error)[:200]}") from error


def _tls() -> ssl.SSLContext:
    """SSL_CERT_FILE may name an operator's own authority."""
    return httpx.create_ssl_context()


@dataclass
class _Clock:
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


class _Checked(httpcore.NetworkBackend):
    """Resolves a name once, and connects to what it has looked at."""

    def __init__(self, clock: _Clock, inner_too: Collection[str]) -> None:
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

    def __init__(self, plain: httpcore.NetworkStream, clock: _Clock) -> None:
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
