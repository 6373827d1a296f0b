"""Measure the state reader on labeled crops: `python -m recognition.training.state.measure --help`."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognition.pictures.crops import crop
from recognition.reading.ocr import PlateOcr
from recognition.reading.text_lines import TextLineReader
from recognition.states.looks import ABROAD, CLASSES, StatePicture
from recognition.states.reader import LEAST_WORDS_WIDTH, MARGIN
from recognition.states.weighing import EvidenceWeights, fitted_weights, weigh
from recognition.training.command import run_command
from recognition.training.examples.augment import bordered
from recognition.training.examples.labeled_crops import read_image
from recognition.training.examples.labeled_pictures import read_split
from recognition.training.state.evidence import BORDER, Observer, StateEvidence, label_of, narrowed
from schemas.errors import InvalidInput
from schemas.settings import OcrSettings
from schemas.types import Image

WIDTHS = (None, 200, 120, 80, 60, 44)
_LEAST_WIDTH = 40  # pixels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _measure, argv)


def _measure(options: argparse.Namespace) -> None:
    observer = Observer(StatePicture(options.network), TextLineReader(), PlateOcr(OcrSettings(), 1))
    rows = _labeled(options.crops)
    print("plates           width  crops  evidence         answered  right of answered  right of all")
    for width in WIDTHS:
        _report("US", width, [(image, label) for image, label in rows if CLASSES[label] != ABROAD], observer)
    _report("other labeled", None, [(image, label) for image, label in rows if CLASSES[label] == ABROAD], observer)
    for folder in options.abroad:
        _report(folder.name, None, _street(folder), observer, tight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recognition.training.state.measure", description=__doc__)
    add = parser.add_argument
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops; its rows of split val count")
    add("--abroad", type=Path, action="append", default=[], metavar="DIR", help="detection data set without US plates")
    add("--network", type=Path, metavar="FILE.onnx", help="picture network (default: the shipped one)")
    return parser


def outcomes(chosen: EvidenceWeights, evidence: StateEvidence) -> tuple[np.ndarray, np.ndarray]:
    """Return for every plate whether a state is named (n,) and whether it is the right one (n,)."""
    words = evidence.words if chosen.text else [None] * len(evidence)
    found = np.stack([weigh(chosen, *row) for row in zip(evidence.looks, evidence.serial, words, strict=True)])
    best = found.argmax(axis=1)
    named = (found.max(axis=1) >= chosen.threshold) & (best != CLASSES.index(ABROAD))
    return named, named & (best == evidence.labels)


def _report(
    name: str, width: int | None, rows: Sequence[tuple[Image, int]], observer: Observer, *, tight: bool = True
) -> None:
    pictures, labels = [], []
    for image, label in rows:
        scaled = narrowed(image, width)
        if scaled is not None:
            pictures.append(bordered(scaled, BORDER) if tight else scaled)
            labels.append(label)
    if not pictures:
        return
    start = time.process_time()
    evidence = observer.see(pictures, labels)
    spent = (time.process_time() - start) / len(pictures)
    for kind, chosen in _kinds().items():
        if width is not None and width < LEAST_WORDS_WIDTH and chosen.text:
            continue
        named, right = outcomes(chosen, evidence)
        share = right.sum() / max(named.sum(), 1)
        print(
            f"{name:15}  {width or 'all':>5}  {len(evidence):5}  {kind:16} {named.mean():8.3f}  "
            f"{share:17.3f}  {right.mean():12.3f}"
        )
    print(f"{'':15}  {1000 * spent:.0f} ms of one core per plate for all evidence", flush=True)


def _kinds() -> dict[str, EvidenceWeights]:
    full, quick = fitted_weights(with_lines=True), fitted_weights(with_lines=False)
    return {
        "all": full,
        "without lines": quick,
        "words only": dataclasses.replace(full, picture=0.0, serial=0.0),
        "looks only": dataclasses.replace(quick, serial=0.0),
        "serial only": dataclasses.replace(quick, picture=0.0),
    }


def _labeled(path: Path) -> list[tuple[Image, int]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["split"] == "val"]
    except (OSError, KeyError) as error:
        raise InvalidInput(f"{path}: cannot be read ({error}); expected image,text,jurisdiction,split") from error
    return [(read_image(path.parent / row["image"]), label_of(row["jurisdiction"])) for row in rows]


def _street(folder: Path) -> list[tuple[Image, int]]:
    found = []
    for picture in read_split(folder, "val"):
        image = read_image(picture.path)
        for box in picture.boxes_in_pixels(image.shape[1], image.shape[0]):
            if box.width >= _LEAST_WIDTH:
                found.append((crop(image, box, MARGIN), label_of(ABROAD)))
    return found


if __name__ == "__main__":
    sys.exit(main())
