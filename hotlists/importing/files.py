"""A list's file: opened once, read once, with its digest, and the same at the end as at the beginning."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from schemas.errors import InvalidInput


class ListFile(io.RawIOBase):
    """A stream that knows what went through it.

    Args:
        stream: The open file, at its beginning.
        path: Where it was opened.
    """

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        super().__init__()
        self._stream = stream
        self._path = path
        self._digest = hashlib.sha256()
        self._last = b""
        self.status = os.fstat(stream.fileno())
        """The file's size and times when it was opened."""
        self.done = 0
        """Bytes that were read."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; nothing at the end."""
        block = self._stream.read(size)
        self._digest.update(block)
        self.done += len(block)
        if block:
            self._last = block[-1:]
        return block

    @property
    def ends_with_line_end(self) -> bool:
        """Whether the last byte read ends a line."""
        return self._last in (b"\n", b"\r", b"\x1a", b"\0", b"")

    def sha256(self) -> str:
        """Return the digest of what was read, in hexadecimal."""
        return self._digest.hexdigest()

    def check_unchanged(self) -> None:
        """Make sure that what was read is one file, from its beginning to its end.

        Raises:
            InvalidInput: It was written to, cut, or replaced by another one meanwhile.
        """
        after = os.fstat(self._stream.fileno())
        same = (after.st_size, after.st_mtime_ns) == (self.status.st_size, self.status.st_mtime_ns)
        try:
            there = self._path.stat()
        except OSError:
            there = None
        if not same or there is None or (there.st_dev, there.st_ino) != (after.st_dev, after.st_ino):
            raise InvalidInput(
                "the file changed or was replaced while it was read; nothing was imported. Import it again when it is "
                "written",
                source=self._path.name,
            )


@contextlib.contextmanager
def open_list(path: Path) -> Iterator[ListFile]:
    """Open a list's file.

    Args:
        path: A plain file.

    Raises:
        InvalidInput: It is none, or cannot be read.
    """
    try:
        # Not blocking, so that a named pipe is refused below instead of waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise InvalidInput("no such file", source=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"the file cannot be read ({error.strerror})", source=str(path)) from error
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        found = (
            "this is a folder; give one file" if stat.S_ISDIR(kind) else "this is no plain file; save the list to one"
        )
        raise InvalidInput(found, source=str(path))
    with os.fdopen(descriptor, "rb") as stream:
        yield ListFile(stream, path)
