"""Fine-tunes the reader on a department's corrections and judges it against the weights in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from recognition.reading.calibration_file import load_calibration, write_calibration
from recognition.training.examples.labeled_crops import LabeledCrop, folded, training_crops, validation_crops
from recognition.training.reader.corrections import Correction
from recognition.training.reader.data import BatchSource
from recognition.training.reader.metrics import (
    FUSED_MARGINS,
    ONE_MARGIN,
    best_temperature,
    decode,
    expressible,
    log_softmax,
    logits_at,
)
from recognition.training.reader.model import PlateReader
from recognition.training.reader.trainer import CHECKPOINT, Plan, Trainer
from recognition.training.reader.weights import export_onnx, load_weights
from schemas.errors import ConfigurationError

_ENOUGH_TO_CALIBRATE = 100  # crops; a temperature from fewer would be chance
_CONFIG = """max_plate_slots: 9
alphabet: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_'
pad_char: '_'
img_height: 64
img_width: 128
keep_aspect_ratio: false
interpolation: linear
image_color_mode: rgb
"""


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How to fine-tune.

    Attributes:
        start: Weights to start from and to beat.
        folder: Gets the checkpoint and the candidate.
        steps: Batches.
        learning_rate: AdamW's, at its height.
        seed: Root of all chance.
        batch: Crops per batch.
        threads: CPU threads.
        resume: Go on from the folder's checkpoint.
    """

    start: Path
    folder: Path
    steps: int
    learning_rate: float
    seed: int
    batch: int
    threads: int
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One set that both readers read: its name, its crops, and how many each got right."""

    name: str
    crops: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class FineTuned:
    """The candidate's file and how it compares, the corrections' held-out share first."""

    candidate: Path
    comparisons: tuple[Comparison, ...]

    def better(self, min_gain: float) -> bool:
        """Say whether the candidate may replace the weights that it was made from.

        It may if it reads more of the held-out corrections, by at least `min_gain` (share of them), and no fewer
        crops of any other set.
        """
        own, *others = self.comparisons
        gained = own.after - own.before
        return gained > 0 and gained >= min_gain * own.crops and all(other.after >= other.before for other in others)


def fine_tune(
    learned: Sequence[Correction], held_out: Sequence[Correction], crops: Sequence[LabeledCrop], plan: FineTuning
) -> FineTuned:
    """Fine-tune, write the candidate and compare it with its start.

    Args:
        learned: Corrections to train with.
        held_out: Corrections to measure with; share no text with the others.
        crops: Further labeled crops, some of split val; may be empty. Rendered plates are mixed in always.
        plan: How.

    Returns:
        The candidate and the figures.

    Raises:
        ConfigurationError: The start cannot be fine-tuned, or the folder holds a run that was not to be resumed.
        InvalidInput: A picture cannot be read.
    """
    if (plan.folder / CHECKPOINT).exists() and not plan.resume:
        raise ConfigurationError(f"{plan.folder}: holds a run already; give --resume or another --out")
    torch.set_num_threads(plan.threads)
    cv2.setNumThreads(plan.threads)
    # Two networks, because training changes one in place.
    before, start = load_weights(plan.start), load_weights(plan.start)
    own, measured = _crops(learned, "train"), _crops(held_out, "val")
    # What measures the corrections must not be learned from the other crops either.
    others = training_crops([*crops, *measured])
    plan.folder.mkdir(parents=True, exist_ok=True)
    source = BatchSource([*own, *others], [], (), size=plan.batch, seed=plan.seed)
    trainer = Trainer(start, source, Plan(plan.steps, plan.learning_rate), plan.folder)
    if plan.resume:
        trainer.resume()
    trainer.run()
    after = trainer.averaged()
    sets = {"corrections": measured}
    if others_measured := expressible(validation_crops(crops)):
        sets["crops"] = others_measured
    compared = tuple(_compare(name, part, before, after) for name, part in sets.items())
    every = [crop for part in sets.values() for crop in part]
    return FineTuned(_write(after, every, plan), compared)


def _crops(rows: Sequence[Correction], split: str) -> list[LabeledCrop]:
    return [LabeledCrop(row.path, row.text, row.jurisdiction, split) for row in rows]


def _compare(name: str, crops: Sequence[LabeledCrop], before: PlateReader, after: PlateReader) -> Comparison:
    return Comparison(name, len(crops), _right(before, crops), _right(after, crops))


def _right(reader: PlateReader, crops: Sequence[LabeledCrop]) -> int:
    """Count right reads, three margins fused. On US plates O and 0, and I and 1, count as equal, as labels mix them."""
    fused = np.sum([log_softmax(logits_at(reader, crops, margin)) for margin in FUSED_MARGINS], axis=0)
    return sum(
        folded(read) == folded(crop.text) if crop.is_us else read == crop.text
        for read, crop in zip(decode(fused), crops, strict=True)
    )


def _write(reader: PlateReader, measured: Sequence[LabeledCrop], plan: FineTuning) -> Path:
    """Write the candidate with its plate config and the calibration that its start had."""
    temperature = 1.0
    if len(measured) >= _ENOUGH_TO_CALIBRATE:
        temperature = best_temperature(logits_at(reader, measured, ONE_MARGIN), measured)
    candidate = plan.folder / "candidate.onnx"
    export_onnx(reader, candidate, temperature)
    candidate.with_suffix(".yaml").write_text(_CONFIG, encoding="utf-8")
    made = {"command": "platewatch train ocr", "carried_over_from": plan.start.name}
    write_calibration(candidate, load_calibration(plan.start), made)
    return candidate
