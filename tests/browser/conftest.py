"""A Chromium, the demonstration served to it, and pages that are watched while a test uses them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from geoneighbour.database import scratch
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.settings import ROOT, Settings
from geoneighbour.web.app import create_app
from tests.browser.maps import until
from tests.browser.shots import save
from tests.browser.site import PASSWORD, Site, serve
from tests.conftest import ADDRESS_KEYS, SECRET, Template, Territory, clone

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Maps are drawn by the processor; all else is quicker without that detour.
SOFTWARE_GL = ["--disable-gpu", "--enable-unsafe-swiftshader"]
NO_GL = ["--disable-gpu", "--disable-3d-apis"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PATIENCE_MS = 20_000
# What is not there at once may be there later on a busy machine; what is there costs no waiting.
expect.set_options(timeout=PATIENCE_MS)

# A click takes two moments: what moves in between (a font, the place that an address names) gets it, and nothing is pressed.
MOVING = "moving=page"
_MOVING = """{
  queryAll: (root) => {
    const { readyState, fonts, documentElement } = root.ownerDocument ?? root;
    const painted = !location.protocol.startsWith("http") || performance.getEntriesByType("paint").length;
    const still = readyState === "complete" && fonts.status === "loaded" && painted;
    // While one page gives way to the next there may be a document without any element: nothing can be pressed in it.
    return still || !documentElement ? [] : [documentElement];
  },
  query(root) { return this.queryAll(root)[0] ?? null; },
}"""

Visit = Callable[..., Page]
SHOWN = pytest.StashKey[list[Page]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure comes with what its pages said."""
    report = yield
    if report.failed and report.when == "call":
        for page in filter(lambda page: not page.is_closed(), item.stash.get(SHOWN, [])):
            report.sections.append((f"page {page.url}", page.locator("body").inner_text()))
    return report


@pytest.fixture
def geocoder_url() -> str | None:
    """A test of addresses puts its own here."""
    return None


@pytest.fixture
def site(
    template: Template, territory: Territory, tmp_path: Path, geocoder_url: str | None
) -> Iterator[Site]:
    """The application, served on a free loopback port over its own copy of the demonstration."""
    name = next(template.clones)
    url = clone(template.server, name, territory.name)
    engine = make_engine(url)
    serving = make_engine(as_service(url))
    site = serve(create_app(_settings(url, tmp_path, geocoder_url), serving), engine)
    yield site
    site.server.shutdown()
    serving.dispose()
    engine.dispose()
    scratch.drop(template.server, name)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        playwright.selectors.register("moving", _MOVING)
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + SOFTWARE_GL)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_without_webgl(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + NO_GL)
    yield browser
    browser.close()


@pytest.fixture
def visit(site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit(path, …)` opens a page as a new person would, on a phone unless told otherwise.

    The test fails when a page meets an error of its own, breaks the content policy, or calls another host.
    """
    wrong: list[str] = []
    contexts = []
    shown = request.node.stash.setdefault(SHOWN, [])

    def open_page(
        path: str = "/",
        *,
        email: str | None = None,
        desk: bool = False,
        dark: bool = False,
        scripts: bool = True,
        webgl: bool = True,
        **more: object,
    ) -> Page:
        browser = request.getfixturevalue("browser" if webgl else "browser_without_webgl")
        context = browser.new_context(
            base_url=site.url,
            viewport=DESK if desk else PHONE,
            has_touch=not desk,
            color_scheme="dark" if dark else "light",
            locale="fr-FR",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        shown.append(page)
        page.set_default_timeout(PATIENCE_MS)
        if scripts:
            page.add_locator_handler(page.locator(MOVING), lambda: None)
        _watch(page, (site.url, *site.also), wrong)
        if email:
            log_in(page, email)
        page.goto(path)
        if scripts and page.locator("#map").count():
            wait_for_map(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Saves what a page shows as docs/img/NAME.webp, when GEONEIGHBOUR_SCREENSHOTS is set."""

    def shoot(page: Page, name: str) -> None:
        if os.environ.get("GEONEIGHBOUR_SCREENSHOTS"):
            if page.locator("#map").count():
                wait_for_picture(page)
            save(page, ROOT / "docs/img" / f"{name}.webp")

    return shoot


def wait_for_map(page: Page) -> None:
    """Until there is a map, or a word that there can be none. On the start page of a slow machine it waits to be wanted."""
    until(
        page,
        "() => { document.getElementById('sketch')"
        "?.dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'mouse' }));"
        " return document.querySelector('#map[data-ready]') !== null; }",
    )


def wait_for_picture(page: Page) -> None:
    """Until the map has drawn everything."""
    wait_for_map(page)
    page.evaluate(
        "() => { const map = document.getElementById('map').map;"
        " return map && !map.areTilesLoaded() && new Promise((done) => map.once('idle', done)); }"
    )


def log_in(page: Page, email: str) -> None:
    """As the form of /connexion does, without drawing it and the page behind it: the story of test_story does that."""
    asked = page.context.request
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', asked.get("/connexion").text())
    assert token
    form = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
    answer = asked.post("/connexion", form=form, max_redirects=0)
    assert answer.status == 302, answer.text()


def _watch(page: Page, home: tuple[str, ...], wrong: list[str]) -> None:
    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and not url.startswith(home):
            wrong.append(f"{page.url} called {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "response",
        lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    page.on(
        "console",
        lambda message: (
            wrong.append(f"{page.url}: {message.text}")
            if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text
            else None
        ),
    )


def _settings(url: str, folder: Path, geocoder_url: str | None = None) -> Settings:
    return Settings(
        database_url=url,
        state_dir=folder,
        secret_key=SECRET,
        address_keys=ADDRESS_KEYS,
        geocoder_url=geocoder_url,
    )
