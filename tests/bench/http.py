"""The service under many clients: feed, contacts and preview beside an endpoint that does nothing, of the same server.

    python -m tests.bench.http [--members 100000] [--clients 32] [--seconds 8] [--rounds 3] [--communes FOLDER] [--out FOLDER]

The server is gunicorn as `geoneighbour serve` runs it; the clients are wrk, each with the cookie of another member. How many
statements each request sends is counted beside.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from click import echo
from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import delete, event, text
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account, Attempt
from geoneighbour.database.engine import make_engine
from geoneighbour.settings import load
from geoneighbour.web.app import create_app
from tests.bench import databases
from tests.bench.__main__ import COMMUNES

NOTHING = "nothing"
PATHS = {
    NOTHING: "/couleurs.css",
    "feed": "/api/v1/feed",
    "contacts": "/api/v1/contacts",
    "preview": "/api/v1/reach",
}
BODIES = {"preview": '{"reach": "wider"}'}
"""What is posted; the others are read."""
PASSWORD = "only-for-measuring-2026"
LEAST_SHARE, LONGEST_P99_MS = 0.5, 150.0
SCRIPT = Path(__file__).parent / "clients.lua"


@dataclass(frozen=True)
class Load:
    """One run of wrk: requests a second, milliseconds at the 50th and 99th hundredth, answers that were errors."""

    rate: float
    p50_ms: float
    p99_ms: float
    errors: int


@dataclass(frozen=True)
class Browser:
    """What a logged-in browser sends along: its cookie, and the token of forms."""

    cookie: str
    token: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.http", description=__doc__)
    for name, default in {"members": 100_000, "clients": 32, "seconds": 8, "rounds": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--communes", type=Path, default=COMMUNES)
    parser.add_argument("--out", type=Path, default=Path("build") / "bench")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        echo("wrk is missing: make bench installs it.", err=True)
        return 2
    settings = load()

    def say(words: str) -> None:
        echo(words, err=True)

    with databases.prepared(settings, [options.members], options.communes, say) as urls:
        told, wrong = measure(urls[options.members], options, say)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "http.md").write_text(told, encoding="utf-8")
    echo(told)
    return 1 if wrong else 0


def measure(url: str, options: argparse.Namespace, say: Callable[[str], None]) -> tuple[str, int]:
    """The table in Markdown, and how many answers were errors."""
    settings = load()
    app = create_app(settings.model_copy(update={"database_url": url, "service_database_url": None}))
    browsers = list(logged_in(app, url, options.clients))
    statements = {name: sent(app, name, browsers[0]) for name in PATHS}
    loads = defaultdict(list)
    with served(url) as address:
        # Not counted: each connection to the database plans the rule's functions once.
        for name in PATHS:
            clients(address, name, browsers, 2)
        for turn in range(options.rounds):
            say(f"round {turn + 1} of {options.rounds}")
            for at in range(len(PATHS)):
                name = list(PATHS)[(at + turn) % len(PATHS)]
                loads[name].append(clients(address, name, browsers, options.seconds))
    return tables(loads, statements), sum(load.errors for found in loads.values() for load in found)


def logged_in(app: Flask, url: str, number: int) -> Iterator[Browser]:
    """Browsers of members of open neighbourhoods, each logged in through the form."""
    app.config["WTF_CSRF_ENABLED"] = False
    engine = make_engine(url)
    with Session(engine) as session, app.app_context():
        members = session.scalars(
            text("SELECT member_id FROM bench.viewer WHERE n <= :n ORDER BY n"), {"n": number}
        ).all()
        session.execute(delete(Account))
        # Several runs within the hour are too many logins.
        session.execute(delete(Attempt))
        word = hash_password(PASSWORD)
        session.add_all(
            Account(email=f"m{m}@exemple.fr", password=word, active=True, fs_uniquifier=f"m{m}", member_id=m)
            for m in members
        )
        session.commit()
    engine.dispose()
    for at, member in enumerate(members):
        client = app.test_client()
        form = {"email": f"m{member}@exemple.fr", "password": PASSWORD}
        answer = client.post("/connexion", data=form, environ_base={"REMOTE_ADDR": f"127.0.1.{at % 250 + 1}"})
        cookie = client.get_cookie("session")
        if answer.status_code != 302 or cookie is None:
            raise RuntimeError(f"no login: {answer.status_code}")
        token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/compte").text)
        cookie = client.get_cookie("session")
        if cookie is None or token is None:
            raise RuntimeError("the page of the account holds no token for forms")
        yield Browser(f"session={cookie.value}", token.group(1))


def sent(app: Flask, name: str, browser: Browser) -> int:
    """How many statements one request sends to the database, the second time it is asked."""
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": browser.cookie, "X-CSRFToken": browser.token, "Content-Type": "application/json"}
    asking = {"method": "POST" if name in BODIES else "GET", "headers": headers, "data": BODIES.get(name)}
    client.open(PATHS[name], **asking)
    seen: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    engine = app.extensions["geoneighbour.engine"]
    event.listen(engine, "before_cursor_execute", count)
    answer = client.open(PATHS[name], **asking)
    event.remove(engine, "before_cursor_execute", count)
    if answer.status_code != 200:
        raise RuntimeError(f"{PATHS[name]} answers {answer.status_code}")
    return len(seen)


@contextmanager
def served(url: str) -> Iterator[str]:
    """The address of the real service on a database; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": url, "PORT": str(port)}
    environment.pop("SERVICE_DATABASE_URL", None)
    server = subprocess.Popen([sys.executable, "-m", "geoneighbour", "serve"], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                with urlopen(address + PATHS[NOTHING]):
                    break
            except URLError:
                time.sleep(0.1)
        else:
            raise RuntimeError("the service did not answer")
        yield address
    finally:
        server.terminate()
        server.wait()


def clients(address: str, name: str, browsers: list[Browser], seconds: int) -> Load:
    """As many connections as browsers, which ask one thing, again as soon as they are answered."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{browser.cookie}\t{browser.token}\n" for browser in browsers)
        file.flush()
        command = [
            "wrk",
            "-t",
            "2",
            "-c",
            str(len(browsers)),
            "-d",
            f"{seconds}s",
            "-s",
            str(SCRIPT),
            address + PATHS[name],
        ]
        environment = {**os.environ, "BENCH_BROWSERS": file.name, "BENCH_BODY": BODIES.get(name, "")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.splitlines()[-1]))


def tables(loads: dict[str, list[Load]], statements: dict[str, int]) -> str:
    """Markdown: medians of the rounds, beside the goals."""
    rates = {name: statistics.median(load.rate for load in found) for name, found in loads.items()}
    rows = [
        "| Request | Statements | A second | Of the trivial one's | p50, ms | p99, ms | Goal |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, path in PATHS.items():
        share = rates[name] / rates[NOTHING]
        p50, p99 = (
            statistics.median(getattr(load, of) for load in loads[name]) for of in ("p50_ms", "p99_ms")
        )
        goal = ""
        if name != NOTHING:
            missed = [f"rate: {share / LEAST_SHARE:.0%} of it"] if share < LEAST_SHARE else []
            missed += [f"p99: {p99 / LONGEST_P99_MS:.1f} times it"] if p99 > LONGEST_P99_MS else []
            goal = "reached" if not missed else f"missed ({'; '.join(missed)})"
        rows.append(
            f"| `{path}` | {statements[name]} | {rates[name]:,.0f} | {share:.2f} | {p50:.0f} | {p99:.0f} | {goal} |"
        )
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
