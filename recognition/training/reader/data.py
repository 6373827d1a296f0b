"""What the reader learns from: labeled crops, pseudo-labeled crops and drawn plates, and the batches made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.training.examples.abroad import draw_abroad
from recognition.training.examples.augment import Corners, augment
from recognition.training.examples.labeled_crops import LabeledCrop, read_image
from recognition.training.examples.reader_format import ALPHABET, PAD, SLOTS
from recognition.training.examples.synthetic import draw_us
from schemas.types import Image

Floats = npt.NDArray[np.float32]

# Shares of a batch: US crops, other crops, drawn US plates, drawn plates from abroad, pseudo-labeled crops.
SHARES = (0.23, 0.09, 0.30, 0.14, 0.24)
DRAWN_PLATES = 6000  # distinct ones per run; each is photographed anew every time it is used


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture to learn from.

    Attributes:
        image: uint8 (H, W, 3) BGR.
        box: The plate in it, pixels.
        target: float32 (slots, alphabet), a distribution per slot.
        weight: Its share in the loss.
        same_zero: Whether O and 0 count as one character.
    """

    image: Image
    box: Corners
    target: Floats
    weight: float
    same_zero: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs uint8 (n, 64, 128, 3), targets (n, slots, alphabet), weights (n,), same_zero (n,)."""

    images: npt.NDArray[np.uint8]
    targets: Floats
    weights: Floats
    same_zero: npt.NDArray[np.bool_]


def one_hot(text: str) -> Floats:
    """Encode a text, padded to all slots, as float32 (slots, alphabet)."""
    indices = [ALPHABET.index(character) for character in text.ljust(SLOTS, PAD)]
    return np.eye(len(ALPHABET), dtype=np.float32)[indices]


def labeled_sample(image: Image, text: str, *, is_us: bool) -> Sample:
    """Make a sample of a tight crop."""
    height, width = image.shape[:2]
    return Sample(image, (0.0, 0.0, float(width), float(height)), one_hot(text), 1.0, is_us)


class BatchSource:
    """Makes the batch of any step from the step's number alone, so that a resumed run sees what it would have seen.

    Args:
        crops: Crops to train with, see `training_crops`.
        pseudo: Samples with a teacher's distribution as target; may be empty.
        fonts: TrueType files for drawn plates.
        size: Samples per batch.
        seed: Root of all chance.
        drawn: How many different plates to draw in a run.
    """

    def __init__(
        self,
        crops: Sequence[LabeledCrop],
        pseudo: Sequence[Sample],
        fonts: Sequence[str],
        *,
        size: int,
        seed: int,
        drawn: int = DRAWN_PLATES,
    ) -> None:
        samples = [(crop, labeled_sample(read_image(crop.path), crop.text, is_us=crop.is_us)) for crop in crops]
        self._us = [sample for crop, sample in samples if crop.is_us]
        self._abroad = [sample for crop, sample in samples if not crop.is_us]
        self._pseudo = list(pseudo)
        self._fonts = tuple(fonts)
        self._size, self._seed, self._drawn_count = size, seed, drawn
        self._drawn: dict[tuple[bool, int], Sample] = {}

    def batch(self, step: int) -> Batch:
        """Make one step's batch.

        Args:
            step: Number of the step, from 0.

        Returns:
            The augmented samples.
        """
        rng = np.random.default_rng((self._seed, 1, step))
        samples = [self._pick(int(kind), rng) for kind in self._kinds(rng)]
        images = np.stack([augment(sample.image, sample.box, rng) for sample in samples])
        return Batch(
            images,
            np.stack([sample.target for sample in samples]),
            np.array([sample.weight for sample in samples], dtype=np.float32),
            np.array([sample.same_zero for sample in samples]),
        )

    def _kinds(self, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        available = np.array([bool(self._us), bool(self._abroad), True, True, bool(self._pseudo)])
        shares = np.array(SHARES) * available
        return rng.choice(len(SHARES), self._size, p=shares / shares.sum())

    def _pick(self, kind: int, rng: np.random.Generator) -> Sample:
        if kind in (2, 3):
            return self._draw(int(rng.integers(self._drawn_count)), us=kind == 2)
        pool = {0: self._us, 1: self._abroad, 4: self._pseudo}[kind]
        return pool[int(rng.integers(len(pool)))]

    def _draw(self, number: int, *, us: bool) -> Sample:
        if (us, number) not in self._drawn:
            rng = np.random.default_rng((self._seed, 2, int(us), number))
            image, text = draw_us(rng, self._fonts) if us else draw_abroad(rng, self._fonts)
            self._drawn[us, number] = labeled_sample(image, text, is_us=us)
        return self._drawn[us, number]
