"""Hard plates, each kind in its own row: real crops, real crops photographed worse, and drawn plates."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common.texts import score_texts
from benchmarks.recognition.data import LabeledCrop, bordered, thinned
from benchmarks.recognition.degrade import CONDITIONS, degrade
from benchmarks.recognition.readers import Plate, Reader
from benchmarks.recognition.tables import Table
from rendering.photographs.conditions import photograph
from rendering.plates.generator import draw_plate
from schemas.errors import ConfigurationError
from schemas.types import Box, Image

REVIEWED = Path(__file__).parent / "hard_cases_reviewed.csv"
"""What a person saw on the data set's val crops: image,condition."""

_DARK = 90.0
_FLAT = 70.0
"""Gray levels between the 5th and the 95th percentile of a crop below which it has little contrast."""

_DRAWN_WIDTH = 120

Sample = tuple[Plate, str]

MEASURED: dict[str, Callable[[Image], bool]] = {
    f"dark (mean gray < {_DARK:.0f})": lambda image: float(_gray(image).mean()) < _DARK,
    f"little contrast (< {_FLAT:.0f} levels)": lambda image: bool(np.ptp(np.percentile(_gray(image), (5, 95))) < _FLAT),
    "narrow (< 160 px)": lambda image: image.shape[1] < 160,
}
"""Conditions that can be measured on a crop."""

DRAWN: dict[str, dict[str, str]] = {
    "motorcycle": {"plate_class": "motorcycle", "style": "standard"},
    "motorcycle, two lines": {"plate_class": "motorcycle", "style": "two-line"},
    "trailer": {"plate_class": "trailer"},
    "commercial": {"plate_class": "commercial"},
    "temporary": {"plate_class": "temporary"},
    "two lines": {"plate_class": "passenger", "style": "two-line"},
    "stacked characters": {"plate_class": "passenger", "style": "stacked"},
    "vanity": {"plate_class": "passenger", "style": "vanity"},
    "specialty": {"plate_class": "passenger", "style": "specialty"},
}
"""Kinds of drawn plates by what `rendering.plates.generator.draw_plate` is asked for; photographed 120 pixels wide."""

PHOTOGRAPHED = ("small", "tilted", "night", "infrared", "glare", "dirty", "wet", "occluded")


def hard_case_tables(readers: Sequence[Reader], crops: Sequence[LabeledCrop], most: int | None) -> Iterator[Table]:
    """Measure every kind of hard plate.

    Args:
        readers: Who reads.
        crops: Real crops.
        most: Most plates per row of the made ones; None: all crops, and 150 drawn ones.
    """
    if crops:
        rows = real_cases(crops)
        note = (
            "Val crops with the property, seen by a person (benchmarks/recognition/hard_cases_reviewed.csv) or "
            "measured."
        )
        yield _table("Hard cases: real crops", note, readers, rows)
        made = {name: list(degraded(name, thinned(crops, most))) for name in CONDITIONS}
        note = "Every val crop once under one condition, 130 px wide but for the small ones; fused, upright true boxes."
        yield _table("Hard cases: real crops photographed worse", note, readers, made)
    count = most or 150
    drawn = {f"drawn, {name}": list(drawn_plates(count, "clean", **wish)) for name, wish in DRAWN.items()}
    drawn |= {f"drawn, {name}": list(drawn_plates(count, name)) for name in PHOTOGRAPHED}
    note = (
        "Plates of every state drawn by rendering.plates.generator and photographed by "
        "rendering.photographs.conditions, with seeds that training does not use. Our reader is trained on such "
        "plates, the baseline is not: compare rows, not readers."
    )
    yield _table("Hard cases: drawn plates", note, readers, drawn)


def real_cases(crops: Sequence[LabeledCrop]) -> dict[str, list[Sample]]:
    """Return the real crops of every condition; crops that were not looked at count where it can be measured."""
    seen: dict[str, set[str]] = {}
    for row in csv.DictReader(REVIEWED.read_text(encoding="utf-8").splitlines()):
        seen.setdefault(row["condition"], set()).add(row["image"])
    cases: dict[str, list[Sample]] = {}
    for crop in crops:
        image = crop.image()
        name = f"{crop.path.parent.name}/{crop.path.name}"
        true = [condition for condition, names in seen.items() if name in names]
        true += [condition for condition, holds in MEASURED.items() if holds(image)]
        for condition in true:
            cases.setdefault(condition, []).append((bordered(image), crop.text))
    return dict(sorted(cases.items()))


def degraded(condition: str, crops: Sequence[LabeledCrop]) -> Iterator[Sample]:
    """Photograph every crop once under a condition."""
    for number, crop in enumerate(crops):
        yield degrade(condition, bordered(crop.image()), np.random.default_rng([number, 77])), crop.text


def drawn_plates(count: int, condition: str, **wish: str) -> Iterator[Sample]:
    """Draw plates and photograph them, the true box around their corners."""
    for number in range(count):
        rng = np.random.default_rng([number, 990_001])
        plate = draw_plate(rng, **wish)  # type: ignore[arg-type]
        shot = photograph(plate.image, rng, condition, 0.5, _DRAWN_WIDTH)
        (x1, y1), (x2, y2) = shot.corners.min(axis=0), shot.corners.max(axis=0)
        height, width = shot.image.shape[:2]
        yield (shot.image, Box(max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))), plate.text


def _table(title: str, note: str, readers: Sequence[Reader], cases: dict[str, list[Sample]]) -> Table:
    table = Table(title, ("case", "reader", "norm", "exact"), note)
    for case, samples in cases.items():
        plates, labels = [plate for plate, _ in samples], [text for _, text in samples]
        for reader in readers:
            try:
                score = score_texts([read.text for read in reader.read_fused(plates)], labels)
            except ConfigurationError as error:
                table.add(case, f"{reader.name}: absent ({error})", None, None)
                continue
            table.add(case, reader.name, score.normalized, score.exact)
    return table


def _gray(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
