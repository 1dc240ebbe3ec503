"""The language is chosen on a phone, with and without scripts, and nothing runs over the edge in the longer one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.site import Site

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 700}
PUBLIC = ["/", "/connexion", "/inscription", "/localites", "/confidentialite"]
MEMBERS = [
    "/accueil",
    "/quartiers",
    "/quartiers/nouveau",
    "/publications/nouvelle",
    "/voisins",
    "/messages",
    "/compte",
]
# What runs over the edge of the page, and words of buttons and tabs that run over their own.
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page itself"] : [];
  for (const one of document.querySelectorAll("button, .button, .tabs a span, .badge, .switch span")) {
    const { width, left, right } = one.getBoundingClientRect();
    const box = (one.closest("a, button") ?? one).getBoundingClientRect();
    if (width && one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden")
      && (one.scrollWidth > one.clientWidth + 1 && one.clientWidth || left < box.left - 1 || right > box.right + 1)) wide.push(one.textContent.trim());
  }
  return wide;
}"""


def choose(page: Page, language: str) -> None:
    button = page.locator("footer").get_by_role("button", name=language)
    button.tap()
    expect(button).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    ("code", "name", "question", "commune", "point", "people", "hello", "ask"),
    [
        ("nl", "Nederlands", "Waar woon je?", "Breedtegraad", "Dit punt kiezen", "ongeveer", "Dag ", "Vragen"),
        # Its words are the shorter ones.
        pytest.param("en", "English", "Where do you live?", "Latitude", "Choose this point", "about", "Hello ", "Ask", marks=pytest.mark.thorough),
    ],
    ids=["nl", "en"],
)  # fmt: skip
def test_chosen_on_a_phone(site: Site, visit: Visit, shoot, code, name, question, commune, point, people, hello, ask) -> None:  # fmt: skip
    page = visit("/")
    choose(page, name)
    wait_for_map(page)
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.get_by_role("heading", name=question)).to_be_visible()
    shoot(page, f"start-{code}")
    page.locator("#other-ways summary").tap()
    page.get_by_label(commune).fill("48.6565 -2.012")
    page.get_by_role("button", name=point).tap()
    # Words of the scripts, and numbers that the server rounded.
    expect(page.locator("#answers dd").first).to_contain_text(people)

    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    choose(page, name)
    wait_for_map(page)
    expect(page).to_have_url(f"{site.url}/accueil")
    expect(page.get_by_role("heading", level=1)).to_contain_text(hello)
    expect(page.locator(".write").get_by_role("link", name=ask)).to_be_visible()
    shoot(page, f"home-{code}")
    kept = "async () => (await (await caches.match('/hors-ligne'))?.text())?.includes(`lang=\"${document.documentElement.lang}\"`)"
    page.wait_for_function(kept)

    # Words stand beside maps: without any it is seen sooner.
    page = visit("/voisins", email=site.resident_of("Le Sillon"), webgl=False)
    choose(page, name)
    page.set_viewport_size(NARROW)
    assert not (wide := overflows(page, [*MEMBERS, "/quartiers/2", "/quartiers/2/changer"])), wide
    page.context.clear_cookies(name="session")
    assert not (wide := overflows(page, PUBLIC)), wide


def overflows(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        found += [f"{path}: {one}" for one in page.evaluate(TOO_WIDE)]
    return found


def test_chosen_without_scripts(visit: Visit) -> None:
    page = visit("/localites?nom=saint", scripts=False)
    choose(page, "Nederlands")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waar men elkaar helpt")
    expect(page.get_by_role("searchbox")).to_have_value("saint")
    page.goto("/rien")
    expect(page.locator("main")).to_contain_text("Deze pagina bestaat niet.")
    choose(page, "Français")
    expect(page.locator("main")).to_contain_text("Cette page n'existe pas.")
