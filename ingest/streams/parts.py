"""A stream of JPEG pictures over HTTP, taken apart: by their lengths where they are told, else by what JPEG says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.streams.failures import StreamFailed

MOST_PICTURE_BYTES = 20 * 1024 * 1024
MOST_HEADER_BYTES = 16 * 1024

_START = b"\xff\xd8\xff"
_HEADER_END = re.compile(rb"\r?\n\r?\n")
# In a scan, these are data; everything else behind FF is a marker.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NEXT_PART = re.compile(rb"\r?\n--[^\r\n]{1,200}\r?\n[A-Za-z][A-Za-z0-9-]*:")
_END = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Part:
    """A picture as it came, and the headers before it by lower case names. `is_whole`: it ends as a JPEG does."""

    headers: dict[str, str]
    data: bytes
    is_whole: bool = True


class PartSplitter:
    """Takes bytes as they come and gives the pictures in them.

    The boundary is not asked for: cameras write it with and without the dashes that they announce, or another one.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._headers: dict[str, str] | None = None
        self._scan = _Scan()

    def feed(self, data: bytes) -> Iterator[Part]:
        """Yield the pictures that are complete with these bytes.

        Raises:
            StreamFailed: A picture, or what stands between two, is too large.
        """
        self._buffer += data
        while (part := self._next()) is not None:
            yield part

    def _next(self) -> Part | None:
        if self._headers is None and not self._take_headers():
            return None
        assert self._headers is not None  # noqa: S101 - for the type checker
        length = _length(self._headers)
        end = length if length is not None else self._scan.end(self._buffer)
        if end is None or end > len(self._buffer):
            if max(len(self._buffer), length or 0) > MOST_PICTURE_BYTES:
                raise StreamFailed(f"sends a picture of more than {MOST_PICTURE_BYTES >> 20} MB; lower its resolution")
            return self._broken_off() if end is None else None
        return self._cut(end)

    def _take_headers(self) -> bool:
        """Move past what stands before a picture; return whether one begins now."""
        start = self._buffer.find(_START)
        found = _HEADER_END.search(self._buffer, 0, start if start >= 0 else len(self._buffer))
        while found is not None and b":" not in self._buffer[: found.start()]:
            # Empty lines, or a boundary of a part without headers.
            del self._buffer[: found.end()]
            start = self._buffer.find(_START)
            found = _HEADER_END.search(self._buffer, 0, start if start >= 0 else len(self._buffer))
        if found is not None:
            self._headers = _headers(bytes(self._buffer[: found.start()]))
            del self._buffer[: found.end()]
            if _length(self._headers) is None:
                return self._skip_to_picture()
        elif start >= 0:
            self._headers = {}
            del self._buffer[:start]
        elif len(self._buffer) > MOST_HEADER_BYTES:
            raise StreamFailed("sends something else than JPEG pictures; look its stream's path up in its manual")
        self._scan = _Scan()
        return self._headers is not None

    def _skip_to_picture(self) -> bool:
        self._scan = _Scan()
        start = self._buffer.find(_START)
        if start > 0:
            del self._buffer[:start]
        return True

    def _cut(self, end: int) -> Part:
        """Take a picture out of the buffer; one that is shorter than was told ends where the next part begins."""
        data = bytes(self._buffer[:end])
        is_whole = data.startswith(_START) and data.rstrip(b"\x00\r\n ").endswith(_END)
        if not is_whole and (early := _NEXT_PART.search(data)) is not None:
            end, data = early.start(), data[: early.start()]
        return self._taken(data, end, is_whole=is_whole)

    def _broken_off(self) -> Part | None:
        """Return a picture without a length that the next part's beginning cuts off."""
        early = _NEXT_PART.search(self._buffer, self._scan.safe)
        self._scan.safe = max(len(self._buffer) - 256, 0)
        return (
            None if early is None else self._taken(bytes(self._buffer[: early.start()]), early.start(), is_whole=False)
        )

    def _taken(self, data: bytes, end: int, *, is_whole: bool) -> Part:
        headers, self._headers = self._headers or {}, None
        del self._buffer[:end]
        return Part(headers, data, is_whole)


class _Scan:
    """Walks through a JPEG while it comes in: previews in it have ends of their own (ITU-T T.81 annex B)."""

    def __init__(self) -> None:
        self._at = 2
        self._in_scan = False
        self.safe = 0
        """Where to go on looking for another part's beginning."""

    def end(self, buffer: bytearray) -> int | None:
        """Return where the picture at the buffer's beginning ends, None: it is not there yet."""
        while True:
            if self._in_scan:
                found = _MARKER.search(buffer, self._at)
                if found is None:
                    self._at = max(len(buffer) - 1, self._at)
                    return None
                self._at, self._in_scan = found.start(), False
            if self._at + 2 > len(buffer):
                return None
            if buffer[self._at] != 0xFF:
                self._in_scan = True  # damaged: on to the next marker
                continue
            marker = buffer[self._at + 1]
            if marker == 0xD9:
                return self._at + 2
            if marker == 0xFF:
                self._at += 1
            elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
                self._at += 2
            elif self._at + 4 > len(buffer):
                return None
            else:
                self._in_scan = marker == 0xDA
                self._at += 2 + max(int.from_bytes(buffer[self._at + 2 : self._at + 4]), 2)


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode("latin-1").splitlines()
    fields = (line.partition(":") for line in lines if ":" in line and not line.startswith("--"))
    return {name.strip().lower(): value.strip() for name, _, value in fields}


def _length(headers: dict[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 and int(text) > 0 else None
