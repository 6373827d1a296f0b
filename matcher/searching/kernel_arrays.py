"""What the compiled search is given: arrays of a layer and of a batch of reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class LayerArrays(NamedTuple):
    """What the search needs of a layer; see `matcher.arrays.layer.Layer`."""

    keys: npt.NDArray[np.uint64]
    offsets: npt.NDArray[np.uint32]
    shift: np.uint64
    bitmap: npt.NDArray[np.uint8]
    plates: npt.NDArray[np.uint64]
    jurisdictions: npt.NDArray[np.uint16]
    gone: npt.NDArray[np.bool_]
    masks: npt.NDArray[np.uint64]
    mask_starts: npt.NDArray[np.int64]


class BatchArrays(NamedTuple):
    """What the search needs of reads; see `matcher.arrays.reads.ReadArrays`, and of readers' habits.

    `states` (n,) are the reads' jurisdictions as the layer numbers them (0: unknown, -1: on no entry), `agrees` and
    `differs` (n,) what an equal or another state adds, `thresholds` (n,) the least score of text and state together.
    `dropped` (2, 2) is what a lost character adds to the score and its credibility, inside and where one is lost
    easily, `double_v` both for VV in the place of W: habits that the compiled search, which is kept on disk, must not
    have in it, since they are learned anew.
    """

    codes: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]
    gains: npt.NDArray[np.float32]
    credibilities: npt.NDArray[np.float32]
    absent: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float32]
    states: npt.NDArray[np.int64]
    agrees: npt.NDArray[np.float32]
    differs: npt.NDArray[np.float32]
    thresholds: npt.NDArray[np.float32]
    dropped: npt.NDArray[np.float64]
    double_v: float
