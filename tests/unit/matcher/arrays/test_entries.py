"""Entries as arrays say what the entries said, however many there are and whatever they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.entries import EntryArrays
from matcher.arrays.pace import Pace
from matcher.arrays.vocabulary import Vocabulary
from schemas.plates import normalize_plate
from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.matcher.samples import entry

plates = st.one_of(
    st.text("ABOQ018", min_size=2, max_size=12),
    st.sampled_from(
        [
            "abc-123",
            "AB?12",
            "ÄB123",
            "ABC\uff11\uff12\uff13",
            "",
            "?",
            "A?",
            "A" * 13,
            "O" * 12,
            "AB\0C",
            "AB C 12",
            "ﬁ12",
        ]
    ),
)
moments = st.one_of(
    st.none(),
    st.datetimes(
        datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])
    ),
)
vehicles = st.one_of(
    st.none(),
    st.builds(
        VehicleDescription,
        st.sampled_from([None, -1, 0, 1999, 65_535, 65_536]),
        st.sampled_from([None, "FORD", "BMW"]),
        st.sampled_from([None, "F150"]),
        st.none(),
        st.sampled_from([None, "BLK"]),
    ),
)
entries = st.builds(
    HotlistEntry,
    st.uuids(),
    st.sampled_from(["ncic", "region"]),
    plates,
    st.sampled_from(Category),
    st.sampled_from([None, "US-VA", "us-va", "US-MD"]),
    vehicle=vehicles,
    valid_from=moments,
    valid_until=moments,
)


def _known(one: HotlistEntry) -> HotlistEntry:
    """What matching needs of an entry."""
    given = one.vehicle or VehicleDescription()
    year = given.year if given.year and 0 < given.year < 1 << 16 else None
    vehicle = VehicleDescription(year=year, make=given.make, color=given.color)
    return HotlistEntry(
        one.entry_id,
        one.hotlist_id,
        normalize_plate(one.plate),
        one.category,
        one.jurisdiction.upper() if one.jurisdiction else None,
        vehicle=vehicle if any(vehicle) else None,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
    )


def _is_usable(one: HotlistEntry) -> bool:
    plate = normalize_plate(one.plate)
    return plate.isascii() and len(plate.replace("?", "")) >= 2 and len(plate) <= 12


@given(st.lists(entries, max_size=20), st.integers(1, 7), st.integers(1, 4))
def test_arrays_say_what_the_entries_said(given_entries: list[HotlistEntry], block: int, piece: int) -> None:
    pace = Pace()
    pace.entries, pace.rows = piece, block
    arrays, unusable = EntryArrays.of(iter(given_entries), Vocabulary.empty(), pace)
    usable = [one for one in given_entries if _is_usable(one)]
    assert [arrays.entry(row) for row in range(len(arrays))] == [_known(one) for one in usable]
    assert [one.entry_id for one in unusable] == [one.entry_id for one in given_entries if not _is_usable(one)]


@pytest.mark.parametrize(
    ("plate", "reason"),
    [
        ("A" * 15, "the plate has 15 characters; 2 to 12 can be matched"),
        ("", "the plate has 0 characters; 2 to 12 can be matched"),
        ("ÄB123", "the plate holds a character that is no Latin letter or digit"),
        ("A??", "fewer than 2 characters are known"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why_and_of_which_list_it_is(plate: str, reason: str) -> None:
    listed = [entry("ABC123"), entry(plate, entry_id=UUID(int=1 << 64 | 5), hotlist_id="region"), entry("DEF456")]
    arrays, (unusable,) = EntryArrays.of(listed, Vocabulary.empty())
    assert (unusable.entry_id, unusable.hotlist_id, unusable.reason) == (UUID(int=1 << 64 | 5), "region", reason)
    assert [arrays.canonical(row) for row in range(len(arrays))] == ["ABC123", "DEF456"]
