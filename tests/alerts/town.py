"""A street for alerts: members with accounts around one home, and a sink that counts by key what is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.alerts.composing import Composer
from geoneighbour.alerts.sending import Terms, Worker
from geoneighbour.channels import Channel, Message, Outcome, Sent
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from tests.world import communes, settled

LON, LAT = -2.05, 48.55


class Sink:
    """Counts what is sent, by key; answers what it is told to."""

    def __init__(self, name: str = "email", *answers: Outcome) -> None:
        self.name, self.answers, self.messages = name, list(answers), list[Message]()

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        for message in messages:
            outcome = self.answers.pop(0) if self.answers else Outcome.SENT
            if outcome is Outcome.SENT:
                self.messages.append(message)
            yield message, outcome, "" if outcome is Outcome.SENT else "451"

    @property
    def keys(self) -> Counter[str]:
        return Counter(message.key for message in self.messages)

    @property
    def to(self) -> set[str]:
        """To whom, by the name in the address."""
        return {message.to.partition("@")[0] for message in self.messages}


class Street:
    """Members by name, all of one commune and each other's neighbours, with a confirmed address each."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings
        self.communes = communes(session, ["A"])
        self.ids: dict[str, int] = {}

    def settle(self, *names: str, lon: float = LON, lat: float = LAT) -> None:
        for name in names:
            self.ids[name] = settled(self.session, name, lon, lat)
            account(self.session, self.ids[name], f"{name.lower()}@example.org")
        self.session.commit()

    def worker(self, sink: Channel, terms: Terms | None = None) -> Worker:
        engine = self.session.get_bind()
        assert isinstance(engine, Engine)
        return Worker(engine, sink, Composer(self.settings, Sealer(self.settings)), terms or Terms())

    def states(self, post_id: int) -> dict[str, str]:
        """Of the mails of an alert's words, by name, in the order in which they were said."""
        names = {number: name for name, number in self.ids.items()}
        rows = self.session.execute(
            text(
                "SELECT member_id, string_agg(state, ' ' ORDER BY word_id) AS states FROM delivery"
                " WHERE post_id = :post AND channel = 'email' GROUP BY member_id"
            ),
            {"post": post_id},
        )
        return {names[row.member_id]: row.states for row in rows}


def account(session: Session, member_id: int, email: str) -> None:
    session.add(
        Account(
            email=email, active=True, fs_uniquifier=token_hex(), member_id=member_id, confirmed_at=func.now()
        )
    )
    session.flush()


def recipients(session: Session, post_id: int) -> set[int]:
    from geoneighbour.alerts.models import AlertRecipient

    return set(session.scalars(select(AlertRecipient.member_id).where(AlertRecipient.post_id == post_id)))


def run(session: Session, statement: str, **values: Any) -> None:
    session.execute(text(statement), values)
    session.commit()
