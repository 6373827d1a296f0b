"""Which entries of an index a batch of reads may be: compiled where it pays, else with numpy; the hits are the same."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Final, Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from matcher.arrays.layer import Layer
from matcher.arrays.packing import pack, unpack
from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import DROPPED, DROPPED_EASILY, VV_FOR_W
from matcher.judging.tiers import LEAST_CREDIBLE_PLACE, LEAST_CREDIBLE_TEXT
from matcher.searching.kernel_arrays import BatchArrays, LayerArrays
from matcher.searching.probes import credited_skeletons, probe_skeletons

Engine = Literal["auto", "compiled", "numpy"]

COMPILED_FROM: Final = 20_000
"""Smaller indexes are searched with numpy: compiling takes some seconds once, which few entries never give back."""

_ROWS_PER_READ: Final = 4

_TOLERANCE: Final = 1e-3
"""Nats; what is searched with is added up in single precision."""

_LOSSES: Final = np.array([[math.log(chance), math.log(chance / (1 - chance))] for chance in (DROPPED, DROPPED_EASILY)])
_DOUBLE_V: Final = math.log(VV_FOR_W)

_LAYER_ARRAYS: Final[WeakKeyDictionary[Layer, LayerArrays]] = WeakKeyDictionary()
"""What the compiled search needs of a layer, as long as there is the layer: making it takes as long as a search."""

Found = tuple[Layer, int]
"""An entry: its layer and its row."""


class Wanted(NamedTuple):
    """What else of a read decides which entries it may be.

    `jurisdiction` is the read's state; `agrees` and `differs` are what an equal or another state adds, in nats;
    `threshold` is the least score of text and state together.
    """

    jurisdiction: str | None
    agrees: float
    differs: float
    threshold: float


@functools.cache
def _kernels() -> ModuleType | None:
    """Return the compiled search, or None where numba is not installed; imported late, as it takes half a second."""
    try:
        from matcher.searching import kernels
    except ImportError:
        return None
    return kernels


def find(layers: Iterable[Layer], reads: ReadArrays, wanted: Sequence[Wanted], engine: Engine) -> list[list[Found]]:
    """Return what each read may be.

    Args:
        layers: The index's layers.
        reads: The reads, n of them.
        wanted: What else is known of them, n of them.
        engine: auto: compiled for large indexes, where numba is installed.

    Returns:
        For each read every entry that can be a hit of it, and some that are none.
    """
    layers = [layer for layer in layers if layer.size]
    found: list[list[Found]] = [[] for _ in wanted]
    if not found:
        return found
    is_large = sum(layer.size for layer in layers) >= COMPILED_FROM
    compiled = _kernels() if engine == "compiled" or (engine == "auto" and is_large) else None
    for layer in layers:
        rows, ends = _compiled(compiled, layer, reads, wanted) if compiled else _numpy(layer, reads)
        begin = 0
        for read, end in enumerate(ends):
            found[read] += [(layer, row) for row in rows[begin:end]]
            begin = end
    return found


def _numpy(layer: Layer, reads: ReadArrays) -> tuple[list[int], list[int]]:
    rows: list[int] = []
    ends: list[int] = []
    for number, packed in enumerate(pack(reads.codes).tolist()):
        text = unpack(packed)
        credited = credited_skeletons(
            reads, number, LEAST_CREDIBLE_PLACE - _TOLERANCE, LEAST_CREDIBLE_TEXT - _TOLERANCE
        )
        rows += layer.find(text, np.concatenate([probe_skeletons(text), credited]))
        ends.append(len(rows))
    return rows, ends


def _compiled(
    kernels: ModuleType, layer: Layer, reads: ReadArrays, wanted: Sequence[Wanted]
) -> tuple[list[int], list[int]]:
    number = layer.entries.vocabulary.jurisdictions.known
    jurisdictions, agrees, differs, thresholds = zip(*wanted, strict=True)
    batch = BatchArrays(
        reads.codes,
        reads.lengths,
        reads.gains,
        reads.credibilities,
        reads.absent,
        reads.losses,
        np.array([number(state) for state in jurisdictions], dtype=np.int64),
        np.array(agrees, dtype=np.float32),
        np.array(differs, dtype=np.float32),
        np.array(thresholds, dtype=np.float32) - np.float32(_TOLERANCE),
        _LOSSES,
        _DOUBLE_V,
    )
    arrays = _LAYER_ARRAYS.get(layer)
    if arrays is None:
        arrays = _LAYER_ARRAYS[layer] = _layer_arrays(layer)
    least = LEAST_CREDIBLE_PLACE - _TOLERANCE, LEAST_CREDIBLE_TEXT - _TOLERANCE
    ends = np.empty(len(wanted), dtype=np.int64)
    size = _ROWS_PER_READ * len(wanted) + 64
    while True:
        rows = np.empty(size, dtype=np.int64)
        count = kernels.search(arrays, batch, *least, rows, ends)
        if count <= size:
            return rows[:count].tolist(), ends.tolist()
        # A plate with very many entries: again, with room for all of them.
        size = count


def _layer_arrays(layer: Layer) -> LayerArrays:
    masks = [np.empty(0, dtype=np.uint64), *layer.masks]
    starts = np.cumsum([0, *(len(group) for group in layer.masks)])
    return LayerArrays(
        layer.keys,
        layer.offsets,
        np.uint64(layer.shift),
        layer.bitmap,
        layer.entries.plates,
        layer.entries.jurisdictions,
        layer.gone,
        np.concatenate(masks),
        starts.astype(np.int64),
    )
