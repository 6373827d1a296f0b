"""Hotlist entries as rows of a COPY, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from schemas.types import Category, HotlistEntry, VehicleDescription
from storage.values import storable, vehicle_of

_COLUMNS = 19
"""As in the statement `copy_entries`; an empty text stands for null."""


def copy_block(rows: Sequence[tuple[HotlistEntry, str]], version_id: int) -> bytes:
    """Return entries as a block of the statement `copy_entries`.

    Args:
        rows: Each entry with the digest of its row, 32 hexadecimal digits.
        version_id: The version that brings them.
    """
    texts = [_fields(entry, digest, version_id) for entry, digest in rows]
    block = "\n".join(["\t".join(fields) for fields in texts]) + "\n"
    # Few rows hold a character that COPY's text format escapes, so a block is looked at as a whole.
    plain = block.count("\t") == len(rows) * (_COLUMNS - 1) and block.count("\n") == len(rows)
    if plain and not any(special in block for special in ("\\", "\r", "\0")):
        try:
            return block.encode()
        except UnicodeEncodeError:
            pass
    return "".join("\t".join(map(_escaped, fields)) + "\n" for fields in texts).encode()


def _fields(entry: HotlistEntry, digest: str, version_id: int) -> tuple[str, ...]:
    (
        entry_id,
        hotlist_id,
        plate,
        category,
        jurisdiction,
        source_entry_id,
        source_code,
        vehicle,
        originating_agency,
        case_number,
        priority,
        instructions,
        valid_from,
        valid_until,
        extra,
        source_line,
        raw,
    ) = entry
    return (
        f"{entry_id.int:032x}",
        str(version_id),
        hotlist_id,
        digest,
        plate,
        category,
        jurisdiction or "",
        source_entry_id or "",
        source_code or "",
        "" if vehicle is None else _vehicle_text(vehicle),
        originating_agency or "",
        case_number or "",
        priority or "",
        instructions or "",
        "" if valid_from is None else valid_from.isoformat(),
        "" if valid_until is None else valid_until.isoformat(),
        _extra_text(extra),
        "" if source_line is None else str(source_line),
        raw or "",
    )


def _vehicle_text(vehicle: VehicleDescription) -> str:
    year, make, model, style, color, vehicle_class = vehicle
    parts = (
        "" if year is None else f'"year":{year}',
        _member("make", make),
        _member("model", model),
        _member("style", style),
        _member("color", color),
        _member("vehicle_class", vehicle_class),
    )
    return "{" + ",".join([part for part in parts if part]) + "}"


def _extra_text(extra: tuple[tuple[str, str], ...]) -> str:
    return "[" + ",".join([_pair(name, value) for name, value in extra]) + "]"


# Lists of millions of rows say few different things about vehicles and licenses: each is written as JSON once.
@lru_cache(maxsize=65_536)
def _member(name: str, value: str | None) -> str:
    return "" if value is None else f'"{name}":{_json(storable(value))}'


@lru_cache(maxsize=65_536)
def _pair(name: str, value: str) -> str:
    return f"[{_json(storable(name))},{_json(storable(value))}]"


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(field: str) -> str:
    return storable(field).translate(_ESCAPES)


def entry_row(cursor: object) -> Callable[[Sequence[Any]], HotlistEntry]:
    """Make rows entries, as psycopg's row factories do."""
    return entry_of


def entry_of(row: Sequence[Any]) -> HotlistEntry:
    """Return the entry of a row that the statements of `hotlists/lists.sql` select."""
    found = HotlistEntry._make(row)
    return found._replace(
        category=Category(row[3]),
        vehicle=vehicle_of(row[7]),
        extra=tuple((name, value) for name, value in row[14]),
    )
