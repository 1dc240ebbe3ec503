"""The matrix: every endpoint, as each standing. What is not in the table is closed, and fails here."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from geoneighbour.members.models import Member
from geoneighbour.web import policy
from geoneighbour.web.policy import Standing
from tests.world import box, communes, opened, settled

HERE = (-2.05, 48.55)


@pytest.fixture
def clients(app, world, logged_in, visitor):
    """One of each standing, all in one open neighbourhood."""
    communes(world, ["A"])
    people = [settled(world, f"P{n}", *HERE) for n in range(11)]
    opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), people)
    fresh, over = (settled(world, name, *HERE, verified=False) for name in ("Zoé", "Yann"))
    days = timedelta(hours=49)
    gone = {"created_at": Member.created_at - days, "moved_at": Member.moved_at - days}
    world.execute(update(Member).where(Member.id == over).values(gone))
    world.commit()
    return {
        Standing.ANYBODY: visitor,
        Standing.ACCOUNT: logged_in(over),
        Standing.VISITOR: logged_in(fresh),
        Standing.MEMBER: logged_in(people[0]),
    }


def calls(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            yield rule.endpoint, method, re.sub(r"<[\w:]+>", "x", path)


def test_every_endpoint_is_in_the_table_once(app):
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    listed = [endpoint for endpoints in policy.POLICY.values() for endpoint in endpoints.split()]
    assert sorted(listed) == sorted(known)


def test_what_is_missing_is_closed(app, clients, monkeypatch):
    monkeypatch.delitem(policy.NEEDED, "pages.start")
    for client in clients.values():
        assert client.get("/").status_code == 403


def test_every_endpoint_as_each_standing(app, clients):
    """Whoever lacks the standing is refused before anything else is looked at; who has it is not refused for it."""
    checked = 0
    for endpoint, method, path in calls(app):
        needed = policy.NEEDED[endpoint]
        if endpoint == "security.logout":
            continue
        for standing, client in clients.items():
            answer = client.open(path, method=method, json={} if path.startswith("/api") else None)
            where = f"{method} {path} as {standing.name}"
            refused = _refused_for_standing(answer, standing, needed, path)
            assert refused == (standing < needed), f"{where}: {answer.status_code}"
            checked += 1
    assert checked > 400


def _refused_for_standing(answer, standing: Standing, needed: Standing, path: str) -> bool:
    api = path.startswith("/api/")
    if standing == Standing.ANYBODY:
        return answer.status_code == 401 if api else (answer.location or "").startswith("/connexion")
    if needed == Standing.VISITOR and standing == Standing.ACCOUNT and not api:
        return answer.location == "/verification"
    words = "visite de 48 heures" if needed == Standing.VISITOR else "pas encore vérifiée"
    return answer.status_code == 403 and words in (answer.json["detail"] if api else answer.text)


def test_a_visit_that_is_over_leaves_the_page_of_verification(clients):
    over, fresh = clients[Standing.ACCOUNT], clients[Standing.VISITOR]
    assert "terminée" in over.get("/verification").text
    assert "encore 48 heures" in fresh.get("/verification").text
    assert "encore 48 heures" in fresh.get("/accueil").text
    assert "Votre adresse est vérifiée" in clients[Standing.MEMBER].get("/verification").text
    assert over.get("/compte").status_code == 200
    assert over.get("/api/v1/me/export").status_code == 200
    assert over.get("/api/v1/feed").json["detail"].startswith("Votre visite de 48 heures")
