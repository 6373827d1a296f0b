"""Plates packed into numbers, and their skeletons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.packing import codes_of, pack, skeletons, unpack
from matcher.characters.confusion import ALPHABET, skeleton


@given(st.lists(st.text(ALPHABET + "O", min_size=1, max_size=12), max_size=20))
def test_packed_plates_have_the_skeletons_of_their_texts(texts: list[str]) -> None:
    texts = [text.replace("O", "0") for text in texts]
    packed = pack(codes_of(texts))
    assert [unpack(number) for number in packed.tolist()] == texts
    assert skeletons(packed).tolist() == [skeleton(text) for text in texts]


def test_a_plate_with_unknown_characters_has_a_skeleton_of_its_own() -> None:
    tagged = skeletons(pack(codes_of(["AB??1", "AB?", "AB???1"])))
    assert [hex(number >> 56) for number in tagged.tolist()] == ["0x85", "0x83", "0x86"]
    assert [int(number) & (1 << 56) - 1 for number in tagged] == [
        skeleton("AB") << 12 | skeleton("1"),
        skeleton("AB") << 4,
        skeleton("AB") << 16 | skeleton("1"),
    ]
