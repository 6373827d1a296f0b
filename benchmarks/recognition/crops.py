"""How well crops are read, how far confidences can be believed, and how often the state is known."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm, score_texts
from benchmarks.recognition.data import LabeledCrop, bordered, thinned
from benchmarks.recognition.readers import Ours, Plate, Reader, Reading
from benchmarks.recognition.tables import Table
from recognition.reading.calibration_error import calibration_bins, expected_calibration_error
from recognition.recognizer import PictureRead
from schemas.errors import ConfigurationError
from schemas.types import Box, Image

JITTER = 0.06
"""Every edge of a box moves by up to this share of its height."""

SEEDS = 5
STATE_WIDTHS = (0, 200, 120, 80, 60, 40)
"""Widths, in pixels, that crops are scaled down to before the state is asked for; 0: as they are."""

_ROW_SECONDS = 20.0
_LEAST_SAMPLE = 24

_RELIABILITY_BINS = 10
_MISSING = "absent"


def groups(crops: Sequence[LabeledCrop]) -> dict[str, list[LabeledCrop]]:
    """Return the crops by group, largest group first."""
    found: dict[str, list[LabeledCrop]] = {}
    for crop in crops:
        found.setdefault(crop.group, []).append(crop)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def jittered(box: Box, rng: np.random.Generator) -> Box:
    """Move every edge of a box at random by at most `JITTER` of its height."""
    left, top, right, bottom = rng.uniform(-JITTER, JITTER, 4) * box.height
    return Box(box.x1 + left, box.y1 + top, box.x2 + right, box.y2 + bottom)


def reading_table(readers: Sequence[Reader], crops: Sequence[LabeledCrop], seeds: int) -> Table:
    """Read the crops in the ways that a detector's boxes may cut them."""
    table = Table(
        "Reader on crops",
        ("crops", "reader", "one crop, norm", "exact", "fused, norm", "exact", "fused, boxes off by 6 %, norm"),
        "True boxes in a synthetic border. One crop: 12 % margin. Fused: as the product reads a plate (the baseline: "
        f"at the same margins). Boxes off: every edge by up to 6 % of the height, {seeds} draws. norm: O, Q and 0 are "
        "equal, and so are I and 1.",
    )
    for group, members in groups(crops).items():
        plates = [bordered(crop.image()) for crop in members]
        labels = [crop.text for crop in members]
        for reader in readers:
            try:
                one = score_texts(_texts(reader.read_one_crop(plates)), labels)
                fused = score_texts(_texts(reader.read_fused(plates)), labels)
            except ConfigurationError as error:
                table.add(group, f"{reader.name}: {_MISSING} ({error})", *[None] * 5)
                continue
            off = Share(0, 0)
            for seed in range(seeds):
                off += score_texts(_texts(reader.read_fused(moved(plates, seed))), labels).normalized
            table.add(group, reader.name, one.normalized, one.exact, fused.normalized, fused.exact, off)
    return table


def moved(plates: Sequence[Plate], seed: int) -> list[Plate]:
    """Return the plates with inexact boxes."""
    rng = np.random.default_rng(seed)
    return [(image, jittered(box, rng)) for image, box in plates]


def calibration_tables(readers: Sequence[Reader], crops: Sequence[LabeledCrop]) -> Iterator[Table]:
    """Compare confidences with how often the text is right, exact boxes and inexact ones together."""
    summary = Table(
        "Calibration of the plate's confidence",
        ("crops", "reader", "reads", "mean confidence", "right (norm)", "ECE"),
        "Fused reads of true boxes and of boxes off by 6 %. ECE: expected calibration error, 15 bins of equal width.",
    )
    reliability = Table("Reliability of Platewatch's confidence", ("confidence", "reads", "mean confidence", "right"))
    plates = [bordered(crop.image()) for crop in crops]
    plates += moved(plates, 0)
    labels = [norm(crop.text) for crop in crops] * 2
    chosen = {"all": list(range(len(plates)))}
    for group in groups(crops):
        chosen[group] = [index for index, crop in enumerate([*crops, *crops]) if crop.group == group]
    for reader in readers:
        try:
            reads = reader.read_fused(plates)
        except ConfigurationError as error:
            summary.add("all", f"{reader.name}: {_MISSING} ({error})", *[None] * 4)
            continue
        sure = np.array([read.confidence for read in reads])
        right = np.array([norm(read.text) == label for read, label in zip(reads, labels, strict=True)])
        for group, members in chosen.items():
            share = Share(int(right[members].sum()), len(members))
            off = expected_calibration_error(sure[members], right[members])
            summary.add(group, reader.name, len(members), float(sure[members].mean()), share, off)
        if reader is readers[0]:
            _add_bins(reliability, sure, right)
    yield summary
    yield reliability


def _add_bins(table: Table, sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> None:
    for part in calibration_bins(sure, right, _RELIABILITY_BINS):
        low = min(int(part.confidence * _RELIABILITY_BINS), _RELIABILITY_BINS - 1) / _RELIABILITY_BINS
        share = Share(round(part.right * part.count), part.count)
        table.add(f"{low:.1f}-{low + 1 / _RELIABILITY_BINS:.1f}", part.count, part.confidence, share)


def state_table(ours: Ours, crops: Sequence[LabeledCrop]) -> Table:
    """Ask for the state of crops as they are and scaled down; foreign plates have none."""
    table = Table(
        "State (jurisdiction)",
        ("crops", "width", "answered", "of the answers right", "ms/crop"),
        "As `platewatch read --crops` gives it. Plates of other countries should get no state of the US; an answer is "
        "right there when it names the country.",
    )
    for group, members in groups([crop for crop in crops if crop.jurisdiction]).items():
        chosen = members
        for width in STATE_WIDTHS:
            reads, seconds = [], 0.0
            for crop in chosen:
                picture = narrowed(crop.image(), width)
                started = time.perf_counter()
                reads.append(ours.read_crop(picture))
                seconds += time.perf_counter() - started
            answered, right = judged(reads, [crop.jurisdiction for crop in chosen])
            each = seconds / len(chosen)
            table.add(group, f"{width} px" if width else "as is", answered, right, 1000 * each)
            # The first row has every crop; where states take long, the narrow ones make do with a sample.
            chosen = thinned(members, max(int(_ROW_SECONDS / each), _LEAST_SAMPLE))
    return table


def judged(reads: Sequence[PictureRead], truth: Sequence[str]) -> tuple[Share, Share]:
    """Return the share of the plates whose state was named, and the share of these that is right."""
    named = [(read.state.jurisdiction, true) for read, true in zip(reads, truth, strict=True) if read.state]
    return Share(len(named), len(reads)), Share(sum(said == true for said, true in named), len(named))


def narrowed(picture: Image, width: int) -> Image:
    """Scale a picture down to a width in pixels; 0, or wider than it is: leave it."""
    if not width or width >= picture.shape[1]:
        return picture
    height = max(round(picture.shape[0] * width / picture.shape[1]), 1)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _texts(readings: Sequence[Reading]) -> list[str]:
    return [reading.text for reading in readings]
