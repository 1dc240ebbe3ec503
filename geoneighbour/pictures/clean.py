"""A picture of a stranger -> one made of pixels only: no EXIF, no place, no profile, no bytes hidden behind or under it."""

from __future__ import annotations

from io import BytesIO

from PIL import ExifTags, Image, ImageCms

from geoneighbour.pictures.sizes import MOST_PIXELS, fitted

FORMATS = ("JPEG", "PNG", "WEBP")
"""By content. A JPEG's further pictures and an animation's further frames are left behind."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean(data: bytes, longest: int) -> Image.Image | None:
    """The picture upright in sRGB on white, its longer side `longest` at most; None when it has too many pixels.

    Pillow's errors for what is no such picture.
    """
    try:
        picture: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        return None
    if picture.width * picture.height > MOST_PIXELS:
        return None
    # A JPEG can be read at a fraction of its size.
    picture.draft("RGB", (longest, longest))
    picture.load()
    profile, turn = (
        picture.info.get("icc_profile"),
        _UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation, 1)),
    )
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: the upper eight.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGBA")
    picture = picture.resize(fitted(*picture.size, longest), Image.Resampling.LANCZOS, reducing_gap=3)
    if turn is not None:
        picture = picture.transpose(turn)
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    plain = Image.new("RGB", picture.size, "white")
    plain.paste(_in_srgb(picture, profile), mask=alpha)
    return plain


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that the profile means; those of the numbers alone where it means nothing."""
    plain = picture.convert("RGB") if picture.mode != "CMYK" or not profile else picture
    if profile:
        try:
            made = ImageCms.profileToProfile(
                plain, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            return plain.convert("RGB")
        return made or plain
    return plain


def packed(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
