"""One French source, said wholly in Dutch and in English too; who reads chooses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from sqlalchemy import update

from geoneighbour import errors
from geoneighbour.catalogues import CATALOGUES
from geoneighbour.communes.models import Commune
from geoneighbour.members.models import Notice
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import changes
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts import service as posts
from geoneighbour.settings import ROOT
from geoneighbour.web.languages import LANGUAGES
from geoneighbour.web.pages import words
from tests.mails import posted
from tests.web.readable import readable
from tests.world import box, communes, opened, settled

OTHERS = [language for language in LANGUAGES if language != "fr"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
SILLON = box(-2.06, 48.54, -2.03, 48.56)
NOTICE = {"from_code": "35002", "from_name": "B", "to_code": "35001", "to_name": "A", "since": "2026"}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """All that the code says, as `make translate` finds it."""
    found = tmp_path_factory.mktemp("words") / "messages.pot"
    words = ["lazy_gettext", *(name for name, one in vars(errors).items() if isinstance(one, type))]
    options = [part for word in words for part in ("-k", word)]
    config = ROOT / "geoneighbour/web/babel.cfg"
    CommandLineInterface().run(
        [
            "pybabel",
            "-q",
            "extract",
            "-F",
            str(config),
            *options,
            "-o",
            str(found),
            str(ROOT / "geoneighbour"),
        ]
    )
    return read_po(BytesIO(found.read_bytes()))


def catalogue(language: str, domain: str = "messages"):
    path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    return read_po(BytesIO(path.read_bytes()), locale=language)


def forms(text) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def words_of(texts) -> set[str]:
    return {
        word for text in texts for word in re.findall(r"[a-zà-ÿœ]{3,}", re.sub(r"\S+@\S+", "", text.lower()))
    }


def french_in(language: str):
    """Tells the French words of a text: those that the source uses and the language does not, and any with a foreign accent."""
    known = [message for message in catalogue(language) if message.id]
    ours = words_of(form for message in known for form in forms(message.id))
    theirs = words_of(form for message in known for form in forms(message.string))
    return lambda text: {
        word for word in words_of([text]) - theirs if word in ours or re.search("[à-ÿœ]", word)
    }


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated(language, said):
    known = catalogue(language)
    keys = {(m.context, m.id) for m in known if m.id}
    assert {(m.context, m.id) for m in said if m.id} - keys == set(), "new words: make translate"
    assert keys - {(m.context, m.id) for m in said if m.id} == set(), "words that nobody says any more"
    for message in known:
        if message.id:
            assert all(forms(message.string)), message.id
            assert not message.fuzzy, message.id
            assert not list(message.check(known)), message.id


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*/*/*.po")), ids=lambda p: f"{p.parts[-3]} {p.stem}")
def test_what_is_filled_in_is_the_same(path: Path):
    for message in catalogue(path.parts[-3], path.stem):
        for given in forms(message.string) if message.id else ():
            asked = {frozenset(PLACEHOLDER.findall(form)) for form in forms(message.id)}
            # The library says how long a link lived in units that it does not know in all languages.
            wanted = asked | {frozenset()} if "%(within)s" in message.id else asked
            assert frozenset(PLACEHOLDER.findall(given)) in wanted, message.id


@pytest.fixture
def street(world, logged_in):
    """Ids and clients: Ada (neighbourhood, posts, a conversation, a notice), Bo on her street, Nia who is new."""
    communes(world, ["AB"])
    world.execute(update(Commune).values(name="Stad"))
    ids = [settled(world, f"Ada{i}", -2.058 + 0.001 * i, 48.545 + 0.0005 * i) for i in range(14)]
    review.run(world)
    kade = opened(world, "Kade", SILLON, ids[:11])
    drawn = changes.redraw(world, ids[1], kade, box(-2.06, 48.54, -2.03, 48.57), "Ok?")
    changes.remark(world, ids[2], drawn.id, "Ok")
    changes.refuse(world, ids[0], changes.rename(world, ids[1], kade, "Kade 2", "Ok?").id)
    about = {"name": "Kade", "into_name": "Dijk", "to_name": "Dijk", "change": str(drawn.id)}
    kinds = ("renamed", "redrawn", "merged", "archived", "left_outside")
    whats = ("redraw", "rename", "merge", "archive")
    notices = [("change_proposed", what) for what in whats] + [(kind, "") for kind in kinds]
    world.add_all(
        Notice(member_id=ids[13], kind=kind, about=about | {"what": what}) for kind, what in notices
    )
    neighbourhoods.propose(world, ids[12], "Plein", "", SILLON)
    written = [
        posts.write(world, ids[0], "request", "Ladder?", "wider"),
        posts.write(world, ids[1], "request", "Boor?", "commune"),
        posts.write(world, ids[13], "request", "Zaag?", "wider"),
    ]
    thread = posts.reply(world, ids[0], written[1].id, "Ok")
    world.add_all(Notice(member_id=ids[0], kind="commune_changed", about=NOTICE | {"why": why}) for why in ("merged", "split", "border", "found", "lost"))  # fmt: skip
    world.add(Notice(member_id=ids[0], kind="quarter_redrawn", about={"name": "Kade", "vintage": "2026"}))
    new = settled(world, "Nia", -2.05, 48.55, verified=False)
    world.commit()
    return {
        "clients": [logged_in(ids[0]), logged_in(ids[13]), logged_in(new)],
        "neighbourhood_id": kade,
        "change_id": drawn.id,
        "post_id": [post.id for post in written],
        "thread_id": thread.id,
        "member_id": ids[1],
        "code": "35001",
    }


def pages(app, street) -> list[str]:
    """Each page that can be opened by its address."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.endpoint.startswith(("pages.", "security.")):
            continue
        if rule.rule.endswith((".css", ".js", ".png")):
            continue
        for post in street["post_id"]:
            path = rule.rule
            for name, value in (street | {"post_id": post}).items():
                path = re.sub(rf"<(int:)?{name}>", str(value), path)
            found.add(path)
    return [
        *sorted(found - {"/mot-de-passe/<token>"}),
        "/rien",
        "/messages/99",
        "/communes/99999",
        "/quartiers/99",
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_no_french_is_left_on_any_page(language, app, visitor, street):
    paths, read, left, french = pages(app, street), 0, set(), french_in(language)
    for client in [visitor, *street["clients"]]:
        for path in paths:
            page = client.get(path, headers={"Accept-Language": language})
            if page.status_code >= 300 and page.status_code < 400:
                continue
            if page.mimetype in ("application/zip", "application/atom+xml"):
                # One's own data, in one's own words; an authority's.
                continue
            if page.mimetype != "text/html":
                assert page.json["lang"] == language
                continue
            assert f'<html lang="{language}">' in page.text, path
            words = readable(page.text)
            read += len(words)
            left |= {f"{path}: {one} {found}" for one in words if (found := french(one))}
    assert not left, "\n".join(sorted(left))
    assert read > 2000


REFUSED = [
    ("/connexion", {"email": "nobody@example.org", "password": "x"}),
    ("/connexion", {}),
    ("/inscription", {}),
    ("/inscription", {"email": "x", "password": "x", "name": ""}),
    ("/mot-de-passe", {"email": "nobody@example.org"}),
    ("/mot-de-passe/x", {}),
]
REFUSED_TO_MEMBERS = [
    ("/publications/nouvelle", {"kind": "request", "body": "x", "reach": "wider"}),
    ("/publications/nouvelle", {"kind": "request", "body": "Hallo?", "reach": "x"}),
    ("/mot-de-passe/changer", {"password": "x", "new_password": "y", "new_password_confirm": "z"}),
    ("/quartiers/1/soutenir", {}),
    ("/quartiers/1/changer", {"kind": "rename", "name": "x", "why": "Ok?"}),
    ("/quartiers/1/changer", {"kind": "merge", "why": "Ok?"}),
    ("/quartiers/1/histoire", {"story": "x" * 501}),
    ("/quartiers/changements/1", {}),
    ("/quartiers/changements/1/accepter", {}),
]


@pytest.mark.parametrize("language", OTHERS)
def test_refusals_are_in_the_language_too(language, visitor, street):
    refusals = [(visitor, *one) for one in REFUSED] + [
        (street["clients"][0], *one) for one in REFUSED_TO_MEMBERS
    ]
    french = french_in(language)
    english = re.compile(r"\b(password|not|invalid|required|must|email address)\b", re.IGNORECASE)
    for client, path, typed in refusals:
        page = client.post(path, data=typed, headers={"Accept-Language": language}, follow_redirects=True)
        for one in readable(page.text):
            assert not french(one), (path, one)
            assert language == "en" or not english.search(one), (path, one)


def test_french_speaks_french_in_the_library_s_words_too(visitor):
    page = visitor.post("/connexion", data={"email": "nobody@example.org", "password": "x"}).text
    assert re.search(r"problem|note error", page)
    assert not [one for one in readable(page) if re.search(r"\b(not|invalid|does)\b", one)]


MAILS = {
    "fr": ("Bienvenue", "Bonjour Mia,", "Ce lien sert", "Votre mot de passe a été changé"),
    "nl": ("Welkom", "Dag Mia,", "Met deze link", "Je wachtwoord is gewijzigd"),
    "en": ("Welcome", "Hello Mia,", "With this link", "Your password has been changed"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_mails_are_in_the_language_of_who_asks(language, world, visitor, app):
    communes(world, ["A"])
    world.commit()
    old, new = "grande-maree-2026", "grande-maree-2027"
    person = {"name": "Mia", "email": "mia@example.org", "password": old, "lon": -2.05, "lat": 48.55}
    changed = {"password": old, "new_password": new, "new_password_confirm": new}
    for path, typed in (
        ("/inscription", person),
        ("/mot-de-passe/changer", changed),
        ("/deconnexion", {}),
        ("/mot-de-passe", person),
    ):
        assert visitor.post(path, data=typed, headers={"Accept-Language": language}).status_code < 400
    mails = posted(app)
    subjects = [mail["Subject"] for mail in mails]
    parts = [part for mail in mails for part in mail.walk()]
    text = "\n".join(part.get_content() for part in parts if part.get_content_maintype() == "text")
    assert len(subjects) == 3
    welcome, hello, link, changed = MAILS[language]
    assert {welcome, changed} <= set(subjects)
    assert hello in text
    assert link in text
    if language != "fr":
        strange = french_in(language)(re.sub(r"https?://\S+", "", text))
        assert not strange - {"mia"}, strange
        assert language == "en" or not re.search(r"\b(password|you|this|day)\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("header", "cookie", "language"),
    [
        (None, None, "fr"),
        ("nl-BE,nl;q=0.9,en;q=0.8", None, "nl"),
        ("de-DE,en;q=0.5", None, "en"),
        ("de", None, "fr"),
        ("en", "nl", "nl"),
        ("en", "xx", "en"),
    ],
)
def test_the_api_answers_in_the_reader_s_language(header, cookie, language, visitor):
    words = {
        "fr": "Doit être un nombre entre -90 et 90.",
        "nl": "Moet een getal tussen -90 en 90 zijn.",
        "en": "Must be a number between -90 and 90.",
    }
    if cookie:
        visitor.set_cookie("language", cookie)
    headers = {"Accept-Language": header} if header else {}
    answer = visitor.post("/api/v1/place", json={"lon": 4, "lat": 91}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["detail"] == words[language]
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    ("language", "date", "number", "since"),
    [
        ("fr", "5 janvier 2026", "environ 1 200", "il y a 3 heures"),
        ("nl", "5 januari 2026", "ongeveer 1.200", "3 uur geleden"),
        ("en-US", "5 January 2026", "about 1,200", "3 hours ago"),
    ],
)
def test_dates_and_numbers_are_those_of_the_language(language, date, number, since, app):
    with app.test_request_context(headers={"Accept-Language": language}):
        assert words.ago(datetime(2026, 1, 5, 12, tzinfo=UTC)) == date
        assert words.ago(datetime.now(UTC) - timedelta(hours=3)) == since
        assert words.about(1200).replace("\u202f", " ") == number


def test_numbers_in_a_refusal_are_written_as_in_the_language(street):
    large = box(-2.06, 48.5, -2.0, 48.57)
    told = {
        language: street["clients"][1]
        .post("/api/v1/neighbourhoods", json={"name": "Kade 2", "geometry": large}, headers={"Accept-Language": language})
        .json["detail"]
        for language in LANGUAGES
    }  # fmt: skip
    assert "34,5 km²" in told["fr"]
    assert "34,5 km²" in told["nl"]
    assert "34.5 km²" in told["en"]
    assert errors.InvalidShape("%(area)s km²", area=34.5).reason == "34,5 km²"


def test_the_choice_is_kept_and_leads_back(app, visitor):
    app.config["WTF_CSRF_ENABLED"] = True
    page = visitor.get("/confidentialite?x=1", headers={"Accept-Language": "en"}).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert 'name="back" value="/confidentialite?x=1"' in page
    form = {"language": "nl", "back": "/confidentialite?x=1", "csrf_token": token}
    assert visitor.post("/langue", data=form | {"csrf_token": ""}).status_code == 400
    answer = visitor.post("/langue", data=form)
    assert (answer.status_code, answer.location) == (302, "/confidentialite?x=1")
    assert "Wie ziet wat van mij?" in visitor.get("/confidentialite", headers={"Accept-Language": "en"}).text
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    visitor.post("/langue", data=form | {"language": "xx"})
    assert '<html lang="nl">' in visitor.get("/").text
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "/\t/example.org", ""):
        location = visitor.post("/langue", data=form | {"back": elsewhere}).location
        assert location == "/", elsewhere


def test_after_a_refused_form_the_switch_leads_to_the_form(visitor):
    assert 'name="back" value="/connexion"' in visitor.post("/connexion", data={}).text
    assert 'name="back" value="/"' in visitor.post("/langue/rien").text


@pytest.mark.parametrize(("language", "name"), [("nl", "Brussel"), ("fr", "Bruxelles"), ("en", "Bruxelles")])
def test_a_commune_of_two_languages(language, name, visitor, world):
    ids = communes(world, ["AB"])
    names = {"fr": "Bruxelles", "nl": "Brussel"}
    world.execute(update(Commune).where(Commune.id == ids["A"]).values(name="Bruxelles", names=names))
    world.commit()
    headers = {"Accept-Language": language}
    for typed in ("brussel", "bruxel"):
        (found,) = visitor.get(f"/api/v1/communes?q={typed}", headers=headers).json["communes"]
        assert (found["code"], found["name"]) == ("35001", name)
    place = visitor.post("/api/v1/place", json={"lon": -2.05, "lat": 48.55}, headers=headers)
    assert place.json["commune"]["name"] == name
    assert f"<h1>{name}</h1>" in visitor.get("/communes/35001", headers=headers).text
    assert visitor.get("/api/v1/communes?q=nl").json["communes"] == []
    picture = visitor.get("/communes/35001/carte.png", headers=headers)
    assert picture.cache_control.public
    assert {"Accept-Language", "Cookie"} <= set(picture.vary)


def test_no_line_of_the_page_that_verifies_begins_with_a_colon_or_a_unit(world, logged_in):
    communes(world, ["A"])
    page = logged_in(settled(world, "Zoé", -2.05, 48.55, verified=False)).get("/verification").text
    assert re.search(r"10\u00a0Mo|\d\u00a0Mo", page)
    assert "indice\u00a0: votre" in page or "décision\u00a0: au" in page
    assert not re.search(r" (:|Mo\b)", page.partition("<main")[2].partition("</main>")[0])
