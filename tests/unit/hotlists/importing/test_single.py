"""Entries from the words of a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.fields.vehicle_words import vehicle_of_words
from hotlists.importing.single import ALERT_KINDS, SingleEntry, single_entry
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, VehicleDescription

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def entry(plate: str = "ABC1??4", category: Category = Category.MISSING_PERSON, **fields: str) -> HotlistEntry:
    return single_entry(SingleEntry(category, plate, **fields), "local", NOW)


def test_a_missing_persons_entry() -> None:
    found = entry(
        state="Virginia",
        code="Missing person",
        vehicle="2014 grey Honda Odyssey",
        case_number="24-00123",
        expires="2026-12-01T00:00Z",
        agency="VA1170000",
    )
    assert (found.plate, found.jurisdiction, found.hotlist_id) == ("ABC1??4", "US-VA", "local")
    assert found.vehicle == VehicleDescription(2014, "HOND", "Odyssey", None, "GRY")
    assert (found.case_number, found.source_code, found.originating_agency) == (
        "24-00123",
        "Missing person",
        "VA1170000",
    )
    assert found.valid_until == datetime(2026, 12, 1, tzinfo=UTC)
    assert (found.source_line, found.raw) == (None, None)


def test_plate_state_category_and_case_are_its_identity() -> None:
    first = entry(state="VA", case_number="1")
    assert entry("abc-1??4", state="us-va", case_number="1", vehicle="red car").entry_id == first.entry_id
    others = [
        entry(state="MD", case_number="1"),
        entry(state="VA", case_number="2"),
        entry("ABC1??5", state="VA", case_number="1"),
        entry(category=Category.CHILD_ABDUCTION, state="VA", case_number="1"),
    ]
    assert len({found.entry_id for found in [first, *others]}) == 5


def test_the_kinds_of_alert() -> None:
    assert {name: kind.category for name, kind in ALERT_KINDS.items()} == {
        "missing": Category.MISSING_PERSON,
        "amber": Category.CHILD_ABDUCTION,
        "silver": Category.ENDANGERED_PERSON,
        "blue": Category.OFFICER_SAFETY,
    }


def test_the_words_themselves_are_kept() -> None:
    assert dict(entry(vehicle="  a grey \n van, with a  dent ").extra) == {"vehicle": "a grey van, with a dent"}


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2026-03-05", datetime(2026, 3, 6, tzinfo=UTC)),
        ("2026-03-05T18:00-05:00", datetime(2026, 3, 5, 23, tzinfo=UTC)),
        ("3/5/2026 6:00 PM", datetime(2026, 3, 5, 18, tzinfo=UTC)),
        ("24h", NOW + timedelta(hours=24)),
        ("3d", NOW + timedelta(days=3)),
        ("2W", NOW + timedelta(weeks=2)),
        ("90 min", NOW + timedelta(minutes=90)),
        ("", None),
    ],
)
def test_its_end(written: str, until: datetime | None) -> None:
    assert entry(expires=written).valid_until == until


@pytest.mark.parametrize(
    ("fields", "words", "column"),
    [
        ({"plate": "???"}, "fewer than 2 characters", "plate"),
        ({"plate": ""}, "the plate is empty", "plate"),
        ({"plate": "ABC*1"}, "holds '*'", "plate"),
        ({"state": "Atlantis"}, "'Atlantis' is no state", "state"),
        ({"expires": "2026-03-03"}, "is over already", "expires"),
        ({"expires": "soon"}, "neither a time nor a duration", "expires"),
        ({"expires": "0h"}, "no duration of use", "expires"),
        ({"expires": "99999w"}, "no duration of use", "expires"),
        ({"instructions": "half \ud800 a character"}, "cannot be printed", "instructions"),
        ({"case_number": "1\x002"}, "cannot be printed", "case_number"),
    ],
)
def test_what_cannot_be_an_entry(fields: dict[str, Any], words: str, column: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        entry(**fields)
    assert words in str(refusal.value)
    assert refusal.value.column == column


@given(st.text(max_size=60))
def test_any_words_are_a_vehicle_and_nothing_of_them_is_lost(words: str) -> None:
    vehicle_of_words(words)
    try:
        found = entry(vehicle=words)
    except InvalidInput:
        return
    assert dict(found.extra).get("vehicle", "") == " ".join(words.split())


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_texts_are_an_entry_or_refused_in_one_line(plate: str, state: str, expires: str) -> None:
    message = ""
    found: HotlistEntry | None
    try:
        found = entry(plate, state=state, expires=expires)
    except InvalidInput as refusal:
        found = None
        message = str(refusal)
    assert found is not None or len(message.splitlines()) == 1
    assert found is None or found.valid_until is None or found.valid_until > NOW


def test_a_word_for_no_plate_has_to_be_meant() -> None:
    with pytest.raises(InvalidInput, match="--vanity"):
        entry("NO TAG")
    given = SingleEntry(Category.STOLEN_VEHICLE, "NO TAG", is_vanity=True)
    assert single_entry(given, "local", NOW).plate == "NO TAG"


@pytest.mark.parametrize("plate", ["ABC\u20131234", "O\u2019NEIL", "ABC\u200b123", "\u00adABC131"])
def test_pasted_plates_are_taken_as_lists_take_them(plate: str) -> None:
    assert entry(plate).plate == plate


@pytest.mark.parametrize("plate", ["ABC_127", "1234567.0", "1-Mar", "ABC*"])
def test_plates_are_refused_as_lists_refuse_them(plate: str) -> None:
    with pytest.raises(InvalidInput):
        entry(plate)


@pytest.mark.parametrize("expires", ["0", "NULL", "-", "0000-00-00"])
def test_an_end_that_says_nothing_is_no_end(expires: str) -> None:
    with pytest.raises(InvalidInput, match="neither a time nor a duration"):
        entry(expires=expires)


def test_an_end_that_is_now_is_over_and_ten_years_are_the_longest() -> None:
    with pytest.raises(InvalidInput, match="over already"):
        entry(expires=NOW.isoformat())
    assert entry(expires=(NOW + timedelta(seconds=1)).isoformat()).valid_until == NOW + timedelta(seconds=1)
    assert entry(expires="3660d").valid_until == NOW + timedelta(days=3660)
    with pytest.raises(InvalidInput, match="no duration of use"):
        entry(expires="3661d")


@pytest.mark.parametrize(
    ("written", "length"),
    [
        *(
            ("1m", timedelta(minutes=1)),
            ("5MIN", timedelta(minutes=5)),
            ("1 h", timedelta(hours=1)),
            ("1D", timedelta(1)),
        ),
        *(("522w", timedelta(weeks=522)), ("10000h", timedelta(hours=10_000))),
    ],
)
def test_an_end_may_be_a_duration_from_now(written: str, length: timedelta) -> None:
    assert entry(expires=f"  {written} ").valid_until == NOW + length


def test_all_that_a_person_gives_is_on_the_entry_and_nothing_else() -> None:
    given = SingleEntry(
        *(Category.CHILD_ABDUCTION, "  abc 1234 ", " us-va ", " AMBER  Alert ", "red\tFord", " 26-1 ", "24h"),
        *(" armed,\ncall 911 ", " high ", " VA1 "),
    )
    found = single_entry(given, "local", NOW)
    assert found == HotlistEntry(
        *(found.entry_id, "local", "abc 1234", Category.CHILD_ABDUCTION, "US-VA", None, "AMBER Alert"),
        *(VehicleDescription(None, "FORD", None, None, "RED"), "VA1", "26-1", "high", "armed,\ncall 911"),
        *(None, NOW + timedelta(hours=24), (("vehicle", "red Ford"),), None, None),
    )
    bare = single_entry(SingleEntry(Category.WATCH, "ABC1234"), "local", NOW)
    assert bare == HotlistEntry(bare.entry_id, "local", "ABC1234", Category.WATCH)
