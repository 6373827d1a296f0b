"""Fusion of a track's readings: properties that hold whatever the reader says."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import PlateConfidence, TrackTempering
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.readings import calibrated, combine, result_from, to_results, weigh_up
from schemas.types import CharacterRead, OcrResult

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
SLOTS = 9


def reading(text: str, confidence: float = 0.9, **others: float) -> OcrResult:
    """A reading that is `confidence` sure of each character; `others` are rivals of the first one."""
    probabilities = np.full((SLOTS, len(ALPHABET)), (1 - confidence) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(SLOTS, "_")):
        probabilities[slot, ALPHABET.index(character)] = confidence
    for character, probability in others.items():
        probabilities[0, ALPHABET.index(character)] = probability
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return result_from(probabilities, ALPHABET, "_")


def weigh(*results: OcrResult, weight: float = 0.5) -> list[WeightedReading]:
    return [WeightedReading(result, weight) for result in results]


texts = st.text("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=4, max_size=8)
sure = st.floats(0.6, 0.999)
anything = st.integers(0, 2**32 - 1).map(
    lambda seed: to_results(
        np.random.default_rng(seed).dirichlet([0.05] * len(ALPHABET), SLOTS).astype(np.float32), SLOTS, ALPHABET, "_"
    )[0]
)
weighted = st.builds(WeightedReading, anything, st.floats(0.01, 1))


@given(st.lists(weighted, min_size=1, max_size=6), st.integers())
def test_the_order_of_frames_does_not_matter(readings: list[WeightedReading], seed: int) -> None:
    shuffled = list(readings)
    random.Random(seed).shuffle(shuffled)
    assert fuse(readings) == fuse(shuffled)


@given(st.lists(weighted, min_size=1, max_size=6))
def test_probabilities_are_probabilities(readings: list[WeightedReading]) -> None:
    fused = fuse(readings)
    assert 0 <= fused.confidence <= 0.999
    assert fused.plate == "".join(character.character for character in fused.characters)
    for character in fused.characters:
        rest = [probability for _, probability in character.alternatives]
        assert character.confidence + sum(rest) <= 1 + 1e-6
        assert rest == sorted(rest, reverse=True)
        assert len(rest) <= 8
        assert min(rest, default=1) >= 0.001
        assert character.character not in [other for other, _ in character.alternatives]


@given(texts, sure, st.integers(1, 12))
def test_more_frames_that_agree_never_lower_the_confidence(text: str, confidence: float, count: int) -> None:
    before = fuse(weigh(*[reading(text, confidence)] * count))
    after = fuse(weigh(*[reading(text, confidence)] * (count + 1)))
    assert before.plate == after.plate == text
    assert after.confidence >= before.confidence - 1e-9


@given(texts, st.lists(sure, min_size=4, max_size=4), texts, st.floats(0.5, 1.0), st.floats(0.3, 1.0))
def test_one_outlier_among_five_that_is_no_surer_does_not_flip_the_text(
    text: str, confidences: list[float], outlier: str, outlier_confidence: float, weight: float
) -> None:
    # One sharp picture may well say more than four blurred ones.
    outlier_confidence = min(outlier_confidence, *confidences)
    frames = [WeightedReading(reading(text, confidence), 0.7) for confidence in confidences]
    fused = fuse([*frames, WeightedReading(reading(outlier, outlier_confidence), 0.7 * weight)])
    assert fused.plate == text


def test_one_reading_alone_keeps_its_own_probabilities() -> None:
    fused = fuse(weigh(reading("ABC1234", 0.9)))
    assert fused.plate == "ABC1234"
    assert fused.characters[0].confidence == pytest.approx(0.9, abs=1e-3)
    assert fused.confidence == pytest.approx(0.9**9, rel=0.15)


def test_many_correlated_frames_do_not_make_certainty() -> None:
    fused = fuse(weigh(*[reading("8BC1234", 0.68, B=0.3)] * 30))
    assert 0.7 < fused.characters[0].confidence < 0.95
    assert fused.confidence <= 0.999


def test_a_reading_that_lost_a_character_does_not_shift_the_others() -> None:
    fused = fuse(weigh(reading("ABC1234"), reading("BC1234"), reading("ABC1234"), reading("ABC123")))
    assert fused.plate == "ABC1234"
    assert min(character.confidence for character in fused.characters) > 0.9


@given(texts, st.floats(0.8, 0.95), texts, st.floats(0.8, 0.95))
def test_readings_of_another_length_say_nothing_of_the_characters(
    text: str, confidence: float, other: str, other_confidence: float
) -> None:
    # Neither one that lost a character nor one that took a sticker for one: their characters stand in other slots.
    agreeing = weigh(*[reading(text, confidence)] * 3)
    fused = fuse([*agreeing, *weigh(reading(other, other_confidence))])
    if len(other) != len(text):
        assert fused.plate == text
        assert fused.characters == fuse(agreeing).characters
        assert fused.confidence < fuse(agreeing).confidence


@pytest.mark.parametrize("other", ["BC1234", "ABC123", "XABC1234", "ABC12341"])
def test_two_sure_readings_of_another_length_do_not_shift_three(other: str) -> None:
    agreeing = weigh(*[reading("ABC1234", 0.9)] * 3)
    fused = fuse([*agreeing, *weigh(*[reading(other, 0.95)] * 2)])
    assert (fused.plate, fused.characters) == ("ABC1234", fuse(agreeing).characters)


def test_frames_that_differ_leave_the_other_character_as_an_alternative() -> None:
    frames = weigh(
        reading("8AC1234", 0.6, B=0.35), reading("BAC1234", 0.6, **{"8": 0.35}), reading("8AC1234", 0.6, B=0.3)
    )
    fused = fuse(frames)
    assert fused.plate == "8AC1234"
    assert fused.characters[0].alternatives[0][0] == "B"
    assert fused.characters[0].alternatives[0][1] > 0.1


def test_an_unsure_slot_keeps_the_empty_alternative() -> None:
    probabilities = reading("ABC123").char_probs.copy()
    probabilities[6] = 0
    probabilities[6, [ALPHABET.index("7"), ALPHABET.index("_")]] = (0.6, 0.4)
    fused = fuse(weigh(result_from(probabilities, ALPHABET, "_")))
    assert fused.plate == "ABC1237"
    assert ("", pytest.approx(0.4, abs=1e-3)) in fused.characters[-1].alternatives


def test_a_gap_between_characters_is_closed() -> None:
    spaced = reading("ABC_123")
    assert fuse(weigh(spaced, reading("ABC123"))).plate == "ABC123"


def test_better_frames_count_more() -> None:
    frames = [WeightedReading(reading("AAA111"), 0.9), *weigh(reading("BAA111"), reading("BAA111"), weight=0.1)]
    assert fuse(frames).plate == "AAA111"


def test_an_empty_plate_is_no_text() -> None:
    assert fuse(weigh(reading("_" * 9, 0.99))).plate == ""


def test_nothing_and_mixed_models_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one"):
        fuse([])
    other = result_from(np.full((4, 3), 1 / 3, np.float32), "AB_", "_")
    with pytest.raises(ValueError, match="different models"):
        fuse(weigh(reading("AAA111"), other))


def test_two_margins_of_one_crop_count_as_one_reading() -> None:
    both = combine([reading("AAA111", 0.9), reading("AAA111", 0.9)])
    assert both.text == "AAA111"
    assert both.char_probs[0].max() == pytest.approx(0.9, abs=1e-3)
    assert combine([reading("AAA111", 0.95), reading("BAA111", 0.6)]).text == "AAA111"
    assert both.char_probs.dtype == np.float32


def test_of_two_margins_the_surer_one_counts_more_than_its_share() -> None:
    # A crop that cuts a character off is unsure of many, and must not outvote the other by one that it is sure of.
    whole = reading("AAA111", 0.97)
    cut = reading("BAA111", 0.85)
    both = combine([whole, cut])
    assert both.text == "AAA111"
    mean = combine([reading("AAA111", 0.9), reading("BAA111", 0.9)])
    a, b = ALPHABET.index("A"), ALPHABET.index("B")
    assert mean.char_probs[0, a] == pytest.approx(mean.char_probs[0, b], abs=1e-6)
    assert both.char_probs[0, a] > 50 * both.char_probs[0, b]


SMALL = "AB_"


def small(*slots: tuple[float, float, float]) -> OcrResult:
    """A reading of slots with the probabilities of A, B and none."""
    return result_from(np.array(slots, np.float64).astype(np.float32), SMALL, "_")


def near(value: float) -> float:
    return pytest.approx(value, abs=1e-6)  # type: ignore[return-value]


def test_one_readings_text_is_as_likely_as_its_slots_and_its_length_are_together() -> None:
    fused = fuse(weigh(small((0.8, 0.1, 0.1), (0.2, 0.6, 0.2))), TrackTempering(0.5, 0.0, 3.0))
    assert fused.plate == "AB"
    assert fused.characters == (
        CharacterRead("A", near(0.8), (("B", near(0.1)), ("", near(0.1)))),
        CharacterRead("B", near(0.6), (("A", near(0.2)), ("", near(0.2)))),
    )
    # Two characters: .9 * .8 of what all three lengths are likely.
    length = 0.9 * 0.8 / (0.9 * 0.8 + 0.9 * 0.2 + 0.1 * 0.2)
    assert fused.confidence == near(0.8 / 0.9 * 0.6 / 0.8 * length)


@pytest.mark.parametrize(("most", "doubt"), [(3.0, 0.0), (1.1, 0.0), (3.0, 0.1)])
def test_two_readings_are_added_up_by_their_weight_and_sureness_and_are_worth_less_than_two(
    most: float, doubt: float
) -> None:
    readings = [
        WeightedReading(small((0.8, 0.15, 0.05)), 1.0),
        WeightedReading(small((0.35, 0.6, 0.05)), 0.5),
    ]
    fused = fuse(readings, TrackTempering(0.5, doubt, most))
    counts = 1.0 * 0.8, 0.5 * 0.6
    total = sum(counts)
    worth = min((total**2 / (counts[0] ** 2 + counts[1] ** 2)) ** 0.5, most)
    powers = [count * worth / total for count in counts]
    doubted = [[(1 - doubt) * one + doubt / 3 for one in slot] for slot in ((0.8, 0.15, 0.05), (0.35, 0.6, 0.05))]
    raw = [one ** powers[0] * other ** powers[1] for one, other in zip(*doubted, strict=True)]
    a, b, none = (one / sum(raw) for one in raw)
    assert fused.characters == (CharacterRead("A", near(a), (("B", near(b)), ("", near(none)))),)
    filled = 0.95**worth / (0.95**worth + 0.05**worth)
    assert fused.confidence == near(a / (1 - none) * filled)


def test_only_alternatives_that_are_worth_telling_are_kept() -> None:
    first = dict(zip("BCDEFGHJK", [0.05] * 8 + [0.04], strict=True))
    fused = fuse(weigh(reading("AAA111", 0.9, A=0.5, **first)), TrackTempering(0.0, 0.0, 1.0))
    character = fused.characters[0]
    assert [one for one, _ in character.alternatives] == list("BCDEFGHJ")
    quiet = fuse(weigh(small((0.9985, 0.001, 0.0005), (0.9985, 0.0009, 0.0006))), TrackTempering(0.0, 0.0, 1.0))
    assert [[one for one, _ in each.alternatives] for each in quiet.characters] == [["B"], []]


def test_the_letter_o_and_zero_count_together_for_the_whole_text() -> None:
    split = np.full((1, 4), 0.0, np.float32)
    split[0] = (0.45, 0.5, 0.03, 0.02)
    fused = fuse(weigh(result_from(split, "0OA_", "_")), TrackTempering(0.5, 0.0, 3.0))
    assert fused.plate == "O"
    assert fused.characters[0].confidence == near(0.5)
    assert fused.confidence == near(0.95 / 0.98 * 0.98)


def test_two_crops_are_averaged_by_the_square_of_their_sureness_and_agree_as_far_as_each_gives_the_text() -> None:
    one, other = small((0.8, 0.15, 0.05), (0.1, 0.2, 0.7)), small((0.3, 0.6, 0.1), (0.05, 0.05, 0.9))
    weights = (0.8 * 0.7) ** 2, (0.6 * 0.9) ** 2
    slots = []
    for first, second in (((0.8, 0.15, 0.05), (0.3, 0.6, 0.1)), ((0.1, 0.2, 0.7), (0.05, 0.05, 0.9))):
        raw = [(a ** weights[0] * b ** weights[1]) ** (1 / sum(weights)) for a, b in zip(first, second, strict=True)]
        slots.append([value / sum(raw) for value in raw])
    for readings in ([one, other], [other, one]):
        both = weigh_up(readings)
        assert both.result.text == "A"
        assert both.result.char_probs.tolist() == [[near(value) for value in slot] for slot in slots]
        assert both.sureness == near(max(slots[0]) * max(slots[1]))
        assert both.agreement == near((0.8 * 0.7 + 0.3 * 0.9) / 2)
        assert both.result.confidence == near(max(slots[0]) * max(slots[1]))
    alone = weigh_up([one])
    assert alone.result is one
    assert (alone.sureness, alone.agreement) == (near(0.56), near(0.56))


def test_a_calibrated_text_is_as_sure_as_its_calibration_says() -> None:
    combined = weigh_up([small((0.8, 0.15, 0.05)), small((0.7, 0.2, 0.1))])
    confidence = PlateConfidence(-0.5, 0.8, 0.4)
    target = confidence.probability(combined.sureness, combined.agreement)
    result = calibrated(combined, confidence)
    assert (result.text, result.alphabet, result.pad_char) == ("A", SMALL, "_")
    assert result.confidence == pytest.approx(target, abs=1e-3)
    assert float(result.char_probs[0, 0]) == pytest.approx(target, abs=1e-3)


def test_a_batch_is_taken_apart_slot_by_slot() -> None:
    output = np.arange(2 * 3 * 3, dtype=np.float64).reshape(2, 9) / 20
    first, second = to_results(output.astype(np.float32), 3, SMALL, "_")
    assert first.char_probs.ravel().tolist() == pytest.approx([value / 20 for value in range(9)])
    assert second.char_probs[0, 0] == np.float32(9 / 20)
    assert result_from(np.array([[0.1, 0.7, 0.2], [0.2, 0.2, 0.6]], np.float32), SMALL, "_").text == "B"
