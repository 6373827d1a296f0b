"""HEIC as phones store it, and AVIF: the pictures that come in ISO media files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

_AVIF = (b"avif", b"avis")
_HEIF = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"mif2", b"mif3")


def kind_of(data: bytes) -> str | None:
    """Return `AVIF` or `HEIC` where that is what a file is, by its brands.

    Args:
        data: The file's bytes; the start is enough.
    """
    if data[4:8] != b"ftyp":
        return None
    box = data[8 : min(int.from_bytes(data[:4]), 512)]
    brands = [box[:4], *(box[start : start + 4] for start in range(8, len(box), 4))]
    if any(brand in _AVIF for brand in brands):
        return "AVIF"
    return "HEIC" if any(brand in _HEIF for brand in brands) else None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, or None when the file is damaged."""
    try:
        with _opened(data) as picture:
            return picture.size
    except (OSError, ValueError, RuntimeError, SyntaxError):
        return None


def decode(data: bytes) -> npt.NDArray[Any] | None:
    """Decode a picture as a person sees it; of several, the main one.

    Returns:
        uint8 (H, W, 3), BGR; None where it cannot be decoded.
    """
    from PIL import ImageOps

    try:
        with _opened(data) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, RuntimeError, SyntaxError):
        return None
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])


def exif_of(data: bytes) -> bytes | None:
    """Return the picture's EXIF block, or None where it has none."""
    try:
        with _opened(data) as picture:
            block = picture.info.get("exif")
    except (OSError, ValueError, RuntimeError, SyntaxError):
        return None
    return block if isinstance(block, bytes) else None


def _opened(data: bytes) -> Image.Image:
    # Taken in only where it is needed.
    from PIL import Image

    # How large a picture may be is decided by who calls.
    Image.MAX_IMAGE_PIXELS = None
    if kind_of(data) == "AVIF":
        return Image.open(io.BytesIO(data), formats=["AVIF"])
    from pillow_heif import HeifImageFile

    picture: Image.Image = HeifImageFile(io.BytesIO(data))
    return picture
