"""`python -m tests.browser.weight [--port PORT]`: weight and times of our first pages on a slow telephone with a slow line.

1.6 Mbit/s, a round trip of 150 ms, the processor four times slower, nothing kept. Without --port the demonstration is
served as `geoneighbour run` does it. Prints a table in Markdown; seconds from the address to
- paint: text and form can be read (first contentful paint);
- usable: its fields take words and its buttons act;
- answer: what was typed at once is answered (a commune is found; the home page has nothing to type in);
- map: it has drawn all it has, once touched as soon as the page is usable (the start page), or by itself.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from geoneighbour.demo import EMAIL, PASSWORD
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE, SOFTWARE_GL
from tests.browser.maps import until
from tests.browser.slow_line import Line, slow_line

SLOWER = 4
RUNS = 5
"""Of each value the least counts: whatever else the machine does only adds."""
PATIENCE_MS = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, help="of a demonstration that is running")
    port = parser.parse_args().port
    with nullcontext(port) if port else _demonstration() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + SOFTWARE_GL)
        say("page", "paint s", "KB", "usable s", "KB", "answer s", "at rest KB", "map s", "KB")
        say(*["---"] * 9)
        for path, answers, logged_in in (("/", _start_answers, False), ("/accueil", _home_answers, True)):
            state = _log_in(browser, port) if logged_in else None
            runs = []
            for _ in range(RUNS):
                context = browser.new_context(
                    viewport=PHONE, has_touch=True, locale="fr-FR", storage_state=state
                )
                with slow_line(port) as line:
                    runs.append(_one(context, line, path, answers))
                context.close()
            say(path, *(f"{min(column):.1f}" for column in zip(*runs, strict=True)))
        browser.close()


def say(*cells: str) -> None:
    print("|", " | ".join(cells), "|")  # noqa: T201


def _one(
    context: BrowserContext, line: Line, path: str, answers: Callable[[Page], None]
) -> tuple[float, ...]:
    """Seconds and kilobytes (1,000 bytes), in the order of the table."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kilobytes: Callable[[], float] = lambda: line.received / 1000  # noqa: E731
    began = time.monotonic()
    page.goto(line.url + path, wait_until="commit")
    until(page, "() => performance.getEntriesByName('first-contentful-paint').length > 0", patience_s=60)
    weights = [kilobytes()]
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    until(
        page,
        "() => document.readyState !== 'loading' && !document.querySelector('[data-needs-script][hidden]')",
        patience_s=60,
    )
    usable_at = time.monotonic() - began
    weights.append(kilobytes())
    answers(page)
    answered_at = time.monotonic() - began
    touch = page.locator("#open-map")
    if asleep := touch.is_visible():
        # How much comes while nobody asks for more.
        rest = at_rest(line)
        touched = time.monotonic()
        touch.click()
    page.wait_for_selector("#map[data-ready=yes]")
    page.evaluate(
        "() => { const { map } = document.getElementById('map'); return map.loaded() || map.once('idle').then(() => {}); }"
    )
    map_at = usable_at + time.monotonic() - touched if asleep else time.monotonic() - began
    rest = rest if asleep else at_rest(line)
    return paint, weights[0], usable_at, weights[1], answered_at, rest / 1000, map_at, at_rest(line) / 1000


def at_rest(line: Line) -> int:
    """Bytes, once none has come for two seconds."""
    before = -1
    while before != line.received:
        before = line.received
        time.sleep(2)
    return before


def _start_answers(page: Page) -> None:
    page.locator("#other-ways summary").click()
    page.get_by_label("Aller à une commune").fill("cancale")
    page.get_by_role("button", name="Cancale").wait_for()
    page.get_by_label("Aller à une commune").fill("")


def _home_answers(page: Page) -> None:
    page.locator("nav.write a").first.wait_for()


def _log_in(browser: Browser, port: int) -> Path | dict[str, object]:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/connexion")
    page.get_by_label("Adresse e-mail").fill(EMAIL)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.wait_for_url("**/accueil")
    state = context.storage_state()
    context.close()
    return {"cookies": state["cookies"]}


@contextmanager
def _demonstration() -> Iterator[int]:
    """Runs the service with a database of its own, until left."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        service = subprocess.Popen(
            [sys.executable, "-m", "geoneighbour", "run"],
            env=os.environ | {"STATE_DIR": folder},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert service.stdout
        for said in service.stdout:
            if ready := re.search(r"is ready: http://localhost:(\d+)", said):
                yield int(ready[1])
                break
        service.terminate()
        service.wait()


if __name__ == "__main__":
    main()
