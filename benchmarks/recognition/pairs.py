"""Two plates in one place: one behind, above or beside another, as the detector may put them into one box."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from benchmarks.common.texts import norm
from benchmarks.recognition.data import LabeledCrop
from benchmarks.recognition.readers import Ours
from benchmarks.recognition.tables import Table
from schemas.settings import RecognitionSettings
from schemas.types import Image

PAIRS, _QUICK_PAIRS = 20, 5
LEAST, SURE = 0.3, 0.8
"""Less sure reads are not recorded by default; reads of at least `SURE` are claims."""

PLACES: Final[dict[str, tuple[float, float] | None]] = {
    "none": None,
    "shows 25 % above": (0, -0.25),
    "shows 50 % above": (0, -0.5),
    "shows 85 % above": (0, -0.85),
    "shows 50 % below": (0, 0.5),
    "shows 20 % at the right and 20 % above": (0.2, -0.2),
    "shows 40 % at the right and 30 % above": (0.4, -0.3),
    "shows 40 % at the left and 30 % above": (-0.4, -0.3),
    "shows 30 % at the right and 35 % below": (0.3, 0.35),
    "shows 25 % at the right": (0.25, 0),
    "whole, above": (0, -1.04),
    "whole, beside": (1.04, 0),
}
"""Where the other plate is: right and down, in widths and heights of a plate."""

_WIDTHS: Final = (150, 110, 190)
_DEGREES: Final = (0, 0, 4, -6)
_SIZE: Final = (768, 576)


@dataclass(slots=True)
class _Count:
    front: int = 0
    other: int = 0
    wrong: int = 0
    surely_wrong: int = 0
    silent: int = 0


def pairs_table(settings: RecognitionSettings, crops: Sequence[LabeledCrop], most: int | None) -> Table:
    """Read pictures of two US plates each; the same pairs every time."""
    reader = Ours(settings.model_copy(update={"read_state": False}))
    table = Table(
        "Two plates in one place",
        ("the other plate", "front read right", "other read right", "another text", f"of these >= {SURE}", "no read"),
        "US val crops, 110 to 190 pixels wide, pasted over one another on a plain ground, half of them turned by 4 or "
        f"6 degrees. Reads of confidence {LEAST} or more; O and 0 alike.",
    )
    members = [crop for crop in crops if crop.group == "US"]
    random.Random(11).shuffle(members)
    couples = list(zip(members[::2], members[1::2], strict=False))[: PAIRS if most is None else _QUICK_PAIRS]
    for name, place in PLACES.items():
        count = _Count()
        for number, (front, other) in enumerate(couples):
            reads = [read for _, read in reader.read_picture(_scene(front, other, place, number))]
            _add(count, norm(front.text), norm(other.text), [(norm(r.text), r.confidence) for r in reads])
        row = (count.front, count.other, count.wrong, count.surely_wrong, count.silent)
        table.add(name, f"{row[0]} of {len(couples)}", *row[1:])
    return table


def _add(count: _Count, front: str, other: str, reads: Sequence[tuple[str, float]]) -> None:
    kept = [(text, confidence) for text, confidence in reads if confidence >= LEAST]
    wrong = [confidence for text, confidence in kept if text not in (front, other)]
    count.front += any(text == front for text, _ in kept)
    count.other += any(text == other for text, _ in kept)
    count.wrong += len(wrong)
    count.surely_wrong += sum(confidence >= SURE for confidence in wrong)
    count.silent += not kept


def _scene(front: LabeledCrop, other: LabeledCrop, place: tuple[float, float] | None, number: int) -> Image:
    """Paste two plates, the front one in the middle, on a ground that is two colors and a little noise."""
    rng = np.random.default_rng(number)
    width = _WIDTHS[number % len(_WIDTHS)]
    ground = np.full((_SIZE[1], _SIZE[0], 3), rng.integers(40, 150, 3), np.float32)
    ground[: _SIZE[1] // 2] *= 1.3
    picture = np.clip(ground + rng.normal(0, 4, ground.shape), 0, 255).astype(np.uint8)
    pasted = [(front, (0.0, 0.0))] if place is None else [(other, place), (front, (0.0, 0.0))]
    for crop, (right, down) in pasted:
        plate = cv2.resize(crop.image(), (width, width // 2), interpolation=cv2.INTER_AREA)
        x, y = 300 + round(right * width), 280 + round(down * width / 2)
        picture[y : y + plate.shape[0], x : x + plate.shape[1]] = plate
    turn = cv2.getRotationMatrix2D((_SIZE[0] / 2, _SIZE[1] / 2), _DEGREES[number % len(_DEGREES)], 1)
    turned = cv2.warpAffine(picture, turn, _SIZE, borderMode=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(turned, (3, 3), 0).astype(np.uint8)
