"""Calibrations fitted to readings and their outcomes."""

from __future__ import annotations

import numpy as np

from recognition.reading.calibration import PlateConfidence
from recognition.reading.calibration_error import expected_calibration_error
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
from schemas.types import OcrResult

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def reading(text: str, confidence: float) -> OcrResult:
    slots = np.full((9, len(ALPHABET)), (1 - confidence) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = confidence
    return result_from(slots, ALPHABET, "_")


def labeled(count: int, seed: int) -> list[Reading]:
    """Readings of a reader that is overconfident: right less often than it says."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        combined = weigh_up([reading("ABC123", float(rng.uniform(0.85, 0.999)))])
        made.append(Reading(number, combined, bool(rng.random() < combined.sureness**2)))
    return made


def test_a_fit_mends_an_overconfident_reader() -> None:
    readings = labeled(1500, 1)
    folds = folds_of([str(number) for number in range(len(readings))], 0)
    right = np.array([one.right for one in readings])
    before = expected_calibration_error([one.combined.sureness for one in readings], right)
    after = Believed(cross_fitted(readings, np.ones(len(readings)), folds), right, np.arange(len(readings)))
    assert before > 0.1
    assert after.error < 0.06
    low, high = after.interval()
    assert 0 <= low < high < 0.12
    fitted = fit_plate(readings, np.ones(len(readings)))
    assert fitted.sureness >= 0
    assert fitted.agreement >= 0
    assert calibrated(readings[0].combined, fitted).text == "ABC123"


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
