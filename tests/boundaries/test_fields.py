"""Which columns hold code and name: every source of docs/boundaries.md, and what looks like none."""

from __future__ import annotations

import pytest

from geoneighbour.boundaries.fields import choose_layer, find_fields
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
    "Etalab": ("code nom departement region epci plm commune", ("code", ("nom",), "FR")),
    "france-geojson": ("code nom", ("code", ("nom",), "FR")),
    "OpenStreetMap": ("insee nom wikipedia surf_ha", ("insee", ("nom",), "FR")),
    "geo.api.gouv.fr": ("nom code siren codeepci codedepartement population", ("code", ("nom",), "FR")),
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
    "UrbIS": ("mu_nat_code mu_name_fre mu_name_dut", ("mu_nat_code", ("mu_name_fre", "mu_name_dut"), "BE")),
    "NGI AdminVector": ("niscode namefre namedut", ("niscode", ("namefre", "namedut"), "BE")),
}


@pytest.mark.parametrize("source", KNOWN)
def test_a_known_source_is_recognised(source: str) -> None:
    present, (code, names, country) = KNOWN[source]
    fields = find_fields(present.split(), "file")
    assert (fields.code, fields.names, fields.country) == (code, names, country)


def test_options_win_in_any_case() -> None:
    fields = find_fields(["code", "nom", "kode", "naam"], "file", "Kode", "NAAM")
    assert (fields.code, fields.names) == ("kode", ("naam",))


def test_one_option_leaves_the_other_to_be_found() -> None:
    assert find_fields(["kode", "nom"], "file", "kode").names == ("nom",)
    assert find_fields(["code", "naam"], "file", None, "naam").code == "code"


@pytest.mark.parametrize(
    ("present", "options", "helps"),
    [
        (["kode", "naam"], (None, None), "--code-field among kode, naam"),
        (["kode", "naam"], ("kode", None), "--name-field among kode, naam"),
        (["kode", "nom", "nom_com"], ("kode", None), "--name-field"),
        (["code", "nom"], ("insee", None), "no field insee (--code-field); it has code, nom"),
        (["code", "nom"], (None, "naam"), "no field naam (--name-field)"),
        (["code_qp", "lib_qp"], (None, None), "priority quarters (QPV), not communes"),
        ([], (None, None), ".dbf"),
    ],
)
def test_in_doubt_it_names_what_decides(
    present: list[str], options: tuple[str | None, str | None], helps: str
) -> None:
    with pytest.raises(UnusableFile) as refusal:
        find_fields(present, "file.shp", *options)
    assert refusal.value.reason.startswith("file.shp: ")
    assert helps in refusal.value.reason


def test_the_layer_of_communes_is_chosen() -> None:
    communes, others = ("code_insee", "nom_officiel"), ("code_insee", "nom_officiel", "rattach")
    assert choose_layer({None: ()}, "f") is None
    assert choose_layer({"anything": ()}, "f") == "anything"
    assert choose_layer({"commune": communes, "arrondissement_municipal": others}, "f") == "commune"
    assert choose_layer({"COMMUNE": communes, "arrondissement_municipal": others}, "f") == "COMMUNE"
    assert choose_layer({"epci": ("code_siren",), "boundaries": communes}, "f") == "boundaries"
    assert (
        choose_layer({"commune": communes, "arrondissement_municipal": others}, "f", "commune") == "commune"
    )


@pytest.mark.parametrize(
    ("layers", "wanted", "helps"),
    [
        ({"a": ("code", "nom"), "b": ("code", "nom")}, None, "--layer among a, b"),
        ({"a": ("x",), "b": ("y",)}, None, "--layer among a, b"),
        ({"a": ("x",)}, "c", "no layer c (--layer); it has a"),
        ({}, None, "no layer holds polygons"),
    ],
)
def test_no_layer_is_guessed(
    layers: dict[str | None, tuple[str, ...]], wanted: str | None, helps: str
) -> None:
    with pytest.raises(UnusableFile, match=r"^f: ") as refusal:
        choose_layer(layers, "f", wanted)
    assert helps in refusal.value.reason
