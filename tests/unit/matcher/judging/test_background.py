"""Reads that look like very many plates score less than those that look like few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import ALPHABET
from matcher.characters.slots import Slot
from matcher.judging.background import Background, pattern_of
from matcher.judging.traffic import Traffic
from schemas.types import Hit
from tests.unit.matcher.samples import entry, matcher, read


def only(hits: list[Hit]) -> Hit:
    (hit,) = hits
    return hit


def test_a_text_that_no_plate_has_is_rather_a_misread_one() -> None:
    common, odd = (
        only(matcher(entry(listed)).match(read(seen)))
        for listed, seen in (("VKV4921", "UKV4921"), ("BKV4921", "8KV4921"))
    )
    assert odd.score > common.score


def background(*texts: str, sure: float | None = None, state: str | None = None, **traffic: float) -> list[float]:
    slots = [[Slot(c, c, None if sure is None else {c: sure}) for c in text] for text in texts]
    shares = {name.replace("_", "-"): share for name, share in traffic.items()}
    reads = [read(text, state) for text in texts]
    return [float(score) for score in Background(Traffic(shares)).scores(ReadArrays.of_slots(slots), reads)]


def test_the_background_is_against_common_patterns_and_for_rare_ones() -> None:
    common, rare, odd = background("ABC1234", "1AB1A34", "A1B2C3D")
    assert common < rare < odd
    assert common < 0 < odd


def test_what_is_common_depends_on_the_state_that_was_read_and_on_who_passes() -> None:
    assert background("8ABC123", state="US-CA") < background("8ABC123") < background("8ABC123", state="US-VA")
    assert background("8ABC123", US_CA=0.9) < background("8ABC123") < background("8ABC123", US_VA=0.9)
    # Of a state without a table nothing else is known than of an unknown one.
    assert background("8ABC123", state="CA-ON") == background("8ABC123")


@given(st.text(ALPHABET, min_size=4, max_size=8))
def test_nothing_is_rarer_than_a_length_that_no_plate_has(text: str) -> None:
    (longest,) = background("A1B2C3D4E5F6")
    assert longest > 0
    assert background(text)[0] <= longest + 1e-6


@given(
    st.lists(st.text(ALPHABET, min_size=2, max_size=12), min_size=1, max_size=8),
    st.none() | st.floats(0.01, 1),
    st.sampled_from([None, "US-VA", "US-CA", "BR"]),
)
def test_a_read_has_the_same_background_alone_and_among_others(
    texts: list[str], sure: float | None, state: str | None
) -> None:
    together = background(*texts, sure=sure, state=state)
    assert together == [background(text, sure=sure, state=state)[0] for text in texts]
    assert all(-30 < each < 10 for each in together)


def test_a_letter_that_may_be_a_digit_counts_as_either() -> None:
    slots = [Slot(c, c, {c: 0.99}) for c in "8KV4921"]
    doubtful = [Slot("8", "8", {"8": 0.5, "B": 0.49}), *slots[1:]]
    arrays = ReadArrays.of_slots([slots, doubtful, [Slot("B", "B", {"B": 0.99}), *slots[1:]]])
    sure, unsure, letter = Background(Traffic()).scores(arrays, [read("8KV4921")] * 3)
    assert letter < unsure < sure


def test_patterns_are_letters_and_digits() -> None:
    assert pattern_of("8KV4921") == "9AA9999"
