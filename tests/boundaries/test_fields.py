"""Which columns hold code and name: every source of docs/boundaries.md, and what looks like none."""

from __future__ import annotations

import numpy as np
import pytest

from geoneighbour.boundaries.fields import find_fields
from geoneighbour.errors import UnusableFile

KNOWN = {
    "ADMIN EXPRESS 4": (
        "cleabs code_insee nom_officiel nom_officiel_en_majuscules statut population code_insee_du_departement "
        "code_insee_de_la_region codes_siren_des_epci code_siren code_postal",
        ("code_insee", ("nom_officiel",), "FR"),
    ),
    "ADMIN EXPRESS 3": (
        "id nom nom_m insee_com statut population insee_dep insee_reg siren_epci",
        ("insee_com", ("nom",), "FR"),
    ),
    "ADMIN EXPRESS 2, GEOFLA": (
        "insee_com nom_com code_epci nom_dep",
        ("insee_com", ("nom_com",), "FR"),
    ),
    "municipal arrondissements": ("id nom insee_arm insee_com", ("insee_arm", ("nom",), "FR")),
    "municipal arrondissements, ADMIN EXPRESS 4": (
        "code_insee nom_officiel code_insee_de_la_commune_de_rattach",
        ("code_insee", ("nom_officiel",), "FR"),
    ),
    "Etalab": ("code nom departement region epci plm commune", ("code", ("nom",), None)),
    "france-geojson": ("code nom", ("code", ("nom",), None)),
    "OpenStreetMap": ("insee nom wikipedia surf_ha", ("insee", ("nom",), "FR")),
    "geo.api.gouv.fr": ("nom code siren codeepci codedepartement population", ("code", ("nom",), None)),
    "IRIS": (
        "insee_com nom_com iris code_iris nom_iris typ_iris",
        ("insee_com", ("nom_com",), "FR"),
    ),
    "IRIS before 2015": ("depcom nom_com iris dcomiris nom_iris", ("depcom", ("nom_com",), "FR")),
    "Statbel sectors": (
        "cd_sector tx_sector_descr_nl tx_sector_descr_fr cd_sub_munty cd_munty_refnis tx_munty_descr_nl "
        "tx_munty_descr_fr tx_munty_descr_de cd_prov_refnis cd_rgn_refnis",
        ("cd_munty_refnis", ("tx_munty_descr_fr", "tx_munty_descr_nl", "tx_munty_descr_de"), "BE"),
    ),
    "Statbel sectors, vintages before 2024": (
        "cs01012020 t_sec_nl t_sec_fr cnis5_2020 t_mun_nl t_mun_fr cnis_arrd_ t_arrd_fr",
        ("cnis5_2020", ("t_mun_fr", "t_mun_nl"), "BE"),
    ),
    "associated and delegated communes": ("id nom insee_cad insee_com nature", ("insee_cad", ("nom",), "FR")),
    "UrbIS": ("mu_nat_code mu_name_fre mu_name_dut", ("mu_nat_code", ("mu_name_fre", "mu_name_dut"), "BE")),
    "NGI AdminVector": ("niscode namefre namedut", ("niscode", ("namefre", "namedut"), "BE")),
}


@pytest.mark.parametrize("source", KNOWN)
def test_a_known_source_is_recognised(source: str) -> None:
    """By the names of its columns alone, whatever stands in them."""
    present, (code, names, country) = KNOWN[source]
    fields = find_fields(dict.fromkeys(present.split(), ()), "file")
    assert (fields.code, fields.names, fields.country) == (code, names, country)


def test_options_win_in_any_case() -> None:
    fields = find_fields(dict.fromkeys(["code", "nom", "kode", "naam"], ()), "file", "Kode", "NAAM")
    assert (fields.code, fields.names) == ("kode", ("naam",))


CODES, NAMES = ["35001", "35002", "35003"], ["Acigné", "Amanlis", "Andouillé"]
UNKNOWN_SOURCE = {
    "plain": {"kode": CODES, "naam": NAMES},
    "beside numbers and texts": {
        "fid": [1, 2, 3], "gem_code": CODES, "gem_name": NAMES, "km2": [1.5, 2.5, 3.5], "since": ["1790"] * 3
    },
    "postal codes are not unique": {"gem_code": CODES, "postal": ["35690", "35690", "35250"], "gem_name": NAMES},
    "not of France or Belgium": {"ags": ["09162000", "09163000", "09171111"], "gen": NAMES, "bez": ["Stadt"] * 3},
    "the longer codes beside them": {"siren": ["213500010", "213500028", "213500036"], "gem_code": CODES, "gem_name": NAMES},
}  # fmt: skip


@pytest.mark.parametrize("kind", UNKNOWN_SOURCE)
def test_columns_of_an_unknown_source_are_found_by_what_they_hold(kind: str) -> None:
    columns = UNKNOWN_SOURCE[kind]
    fields = find_fields({name: np.array(values, dtype=object) for name, values in columns.items()}, "file")
    assert not fields.known
    assert columns[fields.code] in (CODES, ["09162000", "09163000", "09171111"])
    assert columns[fields.names[0]] == NAMES


@pytest.mark.parametrize(
    ("columns", "options", "helps"),
    [
        ({"a": ["x", "y"], "b": ["z", "z"]}, (None, None), "no field looks like a commune's code; choose it with --code-field among a, b"),
        ({"one": CODES, "two": CODES, "naam": NAMES}, (None, None), "several fields look like a commune's code; choose it with --code-field among one, two"),
        ({"kode": CODES, "een": NAMES, "twee": NAMES}, (None, None), "several fields look like a commune's name; choose it with --name-field among een, twee"),
        ({"kode": CODES, "kilo": ["1 kg", "2 kg", "3 kg"]}, (None, None), "no field looks like a commune's name; choose it with --name-field among kilo, kode"),
        ({"code": CODES, "nom": NAMES}, ("insee", None), "no field insee (--code-field); it has code, nom"),
        ({"code": CODES, "nom": NAMES}, (None, "naam"), "no field naam (--name-field)"),
        ({}, (None, None), ".dbf"),
    ],
)  # fmt: skip
def test_in_doubt_it_names_what_decides(
    columns: dict[str, list[str]], options: tuple[str | None, str | None], helps: str
) -> None:
    with pytest.raises(UnusableFile) as refusal:
        find_fields(
            {name: np.array(values, dtype=object) for name, values in columns.items()}, "file.shp", *options
        )
    assert refusal.value.reason.startswith("file.shp: ")
    assert helps in refusal.value.reason
