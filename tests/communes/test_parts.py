"""Municipal arrondissements, associated and delegated communes: kept, but nobody's commune."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, write
from tests.grid import Grid

Imported = Callable[..., Answer]

# Marseille has sixteen arrondissements: A to P; Q is the commune beside it.
MARSEILLE = Grid(
    """
    A B C D Q
    E F G H Q
    I J K L Q
    M N O P Q
    """,
    lon=5.3,
    lat=43.2,
)
CITY, BESIDE = "13055", "13001"
# R is associated with S; T lies in S too and is delegated, as is the old S itself (U), with the code of the new one.
DELEGATED = Grid("R T U V", lon=0, lat=47)


def arrondissement(letter: str) -> str:
    return f"132{ord(letter) - 64:02}"


def etalab(letters: str, *, city: bool = True, beside: bool = True) -> list[Feature]:
    """As Etalab has it: the city is marked, its arrondissements name it; they overlap."""
    areas = MARSEILLE.areas()
    rows = [
        Feature(
            areas[letter],
            {"code": arrondissement(letter), "nom": f"Marseille {letter}", "plm": "", "commune": CITY},
        )
        for letter in letters
    ]
    whole = shapely.union_all([areas[letter] for letter in "ABCDEFGHIJKLMNOP"])
    if city:
        rows.append(Feature(whole, {"code": CITY, "nom": "Marseille", "plm": "true", "commune": ""}))
    if beside:
        rows.append(Feature(areas["Q"], {"code": BESIDE, "nom": "Aubagne", "plm": "", "commune": ""}))
    return rows


ALL = "ABCDEFGHIJKLMNOP"


def communes(session: Session) -> dict[str, str]:
    rows = session.execute(text("SELECT code, name FROM commune WHERE valid_to IS NULL"))
    return {row.code: row.name for row in rows}


def parts(session: Session) -> dict[tuple[str, str], tuple[str, str, int]]:
    rows = session.execute(
        text("SELECT kind, code, name, commune_code, vintage FROM commune_part WHERE valid_to IS NULL")
    )
    return {(kind, code): (name, within, vintage) for kind, code, name, within, vintage in rows}


def test_a_city_and_its_arrondissements_do_not_overlap(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """One place has one commune, and the arrondissement beside it."""
    answer = imported(write(tmp_path / "communes-100m.geojson", etalab(ALL)))
    assert answer.counts == {"added": 2}
    assert answer.summary["parts"] == {"added": 16, "changed": 0, "closed": 0, "confirmed": 0, "rejected": 0}
    assert communes(session) == {CITY: "Marseille", BESIDE: "Aubagne"}
    assert parts(session).keys() == {("arrondissement", arrondissement(letter)) for letter in ALL}
    inside, outside = MARSEILLE.points()["F"], MARSEILLE.points()["Q"]
    assert run("communes", "at", inside.lon, inside.lat).out == "13055 Marseille (13206 Marseille F)\n"
    assert run("communes", "at", outside.lon, outside.lat).out == "13001 Aubagne\n"
    border = MARSEILLE.between("A", "B")
    assert run("communes", "at", border.lon, border.lat).out == "13055 Marseille (13201 Marseille A)\n"
    assert "part        13206 Marseille F (arrondissement)\n" in run("communes", "show", CITY).out


def test_a_city_that_does_not_come_is_made_of_all_its_arrondissements(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    """Named as the shapefiles of the IGN name them."""
    rows = [
        Feature(row.shape, {"INSEE_ARM": row.columns["code"], "NOM": row.columns["nom"], "INSEE_COM": CITY})
        for row in etalab(ALL, city=False, beside=False)
    ]
    answer = imported(write(tmp_path / "ARRONDISSEMENT_MUNICIPAL.shp", rows, 2154))
    assert answer.counts == {"added": 1}
    assert answer.summary["notes"] == ["13055 Marseille is made of its 16 arrondissements"]
    assert communes(session) == {CITY: "Marseille"}
    assert len(parts(session)) == 16
    area = session.scalar(text("SELECT ST_Area(geom) FROM commune"))
    assert area == pytest.approx(sum(row.shape.area for row in rows), rel=1e-6)


def test_some_arrondissements_are_no_city(imported: Imported, session: Session, tmp_path: Path) -> None:
    answer = imported(write(tmp_path / "c.geojson", etalab(ALL[:-1], city=False)))
    assert answer.counts == {"added": 1}
    assert answer.summary["parts"]["rejected"] == 15
    assert answer.reasons["13201"] == (
        "arrondissement rejected: neither Marseille (13055) is there nor all of its arrondissements (13216 is not) "
        "(c.geojson, row 1)"
    )
    assert communes(session) == {BESIDE: "Aubagne"}
    assert parts(session) == {}


def test_sectors_of_arrondissements_become_the_city(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    """IRIS know the arrondissement, not the city."""
    rows = [
        Feature(
            half,
            {
                "CODE_IRIS": f"{row.columns['code']}{number:04}",
                "INSEE_COM": row.columns["code"],
                "NOM_COM": row.columns["nom"],
            },
        )
        for row in etalab(ALL, city=False)
        for number, half in enumerate(halves(row.shape))
    ]
    assert imported(write(tmp_path / "CONTOURS-IRIS.gpkg", rows, 2154)).counts == {"added": 2}
    assert communes(session) == {CITY: "Marseille", BESIDE: "Aubagne"}


def halves(shape: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    middle = (south + north) / 2
    return [shape & shapely.box(west, south, east, middle), shape & shapely.box(west, middle, east, north)]


def two_layers(folder: Path, delegated: dict[str, dict[str, Any]]) -> Path:
    """As ADMIN EXPRESS 4: communes in one layer, what they were made of in another."""
    areas = DELEGATED.areas()
    new = [
        Feature(
            areas["R"] | areas["T"] | areas["U"], {"code_insee": "49018", "nom_officiel": "Baugé-en-Anjou"}
        ),
        Feature(areas["V"], {"code_insee": "49002", "nom_officiel": "Allonnes"}),
    ]
    path = write(folder / "admin.gpkg", new, layer="commune")
    old = [Feature(areas[letter], columns) for letter, columns in delegated.items()]
    return write(path, old, layer="commune_associee_ou_deleguee")


def old(code: str, name: str, nature: str, within: str = "49018") -> dict[str, Any]:
    return {
        "code_insee": code,
        "nom_officiel": name,
        "nature": nature,
        "code_insee_de_la_commune_de_rattach": within,
    }


FIRST = {
    "R": old("49031", "Bocé", "Commune associée"),
    "T": old("49079", "Chartrené", "Commune déléguée"),
    "U": old("49018", "Baugé", "Commune déléguée"),
}


def test_associated_and_delegated_communes_stand_beside_their_commune(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """Also the one that bears the code of the commune around it."""
    assert imported(two_layers(tmp_path, FIRST)).counts == {"added": 2}
    assert communes(session) == {"49018": "Baugé-en-Anjou", "49002": "Allonnes"}
    assert parts(session) == {
        ("associated", "49031"): ("Bocé", "49018", 2020),
        ("delegated", "49079"): ("Chartrené", "49018", 2020),
        ("delegated", "49018"): ("Baugé", "49018", 2020),
    }
    there = DELEGATED.points()["U"]
    assert run("communes", "at", there.lon, there.lat).out == "49018 Baugé-en-Anjou (49018 Baugé)\n"


def test_parts_have_versions_as_communes_have(imported: Imported, session: Session, tmp_path: Path) -> None:
    """Same: confirmed. Another name: closed and opened. Gone: closed, but only from a file that speaks of such parts."""
    imported(two_layers(tmp_path, FIRST), 2020)
    (tmp_path / "admin.gpkg").unlink()
    second = {
        "T": FIRST["T"],
        "U": old("49018", "Baugé-la-Vieille", "Commune déléguée"),
        "R": old("49099", "Nulle", "Commune associée", "49999"),
    }
    answer = imported(two_layers(tmp_path, second), 2022)
    assert answer.counts == {"unchanged": 2}
    assert answer.summary["parts"] == {"added": 0, "changed": 1, "closed": 1, "confirmed": 1, "rejected": 1}
    assert [(d["code"], d["reason"]) for d in answer.summary["details"]] == [
        ("49018", "delegated of 49018 renamed: was Baugé"),
        ("49031", "associated of 49018 closed: there no longer"),
        (
            "49099",
            "associated rejected: its commune 49999 is not there (admin.gpkg commune_associee_ou_deleguee, row 3)",
        ),
    ]
    assert parts(session) == {
        ("delegated", "49079"): ("Chartrené", "49018", 2022),
        ("delegated", "49018"): ("Baugé-la-Vieille", "49018", 2022),
    }
    (tmp_path / "admin.gpkg").unlink()
    areas = DELEGATED.areas()
    whole = areas["R"] | areas["T"] | areas["U"]
    alone = [
        Feature(whole, {"code_insee": "49018", "nom_officiel": "Baugé-en-Anjou"}),
        Feature(areas["V"], {"code_insee": "49002", "nom_officiel": "Allonnes"}),
    ]
    assert imported(write(tmp_path / "alone.gpkg", alone), 2023).counts == {"unchanged": 2}
    assert len(parts(session)) == 2
    assert session.scalar(text("SELECT count(*) FROM commune_part")) == 4


def test_parts_may_come_after_their_communes_in_a_file_of_their_own(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """As Etalab has it. The communes stay as they are; without them the parts are nobody's."""
    areas = DELEGATED.areas()
    rows = [
        Feature(
            areas["R"], {"code": "49031", "nom": "Bocé", "type": "commune-associee", "chefLieu": "49018"}
        ),
        Feature(
            areas["T"], {"code": "49079", "nom": "Chartrené", "type": "commune-deleguee", "chefLieu": "49018"}
        ),
    ]
    alone = write(tmp_path / "communes-associees-deleguees-100m.geojson", rows)
    early = imported(alone, 2020)
    assert (early.counts, early.summary["parts"]["rejected"]) == ({}, 2)
    imported(two_layers(tmp_path, {"V": old("49002", "Allonnes", "Commune déléguée", "49002")}), 2020)
    answer = imported(alone, 2020)
    assert (answer.counts, answer.summary["parts"]["added"]) == ({}, 2)
    assert parts(session).keys() == {("associated", "49031"), ("delegated", "49079"), ("delegated", "49002")}
    assert communes(session) == {"49018": "Baugé-en-Anjou", "49002": "Allonnes"}
    older = run("communes", "import", alone, "--vintage", 2019)
    assert older.code == 2
    assert "vintage 2019 is older than what is already there: " in older.err
