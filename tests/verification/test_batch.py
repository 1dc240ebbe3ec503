"""Letters on paper: in the window, with a code that serves, all of them or none; printing again voids what was printed."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import func, select, text

from geoneighbour import printing
from geoneighbour import settings as environment
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.members import addresses
from geoneighbour.members.models import AddressAccess, Notice
from geoneighbour.verification import batch, letters, paper
from geoneighbour.verification.commands import letters as command
from geoneighbour.verification.letters import Outcome
from geoneighbour.verification.models import Letter
from tests.verification.post import ADDRESS, HERE, codes_in, post_of, printed, resident, texts
from tests.world import box, communes, opened, settled

MM = 72 / 25.4


@pytest.fixture
def zoe(world, post):
    communes(world, ["A"])
    zoe = resident(world, post, "Zoé <b>M.</b>")
    letters.ask(world, post, zoe, "fr")
    world.commit()
    return zoe


@pytest.fixture
def run(post, database_url, monkeypatch, tmp_path):
    """`geoneighbour letters …`"""
    settings = post.settings.model_copy(update={"database_url": database_url})
    monkeypatch.setattr(environment, "load", lambda: settings)

    def run(*words: str):
        return CliRunner().invoke(command, words, catch_exceptions=True)

    return run


def test_the_address_stands_in_the_window_and_the_code_does_not(world, post, zoe):
    page = PdfReader(BytesIO(batch.print_waiting(world, post).pdf)).pages[0]
    assert [float(page.mediabox.width) / MM, float(page.mediabox.height) / MM] == pytest.approx(
        [210, 297], abs=0.5
    )
    found: list[tuple[str, float, float]] = []

    def visit(words, matrix, text_matrix, font, size):
        if words.strip():
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            found.append((words.strip(), x / MM, 297 - y / MM))

    page.extract_text(visitor_text=visit)
    inside = " ".join(words for words, x, down in found if 100 <= x <= 200 and 45 <= down <= 90)
    assert "Zoé <b>M.</b>" in inside
    assert "3 rue du Port" in inside
    assert "35400 Saint-Malo" in inside
    assert "Votre code" not in inside
    assert not any(45 <= down <= 90 and x < 100 for words, x, down in found if "Port" in words)


def test_the_letter_says_where_till_when_and_in_whose_language(world, post, zoe, monkeypatch):
    asked_for = []
    monkeypatch.setattr(printing, "qr", lambda words: asked_for.append(words) or "<svg></svg>")
    friends = [settled(world, f"P{n}", HERE.lon, HERE.lat) for n in range(11)]
    drawn = opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), friends)
    world.execute(text("UPDATE residence SET zone = :zone WHERE member_id = :id"), {"zone": drawn, "id": zoe})
    dutch = resident(world, post, "Nele", "Hoogstraat 1, 35400 Saint-Malo")
    letters.ask(world, post, dutch, "nl")
    pdf = batch.print_waiting(world, post).pdf
    french, other = (" ".join(words.split()) for words in texts(pdf))
    assert "Le Sillon, Commune A" in french
    assert "https://voisins.example/verification" in french
    until = world.scalars(select(Letter)).first().printed_at + letters.VALID
    assert str(until.year) in french
    assert "Votre code de vérification" in french
    assert "Votre code" not in other
    assert asked_for == [f"https://voisins.example/verification#code={code}" for code in codes_in(pdf)]


def test_printing_again_voids_what_was_printed(world, post, zoe):
    [first], [second] = printed(world, post), printed(world, post)
    assert first != second
    assert letters.enter(world, post, zoe, first) == Outcome.WRONG
    assert letters.enter(world, post, zoe, second) == Outcome.RIGHT


def test_what_was_sent_is_not_printed_again(world, post, zoe):
    [code] = printed(world, post)
    assert batch.mark_sent(world) == 1
    assert world.scalars(select(Notice.kind)).all() == ["letter_sent"]
    assert printed(world, post) == []
    assert batch.mark_sent(world) == 0
    assert letters.enter(world, post, zoe, code) == Outcome.RIGHT


def test_no_code_stands_in_the_database(world, post, zoe):
    [code] = printed(world, post)
    tables = world.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    held = "".join(str(world.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables)
    assert "Zoé" in held
    for part in (code, code.lower(), f"{code[:3]}-{code[3:6]}", "rue du Port"):
        assert part not in held


def test_reading_an_address_for_the_printer_is_written_down(world, post, zoe):
    printed(world, post)
    rows = world.execute(select(AddressAccess.member_id, AddressAccess.viewer_id, AddressAccess.purpose))
    assert [tuple(row) for row in rows] == [(zoe, None, "letter")]


def test_an_address_that_was_changed_since_is_left_out(world, post, zoe):
    addresses.keep(world, post.sealer, zoe, HERE, "8 rue du Port", checked=False)
    made = batch.print_waiting(world, post)
    assert (made.pdf, made.printed, made.void) == (b"", 0, 1)
    assert letters.latest(world, post, zoe) is None


def test_one_commune_at_a_time_and_so_many(world, post, zoe):
    second = resident(world, post, "Yann", "9 rue Haute, 35400 Saint-Malo")
    letters.ask(world, post, second, "fr")
    assert len(printed(world, post, commune="35001", limit=1)) == 1
    assert world.scalars(select(Letter.state).order_by(Letter.id)).all() == ["printed", "waiting"]
    with pytest.raises(NotFound):
        batch.print_waiting(world, post, commune="99999")


def test_the_commands(run, world, post, zoe, tmp_path):
    out = tmp_path / "letters.pdf"
    assert "No letter waits" not in (first := run("print", "--out", str(out))).output
    assert first.exit_code == 0, first.output
    assert "1 letters" in first.output
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    [code] = codes_in(out.read_bytes())
    assert code not in first.output
    assert run("mark-sent").output == "1 letters marked as sent.\n"
    assert dict(line.rsplit(maxsplit=1) for line in run("list").output.splitlines())["sent"] == "1"
    assert "No letter waits" in run("print", "--out", str(tmp_path / "none.pdf")).output
    assert [one.name for one in tmp_path.glob("*.pdf")] == ["letters.pdf"]
    world.expire_all()
    assert letters.enter(world, post, zoe, code) == Outcome.RIGHT


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(run, world, post, zoe, tmp_path):
    [code] = printed(world, post)
    failed = run("print", "--out", str(tmp_path / "missing" / "letters.pdf"))
    assert isinstance(failed.exception, OSError)
    world.expire_all()
    assert letters.enter(world, post, zoe, code) == Outcome.RIGHT


def test_without_its_address_on_the_network_nothing_is_printed(world, app, zoe):
    post = post_of(app)
    with pytest.raises(InvalidInput, match="PUBLIC_URL"):
        batch.print_waiting(
            world,
            letters.Post(post.settings.model_copy(update={"public_url": None}), post.keys, post.sealer),
        )
    assert world.scalar(select(func.count()).select_from(AddressAccess)) == 0


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (ADDRESS, ["Zoé", "3 rue du Port", "35400 Saint-Malo"]),
        ("a, b\nc,, d, e, f, g", ["Zoé", "a", "b", "c", "d", "e, f, g"]),
    ],
)
def test_an_address_has_six_lines_at_most(address, expected):
    assert paper.lines("Zoé", address) == expected


def test_what_one_takes_away_holds_the_letter_without_its_hashes(world, post, zoe, logged_in):
    printed(world, post)
    answer = logged_in(zoe).get("/api/v1/me/export")
    assert answer.status_code == 200
    with zipfile.ZipFile(BytesIO(answer.data)) as files:
        [letter] = json.loads(files.read("data.json"))["letter"]
    assert letter["state"] == "printed"
    assert not {"code", "home", "place"} & letter.keys()
