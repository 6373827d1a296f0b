"""Entries as a block of PostgreSQL's COPY in its text format, read back as that format is described."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from schemas.types import Category, HotlistEntry, VehicleDescription
from storage.hotlists.entry_rows import copy_block
from tests.integration.storage.samples import START, sample_entry, sample_id

TEXTS = {
    "a tab": ("\t", "\t"),
    "a line's end": ("\n", "\n"),
    "a carriage return": ("\r", "\r"),
    "a backslash": ("\\", "\\"),
    "the sign for null": ("\\N", "\\N"),
    "a zero": ("\0", "\\x00"),
    "half a character": ("\udce9", "\\udce9"),
    "other letters": ("\u00e9\u4e00", "\u00e9\u4e00"),
    "quotes": ("\"'", "\"'"),
}
FIELDS = ("plate", "source_entry_id", "source_code", "originating_agency", "case_number", "priority", "instructions")


def read(block: bytes) -> list[list[str]]:
    """A line per row, a tab between columns, and a backslash before what would be either."""
    assert not re.search(rb"[\r\0]", block)
    assert block.endswith(b"\n")
    means = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    lines = block.decode().removesuffix("\n").split("\n")
    return [[re.sub(r"\\(.)", lambda sign: means[sign[1]], field) for field in line.split("\t")] for line in lines]


def row(entry: HotlistEntry, digest: str, version: int, change: dict[str, Any]) -> list[str]:
    values: dict[str, Any] = {
        "entry_id": entry.entry_id.hex,
        "version": str(version),
        "hotlist_id": "ncic",
        "digest": digest,
        "plate": "VNV4527",
        "category": "stolen_vehicle",
        "jurisdiction": "US-VA",
        "source_entry_id": "V000000001",
        "source_code": "V",
        "vehicle": '{"year":2009,"make":"YAMA","model":"MC2","style":"CY","color":"BLK"}',
        "originating_agency": "VA0010000",
        "case_number": "26-1",
        "priority": "high",
        "instructions": "armed",
        "valid_from": "2026-11-20T23:59:30+00:00",
        "valid_until": "2027-11-20T23:59:30+00:00",
        "extra": '[["DOT","20261102"],["MIS","LEFT DOOR DENTED"]]',
        "source_line": "2",
        "raw": "line 1",
    }
    return list((values | change).values())


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("field", [*FIELDS, "raw"])
def test_a_text_comes_back_as_it_was_whatever_it_holds(field: str, name: str) -> None:
    given, stored = TEXTS[name]
    plain = sample_entry(1)
    other = plain._replace(**{field: f"a{given}b"})
    for entries in ([other], [plain, other, plain]):
        block = copy_block([(entry, f"{number:032x}") for number, entry in enumerate(entries)], 7)
        assert read(block) == [
            row(entry, f"{number:032x}", 7, {field: f"a{stored}b"} if entry is other else {})
            for number, entry in enumerate(entries)
        ]


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_said_of_a_vehicle_and_a_license_comes_back_whatever_it_holds(name: str) -> None:
    given, stored = TEXTS[name]
    vehicle = VehicleDescription(None, given, f"{given}x", None, f"x{given}", "truck")
    ((*_, told, _, _, _, _, _, _, extra, _, _),) = read(
        copy_block([(sample_entry(1, vehicle=vehicle, extra=((given, "1"), ("", given))), "0" * 32)], 7)
    )
    assert json.loads(told) == {"make": stored, "model": f"{stored}x", "color": f"x{stored}", "vehicle_class": "truck"}
    assert json.loads(extra) == [[stored, "1"], ["", stored]]


def test_what_is_not_said_is_null() -> None:
    bare = HotlistEntry(sample_id("bare", 1), "ncic", "A1", Category.WATCH)
    assert read(copy_block([(bare, "f" * 32)], 9)) == [
        [bare.entry_id.hex, "9", "ncic", "f" * 32, "A1", "watch", *[""] * 10, "[]", "", ""]
    ]
    zero = bare._replace(source_line=0, vehicle=VehicleDescription(0), valid_until=START)
    assert read(copy_block([(zero, "f" * 32)], 9)) == [
        [
            *(bare.entry_id.hex, "9", "ncic", "f" * 32, "A1", "watch", "", "", "", '{"year":0}', "", "", "", ""),
            *("", "2026-11-20T23:59:30+00:00", "[]", "0", ""),
        ]
    ]
