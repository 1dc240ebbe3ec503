"""Proofs of address: what is taken, how it is kept, and that nothing of it stays."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.cli import cli
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, Unavailable
from geoneighbour.members import service as members
from geoneighbour.members.models import Notice
from geoneighbour.roles import service as roles
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification import documents, review, service, vouching
from geoneighbour.verification.documents import File
from geoneighbour.verification.models import Document
from tests.posts.pictures import SECRET as HIDDEN
from tests.posts.pictures import bomb, saved, scene, told_everything
from tests.verification.papers import HOSTILE, SECRET, bill
from tests.verification.post import resident
from tests.world import communes, settled

HERE = (-2.0551, 48.545)
SETTINGS = Settings()
PAPER = File("pdf", b"%PDF-1.7 12 rue de la Mer")


@pytest.fixture
def sealer(tmp_path) -> Sealer:
    return Sealer(Settings(state_dir=tmp_path, address_keys=Fernet.generate_key().decode()))


@pytest.fixture
def zoe(world: Session) -> int:
    communes(world, ["A"])
    member = settled(world, "Zoé", *HERE, verified=False)
    world.commit()
    return member


def left(world: Session) -> int:
    world.flush()
    return world.scalar(select(func.count()).select_from(Document)) or 0


def told(world: Session, member: int) -> list[str]:
    return list(world.scalars(select(Notice.kind).where(Notice.member_id == member).order_by(Notice.id)))


def test_a_pdf_comes_out_as_its_pages_alone():
    file = documents.read(bill(pages=2))
    assert file.kind == "pdf"
    pages = PdfReader(BytesIO(file.data)).pages
    assert len(pages) == 2
    assert "12 rue de la Mer" in pages[1].extract_text()
    assert SECRET not in file.data
    assert all("/A" not in note.get_object() for page in pages for note in page.get("/Annots", ()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_out_as_pixels_alone(kind):
    file = documents.read(told_everything(kind))
    assert file.kind == "webp"
    picture = Image.open(BytesIO(file.data))
    assert (picture.format, picture.size) == ("WEBP", (900, 1200))
    assert HIDDEN not in file.data


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_refused_in_words(what):
    sent, word = HOSTILE[what]
    with pytest.raises(InvalidInput) as refused:
        documents.read(sent)
    assert refused.value.field == "document"
    assert word in refused.value.reason


def test_how_large_a_file_may_be():
    small = saved(scene(40, 30))
    assert documents.read(small + bytes(documents.MOST_BYTES - len(small))).kind == "webp"
    with pytest.raises(InvalidInput, match="trop lourd"):
        documents.read(small + bytes(documents.MOST_BYTES - len(small) + 1))
    with pytest.raises(InvalidInput, match="trop grande"):
        documents.read(bomb())


def test_nobody_reads_it_without_the_key(world, zoe, sealer, tmp_path):
    kept = documents.send(world, sealer, SETTINGS, zoe, PAPER)
    world.commit()
    everything = world.scalar(text("SELECT string_agg(document::text, '') FROM document"))
    for clear in (b"rue de la Mer", b"%PDF"):
        assert clear not in kept.box
        assert clear.hex() not in everything
    assert documents.opened(sealer, kept) == PAPER
    other = Sealer(Settings(state_dir=tmp_path, address_keys=Fernet.generate_key().decode()))
    with pytest.raises(Unavailable):
        documents.opened(other, kept)
    # Nor beside the database.
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_keys_rotate(world, zoe, tmp_path, monkeypatch, database_url):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    def with_keys(*keys: str) -> Settings:
        return Settings(state_dir=tmp_path, database_url=database_url, address_keys=",".join(keys))

    documents.send(world, Sealer(with_keys(old)), SETTINGS, zoe, PAPER)
    world.commit()
    monkeypatch.setattr(environment, "load", lambda: with_keys(new, old))
    said = CliRunner().invoke(cli, ["verifications", "seal"], catch_exceptions=False)
    assert said.output == "1 documents are sealed with the first key.\n"
    assert documents.own(world, Sealer(with_keys(new)), zoe) == PAPER
    listed = CliRunner().invoke(cli, ["verifications", "list"], catch_exceptions=False).output.split()
    assert listed[1:6] == ["document", "Commune", "A", "Zoé", "1"]


def test_one_at_a_time_and_taken_back(world, zoe, sealer):
    first = documents.send(world, sealer, SETTINGS, zoe, PAPER).id
    second = documents.send(world, sealer, SETTINGS, zoe, PAPER).id
    assert second > first
    assert left(world) == 1
    documents.withdraw(world, zoe)
    assert left(world) == 0
    assert documents.waiting(world, zoe) is None


def test_only_who_is_not_verified_and_only_where_it_is_open(world, zoe, sealer):
    with pytest.raises(Forbidden):
        documents.send(world, sealer, Settings(verification_ways="postcard"), zoe, PAPER)
    service.prove(world, zoe, "operator")
    with pytest.raises(Conflict):
        documents.send(world, sealer, SETTINGS, zoe, PAPER)


def test_whom_neighbours_vouched_for_may_send_one_to_vouch_for_others(world, zoe, logged_in):
    operator = settled(world, "Olga", *HERE)
    roles.grant(world, operator, "operator")
    client = logged_in(zoe)
    service.prove(world, zoe, "vouching")
    world.commit()
    page = client.get("/verification").text
    assert "Vous porter garant à votre tour" in page
    assert 'id="postcard"' in page
    assert 'id="vouching"' not in page
    with pytest.raises(Conflict):
        vouching.ask(world, SETTINGS, zoe)
    world.rollback()
    sent = client.post("/verification/document", data={"document": (BytesIO(bill()), "a.pdf")})
    assert sent.status_code == 302
    assert documents.forget(world) == 0
    assert not vouching.vouches(world, zoe)
    review.accept(world, operator, "document", world.scalars(select(Document.id)).one())
    world.commit()
    assert vouching.vouches(world, zoe)
    assert "garant à votre tour" not in client.get("/verification").text


@pytest.mark.parametrize("why", ["closed", "verified"])
def test_nothing_is_read_of_a_file_that_cannot_be_taken(world, zoe, app, logged_in, monkeypatch, why):
    client = logged_in(zoe)
    if why == "closed":
        shut = app.config["SETTINGS"].model_copy(update={"verification_ways": "postcard"})
        app.config["SETTINGS"] = shut
    else:
        service.prove(world, zoe, "document")
        world.commit()
    monkeypatch.setattr(documents, "read", lambda data: pytest.fail("it was read"))
    sent = client.post("/api/v1/me/document", data={"document": (BytesIO(b"%PDF"), "a.pdf")})
    assert sent.status_code == {"closed": 403, "verified": 409}[why]


@pytest.mark.parametrize(("days", "stays"), [(28.9, True), (29.1, False)])
def test_none_is_left_after_thirty_days(world, zoe, sealer, days, stays):
    documents.send(world, sealer, SETTINGS, zoe, PAPER)
    world.execute(update(Document).values(sent_at=Document.sent_at - timedelta(days=days)))
    assert documents.forget(world) == (0 if stays else 1)
    assert left(world) == int(stays)
    assert told(world, zoe) == ([] if stays else ["document_gone"])


@pytest.mark.parametrize("why", ["moved", "verified"])
def test_none_is_left_that_nobody_needs(world, zoe, sealer, why):
    documents.send(world, sealer, SETTINGS, zoe, PAPER)
    if why == "moved":
        members.get(world, zoe).moved_at = func.now() + timedelta(seconds=1)
        world.flush()
        assert documents.waiting(world, zoe) is None
    else:
        service.prove(world, zoe, "vouching")
    assert documents.forget(world) == 1
    assert left(world) == 0


def test_sent_on_the_page_and_shown_there(world, zoe, logged_in, post):
    client = logged_in(zoe)
    page = client.get("/verification").text
    assert "Un PDF, ou une photo" in page
    assert "Écrivez d’abord votre adresse postale" in page
    written = logged_in(resident(world, post, "Yann")).get("/verification").text
    assert "Écrivez d’abord votre adresse postale" not in written
    empty = client.post("/verification/document", data={})
    assert empty.status_code == 422
    assert "Choisissez un fichier" in empty.text
    wrong = client.post("/verification/document", data={"document": (BytesIO(b"GIF89a"), "a.pdf")})
    assert wrong.status_code == 422
    assert wrong.text.count('id="problem-document"') == 1
    sent = client.post("/verification/document", data={"document": (BytesIO(bill()), "../chez moi.pdf")})
    assert sent.status_code == 302
    assert "Votre document est arrivé le" in client.get("/verification").text
    assert client.get("/api/v1/me/document").json["sent_at"]
    taken = zipfile.ZipFile(BytesIO(client.get("/api/v1/me/export").data))
    assert "12 rue de la Mer" in PdfReader(BytesIO(taken.read("document.pdf"))).pages[0].extract_text()
    assert '"box"' not in taken.read("data.json").decode()
    assert client.post("/verification/document/retirer").status_code == 302
    assert left(world) == 0


def test_how_heavy_a_form_may_be_and_how_often(world, zoe, logged_in, visitor):
    client = logged_in(zoe)
    small = saved(scene(40, 30))

    def send(client, size: int) -> int:
        return client.post(
            "/api/v1/me/document", data={"document": (BytesIO(small + bytes(size - len(small))), "a.jpg")}
        ).status_code

    assert send(client, documents.MOST_BYTES) == 201
    assert send(client, documents.MOST_BYTES + 1) == 422
    assert send(client, documents.MOST_BYTES + 100_000) == 413
    assert send(visitor, 300_000) in (401, 413)
    assert [send(client, len(small)) for _ in range(9)][-2:] == [201, 429]
