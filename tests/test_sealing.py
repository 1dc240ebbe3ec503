"""Boxes: opened by any of the keys, sealed with the first; what was tampered with is refused."""

from __future__ import annotations

import json
import secrets

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.errors import InvalidInput, NotFound, Unavailable
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members.commands import addresses as command
from geoneighbour.members.models import Address
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from tests.world import communes, settled

OLD, NEW = secrets.token_urlsafe(32), secrets.token_urlsafe(32) + "="
HOME = Point(-2.0501234, 48.5501234)


def with_keys(*keys: str, **more) -> Settings:
    return Settings(address_keys=",".join(keys), **more)


def test_only_a_key_opens_and_rotation_needs_both() -> None:
    content = {"lon": 1.5, "lat": 2.5, "text": "12 rue de Dinan"}
    box = Sealer(with_keys(OLD)).seal(content)
    assert b"Dinan" not in box
    assert Sealer(with_keys(NEW, OLD)).open(box) == content
    with pytest.raises(Unavailable):
        Sealer(with_keys(NEW)).open(box)
    with pytest.raises(Unavailable):
        Sealer(with_keys(OLD)).open(box[:-4] + b"AAAA")
    anew = Sealer(with_keys(NEW, OLD)).anew(box)
    assert Sealer(with_keys(NEW)).open(anew) == content
    with pytest.raises(Unavailable):
        Sealer(with_keys(OLD)).open(anew)


@pytest.mark.parametrize("key", ["short", "x" * 60, "é" * 43, "!" * 43])
def test_a_key_that_is_none_is_said(key: str) -> None:
    with pytest.raises(InvalidInput, match="ADDRESS_KEYS"):
        Sealer(with_keys(key))


def test_the_key_of_the_state_folder_is_made_once(tmp_path) -> None:
    settings = Settings(state_dir=tmp_path)
    box = Sealer(settings).seal({"a": 1})
    assert Sealer(settings).open(box) == {"a": 1}
    assert (tmp_path / "address_key").stat().st_mode & 0o077 == 0


def test_seal_makes_what_is_missing_and_rotates_all(session: Session, database_url: str, monkeypatch) -> None:
    communes(session, ["A"])
    sealed, unsealed = (settled(session, name, HOME.lon, HOME.lat) for name in ("Anne", "Bruno"))
    addresses.keep(session, Sealer(with_keys(OLD)), sealed, HOME, "12 rue de Dinan")
    session.commit()
    settings = with_keys(NEW, OLD, database_url=database_url)
    monkeypatch.setattr(environment, "load", lambda: settings)
    done = CliRunner().invoke(command, ["seal"], catch_exceptions=False)
    assert done.output == "2 addresses are sealed with the first key; 1 were not sealed before.\n"
    new = Sealer(with_keys(NEW))
    session.expire_all()
    assert [addresses.home(session, new, member) for member in (sealed, unsealed)] == [HOME, HOME]
    assert [addresses.words(session, new, member) for member in (sealed, unsealed)] == [
        "12 rue de Dinan",
        None,
    ]
    for box in session.scalars(select(Address.box)):
        assert b"48.55" not in box
        assert json.dumps(HOME.lat).encode() not in box
    with pytest.raises(NotFound):
        addresses.home(session, new, 999)
