"""Which columns of a layer hold code and name of a commune, by what the known sources call them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from geoneighbour.boundaries import guess
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.frames import plain

COMMUNES, SECTORS, PARTS, OTHER = "communes", "sectors", "parts", "other"


@dataclass(frozen=True)
class Source:
    """A row of the table below, in lower-case columns; the last character class of a code may be a year.

    `mark` is a column that only this source has, when its code column is not enough. `holds`: communes; sectors that share
    the code of their commune; parts that name theirs in `within`; or something else. `languages` are those of `names`.
    `country`: where it is at home; None: its columns are called so elsewhere too.
    """

    title: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    country: str | None = "FR"
    mark: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    holds: str = COMMUNES


@dataclass(frozen=True)
class Fields:
    """Lower-case columns. The name is the first of `names` that says something; `languages` are theirs, or empty.

    `within` and `kind` are the columns that tell what is no commune and which one it is in; None where there are none.
    """

    code: str
    names: tuple[str, ...]
    country: str | None
    known: bool = False
    source: str = ""
    holds: str = COMMUNES
    languages: tuple[str, ...] = ()
    within: str | None = None
    kind: str | None = None


CUT = 10
"""Letters of a column's name that a shapefile keeps."""
FRENCH_WITHIN = ("code_insee_de_la_commune_de_rattach", "commune", "cheflieu", "chef_lieu", "comparent")
CHIEF_TOWNS = ("cheflieu", "chef_lieu")
"""Those of them that communes have too: the chief town of their canton."""
KIND_COLUMNS = ("type", "nature", "typecom")
_BELGIAN = ("fr", "nl", "de")

# In this order: what has a column of its own stands before what has a common one.
SOURCES = (
    Source("QPV", ("code_qp",), ("lib_qp", "nom_qp"), holds=OTHER),
    Source(
        "IRIS",
        ("insee_com", "depcom", "code_insee"),
        ("nom_com", "nom_commune"),
        mark=("code_iris", "dcomiris"),
        holds=SECTORS,
    ),
    Source(
        "Statbel sectors",
        ("cd_munty_refnis",),
        ("tx_munty_descr_fr", "tx_munty_descr_nl", "tx_munty_descr_de", "tx_munty_d"),
        "BE",
        mark=("cd_sector",),
        languages=(*_BELGIAN, ""),
        holds=SECTORS,
    ),
    Source(
        "Statbel sectors",
        ("cnis5_####", "cnis5"),
        ("t_mun_fr", "t_mun_nl", "t_mun_de"),
        "BE",
        mark=("cs########", "cs######"),
        languages=_BELGIAN,
        holds=SECTORS,
    ),
    Source(
        "Statbel",
        ("cd_munty_refnis", "cnis5_####", "cnis5"),
        ("tx_munty_descr_fr", "tx_munty_descr_nl", "tx_munty_descr_de", "t_mun_fr", "t_mun_nl", "t_mun_de"),
        "BE",
        languages=_BELGIAN * 2,
    ),
    Source("UrbIS", ("mu_nat_code",), ("mu_name_fre", "mu_name_dut"), "BE", languages=("fr", "nl")),
    Source("NGI AdminVector", ("niscode",), ("namefre", "namedut", "nameger"), "BE", languages=_BELGIAN),
    Source(
        "municipal arrondissements",
        ("insee_arm",),
        ("nom", "nom_arm", "nom_com"),
        within=("insee_com",),
        holds=PARTS,
    ),
    Source("associated and delegated communes", ("insee_cad",), ("nom",), within=("insee_com",), holds=PARTS),
    Source(
        "ADMIN EXPRESS 4",
        ("code_insee",),
        ("nom_officiel", "nom"),
        within=FRENCH_WITHIN,
    ),
    Source(
        "ADMIN EXPRESS 2 and 3, GEOFLA", ("insee_com",), ("nom", "nom_com", "nom_comm"), within=FRENCH_WITHIN
    ),
    Source("OpenStreetMap", ("insee",), ("nom",)),
    Source("Etalab, france-geojson, geo.api.gouv.fr", ("code",), ("nom", "name"), None, within=FRENCH_WITHIN),
)


def find_fields(
    columns: Mapping[str, Any], file: str, code_field: str | None = None, name_field: str | None = None
) -> Fields:
    """The fields to read among lower-case `columns` (name -> values); options win over what is known of the source.

    UnusableFile, naming the option that helps, when a column cannot be told.
    """
    if not columns:
        raise UnusableFile(f"{file}: its shapes have no code and no name (a shapefile needs its .dbf)")
    for field, option in ((code_field, "--code-field"), (name_field, "--name-field")):
        if field and field.lower() not in columns:
            raise UnusableFile(f"{file}: no field {plain(field, 80)} ({option}); it has {listed(columns)}")
    for source in SOURCES:
        code = _column(source.codes, columns)
        found = _names(source, columns)
        if code and (found or name_field) and (not source.mark or _column(source.mark, columns)):
            return _of_source(source, columns, code_field or code, found, name_field)
    code = code_field.lower() if code_field else guess.code_column(columns, file)
    name = name_field.lower() if name_field else guess.name_column(columns, code, file)
    return Fields(code, (name,), None)


def _of_source(
    source: Source, columns: Mapping[str, Any], code: str, found: dict[str, str], name_field: str | None
) -> Fields:
    names = tuple(found)
    if name_field:
        # The other languages are kept all the same.
        others = names if source.languages else ()
        names = (name_field.lower(), *(n for n in others if n != name_field.lower()))
    return Fields(
        code.lower(),
        names,
        source.country,
        True,
        source.title,
        source.holds,
        tuple(found.get(n, "") for n in names) if source.languages else (),
        next((c for c in source.within if c in columns), None),
        next((c for c in KIND_COLUMNS if c in columns), None),
    )


def _column(known: tuple[str, ...], columns: Collection[str]) -> str | None:
    """The first of the known columns that is there, maybe cut; # stands for a digit of a vintage."""
    patterns = (re.compile(re.escape(n).replace(r"\#", r"\d")) for name in known for n in (name, name[:CUT]))
    return next((c for pattern in patterns for c in columns if pattern.fullmatch(c)), None)


def _names(source: Source, columns: Collection[str]) -> dict[str, str]:
    """Its name columns that are there, maybe cut, with their languages. Two that are the same when cut are not told apart."""
    found: dict[str, str] = {}
    for name, language in zip_longest(source.names, source.languages, fillvalue=""):
        cut = name[:CUT] if sum(other.startswith(name[:CUT]) for other in source.names) == 1 else name
        found |= {column: language for column in (name, cut) if column in columns}
    return found


def listed(names: Collection[str]) -> str:
    some = sorted(names)
    return plain(", ".join(some[:30]) + (" …" if len(some) > 30 else "")) or "none"
