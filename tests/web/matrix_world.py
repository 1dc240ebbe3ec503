"""Who asks and what they ask about, for the matrix of test_policy: one town, made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account, LoginSession
from geoneighbour.alerts.models import Alert, AlertWord
from geoneighbour.inviting.models import Invitation
from geoneighbour.members import addresses
from geoneighbour.members.models import Member, Notice
from geoneighbour.moderation.models import Act, Appeal, Case, Report
from geoneighbour.nearness import review
from geoneighbour.nearness.models import NearnessSetting
from geoneighbour.neighbourhoods.models import Change, Moderator
from geoneighbour.posts import photos
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import ALERT, PostPhoto, WatchArea
from geoneighbour.posts.photo_http import STORE
from geoneighbour.roles import service as roles
from geoneighbour.roles.models import IN_COMMUNES, ROLES
from geoneighbour.verification.models import Document, VouchRequest
from tests.web.matrix_table import LEAST, TIERS
from tests.world import box, communes, opened, settled

PASSWORD = "grande-maree-2026"
PLACES = {"neighbour": -2.055, "wider": -2.025, "commune": -1.93, "adjacent_commune": -1.85, "beyond": -1.65}
"""West of each square of 0.02 degrees in which an owner lives: Le Sillon, the one beside it, and further and further."""
LAT = 48.55


class Town:
    """`things[owner]`: by kind what an address needs to name one of theirs; owners are tiers, and who asks for `self`."""

    def __init__(self, session: Session, app: Flask) -> None:
        self.session, self.app = session, app
        self.things: dict[str, dict[str, dict[str, Any]]] = {}
        session.execute(update(NearnessSetting).values(k=2, spread_members=2))
        communes(session, ["AAB.C"])
        self.homes = {tier: self._place(tier) for tier in PLACES}
        review.run(session)
        self.clerk = settled(session, "Clerk", PLACES["beyond"] + 0.01, LAT)
        self.asking = {
            who: settled(session, who, PLACES["neighbour"] + 0.01, LAT) for who in LEAST if who != "anonymous"
        }
        self.neighbourhoods = {tier: self._open(tier) for tier in PLACES}
        review.run(session)
        self.neighbourhoods["self"] = self.neighbourhoods["neighbour"]
        self.changes = {tier: self._change(tier) for tier in PLACES} | {}
        self.changes["self"] = self.changes["neighbour"]
        for tier in PLACES:
            owner, mate = self.homes[tier]
            self.things[tier] = self._of(owner, mate, tier)
        for who, member in self.asking.items():
            self.things[who] = self._of(member, self.homes["neighbour"][0], "self")
        session.execute(update(Member).where(Member.id == self.homes["neighbour"][0]).values(findable=True))
        self._roles()
        with app.test_request_context():
            addresses.seal_missing(session, app.extensions["geoneighbour.sealer"])
        session.commit()
        self.clients = {who: self._log_in(who) for who in LEAST}

    def thing(self, who: str, tier: str, kind: str) -> dict[str, Any]:
        return (
            self.things["neighbour" if who == "anonymous" else who][kind]
            if tier == "self"
            else self.things[tier][kind]
        )

    def _place(self, tier: str) -> tuple[int, int]:
        """An owner and somebody who lives next door."""
        west = PLACES[tier]
        return (
            settled(self.session, f"Owner {tier}", west + 0.01, LAT),
            settled(self.session, f"Mate {tier}", west + 0.0101, LAT),
        )

    def _open(self, tier: str) -> int:
        west, people = PLACES[tier], list(self.homes[tier])
        if tier == "neighbour":
            people += self.asking.values()
        first, second, *more = people
        home = opened(
            self.session, f"Quartier {tier}", box(west, LAT - 0.01, west + 0.02, LAT + 0.01), [first, second]
        )
        from geoneighbour.neighbourhoods import service

        for member in more:
            service.choose(self.session, member, home)
        self.session.query(Moderator).filter_by(neighbourhood_id=home).delete()
        if tier == "neighbour":
            self.session.add(Moderator(neighbourhood_id=home, member_id=self.asking["moderator"]))
        self.session.add(Moderator(neighbourhood_id=home, member_id=first, state="candidate"))
        return home

    def _change(self, tier: str) -> int:
        change = Change(
            neighbourhood_id=self.neighbourhoods[tier],
            kind="rename",
            name="Autrement",
            why="Un autre nom",
            proposed_by=self.homes[tier][1],
        )
        self.session.add(change)
        self.session.flush()
        return change.id

    def _of(self, owner: int, mate: int, tier: str) -> dict[str, dict[str, Any]]:
        session, key = self.session, f"{owner:032x}"
        post = posts.write(session, owner, "request", f"Qui a une échelle ? {owner}", "wider")
        session.add(PostPhoto(post_id=post.id, number=1, key=key, width=8, height=8, bytes=8, alt=""))
        for name in (photos.large_file(key), photos.small_file(key)):
            self.app.extensions[STORE].put(name, b"webp")
        alert, waiting = self._alert(owner), self._alert(owner, waits=True)
        thread = posts.reply(session, mate, post.id, "J'en ai une.")
        case = Case(what="post", thing=f"post:{post.id}", post_id=post.id, reported_id=owner)
        session.add(case)
        session.flush()
        session.add(Report(case_id=case.id, reporter_id=mate, reason="other"))
        act = Act(case_id=case.id, actor_id=self.clerk, kind="warn", why="Soyez aimable.")
        notice = Notice(
            member_id=owner, kind="moderation", about={"act": "1", "kind": "warn", "what": "post"}
        )
        sealer = self.app.extensions["geoneighbour.sealer"]
        moved = session.get_one(Member, owner).moved_at
        document = Document(member_id=owner, kind="webp", box=sealer.seal_file(b"webp"), moved_at=moved)
        invitation = Invitation(
            member_id=owner,
            neighbourhood_id=self.neighbourhoods[tier],
            kind="neighbours",
            way="link",
            named=False,
            nonce=bytes([owner % 256]) * 16,
            token_hash=bytes([owner % 256]) * 32,
            ends_at=func.now() + timedelta(days=30),
        )
        watched = WatchArea(member_id=owner, name="Ici", neighbourhood_id=self.neighbourhoods[tier])
        account = Account(
            email=f"m{owner}@exemple.fr",
            password=self._password(),
            active=True,
            fs_uniquifier=f"u{owner}",
            member_id=owner,
        )
        session.add_all(
            [
                *(act, notice, document, invitation, watched, account),
                VouchRequest(member_id=owner, code=f"code{owner}"),
            ]
        )
        session.flush()
        if mate == self.homes["neighbour"][0] or tier != "self":
            session.add(Appeal(act_id=act.id, member_id=owner, words="Je n'étais pas fâché."))
        browser = LoginSession(
            account_id=account.id, word_hash=bytes([owner % 256]) * 32, browser="", device=""
        )
        session.add(browser)
        session.flush()
        return {
            "": {},
            "post": {"post_id": post.id, "number": 1},
            "post to report": {"what": "post", "number": str(post.id)},
            "alert": {"post_id": alert},
            "waiting alert": {"post_id": waiting},
            "photo": {"key": key},
            "thread": {"thread_id": thread.id},
            "member": {"member_id": owner},
            "neighbourhood": {"neighbourhood_id": self.neighbourhoods[tier]},
            "candidate": {
                "neighbourhood_id": self.neighbourhoods[tier],
                "member_id": self.homes["neighbour" if tier == "self" else tier][0],
            },
            "change": {"change_id": self.changes[tier]},
            "case": {"case_id": case.id, "act_id": act.id},
            "decision": {"act_id": act.id},
            "notice": {"notice_id": notice.id},
            "document": {"way": "document", "item_id": document.id},
            "invitation": {"invitation_id": invitation.id},
            "watch": {"watch_id": watched.id},
            "session": {"session_id": browser.id},
            "vouching code": {"code": f"code{owner}"},
        }

    def _alert(self, owner: int, waits: bool = False) -> int:
        """One that has gone out, though nobody was told; or one that waits for a second person."""
        post = posts.write(
            self.session, owner, ALERT, f"Un chat a disparu. {owner} {waits}", "wider", kinds=(ALERT,)
        )
        alert = Alert(
            post_id=post.id, kind="lost_pet", ends_at=func.now() + timedelta(days=7), needs_second=waits
        )
        if waits:
            post.hidden_at = func.now()
        else:
            alert.gone_out_at = func.now()
        self.session.add(alert)
        self.session.flush()
        self.session.add(AlertWord(post_id=post.id, what="alert", body=post.body, author_id=owner))
        return post.id

    def _roles(self) -> None:
        session, ids = self.session, self.asking
        for role in ROLES:
            roles.grant(session, ids[role], role, "35001" if role in IN_COMMUNES else None)
        later = timedelta(hours=49)
        over = {"created_at": Member.created_at - later, "moved_at": Member.moved_at - later}
        session.execute(update(Member).where(Member.id == ids["visit over"]).values(verified_at=None, **over))
        session.execute(update(Member).where(Member.id == ids["visitor"]).values(verified_at=None))
        session.execute(update(Member).where(Member.id == ids["suspended"]).values(suspended_at=func.now()))

    def _password(self) -> str:
        if not hasattr(self, "_hashed"):
            with self.app.test_request_context():
                self._hashed = hash_password(PASSWORD)
        return self._hashed

    def _log_in(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        if who != "anonymous":
            email = f"m{self.asking[who]}@exemple.fr"
            answer = client.post("/connexion", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 302, answer.text
        return client


@contextmanager
def undone(session_class: type[Session]) -> Iterator[type[Session]]:
    """A session for the application that keeps nothing: whatever is asked, the town stays as it is."""

    class Undone(session_class):  # type: ignore[valid-type, misc]
        def commit(self) -> None:
            self.flush()
            self.rollback()

    yield Undone


def tiers_of(town: Town, who: str) -> dict[str, str]:
    """How near each owner really is to who asks, by the rule."""
    asking = town.asking[who]
    tier = lambda other: town.session.execute(select(func.nearness.tier(asking, other))).scalar_one()  # noqa: E731
    return {name: tier(town.things[name]["member"]["member_id"]) for name in TIERS if name != "self"}
