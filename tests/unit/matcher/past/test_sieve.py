"""The sieves over stored reads let through exactly what the index finds, and every hit of the matcher."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Hamming

from matcher.characters.confusion import ALPHABET
from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.past.room import leaves_room
from matcher.past.sieve import PastSieve
from matcher.searching.probes import MOST_SUBSTITUTIONS
from schemas.types import Tier
from tests.unit.matcher.neighborhood import candidates, class_text
from tests.unit.matcher.past.samples import LOOSE, block, evidence, given_read, stored
from tests.unit.matcher.samples import characters, entry, matcher, read

FAR_PLATES = 50

NEAR = "08B1IVYUW2"
texts = st.text(NEAR, min_size=2, max_size=6)
plates = st.text(NEAR + "?", min_size=1, max_size=7)


def of_the_index(some: Sequence[str], listed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    index = HotlistIndex.build(entry(plate) for plate in listed)
    found = {text: tuple(sorted(plate for _, plate in candidates(index, text))) for text in some}
    return {text: those for text, those in found.items() if those}


def within_reach(text: str, plate: str) -> bool:
    """The neighborhood of live matching, in classes: three may differ, or one beside a character lost or added."""
    one, other = class_text(text), class_text(plate)
    if "?" in plate:
        return len(one) == len(other) and all(c in (a, "0") for a, c in zip(one, other, strict=True))
    if len(one) == len(other):
        return Hamming.distance(one, other) <= MOST_SUBSTITUTIONS
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) + 1 == len(longer) and any(
        Hamming.distance(shorter, longer[:place] + longer[place + 1 :]) <= 1 for place in range(len(longer))
    )


def of_the_reach(some: Sequence[str], listed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {text: tuple(sorted(plate for plate in listed if within_reach(text, plate))) for text in some}
    return {text: those for text, those in found.items() if those}


@settings(max_examples=200)
@given(st.lists(texts, max_size=30), st.lists(plates, max_size=20, unique=True))
def test_texts_found_for_many_plates_are_those_of_the_index(some: list[str], listed: list[str]) -> None:
    listed = [plate for plate in listed if len(plate) - plate.count("?") >= 2]
    assert PastSieve(listed, far_plates=-1).candidates(block(some)) == of_the_index(some, listed)


@settings(max_examples=200)
@given(st.lists(texts, max_size=30), st.lists(plates, max_size=20, unique=True))
def test_texts_found_for_few_plates_are_those_that_live_matching_reaches(some: list[str], listed: list[str]) -> None:
    listed = [plate for plate in listed if len(plate) - plate.count("?") >= 2]
    found = PastSieve(listed).candidates(block(some))
    assert found == of_the_reach(some, listed)
    for text, those in of_the_index(some, listed).items():
        assert set(those) <= set(found[text])


def drawn_plates() -> tuple[list[str], list[str]]:
    rng = random.Random(5)

    def plate() -> str:
        return "".join(rng.choice(ALPHABET) for _ in range(rng.choice((2, 3, 6, 7, 7, 7, 8, 12))))

    listed = sorted({plate() for _ in range(1500)})
    some = [plate() for _ in range(3000)] + [one[:-1] for one in listed[::3] if len(one) > 2] + listed[::7]
    return listed + sorted({one[:2] + "??" + one[4:] for one in listed if len(one) == 7}), some


def test_texts_found_among_many_are_those_of_the_index() -> None:
    listed, some = drawn_plates()
    assert PastSieve(listed).candidates(block(some)) == of_the_index(some, listed)


def test_texts_found_among_many_for_few_plates_are_those_that_live_matching_reaches() -> None:
    listed, some = drawn_plates()
    few = listed[: FAR_PLATES // 2 : 2] + listed[-9:]
    assert PastSieve(few).candidates(block(some)) == of_the_reach(some, few)


def test_texts_that_are_no_plates_are_left_out() -> None:
    listed = ["??", "A?", "12345", "?" * 12, "", "ABC\u0416", "9" * 13, "vnv-4527"]
    assert PastSieve(listed).candidates(block(["", "A", "?2345", "12.45", "XX", "o", "VNV4527"])) == {
        "VNV4527": ("VNV4527",)
    }
    assert PastSieve([]).candidates(block(["VNV4527"])) == {}
    assert PastSieve(listed).candidates(b"") == {}


seen_texts = st.text("08B1IVWQ", min_size=4, max_size=4)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(seen_texts, evidence, st.booleans()), max_size=8),
    st.lists(st.text("08B1IVWQ?", min_size=3, max_size=5), max_size=6, unique=True),
)
def test_few_plates_have_the_hits_that_live_matching_gives(some: list[Any], listed: list[str]) -> None:
    listed = [plate for plate in listed if len(plate) - plate.count("?") >= 2]
    reads = [given_read(*one) for one in some]
    index = Matcher(HotlistIndex.build(map(entry, listed)), LOOSE)
    texts = PastSieve(listed).candidates(block([one.plate for one in reads]))
    kept = [
        one for one in reads if one.plate in texts and leaves_room(one.plate, stored(one.characters), texts[one.plate])
    ]
    wanted = [hit for one in index.match_batch(reads) if isinstance(one, list) for hit in one]
    assert [hit for one in index.match_batch(kept) if isinstance(one, list) for hit in one] == wanted


def test_reads_that_are_unsure_of_two_characters_are_found_for_few_plates() -> None:
    seen = read("KNV4827", characters=characters("KNV4827", p0=(("K", 0.6), ("V", 0.35)), p4=(("8", 0.6), ("5", 0.35))))
    assert [hit.tier for hit in matcher(entry("VNV4527"), size=1000).match(seen)] == [Tier.PROBABLE]
    others = [f"{number:03d}XYZ" for number in range(FAR_PLATES)]
    for listed in (["VNV4527"], ["VNV4527", *others[1:], "AB?123"]):
        texts_found = PastSieve(listed).candidates(block(["KNV4827"]))
        assert texts_found == {"KNV4827": ("VNV4527",)}
        assert leaves_room("KNV4827", stored(seen.characters), texts_found["KNV4827"])
    assert PastSieve(["VNV4527", *others]).candidates(block(["KNV4827"])) == {}
    assert not leaves_room("KNV4827", stored(characters("KNV4827", 0.9995)), ["VNV4527"])
    # One of both places is too sure, or both together are.
    sure = characters("KNV4827", p0=(("K", 0.9995),), p4=(("8", 0.6), ("5", 0.35)))
    assert not leaves_room("KNV4827", stored(sure), ["VNV4527"])
    sure = characters("KNV4827", p0=(("K", 0.997), ("V", 0.002)), p4=(("8", 0.997), ("5", 0.002)))
    assert leaves_room("KNV4827", stored(sure), ["VNV4827"])
    assert leaves_room("KNV4827", stored(sure), ["KNV4527"])
    assert not leaves_room("KNV4827", stored(sure), ["VNV4527"])
