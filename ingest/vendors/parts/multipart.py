"""Messages of several parts as cameras write them, which is seldom as the standard has it.

The boundary may be missing in the header, have its dashes there or not, lines may end with CR LF or LF alone, parts may
lack a Content-Disposition or have nothing in them. Where a part says how long it is and that fits, it is believed: a
picture may hold what looks like a boundary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from schemas.errors import InvalidInput

MAX_PARTS = 64
_MAX_HEAD = 16_384
_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]*)"|'([^']*)'|([^;\s]+))""", re.IGNORECASE)
_PARAMETER = re.compile(r"""([a-z*-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^;\s]*))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `name` and `filename` as its Content-Disposition says, `headers` by lower-case names."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    filename: str = ""

    @property
    def content_type(self) -> str:
        """What the part says that it is; empty where it does not."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that are whole, and what is wrong with the rest, in one line; None: nothing."""

    parts: tuple[Part, ...]
    damage: str | None = None


def is_multipart(content_type: str, body: bytes) -> bool:
    """Return whether a message has parts, by what it says or by how it begins."""
    if content_type.strip().casefold().startswith("multipart/"):
        return True
    line = body.lstrip(b"\r\n")[:200].split(b"\n", 1)[0].strip()
    return line.startswith(b"--") and len(line) > 4 and b"content-" in body[:2000].lower()


def split_parts(body: bytes, content_type: str = "") -> Parts:
    """Take a message apart.

    Args:
        body: The message.
        content_type: Its header, which may name the boundary.

    Returns:
        The whole parts in their order.

    Raises:
        InvalidInput: There is no boundary, or there are more than `MAX_PARTS` parts.
    """
    mark = _mark(body, content_type)
    found: list[Part] = []
    place = _after_mark(body, body.find(mark), mark)
    while place is not None:
        if len(found) == MAX_PARTS:
            raise InvalidInput(f"more than {MAX_PARTS} parts in one message")
        part, place, damage = _part(body, place, mark)
        if part is not None:
            found.append(part)
        if damage:
            number = len(found) + 1
            return Parts(tuple(found), f"the message is damaged: part {number} {damage}; the parts before it are used")
    return Parts(tuple(found))


def _mark(body: bytes, content_type: str) -> bytes:
    """Return the boundary as it stands in the body, with its dashes."""
    match = _BOUNDARY.search(content_type)
    told = next((group for group in match.groups() if group), "").encode("latin-1", "replace") if match else b""
    for candidate in (b"--" + told, told, b"--" + told.lstrip(b"-")):
        if told.strip(b"-") and candidate.startswith(b"--") and _line_start(body, candidate) >= 0:
            return candidate
    first = body.lstrip(b"\r\n \t")[:300].split(b"\n", 1)[0].strip()
    if first.startswith(b"--") and 2 < len(first) <= 200:
        return first
    raise InvalidInput("several parts without a boundary; expected one in Content-Type or on the first line")


def _line_start(body: bytes, mark: bytes) -> int:
    place = body.find(mark)
    while place > 0 and body[place - 1] not in b"\r\n":
        place = body.find(mark, place + 1)
    return place


def _after_mark(body: bytes, place: int, mark: bytes) -> int | None:
    """Return where the part behind a boundary begins; None where it is the last boundary or there is none."""
    if place < 0 or body.startswith(b"--", place + len(mark)):
        return None
    end = body.find(b"\n", place + len(mark))
    return None if end < 0 else end + 1


def _part(body: bytes, place: int, mark: bytes) -> tuple[Part | None, int | None, str | None]:
    """Return a part, where the next one begins, and what is wrong."""
    head = _head(body, place)
    if head is None:
        rest = body[place:].strip()
        return None, None, "ends within its headers" if rest else None
    headers, start = head
    end = _told_end(body, start, headers, mark)
    if end is None:
        end = _next_mark(body, start, mark)
    if end is None:
        return None, None, f"ends after {len(body) - start} bytes without a boundary"
    stop = end
    if body.startswith(b"\r\n", end - 2):
        stop = end - 2
    elif body.startswith(b"\n", end - 1):
        stop = end - 1
    names = _parameters(headers.get("content-disposition", ""))
    part = Part(body[start:stop], headers, names.get("name", ""), names.get("filename", names.get("filename*", "")))
    return part, _after_mark(body, end, mark), None


def _head(body: bytes, place: int) -> tuple[dict[str, str], int] | None:
    """Return a part's headers and where its content begins."""
    headers: dict[str, str] = {}
    limit = place + _MAX_HEAD
    while place < limit:
        end = body.find(b"\n", place, limit)
        if end < 0:
            return None
        line = body[place:end].strip()
        place = end + 1
        if not line:
            return headers, place
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().casefold()] = value.strip()
    return None


def _told_end(body: bytes, start: int, headers: dict[str, str], mark: bytes) -> int | None:
    """Return where the boundary stands behind a part that says its length, if it stands there."""
    told = headers.get("content-length", "")
    if not (told.isascii() and told.isdigit()) or len(told) > 12:
        return None
    place = start + int(told)
    if place >= len(body):
        # Nothing behind the last part: it is whole although no boundary says so.
        return place if place == len(body) else None
    while body[place : place + 1] in (b"\r", b"\n"):
        place += 1
    return place if body.startswith(mark, place) else None


def _next_mark(body: bytes, start: int, mark: bytes) -> int | None:
    place = body.find(mark, start)
    while place >= 0:
        behind = body[place + len(mark) : place + len(mark) + 1]
        if (place == start or body[place - 1] in b"\r\n") and behind in (b"", b"\r", b"\n", b"-", b" ", b"\t"):
            return place
        place = body.find(mark, place + 1)
    return None


def _parameters(header: str) -> dict[str, str]:
    return {
        match[1].casefold(): next((group for group in match.groups()[1:] if group), "")
        for match in _PARAMETER.finditer(header)
    }
