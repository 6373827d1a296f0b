"""The sieves over stored reads let through exactly what the index finds, and every hit of the matcher."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.confusion import ALPHABET
from matcher.historical import TEXT_BYTES, CountedIndex, PastSieve, leaves_room
from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.matching_settings import MatchingSettings
from schemas.types import CharacterRead
from tests.unit.matcher_samples import SETTINGS, characters, entry, filler, matcher, read

NEAR = "08B1IVYUW2"
texts = st.text(NEAR, min_size=2, max_size=6)
plates = st.text(NEAR + "?", min_size=1, max_size=7)


def block(some: Sequence[str]) -> bytes:
    return "".join(text.ljust(TEXT_BYTES) for text in some).encode()


def of_the_index(some: Sequence[str], listed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    index = HotlistIndex.build(entry(plate) for plate in listed)
    found = {text: tuple(sorted(plate for _, plate in index.candidates(text))) for text in some}
    return {text: those for text, those in found.items() if those}


@settings(max_examples=300)
@given(st.lists(texts, max_size=30), st.lists(plates, max_size=20, unique=True))
def test_texts_found_are_those_of_the_index(some: list[str], listed: list[str]) -> None:
    listed = [plate for plate in listed if len(plate) - plate.count("?") >= 2]
    assert PastSieve(listed).candidates(block(some)) == of_the_index(some, listed)


def test_texts_found_among_many_are_those_of_the_index() -> None:
    rng = random.Random(5)

    def plate() -> str:
        return "".join(rng.choice(ALPHABET) for _ in range(rng.choice((2, 3, 6, 7, 7, 7, 8, 12))))

    listed = sorted({plate() for _ in range(1500)})
    partial = sorted({one[:2] + "??" + one[4:] for one in listed if len(one) == 7})
    some = [plate() for _ in range(3000)] + [one[:-1] for one in listed[::3] if len(one) > 2] + listed[::7]
    assert PastSieve(listed + partial).candidates(block(some)) == of_the_index(some, listed + partial)


def test_texts_that_are_no_plates_are_left_out() -> None:
    listed = ["??", "A?", "12345", "?" * 12, "", "ABC\u0416", "9" * 13, "vnv-4527"]
    assert PastSieve(listed).candidates(block(["", "A", "?2345", "12.45", "XX", "o", "VNV4527"])) == {
        "VNV4527": ("VNV4527",)
    }
    assert PastSieve([]).candidates(block(["VNV4527"])) == {}
    assert PastSieve(listed).candidates(b"") == {}


def stored(places: Iterable[CharacterRead]) -> str:
    return json.dumps([[place.character, place.confidence, [*map(list, place.alternatives)]] for place in places])


shares = st.floats(0, 1) | st.sampled_from([0.9975, 0.998, 0.9999, 1.0])
evidence = st.lists(
    st.tuples(shares, st.lists(st.tuples(st.sampled_from([*"08B1IVWoO", ""]), shares), max_size=3)),
    min_size=4,
    max_size=4,
)


@settings(max_examples=400)
@given(st.text("08B1IVW", min_size=4, max_size=4), st.text("08B1IVW?", min_size=3, max_size=5), evidence, st.booleans())
def test_reads_that_leave_no_room_are_no_hits(text: str, plate: str, given_: list[Any], bare: bool) -> None:
    places = tuple(
        CharacterRead(character, sure, tuple(others)) for character, (sure, others) in zip(text, given_, strict=True)
    )
    if len(plate) - plate.count("?") < 2:
        return
    loose = Matcher(
        HotlistIndex.build([entry(plate)]), MatchingSettings(false_alerts_per_10k=10_000, min_read_confidence=0)
    )
    hits = loose.match(read(text, characters=() if bare else places))
    near = of_the_index([text], [plate]).get(text, ())
    if hits:
        assert leaves_room(text, stored(() if bare else places), near)


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
