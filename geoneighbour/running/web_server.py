"""gunicorn with our application: processes with threads, no access log (addresses may hold private things)."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from geoneighbour.logs import Discreet
from geoneighbour.settings import Settings


class WebServer(BaseApplication):
    def __init__(self, settings: Settings, port: int) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.options: dict[str, Any] = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
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
