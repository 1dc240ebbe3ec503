"""The confined process behind ``documents.read``: a file from a stranger on standard input, a clean one on standard output.

A picture comes out as pixels alone. A PDF comes out as its pages alone, written anew: what hides beside them, or runs by
itself, does not come along; what would be a reason to hide or run something is refused.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from geoneighbour.ground.confined import answers, limit
from geoneighbour.pictures.clean import clean

SECONDS, MEGABYTES = 15, 900
MOST_PAGES = 20
MOST_OBJECTS = 50_000
LONGEST = 2400
"""Of a picture, in pixels: the small print of a bill stays readable."""
RUNS = {"/JS", "/JavaScript", "/AA", "/XFA", "/RichMedia", "/EF", "/EmbeddedFiles"}
"""Keys of what runs, or of files inside the file."""
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/Movie",
    "/Sound",
}
KINDS = {"/EmbeddedFile", "/RichMedia", "/FileAttachment", "/Movie", "/Screen", "/Sound", "/3D"}


class Refused(Exception):
    """A file that is well-formed and still not taken; the word says why."""


def read(data: bytes) -> tuple[str, bytes]:
    """Its kind (pdf or webp), by content, and the clean file. Refused, or any error of the libraries."""
    if data.startswith(b"%PDF-"):
        return "pdf", pages_alone(data)
    picture = clean(data, LONGEST)
    if picture is None:
        raise Refused("pixels")
    out = BytesIO()
    picture.save(out, "WEBP", quality=85, method=4)
    return "webp", out.getvalue()


def pages_alone(data: bytes) -> bytes:
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise Refused("encrypted")
    if not 1 <= len(reader.pages) <= MOST_PAGES:
        raise Refused("pages")
    if any(map(runs, objects(reader.trailer))):
        raise Refused("active")
    writer = PdfWriter()
    for page in reader.pages:
        written = writer.add_page(page)
        for note in written.get("/Annots") or ():
            # Links lead nowhere: who reads it opens no page of a stranger's.
            note.get_object().pop("/A", None)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def objects(root: PdfObject) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached, streams included; Refused when there are too many."""
    seen: set[tuple[int, int]] = set()
    waiting: list[PdfObject] = [root]
    looked = 0
    while waiting:
        one = waiting.pop()
        looked += 1
        if looked > MOST_OBJECTS:
            raise Refused("pages")
        if isinstance(one, IndirectObject):
            name = (one.idnum, one.generation)
            if name in seen:
                continue
            seen.add(name)
            found = one.get_object()
            if found is not None:
                waiting.append(found)
        elif isinstance(one, DictionaryObject):
            yield one
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            waiting += list(iter_raw(one))


def iter_raw(array: ArrayObject) -> Iterator[PdfObject]:
    """Its members, references left as they are."""
    return list.__iter__(array)


def runs(one: DictionaryObject) -> bool:
    named = {str(one.get(key)) for key in ("/S", "/Type", "/Subtype")}
    return not RUNS.isdisjoint(one) or str(one.get("/S")) in ACTIONS or not KINDS.isdisjoint(named)


def main() -> None:
    out = answers()
    limit(SECONDS, MEGABYTES)
    try:
        kind, made = read(sys.stdin.buffer.read())
    except Refused as refused:
        out.write(json.dumps({"refused": str(refused)}).encode() + b"\n")
        return
    out.write(json.dumps({"kind": kind}).encode() + b"\n" + made)
    out.flush()


if __name__ == "__main__":
    main()
