"""One still picture from a file, of any common kind, as uint8 BGR; or one clear line that says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.opencv import cv2
from ingest.picture_header import read_header
from schemas.errors import UnreadableMedia
from schemas.types import Image

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
"""File names that are taken for pictures, in lower case."""

MAX_PIXELS = 100_000_000
"""Largest picture that is unpacked: 100 megapixels take 300 MB."""

MAX_BYTES = 256 * 1024 * 1024
"""Largest picture file that is read into memory."""

MIN_SIDE = 8
"""Least width and height in pixels: no plate can be read in less."""

_KINDS = "JPEG, PNG, WebP, GIF, BMP or TIFF"


def read_picture(path: Path) -> Image:
    """Decode one picture; of an animation, its first frame.

    Grey, 16-bit, float, transparent and CMYK pictures become 8-bit BGR; the EXIF orientation is applied.

    Args:
        path: The file.

    Returns:
        uint8 (H, W, 3), BGR, as a person sees it.

    Raises:
        UnreadableMedia: The file is missing, empty, not a picture, damaged, too small or too large.
    """
    return decode_picture(_read_bytes(path), str(path))


def decode_picture(data: bytes, source: str) -> Image:
    """Decode one picture from memory; see `read_picture`.

    Args:
        data: The encoded picture.
        source: Where it came from, for the message.

    Returns:
        uint8 (H, W, 3), BGR.

    Raises:
        UnreadableMedia: It is empty, not a picture, damaged, too small or too large.
    """
    if not data:
        raise UnreadableMedia(f"is empty (0 bytes), expected a picture ({_KINDS}); copy it again", source=source)
    header = read_header(data)
    if header is None:
        raise UnreadableMedia(f"is not a picture, expected {_KINDS}; convert it or leave it out", source=source)
    size = f"{header.width}x{header.height}"
    if header.width * header.height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} megapixels"
        raise UnreadableMedia(f"is a picture of {size} pixels, more than {limit}; scale it down", source=source)
    if min(header.width, header.height) < MIN_SIDE:
        raise UnreadableMedia(
            f"is a picture of {size} pixels, expected at least {MIN_SIDE}x{MIN_SIDE}; give the full picture",
            source=source,
        )
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        decoded = None
    # Some builds of OpenCV return an empty array where others return None.
    if decoded is None or decoded.size == 0:
        raise UnreadableMedia(f"is a damaged {header.format} picture; copy it again", source=source)
    return to_8_bit(decoded)


def to_8_bit(picture: npt.NDArray[Any]) -> Image:
    """Scale a picture of any depth to 8 bits.

    Cameras store 10, 12 or 14 bits in 16-bit files without saying so, so the least of these depths that holds the
    brightest pixel is taken as the picture's own.

    Args:
        picture: (H, W, 3) of unsigned integers, or floats with white at 1.

    Returns:
        uint8 (H, W, 3).
    """
    if picture.dtype == np.uint8:
        return np.ascontiguousarray(picture)
    if np.issubdtype(picture.dtype, np.floating):
        finite = np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0)
        scaled: Image = np.clip(np.rint(finite * 255.0), 0, 255).astype(np.uint8)
        return scaled
    brightest = int(picture.max())
    depth = next((bits for bits in (8, 10, 12, 14) if brightest < 1 << bits), 16)
    return (picture.astype(np.uint32) >> (depth - 8)).astype(np.uint8)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UnreadableMedia("no such file; check the path", source=str(path)) from error
    except OSError as error:
        raise UnreadableMedia(f"cannot be read ({error.strerror}); check its permissions", source=str(path)) from error
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES // (1024 * 1024)} MB"
        raise UnreadableMedia(f"is a picture file of more than {limit}; scale it down", source=str(path))
    return data
