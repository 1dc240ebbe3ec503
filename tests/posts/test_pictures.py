"""What is sent as a photo: told by its content, made anew, with nothing left of its file."""

from __future__ import annotations

import struct
import time
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from geoneighbour.errors import InvalidInput
from geoneighbour.posts import pictures
from geoneighbour.posts.sizes import MOST_BYTES
from tests.posts.pictures import SECRET, bomb, saved, scene, told_everything


def chunks(webp: bytes) -> list[bytes]:
    """The names of a WebP's chunks; fails unless they are all of the file."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack("<I", webp[4:8])[0] == len(webp) - 8
    names, at = [], 12
    while at < len(webp):
        names.append(webp[at : at + 4])
        size = struct.unpack("<I", webp[at + 4 : at + 8])[0]
        at += 8 + size + size % 2
    return names


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_left(kind: str) -> None:
    sent = told_everything(kind)
    assert sent.count(SECRET) >= 4, "the file to clean says little"
    made = pictures.read(sent)
    for file in (made.large, made.small):
        assert chunks(file) == [b"VP8 "]
        assert SECRET not in file
        assert b"script" not in file
    # It was turned by its EXIF: what was 1200 × 900 stands upright.
    assert (made.width, made.height) == (900, 1200)
    assert Image.open(BytesIO(made.large)).size == (900, 1200)
    assert Image.open(BytesIO(made.small)).size == (360, 480)


def test_all_eight_orientations_come_out_the_same() -> None:
    """A picture whose corners differ, stored in each of the ways that EXIF can tell."""
    upright = Image.new("RGB", (40, 24), "white")
    upright.paste("red", (0, 0, 20, 12))
    upright.paste("blue", (20, 0, 40, 12))
    upright.paste("lime", (0, 12, 20, 24))
    undo = [None, None, 0, 3, 1, 5, 2, 6, 4]
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = upright if orientation == 1 else upright.transpose(Image.Transpose(undo[orientation]))
        made = Image.open(BytesIO(pictures.read(saved(stored, "PNG", exif=exif)).large)).convert("RGB")
        corners = [made.getpixel(at) for at in ((8, 5), (30, 5), (8, 18), (30, 18))]
        assert made.size == (40, 24), orientation
        for found, meant in zip(
            corners, ((255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 255)), strict=True
        ):
            assert all(abs(a - b) < 40 for a, b in zip(found, meant, strict=True)), (orientation, corners)


def test_what_was_hidden_under_transparency_is_gone() -> None:
    hidden = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    made = Image.open(BytesIO(pictures.read(saved(hidden, "PNG")).large)).convert("RGB")
    assert made.getextrema() == ((255, 255),) * 3


def test_colours_are_what_the_profile_means() -> None:
    """A profile whose red is blue's; and one that means nothing."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"temp").replace(b"bXYZ", b"rXYZ").replace(b"temp", b"bXYZ")
    for profile, strongest in ((swapped, 2), (b"no profile", 0), (None, 0)):
        sent = saved(Image.new("RGB", (64, 64), "red"), "PNG", icc_profile=profile)
        shown = Image.open(BytesIO(pictures.read(sent).large)).convert("RGB").getpixel((30, 30))
        assert shown.index(max(shown)) == strongest, profile


def test_large_ones_become_smaller_and_small_ones_stay() -> None:
    made = pictures.read(saved(scene(4000, 3000), quality=90))
    assert (made.width, made.height) == (1600, 1200)
    made = pictures.read(saved(scene(300, 200)))
    assert (made.width, made.height) == (300, 200)
    assert Image.open(BytesIO(made.small)).size == (300, 200)


@pytest.mark.parametrize("mode", ["L", "P", "LA", "CMYK", "1", "I;16"])
def test_all_kinds_of_pixels(mode: str) -> None:
    plain = scene(120, 90)
    picture = Image.new("I;16", (120, 90), 40000) if mode == "I;16" else plain.convert(mode)
    made = pictures.read(saved(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert (made.width, made.height) == (120, 90)
    # The sky, or the grey that stands for 40000 of 65535.
    red, _, blue = Image.open(BytesIO(made.large)).convert("RGB").getpixel((4, 4))
    if mode == "I;16":
        assert abs(red - 156) < 4
    elif mode != "1":
        assert abs(red - (0x8F if mode in ("P", "CMYK") else 0xB0)) < 30
    assert (blue > red + 30) == (mode in ("P", "CMYK"))


def test_phones_that_store_several_pictures_in_a_jpeg() -> None:
    both = saved(scene(400, 300), "MPO", save_all=True, append_images=[scene(200, 150, "red")])
    made = pictures.read(both)
    assert (made.width, made.height) == (400, 300)


REFUSED = {
    "gif": saved(scene(60, 40), "GIF"),
    "tiff": saved(scene(60, 40), "TIFF"),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "page": b"<!doctype html><img src=x>",
    "nothing": b"",
    "cut": saved(scene())[:5000],
    "broken png": saved(scene(60, 40), "PNG").replace(b"IDAT", b"IDXT"),
    "too many pixels, as Pillow says": bomb(),
    "too many pixels": bomb(6400),
    "heavy": saved(scene(60, 40)) + b"\0" * MOST_BYTES,
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_soon(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidInput) as refusal:
        pictures.read(REFUSED[name])
    assert refusal.value.field == "photos"
    assert ("grande" in refusal.value.reason) == name.startswith("too many pixels")
    assert time.monotonic() - began < 5
