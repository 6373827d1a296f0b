"""Hotlist entries as rows, and back."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from schemas.types import Category, HotlistEntry
from storage.rows import in_utc, jsonb, optional, storable, vehicle_json, vehicle_of


def incoming_row(ordinal: int, entry: HotlistEntry) -> tuple[Any, ...]:
    """Return an entry as a row of the import's table, in the order of its columns.

    Args:
        ordinal: Its place in the import, from 1.
        entry: The entry.
    """
    vehicle = vehicle_json(entry.vehicle)
    extra = [[storable(name), storable(value)] for name, value in entry.extra]
    texts = (
        storable(entry.plate),
        entry.category.value,
        optional(entry.jurisdiction),
        optional(entry.source_entry_id),
        optional(entry.source_code),
    )
    more_texts = (
        optional(entry.originating_agency),
        optional(entry.case_number),
        optional(entry.priority),
        optional(entry.instructions),
    )
    content = (*texts, vehicle, *more_texts, _moment(entry.valid_from), _moment(entry.valid_until), extra)
    return (
        ordinal,
        entry.entry_id,
        hashlib.blake2b(json.dumps(content).encode(), digest_size=16).digest(),
        *texts,
        None if vehicle is None else jsonb(vehicle),
        *more_texts,
        entry.valid_from,
        entry.valid_until,
        jsonb(extra),
        entry.source_line,
        optional(entry.raw),
    )


def _moment(moment: datetime | None) -> str | None:
    utc = in_utc(moment)
    return None if utc is None else utc.isoformat()


def entry_of(row: tuple[Any, ...]) -> HotlistEntry:
    """Return the entry of a row that the statements of `hotlists.sql` select."""
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
    ) = row
    return HotlistEntry(
        entry_id=entry_id,
        hotlist_id=hotlist_id,
        plate=plate,
        category=Category(category),
        jurisdiction=jurisdiction,
        source_entry_id=source_entry_id,
        source_code=source_code,
        vehicle=vehicle_of(vehicle),
        originating_agency=originating_agency,
        case_number=case_number,
        priority=priority,
        instructions=instructions,
        valid_from=in_utc(valid_from),
        valid_until=in_utc(valid_until),
        extra=tuple((name, value) for name, value in extra),
        source_line=source_line,
        raw=raw,
    )
