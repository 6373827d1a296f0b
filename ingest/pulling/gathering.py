"""Parts of a device's stream -> messages: what an event says, with the pictures that follow it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from enum import Enum

from ingest.pulling.outlet import Outlet
from ingest.pulling.stream_parts import StreamPart
from storage.spool.messages import Message

QUIET_SECONDS = 0.6
"""A message is whole when nothing came behind it for so long: devices do not say how many pictures follow."""
MOST_PICTURES = 16
_KEPT = ("content-type", "content-disposition", "content-id")


class Use(Enum):
    """What a text of a stream is."""

    READ = 1
    """It may say something of a plate, or cannot be told."""
    OTHER = 2
    """An event of another kind."""
    SIGN = 3
    """A sign of life."""


class Gathering:
    """Puts one connection's parts together. For one thread.

    Args:
        outlet: Stores messages, and is told of the rest.
        judge: Says what a text is.
        expected: Says how many pictures follow a text, None: it does not tell.
    """

    def __init__(self, outlet: Outlet, judge: Callable[[bytes], Use], expected: Callable[[bytes], int | None]) -> None:
        self._outlet = outlet
        self._judge = judge
        self._expected = expected
        self._parts: list[StreamPart] = []
        self._size = 0
        self._waits_for: int | None = None
        self._at = 0.0

    def add(self, part: StreamPart) -> None:
        """Take the next part."""
        self._at = time.monotonic()
        if not part.body.strip():
            self._outlet.telling.signed()
        elif _is_picture(part):
            self._add_picture(part)
        else:
            self._add_text(part)
        if self._parts and self._waits_for is not None and len(self._parts) > self._waits_for:
            self.store()

    def tick(self) -> None:
        """Store what is whole because nothing came behind it."""
        if self._parts and time.monotonic() - self._at >= QUIET_SECONDS:
            self.store()

    def store(self) -> None:
        """Store what is here."""
        parts, self._parts = self._parts, []
        if parts:
            self._outlet.store([_message(parts, self._outlet)])

    def _add_text(self, part: StreamPart) -> None:
        self.store()
        use = self._judge(part.body)
        if use is Use.SIGN:
            self._outlet.telling.signed()
        elif use is Use.OTHER:
            self._outlet.telling.counted(other=1)
        else:
            self._parts, self._size = [part], len(part.body)
            self._waits_for = self._expected(part.body)

    def _add_picture(self, part: StreamPart) -> None:
        if not self._parts:
            # Of an event that says nothing of a plate.
            self._outlet.telling.counted(other=1)
            return
        if len(self._parts) > MOST_PICTURES or self._size + len(part.body) > self._outlet.largest:
            self._outlet.refuse("its pictures are too many or too large, and one was left out; have it send less")
            return
        self._parts.append(part)
        self._size += len(part.body)


def _is_picture(part: StreamPart) -> bool:
    return part.body.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")) or part.content_type.lower().startswith("image/")


def _message(parts: list[StreamPart], outlet: Outlet) -> Message:
    """Return a message as a device posts it: a text alone, or a text with pictures."""
    if len(parts) == 1:
        return outlet.message(parts[0].body, parts[0].content_type)
    boundary = secrets.token_hex(16)
    body = b"".join(_lines(parts, boundary.encode()))
    return outlet.message(body, f'multipart/mixed; boundary="{boundary}"')


def _lines(parts: list[StreamPart], boundary: bytes) -> Iterator[bytes]:
    for part in parts:
        yield b"--" + boundary + b"\r\n"
        for name in _KEPT:
            if name in part.headers:
                yield f"{name}: {part.headers[name][:500]}\r\n".encode("latin-1", "replace")
        yield b"content-length: %d\r\n\r\n" % len(part.body)
        yield part.body + b"\r\n"
    yield b"--" + boundary + b"--\r\n"
