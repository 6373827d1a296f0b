"""A stream of parts that does not end (multipart/mixed, x-mixed-replace), taken apart as it comes.

Devices write it as they like: the boundary with and without the dashes that they announce, lines that end with LF
alone, parts without a length, with a wrong one, or without anything in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.streams.failures import StreamFailed

MOST_HEAD_BYTES = 16_384
_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))""", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"(?:^|\n)(--[^\r\n]{1,200}?)[ \t]*\r?\n")
_PICTURES = (b"\xff\xd8", b"\x89PNG", b"RIFF")
_ENDS = {"image": (b"\xff\xd9",), "text": (b">", b"}", b"\n", b"\r")}
"""What the end of a part without a length looks like."""


@dataclass(frozen=True, slots=True)
class StreamPart:
    """One part, with its headers by lower-case names. `is_whole`: it had the length that it told, where it told one."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def content_type(self) -> str:
        """What it says that it is; empty where it does not."""
        return self.headers.get("content-type", "")


class PartStream:
    """Takes bytes as they come and gives the parts in them.

    Args:
        content_type: The answer's header, which may name the boundary.
        largest: Bytes that a part may have.
    """

    def __init__(self, content_type: str, largest: int) -> None:
        told = _BOUNDARY.search(content_type)
        name = next((group for group in told.groups() if group), "") if told else ""
        self._told = name.strip("-").encode("latin-1", "replace")
        self._largest = largest
        self._buffer = bytearray()
        self._mark: bytes | None = None
        self._headers: dict[str, str] | None = None
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[StreamPart]:
        """Yield the parts that are complete with these bytes.

        Raises:
            StreamFailed: A part is too large, or this is no stream of parts.
        """
        self._buffer += data
        while (part := self._next()) is not None:
            yield part

    @property
    def is_within(self) -> bool:
        """Whether a part has begun that has not ended."""
        return self._headers is not None

    def flush(self) -> StreamPart | None:
        """Return the part that has begun, where nothing more came for a while and it looks whole.

        It tells no length, or a greater one than it has, and its successor is here.
        """
        if self._headers is None:
            return None
        if _length(self._headers) is not None:
            early = self._end(0)
            if early is None or not self._is_head(early.end()):
                return None
            return self._cut(early.start(), early.start(), is_whole=False)
        body = bytes(self._buffer).rstrip(b" \t\x00")
        kind = "image" if body.startswith(b"\xff\xd8") else "text"
        if not body.strip() or not body.endswith(_ENDS[kind]):
            return None
        return self._cut(len(body.rstrip(b"\r\n")), len(self._buffer), is_whole=True)

    def rest(self) -> Iterator[StreamPart]:
        """Yield what is here when nothing more comes: a half text, too, so that it is not lost in silence."""
        while (part := self.flush()) is not None:
            yield part
            yield from self.feed(b"")
        if self._headers is not None and self._buffer.strip() and not self._buffer.startswith(_PICTURES):
            yield self._cut(len(self._buffer), len(self._buffer), is_whole=False)

    def _next(self) -> StreamPart | None:
        if self._headers is None and not self._take_head():
            return None
        headers = self._headers or {}
        told = _length(headers)
        if told is not None:
            self._limit(told)
            return None if len(self._buffer) < told else self._told_part(told)
        return self._untold_part()

    def _take_head(self) -> bool:
        """Move past a boundary and a part's headers; return whether they are here."""
        if self._mark is None:
            self._mark = self._found_mark()
        place = -1 if self._mark is None else self._buffer.find(self._mark)
        if self._mark is None and len(self._buffer) > MOST_HEAD_BYTES:
            raise StreamFailed("sends something else than parts with a boundary; is this the right kind for it?")
        if place < 0 or self._mark is None:
            # What was left of a part that told a wrong length.
            del self._buffer[:-MOST_HEAD_BYTES]
            return False
        start = self._buffer.find(b"\n", place)
        if start < 0:
            return self._waits_for_head(place)
        line = bytes(self._buffer[start + 1 : start + 3])
        if line in (b"\r\n", b"\r") or line[:1] == b"\n":
            if line == b"\r":
                return False
            self._headers, end = {}, start + (3 if line == b"\r\n" else 2)
        else:
            found = _HEAD_END.search(self._buffer, start)
            if found is None:
                return self._waits_for_head(place)
            self._headers, end = _headers(bytes(self._buffer[start : found.start()])), found.end()
        del self._buffer[:end]
        self._searched = 0
        return True

    def _waits_for_head(self, place: int) -> bool:
        del self._buffer[:place]
        if len(self._buffer) > MOST_HEAD_BYTES:
            raise StreamFailed("sends a part whose headers do not end; restart the device")
        return False

    def _found_mark(self) -> bytes | None:
        """Return the boundary as it stands in the stream, with its dashes."""
        for match in _LINE.finditer(self._buffer):
            mark = match[1]
            if not self._told or self._told in mark:
                return mark
        # Another one than was told, with headers behind it.
        other = _LINE.search(self._buffer)
        return other[1] if other is not None and _HEAD_END.search(self._buffer, other.end()) else None

    def _told_part(self, told: int) -> StreamPart | None:
        """Return a part by its length, where a boundary stands behind it, or nothing does yet."""
        mark = self._mark or b"--"
        behind = bytes(self._buffer[told : told + 4 + len(mark)]).lstrip(b"\r\n")
        if mark.startswith(behind[: len(mark)]):
            return self._cut(told, told, is_whole=True)
        # Less, or more, than was told: up to the next boundary.
        early = self._end(0)
        if early is not None:
            return self._cut(early.start(), early.start(), is_whole=False)
        self._limit(len(self._buffer))
        return None

    def _untold_part(self) -> StreamPart | None:
        found = self._end(self._searched)
        if found is not None:
            return self._cut(found.start(), found.start(), is_whole=True)
        self._searched = max(len(self._buffer) - 400, 0)
        self._limit(len(self._buffer))
        return None

    def _end(self, start: int) -> re.Match[bytes] | None:
        mark = re.escape(self._mark or b"--")
        return re.compile(rb"\r?\n?" + mark + rb"(?:--)?[ \t]*\r?\n").search(self._buffer, start)

    def _is_head(self, place: int) -> bool:
        return re.match(rb"[A-Za-z][A-Za-z0-9-]{1,60}:", self._buffer[place : place + 80]) is not None

    def _cut(self, stop: int, end: int, *, is_whole: bool) -> StreamPart:
        headers, self._headers = self._headers or {}, None
        part = StreamPart(bytes(self._buffer[:stop]), headers, is_whole)
        del self._buffer[:end]
        self._searched = 0
        return part

    def _limit(self, size: int) -> None:
        if size > self._largest:
            raise StreamFailed(
                f"sends a part of more than {self._largest / 1e6:g} MB (ingest.max_body_megabytes); have it send "
                "smaller pictures"
            )


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode("latin-1").splitlines()
    fields = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in fields}


def _length(headers: dict[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else None
