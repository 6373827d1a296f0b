"""Width and height of a picture from its first bytes, so that a huge one is refused before it is unpacked."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingest.formats import heif, jpeg, png

_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_SHORT = 3


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a picture says of itself: format name, width and height in pixels."""

    format: str
    width: int
    height: int


def read_header(data: bytes) -> PictureHeader | None:
    """Return what the first bytes of a picture say.

    Args:
        data: The file's bytes; the start is enough, except for TIFF.

    Returns:
        Format and size, or None when it is of no known format, or ends before its size.

    Source: ITU-T T.800 annexes A, I; W3C PNG section 11.2.1; GIF89a section 18; RFC 9649 section 2; TIFF 6.0 section 2.
    """
    kind = heif.kind_of(data)
    if kind is not None:
        return PictureHeader(kind, *(heif.size_of(data) or (0, 0)))
    for name, signature, parse in _FORMATS:
        if data.startswith(signature):
            try:
                size = parse(data)
            except struct.error:
                return None
            return PictureHeader(name, *size) if size else None
    return None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return width, height
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if data[8:12] != b"WEBP":
        return None
    if kind == b"VP8X":
        low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", data, 24)
        return 1 + low_width + (high_width << 16), 1 + low_height + (high_height << 16)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _tiff(data: bytes) -> tuple[int, int] | None:
    order = "<" if data[:2] == b"II" else ">"
    (offset,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    found: dict[int, int] = {}
    for position in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, position)
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT):
            (found[tag],) = struct.unpack_from(f"{order}{'H' if kind == _TIFF_SHORT else 'I'}", data, position + 8)
    return (found[_TIFF_WIDTH], found[_TIFF_HEIGHT]) if len(found) == 2 else None


def _jpeg_2000(data: bytes) -> tuple[int, int] | None:
    # In its box, or the bare stream of which the box is the wrapping.
    if data[4:8] == b"jP  ":
        place = data.find(b"ihdr")
        if place < 0:
            return None
        height, width = struct.unpack_from(">II", data, place + 4)
        return width, height
    right, bottom, left, top = struct.unpack_from(">IIII", data, 8)
    return max(right - left, 0), max(bottom - top, 0)


_FORMATS = (
    ("JPEG", jpeg.START, jpeg.size_of),
    ("PNG", png.SIGNATURE, _png),
    ("GIF", b"GIF8", _gif),
    ("BMP", b"BM", _bmp),
    ("WebP", b"RIFF", _webp),
    ("TIFF", b"II*\x00", _tiff),
    ("TIFF", b"MM\x00*", _tiff),
    ("JPEG 2000", b"\x00\x00\x00\x0cjP  \r\n\x87\n", _jpeg_2000),
    ("JPEG 2000", b"\xff\x4f\xff\x51", _jpeg_2000),
)
