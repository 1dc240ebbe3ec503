"""Roles are granted by the command line; one question tells who has which, where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.accounts.models import Account
from geoneighbour.cli import cli
from geoneighbour.communes.models import Commune
from geoneighbour.errors import Forbidden, GeoneighbourError
from geoneighbour.roles import service
from tests.world import communes, settled


@pytest.fixture
def anne(session: Session) -> int:
    communes(session, ["AB"])
    member = settled(session, "Anne", -2.05, 48.55)
    session.add(
        Account(email="Anne@exemple.fr", password="x", active=True, fs_uniquifier="anne", member_id=member)
    )
    session.commit()
    return member


@pytest.fixture
def roles(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """`geoneighbour roles ...`: what it says; raises what `main` turns into one line and status 2."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    environment.load.cache_clear()

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["roles", *arguments])
        if isinstance(result.exception, GeoneighbourError):
            raise result.exception
        return result.output

    yield run
    environment.load.cache_clear()


def commune(session: Session, code: str) -> int:
    return session.query(Commune.id).filter_by(code=code, valid_to=None).scalar()


def test_a_role_is_granted_listed_and_revoked(session: Session, anne: int, roles: Callable[..., str]) -> None:
    assert (
        "anne@exemple.fr" in roles("grant", "anne@exemple.fr", "commune_agent", "--commune", "35001").lower()
    )
    here, there = commune(session, "35001"), commune(session, "35002")
    assert service.has(session, anne, "commune_agent")
    assert service.has(session, anne, "commune_agent", commune_id=here)
    assert not service.has(session, anne, "commune_agent", commune_id=there)
    assert not service.has(session, anne, "operator")
    assert service.reviews(session, anne)
    service.require(session, anne, "commune_agent", commune_id=here)
    with pytest.raises(Forbidden):
        service.require(session, anne, "commune_agent", commune_id=there)
    assert "commune_agent in FR 35001" in roles("list")
    assert roles("list") == roles("list", "ANNE@exemple.fr")
    roles("revoke", "anne@exemple.fr", "commune_agent")
    session.rollback()
    assert roles("list") == ""
    assert not service.has(session, anne, "commune_agent")


def test_an_operator_has_every_role_everywhere(
    session: Session, anne: int, roles: Callable[..., str]
) -> None:
    for _ in range(2):
        roles("grant", "anne@exemple.fr", "operator")
    assert roles("list").count("operator") == 1
    there = commune(session, "35002")
    assert all(service.has(session, anne, role, commune_id=there) for role in service.ROLES)


def test_a_role_in_a_commune_outlives_the_vintage_of_its_boundary(session: Session, anne: int) -> None:
    service.grant(session, anne, "ambassador", "35001")
    old = session.get_one(Commune, commune(session, "35001"))
    old.valid_to, old.fate = 2025, "reshaped"
    session.flush()
    new = Commune(
        country="FR", code="35001", name="A", vintage=2025, valid_from=2025, source="test", geom=old.geom
    )
    session.add(new)
    session.flush()
    assert service.has(session, anne, "ambassador", commune_id=new.id)
    assert service.has(session, anne, "ambassador", commune_id=old.id)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grant", "bob@exemple.fr", "shop"), "no account has the e-mail bob@exemple.fr"),
        (("grant", "anne@exemple.fr", "ambassador"), "the role ambassador is for a commune: give --commune"),
        (
            ("grant", "anne@exemple.fr", "shop", "--commune", "35001"),
            "the role shop holds everywhere: no --commune",
        ),
        (("grant", "anne@exemple.fr", "ambassador", "--commune", "99999"), "no commune has the code 99999"),
        (("revoke", "anne@exemple.fr", "shop"), "they do not have the role shop"),
    ],
)
def test_what_cannot_be_is_one_line(
    anne: int, roles: Callable[..., str], arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(GeoneighbourError) as refused:
        roles(*arguments)
    assert refused.value.reason == said
