"""Whom alerts reach, over random territories: the oracle's audience, muted and blocked people aside (docs/decisions/025)."""

from __future__ import annotations

import random
from collections import Counter

from sqlalchemy import text

from tests.nearness.territory import Territory

_ALERTS = [
    # Each post as if it were an alert that goes out now; everybody has an address and a browser.
    "UPDATE post SET kind = 'alert'",
    "INSERT INTO alert (post_id, kind, ends_at, gone_out_at) SELECT id, 'danger', now() + interval '1 day', now() FROM post",
    "INSERT INTO alert_word (post_id, what, body) SELECT id, 'alert', body FROM post",
    "INSERT INTO account (email, active, fs_uniquifier, confirmed_at, member_id)"
    " SELECT 'm' || id || '@example.org', true, 'u' || id, now(), id FROM member",
    "INSERT INTO push_subscription (member_id, endpoint_hash, box) SELECT id, sha256(id::text::bytea), '' FROM member",
]
_MUTE = text(
    "INSERT INTO alert_quiet (member_id, muted_until) SELECT id, now() + interval '1 day' FROM unnest(CAST(:some AS integer[])) AS id"
)
_CHOOSE = text(
    "INSERT INTO alert_preference (member_id, tier, channels) SELECT id, 'wider', ARRAY['push'] FROM unnest(CAST(:some AS integer[])) AS id"
)


def test_recipients_are_the_oracles_audience(territory: Territory, checked: Counter[str]) -> None:
    session, meant = territory.town.session, territory.moments[-1].meant
    chance = random.Random(len(meant.zones))
    muted = set(chance.sample(sorted(meant.zones), len(meant.zones) // 5))
    choosy = set(chance.sample(sorted(meant.zones), len(meant.zones) // 5))
    with session.begin_nested() as trial:
        for statement in _ALERTS:
            session.execute(text(statement))
        session.execute(_MUTE, {"some": sorted(muted)})
        session.execute(_CHOOSE, {"some": sorted(choosy)})
        session.execute(text("SELECT nearness.fan_out(id) FROM alert_word ORDER BY id"))
        recipients = session.execute(text("SELECT post_id, member_id, tier FROM alert_recipient")).all()
        rows = session.execute(text("SELECT post_id, member_id, channel FROM delivery")).all()
        trial.rollback()
    tiers = {key: tier for key, (tier, _) in meant.audience.items()}
    assert {(post, member): tier for post, member, tier in recipients} == tiers
    wanted = {
        (post, member, channel)
        for (post, member), tier in tiers.items()
        if member not in muted
        for channel in (["push"] if tier == "wider" and member in choosy else ["email", "push"])
    }
    assert len(rows) == len(wanted)
    assert set(map(tuple, rows)) == wanted
    checked["deliveries of alerts"] += len(wanted)
