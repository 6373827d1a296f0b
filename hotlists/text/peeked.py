"""A stream whose beginning is looked at before it is read."""

from __future__ import annotations

import io
from typing import BinaryIO

_PEEK_BYTES = 4096


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
    """Return the encoding of a text by its mark: UTF-16, or else UTF-8."""
    return "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
