"""A proof is for the home it was given for; sufficient ones verify, the connection never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from geoneighbour.accounts import service as accounts
from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member, Notice
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification import service
from tests.world import communes, settled

HERE, THERE = (-2.05, 48.55), Point(-2.02, 48.55)


@pytest.fixture
def zoe(session):
    communes(session, ["A"])
    return session.get(Member, settled(session, "Zoé", *HERE, verified=False))


@pytest.mark.parametrize("way", sorted(service.SUFFICIENT))
def test_each_sufficient_way_verifies_and_says_so(session, zoe, way):
    service.prove(session, zoe.id, way)
    session.expire_all()
    assert zoe.verified_at
    assert service.proved_by(session, zoe.id) == {way}
    service.prove(session, zoe.id, way)
    assert [(n.kind, n.about) for n in session.scalars(select(Notice))] == [("verified", {"way": way})]


def test_the_connection_verifies_nobody(session, zoe):
    service.prove(session, zoe.id, "connection")
    session.expire_all()
    assert zoe.verified_at is None
    assert service.proved_by(session, zoe.id) == {"connection"}
    assert not session.scalars(select(Notice)).all()


def test_moving_house_leaves_the_proofs_behind(session, zoe, tmp_path):
    service.prove(session, zoe.id, "postcard")
    session.commit()
    looked_at = zoe.moved_at
    zoe.moved_at -= timedelta(days=31)
    session.commit()
    # Another moved_at is another home: what was looked at is no longer the present one.
    with pytest.raises(Conflict):
        service.prove(session, zoe.id, "document", home_of=looked_at)
    service.prove(session, zoe.id, "document", home_of=zoe.moved_at)
    accounts.move_house(session, Sealer(Settings(state_dir=tmp_path)), zoe.id, THERE)
    session.expire_all()
    assert zoe.verified_at is None
    assert service.proved_by(session, zoe.id) == set()
    service.prove(session, zoe.id, "vouching")
    session.expire_all()
    assert zoe.verified_at
    assert service.proved_by(session, zoe.id) == {"vouching"}


def test_nobody_proves_nothing(session):
    with pytest.raises(NotFound):
        service.prove(session, 1, "postcard")
    with pytest.raises(NotFound):
        service.verify_account(session, "personne@exemple.fr")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("", []), ("document, postcard", ["document", "postcard"]), ("postcard,postcard", ["postcard"])],
)
def test_the_setting_names_the_ways_in_order(setting, expected):
    assert service.ways(Settings(verification_ways=setting)) == expected


def test_a_way_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="pigeon"):
        service.ways(Settings(verification_ways="pigeon"))
