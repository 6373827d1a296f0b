"""Lines of a list file: bounded, decoded, and refused at once where the file is no text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hotlists.text.peeked import encoding_of
from schemas.errors import InvalidInput

MAX_LINE_BYTES = 64 * 1024
"""No hotlist has longer lines; a longer one is not read into memory."""

_BLOCK_BYTES = 1 << 20
_BLANKS = " \t\r\n\x1a"
_UTF8_BOM = b"\xef\xbb\xbf"
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip (or Excel)",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-zip",
}
_MISREAD = re.compile(b"\xc2[\x80-\x9f]")
_UTF32_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")


class Line(NamedTuple):
    """One line: its number in the file (from 1) and its text without the line end and trailing blanks.

    A tuple, as millions of them are made: a frozen dataclass takes several times as long.
    """

    number: int
    text: str


def read_lines(stream: BinaryIO, file_name: str) -> Iterator[Line]:
    """Yield a file's lines that are not blank.

    Text is UTF-8, UTF-16, or Windows-1252 in lines that are neither; what some program took for Latin-1 and wrote as
    UTF-8 is Windows-1252, too (its dashes and apostrophes would be control characters). LF, CRLF and CR end a line,
    mixed or not. A byte order mark is left out.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.

    Yields:
        Lines in order; a block of them is in memory.

    Raises:
        InvalidInput: The file is empty, compressed or binary, or a line is too long.
    """
    number = 1
    found = False
    for block in _blocks(stream, file_name):
        if b"\0" in block:
            at = block.index(b"\0")
            raise InvalidInput(
                "the line holds a NUL byte, so the file is binary or damaged; a text file was expected",
                source=file_name,
                line=number + block.count(b"\n", 0, at),
            )
        texts = _decode(block)
        for place, text in enumerate(texts, start=number):
            if stripped := text.rstrip(_BLANKS):
                found = True
                yield Line(place, stripped)
        number += len(texts)
    if not found:
        raise InvalidInput("the file is empty; a hotlist with at least one row was expected", source=file_name)


def _blocks(stream: BinaryIO, file_name: str) -> Iterator[bytes]:
    """Yield a file as UTF-8 (or what it is) in blocks of whole lines, each without its last line end."""
    number = 1
    rest = b""
    for part in _with_line_feeds(_utf8_parts(stream, file_name)):
        head, end, rest = (rest + part).rpartition(b"\n")
        lines = head.split(b"\n") if end else []
        _check_lengths([*lines, rest], number, file_name)
        if end:
            number += len(lines)
            yield head
    if rest:
        yield rest


def _with_line_feeds(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a file's parts with LF at the end of every line, whether it wrote CRLF, CR, or CR before CRLF."""
    rest = b""
    for part in parts:
        block = rest + part if rest else part
        # What follows decides whether a CR at the end is a line end of its own.
        rest = block[len(block.rstrip(b"\r")) :]
        if rest:
            block = block[: -len(rest)]
        if b"\r" in block:
            block = block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield block
    if rest:
        yield b"\n" * len(rest)


def _utf8_parts(stream: BinaryIO, file_name: str) -> Iterator[bytes]:
    start = stream.read(_BLOCK_BYTES)
    _refuse_other_formats(start, file_name)
    encoding = encoding_of(start)
    if not encoding.startswith("utf-16"):
        yield start.removeprefix(_UTF8_BOM)
        while part := stream.read(_BLOCK_BYTES):
            yield part
        return
    # What spreadsheets call Unicode text.
    decoder = codecs.getincrementaldecoder(encoding)()
    while start:
        following = stream.read(_BLOCK_BYTES)
        try:
            yield decoder.decode(start, final=not following).encode("utf-8", "replace")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"the file is damaged UTF-16 text ({error.reason})", source=file_name) from error
        start = following


def _check_lengths(lines: list[bytes], number: int, file_name: str) -> None:
    """Refuse a line that is longer than any hotlist's, before more of it is read into memory."""
    if max(map(len, lines)) <= MAX_LINE_BYTES:
        return
    too_long = next(place for place, line in enumerate(lines) if len(line) > MAX_LINE_BYTES)
    raise InvalidInput(
        f"the line is longer than {MAX_LINE_BYTES} bytes; this is not a hotlist with one row per line",
        source=file_name,
        line=number + too_long,
    )


def _refuse_other_formats(start: bytes, file_name: str) -> None:
    for magic, name in _COMPRESSED.items():
        if start.startswith(magic):
            raise InvalidInput(
                f"the file is {name} compressed; unpack it and import the text file in it", source=file_name
            )
    if start.startswith(_UTF32_MARKS):
        raise InvalidInput("the file is UTF-32 text; save it as UTF-8", source=file_name)
    if start.startswith(b"%PDF"):
        raise InvalidInput("the file is a PDF document; export the list as text or CSV", source=file_name)


def _decode(block: bytes) -> list[str]:
    if b"\xc2" in block:
        block = _MISREAD.sub(_windows_character, block)
    try:
        return block.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return [_decode_line(line) for line in block.split(b"\n")]


def _windows_character(found: re.Match[bytes]) -> bytes:
    """Return what Windows-1252 has for a control character of Latin-1, in UTF-8."""
    return found[0][1:].decode("cp1252", "replace").encode()


def _decode_line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # What Excel and dispatch systems on Windows write; five of its bytes mean nothing.
        return raw.decode("cp1252", "replace")
