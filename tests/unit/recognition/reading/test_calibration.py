"""Confidences that can be believed: the figure that judges them, the maps that make them, and the fits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import PlateConfidence, Presence, TrackTempering, has_digit, log_odds
from recognition.reading.fusion import FusedRead, WeightedReading, believed, fuse
from recognition.reading.readings import result_from
from schemas.types import CharacterRead, OcrResult

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

probabilities = st.floats(0, 1)


def reading(text: str, confidence: float) -> OcrResult:
    slots = np.full((9, len(ALPHABET)), (1 - confidence) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = confidence
    return result_from(slots, ALPHABET, "_")


maps = st.builds(PlateConfidence, st.floats(-5, 5), st.floats(0, 5), st.floats(0, 5))


@given(maps, probabilities, probabilities, probabilities)
def test_surer_readings_are_never_less_likely_right(
    map_: PlateConfidence, a: float, b: float, agreement: float
) -> None:
    low, high = sorted((a, b))
    assert 0 <= map_.probability(low, agreement) <= map_.probability(high, agreement) <= 1


@given(probabilities, probabilities)
def test_without_calibration_nothing_changes(sureness: float, agreement: float) -> None:
    assert PlateConfidence().probability(sureness, agreement) == pytest.approx(sureness, abs=2e-6)
    assert Presence().probability("ABC", sureness, agreement) == pytest.approx(1, abs=1e-8)


def test_a_detector_s_doubt_lowers_a_read_and_leaves_its_characters() -> None:
    presence = Presence(2.0, 1.2, 0.2, -2.5)
    read = FusedRead("ABC123", 0.98, (CharacterRead("A", 0.99),))
    surely, hardly = believed(read, presence, 0.9), believed(read, presence, 0.3)
    assert 0.98 >= surely.confidence > hardly.confidence > 0
    assert (hardly.plate, hardly.characters) == (read.plate, read.characters)
    sign = FusedRead("TEXAC0", 0.98, ())
    assert believed(sign, presence, 0.6).confidence < 0.8 < believed(read, presence, 0.6).confidence
    assert believed(read, presence, 1.0).confidence == pytest.approx(0.98, abs=0.001), (
        "a crop that is known to be a plate"
    )


def test_what_frames_are_worth_is_a_setting_of_the_reader() -> None:
    frames = [WeightedReading(reading("ABC1234", 0.9), 0.5)] * 8
    alone, worth = (fuse(frames, TrackTempering(exponent, 0.02)).confidence for exponent in (0.0, 0.5))
    assert alone == pytest.approx(fuse(frames[:1], TrackTempering(0.0, 0.02)).confidence, abs=0.01)
    assert worth > alone
    # Errors that all frames share are left, however sure they are.
    assert fuse([WeightedReading(reading("ABC1234", 0.999999), 1.0)] * 8, TrackTempering(0.5, 1e-6)).confidence == 0.999


def test_a_text_without_a_digit_is_rather_a_sign() -> None:
    presence = Presence(2.0, 1.2, 0.2, -2.5)
    plate, sign, doubtful = (presence.probability(text, 0.98, 0.6) for text in ("ABC123", "TEXACO", "TEXAC0"))
    assert plate > 0.8 > sign
    assert doubtful == sign, "a zero may be a letter"
    assert Presence(2.0).probability("TEXACO", 0.98, 0.6) == Presence(2.0).probability("ABC123", 0.98, 0.6)


def odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_a_map_adds_up_what_each_term_says() -> None:
    score = -1.0 + 0.5 * odds(0.9) + 2.0 * odds(0.7)
    assert PlateConfidence(-1.0, 0.5, 2.0).probability(0.9, 0.7) == pytest.approx(1 / (1 + math.exp(-score)))
    presence = Presence(2.0, 1.2, 0.3, -2.5)
    score = 2.0 + 1.2 * odds(0.6) + 0.3 * odds(0.9)
    assert presence.probability("ABC1", 0.9, 0.6) == pytest.approx(1 / (1 + math.exp(-score)))
    assert presence.probability("ABC0", 0.9, 0.6) == pytest.approx(1 / (1 + math.exp(-score + 2.5)))
    assert believed(FusedRead("ABC1", 0.9, ()), presence, 0.6).confidence == pytest.approx(0.9 / (1 + math.exp(-score)))


@pytest.mark.parametrize(("probability", "kept"), [(0.0, 1e-6), (1e-7, 1e-6), (0.25, 0.25), (1.0, 1 - 1e-6)])
def test_log_odds_are_finite(probability: float, kept: float) -> None:
    assert log_odds(probability) == pytest.approx(odds(kept))


@pytest.mark.parametrize(("text", "has"), [("", False), ("ABC", False), ("AB0", False), ("AB1", True), ("09", True)])
def test_a_zero_is_no_digit_for_certain(text: str, has: bool) -> None:
    assert has_digit(text) is has


def test_the_surest_map_is_no_certainty_of_the_machine() -> None:
    assert 0 < PlateConfidence(-1e9).probability(0.5, 0.5) < 1e-12
    assert 1 - 1e-12 < PlateConfidence(1e9).probability(0.5, 0.5) <= 1
