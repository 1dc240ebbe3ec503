"""What is kept no longer goes by the rights of the service, and what is younger stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from geoneighbour import settings as environment
from geoneighbour.accounts.models import Account, Attempt, LoginSession
from geoneighbour.cli import cli
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.members.models import AddressAccess, Notice
from geoneighbour.running import retention
from geoneighbour.settings import Settings
from tests.world import communes, settled

KEPT = {"attempts": 1, "sessions": 30, "mails": 7, "address_access": 365, "notices": 90}
"""Days, as docs/privacy.md says."""


@pytest.fixture
def old_and_young(session):
    """Of each, one that is a little older than it is kept, and one a little younger."""
    communes(session, ["A"])
    anne = settled(session, "Anne", -2.05, 48.55)
    account = Account(email="a@exemple.fr", active=True, fs_uniquifier="a", member_id=anne)
    session.add(account)
    session.flush()
    now = datetime.now(UTC)
    for number, hours in enumerate((1, -1)):
        day = {name: now - timedelta(days=days, hours=hours) for name, days in KEPT.items()}
        seen = now.date() - timedelta(days=30 + (hours > 0))
        session.add_all(
            [
                Attempt(what="x", who=b"x", since=day["attempts"], times=1),
                LoginSession(
                    account_id=account.id, word_hash=bytes([number]), browser="", device="", seen_on=seen
                ),
                OutgoingMail(box=b"", queued_at=day["mails"]),
                AddressAccess(member_id=anne, purpose="letter", shown_at=day["address_access"]),
                Notice(member_id=anne, kind="archived", about={}, read_at=day["notices"]),
            ]
        )
    session.commit()


def test_each_goes_when_its_time_is_over(old_and_young, session, database_url, tmp_path) -> None:
    settings = Settings(state_dir=tmp_path)
    gone = retention.run(make_engine(as_service(database_url)), settings)
    assert {name: count for name, count in gone.items() if count} == dict.fromkeys(KEPT, 1)
    assert not any(retention.run(make_engine(as_service(database_url)), settings).values())
    for table in (Attempt, LoginSession, OutgoingMail, AddressAccess, Notice):
        assert len(session.scalars(select(table)).all()) == 1, table


def test_an_operator_does_it_by_hand(old_and_young, database_url, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(environment, "load", lambda: Settings(state_dir=tmp_path, database_url=database_url))
    said = CliRunner().invoke(cli, ["retention", "run"], catch_exceptions=False)
    assert said.exit_code == 0
    assert "     1 mails\n" in said.output
