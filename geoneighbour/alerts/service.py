"""Writing an alert, letting it go, what is said in it later, ending and stopping it (docs/decisions/025)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from geoalchemy2.shape import from_shape
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import Alert, AlertAct, AlertKind, AlertWord
from geoneighbour.alerts.places import place_shape
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, TooOften
from geoneighbour.members import service as members
from geoneighbour.members.models import Member, Notice
from geoneighbour.nearness.service import residence
from geoneighbour.posts import preview, reaching
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import ALERT, Post
from geoneighbour.settings import Settings

MOST_A_DAY = 3
MOST_ALONE: int = Settings.model_fields["alert_most_alone"].default
"""For more people than this, as they are told before writing, a second person agrees; ALERT_MOST_ALONE says otherwise."""
MOST_WORDS = 10
LATER = ("update", "all_clear", "cancel")

_FAN_OUT = text("SELECT nearness.fan_out(:word)")
_STOP = text("SELECT nearness.stop_deliveries(:post, :in_hand)")
_MAY_SECOND = text("SELECT nearness.may_second(:post, :member)")
_REPLAY = text("SELECT nearness.replay_deliveries(:post, :states)")


def write(
    session: Session,
    member_id: int,
    kind: str,
    body: str,
    reach: str,
    *,
    happens_at: Any = None,
    ends_at: datetime | None = None,
    official_source: str | None = None,
    most_alone: int | None = None,
    **reached: Any,
) -> Alert:
    """An alert that goes out as this transaction commits, or waits for a second person; sent twice it is one.

    `happens_at`: GeoJSON Point or Polygon (EPSG:4326); `reached`: what the reach needs (posts.service.write). TooOften,
    NotVerified, Forbidden, InvalidInput with its field.
    """
    chosen = session.get(AlertKind, kind)
    if chosen is None or chosen.retired_at is not None:
        raise InvalidInput("Choisissez ce qui se passe.", field="kind")
    place = place_shape(happens_at)
    post = posts.write(session, member_id, ALERT, body, reach, kinds=(ALERT,), **reached)
    if found := session.get(Alert, post.id):
        return found
    if not post.on_homes:
        _count_today(session, member_id)
    now = datetime.now(UTC)
    alert = Alert(
        post_id=post.id,
        kind=kind,
        place=from_shape(place, srid=4326) if place is not None else None,
        ends_at=min(max(ends_at, now + timedelta(hours=1)), now + timedelta(days=30))
        if ends_at
        else now + chosen.lasts,
        # An authority's feed was let in by an operator: nobody is waited for.
        needs_second=official_source is None
        and _told(session, member_id, reach, reached) > (MOST_ALONE if most_alone is None else most_alone),
        official_source=official_source,
    )
    session.add(alert)
    session.flush()
    session.add(AlertWord(post_id=post.id, what="alert", body=post.body, author_id=member_id))
    _log(session, alert, member_id, "write")
    if alert.needs_second:
        # Read by its author alone, as what moderation hid.
        post.hidden_at = func.now()
        session.flush()
    else:
        _go_out(session, alert)
    return alert


def add_word(session: Session, member_id: int | None, post_id: int, what: str, body: str) -> AlertWord:
    """A later word by the author, to all whom the alert reached; None: by the command line. The same within TWICE is one.

    A cancel also by who may be the second person. NotFound, Conflict (ended, stopped, hidden, ten words already), InvalidInput.
    """
    alert, post = _held(session, post_id)
    if member_id is not None:
        members.require_verified(session, member_id)
        theirs = what == "cancel" and _may_second(session, post_id, member_id)
        if post.author_id != member_id and not theirs:
            raise NotFound("Cette alerte n'existe pas, ou n'est pas la vôtre.")
    if what not in LATER:
        raise InvalidInput("Une suite parmi : %(words)s.", field="what", words=", ".join(LATER))
    body = _fit(body)
    twin = select(AlertWord).where(
        AlertWord.post_id == post_id,
        AlertWord.what == what,
        AlertWord.body == body,
        AlertWord.created_at > func.now() - posts.TWICE,
    )
    if found := session.scalars(twin).first():
        return found
    if alert.ended_at is not None:
        raise Conflict("Cette alerte est terminée.")
    if alert.gone_out_at is None and what != "cancel":
        raise Conflict("Cette alerte attend encore une deuxième personne.")
    if post.hidden_at is not None and what != "cancel":
        raise Conflict("Cette alerte est masquée : on peut seulement l'annuler.")
    if alert.stopped_at is not None and what == "update":
        raise Conflict("Cette alerte est arrêtée : on peut seulement dire qu'elle est finie.")
    said = select(func.count()).where(AlertWord.post_id == post_id)
    if what == "update" and (session.scalar(said) or 0) > MOST_WORDS:
        raise TooOften("Dix suites au plus : terminez cette alerte et écrivez-en une autre.")
    word = AlertWord(
        # Later than a stop that this has waited for.
        post_id=post_id,
        what=what,
        body=body,
        author_id=member_id,
        created_at=func.clock_timestamp(),
    )
    session.add(word)
    _log(session, alert, member_id, what)
    session.flush()
    if alert.gone_out_at is not None:
        session.execute(_FAN_OUT, {"word": word.id})
    if what != "update":
        _end(alert, post, "all_clear" if what == "all_clear" else "cancelled")
    session.flush()
    return word


def approve(session: Session, member_id: int, post_id: int) -> Alert:
    """The second person agrees: it goes out, to whom its reach comes now. NotFound for who may not; Conflict: decided already."""
    alert, post = _waiting(session, member_id, post_id)
    alert.approved_by, alert.approved_at = member_id, func.now()
    post.hidden_at = None
    _log(session, alert, member_id, "approve")
    session.flush()
    _go_out(session, alert)
    return alert


def refuse(session: Session, member_id: int, post_id: int, why: str) -> None:
    """The second person does not: it never goes out, and its author reads why."""
    alert, post = _waiting(session, member_id, post_id)
    why = _fit(why, "why")
    _log(session, alert, member_id, "refuse", why)
    _end(alert, post, "refused")
    about = {"post": str(post_id), "why": why}
    session.add(Notice(member_id=post.author_id, kind="alert_refused", about=about))
    session.flush()


def stop(session: Session, member_id: int | None, post_id: int) -> int:
    """The kill switch, of the author, of who may be the second person, of the command line (None): what waits never leaves.

    Stopping twice is once. Returns how many deliveries were stopped.
    """
    alert, post = _held(session, post_id)
    if member_id is not None and post.author_id != member_id and not _may_second(session, post_id, member_id):
        raise NotFound("Cette alerte n'existe pas, ou n'est pas la vôtre.")
    if alert.stopped_at is None:
        # Workers ask for this: later than all words that stand.
        alert.stopped_at = func.clock_timestamp()
        _log(session, alert, member_id, "stop")
        session.flush()
    return session.scalars(_STOP, {"post": post_id, "in_hand": True}).one()


def correct(session: Session, member_id: int, post_id: int, body: str) -> Alert:
    """The author's better words, on the page and in what has not left. Conflict once it has ended or is hidden."""
    alert, post = _held(session, post_id)
    members.require_verified(session, member_id)
    if post.author_id != member_id:
        raise NotFound("Cette alerte n'existe pas, ou n'est pas la vôtre.")
    if alert.ended_at is not None or (post.hidden_at is not None and alert.gone_out_at is not None):
        raise Conflict("Cette alerte ne se corrige plus.")
    body = _fit(body)
    if body != post.body:
        _log(session, alert, member_id, "correct", post.body)
        first = select(AlertWord).where(AlertWord.post_id == post_id, AlertWord.what == "alert")
        post.body = session.scalars(first).one().body = body
        session.flush()
    return alert


def replay(session: Session, post_id: int | None, states: list[str]) -> int:
    """What was given up (dead), or may not have left (unknown), is tried again, of one alert or all that go on; how many."""
    if post_id is not None:
        _log(session, _held(session, post_id)[0], None, "replay", ", ".join(states))
    return session.scalars(_REPLAY, {"post": post_id, "states": states}).one()


def _told(session: Session, member_id: int, reach: str, reached: dict[str, Any]) -> int:
    meant = reaching.reached(session, member_id, residence(session, member_id), reach, **reached)
    return preview.preview(session, member_id, meant).people or 0


def _go_out(session: Session, alert: Alert) -> None:
    alert.gone_out_at = func.now()
    session.flush()
    first = select(AlertWord.id).where(AlertWord.post_id == alert.post_id, AlertWord.what == "alert")
    session.execute(_FAN_OUT, {"word": session.scalars(first).one()})
    session.refresh(alert)


def _count_today(session: Session, member_id: int) -> None:
    """The author is locked already: of two at once the second counts the first."""
    today = (
        select(func.count())
        .select_from(Alert)
        .join(Post, Post.id == Alert.post_id)
        .where(
            Post.author_id == member_id,
            Post.on_homes.is_(False),
            Alert.created_at > func.now() - timedelta(days=1),
        )
    )
    if (session.scalar(today) or 0) >= MOST_A_DAY:
        raise TooOften("Trois alertes par jour au plus. Dites la suite dans une alerte que vous avez écrite.")


def _held(session: Session, post_id: int) -> tuple[Alert, Post]:
    """Locked: a word, a stop, an approval come one after the other."""
    alert = session.get(Alert, post_id, with_for_update=True, populate_existing=True)
    if alert is None:
        raise NotFound("Cette alerte n'existe pas, ou n'est pas la vôtre.")
    return alert, session.get_one(Post, post_id, populate_existing=True)


def _waiting(session: Session, member_id: int, post_id: int) -> tuple[Alert, Post]:
    alert, post = _held(session, post_id)
    if not _may_second(session, post_id, member_id):
        raise NotFound("Cette alerte n'existe pas, ou ne vous attend pas.")
    members.require_verified(session, member_id)
    decided = (alert.gone_out_at, alert.ended_at, alert.stopped_at)
    if not alert.needs_second or any(at is not None for at in decided):
        raise Conflict("C'est déjà décidé.")
    author = session.get_one(Member, post.author_id)
    if author.suspended or author.paused_at is not None:
        raise Forbidden("Son auteur est en pause ou suspendu : elle ne peut pas partir.")
    return alert, post


def _may_second(session: Session, post_id: int, member_id: int) -> bool:
    return bool(session.scalar(_MAY_SECOND, {"post": post_id, "member": member_id}))


def _end(alert: Alert, post: Post, outcome: str) -> None:
    alert.ended_at, alert.outcome = func.now(), outcome
    post.closed_at = post.closed_at or func.now()


def _log(session: Session, alert: Alert, member_id: int | None, what: str, words: str | None = None) -> None:
    session.add(AlertAct(post_id=alert.post_id, actor_id=member_id, what=what, words=words))


def _fit(body: str, field: str = "body") -> str:
    body = " ".join(body.split())
    if not 3 <= len(body) <= 500:
        raise InvalidInput("Une phrase de 3 à 500 caractères.", field=field)
    return body
