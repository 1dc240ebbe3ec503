"""People with postal addresses, and what their letters say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.orm import Session

from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.verification import batch, letters
from geoneighbour.verification.codes import Keys
from geoneighbour.verification.letters import Post
from geoneighbour.verification.models import Letter, WrongCode
from tests.world import settled

HERE, THERE = Point(-2.05, 48.55), Point(-2.02, 48.55)
ADDRESS = "3 rue du Port, 35400 Saint-Malo"
CODE = re.compile(r"\b([0-9A-Z]{3})-([0-9A-Z]{3})-([0-9A-Z]{3})\b")


def post_of(app: Flask) -> Post:
    settings = app.config["SETTINGS"].model_copy(update={"public_url": "https://voisins.example"})
    return Post(settings, Keys(settings), app.extensions["geoneighbour.sealer"])


def closed(post: Post) -> Post:
    return replace(post, settings=post.settings.model_copy(update={"verification_ways": "document"}))


def resident(
    world: Session, post: Post, name: str, words: str | None = ADDRESS, *, checked: bool = True
) -> int:
    """Somebody who is not verified and has an address; returns the id."""
    member = settled(world, name, HERE.lon, HERE.lat, verified=False)
    addresses.keep(world, post.sealer, member, HERE, words, checked=checked)
    world.commit()
    return member


def printed(world: Session, post: Post, **how) -> list[str]:
    """Prints what waits; the codes, in the order of the sheets."""
    codes = codes_in(batch.print_waiting(world, post, **how).pdf)
    world.commit()
    return codes


def codes_in(pdf: bytes) -> list[str]:
    return ["".join(CODE.search(text).groups()) for text in texts(pdf)] if pdf else []


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def other(code: str, number: int = 0) -> str:
    """A code that is not this one."""
    wrong = f"{number:09d}"
    return wrong if wrong != code else f"{number + 1:09d}"


def enter(client: FlaskClient, code: str):
    return client.post("/api/v1/me/verification/code", json={"code": code})


def ask(client: FlaskClient):
    return client.post("/api/v1/me/verification/postcard")


def tries(world, post, member, codes):
    outcomes = [letters.enter(world, post, member, code) for code in codes]
    world.commit()
    return outcomes


def later(world, days: float) -> None:
    """So many days pass for letters and wrong codes."""
    by = timedelta(days=days)
    world.execute(
        update(Letter).values(
            asked_at=Letter.asked_at - by, printed_at=Letter.printed_at - by, sent_at=Letter.sent_at - by
        )
    )
    world.execute(update(WrongCode).values(tried_at=WrongCode.tried_at - by))
    world.commit()
    world.expire_all()
