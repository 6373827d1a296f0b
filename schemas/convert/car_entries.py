"""Hotlist entries on their way to a patrol car and at rest there: ids as they are, the rest as packed lines.

A block's lines are those of PostgreSQL's COPY in text format, a column per tab, so that a server makes them without a
look at any row. What neither matching nor an officer's card needs is not among the columns.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import zstandard

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, VehicleDescription

BLOCK_ENTRIES = 4096
"""Most entries of a block: so many are opened to look one up."""
ID_BYTES = 16
COLUMNS = 18
KEPT_EXTRA = ("license_type", "given_by", "given_by_name", "given_under", "list_at_owner", "entry_at_owner")
"""What a card says of an entry's further columns."""
LEVEL = 6
_UNPACKED_BYTES = 64 << 20
_ADDED, _REMOVED = 1, 2
_HEADER = struct.Struct(">BHII")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CATEGORIES = {category.value: category for category in Category}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a part: entries of one list that come (`ids` and packed lines), or ids of entries that go.

    `list_number` is the list's place in its edition. `ids` are 16 bytes each, ascending.
    """

    list_number: int
    ids: bytes = field(repr=False)
    packed: bytes = field(default=b"", repr=False)
    is_removal: bool = False

    def __len__(self) -> int:
        return len(self.ids) // ID_BYTES


def block_of(lines: bytes) -> tuple[bytes, bytes]:
    """Return the ids and the packed rest of COPY's lines, whose first column is the id as 32 hexadecimal digits.

    Args:
        lines: Whole lines.
    """
    rows = lines.removesuffix(b"\n").split(b"\n")
    ids = bytes.fromhex("".join([row[:32].decode("ascii") for row in rows]))
    return ids, zstandard.ZstdCompressor(level=LEVEL).compress(b"\n".join([row[33:] for row in rows]))


def packed_lines(lines: Sequence[str]) -> bytes:
    """Return a block's lines as `lines_of` takes them, at least one."""
    return zstandard.ZstdCompressor(level=LEVEL).compress("\n".join(lines).encode())


def segments_bytes(segments: Sequence[Segment]) -> bytes:
    """Return segments as one payload."""
    parts: list[bytes] = []
    for one in segments:
        kind = _REMOVED if one.is_removal else _ADDED
        parts += (_HEADER.pack(kind, one.list_number, len(one), len(one.packed)), one.ids, one.packed)
    return b"".join(parts)


def segments_of(payload: bytes) -> list[Segment]:
    """Return the segments of a payload.

    Raises:
        InvalidInput: It is not made of them.
    """
    found, place = [], 0
    while place < len(payload):
        if place + _HEADER.size > len(payload):
            raise InvalidInput("a part of the lists ends within a header")
        kind, list_number, count, size = _HEADER.unpack_from(payload, place)
        begin = place + _HEADER.size
        middle = begin + count * ID_BYTES
        place = middle + size
        if kind not in (_ADDED, _REMOVED) or place > len(payload) or (kind == _REMOVED and size):
            raise InvalidInput("a part of the lists is not made of blocks")
        if kind == _ADDED and count > BLOCK_ENTRIES:
            raise InvalidInput(f"a block of the lists has {count} entries, at most {BLOCK_ENTRIES} are taken")
        found.append(Segment(list_number, payload[begin:middle], payload[middle:place], kind == _REMOVED))
    return found


def lines_of(packed: bytes, count: int) -> list[str]:
    """Return the lines of a block.

    Args:
        packed: Its packed lines.
        count: How many entries it has.

    Raises:
        InvalidInput: They cannot be unpacked, or are not as many.
    """
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= _UNPACKED_BYTES:
            raise InvalidInput("a block of the lists does not say its size, or is too large")
        text = zstandard.ZstdDecompressor().decompress(packed).decode("utf-8")
    except (zstandard.ZstdError, UnicodeDecodeError) as error:
        raise InvalidInput("a block of the lists cannot be unpacked") from error
    lines = text.split("\n")
    if len(lines) != count:
        raise InvalidInput(f"a block of the lists has {len(lines)} lines and {count} ids")
    return lines


def matching_entries(
    ids: Sequence[int], lines: Sequence[str], hotlist_id: str, wanted: Sequence[bool] | None = None
) -> Iterator[HotlistEntry]:
    """Yield a block's entries with what matching needs of them, as storage.hotlists.changes does.

    Args:
        ids: Their ids.
        lines: Their lines, in the same order.
        hotlist_id: Their list.
        wanted: Which of them; None: all.

    Raises:
        InvalidInput: A line is not one of an entry.
    """
    for place, line in enumerate(lines):
        if wanted is not None and not wanted[place]:
            continue
        parts = (_unescaped(line) if "\\" in line else line.split("\t"))  # fmt: skip
        try:
            plate, category, state, _, _, year, make, _, _, color, _, _, _, _, _, begins, ends, _ = parts
            yield HotlistEntry(
                UUID(int=ids[place]),
                hotlist_id,
                plate,
                _CATEGORIES[category],
                state or None,
                vehicle=_vehicle(year, make, color) if year or make or color else None,
                valid_from=_moment(begins) if begins else None,
                valid_until=_moment(ends) if ends else None,
            )
        except (ValueError, KeyError, OverflowError) as error:
            raise InvalidInput("a line of the lists is not one of an entry") from error


def whole_entry(entry_id: UUID, line: str, hotlist_id: str) -> HotlistEntry:
    """Return an entry with all that alerts say of it.

    Args:
        entry_id: Its id.
        line: Its line.
        hotlist_id: Its list.

    Raises:
        InvalidInput: The line is not one of an entry.
    """
    parts = _unescaped(line)
    if len(parts) != COLUMNS:
        raise InvalidInput(f"a line of the lists has {len(parts)} columns, expected {COLUMNS}")
    plate, category, state, source_id, code, year, make, model, style, color, vehicle_class = parts[:11]
    agency, case, priority, instructions, begins, ends, extra = parts[11:]
    try:
        vehicle = VehicleDescription(
            int(year) if year else None,
            make or None,
            model or None,
            style or None,
            color or None,
            vehicle_class or None,
        )
        return HotlistEntry(
            entry_id,
            hotlist_id,
            plate,
            _CATEGORIES[category],
            state or None,
            source_id or None,
            code or None,
            vehicle if any(vehicle) else None,
            agency or None,
            case or None,
            priority or None,
            instructions or None,
            _moment(begins) if begins else None,
            _moment(ends) if ends else None,
            tuple((str(name), str(value)) for name, value in json.loads(extra)) if extra else (),
        )
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise InvalidInput("a line of the lists is not one of an entry") from error


@lru_cache(maxsize=65_536)
def _vehicle(year: str, make: str, color: str) -> VehicleDescription:
    return VehicleDescription(int(year) if year else None, make or None, None, None, color or None)


@lru_cache(maxsize=65_536)
def _moment(microseconds: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _unescaped(line: str) -> list[str]:
    """Return the fields of a line in COPY's text format."""
    return [_ESCAPED.sub(lambda one: _ESCAPES.get(one[1], one[1]), field) for field in line.split("\t")]
