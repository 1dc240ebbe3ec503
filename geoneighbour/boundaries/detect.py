"""What each layer of the files holds, and which of several are the communes. Runs in the confined reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geoneighbour.boundaries import country, kinds
from geoneighbour.boundaries.fields import COMMUNES, OTHER, PARTS, SECTORS, Fields, find_fields, listed
from geoneighbour.boundaries.reader import Request
from geoneighbour.boundaries.rows import POLYGONS, code_text
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.frames import plain
from geoneighbour.geofiles.layers import Layer

GUESSED, UNKNOWN = "guessed", "unknown"


@dataclass(frozen=True)
class Candidate:
    """A layer and what it holds: communes, parts or sectors of them, other things; guessed when its source is not known,
    unknown when code or name could not be told (`what` says why then; else what is in it)."""

    layer: Layer
    holds: str
    what: str
    fields: Fields | None = None

    @property
    def sure(self) -> bool:
        return self.holds in (COMMUNES, PARTS)

    def kind_of_rows(self) -> str:
        """What its rows are, where they do not say it themselves."""
        if self.holds != PARTS:
            return kinds.COMMUNE
        return kinds.ARRONDISSEMENT if self.what == "municipal arrondissements" else kinds.DELEGATED


def judge(layer: Layer, request: Request) -> Candidate:
    """Looks at the columns alone. An option of the operator stands above what is found."""
    named, what = kinds.of_words(layer.title)
    if layer.whole is not None and _no_polygon(layer.whole.shapes):
        return Candidate(layer, OTHER, "points or lines")
    try:
        fields = find_fields(layer.columns, layer.file.shown, request.code_field, request.name_field)
    except UnusableFile as error:
        if named == OTHER and not (request.layer or request.code_field):
            return Candidate(layer, OTHER, what)
        return Candidate(layer, UNKNOWN, error.reason)
    if request.layer:
        return Candidate(layer, COMMUNES, COMMUNES, fields)
    if fields.holds == OTHER and not request.code_field:
        return Candidate(layer, OTHER, "priority quarters (QPV)", fields)
    if named == PARTS or fields.holds == PARTS:
        return Candidate(layer, PARTS, what if named == PARTS else fields.source, fields)
    if fields.holds == SECTORS:
        return Candidate(layer, SECTORS, f"sectors ({fields.source})", fields)
    codes = [code for value in layer.columns[fields.code] if (code := code_text(value)) is not None]
    if named == OTHER and not country.fits([code for code in codes if len(code) == 5]):
        return Candidate(layer, OTHER, what, fields)
    known = fields.country or request.country
    if (
        codes
        and not request.code_field
        and known in (None, *country.CODES)
        and not country.fits(codes, known)
    ):
        if not fields.known:
            return Candidate(layer, GUESSED, COMMUNES, fields)
        some = ", ".join(sorted(set(codes))[:3])
        return Candidate(layer, OTHER, what if named == OTHER else plain(f"codes such as {some}", 60), fields)
    if _names_differ(layer, fields, codes):
        return Candidate(layer, OTHER, f"several names for one {fields.code}", fields)
    return Candidate(layer, COMMUNES if fields.known else GUESSED, COMMUNES, fields)


def wanted(layer: Layer, request: Request) -> bool:
    """Whether the operator's --layer, if there is one, names it."""
    return request.layer is None or layer.title.casefold() == request.layer.casefold()


def best_of(held: Sequence[Candidate], request: Request) -> list[Candidate]:
    """What to read where no layer surely holds communes. UnusableFile in doubt: it lists what there is and what decides."""
    chosen = [c for c in held if request.layer and wanted(c.layer, request)]
    if chosen:
        raise UnusableFile(chosen[0].what)
    if request.layer:
        names = listed({c.layer.title for c in held})
        raise UnusableFile(plain(f"no layer {request.layer} (--layer); there is {names}"))
    for holds in (GUESSED, SECTORS):
        found = [c for c in held if c.holds == holds]
        named = [c for c in found if kinds.of_words(c.layer.title)[0] == COMMUNES]
        best = named or found
        if best and _alike(best):
            return best
        if best:
            raise UnusableFile(
                plain(f"several layers could hold communes; choose one with --layer among {_told(best)}")
            )
    unknown = [c for c in held if c.holds == UNKNOWN]
    if len(unknown) == 1 and len(held) == 1:
        raise UnusableFile(unknown[0].what)
    if unknown:
        raise UnusableFile(
            plain(
                f"no layer is surely one of communes; choose with --layer, --code-field, --name-field among {_told(unknown)}"
            )
        )
    if len(held) == 1:
        raise UnusableFile(
            plain(
                f"{held[0].layer.file.shown}: these are {held[0].what}, not communes; "
                "--code-field or --layer would import them all the same"
            )
        )
    if held:
        raise UnusableFile(
            plain(f"no layer is one of communes: {'; '.join(f'{c.layer}: {c.what}' for c in held)}")
        )
    raise UnusableFile("no layer holds polygons")


def _alike(found: Sequence[Candidate]) -> bool:
    """Whether they are one collection in several files: the same fields, one layer of each file."""
    fields = {(c.fields.code, c.fields.names) for c in found if c.fields}
    files: dict[str, int] = defaultdict(int)
    for c in found:
        files[c.layer.file.path] += 1
    return len(fields) == 1 and set(files.values()) == {1}


def _told(found: Sequence[Candidate]) -> str:
    return "; ".join(f"{c.layer.title} ({c.layer.rows:,} rows: {listed(c.layer.columns)})" for c in found)


def _names_differ(layer: Layer, fields: Fields, codes: list[str]) -> bool:
    """Whether most codes have several names: then the names are those of something smaller."""
    if len(set(codes)) == len(codes):
        return False
    names: dict[str, set[str]] = defaultdict(set)
    for value, *said in zip(
        layer.columns[fields.code], *(layer.columns[n] for n in fields.names), strict=True
    ):
        code, name = code_text(value), next((str(n) for n in said if n), None)
        if code and name:
            names[code].add(" ".join(name.split()))
    return 2 * sum(len(some) > 1 for some in names.values()) > len(names)


def _no_polygon(shapes: np.typing.NDArray[np.object_]) -> bool:
    types = shapely.get_type_id(shapes)
    return bool((types >= 0).any()) and not np.isin(types, POLYGONS).any()
