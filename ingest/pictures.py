"""One still picture from a file, of any common kind, as uint8 BGR; or one clear line that says why not."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.files import open_regular, text_of
from ingest.formats import heif, jpeg, png
from ingest.formats.exif import read_exif
from ingest.opencv import cv2
from ingest.picture_header import PictureHeader, read_header
from schemas.errors import UnreadableMedia
from schemas.types import Image

log = logging.getLogger(__name__)

PICTURE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
        *(".heic", ".heif", ".hif", ".avif", ".jp2", ".j2k"),
    }
)
"""File names that are taken for pictures, in lower case."""

MAX_PIXELS = 100_000_000
"""Largest picture that is unpacked: 100 megapixels take 300 MB."""

MAX_BYTES = 256 * 1024 * 1024
"""Largest picture file that is read into memory."""

MIN_SIDE = 8
"""Least width and height in pixels: no plate can be read in less."""

_KINDS = "JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or JPEG 2000"


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
    return decode_picture(read_bytes(path), text_of(path))


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
    if not header.width * header.height:
        raise UnreadableMedia(f"is a damaged {header.format} picture; copy it again", source=source)
    if min(header.width, header.height) < MIN_SIDE:
        raise UnreadableMedia(
            f"is a picture of {size} pixels, expected at least {MIN_SIDE}x{MIN_SIDE}; give the full picture",
            source=source,
        )
    decoded = _decode(data, header, source)
    # Some builds of OpenCV return an empty array where others return None.
    if decoded is None or decoded.size == 0:
        raise UnreadableMedia(f"is a damaged {header.format} picture; copy it again", source=source)
    return to_8_bit(decoded)


def _decode(data: bytes, header: PictureHeader, source: str) -> npt.NDArray[Any] | None:
    if header.format == "JPEG":
        # libjpeg as OpenCV has it gives up where viewers go on, and writes to standard error what it stumbled over.
        found = jpeg.decode(data)
        if found is None:
            return None
        picture, damage = found
        if damage is not None:
            log.warning("%s: is a damaged JPEG picture (%s); what is left of it is read; copy it again", source, damage)
        return jpeg.turned(picture, read_exif(data).orientation)
    if header.format in ("HEIC", "AVIF"):
        return heif.decode(data)
    stripped = png.essential(data) if header.format == "PNG" else data
    if stripped is None:
        return None
    try:
        return cv2.imdecode(np.frombuffer(stripped, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        return None


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


def read_bytes(path: Path) -> bytes:
    """Return a picture's file, which is not decoded yet.

    Args:
        path: The file.

    Raises:
        UnreadableMedia: The file is missing, no file, not to be read, or too large.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        try:
            data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableMedia(
                f"cannot be read ({error.strerror}); check the disk or the share", source=text_of(path)
            ) from error
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES // (1024 * 1024)} MB"
        raise UnreadableMedia(f"is a picture file of more than {limit}; scale it down", source=text_of(path))
    return data
