"""`geoneighbour partners ...`: what operators type and read; what cannot serve is one line and exit code 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from geoneighbour import cli
from geoneighbour import settings as environment
from geoneighbour.accounts.models import Account
from geoneighbour.affiliation import service as affiliation
from geoneighbour.affiliation.models import CommissionEntry
from geoneighbour.database.engine import transaction
from geoneighbour.offers.models import Offer, OfferFeed
from geoneighbour.settings import Settings
from tests.offers import made
from tests.world import communes, settled

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs `geoneighbour partners` with these words; gives exit code, output and errors."""
    monkeypatch.setattr(environment, "load", lambda: Settings(state_dir=tmp_path, database_url=database_url))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["geoneighbour", "partners", *words])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_a_partner_from_its_first_feed_to_its_pause(run: Run, database: Engine, tmp_path: Path):
    file = tmp_path / "feed.json"
    file.write_bytes(made.features([made.feature(1), made.feature(2), made.feature(3, opening_hours="soir")]))
    assert run("add", "ferme", "La Ferme")[0] == 0
    code, key, _ = run("feed", "ferme", "paniers", "--format", "geojson", "--category", "producer")
    assert code == 0
    assert "Authorization: Bearer " in key

    assert run("import", "ferme")[1] == "ferme/paniers: is sent here, or give --file\n"
    code, said, _ = run("import", "ferme", "paniers", "--file", str(file))
    assert code == 0
    assert "2 added, 0 changed, 0 unchanged, 0 gone, 1 rejected" in said
    assert "row 3 n3: opening_hours is not as OpenStreetMap writes them" in said
    assert "2 unchanged" in run("import", "ferme", "paniers", "--file", str(file))[1]

    listed = run("list")[1]
    assert "2 offers" in listed
    assert "stale" not in listed
    report = run("report", "ferme", "paniers")[1].splitlines()
    assert "2 unchanged" in report[0]
    assert "2 added" in report[1]
    assert "row 3 n3" in report[2]

    assert run("pause", "ferme")[0] == 0
    assert "La Ferme  paused" in run("list")[1]
    assert run("resume", "ferme")[0] == 0
    assert "paused" not in run("list")[1]


def test_rubbish_fails_loses_nothing_and_is_listed_as_stale(run: Run, database: Engine, tmp_path: Path):
    feed = made.feed(database)
    made.bring_file(database, tmp_path, feed, made.features([made.feature(1)]))
    cut = tmp_path / "cut.json"
    cut.write_bytes(made.features([made.feature(1)])[:-9])
    code, said, _ = run("import", "ferme", "all", "--file", str(cut))
    assert code == 1
    assert "nothing was changed: is no JSON, or ends too early" in said
    assert "1 offers" in run("list")[1]
    assert "stale: is no JSON" in run("list")[1]

    cut.write_bytes(made.features([]))
    assert run("import", "ferme", "all", "--file", str(cut))[0] == 1
    assert "1 gone" in run("import", "ferme", "all", "--file", str(cut), "--accept")[1]
    with Session(database) as session:
        assert session.scalar(select(func.count()).where(Offer.gone_at.is_(None))) == 0


def test_a_new_key_closes_the_former(run: Run, database: Engine):
    feed = made.feed(database)
    with Session(database) as session:
        before = session.get_one(OfferFeed, feed).key_hash
    assert "Bearer" in run("new-key", "ferme", "all")[1]
    with Session(database) as session:
        assert session.get_one(OfferFeed, feed).key_hash != before


def test_categories_are_listed_added_and_changed_in_part(run: Run):
    assert "Amap" in run("categories")[1]
    assert run("categories", "libraries", "--fr", "Bibliothèques", "--position", "5")[0] == 0
    said = run("categories", "libraries", "--nl", "Bibliotheken")[1]
    assert next(line.split() for line in said.splitlines()) == ["libraries", "5", "Bibliothèques"]


def test_what_cannot_serve_is_one_line_and_exit_code_2(run: Run, database: Engine, tmp_path: Path):
    made.feed(database)
    wrong = tmp_path / "mapping.json"
    wrong.write_text(json.dumps({"fields": {"colour": "c"}}))
    given = ("feed", "ferme", "more", "--format", "json")
    for words, reason in {
        ("add", "ferme", "Again"): "there is a partner ferme already",
        ("add", "Ferme 2", "Name"): "this is not taken: ck_partner_code",
        ("add", "other", "Name", "--url", "ftp://x"): "this is not taken: ck_partner_url",
        ("feed", "nobody", "more", "--format", "json"): "there is no partner nobody",
        ("feed", "ferme", "all", "--format", "json"): "there is a feed ferme/all already",
        (*given, "--category", "nothing"): "there is no category nothing",
        (*given, "--url", "ftp://x"): "a feed has an https address",
        (*given, "--every", "0.01"): "this is not taken: ck_offer_feed_every",
        (*given, "--mapping", str(wrong)): "there is no field colour",
        (*given, "--mapping", str(tmp_path / "none")): "cannot be read",
        ("feed", "ferme", "more", "--format", "xml"): "'xml' is not one of",
        ("import", "nobody"): "there is no partner nobody",
        ("import", "ferme", "nothing", "--file", str(wrong)): "name the feed that the file is of",
        ("report", "ferme", "nothing"): "there is no feed ferme/nothing",
        ("new-key", "ferme", "nothing"): "there is no feed ferme/nothing",
        ("pause", "nobody"): "there is no partner nobody",
        ("resume", "nobody"): "there is no partner nobody",
        ("categories", "fresh", "--nl", "Vers"): "a new category needs a name: --fr",
    }.items():
        code, said, error = run(*words)
        assert (code, said) == (2, ""), words
        assert reason in error, words
        assert "Traceback" not in error, words
        if "Usage:" not in error:
            assert len(error.splitlines()) == 1, words
    with Session(database) as session:
        session.execute(update(OfferFeed).values(key_hash=None, url="https://ferme.example"))
        session.commit()
    assert run("new-key", "ferme", "all")[0] == 2


def test_terms_a_secret_a_statement_and_what_is_taken_back(run: Run, database: Engine, tmp_path: Path):
    made.bring_file(database, tmp_path, made.feed(database), made.features([made.feature(1)]))
    assert run("terms", "ferme", "--click-cents", "5", "--conversion-permille", "30")[0] == 0
    with transaction(database) as session:
        affiliation.click(session, "ferme", session.scalars(select(Offer.id)).one())
    month = f"{affiliation.today():%Y-%m}"
    code, said, _ = run("statement", "ferme", month)
    assert code == 0
    number = said.splitlines()[1].split(",")[0]
    assert said.splitlines()[-1] == f"total,{month},,,,,0.05,"
    assert run("reverse", number, "a test")[:2] == (0, f"entry {int(number) + 1}: -5 cents\n")
    assert run("statement", "ferme", month)[1].splitlines()[-1] == f"total,{month},,,,,0.00,"
    words = {run("secret", "ferme")[1].splitlines()[0] for _ in range(2)}
    assert len(words) == 2

    for wrong, reason in (
        (("terms", "ferme", "--click-cents", "-1", "--conversion-permille", "30"), "-1 is not in the range"),
        (("terms", "nobody", "--click-cents", "1", "--conversion-permille", "30"), "nobody"),
        (("secret", "nobody"), "nobody"),
        (("statement", "ferme", "novembre"), "'novembre'"),
        (("reverse", number, "again"), "taken back already"),
        (("reverse", str(int(number) + 1), "that"), "is a reversal itself"),
        (("reverse", "999", "none"), "no entry 999"),
    ):
        code, said, error = run(*wrong)
        assert (code, said) == (2, ""), wrong
        assert reason in error.splitlines()[-1], error
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(CommissionEntry)) == 2


def test_whose_login_opens_a_partners_page(run: Run, database: Engine):
    made.feed(database)
    with transaction(database) as session:
        communes(session, ["AB"])
        anne = settled(session, "Anne", -1.95, 48.55)
        session.add(
            Account(email="anne@exemple.fr", password="", active=True, fs_uniquifier="anne", member_id=anne)
        )
    assert run("account", "list", "ferme")[:2] == (0, "")
    for _ in range(2):
        assert run("account", "add", "ferme", "Anne@exemple.fr")[0] == 0
    assert run("account", "list", "ferme")[1].split()[1:] == ["anne@exemple.fr"]
    for wrong, reason in (
        (("account", "add", "ferme", "nobody@exemple.fr"), "nobody@exemple.fr"),
        (("account", "add", "nobody", "anne@exemple.fr"), "nobody"),
        (("account", "remove", "ferme", "nobody@exemple.fr"), "nobody@exemple.fr"),
        (("account", "list", "nobody"), "nobody"),
    ):
        code, said, error = run(*wrong)
        assert (code, said) == (2, ""), wrong
        assert reason in error
    assert run("account", "remove", "ferme", "anne@exemple.fr")[0] == 0
    assert run("account", "list", "ferme")[1] == ""
    assert "does not open" in run("account", "remove", "ferme", "anne@exemple.fr")[2]
