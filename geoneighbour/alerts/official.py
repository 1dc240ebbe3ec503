"""Alerts of authorities' own systems: CAP 1.2, asked for at an address or sent here with a key, shown as official ones."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import shapely
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geoneighbour import outgoing
from geoneighbour.accounts.service import by_email
from geoneighbour.alerts import service
from geoneighbour.alerts.models import LONGEST_WORD, Alert, AlertFeed, AlertFeedMessage
from geoneighbour.cap import Area, Info, Notice, Unfit
from geoneighbour.cap.reading import LARGEST, read, read_feed
from geoneighbour.channels.calling import hosts
from geoneighbour.communes import queries as communes
from geoneighbour.database.engine import transaction
from geoneighbour.errors import (
    Conflict,
    Forbidden,
    GeoneighbourError,
    InvalidInput,
    LoginNeeded,
    NotFound,
    Unavailable,
)
from geoneighbour.ground.metres import circle
from geoneighbour.guarded import Limits
from geoneighbour.posts.reaching import AUTHORITY
from geoneighbour.roles import service as roles
from geoneighbour.settings import Settings

LIMITS = Limits(seconds=20, idle_seconds=10, least_bytes=256)
MOST_FETCHED = 50
"""Of one feed, at one time."""
MOST_CORNERS = 450
COUNTRIES = {"INSEE": "FR", "FR-INSEE": "FR", "NIS": "BE"}
"""Geocodes that name a commune, and of which country."""
KINDS = {"Transport": "accident", "Infra": "outage", "Rescue": "help"}
"""By CAP's category; all others: danger."""
LIFTED = "Cette alerte est levée."


def add(session: Session, name: str, email: str, url: str | None) -> tuple[AlertFeed, str | None]:
    """A feed that the account of an agent or operator answers for. Without an address it is sent here: its key, told once."""
    member_id = by_email(session, email).member_id
    roles.require(session, member_id, AUTHORITY)
    if session.scalar(select(AlertFeed.id).where(AlertFeed.name == name)) is not None:
        raise Conflict(f"there is a feed {name} already")
    if url is not None and not url.startswith(("https://", "http://")):
        raise Unfit("a feed has an https address")
    key = None if url else secrets.token_urlsafe(32)
    feed = AlertFeed(name=name, speaker_id=member_id, url=url, key_hash=_hash(key) if key else None)
    session.add(feed)
    session.flush()
    return feed, key


def remove(session: Session, name: str) -> None:
    """What it brought stays."""
    feed = session.scalar(select(AlertFeed).where(AlertFeed.name == name))
    if feed is None:
        raise NotFound(f"there is no feed {name}")
    session.delete(feed)


def listed(session: Session) -> Sequence[AlertFeed]:
    return session.scalars(select(AlertFeed).order_by(AlertFeed.name)).all()


def of_key(session: Session, key: str) -> AlertFeed:
    """LoginNeeded for a key that is none."""
    feed = session.scalar(select(AlertFeed).where(AlertFeed.key_hash == _hash(key)))
    if feed is None:
        raise LoginNeeded("Cette clé n'ouvre rien.")
    return feed


def poll(engine: Engine, settings: Settings) -> dict[str, list[str]]:
    """Asks every feed that has an address; what became of what was new, by the feed's name."""
    with transaction(engine) as session:
        feeds = [(feed.id, feed.name, feed.url) for feed in listed(session) if feed.url]
    became = {}
    for feed_id, name, url in feeds:
        problem = None
        try:
            became[name] = _poll(engine, settings, feed_id, str(url))
        except (GeoneighbourError, OSError) as error:
            problem = error.reason if isinstance(error, GeoneighbourError) else type(error).__name__
            became[name] = [problem]
        with transaction(engine) as session:
            if feed := session.get(AlertFeed, feed_id):
                feed.asked_at, feed.problem = datetime.now(UTC), problem
    return became


def take(session: Session, feed: AlertFeed, message: Notice) -> str:
    """Shows a message as an official alert, or as a later word of one; in a word what became of it. Twice is once.

    InvalidInput for what cannot be shown: no area, one that is too large or outside what the speaker speaks for.
    """
    # One at a time of each feed: the same may be sent twice at once.
    session.execute(select(AlertFeed.id).where(AlertFeed.id == feed.id).with_for_update())
    if session.get(AlertFeedMessage, (feed.id, message.reference)) is not None:
        return "known"
    post_id, became = _shown(session, feed, message)
    session.add(
        AlertFeedMessage(feed_id=feed.id, identifier=message.reference, post_id=post_id, became=became)
    )
    session.flush()
    return became


def _shown(session: Session, feed: AlertFeed, message: Notice) -> tuple[int | None, str]:
    if message.status != "Actual" or message.scope != "Public":
        return None, "not for the public"
    if message.kind not in ("Alert", "Update", "Cancel"):
        return None, "no alert"
    info = next(
        (one for one in message.infos if one.language.lower().startswith("fr")),
        next(iter(message.infos), None),
    )
    former = _former(session, feed, message)
    if former is not None and former.ended_at is None and message.kind != "Alert":
        what = "update" if message.kind == "Update" else "all_clear"
        words = _words(info) if info else LIFTED
        service.add_word(session, feed.speaker_id, former.post_id, what, words)
        return former.post_id, what
    if message.kind == "Cancel":
        return former.post_id if former else None, "nothing to cancel"
    if info is None:
        raise Unfit("CAP: no info")
    if info.expires is not None and info.expires <= datetime.now(UTC):
        return None, "expired"
    area = json.loads(shapely.to_geojson(_ground(session, info.areas)))
    alert = service.write(
        session,
        feed.speaker_id,
        KINDS.get(info.category, "danger"),
        _words(info),
        "area",
        ends_at=info.expires,
        official_source=feed.name,
        area=area,
        on_homes=True,
    )
    return alert.post_id, "alert"


def _former(session: Session, feed: AlertFeed, message: Notice) -> Alert | None:
    """What a message follows: of the same feed, whoever else it names."""
    known = (
        select(Alert)
        .join(AlertFeedMessage, AlertFeedMessage.post_id == Alert.post_id)
        .where(AlertFeedMessage.feed_id == feed.id, AlertFeedMessage.identifier.in_(message.references))
        .order_by(Alert.post_id.desc())
        .limit(1)
    )
    return session.scalars(known).first()


def _ground(session: Session, areas: Sequence[Area]) -> shapely.Geometry:
    """EPSG:4326. InvalidInput where there is none, or one that is no polygon."""
    parts: list[shapely.Geometry] = []
    for area in areas:
        parts += [shapely.Polygon(ring) for ring in area.polygons]
        parts += [circle(shapely.Point(lon, lat), km * 1000) for lon, lat, km in area.circles if km > 0]
        for name, code in area.geocodes:
            if country := COUNTRIES.get(name.upper()):
                parts.append(communes.outline(session, communes.by_code(session, code, country).id))
    if not parts:
        raise Unfit("CAP: no polygon, no circle, and no code of a commune")
    if not all(shapely.is_valid(part) for part in parts):
        raise Unfit("CAP: a polygon that crosses itself")
    ground, tolerance = shapely.union_all(parts), 0.0001
    while shapely.get_num_coordinates(ground) > MOST_CORNERS:
        ground, tolerance = shapely.simplify(ground, tolerance), tolerance * 2
    return ground


def _words(info: Info) -> str:
    parts = (info.headline or info.event, info.description, info.instruction)
    words = " ".join(" ".join(part.split()) for part in parts if part)
    return words if len(words) <= LONGEST_WORD else words[: LONGEST_WORD - 1] + "…"


def _poll(engine: Engine, settings: Settings, feed_id: int, url: str) -> list[str]:
    found = read_feed(_fetched(settings, url))
    if isinstance(found, Notice):
        return [_take(engine, feed_id, found)]
    with transaction(engine) as session:
        known = set(
            session.scalars(select(AlertFeedMessage.identifier).where(AlertFeedMessage.feed_id == feed_id))
        )
    became: list[str] = []
    for entry in found:
        seen = f"{entry.link} {entry.updated}"
        if seen in known or len(became) == MOST_FETCHED:
            continue
        try:
            became.append(_take(engine, feed_id, read(_fetched(settings, entry.link))))
        except Unavailable:
            # The next poll asks again.
            became.append("does not answer")
            continue
        except InvalidInput as refusal:
            became.append(refusal.reason)
        with transaction(engine) as session:
            session.add(AlertFeedMessage(feed_id=feed_id, identifier=seen, became=became[-1][:200]))
    return became


def _take(engine: Engine, feed_id: int, message: Notice) -> str:
    """In a transaction of its own; what cannot be shown is not tried again."""
    try:
        with transaction(engine) as session:
            feed = session.get(AlertFeed, feed_id)
            return take(session, feed, message) if feed else "the feed was removed"
    except (InvalidInput, Forbidden, NotFound, Conflict) as refusal:
        became = refusal.reason
    with transaction(engine) as session:
        if session.get(AlertFeed, feed_id) and not session.get(
            AlertFeedMessage, (feed_id, message.reference)
        ):
            session.add(AlertFeedMessage(feed_id=feed_id, identifier=message.reference, became=became[:200]))
    return became


def _fetched(settings: Settings, url: str) -> bytes:
    """InvalidInput for an inner address that FETCH_ALLOWED_HOSTS does not name, and for too much; else Unavailable."""
    content = b""
    with outgoing.get(url, allowed_hosts=hosts(settings.fetch_allowed_hosts), limits=LIMITS) as answer:
        if answer.status != 200:
            raise Unavailable(f"answers {answer.status}")
        for chunk in answer.chunks:
            content += chunk
            if len(content) > LARGEST:
                raise Unfit(f"XML: more than {LARGEST // 1024} KB")
    return content


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
