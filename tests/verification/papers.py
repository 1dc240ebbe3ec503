"""Proofs of address as people, and less friendly ones, send them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, TextStringObject

from geoneighbour import printing

BILL = "<h1>Facture d'eau</h1><p>Zoé Le Goff, 12 rue de la Mer</p><a href='https://exemple.fr/'>lien</a>"
SECRET = b"SECRET-48.6493--2.0257"


def bill(pages: int = 1) -> bytes:
    """A bill as a PDF, its text in it, a link, and bytes behind its end."""
    return printing.pdf("<p style='page-break-after: always'>.</p>" * (pages - 1) + BILL) + b"\n" + SECRET


def made(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _script(key: str, on_page: bool = False) -> Callable[[PdfWriter], object]:
    def change(writer: PdfWriter) -> None:
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert(1)"),
            }
        )
        where = writer.pages[0] if on_page else writer.root_object
        where[NameObject(key)] = action

    return change


def _launch(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def _circle(writer: PdfWriter) -> None:
    tree = writer.root_object["/Pages"]
    tree["/Kids"].append(writer.root_object.raw_get("/Pages"))
    tree[NameObject("/Count")] = NumberObject(2)


HOSTILE = {
    "script": (made(_script("/OpenAction")), "programme"),
    "script of a page": (made(_script("/AA", on_page=True)), "programme"),
    "launch": (made(_launch), "programme"),
    "file inside": (made(lambda writer: writer.add_attachment("a.exe", b"MZ")), "programme"),
    "encrypted": (made(lambda writer: writer.encrypt("", "owner")), "mot de passe"),
    "21 pages": (made(lambda writer: [writer.add_blank_page(9, 9) for _ in range(20)]), "trop long"),
    "pages in a circle": (made(_circle), "lu"),
    "no page": (b"%PDF-1.7\n%%EOF", "lu"),
    "half a file": (bill()[:900], "lu"),
    "a page of HTML": (b"<html><script>alert(1)</script>", "lu"),
    "a GIF": (b"GIF89a" + bytes(40), "lu"),
    "nothing": (b"", "lu"),
}
"""What is sent, and a word of the refusal."""
