"""The compiled search and the one with numpy give the same hits, whatever the reads and the lists hold."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.errors import InvalidInput
from schemas.matching_settings import MatchingSettings
from schemas.types import CharacterRead, HotlistEntry, PlateRead, SecondReading, VehicleDescription
from tests.unit.matcher_samples import entry, filler, read

SYMBOLS = "ABDIOQSVWZ0125678"
states = st.sampled_from([None, "US-VA", "US-MD"])
texts = st.text(SYMBOLS, min_size=2, max_size=12)
vehicles = st.sampled_from([None, VehicleDescription(make="FORD", color="BLK"), VehicleDescription(make="BMW")])


@st.composite
def edited(draw: st.DrawFn, plate: str) -> str:
    """A plate as a reader may see it: with a character replaced, lost or added, or VV for W."""
    place = draw(st.integers(0, len(plate) - 1))
    kind = draw(st.sampled_from(["none", "replace", "lose", "add", "vv"]))
    character = draw(st.sampled_from(SYMBOLS))
    if kind == "replace":
        plate = plate[:place] + character + plate[place + 1 :]
    elif kind == "lose" and len(plate) > 2:
        plate = plate[:place] + plate[place + 1 :]
    elif kind == "add" and len(plate) < 12:
        plate = plate[:place] + character + plate[place:]
    elif kind == "vv":
        plate = plate.replace("W", "VV", 1) if "W" in plate else plate.replace("VV", "W", 1)
    return plate[:12].replace("?", "8")


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[HotlistEntry], list[PlateRead]]:
    listed = draw(st.lists(st.text(SYMBOLS + "?", min_size=2, max_size=12), min_size=1, max_size=8))
    entries = [
        entry(plate, draw(states), entry_id=UUID(int=number), vehicle=draw(vehicles))
        for number, plate in enumerate(listed, start=1)
    ]
    reads = []
    for _ in range(draw(st.integers(1, 4))):
        text = draw(edited(draw(st.sampled_from(listed)).replace("?", "7"))) if draw(st.booleans()) else draw(texts)
        reads.append(draw(seen(text)))
    return entries, reads


@st.composite
def seen(draw: st.DrawFn, text: str) -> PlateRead:
    """A read of a text, with distributions or without."""
    fields: dict[str, object] = {"vehicle": draw(vehicles)}
    if draw(st.booleans()):
        confidence = draw(st.sampled_from([0.5, 0.9, 0.995]))
        others = draw(st.lists(st.sampled_from([*SYMBOLS, ""]), min_size=1, max_size=2, unique=True))
        share = (1 - confidence) / (len(others) + 1)
        fields["characters"] = tuple(
            CharacterRead(character, confidence, tuple((other, share) for other in others if other != character))
            for character in text
        )
    if draw(st.booleans()):
        fields["second_reading"] = SecondReading(draw(texts), 0.9, False)
    return read(text, draw(states), **fields)


@settings(max_examples=200)
@given(cases())
def test_both_searches_give_the_same_hits(case: tuple[list[HotlistEntry], list[PlateRead]]) -> None:
    entries, reads = case
    index = HotlistIndex.build(entries, {})
    plain = Matcher(index, MatchingSettings(), "numpy")
    compiled = Matcher(index, MatchingSettings(), "compiled")
    one_by_one = [plain.match(one) for one in reads]
    assert compiled.match_batch(reads) == one_by_one
    assert plain.match_batch(reads) == one_by_one
    assert [compiled.match(one) for one in reads] == one_by_one


def test_a_plate_that_very_many_entries_have_loses_none_of_them() -> None:
    entries = [entry("ABC123", entry_id=UUID(int=number)) for number in range(1, 400)]
    matcher = Matcher(HotlistIndex.build(entries, {}), MatchingSettings(), "compiled")
    assert len(matcher.match(read("ABC123"))) == 399


def test_a_batch_says_which_reads_cannot_be_matched() -> None:
    matcher = Matcher(HotlistIndex.build([entry("ABC123"), *filler(50)], {}), MatchingSettings())
    reads = [read("ABC123"), read("ABC123ABC123ABC"), read("X"), read("ÄÖÜ12"), read("abc-123")]
    found = matcher.match_batch(reads)
    assert [isinstance(one, InvalidInput) for one in found] == [False, True, True, True, False]
    assert [len(one) for one in found if isinstance(one, list)] == [1, 1]
    assert matcher.match_batch([]) == []
