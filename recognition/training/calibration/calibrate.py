"""Make a reader's confidences believable: `python -m recognition.training.calibration.calibrate --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from recognition.detection.opening import open_detector
from recognition.pictures.crops import crop, quality
from recognition.reading.calibration import PlateConfidence, Presence, ReaderCalibration, TrackTempering
from recognition.reading.calibration_error import calibration_bins, expected_calibration_error
from recognition.reading.calibration_file import write_calibration
from recognition.reading.network import DEFAULT_WEIGHTS
from recognition.reading.ocr import PlateOcr
from recognition.training.calibration.fit import (
    Believed,
    Reading,
    TrackReadings,
    cross_fitted,
    fit_plate,
    fit_presence,
    fit_tracks,
    folds_of,
)
from recognition.training.calibration.pictures import CONDITIONS, Crop, read_crops, track
from recognition.training.calibration.presence import Find, find_all
from recognition.training.command import run_command
from schemas.settings import RecognitionSettings

EXAMPLE = """
example: calibrate new weights; the file is written beside them and loaded with them
  python -m recognition.training.calibration.calibrate --weights recognition/models/plate-ocr-v1.onnx \\
      --crops plate-ocr/labels.csv --pictures plate-detection/open-images/val

Every figure is out of fold: each plate's confidence comes from a fit to the other four fifths of the texts.
"""

_FRAMES = (1, 2, 4, 8)
_TRUE_BOX_WEIGHT = 2.0  # pictures like the labels' own count as much as all worse ones together, nearly
_WORSE_WEIGHT = 0.4
_SURE = 0.8


@dataclass(slots=True)
class Report:
    """What was measured: lines for people, figures for the file."""

    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, believed: Believed) -> None:
        """Print and keep the calibration error of one group of plates."""
        low, high = believed.interval()
        mean, right = float(believed.confidence.mean()), float(believed.right.mean())
        print(
            f"{name:34} {len(believed.right):5} {right:9.3f} {mean:10.3f}   {believed.error:.3f} ({low:.3f}-{high:.3f})"
        )
        self.figures[name] = {"right": round(right, 4), "error": round(believed.error, 4)}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _calibrate, argv)


def _calibrate(options: argparse.Namespace) -> None:
    cv2.setNumThreads(max(options.threads, 1))
    settings = RecognitionSettings(threads=options.threads)
    ocr_settings = settings.ocr.model_copy(update={"weights": options.weights, "config": options.config})
    ocr = PlateOcr(ocr_settings, options.threads, ReaderCalibration())
    crops = read_crops(options.crops, options.split)
    folds = folds_of([one.spelled(one.text) for one in crops], options.seed)
    report = Report()
    print("plates                             count     right  confident   calibration error (95 %)")
    plate = _plates(ocr, crops, folds, options.seed, report)
    tempering = _tracks(ocr, crops, folds, plate, options.seed, report)
    presence = Presence()
    if options.pictures:
        detector = open_detector(
            settings.detector.model_copy(update={"weights": options.detector or settings.detector.weights}),
            options.threads,
        )
        finds = find_all(options.pictures, detector, ocr, plate, settings.tracking.min_plate_width, options.seed)
        presence = _presence(finds, report)
    calibration = ReaderCalibration(plate, tempering, presence)
    if options.check:
        print(calibration)
        return
    made = {
        "command": "python -m recognition.training.calibration.calibrate",
        "date": datetime.now(UTC).date().isoformat(),
        "crops": len(crops),
        "seed": options.seed,
        "out_of_fold": report.figures,
    }
    print(f"{write_calibration(options.weights, calibration, made)}: written")


def _plates(
    ocr: PlateOcr, crops: Sequence[Crop], folds: np.ndarray[Any, np.dtype[np.int64]], seed: int, report: Report
) -> PlateConfidence:
    """Read every crop in every condition at both looks, and fit their confidence."""
    readings: list[Reading] = []
    groups: list[tuple[str, slice]] = []
    weights: list[float] = []
    for name, condition in CONDITIONS.items():
        shown = [condition(one.image, np.random.default_rng([seed, number])) for number, one in enumerate(crops)]
        for look in (False, True):
            start = len(readings)
            for number, combined in enumerate(ocr.read_combined(shown, second_look=look)):
                text, label = combined.result.text, crops[number].text
                is_right = crops[number].spelled(text) == crops[number].spelled(label)
                readings.append(Reading(number, combined, is_right))
            weights += [_TRUE_BOX_WEIGHT if not groups or len(groups) == 1 else _WORSE_WEIGHT] * len(crops)
            groups.append((f"{name}, {'second' if look else 'first'} look", slice(start, len(readings))))
    counted = np.array(weights)
    confidence = cross_fitted(readings, counted, folds)
    right = np.array([reading.right for reading in readings])
    crop_numbers = np.array([reading.crop for reading in readings])
    for name, part in groups:
        report.add(name, Believed(confidence[part], right[part], crop_numbers[part]))
    first = groups[0][1]
    raw = [reading.combined.sureness for reading in readings[first]]
    print(f"{'the same without calibration':34} {'':26}   {expected_calibration_error(raw, right[first]):.3f}")
    for bin_ in calibration_bins(confidence[first], right[first], 10):
        print(f"    {bin_.count:4} plates of mean confidence {bin_.confidence:.3f}: {bin_.right:.3f} right")
    return fit_plate(readings, counted)


def _tracks(
    ocr: PlateOcr,
    crops: Sequence[Crop],
    folds: np.ndarray[Any, np.dtype[np.int64]],
    plate: PlateConfidence,
    seed: int,
    report: Report,
) -> TrackTempering:
    """Let every crop drive by once per number of frames, and choose what the frames are worth together."""
    tracks: list[TrackReadings] = []
    for number, one in enumerate(crops):
        for frames in _FRAMES:
            shots = track(one.image, frames, np.random.default_rng([seed, number, frames]))
            weights = tuple(quality(crop(picture, box, 0.0), box, 1.0) for picture, box in shots)
            tracks.append(TrackReadings(number, tuple(ocr.read_combined(shots, second_look=False)), weights))
    tempering, believed = fit_tracks(
        tracks,
        lambda number, text: crops[number].spelled(text) == crops[number].spelled(crops[number].text),
        plate,
        folds,
    )
    lengths = np.array([len(one.frames) for one in tracks])
    for frames in _FRAMES:
        part = lengths == frames
        report.add(
            f"tracks of {frames} frames", Believed(believed.confidence[part], believed.right[part], believed.crop[part])
        )
    report.add("all tracks", believed)
    return tempering


def _presence(finds: Sequence[Find], report: Report) -> Presence:
    """Fit the chance that a find is a plate, and count the sure reads on pictures without any."""
    seen = [(find.text, find.confidence, find.detection) for find in finds]
    presence = fit_presence(seen, [find.is_plate for find in finds], [find.weight for find in finds])

    def believed(find: Find) -> float:
        return find.confidence * presence.probability(find.text, find.confidence, find.detection)

    empty = {find.picture for find in finds if not find.plates}
    sure = [find for find in finds if not find.plates and believed(find) >= _SURE]
    signs = [find for find in sure if find.weight < 1.0]
    plates = [find for find in finds if find.is_plate and find.confidence >= _SURE]
    kept = [find for find in plates if believed(find) >= _SURE]
    alone = sum(not find.plates and find.confidence >= _SURE for find in finds)
    print(f"pictures without a plate in which something was read: {len(empty)}; surely (>= {_SURE}): {len(sure)}, "
          f"of these drawn signs: {len(signs)}; by the reader alone: {alone}")  # fmt: skip
    print(f"plates that the reader reads surely: {len(plates)}; still sure with the detector's confidence: {len(kept)}")
    report.figures["without plates, sure"] = {"drawn signs": len(signs), "others": len(sure) - len(signs)}
    return presence


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.calibration.calibrate",
        description="Fit a reader's confidences to labeled plates and write them beside its weights.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--weights", type=Path, default=DEFAULT_WEIGHTS, metavar="ONNX", help="the reader (default: %(default)s)")
    add("--config", type=Path, metavar="YAML", help="its plate config (default: the weights' name with .yaml)")
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    add("--split", default="val", help="which rows of it; never ones that were trained on (default: %(default)s)")
    add("--pictures", type=Path, action="append", default=[], metavar="DIR",
        help="pictures with YOLO labels, to learn how far the detector can be believed (may be repeated)")  # fmt: skip
    add("--detector", type=Path, metavar="ONNX", help="the detector (default: the one that ships)")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    add("--check", action="store_true", help="only measure; write nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
