"""Unpacking what came packed with gzip: never more bytes than are allowed, whatever it claims to be."""

from __future__ import annotations

import zlib

from ingest.server.answers import Refusal

_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 16


def unpacked(body: bytes, most: int) -> bytes:
    """Return what a gzip body holds.

    Args:
        body: The packed bytes: one gzip member, and nothing after it.
        most: The most bytes that it may hold.

    Raises:
        Refusal: It holds more, is damaged, or is cut off.
    """
    unpacker = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    size, left = 0, body
    try:
        while not unpacker.eof and left:
            # Some more at a time: what a small body claims to hold is never all in memory.
            part = unpacker.decompress(left, min(_STEP, most + 1 - size))
            left = unpacker.unconsumed_tail
            size += len(part)
            if size > most:
                raise Refusal(413, f"unpacked, the body is larger than {most / 1e6:g} MB; send less at a time")
            parts.append(part)
    except zlib.error:
        raise Refusal(400, "the body is no undamaged gzip; send it again") from None
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal(400, "the body is not one whole gzip member; send it again")
    return b"".join(parts)
