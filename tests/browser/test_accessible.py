"""axe-core finds nothing serious on any page, by day and by night, on the phone and at the desk; focus shows; enlarged, nothing is cut off."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.site import Site
from tests.browser.test_languages import TOO_WIDE

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    "/connexion",
    "/inscription",
    "/mot-de-passe",
    "/mot-de-passe/trop-vieux",
    "/confidentialite",
    "/localites",
    "/communes/35288",
    "/quartiers/1",
    "/hors-ligne",
    "/rien-ici",
]
MEMBERS = [
    "/accueil",
    "/quartiers",
    "/quartiers/2",
    "/quartiers/7",
    "/quartiers/7/changer",
    "/quartiers/changements/2",
    "/quartiers/nouveau",
    "/publications/nouvelle",
    "/voisins",
    "/messages",
    "/garants",
    "/compte",
    "/compte/zones-suivies",
    "/alertes",
    "/alertes/nouvelle",
    "/compte/alertes",
    "/mot-de-passe/changer",
]
UNVERIFIED = [
    "/accueil",
    "/verification",
    "/quartiers",
    "/quartiers/nouveau",
    "/publications/nouvelle",
    "/voisins",
]
NOWHERE = (-2.15, 48.43)
GRAVE = {"serious", "critical"}
ENLARGED = {"width": 320, "height": 640}
"""A window of 1280 × 2560 at 400 %; WCAG 2.2, 1.4.10."""
# Whatever can have the keyboard's focus without showing it.
WITHOUT_FOCUS = """() => {
  const shows = (one) => { const look = getComputedStyle(one); return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1 || look.boxShadow !== 'none'; };
  const able = [...document.querySelectorAll('a[href], button:enabled, input, textarea, select, summary, canvas[tabindex]')];
  const hidden = (one) => !one.checkVisibility({ visibilityProperty: true }) || !one.getBoundingClientRect().width;
  return able.filter((one) => {
    if (hidden(one) || one.type === 'hidden') return false;
    const before = document.activeElement;
    one.focus();
    const seen = document.activeElement !== one || !one.matches(':focus-visible')
      || [one, one.nextElementSibling, one.closest('label')].some((each) => each && shows(each));
    before?.focus?.();
    return !seen;
  }).map((one) => one.outerHTML.slice(0, 120));
}"""


# A map has colours of its own: those of two pages will do. Elsewhere it would only take time to draw.
MAPS = ["/accueil", "/quartiers/nouveau"]
DAY = {"webgl": False}
NIGHT = {"dark": True, "desk": True, "webgl": False}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_of_maps(site: Site, visit: Visit, dark: bool) -> None:
    page = visit("/", email=site.resident_of("Saint-Servan"), dark=dark, desk=dark)
    faults = [fault for path in MAPS for fault in _faults(page, path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(DAY, id="phone, light"),
        pytest.param(NIGHT, id="desk, dark", marks=pytest.mark.thorough),
    ],
)
def test_no_page_has_a_serious_fault(site: Site, visit: Visit, look: dict[str, bool]) -> None:
    faults = []
    page = visit("/", **look)
    for path in PUBLIC:
        faults += _faults(page, path)
    # There a redraw is being discussed.
    page = visit("/accueil", email=site.resident_of("Saint-Servan"), **look)
    other = page.locator(".post:not([data-mine], [data-alert]) .post-body a").first.get_attribute("href")
    person = page.locator(".post:not([data-mine], [data-alert]) .who a").first.get_attribute("href")
    alert = page.locator("[data-alert]:not([data-mine]) .post-body a").first.get_attribute("href")
    for path in [*MEMBERS, other, person, alert]:
        faults += _faults(page, path)
    page = visit("/accueil", email=site.newcomer("Malo", *NOWHERE, verified=False), **look)
    for path in UNVERIFIED:
        faults += _faults(page, path)
    assert not faults, "\n".join(faults)


def test_answer_card_and_refusals_are_accessible_too(site: Site, visit: Visit) -> None:
    page = visit("/")
    page.locator("#other-ways summary").click()
    page.get_by_label("Latitude, longitude").fill("48,6565, -2,012")
    page.get_by_role("button", name="Choisir ce point").click()
    expect(page.locator("#answers article")).to_be_visible()
    faults = grave(page)
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill("personne@exemple.fr")
    page.get_by_label("Mot de passe").fill("rien de bon")
    with page.expect_navigation():
        page.get_by_role("button", name="Se connecter", exact=True).click()
    faults += grave(page)
    assert not faults, "\n".join(faults)


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    # Without a map the page says so instead.
    if page.locator("#map:visible").count():
        wait_for_map(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    faults = grave(page)
    # Focus shows to whoever uses the keyboard.
    page.keyboard.press("Tab")
    faults += [f"{path}: no focus to be seen on {one}" for one in page.evaluate(WITHOUT_FOCUS)]
    window = page.viewport_size
    page.set_viewport_size(ENLARGED)
    faults += [f"{path}: cut off when enlarged: {one}" for one in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(window)
    return faults


def grave(page: Page) -> list[str]:
    """What axe-core finds serious on a page as it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {fault['id']} ({fault['help']}) at {node['target']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def test_paper_gets_black_words_and_nothing_to_press(site: Site, visit: Visit) -> None:
    page = visit("/communes/35288", dark=True)
    page.emulate_media(media="print")
    assert not page.locator("main :is(#map, button, form), header a:not(.brand)").filter(visible=True).count()
    expect(page.get_by_role("heading", name="Saint-Malo", exact=True)).to_be_visible()
    colours = "(one) => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    assert page.locator(".card").first.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
