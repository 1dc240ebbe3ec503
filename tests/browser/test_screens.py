"""Pictures of every screen for docs/screens.md: phone and desk, by day and by night.

GEONEIGHBOUR_SCREENSHOTS=1 takes them anew and writes the page, =alerts,alert only these; else what is kept is complete,
small, and shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.roles import service as roles
from geoneighbour.settings import ROOT
from tests.browser import shots
from tests.browser.conftest import DESK, PHONE, Visit, wait_for_map, wait_for_picture
from tests.browser.maps import click, go_to, spot
from tests.browser.site import Site
from tests.posts.pictures import saved, scene

pytestmark = pytest.mark.browser

GALLERY, PICTURES = ROOT / "docs/screens.md", ROOT / "docs/img"
LARGEST_OF_ALL = 6_000_000
LOOKS = {"phone": "phone", "phone-dark": "phone, dark", "desk": "desk", "desk-dark": "desk, dark"}
LILLEMER = (-1.87, 48.57)
"""In the country, where nobody has drawn anything."""


@dataclass(frozen=True)
class Screen:
    name: str
    title: str
    path: str
    do: Callable[[Page], None] | None = None
    """What a person does first."""


def choose_place(page: Page) -> None:
    page.locator("#other-ways summary").click()
    page.get_by_label("Latitude, longitude").fill("48.6565 -2.012")
    page.get_by_role("button", name="Choisir ce point").click()
    expect(page.locator("#answers article")).to_be_visible()
    page.locator("#other-ways summary").click()


def sign_up(page: Page) -> None:
    choose_place(page)
    page.get_by_role("link", name="C’est chez moi").click()
    expect(page.locator("#home-label")).to_have_text("Le Sillon, Saint-Malo")


def first_post(page: Page) -> None:
    follow(page, page.locator(".post:not([data-mine]) .post-body a").first.get_attribute("href"))


def conversation(page: Page) -> None:
    known = page.locator('main a[href^="/messages/"]').first
    if not known.count():
        follow(page, "/accueil")
        first_post(page)
        page.get_by_label("Votre message").fill("J’en ai une, passez donc la prendre jeudi soir.")
        page.get_by_role("button", name="Envoyer").click()
        follow(page, "/messages")
    follow(page, known.get_attribute("href"))


def report(page: Page) -> None:
    first_post(page)
    follow(page, page.locator('main a[href^="/signaler"]').first.get_attribute("href"))


def first_of(kind: str) -> Callable[[Page], None]:
    """Opens the first of a list whose links begin so."""
    return lambda page: follow(page, page.locator(f'main a[href^="/{kind}"]').first.get_attribute("href"))


def follow(page: Page, path: str | None) -> None:
    assert path
    page.goto(path)
    if page.locator("#map").count():
        wait_for_map(page)


def draw(page: Page) -> None:
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    page.locator("#tools").evaluate("one => one.scrollIntoView()")
    go_to(page, LILLEMER, 13)
    for corner in [(-1.88, 48.564), (-1.86, 48.564), (-1.858, 48.576), (-1.87, 48.58), (-1.882, 48.575)]:
        click(page, corner)
    page.get_by_role("button", name="Terminer").click()
    expect(page.locator("#coach li").first).to_be_visible()


def paint(page: Page) -> None:
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    go_to(page, LILLEMER, 14)
    page.locator(".switch").get_by_text("Peindre").first.click()
    for begin, end in (
        ((-1.876, 48.571), (-1.864, 48.571)),
        ((-1.875, 48.569), (-1.863, 48.569)),
        ((-1.873, 48.573), (-1.868, 48.573)),
    ):
        page.mouse.move(*spot(page, begin))
        page.mouse.down()
        page.mouse.move(*spot(page, end))
        page.mouse.up()
    expect(page.locator("#coach li").first).to_be_visible()


def words(page: Page) -> None:
    page.locator("#body").fill("Qui pourrait me prêter une échelle samedi matin ?")


def warning(page: Page) -> None:
    page.get_by_text("Animal perdu").first.click()
    page.locator("#body").fill("Chatte tigrée disparue rue de la Digue, collier rouge.")


def radius(page: Page) -> None:
    words(page)
    page.get_by_label("Autour d’un point").check()
    expect(page.locator("#reach-status")).to_contain_text("Autour d’un point")
    page.locator(".split-map").evaluate("one => one.scrollIntoView()")


VISITOR = [
    Screen("start", "The start page", "/"),
    Screen("place", "A place was chosen", "/", choose_place),
    Screen("localities", "Where something is going on", "/localites"),
    Screen("commune", "A commune, for anyone", "/communes/35288"),
    Screen("neighbourhood-public", "A neighbourhood, for anyone", "/quartiers/1"),
    Screen("offers", "What partners offer", "/offres?categorie=amap"),
    Screen("compare", "Offers of several partners side by side", "/offres/comparer?categorie=car_sharing"),
    Screen("sign-up", "Signing up", "/", sign_up),
    Screen("log-in", "Logging in", "/connexion"),
    Screen("forgotten", "A password forgotten", "/mot-de-passe"),
    Screen("privacy", "Who sees what of me", "/confidentialite"),
    Screen("offline", "No network", "/hors-ligne"),
    Screen("not-found", "Nothing here", "/rien-ici"),
]
MEMBER = [
    Screen("home", "Home", "/accueil"),
    Screen("neighbourhoods", "Neighbourhoods around", "/quartiers"),
    Screen("neighbourhood", "One's own neighbourhood", "{own}"),
    Screen("redraw", "A new outline for it", "{own}/redessiner"),
    Screen("change", "Another name, a merger, an end", "{own}/changer"),
    Screen("write", "Writing to neighbours", "/publications/nouvelle", words),
    Screen("write-radius", "Writing as far as one chooses", "/publications/nouvelle", radius),
    Screen("post", "What a neighbour wrote", "/accueil", first_post),
    Screen("alerts", "Alerts", "/alertes"),
    Screen("alert", "An alert", "/alertes", first_of("alertes/1")),
    Screen("warn", "Warning neighbours", "/alertes/nouvelle", warning),
    Screen("alert-choices", "Which alerts come, and how", "/compte/alertes"),
    Screen("telephone", "One's telephone and this browser", "/compte/telephone"),
    Screen("offers-for-me", "What serves one's home", "/offres?pour=moi"),
    Screen("offer", "An offer", "/offres?pour=moi", first_of("offres/")),
    Screen("suggest", "Suggesting whom to invite", "/offres/proposer?categorie=amap"),
    Screen("shops", "Shops and bons plans", "/commerces"),
    Screen("contacts", "Neighbours", "/voisins"),
    Screen("messages", "Messages", "/messages"),
    Screen("conversation", "A conversation", "/messages", conversation),
    Screen("account", "One's account", "/compte"),
    Screen("access", "Logged-in devices and passkeys", "/compte/acces"),
    Screen("moving", "Moving house", "/compte/demenager"),
    Screen("invite", "Inviting neighbours", "/inviter"),
    Screen("posters", "Posters, flyers and stickers", "{own}/affiches"),
    Screen("report", "Reporting a post", "/accueil", report),
    Screen("new-password", "Another password", "/mot-de-passe/changer"),
]
FOUNDER = [
    Screen("supporter", "Home of who supports a neighbourhood not open yet", "/accueil"),
    Screen("proposed", "A neighbourhood just proposed", "{proposed}"),
    Screen("draw", "Drawing, with the coach", "/quartiers/nouveau", draw),
    Screen("paint", "Painting", "/quartiers/nouveau", paint),
]
NEWCOMER = [
    Screen("unverified", "Home before one is verified", "/accueil"),
    Screen("visitor", "Neighbours who let visitors find them", "/voisins"),
    Screen("verification", "Ways to have one's address verified", "/verification"),
    Screen("address", "The words of an address", "/compte/adresse"),
]
OPERATOR = [
    Screen("queue", "What waits for a reviewer", "/verifications"),
    Screen("document", "A document to check", "/verifications", first_of("verifications/document/")),
    Screen("moderation", "What was reported", "/moderation"),
    Screen("case", "Something reported", "/moderation", first_of("moderation/")),
    Screen("second-person", "An alert to many waits for a second person", "/alertes/a-relire"),
]


def test_every_screen_is_pictured(site: Site, visit: Visit) -> None:
    if os.environ.get("GEONEIGHBOUR_SCREENSHOTS"):
        lon, lat = LILLEMER
        founder = site.newcomer("Rozenn", lon, lat)
        take(visit, VISITOR, None, {})
        take(
            visit,
            MEMBER,
            site.resident_of("Le Sillon"),
            {"own": f"/quartiers/{site.neighbourhood('Le Sillon')}"},
        )
        take(visit, FOUNDER, founder, {"proposed": f"/quartiers/{proposed(site, founder)}"})
        newcomer = site.newcomer("Malo", -2.012, 48.6565, verified=False)
        take(visit, NEWCOMER, newcomer, {})
        take(visit, OPERATOR, operator(site, visit, newcomer), {})
        GALLERY.write_text(gallery())
    assert GALLERY.read_text() == gallery()
    pictures = {path.name for path in (PICTURES / "screens").iterdir()}
    assert pictures == {f"{name}.webp" for name in names()}
    sizes = {path: path.stat().st_size for path in PICTURES.rglob("*") if path.is_file()}
    assert not [path.name for path in sizes if path.parent.name == "screens" and sizes[path] > shots.LARGEST]
    assert sum(sizes.values()) < LARGEST_OF_ALL


def take(visit: Visit, screens: list[Screen], email: str | None, paths: dict[str, str]) -> None:
    asked = os.environ["GEONEIGHBOUR_SCREENSHOTS"].split(",")
    screens = [screen for screen in screens if asked == ["1"] or screen.name in asked]
    for desk in (False, True):
        page = visit("/", email=email, desk=desk)
        for screen in screens:
            page.evaluate("sessionStorage.clear()")
            page.set_viewport_size(DESK if desk else PHONE)
            follow(page, screen.path.format(**paths))
            if screen.do:
                screen.do(page)
            for dark in (False, True):
                page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
                if page.locator("#map").count():
                    page.wait_for_load_state("networkidle")
                    wait_for_picture(page)
                look = ("desk" if desk else "phone") + ("-dark" if dark else "")
                shots.save(
                    page, PICTURES / "screens" / f"{screen.name}-{look}.webp", widest=800, largest=26_000
                )
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.context.close()


def proposed(site: Site, email: str) -> int:
    """A neighbourhood that this member proposes around the church of Lillemer."""
    ring = [
        [-1.88, 48.564],
        [-1.86, 48.564],
        [-1.858, 48.576],
        [-1.87, 48.58],
        [-1.882, 48.575],
        [-1.88, 48.564],
    ]
    with Session(site.engine) as session:
        drawn = neighbourhoods.propose(
            session,
            int(re.sub(r"\D", "", email.split("@")[0])),
            "La butte de Lillemer",
            "La seule butte du marais : on y monte pour voir venir la pluie.",
            {"type": "Polygon", "coordinates": [ring]},
        )
        session.commit()
        return drawn.id


def operator(site: Site, visit: Visit, newcomer: str) -> str:
    """Somebody who may look at all that waits: a bill of the newcomer, and what the demonstration's people reported."""
    page = visit("/verification", email=newcomer)
    bill = {"name": "facture.jpg", "mimeType": "image/jpeg", "buffer": saved(scene())}
    page.locator("#document").get_by_label("Le document").set_input_files(bill)
    page.locator("#document").get_by_role("button", name="L’envoyer").click()
    expect(page.locator("#document")).to_contain_text("Votre document est arrivé")
    email = site.newcomer("Odile", -2.012, 48.6565)
    with Session(site.engine) as session:
        roles.grant(session, int(re.sub(r"\D", "", email.split("@")[0])), "operator")
        session.commit()
    return email


def names() -> list[str]:
    return [
        f"{screen.name}-{look}"
        for screen in (*VISITOR, *MEMBER, *FOUNDER, *NEWCOMER, *OPERATOR)
        for look in LOOKS
    ]


def gallery() -> str:
    """The page in Markdown: a part for each kind of person, a row for each screen."""
    lines = [
        "# Every screen",
        "",
        "Taken by `GEONEIGHBOUR_SCREENSHOTS=1 .venv/bin/pytest tests/browser/test_screens.py` from the demonstration; why they look so: [design](design.md).",
    ]
    for who, screens in {
        "For anyone": VISITOR,
        "For members": MEMBER,
        "For founders": FOUNDER,
        "For newcomers": NEWCOMER,
        "For who verifies and moderates": OPERATOR,
    }.items():
        lines += ["", f"## {who}"]
        for screen in screens:
            lines += [
                "",
                f"### {screen.title}",
                "",
                "| " + " | ".join(LOOKS.values()) + " |",
                "|---" * len(LOOKS) + "|",
            ]
            cells = (
                f"![{screen.title}, {look}](img/screens/{screen.name}-{key}.webp)"
                for key, look in LOOKS.items()
            )
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
