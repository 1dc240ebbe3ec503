"""Files as their sources make them: the fields, systems and formats of docs/boundaries.md, filled with any communes."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import py7zr
import shapely

from geoneighbour.boundaries.gathering import Import
from geoneighbour.boundaries.reader import Found, Request, unpacked
from geoneighbour.boundaries.rows import Row
from geoneighbour.geofiles import frames
from geoneighbour.geofiles.files import files_in, is_archive, named
from tests.communes.files import Feature, write


@dataclass(frozen=True)
class Commune:
    """`other` is its name in a second language; `sectors` is in how many pieces it comes from sources that know only those."""

    code: str
    name: str
    shape: shapely.Geometry
    other: str = ""


Columns = Callable[[Commune], dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """Its fields, its system, what it is delivered as; what must be found of it. `also` are layers that come along."""

    columns: Columns
    formats: tuple[str, ...]
    code: str
    names: tuple[str, ...]
    epsg: int = 4326
    layer: str = "communes"
    country: str = "FR"
    halved: bool = False
    also: tuple[str, ...] = ()


GEOJSON = (".geojson", ".json", ".geojson.gz", ".geojsonl")
SHAPES = (".shp", ".shp latin", ".zip", ".7z")

SOURCES: dict[str, Source] = {
    "ADMIN EXPRESS 4": Source(
        lambda c: {"cleabs": f"COMMUNE_{c.code}", "code_insee": c.code, "nom_officiel": c.name, "nom_officiel_en_majuscules": c.name.upper(),
                   "statut": "Commune simple", "population": 12, "code_insee_du_departement": c.code[:2], "codes_siren_des_epci": "NR", "code_siren": f"2100{c.code}"},
        (".gpkg", ".7z gpkg", ".zip gpkg"), "code_insee", ("nom_officiel",), 2154, "commune", also=("departement", "arrondissement", "epci"),
    ),
    "ADMIN EXPRESS 4, WGS84G": Source(
        lambda c: {"cleabs": f"COMMUNE_{c.code}", "code_insee": c.code, "nom_officiel": c.name},
        (".gpkg", ".fgb"), "code_insee", ("nom_officiel",), 4326, "commune",
    ),
    "ADMIN EXPRESS 3": Source(
        lambda c: {"ID": f"COMMUNE_{c.code}", "NOM": c.name, "NOM_M": c.name.upper(), "INSEE_COM": c.code, "STATUT": "Commune simple", "POPULATION": 12,
                   "INSEE_DEP": c.code[:2], "INSEE_REG": "53", "SIREN_EPCI": "200000000"},
        SHAPES, "insee_com", ("nom",), 2154, "COMMUNE", also=("DEPARTEMENT", "EPCI"),
    ),
    "ADMIN EXPRESS 2, GEOFLA": Source(
        lambda c: {"ID_GEOFLA": f"C{c.code}", "INSEE_COM": c.code, "NOM_COM": c.name.upper(), "CODE_EPCI": "200000000", "NOM_DEP": "ILLE-ET-VILAINE"},
        SHAPES, "insee_com", ("nom_com",), 2154, "COMMUNE",
    ),
    "Etalab": Source(
        lambda c: {"code": c.code, "nom": c.name, "departement": c.code[:2], "region": "53", "epci": "200000000", "plm": None, "commune": None},
        GEOJSON, "code", ("nom",), also=("departements", "regions", "epci"),
    ),
    "france-geojson": Source(lambda c: {"code": c.code, "nom": c.name}, (*GEOJSON, ".topojson"), "code", ("nom",), layer="communes-35"),
    "OpenStreetMap": Source(
        lambda c: {"insee": c.code, "nom": c.name, "wikipedia": f"fr:{c.name}", "surf_ha": 12.5},
        (".geojson", ".shp", ".zip", ".fgb"), "insee", ("nom",), layer="communes-20220101",
    ),
    "geo.api.gouv.fr": Source(
        lambda c: {"nom": c.name, "code": c.code, "siren": f"2135{c.code}", "codeEpci": "200000000", "codeDepartement": c.code[:2], "population": 12},
        (".geojson", ".json"), "code", ("nom",),
    ),
    "IRIS": Source(
        lambda c: {"INSEE_COM": c.code, "NOM_COM": c.name, "IRIS": "0101", "CODE_IRIS": f"{c.code}0101", "NOM_IRIS": "Centre", "TYP_IRIS": "H"},
        (*SHAPES, ".gpkg"), "insee_com", ("nom_com",), 2154, "CONTOURS-IRIS", halved=True,
    ),
    "IRIS, lower case": Source(
        lambda c: {"code_insee": c.code, "nom_commune": c.name, "iris": "0101", "code_iris": f"{c.code}0101", "nom_iris": "Centre", "type_iris": "H"},
        (".gpkg", ".7z gpkg"), "code_insee", ("nom_commune",), 2154, "contours_iris", halved=True,
    ),
    "IRIS before 2015": Source(
        lambda c: {"DEPCOM": c.code, "NOM_COM": c.name, "IRIS": "0101", "DCOMIRIS": f"{c.code}0101", "NOM_IRIS": "Centre", "TYP_IRIS": "H"},
        (".shp", ".7z"), "depcom", ("nom_com",), 2154, "CONTOURS-IRIS", halved=True,
    ),
    "Statbel sectors": Source(
        lambda c: {"cd_sector": f"{c.code}A00-", "tx_sector_descr_nl": "Centrum", "tx_sector_descr_fr": "Centre", "cd_sub_munty": f"{c.code}A",
                   "cd_munty_refnis": c.code, "tx_munty_descr_nl": c.other, "tx_munty_descr_fr": c.name, "cd_prov_refnis": "20001"},
        (".gpkg", ".geojson", ".zip gpkg"), "cd_munty_refnis", ("tx_munty_descr_fr", "tx_munty_descr_nl"), 31370, "sh_statbel_statistical_sectors", "BE", True,
    ),
    "Statbel sectors, capitals": Source(
        lambda c: {"CD_SECTOR": f"{c.code}A00-", "CD_MUNTY_REFNIS": c.code, "TX_MUNTY_DESCR_NL": c.other, "TX_MUNTY_DESCR_FR": c.name},
        (".gpkg", ".geojson"), "cd_munty_refnis", ("tx_munty_descr_fr", "tx_munty_descr_nl"), 3812, "sectors", "BE", True,
    ),
    "Statbel sectors before 2024": Source(
        lambda c: {"CS01012020": f"{c.code}A00-", "T_SEC_FR": "Centre", "CNIS5_2020": c.code, "T_MUN_NL": c.other, "T_MUN_FR": c.name, "T_ARRD_FR": "Bruxelles"},
        (".shp", ".zip"), "cnis5_2020", ("t_mun_fr", "t_mun_nl"), 31370, "sh_statbel_statistical_sectors_20200101", "BE", True,
    ),
    "UrbIS": Source(
        lambda c: {"MU_NAT_CODE": int(c.code), "MU_NAME_FRE": c.name, "MU_NAME_DUT": c.other},
        (".gpkg", ".shp", ".zip", ".geojson"), "mu_nat_code", ("mu_name_fre", "mu_name_dut"), 31370, "UrbAdm_Mu", "BE",
    ),
    "NGI AdminVector": Source(
        lambda c: {"NISCode": c.code, "NameFre": c.name, "NameDut": c.other},
        (".gpkg", ".shp"), "niscode", ("namefre", "namedut"), 3812, "AD_2_Municipality", "BE",
    ),
    "nobody's": Source(
        lambda c: {"fid_1": 1, "gem_code": c.code, "gem_name": c.name, "km2": 1.25},
        (".gpkg", ".shp", ".fgb", ".topojson"), "gem_code", ("gem_name",), 4326, "grenzen",
    ),
}  # fmt: skip

FORMATS = {
    ".shp": "Shapefile", ".shp latin": "Shapefile", ".zip": "Shapefile", ".7z": "Shapefile", ".gpkg": "GeoPackage", ".7z gpkg": "GeoPackage",
    ".zip gpkg": "GeoPackage", ".fgb": "FlatGeobuf", ".topojson": "TopoJSON", ".geojsonl": "GeoJSON lines", ".geojson": "GeoJSON",
    ".json": "GeoJSON", ".geojson.gz": "GeoJSON",
}  # fmt: skip
"""What must be said of each."""


def made(folder: Path, name: str, form: str, communes: Sequence[Commune]) -> Path:
    """A file of a source in one of its formats, with départements and the like beside the communes where the source has them."""
    source = SOURCES[name]
    rows = [
        Feature(shape, source.columns(c))
        for c in communes
        for shape in (halves(c.shape) if source.halved else [c.shape])
    ]
    suffix, _, kind = form.partition(" ")
    if kind == "gpkg" or suffix in (".gpkg",):
        path = write(folder / "data" / "1_DONNEES" / f"{name[:5]}.gpkg", rows, source.epsg, source.layer)
        for layer in source.also:
            write(path, other_things(layer, communes), source.epsg, layer)
        return path if suffix == ".gpkg" else packed(folder, suffix)
    if suffix in (".shp", ".zip", ".7z"):
        path = write(
            folder / "data" / "1_DONNEES" / "FXX" / f"{source.layer}.shp",
            rows,
            source.epsg,
            encoding="CP1252" if kind else "UTF-8",
        )
        if kind:
            path.with_suffix(".cpg").unlink()
        for layer in source.also:
            write(path.with_name(f"{layer}.shp"), other_things(layer, communes), source.epsg)
        return packed(folder, suffix) if suffix != ".shp" else folder / "data"
    if suffix == ".topojson":
        return topojson(folder / f"{source.layer}.topojson", source.layer, rows)
    path = folder / "data" / f"{source.layer}{suffix.removesuffix('.gz')}"
    write(path, rows, source.epsg)
    for layer in source.also:
        write(path.with_stem(layer), other_things(layer, communes), source.epsg)
    if suffix.endswith(".gz"):
        for one in list(path.parent.iterdir()):
            one.with_suffix(".geojson.gz").write_bytes(gzip.compress(one.read_bytes()))
            one.unlink()
    return path.parent


def other_things(layer: str, communes: Sequence[Commune]) -> list[Feature]:
    """One thing that is no commune, with the fields that communes have in the same delivery."""
    code = {"departement": "35", "arrondissement": "1", "region": "53"}.get(
        layer.lower().rstrip("s"), "243500139"
    )
    columns = {"code": code, "code_insee": code, "nom": layer, "NOM_DEP": layer}
    columns |= {"INSEE_DEP": code, "ID": "X"} if layer.isupper() else {"nom_officiel": layer}
    return [Feature(shapely.union_all([c.shape for c in communes]), columns)]


def halves(shape: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    middle = (south + north) / 2
    both = (shape & shapely.box(west, south, east, middle), shape & shapely.box(west, middle, east, north))
    return [shapely.union_all([part for part in shapely.get_parts(half) if part.area]) for half in both]


def packed(folder: Path, suffix: str) -> Path:
    """What stands in `data`, deep folders and all, as one archive."""
    target = folder / f"delivery{suffix}"
    if suffix == ".7z":
        with py7zr.SevenZipFile(target, "w") as archive:
            archive.writeall(folder / "data", "ADECOG_3-2_SHP")
        return target
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "data").rglob("*")):
            archive.write(path, Path("ADECOG_3-2_SHP") / path.relative_to(folder / "data"))
    return target


def topojson(path: Path, layer: str, rows: Sequence[Feature]) -> Path:
    """Arcs as they come, two objects, no word of a coordinate system; the format allows for none."""
    arcs: list[Any] = []

    def rings(polygon: shapely.Polygon) -> list[list[int]]:
        arcs.extend([list(ring.coords) for ring in (polygon.exterior, *polygon.interiors)])
        return [[number] for number in range(len(arcs) - 1 - len(polygon.interiors), len(arcs))]

    def thing(row: Feature) -> dict[str, Any]:
        shape = [rings(part) for part in shapely.get_parts(row.shape)]
        return {"type": "MultiPolygon", "arcs": shape, "properties": dict(row.columns)}

    outer = Feature(shapely.union_all([row.shape for row in rows]).envelope, {"code": "35", "nom": "outer"})
    objects = {
        "departements": {"type": "GeometryCollection", "geometries": [thing(outer)]},
        layer: {"type": "GeometryCollection", "geometries": [thing(row) for row in rows]},
    }
    path.write_text(json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}))
    return path


@dataclass(frozen=True)
class Read:
    layers: list[Found]
    rows: list[Row]
    notes: list[str]

    @property
    def used(self) -> list[Found]:
        return [layer for layer in self.layers if layer.ignored is None]


class Silent:
    def to_read(self, count: int) -> None: ...
    def has_read(self, count: int) -> None: ...
    def stage(self, doing: str) -> None: ...


def read_here(*paths: Path, **options: Any) -> Read:
    """What the confined reader makes of files, without its process: quicker, and a debugger sees it. Unpacking is confined."""
    out = io.BytesIO()
    one = Import(Request(tuple(map(str, paths)), **options), out, 6)
    with TemporaryDirectory() as folder:
        inside = files_in(list(paths))
        if any(is_archive(path) for path in inside):
            inside = unpacked(inside, Path(folder), Silent())
        for file in named(inside):
            one.read(file)
        one.finish()
    out.seek(0)
    layers, notes = [], []
    for letter, body in frames.received(out):
        if letter == frames.FOUND:
            layers.append(Found(**json.loads(body)))
        elif letter == frames.NOTE:
            notes.append(body.decode())
    return Read(layers, one.communes, notes)


def cases() -> Iterator[tuple[str, str]]:
    return ((name, form) for name, source in SOURCES.items() for form in source.formats)


def by_code(rows: Sequence[Row]) -> Mapping[str, Row]:
    return {str(row.code): row for row in rows}
