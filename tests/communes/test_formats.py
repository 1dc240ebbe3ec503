"""The same communes, however their file is made, end up the same."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, features, geojson, square, write
from tests.grid import Grid

LAND = Grid("""
    A A B
    . C B
""")
BELGIUM = Grid(LAND.drawing, lon=4.3, lat=50.8)
ABOUT_A_METRE = 1e-5
Imported = Callable[..., Answer]


def held(session: Session) -> dict[str, shapely.Geometry]:
    rows = session.execute(select(Commune.code, text("ST_AsEWKB(geom)")).where(Commune.valid_to.is_(None)))
    return {code: shapely.from_wkb(bytes(shape)) for code, shape in rows}


def lies_there(session: Session, land: Grid) -> None:
    """The three communes are stored as MultiPolygons in EPSG:4326, each where it was drawn."""
    found, drawn = held(session), land.areas()
    assert found.keys() == {"35001", "35002", "35003"}
    for code, letter in zip(sorted(found), "ABC", strict=True):
        assert (found[code].geom_type, shapely.get_srid(found[code])) == ("MultiPolygon", 4326)
        assert found[code].hausdorff_distance(drawn[letter]) < ABOUT_A_METRE


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp"])
@pytest.mark.parametrize(
    ("land", "epsg"),
    [(LAND, 4326), (LAND, 2154), (BELGIUM, 31370), (BELGIUM, 3812), (Grid(LAND.drawing, 55.5, -21.1), 2975)],
    ids=["lon-lat", "Lambert 93", "Lambert 72", "Lambert 2008", "Réunion"],
)
def test_formats_and_coordinate_systems(
    suffix: str, land: Grid, epsg: int, imported: Imported, session: Session, tmp_path: Path
) -> None:
    path = write(tmp_path / f"communes{suffix}", features(land), epsg)
    assert imported(path).counts == {"added": 3}
    lies_there(session, land)


def test_fields_in_capitals_and_a_name_with_accents(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    rows = features(LAND, {"A": "Haÿ-les-Roses  "}, code="INSEE_COM", name="NOM")
    imported(write(tmp_path / "COMMUNE.shp", rows, 2154))
    assert session.scalar(select(Commune.name).where(Commune.code == "35001")) == "Haÿ-les-Roses"


def test_the_layer_is_found_or_chosen(imported: Imported, run: Run, session: Session, tmp_path: Path) -> None:
    path = write(
        tmp_path / "admin.gpkg", features(LAND, code="code_insee", name="nom_officiel"), layer="commune"
    )
    write(path, features(Grid("D"), code="code_insee", name="nom_officiel"), layer="arrondissement_municipal")
    assert imported(path).counts == {"added": 3}
    assert imported(path, 2020, "--layer", "arrondissement_municipal").counts == {"added": 1}
    assert (
        "no layer quartier (--layer)"
        in run("communes", "import", path, "--vintage", 2020, "--layer", "quartier").err
    )


def test_a_zipped_shapefile(imported: Imported, session: Session, tmp_path: Path) -> None:
    write(tmp_path / "c.shp", features(LAND), 2154)
    with zipfile.ZipFile(tmp_path / "communes.zip", "w") as archive:
        for part in tmp_path.glob("c.*"):
            archive.write(part, part.name)
    imported(tmp_path / "communes.zip")
    lies_there(session, LAND)


def test_unknown_fields_and_system_by_options(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """Two columns could be the name: it asks. Nothing says the system: it asks, too."""
    rows = [
        Feature(
            row.shape, {"KODE": row.columns["code"], "EEN": row.columns["nom"], "TWEE": row.columns["nom"]}
        )
        for row in features(LAND)
    ]
    path = write(tmp_path / "c.shp", rows, 2154)
    (tmp_path / "c.prj").unlink()
    refused = run("communes", "import", path, "--vintage", 2020)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert (
        "c.shp: several fields look like a commune's name; choose it with --name-field among een, twee"
        in refused.err
    )
    refused = run("communes", "import", path, "--vintage", 2020, "--name-field", "EEN")
    assert refused.code == 2
    assert "does not say its coordinate system; give it with --srid" in refused.err
    imported(path, 2020, "--name-field", "EEN", "--srid", 2154)
    lies_there(session, LAND)


def test_a_wrong_system_is_refused_and_put_right(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """Metres in a GeoJSON file without a word: GDAL says 4326."""
    path = write(tmp_path / "c.geojson", features(LAND), 2154)
    content = json.loads(path.read_text())
    del content["crs"]
    path.write_text(json.dumps(content))
    refused = run("communes", "import", path, "--vintage", 2020)
    assert refused.code == 2
    assert "no position fits EPSG:4326; give the right system with --srid" in refused.err
    imported(path, 2020, "--srid", 2154)
    lies_there(session, LAND)
    assert (
        "no coordinate system" in run("communes", "import", path, "--vintage", 2020, "--srid", 99999999).err
    )


def test_numbers_get_their_noughts_back(imported: Imported, session: Session, tmp_path: Path) -> None:
    """As integers, as floats beside a null, and as text that was a number: 2A004 makes the whole column text."""
    imported(geojson(tmp_path / "a.geojson", (1001, square(0, 45)), (35002, square(1, 45))))
    assert imported(
        geojson(tmp_path / "b.geojson", (1003, square(2, 45)), (None, square(3, 45)))
    ).reasons == {None: "rejected: no code (b.geojson, row 2)"}
    imported(geojson(tmp_path / "c.geojson", (1004, square(4, 45)), ("2a004", square(5, 45))))
    assert held(session).keys() == {"01001", "35002", "01003", "01004", "2A004"}


def test_sectors_become_communes(imported: Imported, session: Session, tmp_path: Path) -> None:
    """Statbel knows no communes, only their sectors; the country comes with the source."""
    sectors = [
        Feature(shape, {"CD_SECTOR": f"{code}{letter}", "CD_MUNTY_REFNIS": code, "TX_MUNTY_DESCR_FR": name})
        for letter, shape in BELGIUM.areas().items()
        for code, name in [("21001", "Anderlecht") if letter in "AB" else ("21004", "Bruxelles")]
    ]
    answer = imported(write(tmp_path / "sectors.gpkg", sectors, 31370))
    assert answer.summary["read"] == 3
    assert answer.counts == {"added": 2}
    found, drawn = held(session), BELGIUM.areas()
    assert found["21001"].hausdorff_distance(drawn["A"] | drawn["B"]) < ABOUT_A_METRE
    assert set(session.scalars(select(Commune.country))) == {"BE"}


def test_a_part_that_cannot_serve_refuses_the_whole_commune(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    path = geojson(
        tmp_path / "c.geojson",
        ("35001", square(0, 48)),
        ("35001", {"type": "Point", "coordinates": [0.5, 48]}),
        ("35002", square(1, 48)),
    )
    answer = imported(path)
    assert answer.counts == {"added": 1, "rejected": 2}
    assert answer.reasons == {"35001": "rejected: a Point, no polygon (c.geojson, row 1)"}
    assert held(session).keys() == {"35002"}


def test_several_files_and_folders_are_one_import(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    geojson(tmp_path / "a.geojson", ("35001", square(0, 48)))
    geojson(tmp_path / "deep" / "b.geojson", ("35002", square(1, 48)))
    other = geojson(tmp_path / "other.json", ("35003", square(2, 48)))
    (tmp_path / "readme.txt").write_text("not a boundary file")
    assert imported(tmp_path, 2020, other).counts == {"added": 3}
    geojson(tmp_path / "again.geojson", ("35001", square(0, 48)))
    assert imported(tmp_path).reasons == {
        "35001": "rejected: the same as in a.geojson (again.geojson, row 1)"
    }
    geojson(tmp_path / "again.geojson", ("35001", square(5, 48)))
    refused = run("communes", "import", tmp_path, "--vintage", 2020)
    assert refused.code == 2
    assert "35001 stands in a.geojson and differently in again.geojson" in refused.err
