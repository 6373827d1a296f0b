"""Entries on their way to a car: a line says all that a card shows, and what is no block is refused whole."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from uuid import UUID

import pytest
import zstandard

from schemas.convert.car_entries import (
    BLOCK_ENTRIES,
    COLUMNS,
    Segment,
    block_of,
    lines_of,
    matching_entries,
    segments_bytes,
    segments_of,
    whole_entry,
)
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, VehicleDescription

FIRST, SECOND, THIRD = (UUID(int=number << 64 | number) for number in (1, 2, 3))
BEGINS, ENDS = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
FULL = (
    "ABC1234\tstolen_vehicle\tUS-VA\tV1\tV\t2009\tYAMA\tMC2\tCY\tBLK\tmotorcycle\tVA0010000\t26-1\thigh\t"
    "armed\\tand\\nfast \\\\o/\t1767323045678901\t-1000000\t"
    '[["license_type", "MC"], ["given_by", "suffolk"]]'
)
BARE = "K7?S512\twatch" + "\t" * 16
WHOLE = HotlistEntry(
    FIRST,
    "ncic",
    "ABC1234",
    Category.STOLEN_VEHICLE,
    "US-VA",
    "V1",
    "V",
    VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK", "motorcycle"),
    "VA0010000",
    "26-1",
    "high",
    "armed\tand\nfast \\o/",
    BEGINS,
    ENDS,
    (("license_type", "MC"), ("given_by", "suffolk")),
)


def test_a_line_is_all_of_an_entry() -> None:
    assert len(FULL.split("\t")) == len(BARE.split("\t")) == COLUMNS
    assert whole_entry(FIRST, FULL, "ncic") == WHOLE
    assert whole_entry(SECOND, BARE, "own") == HotlistEntry(SECOND, "own", "K7?S512", Category.WATCH)
    cells = "x\\ty\\bz\\f\\n\\r\\v\\q"
    escaped = whole_entry(FIRST, FULL.replace("26-1", cells), "ncic")
    assert escaped.case_number == "x\ty\bz\f\n\r\vq"


def test_matching_has_of_an_entry_what_it_goes_by() -> None:
    ids = [one.int for one in (FIRST, SECOND, THIRD)]
    lines = [FULL, BARE, FULL.replace("\\", "")]
    seen = WHOLE._replace(
        source_entry_id=None,
        source_code=None,
        vehicle=VehicleDescription(2009, "YAMA", None, None, "BLK"),
        originating_agency=None,
        case_number=None,
        priority=None,
        instructions=None,
        extra=(),
    )
    bare = HotlistEntry(SECOND, "ncic", "K7?S512", Category.WATCH)
    assert list(matching_entries(ids, lines, "ncic")) == [seen, bare, seen._replace(entry_id=THIRD)]
    assert list(matching_entries(ids, lines, "ncic", [False, True, False])) == [bare]


@pytest.mark.parametrize("place", [5, 6, 9])
def test_one_thing_that_is_known_of_a_vehicle_is_enough(place: int) -> None:
    cells = BARE.split("\t")
    cells[place] = {5: "2009", 6: "YAMA", 9: "BLK"}[place]
    line = "\t".join(cells)
    (entry,) = matching_entries([FIRST.int], [line], "ncic")
    known = {5: VehicleDescription(year=2009), 6: VehicleDescription(make="YAMA"), 9: VehicleDescription(color="BLK")}
    assert entry.vehicle == whole_entry(FIRST, line, "ncic").vehicle == known[place]


@pytest.mark.parametrize(
    "line",
    [
        BARE + "\t",
        BARE.removesuffix("\t"),
        BARE.replace("watch", "no category"),
        FULL.replace("2009", "20O9"),
        FULL.replace("1767323045678901", "soon"),
        FULL.replace("1767323045678901", "9" * 30),
    ],
    ids=["too many", "too few", "category", "year", "time", "far time"],
)
def test_a_line_that_is_none_of_an_entry_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        whole_entry(FIRST, line, "ncic")
    with pytest.raises(InvalidInput):
        list(matching_entries([FIRST.int], [line], "ncic"))


def test_further_columns_that_are_none_are_refused() -> None:
    for extra in ("[[1]]", "{", "7"):
        with pytest.raises(InvalidInput):
            whole_entry(FIRST, BARE + extra, "ncic")


def test_lines_are_packed_by_their_ids_and_come_back_in_their_order() -> None:
    copied = "".join(f"{one.hex}\t{line}\n" for one, line in ((FIRST, FULL), (SECOND, BARE))).encode()
    ids, packed = block_of(copied)
    assert ids == FIRST.bytes + SECOND.bytes
    assert lines_of(packed, 2) == [FULL, BARE]
    for count in (1, 3):
        with pytest.raises(InvalidInput, match=f"has 2 lines and {count} ids"):
            lines_of(packed, count)


def test_a_block_that_cannot_be_unpacked_or_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zstandard.ZstdCompressor().compress(b"12345678")
    monkeypatch.setattr("schemas.convert.car_entries._UNPACKED_BYTES", 8)
    assert lines_of(packed, 1) == ["12345678"]
    sizeless = zstandard.ZstdCompressor(write_content_size=False).compress(b"1")
    large = zstandard.ZstdCompressor().compress(b"123456789")
    for bad in (sizeless, large, b"no frame", packed[:-1], zstandard.ZstdCompressor().compress(b"\xff")):
        with pytest.raises(InvalidInput):
            lines_of(bad, 1)


SEGMENTS = [
    Segment(0, FIRST.bytes + SECOND.bytes, b"packed"),
    Segment(65_535, THIRD.bytes, is_removal=True),
    Segment(1, b"", b""),
]


def test_segments_come_back_as_they_were_sent() -> None:
    assert segments_of(segments_bytes(SEGMENTS)) == SEGMENTS
    assert segments_of(b"") == []
    assert [len(one) for one in SEGMENTS] == [2, 1, 0]


@pytest.mark.parametrize("cut", [1, 10, 11, 12, 42, 43, 48])
def test_a_payload_that_ends_too_early_is_refused(cut: int) -> None:
    """The first segment has a header of 11 bytes, two ids and six bytes of lines: 49 in all."""
    payload = segments_bytes(SEGMENTS[:1])
    assert len(payload) == 49
    with pytest.raises(InvalidInput):
        segments_of(payload[:cut])


def test_what_is_no_segment_is_refused_and_blocks_have_so_many_entries_at_most() -> None:
    header = struct.Struct(">BHII")
    most = Segment(0, bytes(16 * BLOCK_ENTRIES))
    assert segments_of(segments_bytes([most])) == [most]
    more = 16 * (BLOCK_ENTRIES + 1)
    assert len(segments_of(header.pack(2, 0, BLOCK_ENTRIES + 1, 0) + bytes(more))) == 1
    for payload in (
        header.pack(0, 0, 0, 0),
        header.pack(3, 0, 0, 0),
        header.pack(2, 0, 0, 1) + b"x",
        header.pack(1, 0, BLOCK_ENTRIES + 1, 0) + bytes(more),
    ):
        with pytest.raises(InvalidInput):
            segments_of(payload)
