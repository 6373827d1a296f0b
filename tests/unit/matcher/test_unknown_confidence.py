"""A reader that does not say how sure it is: never surer than one that says so, and nobody listed is overlooked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.vendors.characters import characters_of
from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from schemas.types import CharacterRead, Hit, PlateRead, Tier
from tests.unit.matcher.samples import characters, entry, matcher, read

TAKEN_FOR = 0.7
LETTERS = "8BKV0OD149"
RANK = {Tier.PARTIAL: 0, Tier.PROBABLE: 1, Tier.EXACT: 2}

plates = st.text(LETTERS, min_size=5, max_size=8)
stated = st.floats(0.9, 0.98)
listed = st.lists(st.text(f"{LETTERS}?", min_size=5, max_size=8), min_size=1, max_size=6, unique=True)


def unknown(of: PlateRead, characters: tuple[CharacterRead, ...] | None = None) -> PlateRead:
    own = of.characters if characters is None else characters
    return dataclasses.replace(of, confidence=TAKEN_FOR, confidence_is_known=False, characters=own)


@st.composite
def near(draw: st.DrawFn, plate: str) -> str:
    """A listed plate that is the read one but for some places."""
    text = list(plate)
    for place in draw(st.lists(st.integers(0, len(text) - 1), max_size=2)):
        text[place] = draw(st.sampled_from(f"{LETTERS}?"))
    return "".join(text)


@st.composite
def evidence(draw: st.DrawFn, plate: str) -> tuple[CharacterRead, ...]:
    if draw(st.booleans()):
        return ()
    places = []
    for character in plate:
        sure = draw(st.floats(0.4, 1.0))
        other = draw(st.sampled_from(LETTERS))
        places.append(CharacterRead(character, sure, ((other, 1 - sure),) if other != character else ()))
    return tuple(places)


def hits_of(one: Matcher, seen: PlateRead) -> dict[object, Hit]:
    return {hit.entry_id: hit for hit in one.match(seen)}


def assert_never_surer(doubted: dict[object, Hit], known: dict[object, Hit]) -> None:
    for entry_id, hit in doubted.items():
        assert entry_id in known
        sure = known[entry_id]
        assert hit.score < sure.score
        assert RANK[hit.tier] <= RANK[sure.tier]
        assert sure.alerts or not hit.alerts


@given(st.data(), plates, listed, stated, st.sampled_from([None, "US-VA", "US-MD"]), st.sampled_from([10, 100_000]))
@settings(max_examples=150)
def test_same_evidence_without_a_confidence_is_never_surer_and_hides_no_exact_hit(
    data: st.DataObject, plate: str, others: Sequence[str], confidence: float, state: str | None, size: int
) -> None:
    entries = [entry(text, "US-VA") for text in {plate, data.draw(near(plate)), *others} if text.strip("?")]
    one = matcher(*entries, size=size)
    seen = read(plate, state, confidence=confidence, characters=data.draw(evidence(plate)))
    doubted, known = hits_of(one, unknown(seen)), hits_of(one, seen)
    assert_never_surer(doubted, known)
    exact = {entry_id for entry_id, hit in known.items() if hit.tier is Tier.EXACT}
    assert {entry_id for entry_id, hit in doubted.items() if hit.tier is Tier.EXACT} == exact
    assert all(doubted[entry_id].alerts for entry_id in exact)


@given(st.data(), plates, stated, st.sampled_from([10, 100_000]))
@settings(max_examples=150)
def test_other_texts_of_a_vendor_are_no_likelier_for_want_of_a_confidence(
    data: st.DataObject, plate: str, confidence: float, size: int
) -> None:
    texts = near(plate).filter(lambda text: "?" not in text)
    candidates = data.draw(st.lists(st.tuples(texts, st.none() | st.floats(0.001, 1)), max_size=4))
    assume(any(text != plate for text, _ in candidates))
    longer = data.draw(st.sampled_from([plate + "1", "8" + plate, plate[:2] + "K" + plate[2:], plate[1:]]))
    one = matcher(*{entry(text) for text in (plate, longer, *(text for text, _ in candidates))}, size=size)
    seen = read(plate, confidence=confidence, characters=characters_of(plate, confidence, candidates))
    doubted = unknown(seen, characters_of(plate, TAKEN_FOR, candidates))
    found, known = hits_of(one, doubted), hits_of(one, seen)
    own = entry(plate).entry_id
    assert (found[own].tier, found[own].alerts) == (Tier.EXACT, True)
    assert_never_surer(found, known)


@pytest.mark.parametrize("confidence", [0.01, 0.7, math.nan])
def test_the_least_confidence_that_is_matched_does_not_hide_it(confidence: float) -> None:
    one = Matcher(matcher(entry("8KV4921")).index, MatchingSettings(min_read_confidence=0.9))
    places = characters("8KV4921", 0.6, p0=(("8", 0.6), ("B", 0.3)))
    doubted = dataclasses.replace(unknown(read("8KV4921"), places), confidence=confidence)
    assert [hit.tier for hit in one.match(doubted)] == [Tier.EXACT]
    doubted = dataclasses.replace(doubted, characters=())
    assert [hit.tier for hit in one.match(doubted)] == [Tier.EXACT]
    assert one.match_batch([doubted, read("8KV4921", confidence=0.8)]) == [one.match(doubted), []]


def test_it_weighs_as_much_less_as_such_readers_are_taken_for() -> None:
    one = matcher(entry("8KV4921"))
    (sure,), (doubted,) = one.match(read("8KV4921")), one.match(unknown(read("8KV4921")))
    assert doubted.score == pytest.approx(sure.score + math.log(TAKEN_FOR))
    assert "; the reader gave no confidence; " in doubted.explanation
    assert "confidence" not in sure.explanation


def test_an_entry_with_unknown_characters_needs_as_much_more_room_for_it_as_such_readers_are_taken_for() -> None:
    index, seen = HotlistIndex.build([entry("A?C1?34")]), read("ABC1234")

    def least_false_alerts(one: PlateRead) -> float:
        """What the operator has to take for the entry to alert, found by halving."""
        low, high = 1e-6, 100.0
        for _ in range(24):
            middle = math.sqrt(low * high)
            (hit,) = Matcher(index, MatchingSettings(false_alerts_per_10k=middle)).match(one)
            low, high = (low, middle) if hit.alerts else (middle, high)
        return high

    assert least_false_alerts(unknown(seen)) == pytest.approx(least_false_alerts(seen) / TAKEN_FOR, rel=1e-3)
