"""Of plates that lie over one another in a picture, the one in front: it is whole, what is behind it is not."""

from __future__ import annotations

from collections.abc import Iterable

from recognition.detection.overlap import one_place
from recognition.results import PictureRead
from schemas.types import Box


def front_ones(reads: Iterable[PictureRead]) -> list[PictureRead]:
    """Keep one read of every place.

    Args:
        reads: All of a picture. A plate that another one covers is seen and read in part, so it is the less sure.

    Returns:
        The kept ones, surest first.
    """
    kept: list[PictureRead] = []
    for read in sorted(reads, key=lambda read: -read.confidence * read.detection_confidence):
        if is_free(read.box, kept):
            kept.append(read)
    return kept


def is_free(box: Box, reads: Iterable[PictureRead]) -> bool:
    """Tell whether a box is another place than those of all reads."""
    return not any(one_place(box, read.box) for read in reads)
