"""What a member's connection says: a hint, which verifies nobody. Kept: that it fits, and the day; never the network's address."""

from __future__ import annotations

from dataclasses import dataclass

import maxminddb
import shapely
from sqlalchemy.orm import Session

from geoneighbour.communes import queries as communes
from geoneighbour.communes.models import Commune
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.metres import distance_m
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.settings import Settings
from geoneighbour.verification import service

NEAR_M = 50_000.0
"""From the middle of the commune: networks know no better."""


@dataclass(frozen=True)
class Somewhere:
    """Where a database of networks puts one: the country (ISO 3166), and a point (EPSG:4326) where it has one."""

    country: str | None
    point: shapely.Point | None


class Networks:
    """A local .mmdb file (GEOIP_DATABASE), with countries or with cities. InvalidInput when it cannot be read."""

    def __init__(self, path: str) -> None:
        try:
            self._file = maxminddb.open_database(path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise InvalidInput(
                f"GEOIP_DATABASE {path} is no readable .mmdb file: {type(error).__name__}"
            ) from None

    def of(self, address: str) -> Somewhere | None:
        """None for an address that the file does not have, or that is none."""
        try:
            record = self._file.get(address)
        except ValueError:
            return None
        if not isinstance(record, dict):
            return None
        country, location = record.get("country"), record.get("location")
        code = country.get("iso_code") if isinstance(country, dict) else None
        return Somewhere(code if isinstance(code, str) else None, _point(location))


def _point(location: object) -> shapely.Point | None:
    if not isinstance(location, dict):
        return None
    lon, lat = location.get("longitude"), location.get("latitude")
    if isinstance(lon, int | float) and isinstance(lat, int | float):
        return shapely.Point(lon, lat)
    return None


def networks(settings: Settings) -> Networks | None:
    """The file, where the way is open. InvalidInput: the way is open without a file, or the file cannot be read."""
    if "connection" not in service.ways(settings):
        return None
    if settings.geoip_database is None:
        raise InvalidInput("VERIFICATION_WAYS names connection: GEOIP_DATABASE must name a .mmdb file")
    return Networks(str(settings.geoip_database))


def compare(session: Session, known: Networks, member_id: int, address: str) -> bool:
    """Whether the connection seems to come from around the member's commune: 50 km, or its country where the file says no more.

    If so, that is kept for the reviewers, with the day; if not, nothing is: a mobile network comes from anywhere.
    """
    commune = session.get(Commune, session.get_one(Residence, member_id).commune_id or 0)
    found = known.of(address)
    if commune is None or found is None:
        return False
    if found.point is not None:
        middle = shapely.point_on_surface(communes.outline(session, commune.id))
        near = distance_m(middle, found.point) <= NEAR_M
    else:
        near = found.country == commune.country
    if near:
        service.prove(session, member_id, "connection")
    return near
