"""Pages to print: HTML and CSS to PDF, and QR codes. The only home of weasyprint and segno."""

from __future__ import annotations

from pathlib import Path

import segno
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

_FONTS = Path(__file__).parent / "web/static/vendor"
_FACES = {
    path.as_uri(): weight
    for weight in (400, 700)
    for path in sorted(_FONTS.glob(f"atkinson-hyperlegible-*/*-latin-{weight}-normal.woff2"))
}


class _NothingOutside(URLFetcher):
    """A page to print may hold words of strangers: it gets the fonts of setup, and data: pictures, and asks for nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url not in _FACES and not url.startswith("data:"):
            raise FatalURLFetchingError(f"a page to print asks for {url}")
        return super().fetch(url, headers)


def pdf(html: str) -> bytes:
    """An HTML page, with its style inside, as PDF. Its font is Atkinson Hyperlegible (font-family) where setup brought it.

    FatalURLFetchingError: the page asks for something that is not in it.
    """
    faces = "".join(
        f'@font-face{{font-family:"Atkinson Hyperlegible";font-weight:{weight};src:url("{url}")}}'
        for url, weight in _FACES.items()
    )
    page = html.replace("<head>", f"<head><style>{faces}</style>", 1)
    written: bytes = HTML(string=page, url_fetcher=_NothingOutside()).write_pdf(
        font_config=FontConfiguration()
    )
    return written


def qr(text: str) -> str:
    """A QR code (correction M or better) as an <svg> without a size of its own: style gives it one."""
    return segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True)
