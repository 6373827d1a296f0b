"""Reads as arrays say of every place what the place itself says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.packing import NONE, WILD
from matcher.arrays.reads import SYMBOLS, ReadArrays
from matcher.characters.confusion import ALPHABET
from matcher.characters.slots import BACKGROUND, Slot, credited_slots, loss_share, read_slots
from tests.unit.matcher.samples import characters, read

chances = st.floats(0.05, 1.0)


@st.composite
def slots(draw: st.DrawFn, sign: str) -> Slot:
    sure = draw(chances)
    others = draw(st.dictionaries(st.sampled_from(["", *ALPHABET]), st.floats(0, 1), max_size=3))
    others.pop(sign, None)
    total = sum(others.values()) or 1.0
    left = (1 - sure) * draw(st.floats(0, 1))
    return Slot(sign, sign, {sign: sure} | {c: left * p / total for c, p in others.items()})


@st.composite
def reads(draw: st.DrawFn) -> list[Slot]:
    text = draw(st.text("8B0QI1VWK7", min_size=2, max_size=12))
    if draw(st.booleans()):
        return [Slot(c, c) for c in text]
    return [draw(slots(c)) for c in text]


@given(st.lists(reads(), min_size=1, max_size=4))
def test_a_place_says_the_same_in_an_array(given_reads: list[list[Slot]]) -> None:
    arrays = ReadArrays.of_slots(given_reads)
    assert arrays.lengths.tolist() == [len(one) for one in given_reads]
    for row, one in enumerate(given_reads):
        assert arrays.codes[row].tolist() == [ALPHABET.index(slot.character) for slot in one] + [NONE] * (12 - len(one))
        sure = math.log(loss_share(one)) if one[0].distribution is not None else 0.0
        assert float(arrays.losses[row]) == pytest.approx(sure, abs=1e-5)
        for place, slot in enumerate(one):
            assert arrays.gains[row, place].tolist() == pytest.approx(
                [*(math.log(slot.probability(c) / BACKGROUND) for c in ALPHABET), 0.0], abs=1e-4
            )
            assert arrays.credibilities[row, place].tolist() == pytest.approx(
                [*(min(math.log(slot.probability(c) / slot.top), 0.0) for c in ALPHABET), 0.0], abs=1e-4
            )
            absent = slot.absent(at_edge=place in (0, len(one) - 1))
            assert arrays.absent[row, place].tolist() == pytest.approx(
                [math.log(absent), min(math.log(absent / slot.top), 0.0)], abs=1e-4
            )
            letters = sum(slot.probability(c) for c in ALPHABET if c.isalpha()) / 24
            digits = sum(slot.probability(c) for c in ALPHABET if c.isdigit()) / 10
            assert arrays.kinds[row, place].tolist() == pytest.approx(
                [math.log(letters / BACKGROUND), math.log(digits / BACKGROUND)], abs=1e-4
            )
    assert (len(ALPHABET) + 1, len(ALPHABET)) == (SYMBOLS, WILD)


def test_what_a_reader_without_a_confidence_withholds_counts_for_no_other_character() -> None:
    seen = read(
        "8KV", confidence=0.6, confidence_is_known=False, characters=characters("8KV", 0.6, p0=(("8", 0.5), ("B", 0.4)))
    )
    own = read_slots(seen)
    credited = credited_slots(seen, own)
    share = 0.01 / 0.4
    assert credited[0] == Slot("8", "8", {"8": 0.5, "B": pytest.approx(0.4 * share)}, pytest.approx(0.4 * (1 - share)))  # type: ignore[dict-item,arg-type]
    assert credited[1:] == own[1:]
    arrays = ReadArrays.of_slots([credited])
    b = ALPHABET.index("B")
    assert float(arrays.gains[0, 0, b]) == pytest.approx(math.log(0.4 * share / BACKGROUND), abs=1e-4)
    assert credited_slots(read("8KV", characters=seen.characters), own) is own
    sure = read("8KV", confidence=0.995, confidence_is_known=False, characters=seen.characters)
    assert credited_slots(sure, own)[0].withheld == 0.0
