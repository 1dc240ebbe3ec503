"""A sending process of the drill: the service's own crew, by a channel that leads to a sink (or nowhere: port 0).

With a third port, that of a mail server: real mails to it, and SMS and push into nothing.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from types import FrameType

import click

from geoneighbour import settings as environment
from geoneighbour.alerts import sending
from geoneighbour.alerts.crew import Crew
from geoneighbour.channels import Channel, NullSink, email
from geoneighbour.database.engine import as_service, make_engine
from tests.drill import outage
from tests.drill.sink import SinkChannel


def main(url: str, port: int, lease_seconds: float, mail_port: int = 0) -> None:
    # The drill does not wait for five minutes.
    sending.USUAL["email"] = replace(sending.USUAL["email"], lease_seconds=lease_seconds)
    found: list[Channel] = [SinkChannel("email", port) if port else NullSink("email")]
    settings = environment.load()
    if mail_port:
        settings = outage.settings_for(mail_port)
        found = outage.ways(settings, email.SECONDS)
    crew = Crew(make_engine(as_service(url), ping=False), settings, found, as_service(url))

    def end(number: int, frame: FrameType | None) -> None:
        crew.stop.set()

    signal.signal(signal.SIGTERM, end)
    click.echo("ready")
    crew.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
