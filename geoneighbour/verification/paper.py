"""Letters as they are printed: A4, with the address where the window of a French envelope is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geoneighbour import printing
from geoneighbour.catalogues import catalogue
from geoneighbour.settings import Settings
from geoneighbour.verification import codes

PAGE = "/verification"
MOST_LINES = 6
"""In a window: La Poste reads no more."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True)
class Paper:
    """What stands on one letter. `code` is the code itself; `place` names neighbourhood and commune."""

    name: str
    address: str
    place: str
    code: str
    language: str
    printed: datetime
    until: datetime


def pdf(papers: list[Paper], settings: Settings, public_url: str) -> bytes:
    """One sheet each. The QR code holds the code behind `#`, which browsers do not send: no log has it."""
    page = public_url + PAGE
    letters = [
        {
            "language": paper.language,
            "say": catalogue(paper.language, "messages").gettext,
            "lines": lines(paper.name, paper.address),
            "name": paper.name,
            "place": paper.place,
            "code": codes.spaced(paper.code),
            "qr": printing.qr(f"{page}#code={paper.code}"),
            "printed": format_date(paper.printed, "long", locale=paper.language),
            "until": format_date(paper.until, "long", locale=paper.language),
        }
        for paper in papers
    ]
    template = _TEMPLATES.get_template("letters.html")
    html = template.render(
        letters=letters, page=page, site_name=settings.site_name, sender=settings.letter_sender
    )
    return printing.pdf(html)


def lines(name: str, address: str) -> list[str]:
    """`3 rue du Port, 35400 Saint-Malo` -> the name, the street, the town; at most six lines."""
    parts = [part.strip() for part in address.replace("\n", ",").split(",") if part.strip()]
    room = MOST_LINES - 2
    return [name, *parts[:room], *([", ".join(parts[room:])] if parts[room:] else [])]
