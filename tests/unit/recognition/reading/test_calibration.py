"""Confidences that can be believed: the figure that judges them, the maps that make them, and the fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import (
    PlateConfidence,
    Presence,
    TrackTempering,
    calibration_bins,
    expected_calibration_error,
    tempered,
    text_probabilities,
)
from recognition.reading.fusion import FusedRead, WeightedReading, believed, fuse
from recognition.reading.readings import calibrated, result_from, weigh_up
from recognition.training.calibration.fit import (
    FOLDS,
    Believed,
    Reading,
    TrackReadings,
    cross_fitted,
    fit_logistic,
    fit_plate,
    fit_presence,
    fit_tracks,
    folds_of,
)
from schemas.types import CharacterRead, OcrResult

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

probabilities = st.floats(0, 1)


def distributions(seed: int, sharp: float = 0.05) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet([sharp] * len(ALPHABET), 9).astype(np.float32)


def reading(text: str, confidence: float) -> OcrResult:
    slots = np.full((9, len(ALPHABET)), (1 - confidence) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = confidence
    return result_from(slots, ALPHABET, "_")


def test_confidence_that_is_the_share_that_is_right_has_no_error() -> None:
    assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0
    assert expected_calibration_error([1.0, 0.0], [False, True]) == 1
    # Half the reads are off by .4, the others by .1.
    assert expected_calibration_error([0.6, 0.6, 0.1, 0.1], [True, True, False, False]) == pytest.approx(0.25)


def test_bins_hold_every_read_once() -> None:
    found = calibration_bins([0.05, 0.06, 0.55, 1.0], [False, True, True, True], 10)
    assert [(part.count, part.right) for part in found] == [(2, 0.5), (1, 1.0), (1, 1.0)]
    assert found[0].confidence == pytest.approx(0.055)


@pytest.mark.parametrize(
    ("confidence", "right"),
    [
        ([], []),
        ([0.5], [True, False]),
        ([1.5], [True]),
        ([-0.1], [True]),
        ([float("nan")], [True]),
        ([[0.5]], [[True]]),
    ],
)
def test_what_are_no_confidences_is_refused(confidence: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match="expected"):
        expected_calibration_error(confidence, right)


@given(st.lists(st.tuples(probabilities, st.booleans()), min_size=1, max_size=40), st.integers(1, 30))
def test_the_error_is_between_none_and_all(reads: list[tuple[float, bool]], bins: int) -> None:
    assert 0 <= expected_calibration_error([c for c, _ in reads], [r for _, r in reads], bins) <= 1


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.999))
def test_tempering_gives_the_text_its_probability_and_keeps_it(seed: int, target: float) -> None:
    before = distributions(seed)
    after = tempered(before, ALPHABET, target)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert np.allclose(after.sum(axis=1), 1, atol=1e-4)
    reached = float(text_probabilities(after, ALPHABET).prod())
    flat, sharp = (float(text_probabilities(tempered(before, ALPHABET, t), ALPHABET).prod()) for t in (0.0, 1.0))
    assert reached == pytest.approx(min(max(target, flat), sharp), abs=0.02)


def test_the_letter_o_and_zero_are_one_character() -> None:
    slots = distributions(1)
    slots[0] = 0
    slots[0, [ALPHABET.index("0"), ALPHABET.index("O"), ALPHABET.index("D")]] = (0.5, 0.4, 0.1)
    assert text_probabilities(slots, ALPHABET)[0] == pytest.approx(0.9)


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


def labeled(count: int, seed: int) -> list[Reading]:
    """Readings of a reader that is overconfident: right less often than it says."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        evidence = weigh_up([reading("ABC123", float(rng.uniform(0.85, 0.999)))])
        made.append(Reading(number, evidence, bool(rng.random() < evidence.sureness**2)))
    return made


def test_a_fit_mends_an_overconfident_reader() -> None:
    readings = labeled(1500, 1)
    folds = folds_of([str(number) for number in range(len(readings))], 0)
    right = np.array([one.right for one in readings])
    before = expected_calibration_error([one.evidence.sureness for one in readings], right)
    after = Believed(cross_fitted(readings, np.ones(len(readings)), folds), right, np.arange(len(readings)))
    assert before > 0.1
    assert after.error < 0.06
    low, high = after.interval()
    assert 0 <= low < high < 0.12
    fitted = fit_plate(readings, np.ones(len(readings)))
    assert fitted.sureness >= 0
    assert fitted.agreement >= 0
    assert calibrated(readings[0].evidence, fitted).text == "ABC123"


def test_folds_keep_plates_of_one_text_together() -> None:
    folds = folds_of(["A", "B", "A", "C", "B", "D", "E", "F"], 3)
    assert folds[0] == folds[2]
    assert folds[1] == folds[4]
    assert set(folds.tolist()) == set(range(FOLDS))


def test_a_weight_that_must_rise_is_left_out_where_it_would_fall() -> None:
    rng = np.random.default_rng(0)
    terms = rng.normal(size=(400, 2))
    outcomes = (rng.random(400) < 1 / (1 + np.exp(-(1.5 * terms[:, 0] - terms[:, 1])))).astype(np.float64)
    free, bound = (fit_logistic(terms, outcomes, np.ones(400), rising) for rising in ((), (0, 1)))
    assert free[2] < -0.5
    assert bound[2] == 0
    assert bound[1] > 0.5


def test_presence_learns_that_words_on_signs_are_no_plates() -> None:
    seen = [("ABC123", 0.95, 0.8), ("KTR4821", 0.9, 0.7), ("OPEN", 0.95, 0.6), ("FORSALE", 0.9, 0.5)] * 20
    presence = fit_presence(seen, [True, True, False, False] * 20, [1.0] * len(seen))
    assert presence.letters < 0
    assert presence.probability("ABC123", 0.95, 0.8) > 0.9 > presence.probability("OPEN", 0.95, 0.6)


def test_tracks_whose_frames_share_an_error_are_worth_no_more_than_one() -> None:
    rng = np.random.default_rng(0)
    tracks, wrong = [], set()
    for number in range(60):
        confidence = float(rng.uniform(0.9, 0.99))
        frames = tuple(weigh_up([reading("ABC123", confidence)]) for _ in range(6))
        tracks.append(TrackReadings(number, frames, (0.5,) * 6))
        if rng.random() > confidence**9:
            wrong.add(number)
    folds = folds_of([str(number) for number in range(60)], 0)
    tempering, out = fit_tracks(tracks, lambda crop, _: crop not in wrong, PlateConfidence(), folds)
    assert tempering.exponent <= 0.15
    assert out.error < 0.2
