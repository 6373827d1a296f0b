"""Two plates above each other: what differs is marked, and both read as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.plates import PlateSlot, plate_words, slots_of
from schemas.plates import canonical_plate
from tests.unit.alerts.cards.made import alert


def marks(seen: str, listed: str, characters: tuple[tuple[str, str, str], ...] = ()) -> list[str]:
    return [f"{one.seen}/{one.listed} {one.relation}" for one in slots(seen, listed, characters) if one.is_marked]


def slots(seen: str, listed: str, characters: tuple[tuple[str, str, str], ...] = ()) -> tuple[PlateSlot, ...]:
    evidence = tuple({"read": a, "listed": b, "probability": 0.5, "relation": kind} for a, b, kind in characters)
    return slots_of(alert(read={"plate": seen}, entry={"plate": listed}, hit={"characters": evidence}))


def test_the_matchers_own_alignment_is_shown() -> None:
    given = tuple(zip("8KV4921", "BKV4921", ["look-alike", *["equal"] * 6], strict=True))
    assert marks("8KV4921", "BKV4921", given) == ["8/B look-alike"]
    assert plate_words(slots("8KV4921", "BKV4921", given)) == "character 1: 8 seen, B listed: looks alike"


def test_an_o_is_shown_as_it_is_read_and_listed() -> None:
    given = tuple((a, a, "equal") for a in "AB0123")
    shown = slots("ABO123", "AB0123", given)
    assert "".join(one.seen for one in shown) == "ABO123"
    assert "".join(one.listed for one in shown) == "AB0123"
    assert plate_words(shown) == "every character agrees"


def test_evidence_about_other_texts_is_not_shown_as_that_of_these() -> None:
    given = tuple((a, a, "equal") for a in "VNV4527")
    assert marks("VNV4526", "VNV4527", given) == ["6/7 different"]


@pytest.mark.parametrize(
    ("seen", "listed", "expected"),
    [
        ("ABC1234", "ABC1234", []),
        ("ABO1234", "AB01234", []),
        ("ABC1234", "ABC?2?4", ["1/? unknown", "3/? unknown"]),
        ("ABC124", "ABC1234", ["/3 missing"]),
        ("ABC12234", "ABC1234", ["2/ extra"]),
        ("7ABC123", "2ABC123", ["7/2 different"]),
        ("abc-1234", "ABC 1234", []),
        ("", "AB1", ["/A missing", "/B missing", "/1 missing"]),
    ],
)
def test_without_the_matchers_word_both_are_aligned_here(seen: str, listed: str, expected: list[str]) -> None:
    assert marks(seen, listed) == expected


PLATES = st.text("ABCDO012378?", min_size=1, max_size=9)


@given(PLATES.filter(lambda text: "?" not in text), PLATES)
def test_both_plates_can_be_read_from_the_slots_whatever_they_are(seen: str, listed: str) -> None:
    shown = slots(seen, listed)
    assert "".join(one.seen for one in shown) == seen
    assert "".join(one.listed for one in shown) == listed
    if not any(one.is_marked for one in shown):
        assert canonical_plate(seen) == canonical_plate(listed)


def test_a_place_where_both_are_equal_has_nothing_to_be_told() -> None:
    assert PlateSlot("A", "A", "equal").words == ""
    assert not PlateSlot("A", "A", "equal").is_marked
    assert PlateSlot("8", "B", "look-alike").words == "8 seen, B listed: looks alike"
    assert PlateSlot("", "B", "missing").words == "nothing seen, B listed: not read"
    assert PlateSlot("8", "", "extra").words == "8 seen, nothing listed: not on the list"
    assert PlateSlot("8", "?", "unknown").words == "8 seen, ? listed: unknown on the list"
    assert PlateSlot("8", "C", "of tomorrow").words == "8 seen, C listed: of tomorrow"
