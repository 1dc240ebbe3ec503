"""From rows of the ledger to messages: what each member is told, at which address, in which language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.alerts import leaving, phones, pushes, words
from geoneighbour.alerts.words import Said, Word
from geoneighbour.channels import Message
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

_WORDS = text("SELECT * FROM nearness.words_to_send(:words)")
_READERS = text("SELECT * FROM nearness.readers(:posts, :members)")


@dataclass
class Item:
    """Messages that settle some rows of the ledger together: a push has one for each browser, a digest many rows."""

    rows: list[Row[Any]]
    messages: list[Message]
    commune_id: int | None


@dataclass
class Batch:
    """`stopped`: rows that must not leave any more; `unreachable`: rows whose member has no address."""

    items: list[Item] = field(default_factory=list)
    stopped: list[Row[Any]] = field(default_factory=list)
    unreachable: list[Row[Any]] = field(default_factory=list)


class Composer:
    """What a channel sends for some rows (columns of nearness.claim_deliveries)."""

    def __init__(self, settings: Settings, sealer: Sealer) -> None:
        self._settings, self._sealer = settings, sealer

    def compose(self, session: Session, channel: str, rows: Sequence[Row[Any]], digest: bool) -> Batch:
        batch = Batch()
        told = {row.id: Word(**row._mapping) for row in session.execute(_WORDS, {"words": _ids(rows)})}
        pairs = {"posts": [row.post_id for row in rows], "members": [row.member_id for row in rows]}
        readers = {(row.post_id, row.member_id): row for row in session.execute(_READERS, pairs)}
        addresses = self._addresses(session, channel, [row.member_id for row in rows])
        said: dict[tuple[int, str], Said] = {}
        together: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            word, reader = told.get(row.word_id), readers.get((row.post_id, row.member_id))
            if word is None or not word.may_leave or reader is None or reader.parted:
                batch.stopped.append(row)
            elif not (to := addresses.get(row.member_id)):
                batch.unreachable.append(row)
            elif digest:
                together[row.member_id].append(row)
            else:
                kept = (word.id, reader.language)
                if kept not in said:
                    said[kept] = words.said(word, channel, reader.language, self._url(word.post_id))
                key = f"alert-word-{word.id}-{row.member_id}-{channel}"
                batch.items.append(self._item([row], key, to, said[kept], word, channel, reader.language))
        for member_id, held in together.items():
            language = readers[held[0].post_id, member_id].language
            parts = [(told[row.word_id], self._url(row.post_id)) for row in held]
            key = f"alert-digest-{held[-1].word_id}-{member_id}-{channel}"
            letter = words.digest(parts, language)
            batch.items.append(
                self._item(held, key, addresses[member_id], letter, parts[-1][0], channel, language)
            )
        return batch

    def _item(
        self,
        rows: list[Row[Any]],
        key: str,
        to: list[str],
        said: Said,
        word: Word,
        channel: str,
        language: str,
    ) -> Item:
        leave = None
        if channel == "email":
            leave = leaving.link(self._settings, rows[0].member_id, channel) or None
            said = words.with_way_out(said, language, leave)
        messages = [
            Message(
                key,
                one,
                said.subject,
                said.text,
                said.html,
                self._url(word.post_id),
                leave,
                language,
                word.urgent,
            )
            for one in to
        ]
        return Item(rows, messages, word.commune_id)

    def _addresses(self, session: Session, channel: str, members: list[int]) -> dict[int, list[str]]:
        match channel:
            case "email":
                asked = select(Account.member_id, Account.email).where(
                    Account.member_id.in_(members), Account.active, Account.confirmed_at.is_not(None)
                )
                return {row.member_id: [row.email] for row in session.execute(asked)}
            case "sms":
                found = phones.numbers(session, self._sealer, members)
                return {member: [number] for member, number in found.items()}
            case _:
                return {
                    member: list(to)
                    for member, to in pushes.subscriptions(session, self._sealer, members).items()
                }

    def _url(self, post_id: int) -> str:
        public = self._settings.public_url
        return f"{public}/alertes/{post_id}" if public else ""


def _ids(rows: Sequence[Row[Any]]) -> list[int]:
    return sorted({row.word_id for row in rows})
