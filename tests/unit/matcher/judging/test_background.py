"""Reads that look like very many plates score less than those that look like few."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.packing import codes_of
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


SMALL = {"US-MD": {"99A": 0.25, "9A": 0.75}, "US-VA": {"AA9": 1.0}}
"""Shares of patterns of a country of two states."""
SURE = [Slot(c, c, {c: 1.0}) for c in "AB1"]
OTHER = 0.03


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.judging.background._load", lambda: SMALL)


def kinds(slots: Sequence[Slot]) -> list[tuple[float, float]]:
    """How much likelier each place is as any letter, and as any digit, than as anything."""
    letters = [c for c in ALPHABET if c.isalpha()]
    digits = [c for c in ALPHABET if c.isdigit()]
    return [
        (
            sum(slot.probability(c) for c in letters) / 24 * 34,
            sum(slot.probability(c) for c in digits) / 10 * 34,
        )
        for slot in slots
    ]


def by_hand(slots: Sequence[Slot], pattern: str) -> float:
    found = 1.0
    for (letter, digit), sign in zip(kinds(slots), pattern, strict=True):
        found *= digit if sign == "9" else letter
    return found


@pytest.mark.parametrize(
    ("traffic", "state", "confidence", "shares"),
    [
        # By state and over both: of all traffic by the states' shares, of a named state as surely as it was read.
        ({}, None, None, {"AA9": 0.5, "99A": 0.125}),
        ({}, "US-VA", 0.8, {"AA9": 0.8 * 1.0 + 0.2 * 0.5, "99A": 0.2 * 0.125}),
        ({}, "us-md", 0.8, {"AA9": 0.2 * 0.5, "99A": 0.8 * 0.25 + 0.2 * 0.125}),
        ({}, "US-MD", None, {"AA9": 0.1 * 0.5, "99A": 0.9 * 0.25 + 0.1 * 0.125}),
        ({"US-VA": 0.9}, None, None, {"AA9": 0.9, "99A": 0.025}),
        ({"US-VA": 0.9}, "CA-ON", 0.6, {"AA9": 0.9, "99A": 0.025}),
    ],
)
def test_a_reads_background_is_how_likely_it_is_as_any_vehicles(
    small: None, traffic: dict[str, float], state: str | None, confidence: float | None, shares: dict[str, float]
) -> None:
    doubtful = [Slot("8", "8", {"8": 0.6, "B": 0.39}), Slot("B", "B", {"B": 0.9}), Slot("1", "1", {"1": 0.8})]
    seen = read("AB1", state, jurisdiction_confidence=confidence)
    arrays = ReadArrays.of_slots([SURE, doubtful])
    found = Background(Traffic(traffic)).scores(arrays, [seen, seen])
    for slots, score in zip((SURE, doubtful), found.tolist(), strict=True):
        likely = sum(share * by_hand(slots, pattern) for pattern, share in shares.items())
        assert score == pytest.approx(-math.log((1 - OTHER) * likely + OTHER), rel=1e-4)


def test_a_length_that_no_plate_has_is_as_unlikely_as_what_no_series_has(small: None) -> None:
    assert Background(Traffic({})).scores(ReadArrays.of_slots([SURE * 2]), [read("AB1AB1")]) == pytest.approx(
        -math.log(OTHER)
    )


@pytest.mark.parametrize(
    ("plate", "state", "traffic", "every", "same"),
    [
        # A letter is one of 24, a digit one of ten, and `?` any. At the beginning, where the plates on the road have
        # few, a letter is one of eight, a digit one of four.
        ("AB1", None, {}, 0.97 * 0.5 / 1920 + OTHER / 1920, None),
        ("AB1", "US-VA", {}, 0.97 * 0.5 / 1920 + OTHER / 1920, 0.2 * (0.97 / 1920 + OTHER / 1920)),
        ("??1", "us-va", {"US-VA": 0.6}, 0.97 * 1.0 / 10 + OTHER / 10, 0.6 * (0.97 / 10 + OTHER / 10)),
        # What many of the commonest state's plates fit may be theirs at any place and hour.
        ("AB?", "US-MD", {"US-VA": 0.6, "US-MD": 0.4}, 0.97 / 192 + OTHER / 192, 0.4 * (0.97 / 192 + OTHER / 192)),
        # What a state's own plates cannot be is a misread state's.
        ("12?", "us-md", {"US-VA": 0.6, "US-MD": 0.4}, (0.97 * 0.1 + OTHER) / 40, 0.4 * (0.97 * 0.25 + OTHER) / 40),
        ("1A", None, {}, 0.97 * 0.375 / 96 + OTHER / 96, None),
        ("ABCD", None, {}, OTHER / 8 / 24**3, None),
        ("ABC1", "CA-ON", {"US-VA": 0.6}, OTHER / 8 / 24**2 / 10, 0.2 * OTHER / 8 / 24**2 / 10),
        ("A?", None, {"CA-ON": 0.9}, 1 / 8, None),
    ],
)
def test_how_many_vehicles_fit_a_plate(
    small: None, plate: str, state: str | None, traffic: dict[str, float], every: float, same: float | None
) -> None:
    others, states = ["AB1", "A9", "ABCDE"], [None, "US-MD", None]
    found = Background(Traffic(traffic)).fitting(codes_of([*others, plate]), [*states, state])
    assert found[0][3] == pytest.approx(every, rel=1e-9)
    assert found[1][3] == pytest.approx(every if same is None else same, rel=1e-9)


def test_long_lists_are_gone_through_a_block_at_a_time(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    background = Background(Traffic({"US-VA": 0.6}))
    plates = [f"A{'B?'[number % 2]}{number % 10}" for number in range(23)] + ["1A", "ABCD"]
    states = [(None, "US-VA", "US-MD")[number % 3] for number in range(25)]
    whole = background.fitting(codes_of(plates), states)
    monkeypatch.setattr("matcher.judging.background._BLOCK", 4)
    pieces = background.fitting(codes_of(plates), states)
    single = [background.fitting(codes_of([plate]), [state]) for plate, state in zip(plates, states, strict=True)]
    for kind in (0, 1):
        assert whole[kind].tolist() == pytest.approx([float(one[kind][0]) for one in single])
        assert pieces[kind].tolist() == whole[kind].tolist()
