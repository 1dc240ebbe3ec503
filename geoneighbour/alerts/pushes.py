"""Browsers that members let be woken."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.alerts.channel_models import PushSubscription
from geoneighbour.channels.push import Subscription
from geoneighbour.sealing import Sealer
from geoneighbour.verification.codes import Keys

MOST = 8
"""Browsers of one member: the one that subscribed longest ago goes."""


def subscribe(
    session: Session,
    sealer: Sealer,
    keys: Keys,
    member_id: int,
    browser: Subscription,
    login_id: int | None = None,
) -> None:
    """A browser is whose it was last: somebody else may log in there. It is woken until that login ends."""
    box = sealer.seal(json.loads(browser.to_json()))
    wanted = insert(PushSubscription).values(
        member_id=member_id, login_id=login_id, endpoint_hash=keys.endpoint(browser.endpoint), box=box
    )
    session.execute(
        wanted.on_conflict_do_update(
            index_elements=["endpoint_hash"],
            set_={
                "member_id": member_id,
                "login_id": login_id,
                "box": box,
                "created_at": func.now(),
                "failed_at": None,
            },
        )
    )
    kept = (
        select(PushSubscription.id)
        .where(PushSubscription.member_id == member_id)
        .order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc())
        .limit(MOST)
    )
    too_many = PushSubscription.member_id == member_id, PushSubscription.id.not_in(kept)
    session.execute(delete(PushSubscription).where(*too_many))


def unsubscribe(session: Session, keys: Keys, member_id: int, endpoint: str) -> None:
    """One's own browser; twice is once."""
    own = PushSubscription.member_id == member_id, PushSubscription.endpoint_hash == keys.endpoint(endpoint)
    session.execute(delete(PushSubscription).where(*own))


def forget_all(session: Session, member_id: int) -> None:
    session.execute(delete(PushSubscription).where(PushSubscription.member_id == member_id))


def forget(session: Session, keys: Keys, to: str) -> None:
    """One that its push service no longer knows; `to` as `subscriptions` gave it."""
    gone = PushSubscription.endpoint_hash == keys.endpoint(json.loads(to)["endpoint"])
    session.execute(delete(PushSubscription).where(gone))


def subscriptions(session: Session, sealer: Sealer, member_ids: Sequence[int]) -> dict[int, list[str]]:
    """By member what channels.push sends to: one for each browser. None of an account that is closed."""
    found = (
        select(PushSubscription.member_id, PushSubscription.box)
        .join(Account, Account.member_id == PushSubscription.member_id)
        .where(PushSubscription.member_id.in_(member_ids), Account.active)
    )
    browsers = defaultdict[int, list[str]](list)
    for member_id, box in session.execute(found):
        browsers[member_id].append(Subscription(**sealer.open(box)).to_json())
    return dict(browsers)


def count(session: Session, member_id: int) -> int:
    own = select(func.count()).where(PushSubscription.member_id == member_id)
    return session.scalar(own) or 0


def seal_anew(session: Session, sealer: Sealer) -> int:
    """Seals all with the first key; returns how many."""
    browsers = session.scalars(select(PushSubscription)).all()
    for browser in browsers:
        browser.box = sealer.anew(browser.box)
    session.flush()
    return len(browsers)
