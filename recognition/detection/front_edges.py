"""The plate in front, of two that lie over one another in one box: a small network sees where it ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from recognition.detection.closer import SAME_BOX
from recognition.detection.overlap import overlap
from recognition.engines.files import MODELS
from recognition.engines.whole_plate import WholePlateNetwork
from recognition.pictures.crops import crop, window
from schemas.types import Box, Image, PlateDetection

Chances = npt.NDArray[np.float32]

MARGIN: Final = 0.12
"""What the network sees around a box, as a share of the box's height."""

EDGES: Final = ("left", "top", "right", "bottom")
PLACES: Final = 40
"""Places across the picture, at the middle of one of which each edge may be."""

DEFAULT_WEIGHTS: Final = MODELS / "plate-front-v1.onnx"
"""Weights that ship with Platewatch."""

LEAST_SURENESS: Final = 0.7
"""How sure the network is of an edge that is moved (0-1): the share of its probability that lies close by."""

LEAST_INSET: Final = 0.09
"""What is taken off at least, as a share of the box: a detector's box is that inexact around one plate, and what shows
less of a plate shows no whole character."""

LEAST_ASPECT: Final = 1.5
"""A plate of which less is left, as times its height, is not what was found: half of a plate was taken for the rest."""

LEAST_SHARES: Final = 0.6, 0.7
"""Where less of a box's width or height would be left, the other plate shows for the most part, too: which of both is
in front, a closer look tells better (`OnnxDetector.look_closely`), above and below sooner than at the sides."""

LEAST_WIDTH: Final = 40.0
"""Plates that are narrower, in pixels, are left as they are: nobody could tell."""

_CLOSE_BY = 2.5 / PLACES


class FrontEdges:
    """The network that tells where the plate in front ends. Threads may share it.

    Args:
        weights: The network (.onnx); None for the shipped one.
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The file is missing, damaged or tells something else.
    """

    def __init__(self, weights: Path | None = None, threads: int = 1) -> None:
        path, what = weights or DEFAULT_WEIGHTS, "weights for plates in front"
        self._network = WholePlateNetwork(path, what, (len(EDGES), PLACES), threads)

    def narrowed(self, picture: Image, found: Sequence[PlateDetection]) -> list[PlateDetection]:
        """Take off what a box shows of a plate behind the one that it is of.

        Args:
            picture: uint8 (H, W, 3), BGR.
            found: Plates, in pixels of the picture.

        Returns:
            The same plates in their order, where another one shows at a side with a box that ends there; none twice.
        """
        wide = [number for number, one in enumerate(found) if one.box.width >= LEAST_WIDTH and one.box.height >= 1]
        if not wide:
            return list(found)
        chances = self._network.run([crop(picture, found[number].box, MARGIN) for number in wide])
        fronts = {
            number: _front(picture, found[number].box, edges) for number, edges in zip(wide, chances, strict=True)
        }
        taken = [one.box for number, one in enumerate(found) if fronts.get(number, one.box) == one.box]
        kept = []
        for number, one in enumerate(found):
            box = fronts.get(number, one.box)
            if box != one.box:
                if any(overlap(box, other) > SAME_BOX for other in taken):
                    continue  # the plate has a box of its own besides
                taken.append(box)
            kept.append(dataclasses.replace(one, box=box))
        return kept


def _front(picture: Image, box: Box, chances: Chances) -> Box:
    """Return a box with the edges moved inwards of which the network is sure, (4, places) of it."""
    x1, y1, x2, y2 = window(picture, box, MARGIN)
    (left, top, right, bottom), sure = zip(*(_place(edge) for edge in chances), strict=True)
    width, height = x2 - x1, y2 - y1
    places = x1 + left * width, y1 + top * height, x1 + right * width, y1 + bottom * height
    insets = [
        (places[0] - box.x1) / box.width,
        (places[1] - box.y1) / box.height,
        (box.x2 - places[2]) / box.width,
        (box.y2 - places[3]) / box.height,
    ]
    moved = [inset >= LEAST_INSET for inset in insets]
    if any(move and sureness < LEAST_SURENESS for move, sureness in zip(moved, sure, strict=True)):
        return box
    old = box.x1, box.y1, box.x2, box.y2
    front = Box(*(place if move else edge for place, move, edge in zip(places, moved, old, strict=True)))
    is_cut_off = (moved[0] or moved[2]) and front.width < LEAST_ASPECT * front.height
    is_too_little = front.width < LEAST_SHARES[0] * box.width or front.height < LEAST_SHARES[1] * box.height
    return box if is_cut_off or is_too_little else front


def _place(chances: Chances) -> tuple[float, float]:
    """Return where an edge is (share of the picture) and how much of its probability lies close by."""
    middles = (np.arange(PLACES) + 0.5) / PLACES
    close = np.abs(middles - middles[int(chances.argmax())]) <= _CLOSE_BY
    near = float(chances[close].sum())
    return float((chances[close] * middles[close]).sum() / near), near
