"""Requests that leave this machine, over guarded connections: every hop of a redirect is checked anew.

Proxies that the environment names are not used: behind one, nothing could be checked.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx

from geoneighbour.errors import BrokenOff, InvalidInput, NotReached, Unavailable
from geoneighbour.guarded import Checked, Clock, Limits

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


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
    clock = Clock(time.monotonic() + limits.seconds, limits)
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
    clock = Clock(time.monotonic() + limits.seconds, limits)
    sent = {"Accept": "application/json", **(headers or {})}
    content = None
    if fields is not None:
        content = urlencode(fields).encode()
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(content))}
    with _one_hop(_parse(url), sent, allowed_hosts, clock, content) as answer:
        body = _body(answer, most_bytes)
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
        self._clock = Clock(0, self._limits)
        self._pool = httpcore.ConnectionPool(_tls(), network_backend=Checked(self._clock, self._allowed))

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer.

        NotReached where nothing can have been sent, InvalidInput for an address that must not be opened, else Unavailable:
        then it may have arrived.
        """
        self._clock.begin()
        sent = {"Content-Length": str(len(content)), **headers}
        with _request(self._pool, _parse(url), sent, self._allowed, self._clock, content) as answer:
            return answer.status, _body(answer, self._most_bytes)

    def close(self) -> None:
        self._pool.close()


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
    clock: Clock,
    content: bytes | None = None,
) -> Iterator[Answer]:
    allowed = {host.lower() for host in allowed_hosts}
    with (
        httpcore.ConnectionPool(_tls(), network_backend=Checked(clock, allowed)) as pool,
        _request(pool, place, headers, allowed, clock, content) as answer,
    ):
        yield answer


@contextmanager
def _request(
    pool: httpcore.ConnectionPool,
    place: httpx.URL,
    headers: Mapping[str, str],
    allowed: Collection[str],
    clock: Clock,
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


def _body(answer: Answer, most_bytes: int) -> bytes:
    body = b""
    for chunk in answer.chunks:
        body += chunk
        if len(body) > most_bytes:
            raise Unavailable(f"{httpx.URL(answer.url).host}: answers at too great length")
    return body


def _tls() -> ssl.SSLContext:
    """SSL_CERT_FILE may name an operator's own authority."""
    return httpx.create_ssl_context()
