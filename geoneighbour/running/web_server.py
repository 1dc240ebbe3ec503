"""gunicorn with our application: processes with threads, no access log (addresses may hold private things)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import Engine

from geoneighbour.communes import queries as communes
from geoneighbour.database.engine import transaction
from geoneighbour.errors import Unavailable
from geoneighbour.logs import Discreet
from geoneighbour.running.web_process import WebProcess
from geoneighbour.settings import Settings


def require_public_url(settings: Settings, engine: Engine) -> None:
    """Unavailable, but for the demonstration, where others reach the service while nobody has said under which name: its mails would lead where they like."""
    if settings.public_url is not None or is_loopback(settings.host):
        return
    with transaction(engine) as session:
        if not communes.is_demonstration(session):
            raise Unavailable(
                f"HOST={settings.host} lets others in: set PUBLIC_URL, where they reach the service, for the links in its mails."
            )


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebServer(BaseApplication):
    def __init__(self, settings: Settings, port: int) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.options: dict[str, Any] = {
            "bind": f"{host}:{port}",
            "worker_class": WebProcess,
            "workers": settings.web_processes,
            "threads": settings.web_threads,
            "keepalive": 5,
            "graceful_timeout": 10,
            "proc_name": "geoneighbour",
            "loglevel": "warning",
            "logger_class": Discreet,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # Here, in each process: connections to the database do not survive a fork.
        from geoneighbour.web.app import create_app

        return create_app()
