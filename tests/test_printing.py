"""Pages to print hold what they were given, in the service's own font, and fetch nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from geoneighbour import printing

PAGE = "<!doctype html><html><head><style>body{{font-family:'Atkinson Hyperlegible'}}</style></head><body>{}</body></html>"


def test_words_and_font_are_in_the_file():
    pages = PdfReader(
        BytesIO(printing.pdf(PAGE.format("<p>Bienvenue à Paramé !</p>" + printing.qr("x"))))
    ).pages
    assert len(pages) == 1
    assert "Bienvenue à Paramé !" in pages[0].extract_text()
    fonts = [
        font["/BaseFont"] for font in (one.get_object() for one in pages[0]["/Resources"]["/Font"].values())
    ]
    assert any("Atkinson" in name for name in fonts)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname"])
def test_a_page_that_asks_for_more_is_refused(address):
    with pytest.raises(FatalURLFetchingError):
        printing.pdf(PAGE.format(f'<img src="{address}">'))
