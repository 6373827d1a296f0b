"""An index on disk: one file per array, mapped into memory when it is loaded, so that loading takes no time."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np

from matcher.arrays.entries import COLUMNS, EntryArrays, Unusable
from matcher.arrays.layer import Layer
from matcher.arrays.packing import LAYOUT
from matcher.arrays.vocabulary import Names, Vocabulary

_LAYER_ARRAYS: Final = ("keys", "offsets", "bitmap", "partial", "by_id", "gone")
_DOCUMENT: Final = "index.json"


@dataclass(frozen=True, slots=True, eq=False)
class SavedIndex:
    """What an index is made of."""

    base: Layer
    addition: Layer
    as_of: dict[str, datetime]
    unusable: tuple[Unusable, ...]
    note: dict[str, Any]
    """What its owner wants to know of it when it is loaded, as JSON takes it."""


def save(index: SavedIndex, folder: Path) -> None:
    """Write an index to a folder, as a whole or not at all; one that is there is replaced.

    Args:
        index: The index.
        folder: Its parent exists.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    # Beside its place, then renamed: whoever maps the old files keeps them.
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, layer in (("base", index.base), ("addition", index.addition)):
        _save_layer(layer, fresh, name)
    vocabulary = index.base.entries.vocabulary
    document = {
        "layout": LAYOUT,
        "note": index.note,
        "as_of": {hotlist_id: moment.isoformat() for hotlist_id, moment in index.as_of.items()},
        "unusable": [[str(one.entry_id), one.hotlist_id, one.reason] for one in index.unusable],
        "vocabulary": {field.name: getattr(vocabulary, field.name).texts[1:] for field in fields(Vocabulary)},
    }
    (fresh / _DOCUMENT).write_text(json.dumps(document), encoding="utf-8")
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _save_layer(layer: Layer, folder: Path, name: str) -> None:
    for array in _LAYER_ARRAYS:
        np.save(folder / f"{name}.{array}.npy", getattr(layer, array))
    for column in COLUMNS:
        np.save(folder / f"{name}.{column}.npy", getattr(layer.entries, column))
    for length, masks in enumerate(layer.masks):
        np.save(folder / f"{name}.masks.{length}.npy", masks)


def load(folder: Path) -> SavedIndex | None:
    """Map an index of `save` into memory.

    Args:
        folder: Where it was written.

    Returns:
        The index, or None where there is none, or one that this version does not read.
    """
    try:
        document: dict[str, Any] = json.loads((folder / _DOCUMENT).read_text(encoding="utf-8"))
        if document["layout"] != LAYOUT:
            return None
        vocabulary = Vocabulary(**{name: Names(texts) for name, texts in document["vocabulary"].items()})
        base, addition = (_load_layer(folder, name, vocabulary) for name in ("base", "addition"))
        as_of = {hotlist_id: datetime.fromisoformat(text) for hotlist_id, text in document["as_of"].items()}
        unusable = tuple(Unusable(UUID(text), hotlist_id, reason) for text, hotlist_id, reason in document["unusable"])
        note = dict(document["note"])
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None
    return SavedIndex(base, addition, as_of, unusable, note)


def _load_layer(folder: Path, name: str, vocabulary: Vocabulary) -> Layer:
    def array(part: str) -> Any:
        return np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False)

    entries = EntryArrays(vocabulary, **{column: array(column) for column in COLUMNS})
    arrays = {part: array(part) for part in _LAYER_ARRAYS}
    count = len(entries)
    if any(len(arrays[part]) != count for part in ("keys", "by_id", "gone")):
        raise ValueError("arrays of different lengths")
    masks: list[Any] = []
    while (folder / f"{name}.masks.{len(masks)}.npy").exists():
        masks.append(np.asarray(array(f"masks.{len(masks)}")))
    return Layer(entries, masks=tuple(masks), size=count - int(np.count_nonzero(arrays["gone"])), **arrays)
