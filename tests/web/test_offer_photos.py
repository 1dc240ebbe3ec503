"""/offres/<id>/photo: from here alone, for whoever may see the offer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from geoneighbour.offers import photos
from geoneighbour.offers.models import Offer
from geoneighbour.posts.photo_http import STORE
from tests.offers.made import bring_file, feature, features, feed, settings
from tests.posts.pictures import saved, scene
from tests.sources.server import Site, serving
from tests.world import communes, settled


def test_an_offers_photo_comes_from_here(
    app: Flask,
    database: Engine,
    tmp_path: Path,
    world: Session,
    visitor: FlaskClient,
    logged_in: Callable[[int], FlaskClient],
) -> None:
    communes(world, ["AB"])
    anne, carole = settled(world, "Anne", -2.05, 48.55), settled(world, "Carole", -1.95, 48.55)
    world.commit()
    site = Site(saved(scene(800, 600)))
    with serving(site):
        rows = [feature(1, photo_url=site.url, serves_communes="35001"), feature(2)]
        bring_file(database, tmp_path, feed(database), features(rows))
        photos.bring_due(database, settings(tmp_path), app.extensions[STORE])
    with Session(database) as session:
        shown, without = session.scalars(select(Offer.id).order_by(Offer.external_id)).all()
    page = visitor.get(f"/offres/{shown}").text
    assert f'src="/offres/{shown}/photo" width="800" height="600" alt="Panier 1"' in page
    linked = json.loads(re.search(r'ld\+json">(.*?)</script>', page, re.S)[1])
    assert linked["image"] == f"http://localhost/offres/{shown}/photo"
    assert "<img" not in visitor.get(f"/offres/{without}").text
    listed = visitor.get("/offres").text
    assert listed.count("offer-photo") == 1
    assert site.url not in page + listed

    for path in (f"/offres/{shown}/photo", f"/offres/{shown}/photo/petite"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        assert visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        assert visitor.get(path.replace(str(shown), str(without))).status_code == 404
    # For the homes that it serves alone: so is its photo.
    with Session(database) as session:
        session.execute(update(Offer).values(reach_only=True))
        session.commit()
    hers, others = logged_in(anne), logged_in(carole)
    path = f"/offres/{shown}/photo"
    assert [client.get(path).status_code for client in (hers, others, visitor)] == [200, 404, 404]
