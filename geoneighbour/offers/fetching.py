"""What a feed's address answers, guarded as every request of this service."""

from __future__ import annotations

import json
from dataclasses import dataclass

from geoneighbour import outgoing
from geoneighbour.channels.calling import hosts
from geoneighbour.errors import Unavailable, UnusableFile
from geoneighbour.offers import gbfs
from geoneighbour.offers.models import OfferFeed
from geoneighbour.outgoing import Limits
from geoneighbour.settings import Settings

MOST_BYTES = 128 << 20
LIMITS = Limits(seconds=60, idle_seconds=15, least_bytes=4096)


@dataclass(frozen=True)
class Fetched:
    """`content` is None where the server says that it is what we have."""

    content: bytes | None
    etag: str | None = None
    last_modified: str | None = None


def fetch(settings: Settings, feed: OfferFeed) -> Fetched:
    """InvalidInput for an inner address that FETCH_ALLOWED_HOSTS does not name, UnusableFile for too much, else Unavailable."""
    url = str(feed.url)
    if feed.format == "gbfs":
        return Fetched(_gbfs(settings, url))
    known = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    return _get(settings, url, {name: value for name, value in known.items() if value}, MOST_BYTES)


def _gbfs(settings: Settings, url: str) -> bytes:
    """The files that gbfs.json names, in one: their names, and what they hold."""
    try:
        found = gbfs.addresses(json.loads(_whole(settings, url, MOST_BYTES >> 7)))
        files = {name: json.loads(_whole(settings, where, MOST_BYTES >> 3)) for name, where in found.items()}
    except (ValueError, RecursionError) as error:
        raise UnusableFile(f"is no JSON, or ends too early: {str(error)[:120]}") from error
    return json.dumps(files).encode()


def _whole(settings: Settings, url: str, most: int) -> bytes:
    return _get(settings, url, {}, most).content or b""


def _get(settings: Settings, url: str, headers: dict[str, str], most: int) -> Fetched:
    allowed = hosts(settings.fetch_allowed_hosts)
    with outgoing.get(url, headers, allowed_hosts=allowed, limits=LIMITS) as answer:
        if answer.status == 304 and headers:
            return Fetched(None, headers.get("If-None-Match"), headers.get("If-Modified-Since"))
        if answer.status != 200:
            raise Unavailable(f"answers {answer.status}")
        content = bytearray()
        for chunk in answer.chunks:
            content += chunk
            if len(content) > most:
                raise UnusableFile(f"is larger than {most >> 20} MB")
        return Fetched(bytes(content), answer.headers.get("etag"), answer.headers.get("last-modified"))
