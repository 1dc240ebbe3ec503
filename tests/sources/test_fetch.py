"""`communes fetch`: from a server that keeps to the rules, breaks off, lies, or leads elsewhere."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geoneighbour import guarded, outgoing, settings
from geoneighbour.sources import fetch, official
from tests.communes import conftest, files
from tests.grid import Grid
from tests.sources.server import Reply, Site, answers, serving

Run = conftest.Run
run = conftest.run

TOML = """
[mine]
title = "Mine"
publisher = "The tests"
url = "{url}"
licence = "CC0"
licence_url = "https://creativecommons.org/publicdomain/zero/1.0/"
vintage = 2024
country = "FR"
{more}
"""


@pytest.fixture
def body(tmp_path: Path) -> bytes:
    """Two communes, with enough white space behind to break off in."""
    path = files.write(tmp_path / "made.geojson", files.features(Grid("A B")))
    return path.read_bytes() + b" " * 300_000


@pytest.fixture
def site(body: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    """A server that the settings allow, and no waiting between tries."""
    monkeypatch.setattr(fetch, "WAITS", (0, 0, 0))
    monkeypatch.setenv("CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FETCH_ALLOWED_HOSTS", "mirror.example, 127.0.0.1")
    with serving(Site(body)) as site:
        yield site


@pytest.fixture
def fetched(run: Run, site: Site, tmp_path: Path) -> Callable[..., conftest.Answer]:
    """`fetched("--dry-run")`: `communes fetch` from that server, or from another `url`."""

    def fetched(*options: object, url: str | None = None, more: str = "") -> conftest.Answer:
        own = tmp_path / "sources.toml"
        own.write_text(TOML.format(url=url or site.url, more=more))
        settings.load.cache_clear()
        return run("communes", "fetch", "mine", "--sources", own, *options)

    return fetched


def codes(database: Engine) -> list[tuple[str, int, str]]:
    with database.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(text("SELECT code, vintage, source FROM commune ORDER BY 1"))
        ]


BOTH = [("35001", 2024, "Mine"), ("35002", 2024, "Mine")]


def test_downloads_and_imports(fetched: Callable[..., conftest.Answer], site: Site, database: Engine) -> None:
    dry = fetched("--dry-run")
    assert dry.code == 0, dry.err
    assert "2 added" in dry.out
    assert codes(database) == []
    real = fetched()
    assert real.code == 0
    assert dry.out.replace("Dry run, nothing was changed.\n", "") == real.out
    assert codes(database) == BOTH
    assert site.sent == len(site.body), "the second run took what was there already"
    assert fetched("--again").code == 0
    assert site.sent == 2 * len(site.body)


def test_goes_on_where_it_broke_off(
    fetched: Callable[..., conftest.Answer], site: Site, database: Engine
) -> None:
    site.break_after, site.breaks = 50_000, 2
    assert fetched("--download-only").code == 0, "two breaks are within the tries of one run"
    assert [asked for _, asked in site.asked] == [None, "bytes=50000-", "bytes=100000-"]
    assert site.sent == len(site.body)

    site.asked.clear()
    site.sent, site.breaks = 0, 4
    broken = fetched("--again")
    assert (broken.code, broken.out) == (2, "")
    assert "200,000 bytes are kept" in broken.err
    assert codes(database) == []
    again = fetched()
    assert again.code == 0, again.err
    assert site.asked[-1] == ("/communes.geojson", "bytes=200000-")
    assert site.sent == len(site.body), "no byte came twice"
    assert codes(database) == BOTH


def test_what_has_changed_in_between_is_taken_anew(
    fetched: Callable[..., conftest.Answer], site: Site, body: bytes
) -> None:
    site.break_after, site.breaks = 50_000, 4
    assert fetched("--download-only").code == 2
    site.body, site.etag = body.replace(b"Commune A", b"Changed A"), '"two"'
    path = Path(fetched("--download-only").out.strip())
    assert path.read_bytes() == site.body
    site.body, site.etag = body, '"three"'
    assert Path(fetched("--download-only").out.strip()).read_bytes() == body


def after_a_break(behave: Callable[[Reply], None]) -> Callable[[Reply], None]:
    """Breaks off the whole file, then answers to what is asked for the rest."""

    def behaviour(reply: Reply) -> None:
        if reply.headers.get("Range"):
            return behave(reply)
        reply.site.break_after, reply.site.breaks = 1000, 1
        return reply.honest()

    return behaviour


def piece(start: int, etag: str, longer: int = 0) -> Callable[[Reply], None]:
    """Sends from `start` on, of a file of that tag that is so much longer, whatever was asked."""

    def behave(reply: Reply) -> None:
        size = len(reply.site.body) + longer
        reply.head(206, {"Content-Range": f"bytes {start}-{size - 1}/{size}", "ETag": etag})
        reply.body(reply.site.body[start:])

    return behave


def redirect(to: str) -> Callable[[Reply], None]:
    return answers(302, Location=to)


def two_hundred_for_a_range(reply: Reply) -> None:
    reply.head(200, {"Content-Length": str(len(reply.site.body)), "ETag": reply.site.etag})
    reply.body(reply.site.body)


HOSTILE: dict[str, tuple[Callable[[Reply], None], str]] = {
    "says more than it sends": (answers(200, b"{}", Content_Length="5000", ETag='"x"'), "kept for the next"),
    "says less than it sends": (
        answers(200, b'{"type": "FeatureCollection", ' * 9, Content_Length="20"),
        "communes.geojson",
    ),
    "says more than may be": (answers(200, b"{}", Content_Length=str(9 << 40)), "larger than 1 MB"),
    "sends more than may be": (answers(200, b" " * (2 << 20)), "larger than 1 MB"),
    "no size that is a number": (answers(200, b"{}", Content_Length="-5"), "127.0.0.1"),
    "another piece": (after_a_break(piece(500, '"one"')), "another piece"),
    "a piece without saying which": (after_a_break(answers(206, b"x" * 10)), "another piece"),
    "a piece of another file": (after_a_break(piece(1000, '"two"')), "another piece"),
    "a piece of a larger file": (after_a_break(piece(1000, '"one"', longer=1)), "another piece"),
    "a web page": (answers(200, b"<p>Sign in", Content_Type="text/html; charset=utf-8"), "a web page"),
    "a web page that says it is none": (answers(200, b"\n<!DOCTYPE HTML><p>Sign in"), "a web page"),
    "packed": (answers(200, b"x", Content_Encoding="br"), "encoding"),
    "not there": (answers(404), "answers 404"),
    "always busy": (answers(503), "answers 503"),
    "no HTTP": (lambda reply: reply.wfile.write(b"nothing of the kind\r\n\r\n") and None, "127.0.0.1"),
    "endless redirect": (redirect("/communes.geojson"), "leads on and on"),
    "redirect to the cloud's metadata": (redirect("https://169.254.169.254/latest"), "inner address"),
    "redirect to this machine": (redirect("https://localhost/"), "inner address"),
    "redirect to http": (redirect("http://example.org/"), "only https"),
    "redirect to a file": (redirect("file:///etc/passwd"), "only https"),
    "redirect to a broken address": (redirect("https://[::1/"), "no address"),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETCH_LARGEST_MB", "1")


def test_what_lies_or_leads_elsewhere_is_refused(
    fetched: Callable[..., conftest.Answer], site: Site, database: Engine, small: None
) -> None:
    for what, (behaviour, expected) in HOSTILE.items():
        site.behaviour = behaviour
        answer = fetched("--again")
        assert (answer.code, answer.out.count("\n") <= 1) == (2, True), what
        assert answer.err.count("\n") == 1, (what, answer.err)
        assert expected in answer.err, (what, answer.err)
        assert codes(database) == [], what
    site.behaviour = after_a_break(two_hundred_for_a_range)
    answer = fetched("--again")
    assert answer.code == 0, "a server without ranges sends the whole file again, which is the file"
    assert codes(database) == BOTH


def test_a_packed_file_is_taken_as_it_is_whatever_the_server_calls_it(
    fetched: Callable[..., conftest.Answer], site: Site, database: Engine, body: bytes
) -> None:
    site.behaviour = answers(200, gzip.compress(body), Content_Encoding="gzip")
    assert fetched(url=f"{site.address}/communes.geojson.gz").code == 0
    assert codes(database) == BOTH


def test_a_drip_ends(site: Site, tmp_path: Path) -> None:
    site.behaviour = Reply.drip
    for limits, reason in (
        (guarded.Limits(idle_seconds=0.3, least_bytes=1000), "too slowly"),
        (guarded.Limits(seconds=0.3), "longer than 0.3"),
    ):
        with (
            pytest.raises(outgoing.Unavailable, match=reason),
            outgoing.get(site.url, allowed_hosts=["127.0.0.1"], limits=limits) as answer,
        ):
            list(answer.chunks)


def test_the_checksum_decides(
    fetched: Callable[..., conftest.Answer], site: Site, database: Engine, body: bytes
) -> None:
    wrong = fetched(more=f'sha256 = "{"0" * 64}"')
    assert (wrong.code, codes(database)) == (2, [])
    assert "not the file that was announced" in wrong.err
    right = f'sha256 = "{hashlib.sha256(body).hexdigest().upper()}"'
    assert fetched(more=right).code == 0
    asked = len(site.asked)
    assert fetched(more=right).code == 0
    assert len(site.asked) == asked, "what has the announced checksum need not be asked for"


def test_inner_addresses(
    fetched: Callable[..., conftest.Answer], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETCH_ALLOWED_HOSTS", "")
    for url in (site.url, site.url.replace("http:", "https:"), "https://2130706433/", "https://[::1]/x"):
        answer = fetched(url=url)
        assert answer.code == 2
        assert "inner address" in answer.err or "only https" in answer.err
    assert site.asked == []
    words = "127.0.0.1 10.1.2.3 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1%eth0"
    for address in [
        *words.split(),
        *("fc00::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
        *("64:ff9b::a00:1", "64:ff9b:1::1", "::127.0.0.1", "2001:db8::1"),
    ]:
        assert not guarded.is_public(address), address
    for address in ("8.8.8.8", "2a01:e0a::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"):
        assert guarded.is_public(address), address


def test_the_connection_goes_to_what_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers something else the second time (rebinding) is not asked a second time."""
    answers_of: dict[str, list[list[str]]] = {
        "twice.example": [["93.184.216.34"], ["127.0.0.1"]],
        "mixed.example": [["93.184.216.34", "10.0.0.1"]],
    }
    connected: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in answers_of[host].pop(0)]

    def connect(_: object, host: str, *__: object, **___: object) -> None:
        connected.append(host)
        raise guarded.httpcore.ConnectError("not from a test")

    monkeypatch.setattr(guarded.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(guarded.httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(outgoing.BrokenOff), outgoing.get("https://twice.example/"):
        pass
    with pytest.raises(outgoing.InvalidInput, match="inner"), outgoing.get("https://mixed.example/"):
        pass
    assert (connected, len(answers_of["twice.example"])) == (["93.184.216.34"], 1)


def test_the_official_list(run: Run, tmp_path: Path) -> None:
    known = official.sources()
    assert {"admin-express-cog", "etalab-100m", "geo-api", "statbel-sectors", "urbis", "iris", "qpv"} <= set(
        known
    )
    for source in known.values():
        assert source.address(2024, source.part).startswith("https://")
        assert "{" not in source.address(2024, source.part)
        assert source.licence_url.startswith("https://")
    listed = run("communes", "sources")
    assert all(name in listed.out for name in known)
    own = tmp_path / "own.toml"
    for text_, reason in (
        ("[x]\ntitle = 1", "title"),
        ("[x]\ntitle = ''", "lacks"),
        ("[x", "not TOML"),
        (TOML.format(url="u", more="holds = 'hamlets'"), "holds"),
        (TOML.format(url="u", more="colour = 'red'"), "colour"),
    ):
        own.write_text(text_)
        refused = run("communes", "sources", "--sources", own)
        assert refused.code == 2
        assert reason in refused.err
    for arguments, reason in (
        (("nowhere",), "No source"),
        (("qpv", "--vintage", 2015), "no other vintage"),
        (("geo-api",), "say of which year"),
        (("geo-api", "--vintage", 2024, "--part", "../../x"), "--part"),
        (("etalab-100m", "--part", "35"), "--part"),
    ):
        refused = run("communes", "fetch", *arguments)
        assert refused.code == 2
        assert reason in refused.err


def test_quarters_are_downloaded_and_point_to_their_import(fetched: Callable[..., conftest.Answer]) -> None:
    answer = fetched(more='holds = "quarters"\nscheme = "IRIS"')
    assert answer.code == 0, answer.err
    assert "neighbourhoods import" in answer.out
