"""A stream whose beginning is looked at before it is read."""

from __future__ import annotations

import io
from typing import BinaryIO

_PEEK_BYTES = 4096
_JUDGED_BYTES = 16
_LEAST_JUDGED = 4

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Peeked(io.RawIOBase):
    """A stream whose beginning is known before it is read; it is read once, block by block, all the same.

    Args:
        stream: The stream, at its beginning.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._start = stream.read(_PEEK_BYTES)
        self.start = self._start.decode(encoding_of(self._start), "replace").removeprefix("\ufeff")
        """The beginning, as text."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; nothing at the end."""
        if not self._start:
            return self._stream.read(size)
        if 0 <= size <= len(self._start):
            given, self._start = self._start[:size], self._start[size:]
            return given
        given, self._start = self._start, b""
        return given + self._stream.read(size - len(given) if size > 0 else size)


def encoding_of(raw: bytes) -> str:
    """Return the encoding of a text by its beginning: UTF-16 by its mark or by its NUL bytes, or else UTF-8.

    Every list begins with letters of ASCII, every other byte of which is NUL in UTF-16.
    """
    if raw.startswith(UTF16_MARKS):
        return "utf-16"
    start = raw[:_JUDGED_BYTES]
    first, second = start[::2], start[1::2]
    if len(start) >= _LEAST_JUDGED:
        if not any(second) and all(first):
            return "utf-16-le"
        if not any(first) and all(second):
            return "utf-16-be"
    return "utf-8-sig"
