"""Lets a teacher label the plates of a detection data set, whose boxes are known and whose texts are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from recognition.training.examples.augment import fit
from recognition.training.examples.labeled_crops import read_image
from recognition.training.examples.labeled_pictures import read_split
from recognition.training.examples.reader_format import ALPHABET, SLOTS
from recognition.training.reader.data import Floats, Sample, one_hot
from recognition.training.reader.model import PlateReader
from recognition.training.reader.plate_texts import MIN_WIDTH, PlateText
from schemas.types import Image

_MARGINS = (0.05, 0.12, 0.2)  # of the box's height
_CONTEXT = 0.4
_SURE = 0.9
_UNSURE_WEIGHT = 0.4


Texts = Mapping[tuple[str, int], PlateText]


def pseudo_labeled(folder: Path, teacher: PlateReader, texts: Texts | None = None) -> list[Sample]:
    """Read every plate of a detection source's train split with the teacher.

    Where the readings at three margins agree and each is sure, the target is half that text and half the teacher's
    distribution; elsewhere it is the distribution alone, at a lower weight. A text that is known counts as much as it
    is trusted, and the teacher for the rest.

    Args:
        folder: A source in the layout of `detection_dataset`; only its train split is read.
        teacher: The reader that labels.
        texts: What plates are known to say, see `plate_texts`.

    Returns:
        One sample per box at least 40 pixels wide, with its surroundings.
    """
    teacher.eval()
    return [_label(image, box, teacher, (texts or {}).get(name)) for name, image, box in _plates(folder)]


def _plates(folder: Path) -> Iterator[tuple[tuple[str, int], Image, tuple[float, float, float, float]]]:
    for picture in read_split(folder, "train"):
        image = read_image(picture.path)
        height, width = image.shape[:2]
        for number, box in enumerate(picture.boxes_in_pixels(width, height)):
            if box.x2 - box.x1 < MIN_WIDTH:
                continue
            reach = (box.y2 - box.y1) * _CONTEXT
            left, top = max(int(box.x1 - reach), 0), max(int(box.y1 - reach), 0)
            part = image[top : int(box.y2 + reach) + 1, left : int(box.x2 + reach) + 1].copy()
            name = (f"{folder.name}/train/{picture.path.name}", number)
            yield name, part, (box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top)


def _label(
    image: Image, box: tuple[float, float, float, float], teacher: PlateReader, known: PlateText | None
) -> Sample:
    inputs = np.stack([_cut(image, box, margin) for margin in _MARGINS])
    with torch.inference_mode():
        logs: Floats = torch.log_softmax(teacher(torch.from_numpy(inputs)), dim=-1).numpy()
    fused = np.exp(logs.mean(axis=0))
    fused /= fused.sum(axis=-1, keepdims=True)
    if known is not None and 0 < len(known.text) <= SLOTS and not set(known.text) - set(ALPHABET):
        mixed = known.trust * one_hot(known.text) + (1 - known.trust) * fused
        return Sample(image, box, mixed.astype(np.float32), max(known.trust, _UNSURE_WEIGHT), same_zero=False)
    reads = logs.argmax(axis=-1)
    sure = bool((reads == reads[0]).all()) and float(np.exp(logs.max(axis=-1)).mean(axis=-1).min()) >= _SURE
    if not sure:
        return Sample(image, box, fused.astype(np.float32), _UNSURE_WEIGHT, same_zero=False)
    hard = np.eye(logs.shape[-1], dtype=np.float32)[reads[0]]
    return Sample(image, box, (0.5 * hard + 0.5 * fused).astype(np.float32), 1.0, same_zero=False)


def _cut(image: Image, box: tuple[float, float, float, float], margin: float) -> Image:
    x1, y1, x2, y2 = box
    reach = (y2 - y1) * margin
    left, top = max(round(x1 - reach), 0), max(round(y1 - reach), 0)
    return fit(image[top : round(y2 + reach), left : round(x2 + reach)])
