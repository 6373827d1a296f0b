"""Plate text rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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
