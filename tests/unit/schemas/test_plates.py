"""Plate text rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.plates import canonical_plate, fold_plate, normalize_plate, strange_characters


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


SEPARATORS = (
    " -.'/&\t\u00a0\u2009\u3000\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\ufe63\u2043"
    "\u2018\u2019\u201a\u201b\u201c\u201d\u02bc\u02bb`\u00b4\u2032\uff07"
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202a\u202c\u2066\u180e\ufe0f\u034f"
    "\u201e\u2044\u2215\u02b9\u02bb\u02bd\u02c8\u02ca\u02cb\u2035\ua78b\ua78c\u02d7\u2500\u2501\u0387\u2024\u2027"
    "\u25e6\u2e31\uff65\u00ab\u203a"
    "\u00b7\u2022\u2219\u22c5\u25cf\u30fb\u2665\u267f\u2605\U0001f697\u270b"
)


@pytest.mark.parametrize("sign", SEPARATORS)
def test_what_separates_is_no_part_of_a_plate(sign: str) -> None:
    assert fold_plate(f"{sign}ab{sign}C1{sign}") == "ABC1" == normalize_plate(f"ab{sign}C1")
    assert strange_characters(f"ab{sign}C1") == []


@pytest.mark.parametrize(
    "sign", '*_%#+!:;,()[]<>=@$^~\\"\n\r\0\ufffd\u25a1\u2588\u00bd\u00b2\u2122\u24b6\u2731\u00c9\u0391\u0131\u00aa'
)
def test_what_is_neither_a_plates_nor_a_separator_is_named(sign: str) -> None:
    assert strange_characters(f"ABC{sign}1") == fold_plate(sign).split() or strange_characters(f"ABC{sign}1") == [sign]
    assert strange_characters(f"ABC{sign}1")


def test_forms_of_a_character_are_that_character() -> None:
    assert fold_plate("\uff21\uff42\uff11\uff1f\U0001d400") == "AB1?A"
    assert strange_characters("u\u0308AB") == ["\u00dc"]
    assert strange_characters("AB*?", "*?") == []


@pytest.mark.parametrize(
    "sign", ["\u2580", "\u25ff", "\ufffc", "\u2753", "\u2754", "\u2610", "\u2612", "\u2b1b", "\u2b1c", "\u25fb"]
)
def test_a_symbol_that_stands_for_an_unknown_or_lost_character_is_not_dropped(sign: str) -> None:
    assert strange_characters(f"AB{sign}1234") == [sign]
