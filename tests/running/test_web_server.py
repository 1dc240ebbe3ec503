"""Who may reach the web service while nobody has said under which name it is reached."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.cli import cli
from geoneighbour.communes.models import DEMONSTRATION, Commune
from geoneighbour.errors import Unavailable
from geoneighbour.running import together
from geoneighbour.running.web_server import WebServer, require_public_url
from geoneighbour.settings import Settings
from tests.world import communes


def test_others_are_let_in_under_a_name_alone(session: Session, database: Engine) -> None:
    communes(session, ["A"])
    session.commit()
    for host in ("127.0.0.1", "::1", "localhost"):
        require_public_url(Settings(host=host, public_url=None), database)
    require_public_url(Settings(host="0.0.0.0", public_url="https://voisins.example"), database)
    for host in ("0.0.0.0", "::", "192.0.2.1", "voisins.example"):
        with pytest.raises(Unavailable, match="PUBLIC_URL"):
            require_public_url(Settings(host=host, public_url=None), database)
    session.execute(update(Commune).values(source=DEMONSTRATION))
    session.commit()
    require_public_url(Settings(host="0.0.0.0", public_url=None), database)


def test_it_says_so_in_one_line_and_serves_nothing(
    session: Session, database_url: str, tmp_path, monkeypatch
) -> None:
    communes(session, ["A"])
    session.commit()
    wide = Settings(host="0.0.0.0", public_url=None, database_url=database_url, state_dir=tmp_path)
    monkeypatch.setattr(environment, "load", lambda: wide)
    monkeypatch.setattr(WebServer, "run", lambda self: pytest.fail("it serves"))
    said = CliRunner().invoke(cli, ["serve"])
    assert isinstance(said.exception, Unavailable)
    assert "Serving" not in said.output


def test_run_starts_neither_web_nor_worker_then(
    session: Session, database_url: str, tmp_path, monkeypatch
) -> None:
    communes(session, ["A"])
    session.commit()
    monkeypatch.setattr(together, "upgrade", lambda *_: None)
    monkeypatch.setattr(together, "Child", lambda *_, **__: pytest.fail("it starts"))
    wide = Settings(host="0.0.0.0", public_url=None, database_url=database_url, state_dir=tmp_path)
    with pytest.raises(Unavailable, match="PUBLIC_URL"):
        together.run_together(wide, 0)


@pytest.mark.parametrize(
    ("host", "public_url", "given"),
    [
        ("127.0.0.1", None, {"PUBLIC_URL": "http://localhost:8123"}),
        ("0.0.0.0", None, {}),
        ("127.0.0.1", "https://voisins.example", {}),
    ],
)
def test_mails_of_a_run_on_this_machine_alone_lead_to_it(
    host, public_url, given, database_url, tmp_path, monkeypatch
) -> None:
    started: dict[str, dict[str, str]] = {}

    class Started:
        def __init__(self, command: str, **environment: str) -> None:
            started[command] = environment
            self.process = self

        def terminate(self) -> None: ...
        def wait(self) -> None: ...

    def enough(*_: object) -> None:
        raise Unavailable("enough")

    for name in ("upgrade", "_load_demonstration", "require_public_url"):
        monkeypatch.setattr(together, name, lambda *_: None)
    monkeypatch.setattr(together, "Child", Started)
    monkeypatch.setattr(together, "_wait_for_web", enough)
    settings = Settings(host=host, public_url=public_url, database_url=database_url, state_dir=tmp_path)
    with pytest.raises(Unavailable, match="enough"):
        together.run_together(settings, 8123)
    assert started["worker"] == given
    assert "PUBLIC_URL" not in started["serve"]
