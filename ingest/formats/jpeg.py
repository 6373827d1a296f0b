"""JPEG as viewers open it: with a note where it is damaged, instead of a library's line without a file's name.

Source: ITU-T T.81 annex B.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import simplejpeg

START = b"\xff\xd8"
_ADOBE, _JFIF, _EXIF, _COMMENT = 0xEE, 0xE0, 0xE1, 0xFE
_SCAN = 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xDA)}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

_HARMLESS = "extraneous bytes"


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, or None when there are none.

    Args:
        data: The file.
    """
    for marker, segment in segments(data):
        if marker in _FRAMES and len(segment) >= 9:
            return int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7])
    return None


def segments(data: bytes) -> list[tuple[int, bytes]]:
    """Return the segments before the pixels, each with its marker; the last one holds all the rest.

    Bytes between segments that belong to none are passed over, as libjpeg does.

    Args:
        data: The file.
    """
    found: list[tuple[int, bytes]] = []
    position = len(START)
    while 0 <= (position := data.find(b"\xff", position)) < len(data) - 3:
        marker = data[position + 1]
        if marker in (0x00, 0xFF) or marker in _STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == _SCAN:
            found.append((marker, data[position:]))
            break
        length = int.from_bytes(data[position + 2 : position + 4])
        found.append((marker, data[position : position + 2 + length]))
        position += 2 + max(length, 2)
    return found


def decode(data: bytes) -> tuple[npt.NDArray[Any], str | None] | None:
    """Decode a JPEG without turning it.

    Args:
        data: The file.

    Returns:
        uint8 (H, W, 3), BGR, and what is damaged; None where it cannot be decoded.
    """
    damage: str | None = None
    try:
        return simplejpeg.decode_jpeg(data, "BGR", strict=True), None
    except ValueError as error:
        damage = _damage(error)
    # What libjpeg stumbles over may stand in what is no part of the picture.
    whole = START + b"".join(
        segment
        for marker, segment in segments(data)
        if not (_JFIF <= marker <= 0xEF or marker == _COMMENT) or marker in (_ADOBE, _JFIF)
    )
    for candidate, strict in ((whole, True), (data, False), (whole, False)):
        try:
            return simplejpeg.decode_jpeg(candidate, "BGR", strict=strict), None if strict else damage
        except ValueError as error:
            damage = _damage(error) or damage
    return None


def _damage(error: ValueError) -> str | None:
    text = str(error).removeprefix("Corrupt JPEG data: ")
    return None if _HARMLESS in text else text[:1].lower() + text[1:]


def turned(picture: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Return a picture as its camera was held.

    Args:
        picture: (H, W, 3).
        orientation: 1 to 8, as EXIF numbers them; others leave it as it is.
    """
    quarters, is_mirrored = _ORIENTATIONS.get(orientation, (0, False))
    result = picture[:, ::-1] if is_mirrored else picture
    return np.ascontiguousarray(np.rot90(result, quarters))


# Mirrored first, then turned counterclockwise so many quarters.
_ORIENTATIONS = {2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True), 6: (3, False), 7: (3, True), 8: (1, False)}
