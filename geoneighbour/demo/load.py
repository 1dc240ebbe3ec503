"""Fills an empty database with the demonstration, through the services that people's own doings go through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shapely.geometry import box, mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts import service as accounts
from geoneighbour.accounts.opening import open_account
from geoneighbour.boundaries.reader import Progress as ImportProgress
from geoneighbour.boundaries.reader import Request as Boundaries
from geoneighbour.communes import queries as communes_read
from geoneighbour.communes import service as communes
from geoneighbour.communes.models import DEMONSTRATION, Commune
from geoneighbour.demo import (
    AGENT_EMAIL,
    EMAIL,
    NEIGHBOURS,
    NEIGHBOURS_IN,
    OPERATOR_EMAIL,
    PASSWORD,
    alerts,
    changes,
    offers,
    people,
    places,
    shops,
    story,
    territory,
)
from geoneighbour.demo.texts import display_names, profiles
from geoneighbour.errors import Conflict
from geoneighbour.ground import cells
from geoneighbour.members.models import Member
from geoneighbour.members.service import be_findable, introduce
from geoneighbour.moderation.reports import report
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.posts import queries as posts_read
from geoneighbour.posts import service as posts
from geoneighbour.posts import watching
from geoneighbour.posts.models import ALERT, Post
from geoneighbour.roles import service as roles
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification.models import Proof

NAME = "Camille D."
VINTAGE = 2025

Progress = Callable[[Iterable[Any], str], Iterable[Any]]
"""May wrap a loop, as tqdm does, and say what it is."""


@dataclass(frozen=True)
class Loaded:
    communes: int
    members: int
    neighbourhoods: int
    proposed: int
    posts: int
    offers: int
    shops: int


def load(
    session: Session,
    settings: Settings,
    seed: int,
    members: int,
    progress: Progress,
    import_progress: ImportProgress,
) -> Loaded:
    """Communes, members, neighbourhoods, a review, posts; all in the session's transaction.

    The same people in the same places from the same seed; times count back from now. Conflict when members exist.
    """
    if session.scalar(select(Member.id).limit(1)) is not None:
        raise Conflict("members live in this database already: the demonstration is for an empty one")
    now, sealer = datetime.now(UTC), Sealer(settings)
    homes = people.population(seed, members, settings.k)
    drawn = places.neighbourhood_shapes(seed)
    arrived = story.arrivals(seed, homes, settings.k)
    imported = communes.import_communes(
        session,
        Boundaries((str(territory.communes_file()),)),
        VINTAGE,
        source=DEMONSTRATION,
        progress=import_progress,
    )
    import_progress.stage("communes")
    names = (name for name in display_names(seed) if name != NAME)
    settled = [
        _settle(session, sealer, NAME if number == 0 else next(names), home, story.moment(now, age))
        for number, (home, age) in enumerate(progress(list(zip(homes, arrived, strict=True)), "members"))
    ]
    said = profiles(seed, [home.neighbourhood for home in homes])
    for number, (member, profile) in enumerate(zip(settled, said, strict=True)):
        introduce(session, member.id, profile.about, profile.can_help)
        # Every fifth welcomes visitors; the login leads.
        be_findable(session, member.id, number % 5 == 0)
    open_account(session, settings, settled[0].id, EMAIL, PASSWORD)
    others = zip(settled[1:-2], homes[1:-2], strict=True)
    living = (one for one, home in others if home.neighbourhood == NEIGHBOURS_IN)
    for email, member in zip(NEIGHBOURS, living, strict=False):
        open_account(session, settings, member.id, email, PASSWORD)
    for one in progress(drawn, "neighbourhoods"):
        _found(session, one, homes, settled, settings.k)
    changes.propose(session, seed, now, [one for one in changes.redraws() if one.done])
    review.run(session)
    changes.date_back(session, now)
    changes.propose(session, seed, now, [one for one in changes.redraws() if not one.done])
    told = story.written(seed, homes, arrived, drawn, now)
    _appoint(session, settings, settled)
    warned = alerts.warnings(now)
    for one in progress(sorted([*told, *warned], key=lambda one: one.at), "posts"):
        if isinstance(one, alerts.Warned):
            alerts.warn(session, _witness(session, one, homes, settled), one)
        else:
            _write(session, one, settled)
    _moderate(session, settled)
    spoken = [one.at for one in told] + [one.at for one in warned]
    latest = max(spoken, default=now - timedelta(days=1))
    far = _speak_far(session, settled, latest, now)
    offered = offers.load(session, seed, now)
    kept = shops.load(session, seed, settled[1:-2])
    proposed = sum(one.supporters is not None for one in drawn)
    return Loaded(
        imported.read,
        len(settled),
        len(drawn) - proposed,
        proposed,
        len(told) + len(warned) + far,
        offered,
        kept,
    )


def _settle(session: Session, sealer: Sealer, name: str, home: people.Home, came: datetime) -> Member:
    member = accounts.new_member(session, sealer, name, home.point)
    member.created_at = member.moved_at = came
    member.verified_at = came + timedelta(days=story.VERIFIED_AFTER)
    session.flush()
    session.add(Proof(member_id=member.id, way="postcard", moved_at=came, proved_at=member.verified_at))
    return member


def _found(
    session: Session, drawn: places.Neighbourhood, homes: list[people.Home], settled: list[Member], k: int
) -> None:
    """Somebody draws it, others support it until it opens, the rest join; or it stays proposed."""
    ring = mapping(drawn.shape)
    geometry = {"type": ring["type"], "coordinates": _lists(ring["coordinates"])}
    name = drawn.name
    if drawn.supporters is None:
        wanting = [member for member, home in zip(settled, homes, strict=True) if home.neighbourhood == name]
    else:
        wanting = [member for member, home in zip(settled, homes, strict=True) if home.supports == name]
        wanting = wanting[: k - 1]
    # The first k of each are its founders (story.arrivals); the login joins later, like most.
    first, *others = sorted(wanting, key=lambda member: member.created_at)
    made = neighbourhoods.propose(session, first.id, name, drawn.story, geometry)
    for member in others[: k - 1]:
        neighbourhoods.support(session, member.id, made.id)
    made.proposed_at = _verified(first) + timedelta(hours=1)
    if drawn.supporters is None:
        made.opened_at = _verified(others[k - 2]) + timedelta(hours=1)
        for member in others[k - 1 :]:
            neighbourhoods.choose(session, member.id, made.id)


def _write(session: Session, one: story.Written, settled: list[Member]) -> None:
    author, sentence = settled[one.author], one.sentence
    post = posts.write(session, author.id, sentence.kind, sentence.text, sentence.reach)
    post.created_at = one.at
    for reply in one.replies:
        thread = posts.reply(session, settled[reply.member].id, post.id, reply.text)
        _, messages = posts_read.thread(session, author.id, thread.id)
        messages[-1].created_at = reply.at
    if one.closed_at:
        posts.close(session, author.id, post.id)
        post.closed_at = one.closed_at


def _witness(session: Session, one: alerts.Warned, homes: list[people.Home], settled: list[Member]) -> int:
    """Who warns: the login, the agent of the commune, or somebody of the neighbourhood who had moved in by then and has not yet."""
    if one.mine:
        return settled[0].id
    if one.place == "commune":
        return settled[-2].id
    silent = select(Post.author_id).where(Post.kind == ALERT)
    taken = set(session.scalars(silent)) | {settled[0].id}
    living = (
        member
        for member, home in zip(settled, homes, strict=True)
        if home.neighbourhood == one.place and _verified(member) < one.at and member.id not in taken
    )
    return next(living).id


def _appoint(session: Session, settings: Settings, settled: list[Member]) -> None:
    """An operator, and an agent of the login's commune."""
    home = session.get_one(Commune, session.get_one(Residence, settled[0].id).commune_id)
    operator, agent = settled[-1].id, settled[-2].id
    for member, email in ((operator, OPERATOR_EMAIL), (agent, AGENT_EMAIL)):
        open_account(session, settings, member, email, PASSWORD)
    roles.grant(session, operator, "operator")
    roles.grant(session, agent, "commune_agent", home.code)


def _moderate(session: Session, settled: list[Member]) -> None:
    """One report that waits for them."""
    shown = posts_read.feed(session, settled[0].id, most=50, kind="offer")
    if other := next((row for row in shown if not row.mine), None):
        report(session, settled[0].id, "post", str(other.id), "scam", "On dirait une publicité.")


def _speak_far(session: Session, settled: list[Member], since: datetime, now: datetime) -> int:
    """A post of each reach that no sentence of the story has, later than all of these; and a commune that the login follows.

    The last is a flood where the login lives. Returns how many there are.
    """
    login, *_, agent, operator = settled
    home = session.get_one(Residence, login.id)
    middle = cells.centre(home.home_cell)
    flooded = mapping(box(middle.lon - 0.03, middle.lat - 0.02, middle.lon + 0.03, middle.lat + 0.02))
    area = {"type": "Polygon", "coordinates": _lists(flooded["coordinates"])}
    there = (one for one in settled[1:] if session.get_one(Residence, one.id).zone == home.zone)
    near = next(there, operator)
    write = partial(posts.write, session)
    far = [
        write(
            near.id,
            "request",
            "Qui va à Rennes jeudi et aurait une place en voiture ?",
            "radius",
            radius_m=6_000,
            place=middle,
        ),
        write(near.id, "news", "Vide-maison samedi dans notre rue, de 9 h à 17 h.", "area", area=area),
        write(
            operator.id, "news", "Le service s’arrête une heure dimanche à 5 h, pour une mise à jour.", "all"
        ),
        write(
            agent.id,
            "news",
            "Grande marée ce soir : rentrez ce qui peut s’envoler.",
            "area",
            area=area,
            on_homes=True,
        ),
    ]
    for number, post in enumerate(far, start=1):
        post.created_at = since + (now - since) * number / (len(far) + 1)
    beside = communes_read.neighbours(session, home.commune_id) if home.commune_id else []
    for commune, _ in beside[:1]:
        watching.add(session, login.id, commune=commune)
    return len(far)


def _verified(member: Member) -> datetime:
    assert member.verified_at is not None  # noqa: S101 (all of them are, see _settle)
    return member.verified_at


def _lists(coordinates: Any) -> Any:
    """GeoJSON as JSON has it: lists, where shapely gives tuples."""
    return [_lists(part) for part in coordinates] if isinstance(coordinates, tuple | list) else coordinates
