"""Which columns of a boundary file hold the code and the name of a commune: by what the known sources call them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from geoneighbour.errors import UnusableFile


@dataclass(frozen=True)
class Fields:
    """Lower-case columns. The name is the first of `names` that is not empty; `country` is where that source is at home."""

    code: str
    names: tuple[str, ...]
    country: str


@dataclass(frozen=True)
class Source:
    """A row of the table below: `mark` is a column that only this source has, when its code column is not enough."""

    title: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    country: str = "FR"
    mark: tuple[str, ...] = ()
    instead: str | None = None
    """What these shapes are, where they are no communes."""


# In this order: what has a column of its own stands before what has a common one. Rows that share a commune's code are
# its parts (sectors, IRIS, islands) and become one.
SOURCES = (
    Source("QPV", ("code_qp",), ("lib_qp", "nom_qp"), instead="priority quarters (QPV)"),
    Source(
        "IRIS",
        ("insee_com", "depcom", "code_insee"),
        ("nom_com", "nom_commune"),
        mark=("code_iris", "dcomiris"),
    ),
    Source(
        "Statbel", ("cd_munty_refnis",), ("tx_munty_descr_fr", "tx_munty_descr_nl", "tx_munty_descr_de"), "BE"
    ),
    Source("UrbIS", ("mu_nat_code",), ("mu_name_fre", "mu_name_dut"), "BE"),
    Source("NGI AdminVector", ("niscode",), ("namefre", "namedut", "nameger"), "BE"),
    Source("municipal arrondissements", ("insee_arm",), ("nom", "nom_arm", "nom_com")),
    Source("ADMIN EXPRESS 4", ("code_insee",), ("nom_officiel", "nom")),
    Source("ADMIN EXPRESS 2 and 3, GEOFLA", ("insee_com",), ("nom", "nom_com")),
    Source("OpenStreetMap", ("insee",), ("nom",)),
    Source("Etalab, france-geojson, geo.api.gouv.fr", ("code",), ("nom", "name")),
)

COMMUNE_LAYERS = ("commune", "communes")
"""How the layer of communes is called where a file has others beside it."""


def find_fields(
    present: Collection[str], file: str, code_field: str | None = None, name_field: str | None = None
) -> Fields:
    """The fields to read among the lower-case columns `present`; options win over what is known of the source.

    UnusableFile, naming the option that helps, when a column cannot be told.
    """
    if not present:
        raise UnusableFile(f"{file}: its shapes have no code and no name (a shapefile needs its .dbf)")
    for field, option in ((code_field, "--code-field"), (name_field, "--name-field")):
        if field and field.lower() not in present:
            raise UnusableFile(f"{file}: no field {field} ({option}); it has {_listed(present)}")
    source = next((s for s in SOURCES if _fits(s, present, name_field)), None)
    if source and source.instead and not code_field:
        raise UnusableFile(
            f"{file}: these are {source.instead}, not communes; --code-field would import them all the same"
        )
    code = code_field.lower() if code_field else source and next(c for c in source.codes if c in present)
    if not code:
        raise UnusableFile(
            f"{file}: no field looks like a commune's code; choose it with --code-field among {_listed(present)}"
        )
    names: tuple[str, ...]
    if name_field:
        names = (name_field.lower(),)
    elif source:
        names = tuple(name for name in source.names if name in present)
    else:
        names = tuple({name for s in SOURCES for name in s.names if name in present})
    if not names or (len(names) > 1 and not source):
        raise UnusableFile(
            f"{file}: no field is surely the name of a commune; choose it with --name-field among {_listed(present)}"
        )
    return Fields(code, names, source.country if source else "FR")


def choose_layer(
    layers: dict[str | None, tuple[str, ...]], file: str, wanted: str | None = None
) -> str | None:
    """The layer of communes: the wanted one, the only one, the one called so, the only one with a known code column."""
    if wanted:
        if None in layers or wanted in layers:
            return wanted
        raise UnusableFile(f"{file}: no layer {wanted} (--layer); it has {_listed(layers)}")
    if not layers:
        raise UnusableFile(f"{file}: no layer holds polygons")
    if len(layers) == 1:
        return next(iter(layers))
    called = [name for name in layers if str(name).lower() in COMMUNE_LAYERS]
    known = [name for name, fields in layers.items() if any(_fits(s, fields) for s in SOURCES)]
    for found in (called, known):
        if len(found) == 1:
            return found[0]
    raise UnusableFile(
        f"{file}: several layers could hold communes; choose one with --layer among {_listed(layers)}"
    )


def _fits(source: Source, present: Collection[str], name_field: str | None = None) -> bool:
    return (
        any(code in present for code in source.codes)
        and (bool(name_field) or any(name in present for name in source.names))
        and (not source.mark or any(mark in present for mark in source.mark))
    )


def _listed(names: Collection[str | None]) -> str:
    return ", ".join(sorted(str(name) for name in names)) or "none"
