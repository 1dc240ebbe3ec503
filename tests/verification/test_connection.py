"""The connection is a hint: it verifies nobody, and leaves no address behind."""

from __future__ import annotations

from datetime import time

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from sqlalchemy import select, text

from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.errors import InvalidInput
from geoneighbour.members.models import Member
from geoneighbour.settings import Settings
from geoneighbour.verification import connection
from geoneighbour.verification.models import Proof
from geoneighbour.web.app import create_app
from tests.verification.post import HERE
from tests.world import communes, settled

NEAR, FAR, COUNTRY, ABROAD, UNKNOWN = (f"203.0.113.{number}" for number in (1, 2, 3, 4, 5))


@pytest.fixture
def networks(tmp_path):
    """A file of networks around commune A, whose middle is at (-2.05, 48.55)."""
    path = tmp_path / "networks.mmdb"
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True)
    for address, record in {
        # 0.44 and 0.46 degrees of latitude: 49 and 51 km.
        NEAR: {"country": {"iso_code": "FR"}, "location": {"latitude": 48.99, "longitude": -2.05}},
        FAR: {"country": {"iso_code": "FR"}, "location": {"latitude": 49.01, "longitude": -2.05}},
        COUNTRY: {"country": {"iso_code": "FR"}},
        ABROAD: {"country": {"iso_code": "BE"}},
    }.items():
        writer.insert_network(IPSet([address]), record)
    writer.to_db_file(str(path))
    return path


@pytest.fixture
def app(database_url, tmp_path, networks):
    settings = Settings(
        state_dir=tmp_path,
        database_url=database_url,
        secret_key="for tests only",
        verification_ways="postcard,connection",
        geoip_database=networks,
    )
    app = create_app(settings, make_engine(as_service(database_url)))
    app.testing, app.config["WTF_CSRF_ENABLED"] = True, False
    return app


@pytest.fixture
def zoe(world):
    communes(world, ["A"])
    return settled(world, "Zoé", HERE.lon, HERE.lat, verified=False)


@pytest.mark.parametrize(
    ("address", "near"),
    [
        (NEAR, True),
        (FAR, False),
        (COUNTRY, True),
        (ABROAD, False),
        (UNKNOWN, False),
        ("", False),
        ("::1", False),
    ],
)
def test_around_the_commune_or_its_country(world, logged_in, zoe, address, near):
    client = logged_in(zoe)
    answer = client.post("/api/v1/me/verification/connection", environ_overrides={"REMOTE_ADDR": address})
    assert answer.json == {"near": near}
    world.expire_all()
    assert world.get(Member, zoe).verified_at is None
    proofs = world.scalars(select(Proof)).all()
    assert [one.way for one in proofs] == (["connection"] if near else [])
    for proof in proofs:
        assert proof.proved_at.time() == time(0)
    page = client.get("/verification").text
    assert ("Elle semble venir" in page) == near
    assert "Votre adresse est vérifiée" not in page
    if address:
        tables = world.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        held = "".join(str(world.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables)
        assert address not in held


def test_the_way_needs_its_file(tmp_path):
    with pytest.raises(InvalidInput, match="GEOIP_DATABASE"):
        connection.networks(Settings(verification_ways="connection"))
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"nothing")
    for path in (broken, tmp_path / "missing.mmdb"):
        with pytest.raises(InvalidInput, match="no readable"):
            connection.networks(Settings(verification_ways="connection", geoip_database=path))
    assert connection.networks(Settings(geoip_database=broken)) is None
