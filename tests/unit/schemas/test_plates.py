"""Plate text rules and derived ids."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import alert_id, entry_id, entry_ids, hit_id, read_id
from schemas.plates import canonical_plate, normalize_plate


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalize_plate(text)
    assert normalize_plate(once) == once
    assert canonical_plate(once) == canonical_plate(text)
    assert not any(character.isspace() or character in "-.·" for character in once)


@given(st.text(alphabet="ABCO0123 -.", max_size=12))
def test_spellings_of_one_plate_are_equal(text: str) -> None:
    assert canonical_plate(text.lower().replace("o", "0")) == canonical_plate(text)


def test_keeps_what_it_cannot_judge() -> None:
    assert normalize_plate("ab-12 ?é") == "AB12?É"
    assert normalize_plate("ＡＢ１２") == "AB12"  # noqa: RUF001 - full-width text is the case


def test_ids_name_what_they_are_made_of() -> None:
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = read_id("east", "a.mp4", start, 1)
    assert first == read_id("east", "a.mp4", start, 1)
    others = [
        read_id("east", "a.mp4", start, 2),
        read_id("west", "a.mp4", start, 1),
        read_id("east", "b.mp4", start, 1),
    ]
    assert len({first, *others}) == 4
    assert entry_id("ncic", "AB", "C") != entry_id("ncic", "A", "BC")
    assert entry_ids("ncic", "id")("V1") == entry_id("ncic", "id", "V1")
    assert entry_ids("ncic", "plate")("AB1", "US-VA", "") == entry_id("ncic", "plate", "AB1", "US-VA", "")
    hit = hit_id(first, entry_id("ncic", "V1"))
    assert alert_id(hit, "alert") != alert_id(hit, "cancel")
