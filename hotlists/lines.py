"""Lines of a list file: bounded, decoded, and refused at once where the file is no text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from schemas.errors import InvalidInput

MAX_LINE_BYTES = 64 * 1024
"""No hotlist has longer lines; a longer one is not read into memory."""

_UTF8_BOM = b"\xef\xbb\xbf"
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip (or Excel)",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-zip",
}
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file (from 1) and its text without the line end and trailing blanks."""

    number: int
    text: str


def read_lines(stream: BinaryIO, source_name: str) -> Iterator[Line]:
    """Yield a file's lines that are not blank.

    Text is UTF-8, or Latin-1 in lines that are not. LF and CRLF end a line. A byte order mark is left out.

    Args:
        stream: The file, at its beginning.
        source_name: Its name, for errors.

    Yields:
        Lines in order; never more than one in memory.

    Raises:
        InvalidInput: The file is empty, compressed, binary or UTF-16, or a line is too long.
    """
    number = 0
    found = False
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            _refuse_other_formats(raw, source_name)
            raw = raw.removeprefix(_UTF8_BOM)
        if len(raw) > MAX_LINE_BYTES:
            raise InvalidInput(
                f"the line is longer than {MAX_LINE_BYTES} bytes; this is not a hotlist with one row per line",
                source=source_name,
                line=number,
            )
        if b"\0" in raw:
            raise InvalidInput(
                "the line holds a NUL byte, so the file is binary or damaged; a text file was expected",
                source=source_name,
                line=number,
            )
        text = _decode(raw).rstrip(" \t\r\n\x1a")
        if text:
            found = True
            yield Line(number, text)
    if not found:
        raise InvalidInput("the file is empty; a hotlist with at least one row was expected", source=source_name)


def _refuse_other_formats(start: bytes, source_name: str) -> None:
    for magic, name in _COMPRESSED.items():
        if start.startswith(magic):
            raise InvalidInput(
                f"the file is {name} compressed; unpack it and import the text file in it", source=source_name
            )
    if start.startswith(_UTF16_BOMS):
        raise InvalidInput("the file is UTF-16 text; save it as UTF-8 and import that", source=source_name)
    if start.startswith(b"%PDF"):
        raise InvalidInput("the file is a PDF document; export the list as text or CSV", source=source_name)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
