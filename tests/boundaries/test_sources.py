"""Every source of docs/boundaries.md, in every format it comes in: what is found by itself, and what would be stored."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyproj
import pytest

from geoneighbour.boundaries.country import of_system
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.frames import plain
from tests.boundaries.sources import (
    FORMATS,
    SOURCES,
    Commune,
    by_code,
    cases,
    made,
    other_things,
    packed,
    read_here,
)
from tests.communes.files import Feature, features, write
from tests.grid import Grid

ABOUT_A_METRE = 1e-5
DRAWING = """
    A A B
    D C B
"""
FRANCE = Grid(DRAWING)
BRUSSELS = Grid(DRAWING, lon=4.3, lat=50.8)
# Letters beyond ASCII, one of them only in Windows-1252, not in Latin-1.
FRENCH = [
    ("35001", "L'Haÿ-les-Roses", ""),
    ("35002", "Œuilly", ""),
    ("35003", "Saint-Été", ""),
    ("35004", "Le Rheu", ""),
]
BELGIAN = [
    ("21004", "Bruxelles", "Brussel"),
    ("21001", "Anderlecht", "Anderlecht "),
    ("21009", "Ixelles", "Elsene"),
    ("21015", "Schaerbeek", "Schaarbeek"),
]


def communes(country: str) -> list[Commune]:
    land = (BRUSSELS if country == "BE" else FRANCE).areas()
    named = BELGIAN if country == "BE" else FRENCH
    return [
        Commune(code, name, land[letter], other)
        for (code, name, other), letter in zip(named, "ABCD", strict=True)
    ]


@pytest.mark.parametrize(("name", "form"), list(cases()))
def test_a_source_in_a_format(name: str, form: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    wanted = communes(source.country)
    read = read_here(made(tmp_path, name, form, wanted))
    (layer,) = read.used
    cut = 10 if layer.format == "Shapefile" else None
    assert (layer.code, layer.country) == (source.code[:cut], source.country)
    assert tuple(layer.names) == tuple(name[:cut] for name in source.names)
    assert layer.crs == f"EPSG:{4326 if form == '.topojson' else source.epsg}"
    assert layer.format == FORMATS[form]
    assert layer.rows == len(wanted) * (2 if source.halved else 1)
    assert sum(one.ignored is not None for one in read.layers) == len(source.also) + (form == ".topojson")
    found = by_code(read.rows)
    assert found.keys() == {commune.code for commune in wanted}
    for commune in wanted:
        row = found[commune.code]
        name_said = commune.name.upper() if name == "ADMIN EXPRESS 2, GEOFLA" else commune.name
        assert (row.name, row.kind) == (name_said, "commune")
        assert row.names == (
            {"fr": commune.name, "nl": commune.other.strip()} if source.country == "BE" else {}
        )
        assert row.shape is not None
        assert row.shape.hausdorff_distance(commune.shape) < ABOUT_A_METRE


OVERSEAS = {
    "FXX": (2154, -2.0, 48.6),
    "GLP": (5490, -61.6, 16.2),
    "GUF": (2972, -53.0, 4.5),
    "REU": (2975, 55.5, -21.1),
    "MYT": (4471, 45.1, -12.8),
}


def test_one_delivery_of_all_territories_each_in_its_own_system(tmp_path: Path) -> None:
    """As the IGN packs it: one COMMUNE.shp for each, all of them called so."""
    for number, (territory, (epsg, lon, lat)) in enumerate(OVERSEAS.items()):
        land = features(Grid("A B", lon, lat), code="INSEE_COM", name="NOM", prefix=f"97{number}")
        write(tmp_path / "data" / "1_DONNEES" / f"SHP_{territory}" / "COMMUNE.shp", land, epsg)
    read = read_here(packed(tmp_path, ".7z"))
    assert [(layer.file, layer.crs) for layer in read.layers] == [
        (f"SHP_{territory}/COMMUNE.shp", f"EPSG:{epsg}")
        for territory, (epsg, _, _) in sorted(OVERSEAS.items())
    ]
    assert len(read.rows) == 2 * len(OVERSEAS)
    for number, (_, lon, lat) in enumerate(OVERSEAS.values()):
        shape = by_code(read.rows)[f"97{number}01"].shape
        assert shape is not None
        assert shape.hausdorff_distance(Grid("A B", lon, lat).areas()["A"]) < ABOUT_A_METRE


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("departements", "départements"),
        ("epci", "intercommunalities"),
        ("regions", "régions"),
        ("codes", "codes such as 243500139"),
    ],
)
def test_what_is_no_commune_is_refused_by_name_when_it_comes_alone(
    title: str, said: str, tmp_path: Path
) -> None:
    path = write(tmp_path / f"{title}.geojson", other_things(title, communes("FR")))
    with pytest.raises(UnusableFile, match=f"these are {said}, not communes"):
        read_here(path)


def test_priority_quarters_are_no_communes_unless_somebody_insists(tmp_path: Path) -> None:
    rows = [Feature(c.shape, {"code_qp": f"QP0{c.code}", "lib_qp": c.name}) for c in communes("FR")]
    path = write(tmp_path / "qpv.geojson", rows)
    with pytest.raises(UnusableFile, match=r"priority quarters \(QPV\), not communes"):
        read_here(path)
    assert len(read_here(path, code_field="code_qp").rows) == len(rows)


def test_sectors_are_joined_only_if_there_is_nothing_better(tmp_path: Path) -> None:
    """The same file with and without a layer of communes beside its sectors."""
    sectors = made(tmp_path, "IRIS", ".gpkg", communes("FR"))
    assert [layer.holds for layer in read_here(sectors).used] == ["sectors"]
    write(sectors, features(FRANCE, code="INSEE_COM", name="NOM_COM"), 2154, "communes")
    read = read_here(sectors)
    assert [(layer.layer, layer.ignored) for layer in read.layers] == [
        ("communes", None),
        ("CONTOURS-IRIS", "sectors (IRIS)"),
    ]


def doubtful(folder: Path, kind: str) -> tuple[Path, str]:
    """(a file that cannot be told, what the answer must name)."""
    land = FRANCE.areas()
    if kind == "two layers alike":
        path = write(folder / "c.gpkg", features(FRANCE, code="gem", name="naam"), layer="grenzen_2020")
        write(path, features(FRANCE, code="gem", name="naam"), layer="grenzen_2021")
        return (
            path,
            "several layers could hold communes; choose one with --layer among grenzen_2020 (4 rows: gem, naam); grenzen_2021",
        )
    if kind == "no fields":
        rows = [Feature(land["A"], {"a": "x y", "b": "z z"}), Feature(land["B"], {"a": "x y", "b": "z z"})]
        return write(
            folder / "c.gpkg", rows
        ), "no field looks like a commune's code; choose it with --code-field among a, b"
    if kind == "quarters with the code of their commune":
        rows = [
            Feature(shape, {"code_insee": "35238", "nom": f"Quartier {letter}"})
            for letter, shape in land.items()
        ]
        return write(
            folder / "c.gpkg", rows
        ), "these are several names for one code_insee, not communes; --code-field or --layer"
    assert kind == "a foreign country"
    munich = Grid(DRAWING, 11.5, 48.1).areas()
    rows = [Feature(munich[a], {"ags": f"0916200{i}", "gen": f"Gemeinde {a}"}) for i, a in enumerate("ABCD")]
    return write(
        folder / "c.gpkg", rows
    ), "cannot tell the country of codes such as 09162000 near 11.5 48.1; say --country"


@pytest.mark.parametrize(
    "kind", ["two layers alike", "no fields", "quarters with the code of their commune", "a foreign country"]
)
def test_in_doubt_it_asks(kind: str, tmp_path: Path) -> None:
    path, said = doubtful(tmp_path, kind)
    with pytest.raises(UnusableFile) as refusal:
        read_here(path)
    assert said in refusal.value.reason
    assert refusal.value.reason == plain(refusal.value.reason)


def test_what_it_asks_for_decides(tmp_path: Path) -> None:
    path, _ = doubtful(tmp_path, "two layers alike")
    assert [layer.layer for layer in read_here(path, layer="grenzen_2021").used] == ["grenzen_2021"]
    with pytest.raises(
        UnusableFile, match=r"no layer grenzen \(--layer\); there is grenzen_2020, grenzen_2021"
    ):
        read_here(path, layer="grenzen")
    with pytest.raises(UnusableFile, match=r"no field kode \(--code-field\); it has gem, naam"):
        read_here(path, layer="grenzen_2021", code_field="kode")
    foreign, _ = doubtful(tmp_path / "foreign", "a foreign country")
    assert [layer.country for layer in read_here(foreign, country="DE").used] == ["DE"]


@pytest.mark.parametrize(
    ("prefix", "lon", "lat", "country"),
    [
        ("590", 3.2, 50.6, "FR"),
        ("540", 3.2, 50.73, "BE"),
        ("540", 6.0, 49.5, "FR"),
        ("2A0", 9.0, 41.9, "FR"),
        ("971", -61.6, 16.2, "FR"),
    ],
    ids=["Nord", "Mouscron", "Longwy", "Corse", "Guadeloupe"],
)
def test_the_country_by_place_and_shape_of_the_codes(
    prefix: str, lon: float, lat: float, country: str, tmp_path: Path
) -> None:
    """Five digits are French or Belgian; 54 is both, in different places."""
    path = write(tmp_path / "c.geojson", features(Grid("A B", lon, lat), prefix=prefix))
    assert [layer.country for layer in read_here(path).used] == [country]


def test_archives_of_many_kinds_of_things(tmp_path: Path) -> None:
    """Several shapefiles, and packed GeoJSON inside, one level deep; what is of no use is left alone; capitals do not matter."""
    first, second, third = (
        features(Grid("A B", lon=lon), prefix=prefix) for lon, prefix in ((-2, "350"), (0, "140"), (1, "760"))
    )
    write(tmp_path / "data" / "a" / "35.shp", first, 2154)
    for path in list((tmp_path / "data" / "a").iterdir()):
        path.rename(path.with_name(path.name.upper()))
    write(tmp_path / "data" / "b" / "14.shp", second, 2154)
    write(tmp_path / "data" / "c.geojson", third)
    (tmp_path / "data" / "c.geojson.gz").write_bytes(
        gzip.compress((tmp_path / "data" / "c.geojson").read_bytes())
    )
    (tmp_path / "data" / "c.geojson").unlink()
    (tmp_path / "data" / "LISEZMOI.pdf").write_text("nothing")
    (tmp_path / "data" / "__MACOSX").mkdir()
    (tmp_path / "data" / "__MACOSX" / "._14.shp").write_text("nothing")
    (tmp_path / "data" / "metadata.json").write_text('{"year": 2020}')
    read = read_here(packed(tmp_path, ".zip"))
    assert [(layer.file, layer.format) for layer in read.layers] == [
        ("c.geojson", "GeoJSON"),
        ("35.SHP", "Shapefile"),
        ("14.shp", "Shapefile"),
        ("metadata.json", "JSON"),
    ]
    assert by_code(read.rows).keys() == {"35001", "35002", "14001", "14002", "76001", "76002"}


LETTERS = {
    # What the table is written in, what .cpg says (None: none there), the byte in its head: the same name in all.
    "UTF-8 and says so": ("utf-8", "UTF-8", 0),
    "UTF-8 and says nothing": ("utf-8", None, 0),
    "UTF-8 and says Latin-1": ("utf-8", "ISO-8859-1", 0),
    "Windows and says nothing": ("cp1252", None, 0),
    "Windows by number": ("cp1252", "1252", 0),
    "Windows and says UTF-8": ("cp1252", "UTF-8", 0x57),
    "DOS by its byte": ("cp850", None, 0x02),
    "Latin-9 and says so": ("iso-8859-15", "ISO-8859-15", 0),
}


@pytest.mark.parametrize("kind", LETTERS)
def test_letters_of_a_shapefile(kind: str, tmp_path: Path) -> None:
    """L'Haÿ-les-Roses in all of them, Œuilly where the letter exists."""
    written, said, byte = LETTERS[kind]
    name = "Haÿ-Œuilly" if written != "cp850" else "Haÿ-Été"
    path = write(
        tmp_path / "COMMUNE.shp", features(Grid("A B"), {"A": "H" + "#" * 14}, "INSEE_COM", "NOM"), 2154
    )
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes().replace(b"H" + b"#" * 14, name.encode(written).ljust(15)))
    content[29] = byte
    table.write_bytes(content)
    path.with_suffix(".cpg").unlink()
    if said:
        path.with_suffix(".cpg").write_text(said)
    assert by_code(read_here(path).rows)["35001"].name == name


def test_noughts_that_numbers_lost(tmp_path: Path) -> None:
    """1001 in the Ain is 01001."""
    rows = [
        Feature(row.shape, {"code": 1000 + i, "nom": f"Commune {i}"})
        for i, row in enumerate(features(Grid("A B", lon=5.2, lat=46.0)), 1)
    ]
    assert by_code(read_here(write(tmp_path / "01.geojson", rows)).rows).keys() == {"01001", "01002"}


@pytest.mark.parametrize("other", [{"type": "CA"}, {"chefLieu": "35238"}, {"commune": "Acigné"}], ids=str)
def test_what_communes_use_for_other_things(other: dict[str, str], tmp_path: Path) -> None:
    """The kind of their EPCI, the chief town of their canton, the commune by name: none of these makes parts of them."""
    rows = [Feature(row.shape, {**row.columns, **other}) for row in features(FRANCE)]
    read = read_here(write(tmp_path / "c.geojson", rows))
    assert [row.kind for row in read.rows] == ["commune"] * 4


@pytest.mark.parametrize(("epsg", "country"), [(4171, "FR"), (4313, "BE"), (3035, None), (3857, None)])
def test_a_system_of_one_country_tells_it(epsg: int, country: str | None) -> None:
    assert of_system(pyproj.CRS.from_epsg(epsg)) == country
