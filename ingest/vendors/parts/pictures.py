"""Pictures in messages: out of base64, and to the JPEG that is kept; one that is a bomb is never unpacked."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import simplejpeg

from ingest.picture_header import read_header
from ingest.pictures import decode_picture
from schemas.errors import InvalidInput, UnreadableMedia

MAX_PICTURE_PIXELS = 50_000_000
"""Largest picture that is kept: readers' have 2 to 12 megapixels."""

_MAX_BASE64 = 48 * 1024 * 1024
_LEAST_BASE64 = 24
_PREFIX = re.compile(r"\s*data:[^,]{0,100},", re.IGNORECASE)
_BLANK = str.maketrans("-_", "+/", " \t\r\n=")
_QUALITY = 90


def picture_in(value: Any) -> bytes | None:
    """Return the picture that a text in base64 is, also with a `data:` prefix, line ends or wrong padding.

    Args:
        value: What stands where a picture is expected.

    Returns:
        None where it is no picture.
    """
    if not isinstance(value, str) or not _LEAST_BASE64 <= len(value) <= _MAX_BASE64:
        return None
    match = _PREFIX.match(value)
    text = (value[match.end() :] if match else value).translate(_BLANK)
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if read_header(data) is not None else None


def is_picture(data: bytes) -> bool:
    """Return whether bytes begin as a picture does."""
    return data[:2] == b"\xff\xd8" or read_header(data) is not None


def kept_picture(data: bytes, name: str) -> bytes:
    """Return a picture as the JPEG that is kept: itself, or what another format becomes.

    Args:
        data: As it came.
        name: What it shows, for the message.

    Raises:
        InvalidInput: It is no picture, damaged, or has more pixels than any reader's.
    """
    header = read_header(data)
    if header is None:
        raise InvalidInput(f"the {name} picture is none ({len(data)} bytes of no known format); it is left out")
    if header.width * header.height > MAX_PICTURE_PIXELS:
        limit = MAX_PICTURE_PIXELS // 1_000_000
        raise InvalidInput(
            f"the {name} picture has {header.width}x{header.height} pixels, more than {limit} megapixels; left out"
        )
    if header.format == "JPEG" and header.width * header.height > 0:
        return data
    try:
        image = decode_picture(data, name)
        encoded: bytes = simplejpeg.encode_jpeg(image, quality=_QUALITY, colorspace="BGR")
        return encoded
    except (UnreadableMedia, ValueError) as error:
        raise InvalidInput(f"the {name} picture is a damaged {header.format}; it is left out") from error
