"""PNG without what is no part of the picture: libpng writes of odd color profiles to standard error.

Source: W3C PNG section 5.
"""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"}


def exif_of(data: bytes) -> bytes | None:
    """Return the picture's EXIF block, or None where it has none.

    Args:
        data: The file, with its signature.
    """
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"eXIf":
            return data[position + 8 : position + 8 + length]
        position += 12 + length
    return None


def essential(data: bytes) -> bytes | None:
    """Return a PNG with the chunks alone that its pixels need.

    Args:
        data: The file, with its signature.

    Returns:
        The shorter file; None where one of these chunks is damaged.
    """
    kept = [SIGNATURE]
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        chunk = data[position : position + 12 + length]
        if kind in _KEPT:
            if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
                return None
            kept.append(chunk)
        elif kind == b"eXIf" and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:]):
            kept.append(chunk)
        position += 12 + length
        if kind == b"IEND":
            break
    return b"".join(kept)
