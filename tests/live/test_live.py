"""Open pages hear of a word within moments, and only those whom it reached; the process outlives the loss of its database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.live.tickets import Page, Tickets
from geoneighbour.settings import Settings
from tests.alerts import town
from tests.world import communes, settled

SETTINGS = Settings(secret_key="for tests only")


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def live(database_url: str, port: int, tmp_path) -> Iterator[str]:
    """`geoneighbour live`, as it is started; its address."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "LIVE_PORT": str(port),
        "SECRET_KEY": "for tests only",
        "STATE_DIR": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-m", "geoneighbour", "live"], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx.get(address).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        assert process.wait(10) in (0, -15)


def said(session: Session, post_id: int | None = None, body: str = "Un mot") -> tuple[int, int]:
    """A word that went out, as the fan-out leaves it: (post, word)."""
    if post_id is None:
        post_id = session.scalar(
            text(
                "INSERT INTO post (kind, author_id, body, reach, origin_zone, origin_surroundings)"
                " SELECT 'alert', member_id, 'Chat perdu', 'neighbourhood', zone, surroundings FROM residence"
                " ORDER BY member_id LIMIT 1 RETURNING id"
            )
        )
        session.execute(
            text(
                "INSERT INTO alert (post_id, kind, ends_at) VALUES (:post, 'theft', now() + interval '1 day')"
            ),
            {"post": post_id},
        )
    word = session.scalar(
        text(
            "INSERT INTO alert_word (post_id, what, body, fanned_out_at) VALUES (:post, 'alert', :body, now()) RETURNING id"
        ),
        {"post": post_id, "body": body},
    )
    return post_id, word  # type: ignore[return-value]


def reach(session: Session, post_id: int, member_id: int) -> None:
    session.execute(
        text("INSERT INTO alert_recipient VALUES (:post, :member, 'neighbour')"),
        {"post": post_id, "member": member_id},
    )


def login(session: Session, member_id: int) -> Page:
    account = "SELECT id FROM account WHERE member_id = :member"
    if session.scalar(text(account), {"member": member_id}) is None:
        town.account(session, member_id, f"m{member_id}@example.org")
    made = text(
        "INSERT INTO login_session (account_id, word_hash, browser, device)"
        f" VALUES (({account}), sha256(random()::text::bytea), '', '') RETURNING id"
    )
    return Page(member_id, session.scalar(made, {"member": member_id}))  # type: ignore[arg-type]


def ring(session: Session, word: int) -> None:
    session.execute(text("SELECT pg_notify('alerts', :word)"), {"word": str(word)})
    session.commit()


def refuses_what_is_no_ticket(live: str) -> None:
    other = Tickets(Settings(secret_key="another"))
    for ticket in ("", "x", other.make(Page(1, 1)), Tickets(SETTINGS).make(1)):  # type: ignore[arg-type]
        answer = httpx.get(
            f"{live}/direct", params={"ticket": ticket}, headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, int]]]:
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_word_comes_at_once_to_whom_it_reached(live: str, session: Session, database) -> None:
    communes(session, ["A"])
    anne, bruno = settled(session, "Anne", -2.05, 48.55), settled(session, "Bruno", -2.06, 48.56)
    hers_now, his_now, his_other = login(session, anne), login(session, bruno), login(session, bruno)
    session.commit()
    tickets = Tickets(SETTINGS)
    refuses_what_is_no_ticket(live)
    with httpx.Client(timeout=8) as client:

        def page(of: Page):
            return client.stream(
                "GET",
                f"{live}/direct",
                params={"ticket": tickets.make(of)},
                headers={"Origin": "http://127.0.0.1:8000"},
            )

        with page(hers_now) as hers, page(his_now) as his, page(his_other) as elsewhere:
            assert hers.status_code == his.status_code == 200
            assert hers.headers["content-type"].startswith("text/event-stream")
            assert hers.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
            to_anne, to_bruno = events(hers.iter_lines()), events(his.iter_lines())
            begun = time.monotonic()
            post, word = said(session)
            reach(session, post, anne)
            ring(session, word)
            assert next(to_anne) == ("alert", {"post_id": post, "word": word})
            assert time.monotonic() - begun < 2
            # Bruno was told nothing of it: the next is the first that he hears.
            both, later = said(session)
            reach(session, both, bruno)
            ring(session, later)
            assert next(to_bruno) == ("alert", {"post_id": both, "word": later})
            # What moderation hid is no news. Once is enough, however often it rings.
            session.execute(text("UPDATE post SET hidden_at = now() WHERE id = :post"), {"post": post})
            said(session, post)
            ring(session, word)
            _, again = said(session, both)
            reach(session, both, anne)
            # The connection is lost, and nobody rings: it is asked all the same.
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query = 'LISTEN alerts' OR query LIKE '%words_heard%' AND pid <> pg_backend_pid()"
                )
            )
            session.commit()
            assert next(to_anne) == ("alert", {"post_id": both, "word": again})
            assert next(to_bruno) == ("alert", {"post_id": both, "word": again})
            # A login that has ended hears nothing from then on, though its page is open; the same member's other one does.
            to_other = events(elsewhere.iter_lines())
            assert [next(to_other)[1]["word"] for _ in range(2)] == [later, again]
            session.execute(text("DELETE FROM login_session WHERE id = :gone"), {"gone": his_other.login_id})
            _, last = said(session, both)
            ring(session, last)
            assert next(to_bruno) == ("alert", {"post_id": both, "word": last})
            # Nor who is suspended, or whose account is closed: asked as the process asks.
            heard = text("SELECT login_id FROM nearness.words_heard('{}', :logins) WHERE word_id = :word")
            asked = {"logins": [hers_now.login_id, his_now.login_id, his_other.login_id], "word": last}
            assert set(session.scalars(heard, asked)) == {hers_now.login_id, his_now.login_id}
            session.execute(text("UPDATE member SET suspended_at = now() WHERE id = :anne"), {"anne": anne})
            session.execute(text("UPDATE account SET active = false WHERE member_id = :him"), {"him": bruno})
            assert session.scalars(heard, asked).all() == [None]


def test_a_ticket_serves_for_a_minute() -> None:
    tickets = Tickets(SETTINGS)
    page = Page(7, 8)
    assert tickets.read(tickets.make(page)) == page
    assert tickets.read(tickets.make(page), seconds=-1) is None
