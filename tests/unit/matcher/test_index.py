"""The index finds what brute force finds within its stated neighborhood, and knows what it cannot use."""

from __future__ import annotations

import random
import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from matcher.characters.confusion import (
    ALPHABET,
    CLASS_OF,
)
from matcher.index import HotlistIndex
from matcher.searching.probes import variants
from schemas.plates import canonical_plate
from schemas.types import Category, HotlistEntry
from tests.unit.matcher.neighborhood import candidates, class_text
from tests.unit.matcher.samples import entry


def brute_force(read: str, plates: list[str]) -> set[str]:
    """Every plate of the stated neighborhood, by comparing with each."""
    found = set()
    for plate in plates:
        if "?" in plate:
            same = len(plate) == len(read) and all(
                b == "?" or CLASS_OF[a] == CLASS_OF[b] for a, b in zip(read, plate, strict=True)
            )
        else:
            near = Levenshtein.distance(class_text(read), class_text(plate), score_cutoff=1) <= 1
            same = near or any(class_text(text) == class_text(plate) for text in variants(read))
        if same:
            found.add(plate)
    return found


def found_for(read: str, plates: list[str]) -> list[str]:
    index = HotlistIndex.build((entry(plate) for plate in plates), {})
    return [plate for _, plate in candidates(index, read)]


near_alphabet = st.text("08B1IVW2", min_size=2, max_size=6)
listed_alphabet = st.text("08B1IVW2?", min_size=2, max_size=7).filter(lambda text: len(text) - text.count("?") >= 2)


@settings(deadline=None)
@given(near_alphabet, st.lists(listed_alphabet, max_size=40, unique=True))
def test_candidates_are_those_of_brute_force_each_once(read: str, plates: list[str]) -> None:
    found = found_for(read, plates)
    assert sorted(found) == sorted(brute_force(read, plates))


def test_candidates_are_those_of_brute_force_on_realistic_plates() -> None:
    rng = random.Random(11)

    def plate(length: int) -> str:
        return "".join(rng.choice(ALPHABET) for _ in range(length))

    plates = sorted({plate(rng.choice((2, 4, 5, 6, 7, 7, 7, 8, 12))) for _ in range(4000)})
    index = HotlistIndex.build((entry(text) for text in plates), {})
    for _ in range(60):
        read = list(rng.choice(plates))
        for _ in range(rng.randrange(3)):
            read[rng.randrange(len(read))] = rng.choice(ALPHABET)
        text = "".join(read)
        assert sorted(found for _, found in candidates(index, text)) == sorted(brute_force(text, plates))


@pytest.mark.parametrize("length", [2, 8, 9, 11, 12])
def test_every_length_of_plate_is_found_with_one_character_more_or_less(length: int) -> None:
    plate = "ABCDEFGHKLMN"[:length]
    shorter, longer = plate[:-1], plate[: length // 2] + "7" + plate[length // 2 :]
    assert found_for(plate, [plate]) == [plate]
    if length > 2:
        assert found_for(shorter, [plate]) == [plate]
    assert found_for(longer, [plate]) == [plate]


def test_entries_that_no_read_can_be_matched_with_are_named_not_dropped() -> None:
    bad = [entry("??"), entry("A??????"), entry("A" * 13), entry(""), entry("Ж1234"), entry("車1234")]
    index = HotlistIndex.build([entry("ABC1234"), *bad], {})
    assert len(index) == 1
    assert [entry_id for entry_id, _ in index.unusable] == [one.entry_id for one in bad]
    assert all(reason for _, reason in index.unusable)


def test_an_empty_index_has_no_candidates() -> None:
    assert list(candidates(HotlistIndex.build((), {}), "ABC1234")) == []


def test_two_hundred_thousand_entries_are_indexed_in_seconds() -> None:
    rng = random.Random(5)
    entries = [
        HotlistEntry(UUID(int=i + 1), "l", "".join(rng.choices("ABCDEFGHJK0123456789", k=7)), Category.WATCH)
        for i in range(200_000)
    ]
    start = time.process_time()
    index = HotlistIndex.build(entries, {})
    assert time.process_time() - start < 10
    assert len(index) == 200_000
    assert canonical_plate(entries[77].plate) in {plate for _, plate in candidates(index, entries[77].plate)}
