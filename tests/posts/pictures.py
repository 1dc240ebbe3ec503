"""Images as phones, and as less friendly people, make them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import ExifTags, Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

SECRET = b"SECRET-48.6493--2.0257"
"""Stands wherever a file can hide something."""


def scene(width: int = 1200, height: int = 900, sky: str = "#8fb8c9") -> Image.Image:
    """A ladder against a wall: something to look at."""
    picture = Image.new("RGB", (width, height), sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, height * 0.75, width, height), fill="#7a8f5a")
    pen.rectangle((width * 0.5, height * 0.2, width * 0.95, height * 0.8), fill="#c9a27c")
    for rail in (0.30, 0.42):
        pen.line(
            (width * rail, height * 0.9, width * (rail + 0.2), height * 0.1),
            fill="#5a3a22",
            width=width // 60,
        )
    for step in range(9):
        x, y = 0.30 + 0.0225 * step, 0.9 - 0.09 * step
        pen.line((width * x, height * y, width * (x + 0.12), height * y), fill="#5a3a22", width=width // 80)
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def told_everything(kind: str, orientation: int = 6) -> bytes:
    """A photo with place, author, device, comment, XMP, a profile, and more bytes behind its end."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = SECRET.decode()
    exif[ExifTags.Base.Artist] = SECRET.decode()
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (48.0, 38.0, 57.0)
    place[ExifTags.GPS.GPSAreaInformation] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    more: dict[str, object] = {"exif": exif, "icc_profile": profile}
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    if kind == "JPEG":
        more |= {"xmp": xmp, "comment": SECRET}
    elif kind == "WEBP":
        more |= {"xmp": xmp}
    else:
        words = PngInfo()
        words.add_text("Comment", SECRET.decode())
        words.add_itxt("XML:com.adobe.xmp", xmp.decode())
        more |= {"pnginfo": words}
    # What follows makes it a page or an archive for whoever opens it as one.
    return saved(scene(), kind, **more) + b"<script>alert(1)</script>PK\x03\x04" + SECRET


def bomb(side: int = 20_000) -> bytes:
    """A PNG of a few hundred kilobytes that is `side` by `side` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
