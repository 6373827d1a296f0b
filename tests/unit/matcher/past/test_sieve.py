"""The sieves over stored reads let through exactly what the index finds, and every hit of the matcher."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Hamming

from matcher.characters.confusion import ALPHABET
from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.past.blocks import TEXT_BYTES
from matcher.past.counted_index import CountedIndex
from matcher.past.room import leaves_room
from matcher.past.sieve import FAR_PLATES, PastSieve
from matcher.searching.probes import MOST_SUBSTITUTIONS
from schemas.matching_settings import MatchingSettings
from schemas.types import CharacterRead, PlateRead, Tier
from tests.unit.matcher.neighborhood import candidates, class_text
from tests.unit.matcher.samples import SETTINGS, characters, entry, filler, matcher, read

NEAR = "08B1IVYUW2"
texts = st.text(NEAR, min_size=2, max_size=6)
plates = st.text(NEAR + "?", min_size=1, max_size=7)


def block(some: Sequence[str]) -> bytes:
    return "".join(text.ljust(TEXT_BYTES) for text in some).encode()


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


def stored(places: Iterable[CharacterRead]) -> str:
    return json.dumps([[place.character, place.confidence, [*map(list, place.alternatives)]] for place in places])


seen_texts = st.text("08B1IVWQ", min_size=4, max_size=4)
shares = st.floats(0, 1) | st.sampled_from([0.9975, 0.998, 0.9999, 1.0])
evidence = st.lists(
    st.tuples(shares, st.lists(st.tuples(st.sampled_from([*"08B1IVWoO", ""]), shares), max_size=3)),
    min_size=4,
    max_size=4,
)


def given_read(text: str, given_: Sequence[Any], bare: bool) -> PlateRead:
    places = [CharacterRead(seen, sure, tuple(others)) for seen, (sure, others) in zip(text, given_, strict=True)]
    return read(text, characters=() if bare else tuple(places))


LOOSE = MatchingSettings(false_alerts_per_10k=10_000, min_read_confidence=0)


@settings(max_examples=400)
@given(
    st.text("08B1IVWQ", min_size=4, max_size=4), st.text("08B1IVWQ?", min_size=3, max_size=5), evidence, st.booleans()
)
def test_reads_that_leave_no_room_are_no_hits(text: str, plate: str, given_: list[Any], bare: bool) -> None:
    if len(plate) - plate.count("?") < 2:
        return
    seen = given_read(text, given_, bare)
    if Matcher(HotlistIndex.build([entry(plate)]), LOOSE).match(seen):
        far = PastSieve([plate]).candidates(block([text]))
        assert leaves_room(text, stored(seen.characters), far[text])
        # Of many plates, what is further away than one step is not asked for.
        for near in PastSieve([plate], far_plates=0).candidates(block([text])).values():
            assert leaves_room(text, stored(seen.characters), near)


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


def test_a_sure_read_leaves_no_room_and_an_unsure_one_does() -> None:
    assert leaves_room("BKV4921", stored(characters("BKV4921")), ["BKV4921"])
    assert not leaves_room("8KV4921", stored(characters("8KV4921", p0=(("8", 0.999), ("B", 0.0005)))), ["BKV4921"])
    assert leaves_room("8KV4921", stored(characters("8KV4921", p0=(("8", 0.7), ("B", 0.25)))), ["BKV4921"])
    assert leaves_room("8KV4921", "[]", ["BKV4921"])
    assert not leaves_room("AKV4921", "[]", ["BKV4921"])
    assert leaves_room("KV4921", stored(characters("KV4921")), ["BKV4921"])
    no_number = (CharacterRead("8", float("nan")), *characters("KV4921"))
    assert leaves_room("8KV4921", stored(no_number), ["BKV4921"])
    assert not leaves_room("8KV4921", stored(characters("8KV4921", 0.9999)), ["BKV4921", "8KV4922"])
    assert leaves_room("8KV4921", stored(characters("8KV4921", 0.9999)), ["BKV4921", "8KV4921"])
    assert leaves_room("8KV4921", stored(characters("KV4921")), ["BKV4921"])


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


def test_a_read_leaves_room_for_a_lost_character_more_than_for_one_too_many() -> None:
    sure = stored(characters("KNV4827", 0.9995))
    assert leaves_room("KNV4827", sure, ["KNV48277"])
    assert not leaves_room("KNV4827", sure, ["KNV427"])
    # At the edges there are stickers and small letters, which lists leave out.
    assert leaves_room("KNV4827", sure, ["KNV482"])
    assert not leaves_room("KNV4827", sure, ["KNVX8277"])
    assert leaves_room("KNV4827", stored(characters("KNV4827", p4=(("8", 0.6), ("", 0.3)))), ["KNV427"])
    assert leaves_room("VVNV482", stored(characters("VVNV482", 0.9995)), ["WNV482"])
    assert leaves_room("WNV482", stored(characters("WNV482", 0.9995)), ["VVNV482"])
    assert not leaves_room("WNV482", stored(characters("WNV482", 0.9995)), ["VVVNV482"])


def test_a_sure_read_leaves_room_for_what_is_drawn_alike() -> None:
    for seen, plate in (("1KV0921", "IKV0921"), ("1KV0921", "1KVQ921"), ("IKVQ921", "1KV0921")):
        assert leaves_room(seen, stored(characters(seen, 0.9999)), [plate])
    assert not leaves_room("1KV0921", stored(characters("1KV0921", 0.9999)), ["1KVD921"])


def test_a_part_of_the_lists_is_as_strict_as_all_of_them() -> None:
    blurred = read("8KV4921", characters=characters("8KV4921", p0=(("8", 0.6), ("B", 0.35))))
    listed = entry("BKV4921")
    everything = HotlistIndex.build([listed, *filler(30_000)])
    part = Matcher(CountedIndex.of([listed], {}, 30_001), SETTINGS)
    assert part.match(blurred) == Matcher(everything, SETTINGS).match(blurred)
    for size in (1, 10**6, 10**12):
        strict = Matcher(CountedIndex.of([listed], {}, size), SETTINGS).match(blurred)
        assert len(strict) == len(matcher(listed, size=size).match(blurred))
    assert strict == []
