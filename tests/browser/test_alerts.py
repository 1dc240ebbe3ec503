"""One member raises an alert, another's open page shows it without a reload; a browser that is woken shows it too."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from geoneighbour.alerts import service
from tests.browser.conftest import SECRET, Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

WITHIN_S = 2.0
WORDS = "Fuite de gaz rue de la Digue, éloignez-vous."


@pytest.fixture
def live(site: Site, tmp_path) -> Iterator[None]:
    """`geoneighbour live` beside the site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": site.app.config["SETTINGS"].database_url,
        "LIVE_PORT": str(port),
        "SECRET_KEY": SECRET,
        "STATE_DIR": str(tmp_path),
    }
    site.app.config["SETTINGS"] = site.app.config["SETTINGS"].model_copy(update={"live_port": port})
    address = f"http://127.0.0.1:{port}"
    site.also = (address,)
    process = subprocess.Popen([sys.executable, "-m", "geoneighbour", "live"], env=environment)
    for _ in range(200):
        try:
            if httpx.get(address).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.05)
    yield
    process.terminate()
    process.wait(10)


def test_an_open_page_and_a_woken_browser_show_it(site: Site, visit: Visit, live: None) -> None:
    author, reader = site.resident_of("Le Sillon"), site.resident_of("Le Sillon")
    page = visit("/alertes", email=reader, webgl=False, permissions=["notifications"])
    with page.expect_response(lambda answer: "/direct?ticket=" in answer.url):
        page.reload()
    with Session(site.engine) as session:
        number = int(re.sub(r"\D", "", author.split("@")[0]))
        service.write(session, number, "danger", WORDS, "neighbourhood")
        session.commit()
    begun = time.monotonic()
    expect(page.locator("#running article").first).to_contain_text(WORDS)
    assert time.monotonic() - begun < WITHIN_S
    expect(page.locator("#live")).to_contain_text("Une alerte vient d’arriver")

    # As a push service delivers it, once it is decrypted.
    told = {
        "title": "Danger",
        "body": WORDS,
        "url": f"{site.url}/alertes",
        "tag": "alert-word-1",
        "lang": "fr",
    }
    assert shown(page, site.url, told) == [["Danger", WORDS, "alert-word-1"]]


def shown(page: Page, origin: str, told: dict[str, str]) -> list[list[str]]:
    """What the service worker shows of a message that wakes it."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    workers = page.context.new_cdp_session(page)
    registered: list[str] = []
    workers.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registered.extend(one["registrationId"] for one in event["registrations"]),
    )
    workers.send("ServiceWorker.enable")
    while not registered:
        page.wait_for_timeout(50)
    message = {"origin": origin, "registrationId": registered[-1], "data": json.dumps(told)}
    workers.send("ServiceWorker.deliverPushMessage", message)
    # Looked at once: between two looks the browser may put one in place of another.
    found = page.wait_for_function(
        "() => navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.length ? all.map(({ title, body, tag }) => [title, body, tag]) : null)"
    )
    return found.json_value()
