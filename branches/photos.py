"""Photos as they are kept: small JPEGs without place, device or anything else hidden in them."""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 2000
SMALL_SIDE = 320  # twice the width at which pages show a photo among others
CONTENT_TYPE = "image/jpeg"

# A JPEG is decoded at a fraction of its size; the others fill the memory as they are.
_MAX_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85
# What Pillow raises for files that are damaged, or made to harm.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    TypeError,
    Image.DecompressionBombError,
)


# How the formats begin that are looked at as pictures, kept or refused.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class BadPhoto(Exception):
    """The file is not kept; the text says why, in Chinese."""


def is_picture(content: bytes) -> bool:
    """Return whether a file says of itself that it is a picture, be it one that is kept or not."""
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    is_heic = content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"avif")
    return content.startswith(_BEGINNINGS) or is_webp or is_heic


def reencode(content: bytes) -> bytes:
    """Return a photo as an upright JPEG of at most 2000 px a side, without metadata.

    What it is decides its content, not its name.

    :raises BadPhoto: it is too large, damaged, or no JPEG, PNG or WebP.
    """
    if len(content) > MAX_BYTES:
        raise BadPhoto("超过 10 MB，请压缩后再传。")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS.get(image.format or "", 0):
                raise BadPhoto("尺寸太大，请缩小后再传。")
            return _as_jpeg(image)
    except UnidentifiedImageError:
        raise BadPhoto("不是 JPEG、PNG 或 WebP 图片，请换一张。") from None
    except _BROKEN:
        raise BadPhoto("图片已损坏，打不开，请重新拍一张。") from None


def small(photo: bytes) -> bytes:
    """Return a photo as ``reencode`` gave it at no more than 320 px a side."""
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as image:
        return _as_jpeg(image, SMALL_SIDE)


def _as_jpeg(image: Image.Image, side: int = MAX_SIDE) -> bytes:
    image.draft("RGB", (side, side))
    image.load()
    image.thumbnail((side, side))
    upright = ImageOps.exif_transpose(image)
    # Pasted into a new picture, so that nothing of the old file comes along.
    clean = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        pasted = upright.convert("RGBA")
        clean.paste(pasted, mask=pasted)
    else:
        clean.paste(upright.convert("RGB"))
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
